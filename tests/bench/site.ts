/**
 * The report site's unit pages: pages a second and memory against writing the same bytes without rendering, what an incremental build costs
 * by the number of changed units, bytes a page, and the document charts are drawn in against happy-dom.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { Window } from 'happy-dom';
import { generateDemo } from '../../demo/generate.ts';
import { trendChart } from '../../reports/charts/trend.ts';
import { serverDocument } from '../../reports/units/document.ts';
import { filesIn } from '../../reports/units/files.ts';
import { renderUnits } from '../../reports/units/render_units.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { days } from '../support/chart_rows.ts';
import { startReplication, startStack } from '../support/stack.ts';
import { report } from './bench.ts';

const ALL = 37_000;
const DAYS = 30;
/** What a kitchen's page may weigh, compressed. */
const PAGE_KIB = 30;
const signal = new AbortController().signal;
const seconds = async (run: () => Promise<unknown>) => {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1_000;
};
const memory = () => process.memoryUsage().rss / 1_048_576;

export async function site(quick: boolean): Promise<void> {
  documents();
  await using stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 20, days: DAYS, seed: 1 });
  await startReplication(stack);
  await stack.settled();
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('worker', 'SIGTERM');
  const { warehouse } = stack;
  const own = await multiply(warehouse, quick ? 500 : ALL);
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-site-'));
  try {
    const out = join(folder, 'ours');
    await renderUnits({ warehouse, out, units: new Set(['national']), signal });
    const before = memory();
    let highest = before;
    const watch = setInterval(() => {
      highest = Math.max(highest, memory());
    }, 50);
    let pages = 0;
    const taken = await seconds(async () => {
      pages = (await renderUnits({ warehouse, out, units: 'all', signal })).pages;
    });
    clearInterval(watch);
    const files = listed(out);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const beside = filesIn(join(folder, 'bare'));
    const filler = Buffer.alloc(
      files.reduce((most, { size }) => Math.max(most, size), 0),
      'x',
    );
    const bare = await seconds(async () => {
      for (const { path, size } of files) await beside.write(path, filler.subarray(0, size));
    });
    const work = `${pages} pages in two languages, ${files.length} files, ${(bytes / 1e6).toFixed(0)} MB`;
    const [value, baseline] = [pages / taken, pages / bare];
    report({ bench: 'site', metric: 'pages a second', value, unit: '1/s', baseline, ratio: value / baseline, work });
    const onDisk = files.reduce((sum, { blocks }) => sum + blocks * 512, 0) / 1_048_576;
    report({
      ...{ bench: 'site', metric: 'disk of a release', value: onDisk, unit: 'MiB' },
      ...{
        baseline: bytes / 1_048_576,
        ratio: (onDisk * 1_048_576) / bytes,
        work: `${work}; the baseline is its bytes`,
      },
    });
    report({
      ...{ bench: 'site', metric: 'memory at most', value: highest, unit: 'MiB' },
      ...{ baseline: before, ratio: highest / before, work },
    });
    const least = await seconds(() => renderUnits({ warehouse, out, units: new Set(), signal }));
    for (const count of [10, 100, 1_000].filter((number) => number <= own.length)) {
      const units = new Set(own.slice(0, count));
      const cost = await seconds(() => renderUnits({ warehouse, out, units, signal }));
      report({
        ...{ bench: 'site', metric: `seconds for ${count} changed kitchens`, value: cost, unit: 's', baseline: least },
        ...{ ratio: cost / least, work: `${2 * count} pages; the baseline renders none and writes what all share` },
      });
    }
    weights(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies of a kitchen, its cells and its programme, as many as asked for; their scopes. */
async function multiply(warehouse: Warehouse, count: number): Promise<string[]> {
  const [model] = await warehouse.query<{ id: string }>(
    `SELECT id FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount AND status = 'ACTIVE' ORDER BY id LIMIT 1`,
  );
  const params = { count, id: model?.id ?? '' };
  const copy = (column: string) => `concat('x', leftPad(toString(n.number), 6, '0')) AS ${column}`;
  const from = (table: string, column: string) =>
    `FROM ${table} AS s FINAL CROSS JOIN numbers({count:UInt32}) AS n WHERE s.${column} = {id:String}`;
  await warehouse.command(
    `INSERT INTO raw.sppg SELECT s.* REPLACE (${copy('id')}, concat(s.name, ' ', toString(n.number)) AS name,
       r.provinceId AS provinceId, r.id AS regencyId)
     FROM (SELECT * FROM raw.sppg FINAL WHERE id = {id:String}) AS s CROSS JOIN numbers({count:UInt32}) AS n
     INNER JOIN (SELECT id, provinceId, row_number() OVER (ORDER BY id) - 1 AS at, count() OVER () AS many FROM raw.regencies_indonesia FINAL) AS r
       ON r.at = n.number % 38`,
    params,
  );
  await warehouse.command(
    `INSERT INTO raw.nutrition_programs SELECT s.* REPLACE (concat(s.id, toString(n.number)) AS id, ${copy('sppgId')}) ${from('raw.nutrition_programs', 'sppgId')}`,
    params,
  );
  for (const table of ['mart.kpi_daily', 'mart.kpi_kitchens']) {
    await warehouse.command(
      `INSERT INTO ${table} SELECT s.* REPLACE (${copy('sppg_id')}) ${from(table, 'sppg_id')} SETTINGS max_partitions_per_insert_block = 1000`,
      params,
    );
  }
  return Array.from({ length: Math.min(count, 1_000) }, (_, at) => `sppg:x${String(at).padStart(6, '0')}`);
}

function listed(folder: string): { path: string; size: number; blocks: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) return [];
    const { size, blocks } = statSync(path);
    return [{ path: relative(folder, path), size, blocks }];
  });
}

/** What is sent of a page of each kind (as the release keeps it), and once of what all share. */
function weights(out: string): void {
  const packed = (path: string) => brotliCompressSync(readFileSync(path)).length / 1_024;
  const assets = readdirSync(join(out, 'assets')).filter((name) => !name.startsWith('inter-latin'));
  const shared = assets.reduce((sum, name) => {
    const path = join(out, 'assets', name);
    return sum + (name.endsWith('.woff2') ? statSync(path).size / 1_024 : packed(path));
  }, 0);
  for (const kind of ['national', 'province', 'regency', 'sppg']) {
    const folders = kind === 'national' ? [''] : readdirSync(join(out, 'unit', kind));
    const sizes = folders
      .slice(0, 200)
      .map((name) => statSync(join(out, 'unit', kind, name, 'index.html.br')).size / 1_024);
    const value = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    report({
      ...{ bench: 'site', metric: `kilobytes sent of a page: ${kind}`, value, unit: 'KiB', baseline: PAGE_KIB },
      ...{ ratio: value / PAGE_KIB, ...(kind === 'sppg' ? { aim: { atMost: 1 } } : {}) },
      work: `the mean of ${sizes.length}; sheet, script and font, sent once, are ${shared.toFixed(0)} KiB more; the baseline is what a kitchen's page may weigh`,
    });
  }
}

function documents(): void {
  const draw = (document: Document) => {
    const options = { unit: 'percent', target: { low: 0.95, high: null }, daily: true, label: 'x' } as const;
    const once = () => trendChart(days, { ...options, document, width: 560, height: 190 }).outerHTML;
    for (let warm = 0; warm < 20; warm++) once();
    const began = performance.now();
    for (let at = 0; at < 100; at++) once();
    return 100 / ((performance.now() - began) / 1_000);
  };
  const [value, baseline] = [draw(serverDocument()), draw(new Window().document as unknown as Document)];
  const work = 'a trend of twenty days; the baseline is happy-dom';
  report({
    bench: 'site',
    metric: 'charts drawn a second',
    value,
    unit: '1/s',
    baseline,
    ratio: value / baseline,
    work,
  });
}
