/**
 * Completeness: of the days a kitchen was to serve, on how many do its daily sheets exist, and which are missing.
 * Invariants: a day counts as expected only where a running programme plans service and it is no holiday, for kitchens that
 * were active at its end and had opened; days that are not over are not expected yet.
 */
import type { Warehouse } from '../client.ts';
import type { FactName, Kpi } from '../kpis/kpi.ts';
import { cellsOf, type Scope, scopeCondition } from '../scopes.ts';
import { threadsFor } from './sql.ts';

/** The daily sheets, each by a KPI that has a cell whenever the sheet has a row. */
export const SHEETS = {
  production: ['portions_planned', 'batches_cancelled'],
  quality: ['qc_pass_rate'],
  distribution: ['distribution_runs'],
  schools: ['portions_target'],
} as const satisfies Partial<Record<FactName | Kpi['section'], readonly string[]>>;
export type Sheet = keyof typeof SHEETS;

export const openSheets = Object.keys(SHEETS) as Sheet[];

/** Every day from the first to the last, for every kitchen; binds from, to. */
const everyDay =
  "CROSS JOIN (SELECT {from:Date32} + arrayJoin(range(toUInt32(dateDiff('day', {from:Date32}, {to:Date32}) + 1))) AS day) AS d";

/** SQL condition on a column holding an SPPG id: which kitchens are looked at. It says what it binds. */
export type Within = (column: string) => string;
const inside =
  (scope: Scope): Within =>
  (column) =>
    scopeCondition(scope, column);

/** (sppg_id, day) of expected service days, with the instant at which each ends; `days` joins days `d` to kitchens `k`. */
const expectedDays = (within: Within, days: string) => `
  SELECT DISTINCT p.sppgId AS sppg_id, d.day AS day, toDateTime64(d.day + 1, 3, 'UTC') - toIntervalHour(k.shift) AS ends
  FROM (
    SELECT sppgId, JSONExtract(ifNull(toString(feedingDays), '[]'), 'Array(Nullable(Int32))') AS weekdays, startDate, endDate
    FROM raw.nutrition_programs FINAL WHERE NOT _deleted AND status = 'ACTIVE'
      AND id IN (SELECT key FROM ops.places_nutrition_programs WHERE ${within('sppg_id')})
  ) AS p
  INNER JOIN (
    SELECT s.id AS id, s.operationStartDate AS opens, s.operationEndDate AS closes,
      transform(toString(z.timezone), ['WIB', 'WITA', 'WIT'], [7, 8, 9], 0) AS shift
    FROM (SELECT * FROM raw.sppg FINAL WHERE NOT _deleted AND ${within('id')}) AS s
    INNER JOIN (SELECT id, timezone FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS z ON z.id = s.provinceId
  ) AS k ON k.id = p.sppgId
  ${days}
  WHERE has(p.weekdays, toDayOfWeek(d.day)) AND k.shift > 0
    AND d.day >= toDate32(p.startDate + toIntervalHour(k.shift)) AND (p.endDate IS NULL OR d.day <= toDate32(p.endDate + toIntervalHour(k.shift)))
    AND d.day >= toDate32(k.opens + toIntervalHour(k.shift)) AND (k.closes IS NULL OR d.day <= toDate32(k.closes + toIntervalHour(k.shift)))
    AND toDateTime64(d.day + 1, 3, 'UTC') - toIntervalHour(k.shift) <= now64(3)
    AND d.day NOT IN (SELECT day FROM mart.holidays FINAL WHERE listed)`;

/** The kitchen's status at the end of a local day; before the first version known, that one. */
const activeThen = (within: Within) => `
  SELECT e.sppg_id AS sppg_id, e.day AS day
  FROM expected AS e
  INNER JOIN (SELECT id, toString(status) AS status, committed_at, version, deleted FROM ops.history_sppg WHERE ${within('id')}) AS h ON h.id = e.sppg_id
  GROUP BY e.sppg_id, e.day
  HAVING if(countIf(h.committed_at < e.ends) > 0, argMaxIf(h.status, h.version, h.committed_at < e.ends), argMin(h.status, h.version)) = 'ACTIVE'`;

const due = (within: Within, days = everyDay) =>
  `WITH expected AS (${expectedDays(within, days)}), due AS (${activeThen(within)})`;

/** CTE `due`: (sppg_id, day) of the service days expected of kitchens that were active; binds scopeId, and from, to unless given other days. */
export const dueSql = (scope: Scope, days = everyDay) => due(inside(scope), days);

/** CTE `days`: (sppg_id, day) due, with has_<sheet>; binds from, to. `cells`: the table of cells that finds those within soonest. */
export const daysSql = (within: Within, cells = 'mart.kpi_daily') => `
    ${due(within)},
      present AS (
        SELECT sppg_id, day, ${openSheets.map((sheet) => `countIf(kpi IN (${SHEETS[sheet].map((kpi) => `'${kpi}'`).join(', ')})) > 0 AS has_${sheet}`).join(', ')}
        FROM ${cells} AS m FINAL
        WHERE m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL
          AND m.kpi IN (${Object.values(SHEETS)
            .flat()
            .map((kpi) => `'${kpi}'`)
            .join(', ')}) AND ${within('m.sppg_id')}
        GROUP BY sppg_id, day
      ),
      days AS (
        SELECT d.sppg_id AS sppg_id, d.day AS day, ${openSheets.map((sheet) => `p.has_${sheet} AS has_${sheet}`).join(', ')}
        FROM due AS d LEFT ANY JOIN present AS p ON p.sppg_id = d.sppg_id AND p.day = d.day
      )`;

export type KitchenCompleteness = {
  scope: string;
  name: string;
  /** Service days expected, and days with every sheet. */
  expected: number;
  complete: number;
  /** Days on which each sheet is missing. */
  missing: Record<Sheet, number>;
};

/** Per day that is over: how many kitchens were to serve, and how many of them have every sheet. */
export async function completeDays(
  warehouse: Warehouse,
  scope: Scope,
  range: { from: string; to: string },
): Promise<{ date: string; expected: number; complete: number }[]> {
  return warehouse.query(
    `${daysSql(inside(scope), cellsOf(scope))}
     SELECT toString(day) AS date, count() AS expected, countIf(${openSheets.map((sheet) => `has_${sheet}`).join(' AND ')}) AS complete
     FROM days GROUP BY day ORDER BY day ${threadsFor(scope)}`,
    { ...range, scopeId: scope.id },
  );
}

export type ProvinceCompleteness = Omit<KitchenCompleteness, 'scope' | 'name'> & { province: string; kitchens: number };

const sumsOfDays = `count() AS expected, countIf(${openSheets.map((sheet) => `has_${sheet}`).join(' AND ')}) AS complete,
    ${openSheets.map((sheet) => `countIf(NOT has_${sheet}) AS no_${sheet}`).join(', ')}`;
type SummedDays = { expected: number; complete: number } & Record<`no_${Sheet}`, number>;
const shapeOfDays = (row: SummedDays) => ({
  expected: row.expected,
  complete: row.complete,
  missing: Object.fromEntries(openSheets.map((sheet) => [sheet, row[`no_${sheet}`]])) as Record<Sheet, number>,
});

/** The provinces a kitchen belongs to now, by what is missing in [from, to]; those where nobody was to serve are absent. */
export async function completenessByProvince(
  warehouse: Warehouse,
  range: { from: string; to: string },
): Promise<ProvinceCompleteness[]> {
  const rows = await warehouse.query<SummedDays & { province: string; kitchens: number }>(
    `${daysSql(inside({ level: 'national', id: '' }))}
     SELECT k.provinceId AS province, uniqExact(d.sppg_id) AS kitchens, ${sumsOfDays} FROM days AS d
     INNER JOIN (SELECT id, provinceId FROM raw.sppg FINAL WHERE NOT _deleted) AS k ON k.id = d.sppg_id
     GROUP BY province ORDER BY province`,
    { ...range, scopeId: '' },
  );
  return rows.map((row) => ({ province: row.province, kitchens: row.kitchens, ...shapeOfDays(row) }));
}

/** Kitchens of a scope by what is missing in [from, to], the most first; `totals` adds up all of them. */
export async function completeness(
  warehouse: Warehouse,
  scope: Scope,
  range: { from: string; to: string },
  limit: number,
): Promise<{
  totals: Omit<KitchenCompleteness, 'scope' | 'name'> & { kitchens: number };
  kitchens: KitchenCompleteness[];
}> {
  const base = daysSql(inside(scope), cellsOf(scope));
  const params = { ...range, limit, scopeId: scope.id };
  const [[all], rows] = await Promise.all([
    warehouse.query<SummedDays & { kitchens: number }>(
      `${base} SELECT uniqExact(sppg_id) AS kitchens, ${sumsOfDays} FROM days`,
      params,
    ),
    warehouse.query<SummedDays & { sppg_id: string; name: string }>(
      `${base} SELECT t.*, k.name AS name FROM (SELECT sppg_id, ${sumsOfDays} FROM days GROUP BY sppg_id) AS t
       LEFT ANY JOIN (SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted) AS k ON k.id = t.sppg_id
       ORDER BY expected - complete DESC, sppg_id LIMIT {limit:UInt32}`,
      params,
    ),
  ]);
  const none = {
    kitchens: 0,
    expected: 0,
    complete: 0,
    no_production: 0,
    no_quality: 0,
    no_distribution: 0,
    no_schools: 0,
  };
  return {
    totals: { kitchens: all?.kitchens ?? 0, ...shapeOfDays(all ?? none) },
    kitchens: rows.map((row) => ({ scope: `sppg:${row.sppg_id}`, name: row.name, ...shapeOfDays(row) })),
  };
}
