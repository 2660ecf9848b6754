/**
 * Every misconfiguration made on a real Postgres: the preflight finds it, and its own SQL makes the finding go away.
 * The role is the one of docs/operate.md: REPLICATION and SELECT, nothing owned.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, startPostgres } from '../../cli/engines/postgres.ts';
import { applyDemoSchema } from '../../demo/schema.ts';
import { versionFinding } from '../../etl/preflight/server.ts';
import { type Finding, preflight } from '../../etl/preflight.ts';
import { PUBLICATION, SLOT } from '../../etl/source_setup.ts';
import { sources } from '../../etl/sources/all.ts';
import { until } from '../support/stack.ts';

const entry = fileURLToPath(new URL('../../bin/lumbung.mjs', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'lumbung-preflight-'));
const open: pg.Client[] = [];
let server: EmbeddedPostgres;
let admin: pg.Client;
let reader: pg.Client;
let readerUrl: string;

async function connect(url: string, options: object = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...options });
  client.on('error', () => undefined);
  await client.connect();
  open.push(client);
  return client;
}

async function begin(settings: readonly string[] = []): Promise<void> {
  server = await startPostgres(dataDir, ['fsync=off', ...settings]);
  admin = await connect(server.url);
}
async function end(): Promise<void> {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
  await server.stop();
}
async function asReader(): Promise<void> {
  const url = new URL(server.url);
  url.username = 'reader';
  url.password = 'reader-password';
  readerUrl = url.href;
  reader = await connect(readerUrl);
}

beforeAll(async () => {
  await begin();
  await applyDemoSchema(server.url);
  await admin.query(`CREATE ROLE reader LOGIN REPLICATION PASSWORD 'reader-password'`);
  await admin.query('GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader');
  await asReader();
});
afterAll(async () => {
  await end();
  rmSync(dataDir, { recursive: true, force: true });
});

const codes = (findings: readonly Finding[]) => findings.map(({ code, table }) => (table ? `${code} ${table}` : code));
const run = async (statements: readonly string[], client = admin) => {
  for (const statement of statements) await client.query(statement);
};

/** Breaks something, expects exactly these new findings, runs their SQL, and expects everything as it was before. */
async function findsAndMends(breaking: readonly string[], expected: readonly string[], client = reader) {
  const before = codes(await preflight(client));
  await run(breaking);
  let found: Finding[] = [];
  // A changed setting reaches the sessions shortly after the reload.
  await until(`the findings ${expected.join(', ')}`, async () => {
    found = (await preflight(client)).filter((finding) => !codes([finding]).some((code) => before.includes(code)));
    return codes(found).sort().join() === [...expected].sort().join();
  });
  for (const finding of found) {
    expect(finding.sql.length, finding.code).toBeGreaterThan(0);
    await run(finding.sql);
  }
  await until('them to be gone', async () => codes(await preflight(client)).join() === before.join());
  return found;
}

test('a publication that this role may not create is found, and not when it may', async () => {
  expect(codes(await preflight(admin))).toEqual(['wal_budget_unset']);
  await run([`CREATE PUBLICATION ${PUBLICATION}`, `DROP PUBLICATION ${PUBLICATION}`]);
  const found = await preflight(reader);
  expect(codes(found)).toEqual(['wal_budget_unset', 'publication_missing']);
  await run(found[1]?.sql ?? []);
  expect(codes(await preflight(reader))).toEqual(['wal_budget_unset']);
  const { rows } = await admin.query('SELECT tablename FROM pg_publication_tables WHERE pubname = $1', [PUBLICATION]);
  expect(rows.length).toBe(sources.length);
});

test('the WAL budget and the sender time-out', async () => {
  const [unset] = await preflight(reader);
  await run(unset?.sql ?? []);
  await until('nothing to be found', async () => (await preflight(reader)).length === 0);
  const reload = 'SELECT pg_reload_conf()';
  await findsAndMends([`ALTER SYSTEM SET max_slot_wal_keep_size = '100MB'`, reload], ['wal_budget_small']);
  await findsAndMends([`ALTER SYSTEM SET wal_sender_timeout = 0`, reload], ['wal_sender_timeout']);
});

test('the rights of the role', async () => {
  await findsAndMends(['ALTER ROLE reader NOREPLICATION'], ['replication_right']);
  await findsAndMends(['CREATE ROLE rds_replication', 'ALTER ROLE reader NOREPLICATION'], ['replication_right']);
  await run(['DROP ROLE rds_replication', 'ALTER ROLE reader REPLICATION']);
  await findsAndMends(['REVOKE USAGE ON SCHEMA public FROM PUBLIC'], ['schema_right']);
  await findsAndMends(['REVOKE SELECT ON users, sppg FROM reader'], ['select_right users', 'select_right sppg']);
  await findsAndMends(['ALTER TABLE users ENABLE ROW LEVEL SECURITY'], ['row_security users']);
  await run(['ALTER TABLE users DISABLE ROW LEVEL SECURITY', 'ALTER ROLE reader NOBYPASSRLS']);
});

test('keys and identities', async () => {
  const drop = 'ALTER TABLE audit_logs DROP CONSTRAINT audit_logs_pkey';
  await findsAndMends([drop], ['no_primary_key audit_logs']);
  await findsAndMends([`${drop}, ADD PRIMARY KEY (id, "createdAt")`], ['other_primary_key audit_logs']);
  await findsAndMends(['ALTER TABLE users REPLICA IDENTITY NOTHING'], ['replica_identity users']);
  await findsAndMends(
    [
      'CREATE UNIQUE INDEX by_creation ON audit_logs ("createdAt")',
      'ALTER TABLE audit_logs REPLICA IDENTITY USING INDEX by_creation',
    ],
    ['replica_identity audit_logs'],
  );
  // An index that holds the key names it, and so does FULL.
  const before = await preflight(reader);
  await run([
    'CREATE UNIQUE INDEX with_key ON audit_logs (id, "createdAt")',
    'ALTER TABLE audit_logs REPLICA IDENTITY USING INDEX with_key',
    'ALTER TABLE users REPLICA IDENTITY FULL',
  ]);
  expect(await preflight(reader)).toEqual(before);
  await run(['ALTER TABLE users REPLICA IDENTITY DEFAULT', 'ALTER TABLE audit_logs REPLICA IDENTITY DEFAULT']);
});

test('tables, columns and types that are not as listed are named, each alone', async () => {
  const before = codes(await preflight(reader));
  await run([
    'ALTER TABLE waste_management RENAME TO waste_elsewhere',
    'ALTER TABLE audit_logs RENAME COLUMN "createdAt" TO made',
    'ALTER TABLE users ADD COLUMN "shape" point',
    'ALTER TABLE users RENAME COLUMN timezone TO zone',
    'ALTER TABLE users RENAME COLUMN shape TO timezone',
  ]);
  const found = await preflight(reader);
  expect(codes(found)).toEqual([
    ...before,
    'table_shape users',
    'table_shape audit_logs',
    'table_missing waste_management',
  ]);
  const text = found.map(({ what }) => what).join('\n');
  expect(text).toContain('type point');
  expect(text).toContain('createdAt');
  expect(found.filter(({ level }) => level === 'warning').map(({ table }) => table)).toEqual(['waste_management']);
  await run([
    'ALTER TABLE users DROP COLUMN timezone',
    'ALTER TABLE users RENAME COLUMN zone TO timezone',
    'ALTER TABLE audit_logs RENAME COLUMN made TO "createdAt"',
    'ALTER TABLE waste_elsewhere RENAME TO waste_management',
  ]);
  expect(codes(await preflight(reader))).toEqual(before);
});

test('a publication that hides tables, operations, rows, columns or partitions', async () => {
  const alter = `ALTER PUBLICATION ${PUBLICATION}`;
  await findsAndMends([`${alter} DROP TABLE users, sppg`], ['publication_table users', 'publication_table sppg']);
  await findsAndMends([`${alter} SET (publish = 'insert, update')`], ['publication_operations']);
  await findsAndMends(
    [`${alter} DROP TABLE users`, `${alter} ADD TABLE users WHERE (id <> 'x')`],
    ['publication_rows users'],
  );
  const columns = await findsAndMends(
    [`${alter} DROP TABLE users`, `${alter} ADD TABLE users (id, "userType")`],
    ['publication_columns users'],
  );
  expect(columns[0]?.what).toContain('userRole, sppgId');
  // A list with every column that is read hides nothing.
  const before = await preflight(reader);
  const listed = sources.find(({ table }) => table === 'users')?.columns.map((column) => `"${column}"`);
  await run([`${alter} DROP TABLE users`, `${alter} ADD TABLE users (${listed?.join(', ')})`]);
  expect(await preflight(reader)).toEqual(before);

  await run([
    `${alter} DROP TABLE users`,
    'ALTER TABLE users DROP COLUMN timezone',
    `ALTER TABLE users ADD COLUMN timezone text GENERATED ALWAYS AS ('WIB') STORED`,
  ]);
  await run([`${alter} ADD TABLE users`]);
  const generated = (await preflight(reader)).filter(({ code }) => code === 'publication_columns');
  expect(generated).toMatchObject([{ table: 'users' }]);
  await run(generated[0]?.sql ?? []);
  expect(codes(await preflight(reader))).toEqual(codes(before));

  await run([
    `${alter} DROP TABLE audit_logs`,
    'ALTER TABLE audit_logs RENAME TO flat',
    'CREATE TABLE audit_logs (LIKE flat INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY HASH (id)',
    'CREATE TABLE audit_logs_0 PARTITION OF audit_logs FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
    'GRANT SELECT ON audit_logs TO reader',
    `${alter} ADD TABLE audit_logs`,
  ]);
  // The copy reads each partition.
  const partition = await preflight(reader);
  expect(codes(partition)).toEqual(['select_right audit_logs']);
  expect(partition[0]?.sql).toEqual(['GRANT SELECT ON public.audit_logs_0 TO "reader"']);
  await run(partition[0]?.sql ?? []);
  expect(codes(await preflight(reader))).toEqual(codes(before));
  await findsAndMends([`${alter} SET (publish_via_partition_root = false)`], ['publication_partitions']);

  await findsAndMends(
    ['CREATE TABLE keyless (a int)', 'INSERT INTO keyless VALUES (1)', `${alter} ADD TABLE keyless`],
    ['publication_keyless'],
  );
  await admin.query('UPDATE keyless SET a = 2');
});

test('a slot of our name that is physical, of another database, unread or lost', async () => {
  await findsAndMends([`SELECT pg_create_physical_replication_slot('${SLOT}')`], ['slot_plugin']);
  const create = `SELECT pg_create_logical_replication_slot('${SLOT}', 'pgoutput')`;

  await admin.query('CREATE DATABASE elsewhere');
  const elsewhere = new URL(server.url);
  elsewhere.pathname = '/elsewhere';
  await run([create], await connect(elsewhere.href));
  const other = (await preflight(reader)).filter(({ code }) => code === 'slot_database');
  expect(other).toMatchObject([{ level: 'error' }]);
  await run(other[0]?.sql ?? []);
  expect(codes(await preflight(reader))).not.toContain('slot_database');

  await run([create]);
  expect(await preflight(reader)).toMatchObject([{ code: 'slot_inactive', level: 'warning', sql: [] }]);
  await run([`SELECT pg_drop_replication_slot('${SLOT}')`]);

  const keep = (size: string) => [`ALTER SYSTEM SET max_slot_wal_keep_size = '${size}'`, 'SELECT pg_reload_conf()'];
  await run([create, ...keep('1MB')]);
  for (let i = 0; i < 4; i++) await run(['INSERT INTO keyless VALUES (3)', 'SELECT pg_switch_wal()']);
  await run(['CHECKPOINT', ...keep('10GB')]);
  await until('the slot alone', async () => (await preflight(reader)).length === 1);
  const lost = (await preflight(reader)).filter(({ code }) => code === 'slot_lost');
  expect(lost).toMatchObject([{ level: 'warning' }]);
  await run(lost[0]?.sql ?? []);
  expect(await preflight(reader)).toEqual([]);
});

test('the command says findings with their SQL and ends with 1 when there are errors', async () => {
  const env = { ...process.env, DATA_DIR: join(dataDir, 'none'), DATABASE_URL: readerUrl };
  const command = (...args: string[]) =>
    spawnSync(process.execPath, [entry, 'preflight', ...args], { env, encoding: 'utf8' });
  expect(command()).toMatchObject({ status: 0, stdout: 'Nothing to mend: the source can be replicated.\n' });
  await admin.query('REVOKE SELECT ON users, sppg FROM reader');
  const human = command();
  expect(human.status).toBe(1);
  expect(human.stdout).toContain('ERROR the role "reader" may not read public.users');
  expect(human.stdout).toContain('  GRANT SELECT ON public.users TO "reader";');
  expect(Math.max(...human.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  const answer = JSON.parse(command('--json').stdout) as { ok: boolean; findings: Finding[] };
  expect(answer.ok).toBe(false);
  expect(answer.findings).toEqual(await preflight(reader));
  for (const { sql } of answer.findings) await run(sql);
  expect(command('--json').status).toBe(0);
});

test('an old server is refused, one without support is warned of', () => {
  expect(versionFinding(120_022)).toMatchObject([{ level: 'error' }]);
  expect(versionFinding(130_023)).toMatchObject([{ level: 'warning' }]);
  expect([140_000, 150_000, 180_004].flatMap(versionFinding)).toEqual([]);
});

test('settings that need a restart: WAL level, slots and senders', async () => {
  await end();
  await begin(['wal_level=replica', 'max_replication_slots=2', 'max_wal_senders=2']);
  const occupy = () => connect(server.url, { replication: 'database' });
  await admin.query(`SELECT pg_create_physical_replication_slot('other')`);
  await occupy();
  await asReader();
  const found = await preflight(reader);
  expect(codes(found)).toEqual(['wal_level', 'max_replication_slots', 'max_wal_senders']);
  expect(found.every(({ restart }) => restart)).toBe(true);
  for (const { sql } of found) await run(sql);
  // This server gets settings on its command line, which beat the file: start it with what the file says.
  const { rows } = await admin.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_file_settings WHERE name = ANY($1)',
    [codes(found)],
  );
  expect(rows.length).toBe(3);
  await end();
  await begin(rows.map(({ name, setting }) => `${name}=${setting}`));
  await occupy();
  await asReader();
  expect(await preflight(reader)).toEqual([]);
});

test('a standby is refused, and nothing else is asked of it', async () => {
  await end();
  const signal = join(dataDir, 'postgres', 'standby.signal');
  writeFileSync(signal, '');
  if (process.getuid?.() === 0) execFileSync('chown', ['--reference', join(dataDir, 'postgres'), signal]);
  await begin();
  await asReader();
  expect(codes(await preflight(reader))).toEqual(['standby']);
});
