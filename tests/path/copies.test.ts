/** Snapshot and hand-over: copies beside the stream, resumed, of every shape of table. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ensureRawTable } from '../../etl/raw_tables.ts';
import { createCopier } from '../../etl/snapshot.ts';
import type { Source } from '../../etl/source.ts';
import { expectExact, expectSourceEqualsRaw } from '../support/equality.ts';
import { longTest } from '../support/long.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { copiedAfter, lumbung, type Stack, startStack, until } from '../support/stack.ts';
import { plainSource, shapeOf } from '../support/tables.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
});
afterAll(() => stack[Symbol.asyncDispose]());

const state = async (table: string) => {
  const [row] = await stack.warehouse.query<{ state: string; reason: string }>(
    'SELECT toString(state) AS state, reason FROM ops.tables FINAL WHERE table = {table:String}',
    { table },
  );
  return row;
};
const copied = (table: string) => until(`${table} to be live`, async () => (await state(table))?.state === 'live');
const exact = () => expectExact(stack);
/** For a table that no figure comes from; the last test of the file compares everything. */
const logsArrived = async () => {
  await stack.settled();
  await expectSourceEqualsRaw(stack, ['audit_logs']);
};

test('rows written while the copy starts and runs are kept', async () => {
  await runWorkload(stack.source, 1, 80);
  await stack.start('worker');
  const writing = runWorkload(stack.source, 2, 150);
  await stack.start('capture');
  await writing;
  await exact();
});

test('a table whose copy was asked for is copied again while the rest flows, and numbers stay exact', async () => {
  const writing = runWorkload(stack.source, 3, 100);
  const { code, out } = await lumbung(stack, ['snapshot', 'food_productions', 'sppg']);
  await writing;
  expect(out).toContain('food_productions: copied');
  expect(code).toBe(0);
  await exact();
});

test('a streamed change beats the copied row: what was wrong in raw is right after a copy, what is newer stays', async () => {
  // A row nobody deleted in the source, a row that is missing, and one that differs.
  await stack.warehouse.command(
    `INSERT INTO raw.waste_management (id, "sppgId", "wasteWeight", _version, _deleted, _committed_at) VALUES ('ghost', 'k321', 1, 1, false, now64(6))`,
  );
  await insert(stack.source, 'food_productions', batch('k321', 'newer', '2026-03-02T03:00:00Z'));
  await stack.source.query(`UPDATE food_productions SET "actualPortions" = 7 WHERE id = 'newer'`);
  const { code } = await lumbung(stack, ['snapshot', 'waste_management', 'food_productions']);
  expect(code).toBe(0);
  await exact();
});

test('an interrupted copy resumes where it was', async () => {
  // A row a page: many chunks of few rows.
  await stack.source.query('ALTER TABLE audit_logs SET (fillfactor = 10)');
  await stack.source.query(
    `INSERT INTO audit_logs (id, "sppgId", action, "entityType", "entityId", "createdAt")
     SELECT 'a' || g, 'k321', 'UPDATE', 'x', repeat('y', 900) || g, '2026-03-01' FROM generate_series(1, 16000) g`,
  );
  await stack.kill('capture');
  await stack.warehouse.insertRows('ops.tables', [
    { table: 'audit_logs', state: 'requested', reason: '', slot_id: '' },
  ]);
  const progress = async () => {
    const [row] = await stack.warehouse.query<{ rows: number; block: number; print: string }>(
      "SELECT rows, next_block AS block, fingerprint AS print FROM ops.copies FINAL WHERE table = 'audit_logs'",
    );
    return row;
  };
  // Chunks are read side by side, and a place is noted when all before it are done: the first pass comes before the last chunk.
  stack.failpoint('copy:chunk noted');
  await stack.start('capture').catch(() => undefined);
  await until('the capture to be killed in the copy', async () => !stack.running('capture'));
  const before = await progress();
  expect(before?.block).toBeGreaterThan(0);
  stack.failpoint(undefined);
  // Changes meanwhile: a row that was copied, one that was not, and one that goes.
  await stack.source.query(`UPDATE audit_logs SET action = 'LOGIN' WHERE id IN ('a1', 'a15999')`);
  await stack.source.query(`DELETE FROM audit_logs WHERE id IN ('a2', 'a15998')`);
  await stack.start('capture');
  await copied('audit_logs');
  await until('the log to tell of the resumed copy', async () =>
    stack
      .log('capture')
      .split('\n')
      .some((line) => line.includes('"table":"audit_logs"') && line.includes('"resumed":true')),
  );
  await exact();
});

longTest('an interrupted copy begins anew when the stream broke: what was copied has changed unseen', async () => {
  await stack.kill('capture');
  await stack.warehouse.insertRows('ops.tables', [
    { table: 'audit_logs', state: 'requested', reason: '', slot_id: '' },
  ]);
  stack.failpoint('copy:chunk noted');
  await stack.start('capture').catch(() => undefined);
  await until('the capture to be killed in the copy', async () => !stack.running('capture'));
  stack.failpoint(undefined);
  await until('the slot to be free', async () => {
    await stack.source.query(`SELECT pg_drop_replication_slot('lumbung')`);
    return true;
  });
  await stack.source.query(`UPDATE audit_logs SET action = 'LOGOUT' WHERE id < 'a12'`);
  await stack.start('capture');
  await until('the loss to be told', async () => (await state('sppg'))?.state === 'stale');
  const some = await lumbung(stack, ['snapshot', 'audit_logs']);
  expect(some.code).not.toBe(0);
  expect(some.out).toContain('snapshot --all');
  expect((await lumbung(stack, ['snapshot', '--all'])).code).toBe(0);
  await exact();
});

test('a partitioned table is copied and followed, whatever the column order of its partitions; TRUNCATE of the parent too', async () => {
  const { source } = stack;
  await copiedAfter(stack, ['audit_logs'], async () => {
    await source.query('BEGIN');
    await source.query('ALTER TABLE audit_logs RENAME TO audit_logs_plain');
    await source.query(
      'CREATE TABLE audit_logs (LIKE audit_logs_plain INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY HASH (id)',
    );
    await source.query('CREATE TABLE audit_logs_0 PARTITION OF audit_logs FOR VALUES WITH (MODULUS 2, REMAINDER 0)');
    await source.query(
      `CREATE TABLE audit_logs_1 ("createdAt" timestamp(3) NOT NULL DEFAULT now(), metadata jsonb, "ipAddress" text, "sppgId" text,
       "userId" text, "newValues" jsonb, "oldValues" jsonb, description text, action "AuditAction" NOT NULL,
       "entityId" text NOT NULL, "entityType" text NOT NULL, id text NOT NULL PRIMARY KEY)`,
    );
    await source.query('ALTER TABLE audit_logs ATTACH PARTITION audit_logs_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1)');
    await source.query(`INSERT INTO audit_logs SELECT * FROM audit_logs_plain WHERE id < 'a5'`);
    await source.query('COMMIT');
  });
  await logsArrived();
  await source.query(`UPDATE audit_logs SET "entityId" = 'short' WHERE id < 'a3'`);
  await source.query(`DELETE FROM audit_logs WHERE id LIKE 'a4%'`);
  await logsArrived();
  // Dropped and made again, with other rows.
  await source.query('TRUNCATE audit_logs');
  await source.query(`INSERT INTO audit_logs SELECT * FROM audit_logs_plain WHERE id LIKE 'a77%'`);
  await logsArrived();
});

longTest('partitions alone: one is truncated, one detached with its rows, one attached with rows', async () => {
  const { source } = stack;
  await source.query(`INSERT INTO audit_logs SELECT * FROM audit_logs_plain WHERE id < 'a3' ON CONFLICT DO NOTHING`);
  await logsArrived();
  await copiedAfter(stack, ['audit_logs'], () => source.query('TRUNCATE audit_logs_0'));
  await logsArrived();
  await copiedAfter(stack, ['audit_logs'], () => source.query('ALTER TABLE audit_logs DETACH PARTITION audit_logs_1'));
  await logsArrived();
  await source.query(`UPDATE audit_logs_1 SET "entityId" = 'meanwhile'`);
  await copiedAfter(stack, ['audit_logs'], () =>
    source.query('ALTER TABLE audit_logs ATTACH PARTITION audit_logs_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1)'),
  );
  await logsArrived();
});

test('a snapshot that has grown old is renewed for the next table; a young one is shared', async () => {
  const tables = ['renewed_a', 'renewed_b', 'renewed_c'].map((table) => plainSource(table, ['id']));
  for (const { table } of tables)
    await stack.source.query(`CREATE TABLE ${table} AS SELECT g::text AS id FROM generate_series(1, 3) g`);
  for (const { table } of tables) await stack.source.query(`ALTER TABLE ${table} ADD PRIMARY KEY (id)`);
  const { databaseUrl, warehouse } = stack;
  const log = pino({ level: 'silent' });
  const copier = createCopier({ databaseUrl, warehouse, log, signal: new AbortController().signal }, 60_000);
  const copy = async (source: Source | undefined) => {
    const shape = await shapeOf(stack, source as Source);
    await ensureRawTable(warehouse, shape, new Map());
    const { rows, consistentPoint } = await copier.copy(shape, 'test', 'test/renewed');
    const { rows: readers } = await stack.source.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'lumbung copy'`,
    );
    return { rows, consistentPoint, readers: readers.length };
  };
  const first = await copy(tables[0]);
  for (const { table } of tables) await stack.source.query(`INSERT INTO ${table} VALUES ('later')`);
  expect(await copy(tables[1])).toEqual({ ...first, rows: 3 });
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  const renewed = await copy(tables[2]).finally(() => vi.useRealTimers());
  expect(renewed.rows).toBe(4);
  expect(renewed.consistentPoint).toBeGreaterThan(first.consistentPoint);
  // The old one's readers are gone: it keeps the source from cleaning up no longer.
  await until('the readers of the new snapshot to be the only ones', async () => {
    const { rows } = await stack.source.query(`SELECT FROM pg_stat_activity WHERE application_name = 'lumbung copy'`);
    return rows.length === first.readers;
  });
  await copier.close();
});

test('a table that others inherit from has no key: it is refused with the remedy, alone', async () => {
  await stack.source.query('CREATE TABLE users_archive () INHERITS (users)');
  await until('users to be set aside', async () => (await state('users'))?.state === 'quarantined');
  expect((await state('users'))?.reason).toContain('NO INHERIT');
  await stack.source.query('DROP TABLE users_archive');
  await copied('users');
  await exact();
});

test('a table whose pages hold dead rows only', async () => {
  const { source } = stack;
  await source.query(`ALTER TABLE laboratory_tests SET (autovacuum_enabled = off)`);
  await source.query('BEGIN');
  await source.query(
    `INSERT INTO laboratory_tests (id, "sppgId", "testType", "sampleId", "updatedAt")
     SELECT 'l' || g, 'k321', 'WATER_QUALITY', 'x', now() FROM generate_series(1, 500) g`,
  );
  await source.query('ROLLBACK');
  const { rows } = await source.query<{ bytes: number }>(`SELECT pg_relation_size('laboratory_tests')::int AS bytes`);
  expect(rows[0]?.bytes).toBeGreaterThan(0);
  await copiedAfter(stack, ['laboratory_tests'], async () =>
    expect((await lumbung(stack, ['snapshot', 'laboratory_tests'])).code).toBe(0),
  );
  await exact();
});

longTest('rows of many MiB and an empty table', async () => {
  const { source } = stack;
  await source.query('TRUNCATE audit_logs');
  await source.query(
    `INSERT INTO audit_logs (id, action, "entityType", "entityId")
     SELECT 'huge' || g, 'CREATE', 'x', (SELECT string_agg(md5(g || '/' || i), E'\\t"') FROM generate_series(1, 150000) i) FROM generate_series(1, 6) g`,
  );
  await logsArrived();
  expect((await lumbung(stack, ['snapshot', 'audit_logs', 'beneficiary_receipts'])).code).toBe(0);
  await exact();
});
