/** Many KPIs of every unit of a level inside a scope, over one range: what tables of units are made of. */
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { areaCondition, cellsOf, type Scope, scopeCondition } from '../scopes.ts';

export type TableLevel = 'province' | 'regency' | 'sppg';
/** A unit with the names of what it lies in; `code` of a kitchen is its own. */
export type NamedUnit = { id: string; code: string; name: string; regency: string; province: string };

/** Every unit of a level inside a scope, by the order of its codes; demo kitchens are left out above the kitchen. */
export async function unitsAt(warehouse: Warehouse, scope: Scope, level: TableLevel): Promise<NamedUnit[]> {
  const provinces =
    'SELECT id, provinceName, provinceCode, region FROM raw.provinces_indonesia FINAL WHERE NOT _deleted';
  const regencies =
    'SELECT id, provinceId, regencyName, regencyCode FROM raw.regencies_indonesia FINAL WHERE NOT _deleted';
  const params = { scopeId: scope.id };
  if (level === 'sppg') {
    return warehouse.query(
      `SELECT s.id AS id, s.code AS code, s.name AS name, r.regencyName AS regency, p.provinceName AS province
       FROM (SELECT id, code, name, provinceId, regencyId FROM raw.sppg FINAL WHERE NOT _deleted AND ${scopeCondition(scope, 'id')}) AS s
       LEFT ANY JOIN (${provinces}) AS p ON p.id = s.provinceId LEFT ANY JOIN (${regencies}) AS r ON r.id = s.regencyId
       ORDER BY p.provinceCode, r.regencyCode, s.code, s.id`,
      params,
    );
  }
  const inside = areaCondition(scope);
  if (level === 'regency') {
    return warehouse.query(
      `SELECT r.id AS id, r.regencyCode AS code, r.regencyName AS name, r.regencyName AS regency, p.provinceName AS province
       FROM (SELECT *, provinceId AS province_id, id AS regency_id FROM (${regencies})) AS r
       LEFT ANY JOIN (${provinces}) AS p ON p.id = r.provinceId WHERE ${inside} ORDER BY p.provinceCode, r.regencyCode, r.id`,
      params,
    );
  }
  return warehouse.query(
    `SELECT id, provinceCode AS code, provinceName AS name, '' AS regency, provinceName AS province
     FROM (SELECT *, id AS province_id FROM (${provinces})) WHERE ${inside} ORDER BY provinceCode, id`,
    params,
  );
}

export type UnitFigure = { unit: string; kpi: string; num: number | null; den: number | null };

/** Sums of numerators and denominators over the range, of a state those of its last day known; units without data are absent. */
export async function unitFigures(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  scope: Scope,
  level: TableLevel,
  range: { from: string; to: string },
): Promise<UnitFigure[]> {
  const unit = level === 'sppg' ? 'm.sppg_id' : `m.${level}_id`;
  const [table, where] =
    level === 'sppg' ? [cellsOf(scope), scopeCondition(scope, 'm.sppg_id')] : ['mart.kpi_areas', areaCondition(scope)];
  const pick = (column: string) =>
    `if(has({states:Array(String)}, kpi), argMax(tuple(${column}), day).1, sum(${column}))`;
  return warehouse.query(
    `SELECT unit, kpi, ${pick('nums')} AS num, ${pick('dens')} AS den
     FROM (
       SELECT ${unit} AS unit, toString(m.kpi) AS kpi, m.day AS day, sum(m.num) AS nums, sum(m.den) AS dens FROM ${table} AS m FINAL
       WHERE m.kpi IN ({kpis:Array(String)}) AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL
         AND ${where}
       GROUP BY ${unit}, m.kpi, m.day
     )
     GROUP BY unit, kpi`,
    {
      ...range,
      scopeId: scope.id,
      kpis: kpis.map(({ id }) => id),
      states: kpis.filter(({ state }) => state).map(({ id }) => id),
    },
  );
}
