/** Narrative pages: words from figures, what is published, where files go, and what authors are told of. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { readChoice } from '../../reports/narrative/browser/choice.ts';
import { runChild } from '../../reports/narrative/child.ts';
import { extracts } from '../../reports/narrative/extracts/all.ts';
import { finishPage, refusedBy } from '../../reports/narrative/finish.ts';
import { navigation, placeOf, twinOf } from '../../reports/narrative/page/navigation.ts';
import { type Standing, tellChange, tellFigure, tellStatus } from '../../reports/narrative/page/told.ts';
import { placeOf as placeOfFile, SITE } from '../../reports/narrative/workspace.ts';
import { registry } from '../../warehouse/kpis/registry.ts';

const measure = (id: string) => {
  const kpi = registry.find((candidate) => candidate.id === id);
  if (kpi === undefined) throw new Error(`no ${id}`);
  return kpi;
};
const row = (kpi: string, span: string, value: number | null): Standing => ({
  kpi,
  span,
  num: value,
  den: null,
  value,
});

it('a change is told in words, with points for shares, and not at all without a value before', () => {
  const reach = measure('on_time_delivery');
  const of = (now: number | null, before: number | null) =>
    tellChange([row(reach.id, 'week', now), row(reach.id, 'week_before', before)], reach, 'week', 'id');
  expect(of(0.95, 0.93)).toEqual({ text: 'naik 2 poin', better: true });
  expect(of(0.93, 0.95)).toEqual({ text: 'turun 2 poin', better: false });
  expect(of(0.95, 0.95)).toEqual({ text: 'tidak berubah', better: null });
  expect(of(0.95, null)).toBeUndefined();
  expect(of(null, 0.95)).toBeUndefined();
  const cost = measure('food_cost_per_portion');
  const rows = [row(cost.id, 'month', 9_900), row(cost.id, 'month_before', 9_000)];
  expect(tellChange(rows, cost, 'month', 'en')).toEqual({ text: 'up 10%', better: false });
});

it('what is missing is said in words, and what is withheld too', () => {
  const satisfaction = measure('satisfaction');
  expect(tellFigure([], satisfaction, 'month', 'id')).toMatchObject({ text: 'belum ada data', known: false });
  const hidden = { ...row(satisfaction.id, 'month', null), withheld: true };
  expect(tellFigure([hidden], satisfaction, 'month', 'id').text).toBe('tidak ditampilkan (< 5 orang)');
  expect(tellStatus(row(satisfaction.id, 'month', null), 'id')?.word).toBe('belum ada data');
});

it('every page has its twin in the other language, and every entry of the navigation its pages', () => {
  expect(placeOf('/reports/en/tema/gizi/')).toEqual({ language: 'en', path: '/tema/gizi/' });
  expect(placeOf('/reports/')).toEqual({ language: 'id', path: '/' });
  expect(twinOf('/reports/tema/gizi/')).toBe('/reports/en/tema/gizi/');
  const pages = readdirSync(join(SITE, 'pages'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.md'),
  );
  const expected = navigation.flatMap(({ path }) => [`${path.slice(1)}index.md`, `en${path}index.md`]);
  expect(pages.sort()).toEqual(expected.sort());
  expect(placeOfFile('pages/index.md')).toBe('src/pages/+page.md');
  expect(placeOfFile('pages/tema/gizi/index.md')).toBe('src/pages/tema/gizi/+page.md');
  expect(placeOfFile('queries/daily.sql')).toBe('queries/daily.sql');
});

it('a published page has nothing of the generator in it, and what the content policy refuses is found', () => {
  const html =
    '<html lang="id"><head><!-- x --><meta name="twitter:site" content="@y"></head><p class="markdown">1</p></html>';
  expect(finishPage(html, true)).toBe('<html lang="en"><head></head><p>1</p></html>');
  expect(
    refusedBy('<script src="/reports/assets/a.js"></script><svg xmlns="http://www.w3.org/2000/svg"></svg>'),
  ).toBeUndefined();
  for (const bad of [
    '<script>alert(1)</script>',
    '<style>p{}</style>',
    '<p style="color:red">',
    '<a onclick="x()">',
    '<img src="https://elsewhere.example/a.png">',
  ])
    expect(refusedBy(bad), bad).toBeDefined();
});

it('a choice from an address stays within bounds', () => {
  const usual = readChoice('', 'province:32', '2026-11-25');
  expect(usual).toEqual({
    kpi: 'portions_delivered',
    scope: 'province:32',
    grain: 'day',
    from: '2026-08-28',
    to: '2026-11-25',
    compare: 'none',
  });
  const wild = readChoice('?kpi=<b>&scope=x&grain=hour&from=2026-13-99&compare=me', 'national', '2026-11-25');
  expect(wild).toEqual({ ...usual, scope: 'national' });
  expect(readChoice('?from=2026-11-20&to=2026-11-01', 'national', '2026-11-25')).toMatchObject({
    from: '2026-11-01',
    to: '2026-11-20',
  });
});

it('every extract and its columns are documented for authors', () => {
  const text = readFileSync('docs/reports-authoring.md', 'utf8');
  const absent = extracts.flatMap(({ source, table, columns }) =>
    [`${source}.${table}`, ...Object.keys(columns)].filter((name) => !text.includes(`\`${name}\``)),
  );
  expect(absent).toEqual([]);
});

it('a child that is to stop is gone with what it started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-child-'));
  const [script, pid] = [join(folder, 'child.mjs'), join(folder, 'pid')];
  writeFileSync(
    script,
    `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
     const inner = spawn('sleep', ['600']); writeFileSync(${JSON.stringify(pid)}, String(inner.pid)); setInterval(() => {}, 1000);`,
  );
  const stopping = new AbortController();
  const run = runChild({ what: 'a child', args: [script], cwd: folder, signal: stopping.signal });
  const ended = expect(run).rejects.toThrow();
  await vi.waitUntil(() => existsSync(pid) && readFileSync(pid, 'utf8') !== '', 15_000);
  stopping.abort();
  await ended;
  const inner = Number(readFileSync(pid, 'utf8'));
  // A killed process may be a zombie for a moment; one that is gone answers with nothing.
  const state = () => spawnState(inner);
  await vi.waitUntil(async () => ['', 'Z'].includes(await state()), 15_000);
});

const spawnState = (pid: number): Promise<string> =>
  new Promise((resolve) => {
    const ps = spawn('ps', ['-o', 'stat=', '-p', String(pid)]);
    let out = '';
    ps.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    ps.once('close', () => resolve(out.trim().slice(0, 1)));
  });
