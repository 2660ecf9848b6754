/** Which units there are: areas with their codes and places, and kitchens with what a page says of them. */
import type { Warehouse } from '../../client.ts';
import type { PageLevel } from './within.ts';

export type Area = {
  level: Exclude<PageLevel, 'sppg'>;
  id: string;
  name: string;
  code: string;
  /** Its province, of a regency. */
  province: string;
  region: string;
  /** Codes of the zone, of a province. */
  zone: string;
  kitchens: number;
};
export type Kitchen = {
  id: string;
  name: string;
  code: string;
  province: string;
  regency: string;
  region: string;
  size: number;
  status: string;
  demo: boolean;
  opened: string | null;
  closed: string | null;
  budget: number | null;
};

/** The nation, its provinces and regencies, in this order and by id; each with the kitchens that count for it. */
export async function listAreas(warehouse: Warehouse): Promise<Area[]> {
  const kitchens = 'SELECT * FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount';
  const provinces = 'SELECT * FROM raw.provinces_indonesia FINAL WHERE NOT _deleted';
  return warehouse.query<Area>(
    `SELECT * FROM (
       SELECT 'national' AS level, '' AS id, '' AS name, '' AS code, '' AS province, '' AS region, '' AS zone, count() AS kitchens FROM (${kitchens})
       UNION ALL
       SELECT 'province', p.id, p.provinceName, p.provinceCode, p.id, toString(p.region), toString(p.timezone), countIf(s.id != '')
       FROM (${provinces}) AS p LEFT JOIN (${kitchens}) AS s ON s.provinceId = p.id
       GROUP BY p.id, p.provinceName, p.provinceCode, p.region, p.timezone
       UNION ALL
       SELECT 'regency', r.id, r.regencyName, r.regencyCode, p.id, toString(p.region), toString(p.timezone), countIf(s.id != '')
       FROM (SELECT * FROM raw.regencies_indonesia FINAL WHERE NOT _deleted) AS r
       INNER JOIN (${provinces}) AS p ON p.id = r.provinceId
       LEFT JOIN (${kitchens}) AS s ON s.regencyId = r.id
       GROUP BY r.id, r.regencyName, r.regencyCode, p.id, p.region, p.timezone
     ) ORDER BY indexOf(['national', 'province', 'regency'], level), id`,
  );
}

/** Every kitchen, by id; days are those of its own clock. */
export async function listKitchens(warehouse: Warehouse): Promise<Kitchen[]> {
  const local = (column: string) =>
    `if(${column} IS NULL, NULL, toString(toDate32(${column} + toIntervalHour(p.hours))))`;
  return warehouse.query<Kitchen>(
    `SELECT s.id AS id, s.name AS name, s.code AS code, p.id AS province, s.regencyId AS regency, p.region AS region,
       toFloat64(ifNull(s.targetRecipients, 0)) AS size, toString(s.status) AS status, s.isDemoAccount AS demo,
       ${local('s.operationStartDate')} AS opened, ${local('s.operationEndDate')} AS closed, toFloat64(s.monthlyBudget) AS budget
     FROM (SELECT * FROM raw.sppg FINAL WHERE NOT _deleted) AS s
     INNER JOIN (
       SELECT id, toString(region) AS region, transform(toString(timezone), ['WIB', 'WITA', 'WIT'], [7, 8, 9], 7) AS hours
       FROM raw.provinces_indonesia FINAL WHERE NOT _deleted
     ) AS p ON p.id = s.provinceId
     ORDER BY id`,
  );
}

/** The wilayah of each region that belongs to one. */
export async function wilayahOfRegions(warehouse: Warehouse): Promise<ReadonlyMap<string, string>> {
  const rows = await warehouse.query<{ region: string; code: string }>(
    'SELECT region, code FROM mart.wilayah FINAL WHERE listed',
  );
  return new Map(rows.map(({ region, code }) => [region, code]));
}
