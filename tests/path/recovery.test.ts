/** Recovery: what was cut off is taken up again, what cannot be stored is kept, what is lost is said. */
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { retryParked } from '../../etl/parked.ts';
import { parseLsn } from '../../etl/postgres/lsn.ts';
import { readSourceTables } from '../../etl/source_setup.ts';
import { payloadKey } from '../../platform/queues.ts';
import type { Params } from '../../warehouse/client.ts';
import { currentSlot, readTables } from '../../warehouse/ledger.ts';
import { pruneLedgers } from '../../warehouse/pruning.ts';
import { markEverything, refreshDirtyCells } from '../../warehouse/rollups/refresh.ts';
import { readStages } from '../../warehouse/stages.ts';
import { readWatermark } from '../../warehouse/watermark.ts';
import { expectExact } from '../support/equality.ts';
import { longTest } from '../support/long.ts';
import { martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { confirmedLsn, lumbung, type Stack, startReplication, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const count = async (sql: string) => Number((await stack.warehouse.query<{ n: number | string }>(sql))[0]?.n);
const exact = () => expectExact(stack);
const table = async (name: string) => (await readTables(stack.warehouse)).find((found) => found.table === name);
const streamed = async () => (await table('food_productions'))?.streamedRows ?? Number.NaN;
const confirmed = () => confirmedLsn(stack);

test('a refresh that was cut off: what it wrote is older than what the next one writes', async () => {
  const redis = new Redis(stack.redisUrl);
  /** Handed over while no worker runs. */
  const waiting = async (id: string, plannedPortions: number) => {
    await insert(stack.source, 'food_productions', batch('k321', id, '2026-04-20T03:00:00Z', { plannedPortions }));
    await until('the batch to be handed over', async () => (await redis.keys(payloadKey('*'))).length > 0);
  };
  await stack.warehouse.command('SYSTEM STOP MERGES mart.kpi_daily');
  const written = () =>
    stack.warehouse.query<{ num: number; seq: number }>(
      `SELECT num, seq FROM mart.kpi_daily
       WHERE kpi = 'portions_planned' AND sppg_id = 'k321' AND day = '2026-04-20' AND split = '' ORDER BY num`,
    );
  await stack.kill('worker');
  await waiting('cut-1', 10);
  stack.failpoint('rollup:after cells');
  // A rollup that was asked for before may come first, and die without the batch.
  while ((await written()).length === 0) {
    await stack.start('worker');
    await until('the worker to be dead', async () => !stack.running('worker'));
  }
  stack.failpoint(undefined);
  // Nor is the refresh that was cut off simply done again before the next batch is there.
  await redis.flushall();
  await waiting('cut-2', 20);
  redis.disconnect();
  await stack.start('worker');
  await exact();
  const [first, second, ...more] = await written();
  expect([first?.num, second?.num, more]).toEqual([10, 30, []]);
  expect(second?.seq).toBeGreaterThan(first?.seq ?? 0);
  await stack.warehouse.command('SYSTEM START MERGES mart.kpi_daily');
});

test('a batch that was cut off half-way is not rolled up before it is whole', async () => {
  await stack.kill('worker');
  stack.failpoint('load:rows durable');
  await stack.start('worker');
  stack.failpoint(undefined);
  await insert(stack.source, 'food_productions', batch('k321', 'half', '2026-03-04T03:00:00Z'));
  await until('the worker to die', async () => !stack.running('worker'));
  expect(await count("SELECT count() AS n FROM raw.food_productions FINAL WHERE id = 'half'")).toBe(1);
  // Whatever asks for a refresh meanwhile, e.g. reconciliation.
  await markEverything(stack.warehouse, 'test');
  expect(await refreshDirtyCells(stack.warehouse, (await currentSlot(stack.warehouse)) ?? '')).toBeUndefined();
  await stack.start('worker');
  await exact();
});

// Few rows, and long ones: what makes parts is bytes.
test('a large transaction goes in parts and is never half seen in a rollup', async () => {
  const { source } = stack;
  const planned = () =>
    count(
      "SELECT sum(num) AS n FROM mart.kpi_daily FINAL WHERE kpi = 'portions_planned' AND sppg_id = 'k512' AND split = ''",
    );
  const before = await planned();
  const streamedBefore = await streamed();
  const seen = new Set<number>();
  let watching = true;
  const watch = (async () => {
    while (watching) seen.add(await planned());
  })();
  await source.query('BEGIN');
  const inserted = await source.query(
    `INSERT INTO food_productions (id, "sppgId", "programId", "menuId", "productionDate", "batchNumber", "plannedPortions", "plannedStartTime",
       "plannedEndTime", "estimatedCost", status, "updatedAt")
     SELECT 'big' || g, 'k512', 'p-k512', 'm1-k512', '2026-03-05', 'B-' || g || repeat('x', 1500), 1, '2026-03-05', '2026-03-05', 1, 'PLANNED', now()
     FROM generate_series(1, 12000) g`,
  );
  await source.query(`SAVEPOINT s`);
  await source.query(`UPDATE food_productions SET "plannedPortions" = 1000 WHERE id LIKE 'big%'`);
  await source.query('ROLLBACK TO s');
  const updated = await source.query(`UPDATE food_productions SET "plannedPortions" = 2 WHERE id LIKE 'big1%'`);
  await source.query('COMMIT');
  // Another kitchen's changes while the parts arrive make the same cells' refresh run.
  await insert(source, 'food_productions', batch('k512', 'beside', '2026-03-05T00:00:00Z', { status: 'PLANNED' }));
  await exact();
  watching = false;
  await watch;
  const after = await planned();
  const { rows } = await source.query<{ big: string }>(
    `SELECT sum("plannedPortions") AS big FROM food_productions WHERE id LIKE 'big%'`,
  );
  const whole = before + Number(rows[0]?.big);
  expect(after).toBe(whole + 1_000);
  expect(
    [...seen].every((value) => [before, whole, after].includes(value)),
    [...seen].join(),
  ).toBe(true);
  expect(await count("SELECT count() AS n FROM ops.parts WHERE NOT endsWith(batch_id, '/begun')")).toBeGreaterThan(1);
  // Its parts are counted too, and the row beside it.
  expect(await streamed()).toBe(streamedBefore + (inserted.rowCount ?? 0) + (updated.rowCount ?? 0) + 1);
});

longTest('a large transaction interrupted between its parts is taken up again', async () => {
  await stack.kill('capture');
  stack.failpoint('capture:after job*2');
  await stack.start('capture').catch(() => undefined);
  stack.failpoint(undefined);
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 3 WHERE id LIKE 'big%'`);
  await until('the capture to die', async () => !stack.running('capture'));
  await stack.start('capture');
  await exact();
  await stack.source.query(`DELETE FROM food_productions WHERE id LIKE 'big%'`);
  await exact();
});

test('a value that cannot be stored parks its row with reason and position; the rest flows; retry drains it', async () => {
  const { source } = stack;
  await source.query('BEGIN');
  await insert(source, 'food_productions', batch('k321', 'fine', '2026-03-02T03:00:00Z'));
  await insert(
    source,
    'food_productions',
    batch('k321', 'poison', '2026-03-02T03:00:00Z', { actualEndTime: 'infinity' }),
  );
  await source.query('COMMIT');
  await stack.settled();
  expect(await count("SELECT count() AS n FROM raw.food_productions FINAL WHERE id = 'fine'")).toBe(1);
  expect(await count("SELECT count() AS n FROM raw.food_productions FINAL WHERE id = 'poison'")).toBe(0);
  const status = await lumbung(stack, ['status', '--json']);
  const { parked } = JSON.parse(status.out) as { parked: { reason: string; endLsn: string }[] };
  expect(parked).toHaveLength(1);
  expect(parked[0]?.reason).toMatch(/food_productions: .*infinity/);
  expect(BigInt(parked[0]?.endLsn ?? 0)).toBeGreaterThan(0n);
  // Still broken: it stays.
  expect((await lumbung(stack, ['retry'])).out).toContain('0 parked rows loaded, 1 left');
  // The cause is mended in the source: the newer row arrives by itself, the parked one is overtaken.
  await source.query(`UPDATE food_productions SET "actualEndTime" = '2026-03-02T06:00:00Z' WHERE id = 'poison'`);
  await stack.settled();
  expect((await lumbung(stack, ['retry'])).out).toContain('1 parked rows loaded, 0 left');
  await exact();
});

test('a row that the warehouse refuses is parked alone and loaded when the cause is mended', async () => {
  await stack.warehouse.command(
    `ALTER TABLE raw.food_productions ADD CONSTRAINT refuse CHECK NOT startsWith("batchNumber", 'B-refused')`,
  );
  const { source } = stack;
  await source.query('BEGIN');
  for (const id of ['r1', 'refused1', 'r2', 'refused2', 'r3', 'refused3'])
    await insert(
      source,
      'food_productions',
      // One of them has not ended: its place says so, and is no line too short.
      batch('k511', id, '2026-03-06T03:00:00Z', id === 'refused2' ? { actualEndTime: null } : {}),
    );
  await source.query('COMMIT');
  await stack.settled();
  expect(await count("SELECT count() AS n FROM raw.food_productions FINAL WHERE id IN ('r1', 'r2', 'r3')")).toBe(3);
  expect(await count("SELECT count() AS n FROM ops.parked FINAL WHERE state = 'parked'")).toBe(3);
  // However many are parked, few are held at a time: no more rows, and no more bytes, than a page has.
  const { shapes } = await readSourceTables(source);
  const pages: number[] = [];
  const query = async <Row>(sql: string, params?: Params) => {
    const rows = await stack.warehouse.query<Row>(sql, params);
    if (sql.includes('payload')) pages.push(rows.length);
    return rows;
  };
  const retrying = { warehouse: { ...stack.warehouse, query }, log: pino({ level: 'silent' }), shapes };
  expect(await retryParked(retrying, { rows: 2, bytes: 1_000_000 })).toEqual({ drained: 0, left: 3 });
  expect(await retryParked(retrying, { rows: 9, bytes: 1 })).toEqual({ drained: 0, left: 3 });
  expect(pages).toEqual([2, 1, 0, 1, 1, 1, 0]);
  await stack.warehouse.command('ALTER TABLE raw.food_productions DROP CONSTRAINT refuse');
  expect((await lumbung(stack, ['retry'])).out).toContain('3 parked rows loaded, 0 left');
  await exact();
});

test('a copied row with such a value is parked too, and the copy goes on', async () => {
  await insert(
    stack.source,
    'food_productions',
    batch('k321', 'far', '2026-03-02T03:00:00Z', { actualEndTime: '9999-01-01' }),
  );
  await stack.settled();
  expect((await lumbung(stack, ['snapshot', 'food_productions'])).code).toBe(0);
  expect(await count("SELECT uniqExact(id) AS n FROM ops.parked FINAL WHERE state = 'parked'")).toBe(2);
  await stack.source.query(`DELETE FROM food_productions WHERE id = 'far'`);
  await stack.settled();
  await lumbung(stack, ['retry']);
  await exact();
});

test('the slot is removed: said plainly, the old numbers stay, and a guided copy brings everything back', async () => {
  const before = await martCells(stack);
  const copied = (await table('sppg'))?.copiedRows;
  expect(copied).toBeGreaterThan(0);
  await stack.kill('capture', 'SIGTERM');
  await until('the slot to be free', async () => {
    await stack.source.query(`SELECT pg_drop_replication_slot('lumbung')`);
    return true;
  });
  await runWorkload(stack.source, 900, 60);
  await stack.start('capture');
  const tables = async () =>
    stack.warehouse.query<{ state: string; reason: string }>(
      'SELECT DISTINCT toString(state) AS state, reason FROM ops.tables FINAL',
    );
  await until('the loss to be told', async () => (await tables()).every((table) => table.state === 'stale'));
  expect((await tables())[0]?.reason).toContain('lumbung snapshot --all');
  expect(await martCells(stack)).toEqual(before);
  // What it shows is still what was copied then.
  expect(await table('sppg')).toMatchObject({ state: 'stale', copiedRows: copied });
  // Somebody else's slot of that name is neither read nor dropped.
  await stack.source.query(`SELECT pg_create_logical_replication_slot('lumbung', 'test_decoding')`);
  const asked = lumbung(stack, ['snapshot', '--all']);
  await until('the capture to refuse', async () => !stack.running('capture'));
  expect(stack.log('capture')).toContain('of plugin test_decoding, not pgoutput');
  await stack.source.query(`SELECT pg_drop_replication_slot('lumbung')`);
  // Killed between two of its copies, it goes on with them: the tables that are live by then are not refused again.
  stack.failpoint('capture:table copied*5');
  await stack.start('capture').catch(() => undefined);
  await until('the capture to die', async () => !stack.running('capture'));
  stack.failpoint(undefined);
  await runWorkload(stack.source, 901, 20);
  await stack.start('capture');
  const { code, out } = await asked;
  expect(out).toContain('food_productions: copied');
  expect(code).toBe(0);
  await exact();
});

longTest('the slot is lost to its budget: said plainly, and a guided copy brings everything back', async () => {
  const { source } = stack;
  const keep = async (setting: string) => {
    await source.query(`ALTER SYSTEM ${setting}`);
    await source.query('SELECT pg_reload_conf()');
  };
  await stack.kill('capture', 'SIGTERM');
  await runWorkload(source, 902, 20);
  await source.query('CREATE TABLE filler (n int)');
  await keep(`SET max_slot_wal_keep_size = '1MB'`);
  try {
    await until('the WAL of the slot to be removed', async () => {
      await source.query('INSERT INTO filler VALUES (1)');
      await source.query('SELECT pg_switch_wal()');
      await source.query('CHECKPOINT');
      const { rows } = await source.query<{ lost: boolean }>(
        `SELECT wal_status = 'lost' AS lost FROM pg_replication_slots WHERE slot_name = 'lumbung'`,
      );
      return rows[0]?.lost === true;
    });
  } finally {
    await keep('RESET max_slot_wal_keep_size');
  }
  const before = await martCells(stack);
  await stack.start('capture');
  await until('the loss to be told', async () => {
    const rows = await stack.warehouse.query<{ state: string; reason: string }>(
      'SELECT DISTINCT toString(state) AS state, reason FROM ops.tables FINAL',
    );
    return rows.every(({ state, reason }) => state === 'stale' && reason.includes('max_slot_wal_keep_size'));
  });
  expect(await martCells(stack)).toEqual(before);
  expect((await lumbung(stack, ['snapshot', '--all'])).code).toBe(0);
  await exact();
});

test('a warehouse restored from a backup is behind its slot: said, and not passed over', async () => {
  await stack.kill('capture', 'SIGTERM');
  const { rows } = await stack.source.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1`);
  // What a restore of an older state leaves: nothing in the ledger after this position, but a slot that has moved on.
  await until('the slot to be free', async () => {
    await stack.source.query(`SELECT pg_replication_slot_advance('lumbung', pg_current_wal_lsn())`);
    return true;
  });
  expect(await confirmed()).toBeGreaterThan(parseLsn(rows[0]?.lsn ?? '0/0'));
  await stack.start('capture');
  await until('the gap to be told', async () => stack.log('capture').includes('it was restored from a backup'));
  expect((await lumbung(stack, ['snapshot', '--all'])).code).toBe(0);
  await exact();
});

test('the ledger of batches is pruned below what is rolled up: no figure of it changes, nor by a batch that comes again', async () => {
  const { source, warehouse } = stack;
  await insert(source, 'food_productions', batch('k321', 'ledger', '2026-03-02T03:00:00Z'));
  await exact();
  const slot = (await currentSlot(warehouse)) ?? '';
  const entries = () => count('SELECT count() AS n FROM ops.batches FINAL WHERE rows > 0');
  const told = async () => {
    const stages = await readStages(warehouse);
    const rows = (await readTables(warehouse)).map(({ table: name, streamedRows, committedAt }) => [
      name,
      streamedRows,
      committedAt,
    ]);
    return { slot: await currentSlot(warehouse), rows, streamed: stages.rows };
  };
  /** Three days pass, and the ledger is pruned. */
  const age = async () => {
    await warehouse.command(
      'ALTER TABLE ops.batches UPDATE loaded_at = loaded_at - INTERVAL 3 DAY WHERE 1 SETTINGS mutations_sync = 2',
    );
    await pruneLedgers(warehouse);
  };
  // Of a captured one that stays: whatever is confirmed or said of freshness in between is of batches without rows.
  await stack.kill('capture');
  const [again] = await warehouse.query<Record<string, unknown>>(
    `SELECT slot_id, toString(start_lsn) AS start_lsn, toString(end_lsn) AS end_lsn, rows, toString(committed_at) AS committed_at, tables
     FROM ops.batches FINAL WHERE rows > 0 AND slot_id = {slot:String} ORDER BY end_lsn LIMIT 1`,
    { slot },
  );
  const before = await told();
  const { lsn } = await readWatermark(warehouse, slot);
  expect(await entries()).toBeGreaterThan(3);
  for (const replayed of [false, true]) {
    if (replayed) await warehouse.insertRows('ops.batches', [again ?? {}]);
    expect(await told()).toEqual(before);
    await age();
    await until('what is old to be gone', async () => (await entries()) <= 1);
    expect(await told()).toEqual(before);
    expect((await readWatermark(warehouse, slot)).lsn).toBe(lsn);
  }
  // The stream goes on from there, and what comes is counted on.
  const previous = await streamed();
  await stack.start('capture');
  await source.query(`UPDATE food_productions SET "actualPortions" = 4 WHERE id = 'ledger'`);
  await exact();
  expect(await streamed()).toBe(previous + 1);
});

test('WAL of tables that are not replicated moves an idle slot', async () => {
  await stack.source.query('CREATE TABLE noise (n int)');
  await stack.source.query('INSERT INTO noise SELECT generate_series(1, 50000)');
  const { rows } = await stack.source.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
  const target = parseLsn(rows[0]?.lsn ?? '0/0');
  await until('the slot to move', async () => (await confirmed()) >= target);
});
