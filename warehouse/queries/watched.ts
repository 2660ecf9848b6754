/** Today's figures of units whose cells were touched, as they are watched for thresholds and incidents. */
import type { Warehouse } from '../client.ts';

export type Watched = { scope: string; kpi: string; num: number; den: number | null; province: string };

/** Ratios of a day, of the named kitchens and provinces and of the nation. */
export async function watchedRatios(
  warehouse: Warehouse,
  day: string,
  kpis: readonly string[],
  units: { kitchens: readonly string[]; provinces: readonly string[] },
): Promise<Watched[]> {
  const held = `m.day = {day:Date32} AND m.split = '' AND m.num IS NOT NULL AND m.kpi IN ({kpis:Array(String)})`;
  const [kitchens, areas] = await Promise.all([
    ofKitchens(warehouse, day, kpis, units.kitchens),
    warehouse.query<Watched>(
      `SELECT if(grouping(m.province_id) = 1, 'national', concat('province:', m.province_id)) AS scope, toString(m.kpi) AS kpi,
         sum(m.num) AS num, sum(m.den) AS den, m.province_id AS province
       FROM mart.kpi_areas AS m FINAL WHERE ${held}
       GROUP BY GROUPING SETS ((m.kpi, m.province_id), (m.kpi))
       HAVING scope = 'national' OR province IN ({provinces:Array(String)})`,
      { day, kpis, provinces: units.provinces },
    ),
  ]);
  return [...kitchens, ...areas];
}

/** Amounts of a day (or of the month that begins with it) of the named kitchens; demo kitchens are nobody's incident. */
export async function ofKitchens(
  warehouse: Warehouse,
  day: string,
  kpis: readonly string[],
  kitchens: readonly string[],
): Promise<Watched[]> {
  return warehouse.query<Watched>(
    `SELECT concat('sppg:', m.sppg_id) AS scope, toString(m.kpi) AS kpi, assumeNotNull(m.num) AS num, m.den AS den, s.provinceId AS province
     FROM (
       SELECT kpi, sppg_id, num, den FROM mart.kpi_daily FINAL
       WHERE day = {day:Date32} AND split = '' AND num IS NOT NULL AND kpi IN ({kpis:Array(String)}) AND sppg_id IN ({kitchens:Array(String)})
     ) AS m
     INNER JOIN (SELECT id, provinceId FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount) AS s ON s.id = m.sppg_id`,
    { day, kpis, kitchens },
  );
}
