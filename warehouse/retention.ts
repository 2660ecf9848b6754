/**
 * How far back cells are kept. Raw rows follow the source whatever their day; cells, days by the hour and areas end at a horizon, the first
 * of a month.
 * Invariants: the horizon is written before anything below it goes, and every claim of cells reads it, so what has gone does not come back;
 * a change that would have computed a cell below it is counted in ops.refused, never passed over in silence.
 */
import type { Warehouse } from './client.ts';

/** Before every day a cell can have. */
export const NO_HORIZON = '1900-01-01';
/** SQL of the horizon, as a Date32. */
export const horizonSql = `ifNull((SELECT argMaxOrNull(horizon, set_at) FROM ops.retention), toDate32('${NO_HORIZON}'))`;
/** What removes cells below the horizon, by table. */
const removals = {
  'mart.kpi_daily': 'ALTER TABLE mart.kpi_daily DELETE WHERE day < {horizon:Date32}',
  'mart.flow': 'ALTER TABLE mart.flow DELETE WHERE day < {horizon:Date32}',
  'mart.kpi_areas': 'ALTER TABLE mart.kpi_areas DELETE WHERE day < {horizon:Date32}',
};

export async function readHorizon(warehouse: Warehouse): Promise<string> {
  const [row] = await warehouse.query<{ horizon: string }>(`SELECT toString(${horizonSql}) AS horizon`);
  return row?.horizon ?? NO_HORIZON;
}

/**
 * Keeps the cells of `months` whole months before the one of `today` (YYYY-MM-DD, the nation's), and of every month without a number. A
 * horizon that moves back leaves what has gone to `lumbung rollup --full`. Resolves with the horizon.
 */
export async function retain(warehouse: Warehouse, months: number | undefined, today: string): Promise<string> {
  const horizon = months === undefined ? NO_HORIZON : monthsBefore(today, months);
  if (horizon !== (await readHorizon(warehouse))) await warehouse.insertRows('ops.retention', [{ horizon }]);
  if (horizon === NO_HORIZON) return horizon;
  for (const [table, removal] of Object.entries(removals)) {
    const [below] = await warehouse.query<{ some: boolean }>(
      `SELECT count() > 0 AS some FROM ${table} WHERE day < {horizon:Date32}`,
      { horizon },
    );
    // Of months that have gone as a whole: their parts are dropped, not written anew.
    if (below?.some) await warehouse.command(removal, { horizon });
  }
  return horizon;
}

/** The first of the month so many months before that of a day. */
function monthsBefore(day: string, months: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const at = year * 12 + (month - 1) - months;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}-01`;
}

export type Retention = {
  /** Cells of earlier days are not kept; null: all are. */
  horizon: string | null;
  /** Cells of earlier days that changes of the source would have computed again, in the last 400 days and in the last one; null: none. */
  refused: { cells: number; recently: number; firstDay: string; lastDay: string; at: string } | null;
};

export async function readRetention(warehouse: Warehouse): Promise<Retention> {
  const horizon = await readHorizon(warehouse);
  const [refused] = await warehouse.query<NonNullable<Retention['refused']>>(
    `SELECT sum(r.cells) AS cells, sumIf(r.cells, r.refused_at > now() - INTERVAL 1 DAY) AS recently, toString(min(r.first_day)) AS firstDay,
       toString(max(r.last_day)) AS lastDay, formatDateTime(max(r.refused_at), '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS at
     FROM ops.refused AS r FINAL HAVING count() > 0`,
  );
  return { horizon: horizon === NO_HORIZON ? null : horizon, refused: refused ?? null };
}
