/** KPI values of a scope: Σnum and Σden per KPI and period (never a mean of ratios). */
import type { Readable } from 'node:stream';
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { figuresOf, type Hierarchy, type Scope, scopeCondition } from '../scopes.ts';
import { hiddenSql, scarceParams, scarceSql, threadsFor } from './sql.ts';

export type DayValue = { kpi: string; date: string; num: number | null; den: number | null };
export type Grain = 'day' | 'week' | 'fortnight' | 'month' | 'quarter' | 'year';

/** Every KPI per day in [from, to], and on the day `also`; days without data are absent. */
export async function dailyValues(
  warehouse: Warehouse,
  scope: Scope,
  from: string,
  to: string,
  also = to,
): Promise<DayValue[]> {
  const figures = figuresOf(scope);
  return warehouse.query<DayValue>(
    `SELECT toString(m.kpi) AS kpi, toString(m.day) AS date, sum(m.num) AS num, sum(m.den) AS den
     FROM ${figures.from}
     WHERE (m.day BETWEEN {from:Date32} AND {to:Date32} OR m.day = {also:Date32}) AND m.split = '' AND m.num IS NOT NULL
       AND ${figures.where}
     GROUP BY m.kpi, m.day ORDER BY m.kpi, m.day ${threadsFor(scope)}`,
    { from, to, also, scopeId: scope.id },
  );
}

const listedFortnight = `arrayLast(p -> p.1 <= day AND day <= p.2,
    (SELECT arraySort(groupArray((toNullable(starts), toNullable(ends)))) FROM mart.fortnights FINAL WHERE listed))`;
/** First and last day of the period a day falls in; NULL outside of every fortnight. Weeks are ISO; fortnights are listed. */
export const periods: Readonly<Record<Grain, readonly [string, string]>> = {
  day: ['day', 'day'],
  week: ['toStartOfWeek(day, 1)', 'toStartOfWeek(day, 1) + 6'],
  fortnight: [`${listedFortnight}.1`, `${listedFortnight}.2`],
  month: ['toStartOfMonth(day)', 'toLastDayOfMonth(day)'],
  quarter: ['toStartOfQuarter(day)', 'addQuarters(toStartOfQuarter(day), 1) - 1'],
  year: ['toStartOfYear(day)', 'addYears(toStartOfYear(day), 1) - 1'],
};

const idsOf = (kpis: readonly Kpi[]) => kpis.map(({ id }) => id);

export type PeriodValue = DayValue & {
  /** The last day of the period. */
  ends: string;
};

/** KPIs per period of a grain: what their days add up to, or for a state that of the last day known in it. */
export async function seriesValues(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  scope: Scope,
  grain: Grain,
  from: string,
  to: string,
  hierarchy: Hierarchy = 'now',
): Promise<PeriodValue[]> {
  const figures = figuresOf(scope, hierarchy);
  const [first, last] = periods[grain];
  const pick = (column: string) =>
    `if(kpi IN ({states:Array(String)}), argMax(tuple(${column}), day).1, sum(${column}))`;
  return warehouse.query(
    `SELECT d.kpi AS kpi, toString(${first}) AS date, toString(any(${last})) AS ends, ${pick('d.nums')} AS num, ${pick('d.dens')} AS den
     FROM (
       SELECT toString(m.kpi) AS kpi, m.day AS day, sum(m.num) AS nums, sum(m.den) AS dens FROM ${figures.from}
       WHERE m.kpi IN ({kpis:Array(String)}) AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL
         AND ${figures.where}
       GROUP BY m.kpi, m.day
     ) AS d
     GROUP BY kpi, date HAVING date IS NOT NULL ORDER BY kpi, date ${threadsFor(scope)}`,
    { kpis: idsOf(kpis), states: idsOf(kpis.filter(({ state }) => state)), from, to, scopeId: scope.id },
  );
}

/**
 * A KPI over any range, whole ('') and by the parts it is split into: what its periods that begin in the range add up to, or for
 * a state that of the last day known.
 */
export async function rangeValues(
  warehouse: Warehouse,
  kpi: Kpi,
  scope: Scope,
  range: { from: string; to: string },
  hierarchy: Hierarchy = 'now',
): Promise<{ split: string; num: number | null; den: number | null }[]> {
  const figures = figuresOf(scope, hierarchy);
  const pick = (column: string) => (kpi.state ? `argMax(tuple(${column}), day).1` : `sum(${column})`);
  return warehouse.query(
    `SELECT toString(d.part) AS split, ${pick('d.nums')} AS num, ${pick('d.dens')} AS den
     FROM (
       SELECT m.split AS part, m.day AS day, sum(m.num) AS nums, sum(m.den) AS dens FROM ${figures.from}
       WHERE m.kpi = {kpi:String} AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.num IS NOT NULL AND ${figures.where}
       GROUP BY m.split, m.day
     ) AS d
     GROUP BY split ORDER BY split`,
    { ...range, kpi: kpi.id, scopeId: scope.id },
  );
}

export const datasetHeader = 'sppg_id,date,kpi,num,den,value\n';

/**
 * One CSV line per SPPG, local day and KPI that has data (header not included), in a stable order. The value is empty where
 * there are too few observations to show it; so are the sums where they count too few people for this audience.
 */
export async function datasetStream(
  warehouse: Warehouse,
  scope: Scope,
  from: string,
  to: string,
  kpis: readonly Kpi[],
  signal: AbortSignal,
): Promise<Readable> {
  const hidden = hiddenSql('num', 'den');
  return warehouse.stream(
    `SELECT concat(
       if(match(sppg_id, '[",\\\\r\\\\n]'), concat('"', replaceAll(sppg_id, '"', '""'), '"'), sppg_id), ',', toString(day), ',',
       toString(kpi), ',', if(${hidden}, ',', concat(toString(assumeNotNull(num)), ',', ifNull(toString(den), ''))), ',',
       multiIf(${scarceSql('num', 'den')}, '',
         den IS NULL, toString(assumeNotNull(num)),
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
      kpis: idsOf(kpis),
      ...scarceParams(kpis),
    },
    signal,
  );
}
