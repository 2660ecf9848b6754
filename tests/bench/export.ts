/**
 * Files: CSV and workbooks against the engine's own stream of the same rows, a document of all provinces and regencies against an
 * empty one, and the memory each takes.
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { provinces } from '../../demo/reference/provinces.ts';
import { regencies } from '../../demo/reference/regencies.ts';
import { setDocument } from '../../reports/documents/pdf.ts';
import { renderReport } from '../../reports/documents/render.ts';
import type { Cell, Report } from '../../reports/documents/report.ts';
import { findExportable } from '../../warehouse/exports/catalogue.ts';
import { dataFile } from '../../warehouse/exports/data_file.ts';
import { registry } from '../../warehouse/kpis/registry.ts';
import { fixedReport } from '../support/fixed_report.ts';
import { seedProgramme } from '../support/rows.ts';
import { startPath, startStack } from '../support/stack.ts';
import { report as line } from './bench.ts';

const DAYS = 1_000;
const REGENCIES = 514;
const signal = new AbortController().signal;

const residentOf = (pid: string) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
/** Of the process that sets documents; none while there is no such process. */
function residentOfChildren(): number {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.reduce((sum, pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('compile.mjs') ? sum + residentOf(pid) : sum;
    } catch {
      return sum; // it has just ended
    }
  }, 0);
}

/** Seconds, bytes, and the most memory this process, or the one it sets documents in, held meanwhile. */
async function measured(open: () => Promise<Readable>, resident = () => residentOf('self')) {
  let highest = resident();
  const watch = setInterval(() => {
    highest = Math.max(highest, resident());
  }, 5);
  const began = performance.now();
  let bytes = 0;
  for await (const chunk of await open()) bytes += (chunk as Buffer).length;
  clearInterval(watch);
  return { seconds: (performance.now() - began) / 1_000, bytes, highest };
}

export async function exports(quick: boolean): Promise<void> {
  await using stack = await startStack(seedProgramme);
  await startPath(stack);
  await stack.settled();
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('worker', 'SIGTERM');
  const { warehouse } = stack;
  const kitchens = quick ? 200 : 10_000;
  await warehouse.command(
    `INSERT INTO raw.sppg SELECT s.* REPLACE (concat('x', toString(n.number)) AS id) FROM raw.sppg AS s FINAL
     CROSS JOIN numbers(${kitchens}) AS n WHERE s.id = 'k321'`,
  );
  await warehouse.command(
    `INSERT INTO mart.kpi_daily (kpi, day, sppg_id, num) SELECT 'portions_planned', toDate32('2024-01-01') + number % ${DAYS},
       concat('x', toString(intDiv(number, ${DAYS}))), number FROM numbers(${kitchens * DAYS})`,
  );
  const report = findExportable('kpi_daily');
  const kpis = registry.filter(({ id }) => id === 'portions_planned');
  if (report === undefined) throw new Error('there is no kpi_daily');
  const file = (format: string, days: number) => () => {
    const to = new Date(Date.UTC(2024, 0, days)).toISOString().slice(0, 10);
    const of = { report, format, scope: { level: 'national', id: '' } as const, from: '2024-01-01', to, kpis };
    return dataFile(warehouse, of, signal);
  };
  const compare = async (format: string, metric: string, days: number) => {
    await measured(file('jsonl', 1));
    const raw = await measured(file('parquet', days));
    const engine = await measured(file('jsonl', days));
    const ours = await measured(file(format, days));
    const rows = kitchens * days;
    const work = `${rows} rows, ${(ours.bytes / 1e6).toFixed(0)} MB; the engine's raw stream (JSONEachRow) as baseline`;
    const [value, baseline] = [rows / ours.seconds, rows / engine.seconds];
    line({
      bench: 'export',
      metric: `${metric}: rows a second`,
      value,
      unit: '1/s',
      baseline,
      ratio: value / baseline,
      work,
    });
    line({
      ...{ bench: 'export', metric: `${metric}: this process's memory at most`, value: ours.highest, unit: 'MiB' },
      ...{ baseline: raw.highest, ratio: ours.highest / raw.highest, work: `${work}; Parquet's memory as baseline` },
    });
  };
  const [many, some] = [DAYS, DAYS / 10];
  await compare('csv', 'CSV', many);
  await compare('csv-id', 'CSV for Excel', many);
  await compare('xlsx', 'XLSX', some);
  await paper();
}

/** All provinces and regencies side by side, as the national summary has them. */
async function paper(): Promise<void> {
  const [, funds] = fixedReport.parts;
  if (funds?.kind !== 'table') throw new Error('the funds are a table');
  const table = (id: string, names: readonly string[]) => ({
    ...{ ...funds, id, title: { id, en: id } },
    rows: names.map((name, at): Cell[] => [name, 4_000_000 * at, 3_900_000 * at, 100_000 * at, 0.975]),
  });
  const nation: Report = {
    ...fixedReport,
    ...{ report: 'national-summary', scope: 'national', unit: 'Nasional' },
    parts: [
      ...fixedReport.parts,
      table(
        'Provinsi',
        provinces.map(({ name }) => name),
      ),
      // As many as there are; those of the demo programme are fewer.
      table(
        'Kabupaten dan kota',
        Array.from({ length: REGENCIES }, (_, at) => regencies[at % regencies.length]?.name ?? ''),
      ),
    ],
  };
  const empty = { main: '#set document(title: "Kosong")\n#set text(lang: "id")\n', files: {}, timestamp: 0 };
  await setDocument(empty, signal);
  const began = performance.now();
  const blank = await setDocument(empty, signal);
  const baseline = performance.now() - began;
  const { seconds, bytes, highest } = await measured(() => renderReport(nation, 'pdf', signal), residentOfChildren);
  const bare = await measured(async () => Readable.from([await setDocument(empty, signal)]), residentOfChildren);
  const work = `${provinces.length} provinces and ${REGENCIES} regencies, ${(bytes / 1e3).toFixed(0)} kB; an empty document (${(blank.length / 1e3).toFixed(0)} kB) as baseline`;
  const value = seconds * 1_000;
  line({ bench: 'export', metric: 'PDF: time', value, unit: 'ms', baseline, ratio: value / baseline, work });
  line({
    ...{ bench: 'export', metric: 'PDF: memory at most', value: highest, unit: 'MiB' },
    ...{ baseline: bare.highest, ratio: highest / bare.highest, work },
  });
}
