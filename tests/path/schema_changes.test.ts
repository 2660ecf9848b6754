/** Schema changes of the source: followed without a restart, or one table set aside while the others flow. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { copiedAfter, lumbung, type Stack, startReplication, startStack, until } from '../support/stack.ts';

let stack: Stack;
let pid: string | undefined;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await stack.settled();
  pid = capturePid();
});
afterAll(() => stack[Symbol.asyncDispose]());

const capturePid = () => /"pid":(\d+)/.exec(stack.log('capture'))?.[1];
const state = async (table: string) => {
  const [row] = await stack.warehouse.query<{ state: string; reason: string }>(
    'SELECT toString(state) AS state, reason FROM ops.tables FINAL WHERE table = {table:String}',
    { table },
  );
  return row;
};
const is = (table: string, wanted: string) =>
  until(`${table} to be ${wanted}`, async () => (await state(table))?.state === wanted);
const sum = async (sql: string) => (await stack.warehouse.query<{ n: number | string }>(sql))[0]?.n;
const exact = async () => {
  await stack.settled();
  await expectSourceEqualsRaw(stack);
  expect(await martCells(stack)).toEqual(await independentCells(stack));
  expect(capturePid(), 'the capture was not restarted').toBe(pid);
};
let serial = 0;
/** Other tables keep flowing. */
const flows = async () => {
  const id = `flow${++serial}`;
  await insert(stack.source, 'food_productions', batch('k321', id, '2026-03-02T03:00:00Z'));
  await until(
    'another table to flow',
    async () => (await sum(`SELECT count() AS n FROM raw.food_productions FINAL WHERE id = '${id}'`)) === 1,
  );
};

test('columns that are not replicated come and go unnoticed, with rows before and after in one transaction', async () => {
  const { source } = stack;
  await source.query('BEGIN');
  await insert(source, 'food_productions', batch('k321', 'c1', '2026-03-02T03:00:00Z'));
  await source.query('ALTER TABLE food_productions ADD COLUMN extra text DEFAULT $$x$$');
  await insert(source, 'food_productions', batch('k321', 'c2', '2026-03-02T03:00:00Z'));
  await source.query('ALTER TABLE food_productions DROP COLUMN extra');
  await insert(source, 'food_productions', batch('k321', 'c3', '2026-03-02T03:00:00Z'));
  await source.query('COMMIT');
  await exact();
});

test('an enum value is added and used', async () => {
  await stack.source.query(`ALTER TYPE "ProductionStatus" ADD VALUE IF NOT EXISTS 'ON_HOLD'`);
  await insert(stack.source, 'food_productions', batch('k321', 'held', '2026-03-02T03:00:00Z', { status: 'ON_HOLD' }));
  await exact();
});

test('a column changes its type: old and new rows arrive in the new one', async () => {
  const { source } = stack;
  await copiedAfter(stack, ['food_productions', 'budget_tracking'], async () => {
    await source.query('BEGIN');
    await insert(source, 'food_productions', batch('k322', 't1', '2026-03-02T03:00:00Z'));
    await source.query('ALTER TABLE food_productions ALTER COLUMN "plannedPortions" TYPE bigint');
    await source.query('ALTER TABLE budget_tracking ALTER COLUMN "allocatedBudget" TYPE numeric(18,3)');
    await source.query('COMMIT');
    await insert(
      source,
      'food_productions',
      batch('k322', 't2', '2026-03-02T03:00:00Z', { plannedPortions: 3_000_000_000 }),
    );
  });
  const typeOf = (table: string, column: string) =>
    sum(`SELECT type AS n FROM system.columns WHERE database = 'raw' AND table = '${table}' AND name = '${column}'`);
  expect(await typeOf('food_productions', 'plannedPortions')).toBe('Int64');
  expect(await typeOf('budget_tracking', 'allocatedBudget')).toBe('String');
  await exact();
});

test('a column may be NULL from now on, and a NULL follows at once', async () => {
  const { source } = stack;
  await source.query('BEGIN');
  await source.query('ALTER TABLE food_productions ALTER COLUMN "estimatedCost" DROP NOT NULL');
  await source.query('ALTER TABLE food_productions ALTER COLUMN "batchNumber" DROP NOT NULL');
  await insert(
    source,
    'food_productions',
    batch('k322', 'null', '2026-03-02T03:00:00Z', { estimatedCost: null, batchNumber: null }),
  );
  await source.query('COMMIT');
  await exact();
  await source.query(`UPDATE food_productions SET "estimatedCost" = 1, "batchNumber" = 'x' WHERE id = 'null'`);
  await source.query('ALTER TABLE food_productions ALTER COLUMN "estimatedCost" SET NOT NULL');
  await flows();
  await exact();
});

test('a column that rollups read becomes something they cannot read: that table alone is set aside', async () => {
  const { source } = stack;
  await source.query('ALTER TABLE waste_management ALTER COLUMN "wasteWeight" TYPE numeric(12,3)');
  await is('waste_management', 'quarantined');
  expect((await state('waste_management'))?.reason).toContain('wasteWeight');
  await flows();
  await source.query('ALTER TABLE waste_management ALTER COLUMN "wasteWeight" TYPE double precision');
  await is('waste_management', 'live');
  await exact();
});

test('a replicated column is dropped: that table alone is set aside, says so, and comes back with its default for old rows', async () => {
  const { source } = stack;
  await source.query('ALTER TABLE waste_management DROP COLUMN "wasteSource" CASCADE');
  await is('waste_management', 'quarantined');
  expect((await state('waste_management'))?.reason).toContain('wasteSource');
  await flows();
  const { out } = await lumbung(stack, ['status']);
  expect(out).toContain('quarantined');
  expect(out).toContain('wasteSource');
  await source.query(
    `INSERT INTO waste_management (id, "sppgId", "wasteDate", "wasteType", "wasteWeight", "disposalMethod", "updatedAt")
     VALUES ('while-away', 'k321', '2026-03-02', 'FOOD_WASTE', 3, 'COMPOST', now())`,
  );
  await source.query(`ALTER TABLE waste_management ADD COLUMN "wasteSource" text NOT NULL DEFAULT 'UNKNOWN'`);
  await is('waste_management', 'live');
  await stack.settled();
  expect(
    await sum(
      `SELECT count() AS n FROM raw.waste_management FINAL WHERE "wasteSource" = 'UNKNOWN' AND id = 'while-away'`,
    ),
  ).toBe(1);
  await exact();
});

test('a replicated column is renamed, and renamed back', async () => {
  const { source } = stack;
  await source.query('ALTER TABLE beneficiary_feedback RENAME COLUMN rating TO stars').catch(async () => {
    await source.query('ALTER TABLE beneficiary_feedback RENAME COLUMN "feedbackType" TO stars');
  });
  await is('beneficiary_feedback', 'quarantined');
  await flows();
  const { code, out } = await lumbung(stack, ['snapshot', 'beneficiary_feedback']);
  expect(code).toBe(1);
  expect(out).toContain('lacks the column');
  const { rows } = await source.query<{ name: string }>(
    `SELECT CASE WHEN EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'beneficiary_feedback' AND column_name = 'rating') THEN 'feedbackType' ELSE 'rating' END AS name`,
  );
  await source.query(`ALTER TABLE beneficiary_feedback RENAME COLUMN stars TO "${rows[0]?.name}"`);
  await is('beneficiary_feedback', 'live');
  await exact();
});

test('a table is renamed away with changes meanwhile, and back', async () => {
  const { source } = stack;
  await insert(source, 'waste_management', {
    id: 'w-renamed',
    sppgId: 'k511',
    wasteDate: '2026-03-02T03:00:00Z',
    wasteType: 'FOOD_WASTE',
    wasteWeight: 4,
    wasteSource: 'LEFTOVER',
    disposalMethod: 'COMPOST',
    updatedAt: '2026-03-02',
  });
  await stack.settled();
  await source.query('ALTER TABLE waste_management RENAME TO waste_elsewhere');
  await source.query(`UPDATE waste_elsewhere SET "wasteWeight" = 5 WHERE id = 'w-renamed'`);
  await is('waste_management', 'quarantined');
  await source.query(`UPDATE waste_elsewhere SET "wasteWeight" = 6 WHERE id = 'w-renamed'`);
  await flows();
  await source.query('ALTER TABLE waste_elsewhere RENAME TO waste_management');
  await is('waste_management', 'live');
  await exact();
});

test('a table is dropped and made again, under another shape of key order', async () => {
  const { source } = stack;
  await source.query('BEGIN');
  await source.query('CREATE TABLE waste_again (LIKE waste_management INCLUDING DEFAULTS, PRIMARY KEY (id))');
  await source.query(`INSERT INTO waste_again SELECT * FROM waste_management WHERE id <> 'w-renamed'`);
  await source.query('DROP TABLE waste_management');
  await source.query('ALTER TABLE waste_again RENAME TO waste_management');
  await source.query('COMMIT');
  await until(
    'the new table to be copied',
    async () =>
      (await sum(`SELECT count() AS n FROM raw.waste_management FINAL WHERE id = 'w-renamed' AND NOT _deleted`)) === 0,
  );
  await is('waste_management', 'live');
  await source.query(`UPDATE waste_management SET "wasteWeight" = "wasteWeight" + 1`);
  await exact();
});

test('a table is missing: set aside until it is there', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE kept AS SELECT * FROM program_monitoring');
  const { rows } = await source.query<{ sql: string }>(
    `SELECT string_agg(format('%I', column_name), ', ') AS sql FROM information_schema.columns WHERE table_name = 'program_monitoring'`,
  );
  await source.query('CREATE TABLE spare (LIKE program_monitoring INCLUDING ALL)');
  await source.query('DROP TABLE program_monitoring');
  await is('program_monitoring', 'quarantined');
  await flows();
  await source.query('ALTER TABLE spare RENAME TO program_monitoring');
  await source.query(`INSERT INTO program_monitoring (${rows[0]?.sql}) SELECT ${rows[0]?.sql} FROM kept`);
  await is('program_monitoring', 'live');
  await exact();
});

test('several tables are altered in one transaction, with a table taken out of the publication', async () => {
  const { source } = stack;
  await copiedAfter(stack, ['quality_controls', 'school_feeding_reports', 'food_distributions'], async () => {
    await source.query('ALTER PUBLICATION lumbung DROP TABLE food_distributions');
    await source.query('BEGIN');
    await source.query('ALTER TABLE quality_controls ALTER COLUMN "score" TYPE bigint');
    await source.query('ALTER TABLE school_feeding_reports ALTER COLUMN "totalPortionsServed" TYPE bigint');
    await source.query('ALTER TABLE food_productions ADD COLUMN another integer');
    await source.query('COMMIT');
  });
  await exact();
});

test('a table is out of the publication for a moment: what was written meanwhile is copied', async () => {
  const { source } = stack;
  await copiedAfter(stack, ['food_distributions'], async () => {
    await source.query('ALTER PUBLICATION lumbung DROP TABLE food_distributions');
    await source.query(`UPDATE food_distributions SET "totalPortions" = "totalPortions" + 1`);
    await source.query('ALTER PUBLICATION lumbung ADD TABLE food_distributions');
  });
  await exact();
});

test('TRUNCATE … CASCADE, then inserts', async () => {
  await stack.source.query('TRUNCATE food_productions CASCADE');
  await insert(stack.source, 'food_productions', batch('k321', 'after', '2026-03-02T03:00:00Z'));
  await exact();
});
