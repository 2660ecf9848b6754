/**
 * Verdicts of reviewers on statistical warnings. Invariant: one verdict a warning, the newest; what a method is worth is told
 * by them, not by the method.
 */
import type { Warehouse } from './client.ts';
import type { Warning } from './queries/warnings.ts';

export const VERDICTS = ['confirmed', 'false'] as const;
export type Verdict = { verdict: (typeof VERDICTS)[number]; note: string; by: string; at: string };

/** Keeps a verdict on the warning. */
export async function giveVerdict(
  warehouse: Warehouse,
  warning: Pick<Warning, 'method' | 'kpi' | 'scope' | 'date'>,
  { verdict, note, by }: Omit<Verdict, 'at'>,
): Promise<void> {
  const { method, kpi, scope, date } = warning;
  await warehouse.insertRows('ops.verdicts', [{ method, kpi, scope, day: date, verdict, note, by }]);
}

/** Verdicts on warnings of a day, by warning id. */
export async function verdictsOf(
  warehouse: Warehouse,
  warnings: readonly Warning[],
  date: string,
): Promise<Map<string, Verdict>> {
  if (warnings.length === 0) return new Map();
  const rows = await warehouse.query<Verdict & { id: string }>(
    `SELECT concat(toString(method), '/', toString(kpi), '/', scope, '/', toString(day)) AS id, toString(verdict) AS verdict, note, by,
       toString(at) AS at
     FROM ops.verdicts FINAL WHERE day = {date:Date32} AND id IN ({ids:Array(String)})`,
    { date, ids: warnings.map((warning) => warning.id) },
  );
  return new Map(rows.map(({ id, ...verdict }) => [id, verdict]));
}

export type Precision = { method: string; kpi: string; confirmed: number; false: number; precision: number };

/** Of the warnings that were reviewed, how many were right: per method and KPI. */
export async function precision(warehouse: Warehouse, kpis: readonly string[]): Promise<Precision[]> {
  return warehouse.query<Precision>(
    `SELECT toString(method) AS method, toString(kpi) AS kpi, countIf(verdict = 'confirmed') AS confirmed,
       countIf(verdict = 'false') AS false, confirmed / count() AS precision
     FROM ops.verdicts FINAL WHERE kpi IN ({kpis:Array(String)}) GROUP BY method, kpi ORDER BY method, kpi`,
    { kpis },
  );
}
