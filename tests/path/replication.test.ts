/** From SQL in the source to raw, mart, API and WebSocket, on real engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { martCells } from '../support/mart_cells.ts';
import { batch, insert, NOW, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await insert(stack.source, 'food_productions', batch('k321', 'b-before', '2026-03-02T17:30:00Z'));
  await startPath(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const value = async (kpi: string, day: string, sppg: string) => {
  const [row] = await stack.warehouse.query<{ num: number | null; den: number | null }>(
    "SELECT num, den FROM mart.kpi_daily FINAL WHERE kpi = {kpi:String} AND day = {day:Date32} AND sppg_id = {sppg:String} AND split = ''",
    { kpi, day, sppg },
  );
  return row;
};

test('rows that were there before the start are copied and rolled up on their local day', async () => {
  // 17:30Z on the 2nd is the 3rd in Jakarta.
  expect(await value('portions_planned', '2026-03-03', 'k321')).toEqual({ num: 1000, den: null });
  expect(await value('portions_planned', '2026-03-02', 'k321')).toBeUndefined();
});

test('insert, update, key change, delete, cascade and truncate reach raw', async () => {
  const { source } = stack;
  await insert(source, 'food_productions', batch('k321', 'b1', '2026-03-04T00:00:00Z'));
  await insert(source, 'food_productions', batch('k511', 'b2', '2026-03-04T00:00:00Z'));
  await source.query(`UPDATE food_productions SET "actualPortions" = 950 WHERE id = 'b1'`);
  await source.query(`UPDATE food_productions SET id = 'b2-renamed' WHERE id = 'b2'`);
  await insert(source, 'waste_management', {
    id: 'w1',
    sppgId: 'k321',
    wasteDate: '2026-03-04T05:00:00Z',
    wasteType: 'FOOD_WASTE',
    wasteWeight: 12.5,
    wasteSource: 'LEFTOVER',
    disposalMethod: 'COMPOST',
    updatedAt: NOW,
  });
  await source.query('TRUNCATE waste_management');
  await source.query(`DELETE FROM nutrition_programs WHERE id = 'p-k512'`);
  await stack.settled();
  await expectSourceEqualsRaw(stack);
  expect(await value('portions_produced', '2026-03-04', 'k321')).toEqual({ num: 950, den: null });
});

test('an unchanged large value is kept by an update that does not touch it', async () => {
  const { source } = stack;
  const large = JSON.stringify({
    text: Array.from({ length: 9_000 }, (_, i) => String.fromCharCode(97 + ((i * 7919) % 26))).join(''),
  });
  await source.query('ALTER TABLE sppg ALTER COLUMN "budgetAllocation" SET STORAGE EXTERNAL');
  await source.query('UPDATE sppg SET "budgetAllocation" = $1 WHERE id = $2', [large, 'k321']);
  await stack.settled();
  await source.query(`UPDATE sppg SET name = 'Nama baru' WHERE id = 'k321'`);
  // Both in one transaction: the value is in the same batch.
  await source.query('BEGIN');
  await source.query('UPDATE sppg SET "budgetAllocation" = $1 WHERE id = $2', [large, 'k511']);
  await source.query(`UPDATE sppg SET name = 'Nama lain' WHERE id = 'k511'`);
  await source.query('COMMIT');
  await stack.settled();
  await expectSourceEqualsRaw(stack);
});

test('a thousand rows whose large values were not sent again are whole', async () => {
  const { source } = stack;
  await source.query('ALTER TABLE food_distributions ALTER COLUMN "menuItems" SET STORAGE EXTERNAL');
  await source.query(`
    INSERT INTO food_distributions (id, "sppgId", "programId", "distributionDate", "distributionCode", "mealType", "distributionPoint", "plannedRecipients",
      "plannedStartTime", "plannedEndTime", "menuItems", "totalPortions", "portionSize", "updatedAt")
    SELECT 'a run''s ' || repeat('long ', 30) || n, 'k322', 'p-k322', '2026-03-06 03:00', n, 'MAKAN_SIANG', 'titik', 300, '2026-03-06 03:00', '2026-03-06 04:00',
      to_json(repeat('menu ' || n, 500)), 300, 1, now() FROM generate_series(1, 1000) AS n`);
  await stack.settled();
  await source.query(`UPDATE food_distributions SET "fuelCost" = 5 WHERE "distributionDate" = '2026-03-06 03:00'`);
  await stack.settled();
  await expectSourceEqualsRaw(stack, ['food_distributions']);
});

test('a joined row changes the cells that read it', async () => {
  const { source } = stack;
  await insert(source, 'food_productions', batch('k941', 'b-akg', '2026-03-05T00:00:00Z'));
  await stack.settled();
  expect(await value('akg_compliance', '2026-03-05', 'k941')).toEqual({ num: 990, den: 990 });
  await source.query(`UPDATE menu_nutrition_calculations SET "meetsAKG" = false WHERE id = 'calc-k941'`);
  await stack.settled();
  expect(await value('akg_compliance', '2026-03-05', 'k941')).toEqual({ num: 0, den: 990 });
  await source.query(`UPDATE provinces_indonesia SET timezone = 'WIB' WHERE id = '94'`);
  await stack.settled();
  expect(await martCells(stack)).toEqual(await independentCells(stack));
});

test('a row that moves leaves its old cell without data', async () => {
  const { source } = stack;
  await source.query(`UPDATE food_productions SET "sppgId" = 'k322', "productionDate" = '2026-04-01' WHERE id = 'b1'`);
  await stack.settled();
  expect(await value('portions_planned', '2026-03-04', 'k321')).toEqual({ num: null, den: null });
  expect(await value('portions_planned', '2026-04-01', 'k322')).toEqual({ num: 1000, den: null });
});

test('an update reaches a subscribed client and the API as a rolled-up number', async () => {
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
  const frames: { type: string; channel?: string; offset?: string; epoch?: string }[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'auth', token }));
  socket.send(JSON.stringify({ type: 'subscribe', channel: 'sppg:k322' }));
  await until('the subscription', async () => frames.some((frame) => frame.type === 'subscribed'));
  const place = frames.find((frame) => frame.type === 'subscribed');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 1234 WHERE id = 'b1'`);
  await until('the update frame', async () => frames.some((frame) => frame.type === 'update'));
  await stack.settled();
  const { status, body } = await stack.get('/api/v1/summary?scope=sppg:k322&date=2026-04-01', token);
  expect(status).toBe(200);
  const kpis = body.kpis as unknown as { id: string; value: number }[];
  expect(kpis.find((kpi) => kpi.id === 'portions_planned')?.value).toBe(1234);
  socket.close();
  // A client that comes back with its old position gets what it missed, or is told to read again.
  const again = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
  const replay: typeof frames = [];
  again.on('message', (data) => replay.push(JSON.parse(String(data))));
  await new Promise((resolve) => again.once('open', resolve));
  again.send(JSON.stringify({ type: 'auth', token }));
  again.send(
    JSON.stringify({ type: 'subscribe', channel: 'sppg:k322', from: { epoch: place?.epoch, offset: place?.offset } }),
  );
  await until('replay or resync', async () => replay.some((frame) => ['update', 'resync'].includes(frame.type)));
  again.close();
});

test('an idle source stays fresh: the source time of the rollups moves on without any change', async () => {
  const { readFreshness } = await import('../../warehouse/ledger.ts');
  const first = (await readFreshness(stack.warehouse)).committedAt ?? '';
  await until('a newer source time', async () => ((await readFreshness(stack.warehouse)).committedAt ?? '') > first);
});
