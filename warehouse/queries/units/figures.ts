/** Every KPI of many units: on named days, by period where it is published so, and added up over a month so far. */
import type { Warehouse } from '../../client.ts';
import { addDays } from '../../days.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { periods } from '../values.ts';
import { figuresOfUnits, type Units } from './within.ts';

export type UnitFigures = {
  unit: string;
  kpi: string;
  /** By day; of what is published by month or fortnight, by its first day. */
  cells: [day: string, num: number, den: number | null][];
  month: [num: number, den: number | null, days: number];
};
export type Days = {
  /** The day that is told, and the first of its month. */
  date: string;
  monthStart: string;
  today: string;
};

/** How far back periods are told. */
const PERIODS_BACK_DAYS = 400;
export const SAME_WEEKDAY_DAYS = 7;

export async function unitFigures(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  { level, ids }: Units,
  { date, monthStart, today }: Days,
): Promise<UnitFigures[]> {
  const { from, unit, where } = figuresOfUnits(level);
  const byGrain = (grain: Kpi['grain']) => kpis.filter((kpi) => kpi.grain === grain).map((kpi) => kpi.id);
  const weekBefore = addDays(date, -SAME_WEEKDAY_DAYS);
  return warehouse.query<UnitFigures>(
    `SELECT unit, kpi, arraySort(groupArrayIf((toString(period), sums, dens), NOT kpi IN {daily:Array(String)} OR has({days:Array(Date32)}, toDate32(period)))) AS cells,
       (sumIf(sums, kpi IN {daily:Array(String)} AND in_month), sumOrNullIf(dens, kpi IN {daily:Array(String)} AND in_month), countIf(in_month)) AS month
     FROM (
       SELECT unit, kpi, period, sum(nums) AS sums, sum(densum) AS dens, period >= {monthStart:String} AND period <= {date:String} AS in_month
       FROM (
         SELECT unit, kpi, nums, densum, multiIf(
             kpi IN {fortnightly:Array(String)}, toString(${periods.fortnight[0]}),
             kpi IN {monthly:Array(String)}, toString(${periods.month[0]}), toString(day)) AS period
         FROM (
           SELECT ${unit} AS unit, toString(m.kpi) AS kpi, m.day AS day, sum(m.num) AS nums, sum(m.den) AS densum
           FROM ${from}
           WHERE m.split = '' AND m.num IS NOT NULL AND ${where}
             AND (m.kpi IN {daily:Array(String)} AND m.day BETWEEN {first:Date32} AND {today:Date32}
               OR m.kpi IN {periodic:Array(String)} AND m.day BETWEEN {earliest:Date32} AND {date:Date32})
           GROUP BY unit, m.kpi, m.day
         )
       ) WHERE period IS NOT NULL
       GROUP BY unit, kpi, period
     )
     GROUP BY unit, kpi`,
    {
      ids,
      ...{ date, monthStart, today, days: [weekBefore, date, today] },
      first: monthStart < weekBefore ? monthStart : weekBefore,
      earliest: addDays(date, -PERIODS_BACK_DAYS),
      ...{ daily: byGrain(undefined), fortnightly: byGrain('fortnight'), monthly: byGrain('month') },
      periodic: [...byGrain('fortnight'), ...byGrain('month')],
    },
  );
}
