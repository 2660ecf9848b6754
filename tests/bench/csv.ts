/** The dataset: rows streamed through the API against the engine's own stream of the same query, and the API's memory meanwhile. */
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { registry } from '../../warehouse/kpis/registry.ts';
import { datasetStream } from '../../warehouse/queries/values.ts';
import { seedProgramme } from '../support/rows.ts';
import { startPath, startStack } from '../support/stack.ts';
import { percentile, report } from './bench.ts';

const DAYS = 1_000;

export async function csv(quick: boolean): Promise<void> {
  const kitchens = quick ? 500 : 5_000;
  await using stack = await startStack(seedProgramme);
  await startPath(stack);
  await stack.settled();
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('worker', 'SIGTERM');
  const { warehouse } = stack;
  await warehouse.command(
    `INSERT INTO raw.sppg SELECT s.* REPLACE (concat('x', toString(n.number)) AS id) FROM raw.sppg AS s FINAL
     CROSS JOIN numbers(${kitchens}) AS n WHERE s.id = 'k321'`,
  );
  await warehouse.command(
    `INSERT INTO mart.kpi_daily (kpi, day, sppg_id, num) SELECT 'portions_planned', toDate32('2024-01-01') + number % ${DAYS},
       concat('x', toString(intDiv(number, ${DAYS}))), number FROM numbers(${kitchens * DAYS})`,
  );
  const [from, to] = ['2024-01-01', '2026-09-26'];
  const headers = { authorization: `Bearer ${await stack.token('PLATFORM_ANALYST', ['national'])}` };
  const memory = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${stack.pid('api')}/status`, 'utf8'))?.[1]) / 1_024;
  const kpis = registry.filter(({ id }) => id === 'portions_planned');

  const read = async (open: () => Promise<AsyncIterable<Uint8Array>>) => {
    const began = performance.now();
    let bytes = 0;
    for await (const chunk of await open()) bytes += chunk.length;
    return { seconds: (performance.now() - began) / 1_000, bytes };
  };
  const ours = () =>
    read(
      () =>
        new Promise((resolve, reject) => {
          get(`${stack.api}/api/v1/datasets/kpi_daily.csv?from=${from}&to=${to}`, { headers }, resolve).on(
            'error',
            reject,
          );
        }),
    );
  const engine = () =>
    read(() => datasetStream(warehouse, { level: 'national', id: '' }, from, to, kpis, new AbortController().signal));

  await engine();
  await ours();
  const before = memory();
  let highest = before;
  const watch = setInterval(() => {
    highest = Math.max(highest, memory());
  }, 50);
  const taken = { ours: [] as number[], engine: [] as number[] };
  let bytes = 0;
  for (let round = 0; round < 3; round++) {
    taken.engine.push((await engine()).seconds);
    const result = await ours();
    taken.ours.push(result.seconds);
    bytes = result.bytes;
  }
  clearInterval(watch);
  const rows = kitchens * DAYS;
  const value = rows / percentile(taken.ours, 0.5);
  const baseline = rows / percentile(taken.engine, 0.5);
  const work = `${rows} rows, ${(bytes / 1e6).toFixed(0)} MB, the middle of three`;
  report({ bench: 'csv', metric: 'rows a second', value, unit: '1/s', baseline, ratio: value / baseline, work });
  report({
    ...{ bench: 'csv', metric: "the API's memory at most", value: highest, unit: 'MiB' },
    ...{ baseline: before, ratio: highest / before, work },
  });
}
