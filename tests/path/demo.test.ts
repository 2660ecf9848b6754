/** The demo programme: the same settings give the same rows, and its data and traffic look like the real programme's. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { generateDemo } from '../../demo/generate.ts';
import { playMorning } from '../../demo/morning.ts';
import { applyDemoSchema } from '../../demo/schema.ts';
import { startSimulator } from '../../demo/simulate.ts';
import { sources } from '../../etl/sources/all.ts';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { martCells } from '../support/mart_cells.ts';
import { startReplication, startStack, until } from '../support/stack.ts';

/** Table → row count and a hash over all rows, computed by Postgres. */
async function fingerprint(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result: Record<string, string> = {};
    for (const { table } of sources) {
      const { rows } = await client.query<{ print: string }>(
        `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS print FROM public.${table} t`,
      );
      result[table] = rows[0]?.print ?? '';
    }
    return result;
  } finally {
    await client.end();
  }
}

test('demo: the same seed gives the same rows, another seed others', async () => {
  await using stack = await startStack();
  const prints: Record<string, string>[] = [];
  for (const [name, seed] of [
    ['first', 7],
    ['second', 7],
    ['third', 8],
  ] as const) {
    await stack.source.query(`CREATE DATABASE ${name}`);
    const url = stack.databaseUrl.replace(/postgres$/, name);
    await applyDemoSchema(url);
    await generateDemo(url, { units: 45, days: 12, seed, today: '2026-03-20' });
    prints.push(await fingerprint(url));
  }
  const [first, second, third] = prints;
  expect(second).toEqual(first);
  expect(third?.food_distributions).not.toEqual(first?.food_distributions);
  expect(Object.entries(first ?? {}).filter(([, print]) => print.startsWith('0 '))).toEqual([]);
});

test('demo: its data and its traffic look like the programme, and every cell of them is exact', async () => {
  await using stack = await startStack();
  const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  await generateDemo(stack.databaseUrl, { units: 60, days: 21, seed: 1 });
  const { rows: provinces } = await stack.source.query<{ zone: string; n: number }>(
    `SELECT p.timezone AS zone, count(DISTINCT p.id)::int AS n FROM provinces_indonesia p JOIN sppg s ON s."provinceId" = p.id GROUP BY 1`,
  );
  expect(Object.fromEntries(provinces.map(({ zone, n }) => [zone, n]))).toEqual({ WIB: 18, WITA: 12, WIT: 8 });

  await startReplication(stack);
  await stack.settled();
  const failures: unknown[] = [];
  const stopping = new AbortController();
  const simulator = await startSimulator(stack.databaseUrl, {
    rate: 300,
    seed: 5,
    signal: stopping.signal,
    onError: (error) => failures.push(error),
  });
  await until('1,000 simulated changes', async () => simulator.changes() >= 1_000);
  await simulator.stop();
  expect(failures).toEqual([]);
  const morning = { rate: 200, minutes: 0.05, seed: 2, signal: stopping.signal, onReport: () => undefined };
  const played = await playMorning(stack.databaseUrl, morning);
  expect(played).toMatchObject({ due: 600, failed: 0 });
  expect(played.written).toBeGreaterThanOrEqual(played.due);
  await stack.settled();
  await expectSourceEqualsRaw(stack);
  expect(await martCells(stack)).toEqual(await independentCells(stack));

  // What a reader of the real programme's reports would expect to see, over all kitchens and finished days: of the day
  // under way, more is planned than done, and how much more depends on the hour.
  const plausible: Record<string, [number, number]> = {
    on_time_delivery: [0.85, 0.995],
    serving_temperature: [0.85, 0.995],
    holding_time_4h: [0.9, 0.999],
    qc_pass_rate: [0.85, 0.995],
    production_attainment: [0.94, 1.02],
    batch_completion: [0.9, 1],
    cost_variance: [-0.05, 0.1],
    consumption_rate: [0.85, 0.99],
    food_cost_per_portion: [8_000, 12_000],
  };
  const rows = await stack.warehouse.query<{ kpi: string; value: number }>(
    `SELECT toString(kpi) AS kpi, sum(num) / sum(den) AS value FROM mart.kpi_daily FINAL
     WHERE split = '' AND day < {today:Date} AND sppg_id IN (SELECT id FROM raw.sppg FINAL WHERE NOT _deleted AND "provinceId" NOT IN ('96', '97')) GROUP BY kpi`,
    { today },
  );
  const values = Object.fromEntries(rows.map(({ kpi, value }) => [kpi, value]));
  for (const [kpi, [low, high]] of Object.entries(plausible)) {
    expect(values[kpi], kpi).toBeGreaterThanOrEqual(low);
    expect(values[kpi], kpi).toBeLessThanOrEqual(high);
  }
  // More handed over than cooked: the deliberate faults of the data and little else.
  const [odd] = await stack.warehouse.query<{ share: number; n: number }>(
    `SELECT countIf(given > made) AS n, n / count() AS share FROM (
       SELECT sppg_id, day, maxIf(num, kpi = 'portions_delivered') AS given, maxIf(num, kpi = 'portions_produced') AS made
       FROM mart.kpi_daily FINAL WHERE split = '' AND day < {today:Date} AND kpi IN ('portions_delivered', 'portions_produced') AND num IS NOT NULL
       GROUP BY 1, 2 HAVING uniqExact(kpi) = 2)`,
    { today },
  );
  expect(odd?.n).toBeGreaterThan(0);
  expect(odd?.share).toBeLessThan(0.02);
});
