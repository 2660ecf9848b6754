/** What KPIs of many units are made of: by school type, portion size or spending row, added up over a range. */
import type { Warehouse } from '../../client.ts';
import { figuresOfUnits, type Units } from './within.ts';

export type UnitParts = { unit: string; kpi: string; parts: [part: string, num: number][] };

/** Every part with data, by name; the whole is not among them. */
export async function unitParts(
  warehouse: Warehouse,
  kpis: readonly string[],
  { level, ids }: Units,
  range: { from: string; to: string },
): Promise<UnitParts[]> {
  const { from, unit, where } = figuresOfUnits(level);
  return warehouse.query<UnitParts>(
    `SELECT unit, kpi, arraySort(groupArray((part, amount))) AS parts FROM (
       SELECT ${unit} AS unit, toString(m.kpi) AS kpi, toString(m.split) AS part, assumeNotNull(sum(m.num)) AS amount
       FROM ${from}
       WHERE m.kpi IN {kpis:Array(String)} AND m.split != '' AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.num IS NOT NULL AND ${where}
       GROUP BY unit, m.kpi, m.split
     ) GROUP BY unit, kpi`,
    { ids, kpis, ...range },
  );
}
