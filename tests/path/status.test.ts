/** What the operator sees equals what Postgres, ClickHouse and Redis say, and what cannot be read is absent, not zero. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../cli/status.ts';
import { formatStatus, openStatus, type StatusReader } from '../../cli/status.ts';
import { forgetCopies, noteCopyPosition } from '../../etl/copy_progress.ts';
import { createSourceReader } from '../../etl/source_facts.ts';
import { loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { JOBS, openQueue, PIPELINE } from '../../platform/queues.ts';
import { connectRedis, type Redis } from '../../platform/redis.ts';
import { readSourceFacts, type SourceFacts, slotDanger } from '../../platform/source_facts.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

const entry = fileURLToPath(new URL('../../bin/lumbung.mjs', import.meta.url));
let stack: Stack;
let status: StatusReader;
let redis: Redis;

beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await insert(source, 'food_productions', batch('k321', 'b1', '2026-03-02T03:00:00Z'));
    await source.query(`ALTER SYSTEM SET max_slot_wal_keep_size = '2GB'`);
    await source.query('SELECT pg_reload_conf()');
    await source.query('ALTER TABLE audit_logs REPLICA IDENTITY NOTHING');
  });
  await startPath(stack);
  await stack.settled();
  const config = loadConfig({
    DATA_DIR: stack.dataDir,
    DATABASE_URL: stack.databaseUrl,
    CLICKHOUSE_URL: stack.clickhouseUrl,
    REDIS_URL: stack.redisUrl,
  });
  const addresses = { postgres: stack.databaseUrl, clickhouse: stack.clickhouseUrl, redis: stack.redisUrl };
  status = openStatus(config, { pid: process.pid, api: stack.api, demo: true, ...addresses });
  redis = connectRedis(stack.redisUrl, createLogger({ ...config, LOG_LEVEL: 'silent' }, 'test'), 'blocking');
});
afterAll(async () => {
  await status.close();
  redis.disconnect();
  await stack[Symbol.asyncDispose]();
});

/** Samples of /metrics by name and labels. */
async function samples(): Promise<Map<string, number>> {
  const text = await (await fetch(`${stack.api}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('lumbung_'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      const value = line.slice(at + 1);
      return [line.slice(0, at), value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)];
    }),
  );
}

const tableOf = (now: Status, name: string) => now.tables?.find(({ table }) => table === name);

test('rows copied and streamed are those of the source', async () => {
  const count = async (table: string) => {
    const { rows } = await stack.source.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return rows[0]?.n;
  };
  await insert(stack.source, 'food_productions', batch('k321', 'b2', '2026-03-02T03:00:00Z'));
  await stack.source.query(`UPDATE food_productions SET "actualPortions" = 1 WHERE id = 'b2'`);
  await stack.source.query(`DELETE FROM food_productions WHERE id = 'b1'`);
  await stack.settled();
  const now = await status.read();
  expect(now.faults).toEqual([]);
  expect(tableOf(now, 'food_productions')).toMatchObject({ state: 'live', copiedRows: 1, streamedRows: 3 });
  expect(tableOf(now, 'sppg')).toMatchObject({ copiedRows: await count('sppg'), streamedRows: 0, reconciled: null });
  expect(now).toMatchObject({ ready: true, reasons: [], parked: [], parkedTotal: 0 });
  const metrics = await samples();
  expect(metrics.get('lumbung_table_rows_total{table="food_productions",kind="copied"}')).toBe(1);
  expect(metrics.get('lumbung_table_rows_total{table="food_productions",kind="streamed"}')).toBe(3);
  expect(metrics.get('lumbung_table_state{table="food_productions",state="live"}')).toBe(1);
  expect(metrics.get('lumbung_parked_batches')).toBe(0);
  expect(metrics.get('lumbung_lag_seconds')).toBeGreaterThanOrEqual(0);
});

test('a quarantined table is shown with its reason and does not take readiness away', async () => {
  const now = await status.read();
  expect(tableOf(now, 'audit_logs')).toMatchObject({ state: 'quarantined' });
  expect(tableOf(now, 'audit_logs')?.reason).toContain('REPLICA IDENTITY DEFAULT');
  expect(formatStatus(now)).toMatch(/^audit_logs +quarantined/m);
  const { status: code, body } = await stack.get('/readyz');
  expect(code).toBe(200);
  expect(body).toMatchObject({ ready: true, reasons: [] });
  expect(String(body.warnings)).toContain('audit_logs is quarantined');
  expect((await samples()).get('lumbung_table_state{table="audit_logs",state="quarantined"}')).toBe(1);
});

test('reconciliation is shown per table once it has run', async () => {
  const env = {
    ...process.env,
    DATA_DIR: stack.dataDir,
    DATABASE_URL: stack.databaseUrl,
    CLICKHOUSE_URL: stack.clickhouseUrl,
    REDIS_URL: stack.redisUrl,
    LOG_LEVEL: 'silent',
  };
  expect(spawnSync(process.execPath, [entry, 'reconcile'], { env, encoding: 'utf8' })).toMatchObject({ status: 0 });
  const [row] = await stack.warehouse.query<{ last: string; n: number }>(
    `SELECT formatDateTime(max(finished_at), '%Y-%m-%dT%H:%i:%SZ') AS last, count() AS n
     FROM ops.reconciliations WHERE table = 'sppg'`,
  );
  expect(row?.n).toBe(1);
  const { rows } = await stack.source.query<{ n: number }>('SELECT count(*)::int AS n FROM sppg');
  const now = await status.read();
  expect(tableOf(now, 'sppg')?.reconciled).toEqual({
    finishedAt: row?.last,
    checked: rows[0]?.n,
    missing: 0,
    extra: 0,
    different: 0,
    repaired: 0,
  });
  expect(tableOf(now, 'audit_logs')?.reconciled).toBeNull();
  const metrics = await samples();
  expect(metrics.has('lumbung_reconciliation_age_seconds{table="sppg"}')).toBe(true);
  expect(metrics.has('lumbung_reconciliation_age_seconds{table="audit_logs"}')).toBe(false);
});

test('slot facts are those of Postgres; in /metrics they need the scheduler', async () => {
  expect([...(await samples()).keys()].filter((name) => /slot|lag_bytes/.test(name))).toEqual([]);
  await stack.start('scheduler');
  await until('the facts with a rate', async () => {
    const facts = await readSourceFacts(redis);
    return facts !== undefined && facts.walBytesPerSecond !== null;
  });
  // With the capture stopped the slot stands still.
  await stack.kill('capture', 'SIGTERM');
  await stack.source.query('CREATE TABLE other AS SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 20000) n');
  const { rows } = await stack.source.query(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 AS kept, restart_lsn::text AS restart,
       pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::float8 AS lag, confirmed_flush_lsn::text AS confirmed
     FROM pg_replication_slots WHERE slot_name = 'lumbung'`,
  );
  const { kept, lag, restart, confirmed } = rows[0];
  expect(lag).toBeGreaterThan(10_000_000);
  const { source, lag: shown } = await status.read();
  expect(source?.slot).toMatchObject({ active: false, restartLsn: restart, confirmedLsn: confirmed });
  expect(source?.slot?.budgetBytes).toBe(2 * 1024 ** 3);
  // Postgres itself may log a little in between.
  const near = (value: number | null | undefined, wanted: number) =>
    expect(Math.abs((value ?? 0) - wanted)).toBeLessThan(1_000_000);
  near(source?.slot?.keptBytes, kept);
  const exact = await stack.source.query<{ kept: number; lag: number }>(
    'SELECT pg_wal_lsn_diff($1, $2)::float8 AS kept, pg_wal_lsn_diff($1, $3)::float8 AS lag',
    [source?.walLsn, restart, confirmed],
  );
  expect(exact.rows[0]).toEqual({ kept: source?.slot?.keptBytes, lag: shown.bytes });
  near(shown.bytes, lag);
  await until('the next reading', async () => ((await samples()).get('lumbung_lag_bytes') ?? 0) > 10_000_000);
  const metrics = await samples();
  near(metrics.get('lumbung_slot_wal_bytes'), kept);
  near(metrics.get('lumbung_lag_bytes'), lag);
  expect(metrics.get('lumbung_slot_budget_seconds')).toBeGreaterThan(0);
  await stack.source.query('DROP TABLE other');
  await stack.start('capture');
  await stack.settled();
});

test('the time the budget lasts is its rest at the rate of the WAL between two readings', async () => {
  const read = createSourceReader();
  const first = await read(stack.source);
  expect(first.walBytesPerSecond).toBeNull();
  expect(first.slot?.budgetSeconds).toBeNull();
  await stack.source.query('CREATE TABLE other AS SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 9000) n');
  const second = await read(stack.source);
  const written = await stack.source.query<{ bytes: number }>('SELECT pg_wal_lsn_diff($1, $2)::float8 AS bytes', [
    second.walLsn,
    first.walLsn,
  ]);
  const seconds = (Date.parse(second.readAt) - Date.parse(first.readAt)) / 1_000;
  expect(second.walBytesPerSecond).toBeCloseTo((written.rows[0]?.bytes ?? 0) / seconds, 3);
  const { safeBytes, budgetSeconds } = second.slot as NonNullable<SourceFacts['slot']>;
  expect(budgetSeconds).toBeCloseTo((safeBytes as number) / (second.walBytesPerSecond as number), 3);
  await stack.source.query('DROP TABLE other');
});

test('a slot in danger is a warning', () => {
  const slot = {
    active: true,
    walStatus: 'reserved',
    restartLsn: '0/1',
    confirmedLsn: '0/1',
    keptBytes: 1,
    lagBytes: 1,
    budgetBytes: 1_000,
    safeBytes: 900,
    budgetSeconds: 90,
  };
  expect(slotDanger(slot)).toBeUndefined();
  expect(slotDanger(null)).toBeUndefined();
  expect(slotDanger({ ...slot, budgetBytes: null, safeBytes: null })).toBeUndefined();
  expect(slotDanger({ ...slot, safeBytes: 100 })).toEqual({ code: 'slot_budget', bytes: 100, seconds: 90 });
  expect(slotDanger({ ...slot, walStatus: 'unreserved', safeBytes: -5 })).toMatchObject({ bytes: 0 });
  expect(slotDanger({ ...slot, walStatus: 'lost' })).toEqual({ code: 'slot_lost' });
});

test('batches on their way and what is parked are shown', async () => {
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('worker', 'SIGTERM');
  const queue = openQueue(PIPELINE, redis);
  await queue.obliterate({ force: true });
  for (const batchId of ['x1', 'x2']) {
    await queue.add('load', { kind: 'load', batchId, slotId: 's' }, { jobId: batchId });
  }
  await queue.add('load', { kind: 'load', batchId: 'x3', slotId: 's' }, { jobId: 'x3', delay: 3_600_000 });
  await queue.add('rollup', { kind: 'rollup', slotId: 's' }, { jobId: 'rollup-s' });
  await stack.warehouse.insertRows('ops.parked', [
    {
      id: 'p1',
      slot_id: 's',
      start_lsn: '1',
      end_lsn: '4294967298',
      reason: 'users: too late a date',
      payload: '',
      state: 'parked',
    },
    { id: 'p2', slot_id: 's', start_lsn: '1', end_lsn: '3', reason: 'gone', payload: '', state: 'drained' },
  ]);
  const now = await status.read();
  expect(now.inFlight).toEqual({ waiting: 2, active: 0, delayed: 1 });
  expect(now.parkedTotal).toBe(1);
  expect(now.parked).toEqual([{ id: 'p1', reason: 'users: too late a date', endLsn: '4294967298' }]);
  const text = formatStatus(now);
  expect(text).toContain('  1/2 users: too late a date (p1)');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(text).not.toContain(new URL(stack.databaseUrl).password);
  const metrics = await samples();
  expect(metrics.get('lumbung_batches_in_flight{state="waiting"}')).toBe(2);
  expect(metrics.get('lumbung_batches_in_flight{state="active"}')).toBe(0);
  expect(metrics.get('lumbung_batches_in_flight{state="delayed"}')).toBe(1);
  expect(metrics.get('lumbung_parked_batches')).toBe(1);
  expect(String((await stack.get('/readyz')).body.warnings)).toContain('1 parked');
  await queue.obliterate({ force: true });
  await queue.close();
});

test('every state of a table, and a job that waits for its next attempt, stand where operators look', async () => {
  type Held = { table: string; slot_id: string; fingerprint: string; copied_rows: string };
  const [held] = await stack.warehouse.query<Held>(
    "SELECT toString(table) AS table, slot_id, fingerprint, toString(copied_rows) AS copied_rows FROM ops.tables FINAL WHERE table = 'users'",
  );
  const headers = { authorization: `Bearer ${await stack.token('PLATFORM_SUPPORT', ['national'])}` };
  const page = async () => (await fetch(`${stack.api}/health`, { headers })).text();
  const said = {
    copying: 'copying users',
    requested: 'a copy was asked for, no capture has taken it up: users',
    stale: 'users is stale: because stale',
    quarantined: 'users is quarantined: because quarantined',
  };
  for (const [state, warning] of Object.entries(said)) {
    await stack.warehouse.insertRows('ops.tables', [{ ...held, state, reason: `because ${state}` }]);
    const { status: code, body } = await stack.get('/readyz');
    expect(body.warnings).toContainEqual(warning);
    // Its numbers stay: it takes no readiness away.
    if (state === 'copying') expect([code, body.reasons]).toEqual([200, []]);
    expect((await samples()).get(`lumbung_table_state{table="users",state="${state}"}`)).toBe(1);
    expect(tableOf(await status.read(), 'users')).toMatchObject({ state, reason: `because ${state}` });
    expect(await page()).toContain(warning);
  }
  await stack.warehouse.insertRows('ops.tables', [{ ...held, state: 'live', reason: '' }]);
  expect(String((await stack.get('/readyz')).body.warnings)).not.toContain('users');

  const queue = openQueue(JOBS, redis);
  await queue.add('prune', { kind: 'prune', due: '2026-03-01T00:00:00.000Z' }, { delay: 3_600_000 });
  const { body } = await stack.get('/api/v1/operations', headers.authorization.slice(7));
  expect(body.queues).toContainEqual({ queue: JOBS, jobs: expect.objectContaining({ delayed: 1 }) });
  expect(await page()).toMatch(/Queue jobs(?:(?!<\/tr>).)*1 delayed/s);
  await queue.obliterate({ force: true });
  await queue.close();
});

test('a copy under way shows how far it is and what is left of it', async () => {
  const state = (name: string) =>
    stack.warehouse.command(
      `INSERT INTO ops.tables (table, state, reason, slot_id, copied_rows, consistent_lsn, fingerprint)
       SELECT table, {name:String}, '', slot_id, copied_rows, consistent_lsn, fingerprint FROM ops.tables FINAL WHERE table = 'users'`,
      { name },
    );
  await state('copying');
  const at = {
    table: 'users',
    fingerprint: 'f',
    totalBytes: 1_000,
    resumedBytes: 500,
    beganAt: new Date(Date.now() - 60_000),
  };
  const position = { firstVersion: 1n, leaf: 1, filenode: 1, block: 1, rows: 42, bytes: 600 };
  await noteCopyPosition(stack.warehouse, at, position);
  const now = await status.read();
  expect(tableOf(now, 'users')?.copying).toMatchObject({ rows: 42, bytes: 600, totalBytes: 1_000, resumedBytes: 500 });
  // A hundred bytes in a minute, four hundred are left.
  expect(formatStatus(now)).toMatch(/users: █{12}░{8} 60 %, 42 rows, 4 min( \d+ s)? left/);
  await forgetCopies(stack.warehouse, ['users']);
  await state('live');
  expect(tableOf(await status.read(), 'users')?.copying).toBeNull();
});

test('what cannot be read is absent and said', async () => {
  await stack.kill('scheduler', 'SIGTERM');
  // Facts nobody renews go by themselves; here they go at once.
  const left = await redis.pttl('lumbung:status');
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(20_000);
  await redis.del('lumbung:status');
  await stack.kill('warehouse');
  const now = await status.read();
  expect(now).toMatchObject({ tables: null, parked: null, parkedTotal: null, freshness: null });
  expect(now.lag.seconds).toBeNull();
  expect(now.faults.join()).toContain('ClickHouse');
  expect(now).toMatchObject({ ready: false });
  expect(now.source).not.toBeNull();
  const names = [...(await samples()).keys()];
  const operator = /^lumbung_(lag|slot|parked|table|reconciliation|batches)/;
  expect(names.filter((name) => operator.test(name) && !name.includes('batches_in_flight'))).toEqual([]);
  await stack.start('warehouse');
});
