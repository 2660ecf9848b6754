/** KPI values of a scope: Σnum and Σden per KPI and period (never a mean of ratios). */
import type { Readable } from 'node:stream';
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { figuresOf, type Scope, scopeCondition } from '../scopes.ts';
import { leastDen, scarceParams } from './sql.ts';

export type DayValue = { kpi: string; date: string; num: number | null; den: number | null };
export type Grain = 'day' | 'week' | 'fortnight' | 'month' | 'quarter' | 'year';

/** Every KPI per day in [from, to]; days without data are absent. */
export async function dailyValues(warehouse: Warehouse, scope: Scope, from: string, to: string): Promise<DayValue[]> {
  const figures = figuresOf(scope);
  return warehouse.query<DayValue>(
    `SELECT toString(m.kpi) AS kpi, toString(m.day) AS date, sum(m.num) AS num, sum(m.den) AS den
     FROM ${figures.from} AS m FINAL
     WHERE m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL AND ${figures.where}
     GROUP BY m.kpi, m.day ORDER BY m.kpi, m.day`,
    { from, to, scopeId: scope.id },
  );
}

/** First day of the period a day falls in. Weeks are ISO; fortnights are pairs of ISO weeks counted from 2024-01-01. */
const periods: Readonly<Record<Grain, string>> = {
  day: 'day',
  week: 'toStartOfWeek(day, 1)',
  fortnight: "toDate32('2024-01-01') + 14 * intDiv(dateDiff('day', toDate32('2024-01-01'), day), 14)",
  month: 'toStartOfMonth(day)',
  quarter: 'toStartOfQuarter(day)',
  year: 'toStartOfYear(day)',
};

/** A KPI per period of a grain: what its days add up to, or for a state that of the last day known in it. */
export async function seriesValues(
  warehouse: Warehouse,
  kpi: Kpi,
  scope: Scope,
  grain: Grain,
  from: string,
  to: string,
): Promise<Omit<DayValue, 'kpi'>[]> {
  const figures = figuresOf(scope);
  const pick = (column: string) => (kpi.state ? `argMax(tuple(${column}), day).1` : `sum(${column})`);
  return warehouse.query(
    `SELECT toString(${periods[grain]}) AS date, ${pick('d.nums')} AS num, ${pick('d.dens')} AS den
     FROM (
       SELECT m.day AS day, sum(m.num) AS nums, sum(m.den) AS dens FROM ${figures.from} AS m FINAL
       WHERE m.kpi = {kpi:String} AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL
         AND ${figures.where}
       GROUP BY m.day
     ) AS d
     GROUP BY date ORDER BY date`,
    { kpi: kpi.id, from, to, scopeId: scope.id },
  );
}

export const datasetHeader = 'sppg_id,date,kpi,num,den,value\n';

/**
 * One CSV line per SPPG, local day and KPI that has data (header not included), in a stable order. The value is empty where
 * there are too few observations to show it.
 */
export async function datasetStream(
  warehouse: Warehouse,
  scope: Scope,
  from: string,
  to: string,
  kpis: readonly Kpi[],
  signal: AbortSignal,
): Promise<Readable> {
  return warehouse.stream(
    `SELECT concat(
       if(match(sppg_id, '[",\\\\r\\\\n]'), concat('"', replaceAll(sppg_id, '"', '""'), '"'), sppg_id), ',', toString(day), ',',
       toString(kpi), ',', toString(assumeNotNull(num)), ',', ifNull(toString(den), ''), ',',
       multiIf(den IS NULL, toString(assumeNotNull(num)),
         den < ${leastDen}, '',
         toString(assumeNotNull(num) / den)))
     FROM mart.kpi_daily FINAL
     WHERE day BETWEEN {from:Date32} AND {to:Date32} AND split = '' AND num IS NOT NULL
       AND kpi IN ({kpis:Array(String)}) AND ${scopeCondition(scope, 'sppg_id')}
     ORDER BY day, sppg_id, kpi
     FORMAT TSVRaw`,
    {
      from,
      to,
      scopeId: scope.id,
      kpis: kpis.map((kpi) => kpi.id),
      ...scarceParams(kpis),
    },
    signal,
  );
}
