/**
 * docs/performance.json, .md and .svg: the figures that README and docs quote. Invariant: a figure is there with the machine, commit and
 * time of the run that printed it; a run replaces the lines of its own benchmark only.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { serverDocument } from '../../reports/units/document.ts';
import type { BenchLine } from './bench.ts';

type Run = { measuredAt: string; commit: string; machine: string; quick: boolean; lines: BenchLine[] };
type Runs = Record<string, Run>;

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** Whether the ratio is what was aimed for; undefined where nothing was. */
const held = ({ aim, ratio }: BenchLine): boolean | undefined => {
  if (aim === undefined || ratio === null) return undefined;
  return 'atLeast' in aim ? ratio >= aim.atLeast : ratio <= aim.atMost;
};

/** A Markdown table of the lines, its columns padded so that a terminal shows it too. */
export function tableOf(lines: readonly BenchLine[]): string {
  const number = (value: number | null) => (value === null ? '' : new Intl.NumberFormat('en').format(value));
  const aimed = (line: BenchLine) => {
    if (line.aim === undefined) return '';
    const text = 'atLeast' in line.aim ? `≥ ${line.aim.atLeast}` : `≤ ${line.aim.atMost}`;
    return `${text}: ${held(line) ? 'held' : 'missed'}`;
  };
  const rows = [
    ['benchmark', 'metric', 'value', 'unit', 'baseline', 'ratio', 'aim', 'work'],
    ...lines.map((line) => [
      ...[line.bench, line.metric, number(line.value), line.unit === '1' ? '' : line.unit],
      ...[number(line.baseline), number(line.ratio), aimed(line), line.work],
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [padded[0], rule, ...padded.slice(1)].join('\n');
}

/** Keeps the lines of the benchmarks that ran, and writes all there are anew. */
export function writePerformance(lines: readonly BenchLine[], quick: boolean): void {
  const file = join(DOCS, 'performance.json');
  const runs: Runs = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 1_073_741_824)} GiB, Node ${process.versions.node}`;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  for (const bench of new Set(lines.map((line) => line.bench))) {
    const own = lines.filter((line) => line.bench === bench);
    runs[bench] = { measuredAt: new Date().toISOString().slice(0, 16), commit, machine, quick, lines: own };
  }
  writeFileSync(file, `${JSON.stringify(runs, null, 2)}\n`);
  writeFileSync(join(DOCS, 'performance.md'), markdownOf(runs));
  writeFileSync(join(DOCS, 'performance.svg'), `${plotOf(runs)}\n`);
}

function markdownOf(runs: Runs): string {
  const sections = Object.entries(runs).map(
    ([bench, { measuredAt, commit, machine, quick, lines }]) =>
      `## ${bench}\n\n\`npm run bench -- ${bench}${quick ? ' --quick' : ''}\`, ${measuredAt.replace('T', ' ')} UTC, commit ${commit}, ${machine}\n\n${tableOf(lines)}\n`,
  );
  return `# Performance

Written by \`npm run bench -- --write\` (everything, in the order below) or \`npm run bench -- NAME --write\` (one benchmark): not by hand.
Each value stands beside a baseline measured in the same run, so that their ratio says something on any machine; the values themselves are those of the machine named. Speed is no test:
what tests guard are counts that no clock has a part in (tests/path/costs.test.ts).

![Ratios to their baselines](performance.svg)

${sections.join('\n')}`;
}

/** Every ratio by benchmark, on one logarithmic axis; colours say whether it is what was aimed for. */
function plotOf(runs: Runs): string {
  const lines = Object.values(runs)
    .flatMap((run) => run.lines)
    .filter((line): line is BenchLine & { ratio: number } => line.ratio !== null && line.ratio > 0)
    .map((line) => ({ ...line, name: `${line.bench}: ${line.metric}`, kind: kindOf(line) }));
  const names = lines.map(({ name }) => name);
  const document = serverDocument();
  const svg = Plot.plot({
    document,
    width: 900,
    height: 60 + 18 * lines.length,
    marginLeft: 390,
    marginRight: 60,
    style: { background: 'white', color: '#222', fontFamily: 'sans-serif', fontSize: '11px' },
    x: { type: 'log', label: 'ratio to the baseline of the same run', grid: true, tickFormat: '~g' },
    y: { domain: names, label: null },
    symbol: { domain: ['held', 'missed', 'no aim'], range: ['circle', 'times', 'diamond'] },
    color: { domain: ['held', 'missed', 'no aim'], range: ['#1a7f5a', '#b3261e', '#5b6770'] },
    marks: [
      Plot.ruleX([1]),
      Plot.dot(lines, { x: 'ratio', y: 'name', symbol: 'kind', fill: 'kind', stroke: 'kind', r: 4 }),
      Plot.text(lines, {
        x: 'ratio',
        y: 'name',
        text: ({ ratio }: { ratio: number }) => String(ratio),
        dx: 8,
        textAnchor: 'start',
      }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'Ratios of all benchmarks to their baselines; the table has the same numbers');
  return svg.outerHTML;
}

function kindOf(line: BenchLine): string {
  const isHeld = held(line);
  if (isHeld === undefined) return 'no aim';
  return isHeld ? 'held' : 'missed';
}
