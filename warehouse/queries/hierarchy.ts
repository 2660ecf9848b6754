/** Where a unit stands in the hierarchy: its ancestors, its children, and the channels its changes belong to. */
import type { Warehouse } from '../client.ts';
import { LEVELS, type Level, type Scope } from '../scopes.ts';

export type Unit = { scope: string; name: string; level: Level; code: string; sppgCount: number; isDemo: boolean };

const regionName = (code: string) =>
  code
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

export type Path = { scope: string; name: string; level: Level }[];
const nation = { scope: 'national', name: 'Nasional', level: 'national' as const };

/** The path to the unit of a level from a row of ids and names: wilayah, wilayahName, region, province, provinceName … */
export function pathFrom(row: Readonly<Record<string, string>>, level: Level): Path {
  const path: Path = [nation];
  for (const each of LEVELS.slice(1, LEVELS.indexOf(level) + 1)) {
    const id = row[each] ?? '';
    // A region may belong to no wilayah.
    if (id !== '')
      path.push({
        scope: `${each}:${id}`,
        name: each === 'region' ? regionName(id) : (row[`${each}Name`] ?? ''),
        level: each,
      });
  }
  return path;
}

/** From the nation down to the scope itself, `[{scope, name, level}]`; undefined when there is no such unit. */
export async function pathOf(warehouse: Warehouse, scope: Scope): Promise<Path | undefined> {
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
  return row === undefined ? undefined : pathFrom(row, scope.level);
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
