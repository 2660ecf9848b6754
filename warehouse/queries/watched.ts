/** Figures of units whose cells were touched, as they are watched for thresholds and incidents. */
import type { Warehouse } from '../client.ts';

export type Watched = { scope: string; kpi: string; date: string; num: number; den: number | null; province: string };

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
         toString({day:Date32}) AS date, sum(m.num) AS num, sum(m.den) AS den, m.province_id AS province
       FROM mart.kpi_areas AS m FINAL WHERE ${held}
       GROUP BY GROUPING SETS ((m.kpi, m.province_id), (m.kpi))
       HAVING scope = 'national' OR province IN ({provinces:Array(String)})`,
      { day, kpis, provinces: units.provinces },
    ),
  ]);
  return [...kitchens, ...areas];
}

/** Amounts of a day of the named kitchens; demo kitchens are nobody's business. */
const ofKitchens = (warehouse: Warehouse, day: string, kpis: readonly string[], kitchens: readonly string[]) =>
  warehouse.query<Watched>(amountsSql('sppg_id IN ({kitchens:Array(String)})'), { days: [day], kpis, kitchens });

/**
 * Amounts of days (or of the months that begin with them) of every kitchen that refreshes in (since, until] have claimed, however
 * many there are; without refreshes, of all kitchens.
 */
export async function amountsOfDays(
  warehouse: Warehouse,
  days: readonly string[],
  kpis: readonly string[],
  refreshes?: { since: number; until: number },
): Promise<Watched[]> {
  const touched =
    'sppg_id IN (SELECT sppg_id FROM ops.claims WHERE claim > {since:UInt64} AND claim <= {until:UInt64})';
  return warehouse.query<Watched>(amountsSql(refreshes === undefined ? '1' : touched), { days, kpis, ...refreshes });
}

const amountsSql = (kitchens: string) => `
  SELECT concat('sppg:', m.sppg_id) AS scope, toString(m.kpi) AS kpi, toString(m.day) AS date, assumeNotNull(m.num) AS num, m.den AS den,
    s.provinceId AS province
  FROM (
    SELECT kpi, day, sppg_id, num, den FROM mart.kpi_daily FINAL
    WHERE day IN {days:Array(Date32)} AND split = '' AND num IS NOT NULL AND kpi IN ({kpis:Array(String)}) AND ${kitchens}
  ) AS m
  INNER JOIN (SELECT id, provinceId FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount) AS s ON s.id = m.sppg_id`;
