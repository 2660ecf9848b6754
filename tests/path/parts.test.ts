/** Few parts where keys are looked up (warehouse/parts.ts), and the same figures as before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeParts } from '../../warehouse/parts.ts';
import { expectExact } from '../support/equality.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startReplication, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const TABLES = [
  'raw.food_productions',
  'ops.places_food_productions',
  'ops.placed_food_productions',
  'mart.kpi_daily',
  'mart.kpi_kitchens',
  'mart.kpi_members',
];
const parts = async () => {
  const rows = await stack.warehouse.query<{ name: string; parts: number }>(
    `SELECT concat(database, '.', table) AS name, max(n) AS parts
     FROM (SELECT database, table, partition_id, count() AS n FROM system.parts WHERE active GROUP BY database, table, partition_id)
     WHERE name IN ({tables:Array(String)}) GROUP BY name`,
    { tables: TABLES },
  );
  return new Map(rows.map((row) => [row.name, row.parts]));
};

test('tables with more large parts than asked for are merged, others are left', async () => {
  for (const table of TABLES) await stack.warehouse.command(`SYSTEM STOP MERGES ${table}`);
  for (const id of ['one', 'two', 'three']) {
    await insert(stack.source, 'food_productions', batch('k321', id, '2026-03-02T03:00:00Z'));
    await stack.settled();
  }
  const before = await parts();
  for (const table of TABLES) expect(before.get(table), table).toBeGreaterThanOrEqual(3);
  await mergeParts(stack.warehouse, 100, { largeRows: 1 });
  await mergeParts(stack.warehouse, 1, { largeRows: 1_000_000 });
  expect(await parts()).toEqual(before);
  // Of what cannot be merged the caller is told, and nothing else happens.
  const refused = await mergeParts(stack.warehouse, 1, { largeRows: 1 });
  for (const table of TABLES) expect(refused.some((text) => text.startsWith(`${table} `))).toBe(true);
  expect(await parts()).toEqual(before);
  expect(
    await mergeParts({ ...stack.warehouse, command: () => Promise.reject(new Error('no')) }, 0, { largeRows: 1 }),
  ).toContainEqual(expect.stringMatching(/: no$/));
  expect(await mergeParts({ ...stack.warehouse, query: () => Promise.reject(new Error('away')) }, 1)).toEqual(['away']);
  for (const table of TABLES) await stack.warehouse.command(`SYSTEM START MERGES ${table}`);
  expect(await mergeParts(stack.warehouse, 1, { largeRows: 1 })).toEqual([]);
  expect([...(await parts()).values()]).toEqual(TABLES.map(() => 1));
  await expectExact(stack);
});
