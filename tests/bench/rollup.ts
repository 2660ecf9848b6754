/**
 * Rollup: what a refresh costs as raw history grows, a joined change that dirties many cells against one cell alone, and
 * trends over a year of the nation against a bare SELECT 1.
 */
import { generateDemo } from '../../demo/generate.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { findKpi } from '../../warehouse/kpis/registry.ts';
import { currentSlot } from '../../warehouse/ledger.ts';
import { seriesValues } from '../../warehouse/queries/values.ts';
import { markRows, refreshDirtyCells } from '../../warehouse/rollups/refresh.ts';
import { growHandovers } from '../support/history.ts';
import { startStack } from '../support/stack.ts';
import { percentile, report } from './bench.ts';

const KITCHENS = 37_000;

/** Milliseconds of each run. */
async function timed(runs: number, work: (run: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await work(run);
    taken.push(performance.now() - began);
  }
  return taken;
}
const median = (values: readonly number[]) => percentile(values, 0.5);

export async function rollup(quick: boolean): Promise<void> {
  await using stack = await startStack();
  // In full so many that a joined change dirties more than 100,000 cells.
  await generateDemo(stack.databaseUrl, { units: quick ? 200 : 650, days: 75, seed: 1 });
  await stack.start('worker');
  await stack.start('capture');
  await stack.settled(600_000);
  await stack.kill('worker', 'SIGTERM');
  await stack.kill('capture', 'SIGTERM');
  const { warehouse } = stack;
  const slot = (await currentSlot(warehouse)) ?? '';
  const handovers = await warehouse.query<{ id: string }>(
    'SELECT id FROM raw.school_distributions FINAL WHERE NOT _deleted ORDER BY cityHash64(id) LIMIT 200',
  );
  const refresh = async (keys: string[], table = 'school_distributions') => {
    await markRows(warehouse, table, keys, 'bench');
    return refreshDirtyCells(warehouse, slot);
  };
  const fewCells = async () => {
    await refresh(handovers.map(({ id }) => id));
    return median(await timed(quick ? 7 : 15, (run) => refresh(handovers.slice(run, run + 100).map(({ id }) => id))));
  };

  const [small, large] = quick ? [1_000_000, 10_000_000] : [1_000_000, 50_000_000];
  await growHandovers(warehouse, small);
  const before = await fewCells();
  await growHandovers(warehouse, large);
  const after = await fewCells();
  report({
    bench: 'rollup',
    metric: 'refresh of the cells of 100 handovers',
    value: after,
    unit: 'ms',
    baseline: before,
    ratio: after / before,
    aim: { atMost: 1.5 },
    work: `${large} rows in raw.school_distributions, against ${small}`,
  });

  const one = await timed(9, (run) => refresh([handovers[run]?.id ?? '']));
  const provinces = await warehouse.query<{ id: string }>('SELECT id FROM raw.provinces_indonesia FINAL');
  const began = performance.now();
  await refresh(
    provinces.map(({ id }) => id),
    'provinces_indonesia',
  );
  const bulk = performance.now() - began;
  const [claimed] = await warehouse.query<{ n: number }>(
    "SELECT count() AS n FROM ops.claims WHERE claim = (SELECT max(seq) FROM ops.rollups) AND sppg_id != ''",
  );
  const cells = claimed?.n ?? 0;
  report({
    bench: 'rollup',
    metric: 'cells a second of one joined change',
    value: cells / (bulk / 1_000),
    unit: 'cells/s',
    baseline: 1_000 / median(one),
    ratio: cells / (bulk / 1_000) / (1_000 / median(one)),
    aim: { atLeast: 10 },
    work: `the zone of every province changes: ${cells} cells at once, against the cells of one handover at a time`,
  });
  await trends(warehouse);
}

/** A year of one KPI for every kitchen of the nation. */
async function trends(warehouse: Warehouse): Promise<void> {
  const kpi = findKpi('portions_delivered');
  if (kpi === undefined) throw new Error('there is no portions_delivered');
  const days = `toDate32('2025-01-01') + intDiv(number, ${KITCHENS})`;
  const kitchen = `number % ${KITCHENS}`;
  await warehouse.command(
    `INSERT INTO mart.kpi_daily (kpi, day, sppg_id, split, num, den, seq, watermark_lsn)
     SELECT 'portions_delivered', ${days}, concat('bench-', toString(${kitchen})), '', 2000 + cityHash64(number) % 500, NULL, 1, 0
     FROM numbers(${KITCHENS * 365})`,
  );
  await warehouse.command(
    "INSERT INTO mart.kpi_kitchens SELECT * EXCEPT watermark_lsn FROM mart.kpi_daily WHERE startsWith(sppg_id, 'bench-')",
  );
  await warehouse.command(
    `INSERT INTO mart.kpi_areas (kpi, day, province_id, regency_id, split, num, den, units, seq)
     SELECT 'portions_delivered', toDate32('2025-01-01') + intDiv(number, 514), toString(number % 38), concat('bench-', toString(number % 514)), '',
       sum(2000), NULL, 72, 1 FROM numbers(${514 * 365}) GROUP BY ALL`,
  );
  // A year that is over has been merged long ago.
  for (const table of ['mart.kpi_daily', 'mart.kpi_kitchens', 'mart.kpi_areas'])
    await warehouse.command(`OPTIMIZE TABLE ${table} FINAL`);
  const nothing = median(await timed(60, () => warehouse.query('SELECT 1')));
  const scopes = [
    ['one kitchen', { level: 'sppg', id: 'bench-777' }],
    ['the nation', { level: 'national', id: '' }],
  ] as const;
  for (const [name, scope] of scopes) {
    const value = median(
      await timed(60, () => seriesValues(warehouse, [kpi], scope, 'day', '2025-01-01', '2025-12-31')),
    );
    report({
      bench: 'rollup',
      metric: `trend of a year, ${name}`,
      value,
      unit: 'ms',
      baseline: nothing,
      ratio: value / nothing,
      work: `${KITCHENS} kitchens, 365 days, uncached, against SELECT 1`,
    });
  }
}
