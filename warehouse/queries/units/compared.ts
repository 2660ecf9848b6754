/** What units are compared by: a few KPIs of every unit below some, or of all kitchens of some provinces, added up over a range. */
import type { Warehouse } from '../../client.ts';

export type Compared = { unit: string; sums: [kpi: string, num: number, den: number | null][] };
type Range = { from: string; to: string };

/** Every province or regency of the nation. */
export async function comparedAreas(
  warehouse: Warehouse,
  level: 'province' | 'regency',
  kpis: readonly string[],
  range: Range,
): Promise<Compared[]> {
  return warehouse.query<Compared>(comparedSql(`m.${level}_id`, 'mart.kpi_areas AS m FINAL', '1'), { kpis, ...range });
}

/** Every kitchen of the provinces, demo kitchens too. */
export async function comparedKitchens(
  warehouse: Warehouse,
  provinces: readonly string[],
  kpis: readonly string[],
  range: Range,
): Promise<Compared[]> {
  const inside =
    'm.sppg_id IN (SELECT id FROM raw.sppg FINAL WHERE NOT _deleted AND provinceId IN {ids:Array(String)})';
  return warehouse.query<Compared>(comparedSql('m.sppg_id', 'mart.kpi_daily AS m FINAL', inside), {
    ids: provinces,
    kpis,
    ...range,
  });
}

const comparedSql = (unit: string, from: string, where: string) => `
  SELECT unit, groupArray((kpi, nums, dens)) AS sums FROM (
    SELECT ${unit} AS unit, toString(m.kpi) AS kpi, assumeNotNull(sum(m.num)) AS nums, sum(m.den) AS dens
    FROM ${from}
    WHERE m.kpi IN {kpis:Array(String)} AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL AND ${where}
    GROUP BY unit, m.kpi
  ) GROUP BY unit`;
