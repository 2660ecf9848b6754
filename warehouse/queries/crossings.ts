/** The last days of a scope and of the units right below it, as they are held against their limits. */
import type { Warehouse } from '../client.ts';
import { areaCondition, cellsOf, type Level, type Scope, scopeCondition } from '../scopes.ts';

/** A KPI of a unit on days with data, the last first. */
export type UnitDays = {
  kpi: string;
  scope: string;
  name: string;
  days: [day: string, num: number, den: number | null][];
};

/** The units that are compared inside a scope: provinces of whatever is larger, and so on down; a kitchen has none. */
export const levelBelow = (scope: Scope): Extract<Level, 'province' | 'regency' | 'sppg'> | undefined =>
  scope.level === 'sppg'
    ? undefined
    : scope.level === 'regency'
      ? 'sppg'
      : scope.level === 'province'
        ? 'regency'
        : 'province';

/** Days in [from, to] of these KPIs, of every unit of the level inside the scope. */
export async function unitDays(
  warehouse: Warehouse,
  kpis: readonly string[],
  scope: Scope,
  level: 'province' | 'regency' | 'sppg',
  range: { from: string; to: string },
): Promise<UnitDays[]> {
  const [table, unit, where] =
    level === 'sppg'
      ? [cellsOf(scope), 'm.sppg_id', scopeCondition(scope, 'm.sppg_id')]
      : ['mart.kpi_areas', `m.${level}_id`, areaCondition(scope)];
  const names = {
    province: 'SELECT id, provinceName AS name FROM raw.provinces_indonesia FINAL WHERE NOT _deleted',
    regency: 'SELECT id, regencyName AS name FROM raw.regencies_indonesia FINAL WHERE NOT _deleted',
    sppg: 'SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted',
  };
  return warehouse.query<UnitDays>(
    `SELECT d.kpi AS kpi, concat('${level}:', d.unit) AS scope, n.name AS name, d.days AS days
     FROM (
       SELECT kpi, unit, arrayReverseSort(groupArray((toString(day), nums, dens))) AS days
       FROM (
         SELECT toString(m.kpi) AS kpi, ${unit} AS unit, m.day AS day, assumeNotNull(sum(m.num)) AS nums, sum(m.den) AS dens
         FROM ${table} AS m FINAL
         WHERE m.kpi IN ({kpis:Array(String)}) AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL AND ${where}
         GROUP BY m.kpi, ${unit}, m.day
       ) GROUP BY kpi, unit
     ) AS d
     LEFT ANY JOIN (${names[level]}) AS n ON n.id = d.unit
     ORDER BY kpi, scope`,
    { ...range, kpis, scopeId: scope.id },
  );
}
