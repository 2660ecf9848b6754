/** States at the ends of days: history the source does not keep, told from the versions the warehouse has seen. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markEverything, markRows } from '../../warehouse/rollups/refresh.ts';
import { insert, NOW, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startReplication, startStack, until } from '../support/stack.ts';

const DAY = 86_400_000;
const KITCHEN = 'k511'; // WITA: a local day ends at 16 h UTC.
let stack: Stack;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await insert(source, 'inventory_items', {
      id: 'st',
      sppgId: KITCHEN,
      itemName: 'beras',
      category: 'KARBOHIDRAT',
      unit: 'kg',
      currentStock: 20,
      minStock: 10,
      maxStock: 100,
      updatedAt: NOW,
    });
  });
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const localDay = (instant: number) => new Date(instant + 8 * 3_600_000).toISOString().slice(0, 10);
const endOf = (day: string) => Date.parse(`${day}T16:00:00Z`);
const cells = async (kpi: string) => {
  const rows = await stack.warehouse.query<{ day: string; num: number; den: number | null }>(
    `SELECT toString(day) AS day, num, den FROM mart.kpi_daily FINAL
     WHERE kpi = {kpi:String} AND sppg_id = {kitchen:String} AND split = '' AND num IS NOT NULL ORDER BY day`,
    { kpi, kitchen: KITCHEN },
  );
  return rows.map(({ day, num, den }) => [day, num, den]);
};
/** A version of a row as it would have come with a commit at that instant; versions grow with the instants. */
const earlier = (table: string, key: string, instant: number, change: Record<string, unknown>) =>
  stack.warehouse.command(
    `INSERT INTO raw.${table}
     SELECT * REPLACE (${Object.entries(change)
       .map(([column, value]) => `${typeof value === 'string' ? `'${value}'` : String(value)} AS \`${column}\``)
       .join(', ')}${Object.keys(change).length > 0 ? ', ' : ''}
       toUInt128(${Math.round(instant / 1000)}) AS _version, toDateTime64('${new Date(instant).toISOString().replace('Z', '')}', 6, 'UTC') AS _committed_at)
     FROM raw.${table} FINAL WHERE id = '${key}'`,
  );
const today = () => localDay(Date.now());
const dayBefore = (days: number) => localDay(Date.now() - days * DAY);

test('a state has one cell for each day since it is known, as it was at the end of that local day', async () => {
  for (const kitchen of [KITCHEN]) await earlier('sppg', kitchen, endOf(dayBefore(5)) - 3_600_000, {});
  // Ample, then low a millisecond before a day's end, ample again a millisecond after it.
  await earlier('inventory_items', 'st', endOf(dayBefore(5)) - 3_600_000, { currentStock: 50 });
  await earlier('inventory_items', 'st', endOf(dayBefore(3)) - 1, { currentStock: 1 });
  await earlier('inventory_items', 'st', endOf(dayBefore(3)) + 1_000, { currentStock: 30 });
  await earlier('inventory_items', 'st', endOf(dayBefore(2)) + 5_000, { currentStock: 2 });
  await markEverything(stack.warehouse, 'test');
  await stack.settled();
  expect(await cells('critical_stock')).toEqual([
    [dayBefore(5), 0, 1],
    [dayBefore(4), 0, 1],
    [dayBefore(3), 1, 1],
    [dayBefore(2), 0, 1],
    [dayBefore(1), 1, 1],
    [today(), 0, 1],
  ]);
});

test('a version that comes late changes the days it was in force, and no other', async () => {
  const before = await cells('critical_stock');
  await earlier('inventory_items', 'st', endOf(dayBefore(5)) + 60_000, { currentStock: 3 });
  await markRows(stack.warehouse, 'inventory_items', ['st'], 'test');
  await stack.settled();
  expect(await cells('critical_stock')).toEqual(
    before.map((cell) => (cell[0] === dayBefore(4) ? [cell[0], 1, 1] : cell)),
  );
});

test('an item that belonged to another kitchen then counts there', async () => {
  await stack.source.query(`UPDATE inventory_items SET "sppgId" = 'k512' WHERE id = 'st'`);
  await stack.settled();
  const days = (await cells('critical_stock')).map(([day]) => day);
  expect(days).toEqual([5, 4, 3, 2, 1].map(dayBefore));
});

test('growth is told once two month ends are known', async () => {
  const month = `${today().slice(0, 8)}01`;
  expect((await cells('beneficiary_growth')).filter(([day]) => day === month)).toEqual([]);
  const then = endOf(month) - 5 * DAY;
  await earlier('sppg', KITCHEN, then, {});
  await earlier('nutrition_programs', `p-${KITCHEN}`, then, {});
  await earlier('school_beneficiaries', `s1-${KITCHEN}`, then, { activeStudents: 250 });
  await earlier('school_beneficiaries', `s2-${KITCHEN}`, then, { isActive: false });
  await markEverything(stack.warehouse, 'test');
  await stack.settled();
  expect((await cells('beneficiary_growth')).filter(([day]) => day === month)).toEqual([[month, 580 - 250, 250]]);
});

test('a budget is the one in force at the end of the month', async () => {
  const lastMonth = localDay(endOf(`${today().slice(0, 8)}01`) - 3 * DAY);
  const order = (id: string, at: string) =>
    insert(stack.source, 'procurements', {
      id,
      sppgId: KITCHEN,
      procurementCode: id,
      procurementDate: at,
      supplierName: 'CV Tani',
      purchaseMethod: 'DIRECT',
      subtotalAmount: 1,
      totalAmount: 1_000_000,
      status: 'COMPLETED',
      updatedAt: NOW,
    });
  await order('o1', `${lastMonth}T03:00:00Z`);
  await order('o2', new Date().toISOString());
  await stack.source.query(`UPDATE sppg SET "monthlyBudget" = 20000000 WHERE id = '${KITCHEN}'`);
  await stack.settled();
  expect(await cells('budget_absorption')).toEqual([
    [`${lastMonth.slice(0, 8)}01`, 1_000_000, 50_000_000],
    [`${today().slice(0, 8)}01`, 1_000_000, 20_000_000],
  ]);
});

const certificate = (id: string, expiryDate: string) =>
  insert(stack.source, 'food_safety_certifications', {
    ...{ id, sppgId: KITCHEN, certificationName: 'SLHS', certifyingBody: 'Dinkes', certificateNumber: id },
    ...{ issuedDate: NOW, expiryDate, updatedAt: NOW },
  });
const expectRebuildEqual = async () => {
  const { code, out } = await lumbung(stack, ['rollup', '--verify']);
  expect(out).toContain('all of them are what a full computation gives');
  expect(code).toBe(0);
};

test('the first certificate there is, and the loss of the last one, change no day that was over before', async () => {
  const others = async () =>
    stack.warehouse.query<{ day: string; kitchens: number }>(
      `SELECT toString(day) AS day, count() AS kitchens FROM mart.kpi_daily FINAL
       WHERE kpi = 'slhs_valid' AND sppg_id IN ('k511', 'k512') AND num IS NOT NULL GROUP BY day ORDER BY day`,
    );
  await certificate('first', '2099-01-01T00:00:00Z');
  await stack.settled();
  expect(await others()).toEqual([{ day: today(), kitchens: 2 }]);
  await expectRebuildEqual();
  // Had it been there three days ago already: every kitchen's days since then, though another one is there by now.
  await certificate('second', '2099-01-01T00:00:00Z');
  await stack.settled();
  await earlier('food_safety_certifications', 'first', endOf(dayBefore(3)) - 3_600_000, {});
  await markRows(stack.warehouse, 'food_safety_certifications', ['first'], 'test');
  await stack.settled();
  const held = [3, 2, 1].map((days) => ({ day: dayBefore(days), kitchens: 2 }));
  expect(await others()).toEqual([...held, { day: today(), kitchens: 2 }]);
  await expectRebuildEqual();
  await stack.source.query(`DELETE FROM food_safety_certifications`);
  await stack.settled();
  expect(await others()).toEqual(held);
  await expectRebuildEqual();
});

test('a certificate expires though nothing is written', async () => {
  await certificate('c', new Date(Date.now() + 10_000).toISOString());
  await stack.settled();
  const valid = async () => (await cells('slhs_valid')).find(([day]) => day === today());
  expect(await valid()).toEqual([today(), 1, 1]);
  await until('the certificate to expire', async () => (await valid())?.[1] === 0);
});

test('history outlives a raw table made anew', async () => {
  const versions = async () => {
    const [row] = await stack.warehouse.query<{ n: number }>(
      "SELECT count() AS n FROM ops.history_inventory_items FINAL WHERE id = 'st'",
    );
    return row?.n ?? 0;
  };
  const before = await versions();
  const held = await cells('critical_stock');
  await stack.warehouse.command('DROP TABLE raw.inventory_items SYNC');
  expect((await lumbung(stack, ['snapshot', 'inventory_items'])).code).toBe(0);
  await stack.source.query(`UPDATE inventory_items SET "currentStock" = 1 WHERE id = 'st'`);
  await stack.settled();
  expect(await versions()).toBeGreaterThanOrEqual(before);
  expect(await cells('critical_stock')).toEqual(held);
  const [row] = await stack.warehouse.query<{ critical: boolean }>(
    "SELECT argMax(critical, version) AS critical FROM ops.history_inventory_items WHERE id = 'st'",
  );
  expect(row?.critical).toBe(true);
});
