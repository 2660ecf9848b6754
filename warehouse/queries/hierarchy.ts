/** Where a unit stands in the hierarchy: its ancestors, its children, and the channels its changes belong to. */
import type { Warehouse } from '../client.ts';
import type { Level, Scope } from '../scopes.ts';

export type Unit = { scope: string; name: string; level: Level; code: string; sppgCount: number; isDemo: boolean };

const regionName = (code: string) =>
  code
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

/** From the nation down to the scope itself, `[{scope, name, level}]`; undefined when there is no such unit. */
export async function pathOf(
  warehouse: Warehouse,
  scope: Scope,
): Promise<{ scope: string; name: string; level: Level }[] | undefined> {
  const nation = { scope: 'national', name: 'Nasional', level: 'national' as const };
  if (scope.level === 'national') return [nation];
  const filters: Record<Exclude<Level, 'national'>, string> = {
    wilayah: 'w.code = {id:String}',
    region: 'p.region = {id:String}',
    province: 'p.id = {id:String}',
    regency: 'r.id = {id:String}',
    sppg: 's.id = {id:String}',
  };
  const needsKitchen = scope.level === 'sppg';
  const needsRegency = needsKitchen || scope.level === 'regency';
  const [row] = await warehouse.query<Record<string, string>>(
    `SELECT w.code AS wilayah, w.name AS wilayahName, toString(p.region) AS region, p.id AS province, p.provinceName AS provinceName
       ${needsRegency ? ', r.id AS regency, r.regencyName AS regencyName' : ''}
       ${needsKitchen ? ', s.id AS sppg, s.name AS sppgName' : ''}
     FROM (SELECT * FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS p
     LEFT ANY JOIN (SELECT region, code, name FROM mart.wilayah FINAL WHERE listed) AS w ON w.region = toString(p.region)
     ${needsKitchen ? 'INNER JOIN (SELECT * FROM raw.sppg FINAL WHERE NOT _deleted AND id = {id:String}) AS s ON s.provinceId = p.id' : ''}
     ${needsRegency ? `INNER JOIN (SELECT * FROM raw.regencies_indonesia FINAL WHERE NOT _deleted) AS r ON ${needsKitchen ? 'r.id = s.regencyId' : 'r.provinceId = p.id'}` : ''}
     WHERE ${filters[scope.level]} LIMIT 1`,
    { id: scope.id },
  );
  if (row === undefined) return undefined;
  const path: { scope: string; name: string; level: Level }[] = [nation];
  if (row.wilayah) path.push({ scope: `wilayah:${row.wilayah}`, name: row.wilayahName ?? '', level: 'wilayah' });
  if (scope.level === 'wilayah') return path;
  path.push({ scope: `region:${row.region}`, name: regionName(row.region ?? ''), level: 'region' });
  if (scope.level === 'region') return path;
  path.push({ scope: `province:${row.province}`, name: row.provinceName ?? '', level: 'province' });
  if (row.regency !== undefined)
    path.push({ scope: `regency:${row.regency}`, name: row.regencyName ?? '', level: 'regency' });
  if (row.sppg !== undefined) path.push({ scope: `sppg:${row.sppg}`, name: row.sppgName ?? '', level: 'sppg' });
  return path;
}

/** How many hours a kitchen's clock is before UTC, by the zone of its province. */
export async function zoneHours(warehouse: Warehouse, sppgId: string): Promise<number> {
  const [row] = await warehouse.query<{ hours: number }>(
    `SELECT transform(toString(timezone), ['WIB', 'WITA', 'WIT'], [7, 8, 9], 7) AS hours
     FROM raw.provinces_indonesia FINAL
     WHERE NOT _deleted AND id = (SELECT any(provinceId) FROM raw.sppg FINAL WHERE NOT _deleted AND id = {scopeId:String})`,
    { scopeId: sppgId },
  );
  return row?.hours ?? 7;
}

/** The units directly below a scope; the nation's are its provinces. */
export async function childrenOf(warehouse: Warehouse, scope: Scope): Promise<Unit[]> {
  if (scope.level === 'sppg') return [];
  const kitchens = 'SELECT * FROM raw.sppg FINAL WHERE NOT _deleted';
  const params = { id: scope.id };
  if (scope.level === 'regency') {
    return warehouse.query<Unit>(
      `SELECT concat('sppg:', id) AS scope, name, 'sppg' AS level, code, 1 AS sppgCount, isDemoAccount AS isDemo
       FROM (${kitchens} AND regencyId = {id:String}) ORDER BY name, id`,
      params,
    );
  }
  if (scope.level === 'province') {
    return warehouse.query<Unit>(
      `SELECT concat('regency:', r.id) AS scope, r.regencyName AS name, 'regency' AS level, r.regencyCode AS code,
         countIf(s.id != '' AND NOT s.isDemoAccount) AS sppgCount, false AS isDemo
       FROM (SELECT * FROM raw.regencies_indonesia FINAL WHERE NOT _deleted AND provinceId = {id:String}) AS r
       LEFT JOIN (${kitchens}) AS s ON s.regencyId = r.id
       GROUP BY r.id, r.regencyName, r.regencyCode ORDER BY name, scope`,
      params,
    );
  }
  const filter = {
    national: '',
    wilayah: 'AND toString(region) IN (SELECT region FROM mart.wilayah FINAL WHERE listed AND code = {id:String})',
    region: 'AND region = {id:String}',
  }[scope.level];
  return warehouse.query<Unit>(
    `SELECT concat('province:', p.id) AS scope, p.provinceName AS name, 'province' AS level, p.provinceCode AS code,
       countIf(s.id != '' AND NOT s.isDemoAccount) AS sppgCount, false AS isDemo
     FROM (SELECT * FROM raw.provinces_indonesia FINAL WHERE NOT _deleted ${filter}) AS p
     LEFT JOIN (${kitchens}) AS s ON s.provinceId = p.id
     GROUP BY p.id, p.provinceName, p.provinceCode ORDER BY name, scope`,
    params,
  );
}
