/**
 * Statistical warnings: units whose value of a day lies outside what the same weekdays before led to expect.
 * A warning is a reason to look, not a judgement: it carries its evidence, and people's verdicts on it are kept.
 */
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { areaCondition, cellsOf, type Level, type Scope, scopeCondition } from '../scopes.ts';
import { scarceParams, scarceSql } from './sql.ts';
import { floorOf, RANGE_MINIMUM, RANGE_WEEKS, rangeSql } from './statistics.ts';

/** The method's name: part of a warning's identity. */
export const METHOD = 'same_weekday_median_mad';

export type Warning = {
  id: string;
  method: string;
  kpi: string;
  scope: string;
  name: string;
  date: string;
  value: number;
  expected: { low: number; middle: number; high: number; observations: number };
  /** How many widths of the expected range the value lies from its middle; above 1 is outside. */
  distance: number;
};

/** Nation and regions warn of regencies, provinces and regencies of kitchens, a kitchen of itself. */
export const watchedLevel = (scope: Scope): Extract<Level, 'regency' | 'sppg'> =>
  ['national', 'wilayah', 'region'].includes(scope.level) ? 'regency' : 'sppg';

/** What a warning is known by: stable from one computation to the next. */
export const warningId = (kpi: string, scope: string, date: string) => `${METHOD}/${kpi}/${scope}/${date}`;

/** Warnings of a day in a scope, the farthest out first, and how many there are; of its watched units unless told otherwise. */
export async function warnings(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  scope: Scope,
  date: string,
  limit: number,
  level = watchedLevel(scope),
): Promise<{ total: number; warnings: Warning[] }> {
  const watched = kpis.filter((kpi) => kpi.grain === undefined && !kpi.state);
  const unit = level === 'sppg' ? 'm.sppg_id' : 'm.regency_id';
  const [table, where] =
    level === 'sppg' ? [cellsOf(scope), scopeCondition(scope, 'm.sppg_id')] : ['mart.kpi_areas', areaCondition(scope)];
  const names =
    level === 'sppg'
      ? 'SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted'
      : 'SELECT id, regencyName AS name FROM raw.regencies_indonesia FINAL WHERE NOT _deleted';
  const rows = await warehouse.query<{
    kpi: string;
    unit: string;
    name: string;
    value: number;
    expected: [number, number, number];
    observations: number;
    distance: number;
    total: number;
  }>(
    `SELECT w.kpi AS kpi, w.unit AS unit, n.name AS name, w.value AS value, w.expected AS expected, w.observations AS observations,
       w.distance AS distance, count() OVER () AS total
     FROM (
       SELECT kpi, unit, anyIf(held, day = {date:Date32}) AS value, groupArrayIf(held, day < {date:Date32}) AS earlier,
         groupArrayIf(toFloat64(ifNull(dens, 0)), day < {date:Date32}) AS weights,
         multiIf(kpi IN ({shares:Array(String)}), 'share', kpi IN ({counts:Array(String)}), 'count', 'amount') AS floor_name,
         ${rangeSql('earlier', 'weights', 'floor_name')} AS expected, length(earlier) AS observations,
         abs(value - expected[2]) / nullIf(if(value < expected[2], expected[2] - expected[1], expected[3] - expected[2]), 0) AS distance
       FROM (
         SELECT toString(m.kpi) AS kpi, ${unit} AS unit, m.day AS day, sum(m.num) AS nums, sum(m.den) AS dens,
           multiIf(${scarceSql('nums', 'dens')}, NULL, dens IS NULL, nums, nums / dens) AS shown,
           assumeNotNull(shown) AS held
         FROM ${table} AS m FINAL
         WHERE m.day IN (SELECT {date:Date32} - 7 * arrayJoin(range(${RANGE_WEEKS + 1}))) AND m.split = '' AND m.num IS NOT NULL
           AND m.kpi IN ({kpis:Array(String)}) AND ${where}
         GROUP BY m.kpi, ${unit}, m.day HAVING shown IS NOT NULL
       )
       GROUP BY kpi, unit
       HAVING countIf(day = {date:Date32}) = 1 AND observations >= ${RANGE_MINIMUM}
         AND (value < expected[1] AND kpi NOT IN ({down:Array(String)}) OR value > expected[3] AND kpi NOT IN ({up:Array(String)}))
     ) AS w
     LEFT ANY JOIN (${names}) AS n ON n.id = w.unit
     ORDER BY ifNull(distance, 1e9) DESC, kpi, unit LIMIT {limit:UInt32}`,
    {
      date,
      limit,
      scopeId: scope.id,
      kpis: watched.map((kpi) => kpi.id),
      // More of what is good, and less of what is bad, warns of nothing.
      up: watched.filter((kpi) => kpi.direction === 'up').map((kpi) => kpi.id),
      down: watched.filter((kpi) => kpi.direction === 'down').map((kpi) => kpi.id),
      shares: watched.filter((kpi) => floorOf(kpi) === 'share').map((kpi) => kpi.id),
      counts: watched.filter((kpi) => floorOf(kpi) === 'count').map((kpi) => kpi.id),
      ...scarceParams(watched),
    },
  );
  return {
    total: rows[0]?.total ?? 0,
    warnings: rows.map(({ kpi, unit: id, name, value, expected: [low, middle, high], observations, distance }) => {
      const of = `${level}:${id}`;
      const expected = { low, middle, high, observations };
      return { id: warningId(kpi, of, date), method: METHOD, kpi, scope: of, name, date, value, expected, distance };
    }),
  };
}

/** Whether the unit itself is warned of on that day, as its figures stand now. */
export async function isWarnedOf(warehouse: Warehouse, kpi: Kpi, unit: Scope, date: string): Promise<boolean> {
  if (unit.level !== 'sppg' && unit.level !== 'regency') return false;
  return (await warnings(warehouse, [kpi], unit, date, 1, unit.level)).total > 0;
}
