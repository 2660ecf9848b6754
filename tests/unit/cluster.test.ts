/** What a cluster runs for every statement that shapes the warehouse: golden, and by its rules whatever the golden files say. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TableShape } from '../../etl/postgres/catalog.ts';
import { columnType } from '../../etl/postgres/values.ts';
import { rawTableSql } from '../../etl/raw_tables.ts';
import { foodProductions } from '../../etl/sources/food_productions.ts';
import { apiAccountSql, readerSql } from '../../warehouse/accounts.ts';
import { clusterSettings, onCluster } from '../../warehouse/cluster.ts';
import { migrationIds, migrationStatements } from '../../warehouse/migrate.ts';
import { live } from '../../warehouse/rollups/compute.ts';

const column = (name: string, type: string, notNull: boolean) => ({
  name,
  type: columnType({ name: type, kind: 'b', modifier: -1 }),
  notNull,
  typeOid: 1,
  modifier: -1,
});
const columns = [column('id', 'text', true), column('sppgId', 'text', true), column('actualPortions', 'int4', false)];
const shape: TableShape = {
  source: { ...foodProductions, columns: columns.map(({ name }) => name) },
  oid: 1,
  columns,
};
const shaped: Record<string, string[]> = {
  ...Object.fromEntries(migrationIds().map((id) => [id, migrationStatements(id)])),
  'raw_food_productions.sql': ['CREATE DATABASE IF NOT EXISTS raw', rawTableSql(shape)],
};
const clustered = (statements: readonly string[]) => statements.flatMap((statement) => onCluster(statement, 'nation'));

test.each(Object.entries(shaped))('%s', async (id, statements) => {
  await expect(`${clustered(statements).join(';\n\n')};\n`).toMatchFileSnapshot(`../golden/cluster/${id}`);
});

test('there is a golden file for every migration and no other', () => {
  expect(readdirSync('tests/golden/cluster').sort()).toEqual(Object.keys(shaped).sort());
});

test('every table has a replicated form and a distributed one, sharded by columns of its sorting key only', () => {
  const all = clustered(Object.values(shaped).flat());
  const locals = all.filter((sql) => /^CREATE TABLE (?:IF NOT EXISTS )?\w+_local\./.test(sql));
  const spread = all.filter((sql) => sql.includes('ENGINE = Distributed('));
  expect(locals.length).toBeGreaterThan(50);
  expect(spread.length).toBe(locals.length);
  for (const sql of locals) expect(sql).toMatch(/ENGINE = Replicated(?:Replacing)?MergeTree\b/);
  for (const [n, sql] of spread.entries()) {
    const sharding = /cityHash64\((.*)\)\)$/.exec(sql)?.[1] ?? '';
    const engine = locals[n]?.slice(locals[n]?.indexOf('ENGINE =')) ?? '';
    const sortedBy = engine.slice(engine.indexOf('ORDER BY')).split(/SETTINGS|TTL/)[0] ?? '';
    for (const column of sharding.match(/[\w`]+/g) ?? ['none']) expect(sortedBy).toContain(column);
    if (/\bsppg_id\b/.test(sortedBy)) expect(sharding).toBe('sppg_id');
  }
});

/** Names of the columns that a CREATE TABLE lists, in a set. */
const columnsOf = (sql: string) => {
  const listed = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf('ENGINE'));
  const flat = listed.replaceAll(/\([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\)/g, '');
  const names = flat.split(',').map((part) => /^\s*`?(\w+)`?\s/.exec(part)?.[1] ?? '');
  return new Set(names.filter((name) => !['', 'INDEX', 'PROJECTION'].includes(name)));
};

test('at the end of all migrations a table over all servers has the columns of those it stands for', () => {
  const held = new Map<string, Set<string>>();
  const name = String.raw`(\w+\.\w+)`;
  for (const sql of clustered(Object.values(shaped).flat())) {
    const made = new RegExp(`^CREATE TABLE (?:IF NOT EXISTS )?${name} ON CLUSTER 'nation' (?:AS ${name})?`).exec(sql);
    const dropped = new RegExp(`^DROP TABLE (?:IF EXISTS )?${name}`).exec(sql);
    const exchanged = new RegExp(`^EXCHANGE TABLES ${name} AND ${name}`).exec(sql);
    const added = new RegExp(`^ALTER TABLE ${name} ON CLUSTER 'nation' ADD COLUMN (?:IF NOT EXISTS )?(\\w+)`).exec(sql);
    if (made?.[1] !== undefined && !held.has(made[1]))
      held.set(made[1], made[2] === undefined ? columnsOf(sql) : new Set(held.get(made[2])));
    if (dropped?.[1] !== undefined) held.delete(dropped[1]);
    const [one, other] = [held.get(exchanged?.[1] ?? ''), held.get(exchanged?.[2] ?? '')];
    if (one !== undefined && other !== undefined) held.set(exchanged?.[1] ?? '', other).set(exchanged?.[2] ?? '', one);
    if (added?.[1] !== undefined) held.get(added[1])?.add(added[2] ?? '');
  }
  const over = [...held.keys()].filter((table) => !/_local\./.test(table));
  expect(over.length).toBeGreaterThan(50);
  expect(held.get('ops.places_food_distributions')).toContain('served');
  for (const table of over)
    expect([...(held.get(table) ?? [])].sort(), table).toEqual(
      [...(held.get(table.replace('.', '_local.')) ?? [])].sort(),
    );
});

test('nothing that shapes the warehouse runs on one server alone', () => {
  for (const sql of clustered(Object.values(shaped).flat())) {
    expect(sql).toMatch(/ ON CLUSTER 'nation'|^INSERT INTO /);
  }
});

test('a row and its history are sharded alike: the view between them stands on each server', () => {
  const key = (sql: readonly string[], table: string) =>
    sql
      .find((each) => each.includes(`TABLE IF NOT EXISTS ${table} `) && each.includes('Distributed'))
      ?.match(/cityHash64.*/)?.[0];
  const raw = key(clustered(shaped['raw_food_productions.sql'] ?? []), 'raw.food_productions')?.replaceAll('`', '');
  expect(raw).toBe('cityHash64(id))');
  const history = clustered(shaped['0021_history.sql'] ?? []);
  for (const table of ['sppg', 'nutrition_programs', 'school_beneficiaries', 'inventory_items', 'sppg_team_members']) {
    expect(key(history, `ops.history_${table}`)).toBe(raw);
  }
  expect(
    onCluster('CREATE MATERIALIZED VIEW ops.feed_sppg TO ops.history_sppg AS SELECT id\n    FROM raw.sppg', 'nation'),
  ).toEqual([
    "CREATE MATERIALIZED VIEW ops_local.feed_sppg ON CLUSTER 'nation' TO ops_local.history_sppg AS SELECT id\n    FROM raw_local.sppg",
  ]);
});

test('tables built beside are sharded as those whose place they take, and take it where rows lie', () => {
  const all = clustered(Object.values(shaped).flat());
  for (const table of Object.values(live).map((name) => name.replace('mart.', ''))) {
    const sharding = all.findLast((sql) => sql.includes(`'${table}'`))?.match(/cityHash64.*/)?.[0];
    expect(sharding, table).toBeDefined();
    const built = onCluster(`CREATE TABLE mart.${table}_beside AS mart.${table}`, 'nation');
    expect(built[0]).toBe(`CREATE TABLE mart_local.${table}_beside ON CLUSTER 'nation' AS mart_local.${table}`);
    expect(built[1]?.match(/cityHash64.*/)?.[0]).toBe(sharding);
  }
  expect(onCluster("OPTIMIZE TABLE raw.sppg PARTITION ID 'all' FINAL", 'nation')).toEqual([
    "OPTIMIZE TABLE raw_local.sppg ON CLUSTER 'nation' PARTITION ID 'all' FINAL",
  ]);
  expect(onCluster("ALTER TABLE ops.cells DROP PARTITION ID '7'", 'nation')).toEqual([]);
  expect(onCluster('EXCHANGE TABLES mart.kpi_daily AND mart.kpi_daily_beside', 'nation')).toEqual([
    "EXCHANGE TABLES mart_local.kpi_daily AND mart_local.kpi_daily_beside ON CLUSTER 'nation'",
  ]);
});

test.each([
  [
    'ALTER TABLE raw.x MODIFY COLUMN `a` Int64 SETTINGS mutations_sync = 1',
    [
      "ALTER TABLE raw_local.x ON CLUSTER 'nation' MODIFY COLUMN `a` Int64 SETTINGS mutations_sync = 2",
      "ALTER TABLE raw.x ON CLUSTER 'nation' MODIFY COLUMN `a` Int64",
    ],
  ],
  [
    'ALTER TABLE ops.changes DELETE WHERE lsn < {rolled:UInt64}',
    ["ALTER TABLE ops_local.changes ON CLUSTER 'nation' DELETE WHERE lsn < {rolled:UInt64}"],
  ],
  ['DELETE FROM raw.x WHERE a > 1', ["DELETE FROM raw_local.x ON CLUSTER 'nation' WHERE a > 1"]],
  [
    'DROP TABLE raw.x SYNC',
    [
      "DROP TABLE IF EXISTS raw_local.x ON CLUSTER 'nation' SYNC",
      "DROP TABLE IF EXISTS raw.x ON CLUSTER 'nation' SYNC",
    ],
  ],
  [
    'ALTER TABLE raw.x ADD COLUMN `a` Int64',
    [
      "ALTER TABLE raw_local.x ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS `a` Int64",
      "ALTER TABLE raw.x ON CLUSTER 'nation' ADD COLUMN IF NOT EXISTS `a` Int64",
    ],
  ],
  ['INSERT INTO raw.x SELECT 1', ['INSERT INTO raw.x SELECT 1']],
])('%s', (statement, expected) => {
  expect(onCluster(statement, 'nation')).toEqual(expected);
});

test('a statement that has no form on a cluster is refused', () => {
  expect(() => onCluster('TRUNCATE TABLE raw.x', 'nation')).toThrow(/no form for a cluster/);
});

test('accounts and policies exist on every server, on both forms of a table', () => {
  expect(apiAccountSql('nation').split('\n')).toContain(
    "GRANT ON CLUSTER 'nation' INSERT ON ops_local.audit TO lumbung_api_role;",
  );
  expect(apiAccountSql('nation')).toContain("GRANT ON CLUSTER 'nation' SELECT ON system.clusters TO lumbung_api_role;");
  const reader = readerSql('dinas', 'KPPG', ['province:32'], 'nation').split('\n');
  for (const table of ['mart.kpi_daily', 'mart_local.kpi_daily', 'mart.kpi_areas', 'mart_local.kpi_areas']) {
    expect(reader).toContain(`GRANT ON CLUSTER 'nation' SELECT ON ${table} TO lumbung_reader_dinas;`);
    const policy = `CREATE ROW POLICY OR REPLACE lumbung_reader_dinas ON CLUSTER 'nation' ON ${table} FOR SELECT USING kpi IN (`;
    expect(reader.filter((sql) => sql.startsWith(policy)).length).toBe(1);
  }
  expect(reader.every((sql) => sql.includes("ON CLUSTER 'nation'"))).toBe(true);
});

test('an insert waits for every replica; one replica alone needs no quorum', () => {
  expect(clusterSettings(2)).toMatchObject({ insert_quorum: '2', distributed_foreground_insert: 1 });
  expect(clusterSettings(1)).not.toHaveProperty('insert_quorum');
});

test('every statement of the source that shapes the warehouse has a form on a cluster', () => {
  const shaping = /warehouse\.command\(\s*([`'"])((?:CREATE|DROP|ALTER|DELETE|EXCHANGE)[\s\S]*?)\1/g;
  const files = ['warehouse', 'warehouse/rollups', 'etl'].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(`${folder}/${file}`, 'utf8')),
  );
  const found = files.flatMap((text) => [...text.matchAll(shaping)].map(([, , sql = '']) => sql));
  expect(found.length).toBeGreaterThan(12);
  for (const template of found) {
    const sql = template
      .replaceAll(/\$\{(?:beside|live)\[part\]\}|(?<=EXISTS )\$\{table\}/g, 'mart.kpi_daily')
      .replaceAll(/\$\{select\}/g, 'SELECT id FROM raw.sppg')
      .replaceAll(/\$\{[^}]*\}/g, 'x')
      .trim();
    expect(() => onCluster(sql, 'nation'), sql).not.toThrow();
  }
});
