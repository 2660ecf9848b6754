/** Order and idempotency: whatever the order and number of loads, the last committed row wins, and only committed ones count. */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Batch, decodeBatch } from '../../etl/batch.ts';
import { loadBatch } from '../../etl/load.ts';
import { loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import type { Written } from '../../warehouse/client.ts';
import { refreshDirtyCells } from '../../warehouse/rollups/refresh.ts';
import { expectExact } from '../support/equality.ts';
import { martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startReplication, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const log = createLogger({ ...loadConfig({ DATA_DIR: '/tmp' }), LOG_LEVEL: 'silent' }, 'test');
const exact = () => expectExact(stack);
const one = (id: string, more = {}) =>
  insert(stack.source, 'food_productions', batch('k321', id, '2026-03-02T03:00:00Z', more));
const set = (id: string, planned: number) =>
  stack.source.query('UPDATE food_productions SET "plannedPortions" = $1 WHERE id = $2', [planned, id]);
const remove = (id: string) => stack.source.query('DELETE FROM food_productions WHERE id = $1', [id]);

test('insert, update and delete of one key, in one transaction and in several of one batch', async () => {
  const { source } = stack;
  await source.query('BEGIN');
  await one('o1');
  await set('o1', 5);
  await remove('o1');
  await one('o2');
  await remove('o2');
  await one('o2', { plannedPortions: 7 });
  await source.query('COMMIT');
  for (const step of [
    () => one('o3'),
    () => set('o3', 8),
    () => remove('o3'),
    () => one('o3', { plannedPortions: 9 }),
    () => set('o3', 10),
  ])
    await step();
  await exact();
});

test('identical rows are deleted and inserted again', async () => {
  const { source } = stack;
  await one('same');
  await stack.settled();
  for (let n = 0; n < 3; n++) {
    await source.query('BEGIN');
    await remove('same');
    await one('same');
    await source.query('COMMIT');
    await stack.settled();
  }
  await exact();
});

test('savepoints and rolled-back work leave nothing; nothing is visible before its commit', async () => {
  const { source } = stack;
  const visible = async () =>
    (await stack.warehouse.query<{ n: number }>("SELECT count() AS n FROM raw.food_productions WHERE id LIKE 'sp%'"))[0]
      ?.n;
  await source.query('BEGIN');
  await one('sp1');
  await source.query('SAVEPOINT a');
  await one('sp2');
  await source.query('ROLLBACK TO a');
  await one('sp3');
  await source.query('SAVEPOINT b');
  await set('sp3', 42);
  await source.query('RELEASE b');
  // Another connection's commit passes while this transaction is open.
  const other = new pg.Client({ connectionString: stack.databaseUrl });
  await other.connect();
  await other.query(`UPDATE food_productions SET "plannedPortions" = 11 WHERE id = 'o2'`);
  await other.end();
  await stack.settled();
  expect(await visible()).toBe(0);
  await source.query('COMMIT');
  await source.query('BEGIN');
  await one('sp4');
  await source.query('ROLLBACK');
  await exact();
  expect(await visible()).toBe(2);
});

test('batches loaded out of order, twice, and after a failure half-way change nothing', async () => {
  await one('large', { rejectionReason: randomBytes(6_000).toString('hex') });
  await stack.settled();
  await stack.kill('worker', 'SIGTERM');
  const redis = new Redis(stack.redisUrl);
  const keys = () => redis.keys('lumbung:batch:*');
  for (let n = 1; n <= 3; n++) {
    if (n > 1) {
      // A value too large for its row is not sent again with it.
      await set('large', n);
      await stack.source.query('TRUNCATE beneficiary_feedback');
    }
    await runWorkload(stack.source, 500 + n, 60);
    await until(`batch ${n} to wait`, async () => (await keys()).length >= n);
  }
  const payloads = await Promise.all((await keys()).map((key) => redis.getBuffer(key)));
  const batches = payloads.flatMap((payload) => (payload ? [decodeBatch(payload)] : []));
  expect(batches.length).toBeGreaterThanOrEqual(3);
  batches.sort((a, b) => (BigInt(a.startLsn) < BigInt(b.startLsn) ? 1 : -1));
  const context = { warehouse: stack.warehouse, log, source: async () => stack.source };
  // One of several tables fails: the ledger must not count the batch.
  const first = batches.at(-1);
  const table = first?.sections.find((section) => section.kind === 'binary')?.table ?? '';
  expect(table).not.toBe('');
  const failing = {
    ...stack.warehouse,
    insertBulk: (target: string, columns: readonly string[], written: Written, bytes: Buffer | Readable) =>
      target === `raw.${table}`
        ? Promise.reject(new Error('the disk is full'))
        : stack.warehouse.insertBulk(target, columns, written, bytes),
  };
  const counted = async () =>
    (
      await stack.warehouse.query<{ n: number }>('SELECT count() AS n FROM ops.batches WHERE end_lsn = {end:UInt64}', {
        end: first?.endLsn ?? '0',
      })
    )[0]?.n;
  await expect(loadBatch({ ...context, warehouse: failing }, first as never)).rejects.toThrow('the disk is full');
  expect(await counted()).toBe(0);
  // One that reads rows of others is refused until those are there, as the queue would see it; the others may come in any order.
  let refused = 0;
  const attempt = (one: Batch) =>
    loadBatch(context, one).catch((error: unknown) => {
      expect(error).toMatchObject({ kind: 'transient' });
      refused += 1;
    });
  for (const one of batches) await attempt(one);
  expect(batches.some(({ after }) => after.length > 0)).toBe(true);
  expect(refused).toBeGreaterThan(0);
  for (const one of [...batches].reverse()) await attempt(one);
  for (const one of batches) await loadBatch(context, one);
  redis.disconnect();
  await stack.start('worker');
  await exact();
});

test('two refreshers on the same cells, and a write between claim and clear, end exact', async () => {
  const [row] = await stack.warehouse.query<{ slot: string }>('SELECT any(slot_id) AS slot FROM ops.rollups');
  const slot = row?.slot ?? '';
  for (let round = 0; round < 4; round++) {
    const writing = runWorkload(stack.source, 700 + round, 40);
    await Promise.all([refreshDirtyCells(stack.warehouse, slot), refreshDirtyCells(stack.warehouse, slot)]);
    await writing;
  }
  await exact();
});

test('a full rebuild equals the incremental state, cell by cell', async () => {
  const before = await martCells(stack);
  expect((await lumbung(stack, ['rollup', '--full'])).code).toBe(0);
  await until('the rebuild', async () => {
    const [row] = await stack.warehouse.query<{ n: number }>('SELECT count() AS n FROM ops.marks FINAL WHERE NOT done');
    return row?.n === 0;
  });
  expect(await martCells(stack)).toEqual(before);
  await exact();
});
