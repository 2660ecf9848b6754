/** What the docs name exists: tests in the conformance table, variables of the configuration, routes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { contracts } from '../../api/contracts/all.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createOperatorMetrics } from '../../api/operator.ts';
import { environment } from '../../platform/config.ts';
import { policies } from '../../platform/errors.ts';
import { queueNames } from '../../platform/queues.ts';
import type { Warehouse } from '../../warehouse/client.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const folders = ['tests/path', 'tests/fault'];
const tests = folders.flatMap((folder) =>
  readdirSync(folder).map((file) => ({ file, text: read(`${folder}/${file}`) })),
);

it.each([
  ['conformance', 50],
  ['figures', 12],
])('every case of the table in docs/%s.md has its test', (file, atLeast) => {
  const named = [...read(`docs/${file}.md`).matchAll(/\| `([^`]+)` +\|$/gm)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(atLeast);
  const absent = named.filter((name) =>
    name.endsWith('.test.ts')
      ? !tests.some(({ file }) => file === name)
      : !tests.some(({ text }) => text.includes(name)),
  );
  expect(absent).toEqual([]);
});

it('every variable is documented', () => {
  const text = read('docs/configure.md');
  const internal = ['LUMBUNG_FAILPOINT'];
  const absent = Object.keys(environment.shape).filter(
    (name) => !internal.includes(name) && !text.includes(`\`${name}\``),
  );
  expect(absent).toEqual([]);
});

/** Names of all metrics: as an API process registers them, with its operator's gauges. */
async function metricNames(): Promise<string[]> {
  const metrics = createMetrics();
  createOperatorMetrics(metrics.registry, { redis: new Redis({ lazyConnect: true }), warehouse: {} as Warehouse });
  return (await metrics.registry.getMetricsAsJSON()).map(({ name }) => name);
}

it('every metric is documented, and every documented one exists', async () => {
  const text = read('docs/metrics.md');
  const names = await metricNames();
  const documented = [...text.matchAll(/^\| `(lumbung_\w+)/gm)].map(([, name = '']) => name);
  const ofProcess = (name: string) => /^lumbung_(process|nodejs)_/.test(name);
  expect(names.filter((name) => !ofProcess(name) && !documented.includes(name))).toEqual([]);
  expect(documented.filter((name) => !ofProcess(name) && !names.includes(name))).toEqual([]);
});

it('the dashboard asks for metrics that exist, and for every one of a stage', async () => {
  const dashboard = read('docs/grafana-dashboard.json');
  const names = await metricNames();
  const used = [...dashboard.matchAll(/lumbung_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''));
  expect(used.length).toBeGreaterThan(20);
  expect(used.filter((name) => !names.includes(name))).toEqual([]);
});

it('every route is in the README or the operator documentation', () => {
  const text = `${read('README.md')}${read('docs/operate.md')}`;
  const absent = contracts
    .map(({ path }) => path.replace('/api/v1', ''))
    .filter((path) => !text.includes(path.replace('/kpis/{kpi}', '…')) && !text.includes(path));
  expect(absent).toEqual([]);
});

it('every queue and error kind is in the operator documentation', () => {
  const text = read('docs/operate.md');
  for (const name of [...queueNames, ...Object.keys(policies)]) expect(text).toContain(name);
});

it('every verb of the command line is in the README and, with what it is for, in the runbook or beside it', () => {
  const files = readdirSync('cli').filter((file) => file.endsWith('.ts'));
  const verbs = files.flatMap((file) =>
    [...read(`cli/${file}`).matchAll(/\bprogram\s*\.command\('([\w-]+)'\)/g)].map(([, verb = '']) => verb),
  );
  expect(verbs.length).toBeGreaterThan(12);
  const overview = /`npx lumbung <verb>`(.*)/.exec(read('README.md'))?.[1] ?? '';
  const docs = readdirSync('docs').filter((file) => file.endsWith('.md'));
  const text = docs.map((file) => read(`docs/${file}`)).join('\n');
  for (const verb of verbs) {
    expect(overview).toMatch(new RegExp(`\`${verb}[\` ]`));
    expect(text, `lumbung ${verb}`).toMatch(new RegExp(`lumbung(?:\\.mjs)? ${verb}\\b`));
  }
});

it('what the docs link to and what they run exists', () => {
  const docs = ['README.md', 'CONTRIBUTING.md', ...readdirSync('docs').map((file) => `docs/${file}`)].filter((file) =>
    file.endsWith('.md'),
  );
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
  for (const file of docs) {
    const text = read(file);
    for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(dirname(file), target)), `${file} → ${target}`).toBe(true);
    }
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts, file).toContain(script);
    for (const [, path = ''] of text.matchAll(
      /`((?:tests|warehouse|etl|api|reports|workers|platform|demo|cli|deploy|bin)\/[\w./-]+\.\w+)`/g,
    )) {
      if (!/NNNN|<|portions_per_handover/.test(path)) expect(existsSync(path), `${file} names ${path}`).toBe(true);
    }
  }
});
