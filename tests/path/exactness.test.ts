/**
 * A random workload leaves raw equal to the source, and cells and dataset equal to an independent computation. Thousands of changes
 * touch every cell more than once: that each kind of change alone reaches its cells is shown in single_changes.test.ts.
 */
import { expect, test } from 'vitest';
import { rules } from '../../warehouse/kpis/rules.ts';
import { readTables } from '../../warehouse/ledger.ts';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { LONG } from '../support/long.ts';
import { type Cells, expectAreas, martCells } from '../support/mart_cells.ts';
import { seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

/** What the dataset holds: states, what is published by month or fortnight, and additions of ours are not in it. */
const DAILY =
  `portions_planned portions_produced production_attainment batch_completion batches_cancelled food_cost_per_portion
  cost_variance akg_compliance akg_unknown_portions qc_pass_rate qc_score open_critical_findings distribution_runs distribution_reach
  on_time_delivery holding_time_4h serving_temperature logistics_cost_per_portion portions_target portions_delivered
  delivery_fulfilment delivery_issues consumption_rate food_waste_per_portion spend committed supplier_on_time order_in_full
  supplier_lead_time local_supplier_share emergency_purchase_share satisfaction complaints_answered_24h suspected_incidents`.split(
    /\s+/,
  );

/** kpi_daily.csv of the nation and of every demo tenant, line by line, against the independent cells. */
async function expectDataset(stack: Stack, cells: Cells): Promise<number> {
  const { rows } = await stack.source.query<{ id: string }>('SELECT id FROM sppg WHERE "isDemoAccount"');
  const demo = rows.map(({ id }) => id);
  const scopes = ['national', ...demo.map((id) => `sppg:${id}`)];
  const token = await stack.token('PLATFORM_ANALYST', scopes);
  const rounded = (text: string | undefined) => (text === '' ? null : Number(Number(text).toPrecision(9)));
  const told: Cells = {};
  for (const scope of scopes) {
    const url = `${stack.api}/api/v1/datasets/kpi_daily.csv?from=2026-02-01&to=2027-01-31&scope=${scope}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    for (const line of (await answer.text()).trim().split('\n').slice(1)) {
      const [sppg = '', date, kpi, num, den, value] = line.split(',');
      // A demo tenant counts for itself and for nothing above it.
      expect(demo.includes(sppg), line).toBe(scope !== 'national');
      told[`${date} ${sppg} ${kpi}`] = [rounded(num) as number, rounded(den)];
      const shown = den === '' ? Number(num) : Number(num) / Number(den);
      if (kpi === 'satisfaction' && Number(den) < 5) expect(value, line).toBe('');
      else expect(rounded(value), line).toBe(rounded(String(shown)));
    }
  }
  const expected = Object.entries(cells).filter(([name]) => {
    const [, , kpi = '', split] = name.split(' ');
    return split === undefined && DAILY.includes(kpi);
  });
  expect(told).toEqual(Object.fromEntries(expected));
  return expected.length;
}

test('before and after thousands of random changes raw, cells, areas and dataset are what Postgres computes', async () => {
  await using stack = await startStack(async (source) => {
    // Another version of the application knows more than we do.
    for (const type of ['ProductionStatus', 'DistributionStatus', 'ReceiptStatus', 'ProcurementMethod', 'FeedbackType'])
      await source.query(`ALTER TYPE "${type}" ADD VALUE 'LAIN'`);
    await seedProgramme(source);
    await runWorkload(source, 1, 400);
  });
  await startPath(stack);
  const found = new Set<string>();
  for (const round of LONG ? [1, 2, 3, 4] : [1, 2]) {
    if (round > 1) await runWorkload(stack.source, round, 900, { together: 80 });
    await stack.settled(120_000);
    await expectSourceEqualsRaw(stack);
    const independent = await independentCells(stack);
    expect(await martCells(stack), `round ${round}`).toEqual(independent);
    await expectAreas(stack, independent);
    for (const cell of Object.keys(independent)) found.add(cell.split(' ')[2] ?? '');
    expect(await expectDataset(stack, independent), `lines after round ${round}`).toBeGreaterThan(100);
  }
  // A rule that nothing ever broke was not compared with anything; that each is broken takes thousands of changes.
  if (LONG) expect(rules.filter(({ id }) => !found.has(id)).map(({ id }) => id)).toEqual([]);
  const rows = (await readTables(stack.warehouse)).map(({ streamedRows }) => streamedRows);
  expect(rows.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(LONG ? 2_000 : 500);
}, 300_000);

test('an empty source is no data, and a programme without any sheet only what is known of its schools: never zero', async () => {
  await using stack = await startStack();
  await startPath(stack);
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const told = async (scope: string) => {
    const { status, body } = await stack.get(`/api/v1/summary?scope=${scope}`, token);
    expect(status).toBe(200);
    type Told = { id: string; num: number | null; den: number | null; value: number | null };
    const { kpis } = body as unknown as { kpis: Told[] };
    expect(kpis.length).toBeGreaterThan(40);
    return kpis.filter(({ num, den, value }) => num !== null || den !== null || value !== null).map(({ id }) => id);
  };
  await stack.settled();
  expect(await martCells(stack)).toEqual({});
  expect(await told('national')).toEqual([]);
  await seedProgramme(stack.source);
  await stack.settled();
  const states = ['active_beneficiaries', 'service_points', 'coverage'];
  const kpis = new Set(Object.keys(await martCells(stack)).map((cell) => cell.split(' ')[2]));
  expect(kpis).toEqual(new Set([...states, 'coverage_limit']));
  await until('the answer to be of now', async () => (await told('national')).length > 0);
  // A kitchen of the west: today is its day, which in the east is over an hour or two before, and nobody saw its end.
  for (const scope of ['national', 'region:JAWA', 'sppg:k321'])
    expect((await told(scope)).sort(), scope).toEqual([...states].sort());
}, 120_000);
