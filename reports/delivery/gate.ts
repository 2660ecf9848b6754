/**
 * The gate before anything leaves: rows, control totals, completeness. What it says, in Indonesian, is why a delivery is held: its owner reads it.
 * Invariant: a report with a doubt is not sent; numbers are never mended here.
 */
import type { Schedule } from '../../warehouse/deliveries/schedules.ts';
import type { Report } from '../documents/report.ts';

const AMOUNTS = new Set(['count', 'number', 'rupiah', 'grams']);

/** Tables of what is wrong or missing: without rows all is well. Known by their names, for contents that were frozen have no more than those. */
const FAULTS = new Set(['missing', 'findings', 'found', 'reports', 'undated']);
/** The table of missing sheets lists every kitchen where completeness is what the report is about. */
const listsFaults = ({ report }: Report, part: string) =>
  FAULTS.has(part) && !(report === 'data-quality' && part === 'missing');

export function doubts(report: Report, gate: Schedule['gate']): string[] {
  const found: string[] = [];
  const { due, present } = report.completeness;
  if (due > 0 && present / due < gate.completeness)
    found.push(`baru ${present} dari ${due} laporan ada; dibutuhkan ${Math.ceil(gate.completeness * due)}`);
  const told = new Map<string, number>();
  for (const part of report.parts) {
    if (part.kind !== 'facts') continue;
    for (const { kpi, kind, value } of part.facts)
      if (kpi !== undefined && AMOUNTS.has(kind) && typeof value === 'number') told.set(kpi, value);
  }
  for (const part of report.parts) {
    if (part.kind !== 'table') continue;
    if (!listsFaults(report, part.id) && part.rows.length < gate.rows)
      found.push(`bagian "${part.title.id}" berisi ${part.rows.length} baris; dibutuhkan ${gate.rows}`);
    part.columns.forEach(({ id, kpi, total, kind }, at) => {
      if (!total || kpi === undefined || !AMOUNTS.has(kind) || !told.has(kpi)) return;
      const sum = part.rows.reduce((all, row) => all + (typeof row[at] === 'number' ? row[at] : 0), 0);
      const control = told.get(kpi) as number;
      // Sums of sums: only what floating point makes of them may differ.
      if (Math.abs(sum - control) > 1e-6 * Math.max(1, Math.abs(control)))
        found.push(
          `bagian "${part.title.id}": jumlah kolom ${id} adalah ${sum}, sedangkan laporan menyebut ${control}`,
        );
    });
  }
  return found;
}
