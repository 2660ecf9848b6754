/** The status of a figure: targets of the definitions, and limits a kitchen has of its own, judged on cells computed in Postgres. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { independentCells } from '../support/independent.ts';
import type { Cells } from '../support/mart_cells.ts';
import { batch, insert, NOW, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

type Entry = { id: string; value: number | null; status: string; target: { low: number | null; high: number | null } };
/** The published targets of a day's figures: [least, most]. */
const TARGETS: Readonly<Record<string, readonly [number, number]>> = {
  production_attainment: [0.95, 1.05],
  food_cost_per_portion: [-Infinity, 10_000],
  cost_variance: [-0.1, 0.1],
  akg_compliance: [1, Infinity],
  open_critical_findings: [-Infinity, 0],
  on_time_delivery: [0.95, Infinity],
  holding_time_4h: [1, Infinity],
  serving_temperature: [1, Infinity],
  logistics_cost_per_portion: [-Infinity, 3_000],
  suspected_incidents: [-Infinity, 0],
};
const KITCHENS = ['k321', 'k322', 'k511', 'k512', 'k941', 'k942'];
const now = new Date(Date.now() + 8 * 3_600_000).toISOString();
const month = `${now.slice(0, 7)}-01`;
const earlier = '2026-05-01';

let stack: Stack;
let token = '';
let cells: Cells;
const order = (id: string, kitchen: string, at: string, totalAmount: number) =>
  insert(stack.source, 'procurements', {
    id,
    sppgId: kitchen,
    procurementCode: id,
    procurementDate: at,
    supplierName: 'CV Tani',
    purchaseMethod: 'DIRECT',
    subtotalAmount: 1,
    totalAmount,
    status: 'COMPLETED',
    updatedAt: NOW,
  });

beforeAll(async () => {
  // Copied, not followed: what is judged here is figures. What the warehouse keeps the history of changes once it has begun.
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await runWorkload(source, 21, 500);
    // Too few portions, too dear, of a menu that does not nourish enough.
    const menu = { id: 'm-poor', programId: 'p-k511', menuName: 'x', menuCode: 'poor', mealType: 'MAKAN_SIANG' };
    await insert(source, 'nutrition_menus', { ...menu, servingSize: 1, costPerServing: 9_000, updatedAt: NOW });
    await insert(source, 'menu_nutrition_calculations', { id: 'calc-poor', menuId: 'm-poor', updatedAt: NOW });
    const poor = { menuId: 'm-poor', actualPortions: 800, actualCost: 20_000_000 };
    await insert(source, 'food_productions', batch('k511', 'poor', '2026-03-04T03:00:00Z', poor));
  });
  await startPath(stack);
  await stack.settled();
  const { source } = stack;
  await source.query(
    `UPDATE sppg SET "isDemoAccount" = (id = 'k942'), "monthlyBudget" = 50000000, "budgetAlertThreshold" = 80`,
  );
  await source.query(`UPDATE sppg SET "budgetAlertThreshold" = 95 WHERE id = 'k322'`);
  await source.query(`UPDATE sppg SET "budgetAlertThreshold" = 62.5 WHERE id = 'k511'`);
  await source.query(
    `UPDATE quality_controls SET passed = false, "actionTaken" = NULL WHERE severity IN ('HIGH', 'CRITICAL')`,
  );
  // One kitchen is late, cold, dear and slow, another one's guests have suspicions.
  await source.query(`UPDATE food_distributions SET status = 'COMPLETED', "actualRecipients" = 10, "arrivalTime" = "plannedEndTime" + interval '1 hour',
    "arrivalTemp" = 59, "transportCost" = 90000, "productionId" = (SELECT min(id) FROM food_productions) WHERE "sppgId" = 'k321'`);
  await source.query(`UPDATE food_productions SET "actualEndTime" = (SELECT min("arrivalTime") - interval '4 hours 1 second' FROM food_distributions
    WHERE "sppgId" = 'k321') WHERE id = (SELECT min(id) FROM food_productions)`);
  await source.query(`UPDATE beneficiary_feedback SET priority = 'CRITICAL' WHERE "sppgId" = 'k322'`);
  await source.query(`UPDATE menu_nutrition_calculations SET "meetsAKG" = id < 'calc-k5'`);
  // At the threshold; below it now and beyond what it was in May; beyond a lower one of its own; a rupiah below.
  await order('at', 'k321', now, 40_000_000);
  await order('below', 'k322', now, 45_000_000);
  await order('then', 'k322', `${earlier.slice(0, 8)}12T04:00:00Z`, 45_000_000);
  await order('own', 'k511', now, 31_250_000);
  await order('rupiah', 'k512', now, 39_999_999);
  // One more person than a kitchen may serve, and just as many as it may.
  await source.query(`UPDATE nutrition_programs SET "sppgId" = substr(id, 3), status = 'ACTIVE'`);
  await source.query(`UPDATE school_beneficiaries SET "programId" = 'p-' || substr(id, 4)`);
  await source.query(`UPDATE school_beneficiaries SET "isActive" = true,
    "activeStudents" = CASE WHEN substr(id, 4) = 'k511' THEN 1251 ELSE 1250 END WHERE substr(id, 4) IN ('k511', 'k512')`);
  await source.query(`UPDATE school_beneficiaries SET "activeStudents" = 1250 WHERE id = 's1-k511'`);
  await stack.settled();
  token = await stack.token('PLATFORM_ANALYST', ['national', 'sppg:k942']);
  cells = await independentCells(stack);
});
afterAll(() => stack[Symbol.asyncDispose]());

const summary = async (scope: string, date: string) => {
  const { status, body } = await stack.get(`/api/v1/summary?scope=${scope}&date=${date}`, token);
  expect(status).toBe(200);
  const entries = body.kpis as unknown as Entry[];
  return (id: string) => entries.find((entry) => entry.id === id) as Entry;
};
const found = async (rule: string, path: string) => {
  const { status, body } = await stack.get(`/api/v1/${path}`, token);
  expect(status).toBe(200);
  const { items } = ((body.findings as unknown) ?? body) as { items: { rule: string; scope: string; date: string }[] };
  return items.filter((item) => item.rule === rule).map((item) => `${item.date} ${item.scope.slice('sppg:'.length)}`);
};

test('every published target: within it ok, outside warned of, without data neither', async () => {
  const seen = new Map<string, Set<string>>();
  for (const kitchen of KITCHENS) {
    for (const day of [1, 2, 3, 4, 5, 6].map((n) => `2026-03-0${n}`)) {
      const entry = await summary(`sppg:${kitchen}`, day);
      for (const [kpi, [least, most]] of Object.entries(TARGETS)) {
        const [num, den] = cells[`${day} ${kitchen} ${kpi}`] ?? [null, null];
        const value = num === null || num === undefined ? null : num / (den ?? 1);
        const expected = value === null ? 'none' : value < least || value > most ? 'outside' : 'ok';
        const { status } = entry(kpi);
        const told = status === 'warn' || status === 'critical' ? 'outside' : status;
        expect(told, `${kitchen} ${day} ${kpi} ${value}`).toBe(expected);
        seen.set(kpi, (seen.get(kpi) ?? new Set()).add(told));
      }
    }
  }
  for (const [kpi, states] of seen)
    expect([...states].sort(), kpi).toEqual(expect.arrayContaining(['none', 'outside']));
});

test('a budget alerts from its own threshold on, the one in force in the month', async () => {
  const months = Object.keys(cells).filter((name) => name.endsWith(' budget_absorption'));
  const alerted: string[] = [];
  for (const name of months) {
    const [first = '', kitchen = ''] = name.split(' ');
    const [spend = 0] = cells[name] as number[];
    const [limit = 0, budget = 0] = cells[`${name}_limit`] as number[];
    const { status, target } = (await summary(`sppg:${kitchen}`, `${first.slice(0, 8)}28`))('budget_absorption');
    expect([status, target.high], name).toEqual([
      (spend as number) >= (limit as number) ? 'warn' : 'ok',
      expect.closeTo(limit / budget, 9),
    ]);
    if (status === 'warn' && kitchen !== 'k942') alerted.push(`${first} ${kitchen}`);
  }
  expect(alerted).toEqual(expect.arrayContaining([`${month} k321`, `${month} k511`, `${earlier} k322`]));
  expect(alerted).not.toContain(`${month} k322`);
  expect(alerted).not.toContain(`${month} k512`);
  const range = `scope=national&from=2026-02-01&to=${month.slice(0, 8)}28&limit=500`;
  expect((await found('budget_alert', `findings?${range}`)).sort()).toEqual(alerted.sort());
  // A month is told with every day of it.
  expect(await found('budget_alert', `insights?date=${month.slice(0, 8)}28&limit=200`)).toEqual(
    expect.arrayContaining([`${month} k321`, `${month} k511`]),
  );
  // An area alerts where its budgets together reach what their thresholds add up to.
  const whole = { spend: 0, limit: 0 };
  for (const kitchen of KITCHENS.filter((id) => id !== 'k942')) {
    whole.spend += cells[`${month} ${kitchen} budget_absorption`]?.[0] ?? 0;
    whole.limit += cells[`${month} ${kitchen} budget_absorption_limit`]?.[0] ?? 0;
  }
  const nation = (await summary('national', `${month.slice(0, 8)}28`))('budget_absorption');
  expect(nation.status).toBe(whole.spend >= whole.limit ? 'warn' : 'ok');
});

test('coverage is not capped, and flagged above 2,500 people of a kitchen', async () => {
  const { rows } = await stack.source.query<{ id: string; people: number; over: boolean }>(
    `SELECT n."sppgId" AS id, sum(b."activeStudents")::int AS people, sum(b."activeStudents") > 2500 AS over
     FROM school_beneficiaries b JOIN nutrition_programs n ON n.id = b."programId" WHERE b."isActive" AND n.status = 'ACTIVE' GROUP BY 1`,
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      { id: 'k511', people: 2501, over: true },
      { id: 'k512', people: 2500, over: false },
    ]),
  );
  const day =
    Object.keys(cells)
      .find((name) => name.endsWith(' k511 coverage'))
      ?.slice(0, 10) ?? '';
  for (const { id, over } of rows.filter((row) => cells[`${day} ${row.id} coverage`] !== undefined)) {
    expect((await summary(`sppg:${id}`, day))('coverage').status, id).toBe(over ? 'warn' : 'ok');
  }
  const flagged = await found('coverage_over_limit', `findings?scope=national&from=${day}&to=${day}&limit=500`);
  expect(flagged).toEqual(rows.filter(({ id, over }) => over && id !== 'k942').map(({ id }) => `${day} ${id}`));
});
