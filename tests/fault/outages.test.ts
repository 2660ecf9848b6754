/** Outages of what the path stands on: each is waited for, nothing is lost, nothing is confirmed that is not durable. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExact, expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { martCells } from '../support/mart_cells.ts';
import { seedProgramme } from '../support/rows.ts';
import { type Stack, startReplication, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const exact = () => expectExact(stack);

test('the start is interrupted before and between its copies', async () => {
  await using fresh = await startStack(seedProgramme);
  await runWorkload(fresh.source, 1, 100);
  await fresh.start('worker');
  for (const place of ['capture:slot ready', 'capture:table copied*5']) {
    fresh.failpoint(place);
    await fresh.start('capture').catch(() => undefined);
    await until(`the capture to die at ${place}`, async () => !fresh.running('capture'));
    await runWorkload(fresh.source, 2, 50);
  }
  fresh.failpoint(undefined);
  await fresh.start('capture');
  await fresh.settled();
  await expectSourceEqualsRaw(fresh);
  expect(await martCells(fresh)).toEqual(await independentCells(fresh));
});

test('two captures: one streams, the other stands by and takes over', async () => {
  const first = stack.pid('capture');
  await stack.start('capture'); // a second one; the first stays
  await until('the second to stand by', async () => stack.log('capture').includes('standing by'));
  await runWorkload(stack.source, 10, 60);
  process.kill(first, 'SIGKILL');
  await runWorkload(stack.source, 11, 60);
  await exact();
});

test('Redis is killed and comes back empty', async () => {
  const writing = runWorkload(stack.source, 20, 150);
  await stack.restartRedis();
  await writing;
  await exact();
});

test('the engine is down while the source goes on', async () => {
  await stack.kill('warehouse');
  await runWorkload(stack.source, 30, 200);
  await stack.start('warehouse');
  await exact();
});

test('Postgres is restarted', async () => {
  await runWorkload(stack.source, 40, 60);
  await stack.restartPostgres();
  await runWorkload(stack.source, 41, 60);
  await exact();
});

test('the connection of the slot is cut while a transaction is being written', async () => {
  await stack.source.query('BEGIN');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1`);
  await stack.source.query(
    `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = 'lumbung'`,
  );
  await stack.source.query(`UPDATE food_productions SET "actualPortions" = 5`);
  await stack.source.query('COMMIT');
  await exact();
});

test('a worker that is paused longer than its lock, and one that takes over', async () => {
  const paused = stack.pid('worker');
  process.kill(paused, 'SIGSTOP');
  await runWorkload(stack.source, 50, 60);
  await stack.start('worker');
  await exact();
  process.kill(paused, 'SIGCONT');
  await runWorkload(stack.source, 51, 60);
  await exact();
  process.kill(paused, 'SIGKILL');
});
