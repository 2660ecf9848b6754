/** Every schema that was ever released leads to the present one, with the rows it holds. */
import { expect, test } from 'vitest';
import type { Warehouse } from '../../warehouse/client.ts';
import { migrate, migrationIds } from '../../warehouse/migrate.ts';
import { startStack } from '../support/stack.ts';

/** Everything a table is: columns, keys, projections, settings. */
const schema = (warehouse: Warehouse) =>
  warehouse.query<{ name: string; sql: string }>(
    `SELECT concat(database, '.', name) AS name, create_table_query AS sql FROM system.tables
     WHERE database IN ('ops', 'mart') ORDER BY name`,
  );

test('from the first, a middle and the last but one migration: the same tables, and nothing of what they held is lost', async () => {
  await using stack = await startStack();
  const { warehouse } = stack;
  const present = await schema(warehouse);
  const ids = migrationIds();
  expect(present.length).toBeGreaterThan(50);
  for (const at of [0, Math.floor(ids.length / 2), ids.length - 2]) {
    for (const database of ['ops', 'mart']) await warehouse.command(`DROP DATABASE ${database} SYNC`);
    await migrate(warehouse, ids[at]);
    await warehouse.insertRows('ops.marks', [
      { id: crypto.randomUUID(), table: '*', keys: [], reason: 'kept', done: 0 },
    ]);
    expect(await migrate(warehouse)).toEqual(ids.slice(at + 1));
    expect(await schema(warehouse)).toEqual(present);
    expect(await warehouse.query('SELECT reason FROM ops.marks')).toEqual([{ reason: 'kept' }]);
    expect(await migrate(warehouse)).toEqual([]);
  }
});
