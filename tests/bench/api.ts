/**
 * The API: a cached summary of the nation against a bare Express handler that sends the same bytes (in turns, in the same run),
 * and summaries nobody has asked for yet against the heaviest of their queries alone.
 */
import autocannon from 'autocannon';
import { generateDemo } from '../../demo/generate.ts';
import { dailyValues } from '../../warehouse/queries/values.ts';
import { startPath, startStack } from '../support/stack.ts';
import { percentile, report } from './bench.ts';
import { startProcess } from './process.ts';

const CONNECTIONS = 20;

export async function api(quick: boolean): Promise<void> {
  await using stack = await startStack();
  stack.env.RATE_LIMIT_PER_MINUTE = '1000000000';
  await generateDemo(stack.databaseUrl, { units: 200, days: 20, seed: 1 });
  await startPath(stack);
  await stack.settled();
  // What is measured is the API: nobody else moves.
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('worker', 'SIGTERM');
  const headers = { authorization: `Bearer ${await stack.token('PLATFORM_ANALYST', ['national'])}` };
  const ask = async (path: string) => (await fetch(`${stack.api}${path}`, { headers })).text();
  const [latest] = await stack.warehouse.query<{ day: string }>(
    "SELECT toString(max(day)) AS day FROM mart.kpi_areas WHERE kpi = 'portions_planned'",
  );
  const path = `/api/v1/summary?date=${latest?.day}`;
  const bytes = await ask(path);
  const bare = startProcess('./bare.ts');
  bare.send({ bytes });
  const { url } = await bare.next<{ url: string }>();
  const duration = quick ? 4 : 10;
  const rounds = quick ? 2 : 3;
  const measured = { ours: [] as autocannon.Result[], bare: [] as autocannon.Result[] };
  const load = (target: string) => autocannon({ url: target, connections: CONNECTIONS, duration, headers });
  for (let round = 0; round <= rounds; round++) {
    const [ours, theirs] = [await load(`${stack.api}${path}`), await load(`${url}/`)];
    // The first round warms both up.
    if (round > 0) measured.ours.push(ours);
    if (round > 0) measured.bare.push(theirs);
  }
  bare.stop();
  const failed = measured.ours.reduce((sum, result) => sum + result.non2xx + result.errors, 0);
  const work = `${bytes.length} bytes, ${CONNECTIONS} connections, ${rounds} × ${duration} s each, ${failed} failed`;
  const middle = (results: readonly autocannon.Result[], pick: (result: autocannon.Result) => number) =>
    percentile(results.map(pick), 0.5);
  const metrics: [string, string, (result: autocannon.Result) => number][] = [
    ['cached summary, requests a second', '1/s', (result) => result.requests.average],
    ['cached summary, p99', 'ms', (result) => result.latency.p99],
  ];
  for (const [metric, unit, pick] of metrics) {
    const value = middle(measured.ours, pick);
    const baseline = Math.max(middle(measured.bare, pick), 0.01);
    report({ bench: 'api', metric, value, unit, baseline, ratio: value / baseline, work });
  }

  const kitchens = await stack.warehouse.query<{ id: string }>('SELECT id FROM raw.sppg FINAL WHERE NOT isDemoAccount');
  const taken: number[] = [];
  const alone: number[] = [];
  const timed = async (into: number[], run: () => Promise<unknown>) => {
    const began = performance.now();
    await run();
    into.push(performance.now() - began);
  };
  const asked = kitchens.slice(0, quick ? 50 : 190);
  for (const { id } of asked) {
    await timed(taken, () => ask(`/api/v1/summary?scope=sppg:${id}&date=${latest?.day}`));
    const day = latest?.day ?? '';
    await timed(alone, () => dailyValues(stack.warehouse, { level: 'sppg', id }, `${day.slice(0, 8)}01`, day));
  }
  for (const [metric, share] of [
    ['uncached summary, p50', 0.5],
    ['uncached summary, p99', 0.99],
  ] as const) {
    const value = percentile(taken, share);
    const baseline = percentile(alone, share);
    report({
      bench: 'api',
      metric,
      value,
      unit: 'ms',
      baseline,
      ratio: value / baseline,
      work: `${asked.length} kitchens`,
    });
  }
}
