/** Targets and caps by unit and date: what a file of the programme says, else what the registry says. */
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';

export type TargetRow = { kpi: string; scope: string; since: string; low: number | null; high: number | null };

/** Every listed target, the latest first. */
export async function readTargets(warehouse: Warehouse): Promise<TargetRow[]> {
  return warehouse.query<TargetRow>(
    'SELECT kpi, scope, toString(since) AS since, low, high FROM mart.targets FINAL WHERE listed ORDER BY since DESC',
  );
}

/**
 * The target in force on a day for the unit at the end of `path` (scopes from the nation down): that of the nearest unit above
 * that has one, the latest that has begun.
 */
export function targetOf(
  kpi: Kpi,
  targets: readonly TargetRow[],
  path: readonly string[],
  date: string,
): Kpi['target'] {
  for (const scope of [...path].reverse()) {
    const row = targets.find((target) => target.kpi === kpi.id && target.scope === scope && target.since <= date);
    if (row) return { low: row.low, high: row.high };
  }
  return kpi.target;
}
