/** Rows beside each other (warehouse/placed.ts): whatever befalls the copies, figures are those of the rows. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markRows } from '../../warehouse/rollups/refresh.ts';
import { handover } from '../support/day_rows.ts';
import { expectExact } from '../support/equality.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startReplication, startStack, until } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const OLD_DAY = '2026-03-02T03:00:00Z';
const one = (id: string) => insert(stack.source, 'food_productions', batch('k321', id, OLD_DAY));
/** Has the cells of the old day computed again, and nothing else asked for. */
const touch = (id: string) =>
  stack.source.query('UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = $1', [id]);
const move = (id: string) =>
  stack.source.query(`UPDATE food_productions SET "productionDate" = '2026-03-09 03:00:00' WHERE id = $1`, [id]);
const standing = async (id: string) => {
  const rows = await stack.warehouse.query<{ day: string }>(
    'SELECT toString(toDate(at)) AS day FROM ops.placed_food_productions FINAL WHERE NOT _deleted AND id = {id:String}',
    { id },
  );
  return rows.map(({ day }) => day);
};
/** The row as it stood on the old day, loaded a second time. */
const replay = (id: string) =>
  stack.warehouse.command(
    `INSERT INTO raw.food_productions
     SELECT * REPLACE (toDateTime64('2026-03-02 03:00:00', 3, 'UTC') AS productionDate, _version - 1 AS _version, false AS _deleted)
     FROM (SELECT * FROM raw.food_productions WHERE id = {id:String} AND NOT _deleted ORDER BY _version DESC LIMIT 1)`,
    { id },
  );

test('rows around the midnights of all three zones are of their own day in each', async () => {
  const serve = async (at: string) => {
    for (const kitchen of ['k321', 'k511', 'k941']) {
      await insert(stack.source, 'food_productions', batch(kitchen, `${kitchen} at ${at}`, at));
      await insert(stack.source, 'school_distributions', handover(kitchen, `${kitchen} at ${at}`, at));
    }
    await expectExact(stack);
  };
  for (const hour of [14, 15, 16, 17]) await serve(`2026-03-16T${hour}:30:00Z`);
  // Of one of the two days alone, which is computed again with what the night brought it.
  await serve('2026-03-17T03:00:00Z');
  await serve('2026-03-16T03:00:00Z');
});

test('a row stands where its newest version is, and an older one that is loaded again counts nowhere', async () => {
  for (const id of ['stays', 'moves', 'goes']) await one(id);
  await stack.settled();
  expect(await standing('moves')).toEqual(['2026-03-02']);
  await move('moves');
  await stack.source.query(`DELETE FROM food_productions WHERE id = 'goes'`);
  await stack.settled();
  expect(await standing('moves')).toEqual(['2026-03-09']);
  expect(await standing('goes')).toEqual([]);
  for (const id of ['moves', 'goes']) await replay(id);
  await touch('stays');
  await expectExact(stack);
  expect(await standing('moves')).toEqual(['2026-03-09']);
});

test('a warehouse of a version without placed rows gets them, graves included', async () => {
  const { warehouse } = stack;
  for (const id of ['remains', 'moved', 'gone']) await one(id);
  await stack.settled();
  await move('moved');
  await stack.source.query(`DELETE FROM food_productions WHERE id = 'gone'`);
  await stack.settled();
  await stack.kill('worker', 'SIGTERM');
  await stack.kill('capture', 'SIGTERM');
  for (const table of ['food_productions', 'food_distributions', 'school_distributions']) {
    await warehouse.command(`DROP VIEW ops.feed_placed_${table} SYNC`);
    await warehouse.command(`DROP TABLE ops.placed_${table} SYNC`);
  }
  await startReplication(stack);
  await touch('remains');
  await stack.settled();
  await until('the rows to be placed', async () => (await standing('remains')).length === 1);
  await expectExact(stack);
  for (const id of ['moved', 'gone']) await replay(id);
  await touch('remains');
  await expectExact(stack);
  expect(await standing('moved')).toEqual(['2026-03-09']);
});

test('a repaired row whose copy was cut off is placed by its mark', async () => {
  await one('half');
  await stack.settled();
  await stack.warehouse.command(`DELETE FROM ops.placed_food_productions WHERE id = 'half'`);
  expect(await standing('half')).toEqual([]);
  await markRows(stack.warehouse, 'food_productions', ['half'], 'reconciliation');
  await touch('stays');
  await expectExact(stack);
  expect(await standing('half')).toEqual(['2026-03-02']);
});
