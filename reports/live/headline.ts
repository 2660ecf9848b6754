/** The sentence above the numbers: how much has arrived, and how much needs attention. */
import { formatDate, formatShort } from '../charts/format.ts';
import type { Summary } from './api.ts';

export function headline(next: Summary): string {
  const value = (id: string) => next.kpis.find((kpi) => kpi.id === id)?.value ?? null;
  const delivered = value('portions_delivered');
  const target = value('portions_target');
  const wrong = next.kpis.filter((kpi) => kpi.status === 'warn' || kpi.status === 'critical').length;
  const attention = wrong === 0 ? 'semua ukuran dalam batas' : `${wrong} ukuran perlu perhatian`;
  // Whose field is another one is not told that this one lacks data.
  if (!next.kpis.some((kpi) => kpi.id === 'portions_target')) return `${formatDate(next.date)}: ${attention}.`;
  if (target === null) return `${formatDate(next.date)}: belum ada data penyaluran; ${attention}.`;
  return `${formatDate(next.date)}: ${formatShort(delivered ?? 0, 'portions')} dari ${formatShort(target, 'portions')} porsi sudah tersalur; ${attention}.`;
}
