/** The statements of docs/operate.md: everything of the warehouse is backed up, lost, and restored; then it goes on where it was. */
import { expect, test } from 'vitest';
import { migrate } from '../../warehouse/migrate.ts';
import { expectExact } from '../support/equality.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { lumbung, startReplication, startStack } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

const DATABASES = ['raw', 'mart', 'ops'];
const ALL = DATABASES.map((name) => `DATABASE ${name}`).join(', ');

test('a lost warehouse is restored from its backup and follows the source from there', async () => {
  await using stack = await startStack(seedProgramme);
  const { warehouse, source } = stack;
  await startReplication(stack);
  await runWorkload(source, 31, 80);
  await stack.settled();
  await Promise.all([stack.kill('worker', 'SIGTERM'), stack.kill('capture', 'SIGTERM')]);
  // In memory, where one session finds it again: a folder for backups is a setting of a server.
  await warehouse.query(`BACKUP ${ALL} TO Memory('all')`);
  for (const name of DATABASES) await warehouse.command(`DROP DATABASE ${name} SYNC`);
  await insert(source, 'food_productions', batch('k321', 'while-it-was-gone', '2026-03-02T03:00:00Z'));

  await warehouse.query(`RESTORE ${ALL} FROM Memory('all')`);
  await migrate(warehouse);
  await startReplication(stack);
  await expectExact(stack);
  expect((await lumbung(stack, ['verify-audit'])).code).toBe(0);
  const [kept] = await warehouse.query<{ n: number }>(
    "SELECT count() AS n FROM raw.food_productions FINAL WHERE id = 'while-it-was-gone'",
  );
  expect(kept?.n).toBe(1);
});
