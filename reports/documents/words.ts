/**
 * Cells as people read them, in Indonesian: what a file shows beside, never instead of, the number itself.
 * Invariant: null is told as missing; nothing that is not quite all is told as all.
 */
import { formatDate, formatShort } from '../../warehouse/kpis/format.ts';
import type { Cell, ColumnKind, Report, Stamp, TablePart } from './report.ts';

export const MISSING = 'belum ada data';

const decimal = (digits: number) =>
  new Intl.NumberFormat('id-ID', { maximumFractionDigits: digits, signDisplay: 'negative' });
const whole = decimal(3);
const cents = decimal(2);

export function cellText(value: Cell, kind: ColumnKind): string {
  if (value === null) return MISSING;
  if (typeof value === 'string') return kind === 'date' ? formatDate(value) : value;
  switch (kind) {
    case 'percent':
      return formatShort(value, 'percent') ?? MISSING;
    case 'rupiah':
      return `Rp ${cents.format(value)}`;
    case 'grams':
      return `${cents.format(value)} g`;
    case 'number':
      return cents.format(value);
    default:
      return whole.format(value);
  }
}

/** '1–14 Mar 2026', '1 Mar 2026 – 4 Apr 2026', '3 Mar 2026'. */
export function periodText(from: string, to: string): string {
  if (from === to) return formatDate(from);
  if (from.slice(0, 7) !== to.slice(0, 7)) return `${formatDate(from)} – ${formatDate(to)}`;
  return `${Number(from.slice(8))}–${formatDate(to)}`;
}

/** An instant on the nation's clock (WIB), to the second. */
export function instantText(iso: string): string {
  const wib = new Date(Date.parse(iso) + 7 * 3_600_000).toISOString();
  return `${formatDate(wib.slice(0, 10))} ${wib.slice(11, 19).replaceAll(':', '.')} WIB`;
}

export const revisionText = ({ revision }: Stamp): string =>
  revision === 0 ? 'Asli (revisi 0)' : `Revisi ${revision}`;

/** What the columns that add up come to; undefined where none does. A column without any number stays null. */
export function totalsOf({ columns, rows, keyColumns }: TablePart): Cell[] | undefined {
  if (!columns.some(({ total }) => total) || rows.length < 2) return undefined;
  return columns.map(({ total }, at) => {
    if (at === 0) return 'Jumlah';
    // What says nothing here is empty, not missing.
    if (at < keyColumns || !total) return '';
    const known = rows.flatMap((row) => (typeof row[at] === 'number' ? [row[at]] : []));
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}

/** Facts of a report by the KPI they tell, the first part that has it. */
export function factValue(report: Report, kpi: string): number | null {
  for (const part of report.parts) {
    const found = part.kind === 'facts' ? part.facts.find((fact) => fact.kpi === kpi) : undefined;
    if (found) return typeof found.value === 'number' ? found.value : null;
  }
  return null;
}
