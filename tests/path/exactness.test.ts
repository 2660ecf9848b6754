/** A random workload leaves raw equal to the source and every KPI cell equal to an independent computation. */
import { expect, test } from 'vitest';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { expectAreas, independentCells, martCells } from '../support/independent.ts';
import { seedProgramme } from '../support/rows.ts';
import { startPath, startStack } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

test('after a random workload raw equals the source and cells equal SQL in Postgres', async () => {
  await using stack = await startStack(async (source) => {
    await seedProgramme(source);
    await runWorkload(source, 1, 300);
  });
  await startPath(stack);
  for (const seed of [2, 3, 4]) {
    await runWorkload(stack.source, seed, 300);
    await stack.settled();
    await expectSourceEqualsRaw(stack);
    const cells = await martCells(stack);
    expect(Object.keys(cells).length, `cells after seed ${seed}`).toBeGreaterThan(100);
    const independent = await independentCells(stack);
    expect(cells, `seed ${seed}`).toEqual(independent);
    await expectAreas(stack, independent);
  }
  await stack.source.query(`UPDATE sppg SET "isDemoAccount" = (id = 'k942')`);
  await stack.settled();
  // The dataset says the same, without the demo tenant above its own scope.
  const token = await stack.token('PLATFORM_ANALYST', ['national', 'sppg:k942']);
  const csv = async (scope: string) => {
    const url = `${stack.api}/api/v1/datasets/kpi_daily.csv?from=2026-02-01&to=2027-01-31&scope=${scope}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    return (await answer.text()).trim().split('\n').slice(1);
  };
  const national = await csv('national');
  const demo = await csv('sppg:k942');
  expect(national.some((line) => line.startsWith('k942,'))).toBe(false);
  const cells = await independentCells(stack);
  // States, what is published by month or fortnight, and additions of ours are not in it.
  const daily =
    `portions_planned portions_produced production_attainment batch_completion batches_cancelled food_cost_per_portion
    cost_variance akg_compliance akg_unknown_portions qc_pass_rate qc_score open_critical_findings distribution_runs distribution_reach
    on_time_delivery holding_time_4h serving_temperature logistics_cost_per_portion portions_target portions_delivered
    delivery_fulfilment delivery_issues consumption_rate food_waste_per_portion spend committed supplier_on_time order_in_full
    supplier_lead_time local_supplier_share emergency_purchase_share satisfaction complaints_answered_24h suspected_incidents`.split(
      /\s+/,
    );
  const totals = Object.keys(cells).filter((name) => {
    const [, , kpi, split] = name.split(' ');
    return split === undefined && daily.includes(kpi ?? '');
  });
  expect(national.length + demo.length).toBe(totals.length);
  for (const line of [...national, ...demo]) {
    const [sppg, date, kpi, num, den, value] = line.split(',');
    const expected = cells[`${date} ${sppg} ${kpi}`];
    const rounded = (text: string | undefined) => (text === '' ? null : Number(Number(text).toPrecision(9)));
    expect([rounded(num), rounded(den)], line).toEqual(expected);
    const shown = expected?.[1] === null ? Number(num) : Number(num) / Number(den);
    if (kpi === 'satisfaction' && Number(den) < 5) expect(value, line).toBe('');
    else expect(rounded(value), line).toBe(rounded(String(shown)));
  }
}, 300_000);
