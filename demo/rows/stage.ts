/**
 * Working tables of a load: the kitchens with their traits, the days, and the reference lists.
 * Invariant: they are temporary, belong to one connection and hold no state: any connection builds the same ones.
 */
import type pg from 'pg';
import { holidays } from '../../warehouse/reference/holidays.ts';
import { crew, menus, schools, stockItems, suppliers } from '../reference/kitchen.ts';
import { provinces } from '../reference/provinces.ts';
import { regencies } from '../reference/regencies.ts';
import { bell, draw, hash, key, type Scene } from './sql.ts';

export async function stage(client: pg.Client, scene: Scene, units: number): Promise<void> {
  const lists: [string, string, readonly unknown[]][] = [
    ['g_menu', 'm int, name text, calories int, protein int, carbs int, fat int', numbered('m', menus)],
    [
      'g_item',
      'i int, name text, category text, unit text, "perPortion" float8, price float8',
      numbered('i', stockItems),
    ],
    ['g_point', 'k int, type text, share float8, point int, name text', numbered('k', schools)],
    ['g_supplier', 's int, type text, spellings text[]', numbered('s', suppliers)],
    ['g_crew', 'c int, role text, heads int, wage float8, volunteer bool', numbered('c', crew)],
    ['g_holiday', 'date date, name text', holidays],
    ['g_province', 'code text, name text, region text, zone text', provinces],
    ['g_regency', 'code text, name text, city bool, "provinceCode" text, first int, count int', spread(units)],
  ];
  for (const [name, columns, rows] of lists) {
    await client.query(`CREATE TEMP TABLE ${name} (${columns})`);
    await client.query(`INSERT INTO ${name} SELECT * FROM jsonb_to_recordset($1::jsonb) AS x (${columns})`, [
      JSON.stringify(rows),
    ]);
  }
  await client.query(dayTable(scene));
  await client.query(unitTable(scene, units));
  await client.query('CREATE INDEX ON g_unit (n)');
  await client.query('ANALYZE g_unit, g_day, g_menu, g_item, g_point, g_crew');
}

/** Kitchens by regency: by population, at least one in every province once there are 38; Cimahi has number 1. */
function spread(units: number): unknown[] {
  const least = units >= provinces.length ? 1 : 0;
  const people = provinces.reduce((sum, province) => sum + province.millions, 0);
  const free = units - least * provinces.length;
  const shares = provinces.map((province) => (free * province.millions) / people);
  const counts = shares.map((share) => least + Math.floor(share));
  const order = shares
    .map((share, index) => ({ index, rest: share - Math.floor(share), share }))
    .sort((a, b) => b.rest - a.rest || b.share - a.share);
  const missing = units - counts.reduce((sum, count) => sum + count, 0);
  for (const { index } of order.slice(0, missing)) counts[index] = (counts[index] ?? 0) + 1;
  const first = provinces.findIndex((province) => province.code === '32');
  let next = 1;
  // The last kitchens are the demo tenants: of a province that has others.
  const last = provinces.findIndex((province) => province.code === '35');
  const others = [...provinces.keys()].filter((index) => index !== first && index !== last);
  const sequence = [first, ...others, last];
  return sequence.flatMap((index) => {
    const inside = regencies.filter((regency) => regency.provinceCode === provinces[index]?.code);
    const count = counts[index] ?? 0;
    return inside.map((regency, at) => {
      const own = Math.floor(count / inside.length) + (at < count % inside.length ? 1 : 0);
      const row = { ...regency, first: next, count: own };
      next += own;
      return row;
    });
  });
}

function numbered<T extends object>(name: string, rows: readonly T[]): unknown[] {
  return rows.map((row, index) => ({ [name]: index, ...row }));
}

/** Days of the load and the next one; `service` is false on Sundays and holidays. */
function dayTable(scene: Scene): string {
  return `CREATE TEMP TABLE g_day AS
    SELECT d, d - DATE '2020-01-01' AS dn, extract(isodow FROM d)::int AS dow,
      extract(isodow FROM d) < 7 AND NOT EXISTS (SELECT FROM g_holiday WHERE date = d) AS service
    FROM (SELECT ${scene.today} - ${scene.days - 1} + g AS d FROM generate_series(0, ${scene.days}) g) s`;
}

/**
 * Kitchens and their lasting traits. `bad` (0 to 1) is how badly a kitchen works, `z` its offset from UTC, `mid` what
 * takes a date to the midnight this kitchen writes, `opens` and `closes` the days between which it serves.
 */
function unitTable(scene: Scene, units: number): string {
  const remote = `CASE region WHEN 'PAPUA' THEN 0.2 WHEN 'MALUKU' THEN 0.12 WHEN 'JAWA' THEN -0.03 ELSE 0 END`;
  return `CREATE TEMP TABLE g_unit AS
    SELECT s.*, interval '1 hour' * CASE zone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END AS z,
      CASE WHEN ${draw('uh', 1)} < 0.5 THEN interval '0'
        ELSE interval '-1 hour' * CASE zone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END END AS mid,
      CASE WHEN n = 1 THEN 0.15 ELSE least(1, greatest(0, 0.9 * power(${draw('uh', 2)}, 1.7) + ${remote})) END AS bad,
      (2000 + 50 * floor(30 * ${draw('uh', 3)}))::int AS portions,
      CASE WHEN n = 1 OR ${draw('uh', 4)} < 0.55 THEN 2 ELSE 1 END AS batches,
      CASE WHEN province IN ('96', '97') THEN 62000 ELSE 8450 + 650 * ${draw('uh', 5)} END
        * (1 + 0.01 * ${bell('uh', 6)}) AS cost,
      CASE WHEN demo THEN 'ACTIVE' WHEN n % 61 = 29 THEN 'PENDING_APPROVAL' WHEN n % 53 = 17 THEN 'SUSPENDED'
        WHEN n % 97 = 31 THEN 'TERMINATED' WHEN n % 211 = 43 THEN 'INACTIVE' ELSE 'ACTIVE' END AS status,
      CASE WHEN n % 61 = 29 AND NOT demo THEN ${scene.today} + 30
        WHEN n % 19 = 7 AND NOT demo THEN ${scene.today} - ${Math.floor(scene.days / 2)}
        ELSE DATE '2026-01-05' - (300 * ${draw('uh', 9)})::int END AS opens,
      CASE WHEN demo THEN ${scene.today} + 1 WHEN n % 53 = 17 THEN ${scene.today} - 9
        WHEN n % 97 = 31 THEN ${scene.today} - ${Math.max(3, Math.floor(scene.days / 3))}
        WHEN n % 211 = 43 THEN ${scene.today} - 20 ELSE ${scene.today} + 1 END AS closes,
      ${key(scene, 'sppg', 'n')} AS id, ${key(scene, 'program', 'n')} AS program,
      ${key(scene, 'program2', 'n')} AS program2, ${key(scene, 'account', 'n')} AS account
    FROM (
      SELECT r.first + q - 1 AS n, q AS seq, r.code AS regency, p.code AS province, p.region, p.zone,
        CASE WHEN r.city OR NOT EXISTS (SELECT FROM g_regency o WHERE o.name = r.name AND o.city) THEN r.name
          ELSE 'Kab. ' || r.name END AS place,
        ${hash(scene, 1, 'r.first + q - 1')} AS uh,
        r.first + q - 1 > ${units >= 10 ? units - Math.min(2, Math.floor(units / 10)) : units} AS demo
      FROM g_regency r JOIN g_province p ON p.code = r."provinceCode", generate_series(1, r.count) q
    ) s`;
}
