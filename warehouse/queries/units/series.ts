/** Days of many units: a few KPIs over a range, and what the same weekdays before let expect of each day. */
import type { Warehouse } from '../../client.ts';
import { addDays } from '../../days.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { scarceParams, scarceSql } from '../sql.ts';
import { floorOf, RANGE_MINIMUM, RANGE_WEEKS, rangeSql } from '../statistics.ts';
import { figuresOfUnits, type Units } from './within.ts';

export type UnitSeries = { unit: string; kpi: string; points: [day: string, num: number, den: number | null][] };
export type UnitRanges = { unit: string; kpi: string; ranges: [day: string, low: number, high: number][] };
type Range = { from: string; to: string };

const daysSql = ({ level }: Units) => {
  const { from, unit, where } = figuresOfUnits(level);
  return `SELECT ${unit} AS unit, toString(m.kpi) AS kpi, m.day AS day, assumeNotNull(sum(m.num)) AS nums, sum(m.den) AS dens
    FROM ${from}
    WHERE m.kpi IN {kpis:Array(String)} AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL AND ${where}
    GROUP BY unit, m.kpi, m.day`;
};

/** Days with data, in order. */
export async function unitSeries(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  units: Units,
  range: Range,
): Promise<UnitSeries[]> {
  return warehouse.query<UnitSeries>(
    `SELECT unit, kpi, arraySort(groupArray((toString(day), nums, dens))) AS points FROM (${daysSql(units)}) GROUP BY unit, kpi`,
    { ids: units.ids, kpis: kpis.map((kpi) => kpi.id), ...range },
  );
}

/** The expected range of every day that has enough of the same weekdays before it: as for one unit (queries/statistics.ts). */
export async function unitRanges(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  units: Units,
  { from, to }: Range,
): Promise<UnitRanges[]> {
  const days = Array.from({ length: (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1 }, (_, at) =>
    addDays(from, at),
  );
  const floor = (name: ReturnType<typeof floorOf>) => kpis.filter((kpi) => floorOf(kpi) === name).map((kpi) => kpi.id);
  const before = (values: string) =>
    `arrayFilter((value, held) -> held < day AND held >= day - ${7 * RANGE_WEEKS} AND toDayOfWeek(held) = toDayOfWeek(day), ${values}, held_days)`;
  return warehouse.query<UnitRanges>(
    `SELECT unit, kpi, arraySort(groupArray((toString(day), expected[1], expected[3]))) AS ranges
     FROM (
       SELECT unit, kpi, day, ${before('held_values')} AS earlier, ${before('held_weights')} AS weights,
         multiIf(kpi IN {shares:Array(String)}, 'share', kpi IN {counts:Array(String)}, 'count', 'amount') AS floor_name,
         ${rangeSql('earlier', 'weights', 'floor_name')} AS expected
       FROM (
         SELECT unit, kpi, groupArray(day) AS held_days, groupArray(assumeNotNull(shown)) AS held_values,
           groupArray(toFloat64(ifNull(dens, 0))) AS held_weights
         FROM (
           SELECT *, multiIf(${scarceSql('nums', 'dens')} OR dens = 0, NULL, dens IS NULL, nums, nums / dens) AS shown FROM (${daysSql(units)})
         ) WHERE shown IS NOT NULL GROUP BY unit, kpi
       )
       ARRAY JOIN {days:Array(Date32)} AS day
       WHERE length(earlier) >= ${RANGE_MINIMUM}
     )
     GROUP BY unit, kpi`,
    {
      ids: units.ids,
      kpis: kpis.map((kpi) => kpi.id),
      ...{ days, from: addDays(from, -7 * RANGE_WEEKS), to },
      ...{ shares: floor('share'), counts: floor('count') },
      ...scarceParams(kpis),
    },
  );
}
