/**
 * The narrative site, built once from a real system: its numbers are those of the source, it needs no script and asks nobody else,
 * and a page with a broken query is told by file and line. The pages are served here under the API's own content policy.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../cli/engines/ports.ts';
import { generateDemo } from '../../demo/generate.ts';
import { buildNarrative, narrativeReady } from '../../reports/narrative/build.ts';
import { checkQueries } from '../../reports/narrative/check.ts';
import { BASE, navigation, pathIn } from '../../reports/narrative/page/navigation.ts';
import { preview } from '../../reports/narrative/preview.ts';
import { SITE, workspaceIn } from '../../reports/narrative/workspace.ts';
import { addDays } from '../../warehouse/days.ts';
import { findKpi } from '../../warehouse/kpis/registry.ts';
import { launch, openPage, overflowOf, SIZES, violationsOf } from '../support/browser.ts';
import { independentCells } from '../support/independent.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';

let stack: Stack;
let browser: Browser;
let server: Server;
let origin: string;
const folder = mkdtempSync(join(tmpdir(), 'lumbung-narrative-'));
const [out, work] = [join(folder, 'out'), join(folder, 'work')];
const steps: string[] = [];

beforeAll(async () => {
  const install = "import('./bin/install.mjs').then((module) => module.ensureSitePackages())";
  execFileSync(process.execPath, ['-e', install], { stdio: 'inherit' });
  expect(narrativeReady()).toBe(true);
  stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 14, days: 30, seed: 3 });
  await startPath(stack);
  await stack.settled();
  const options = { warehouse: stack.warehouse, out, work, release: 'r1', graceDays: 3, keep: true };
  await buildNarrative({ ...options, signal: AbortSignal.timeout(300_000), onProgress: (step) => steps.push(step) });
  server = await serve();
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch();
}, 480_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  await stack?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Pages under the policy the API sends, and the API behind them for an analyst who is signed in. */
async function serve(): Promise<Server> {
  const policy = (await fetch(`${stack.api}/healthz`)).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  const token = await stack.token('BGN_ANALIS', ['national']);
  const app = express();
  app.use((_request, response, next) => {
    response.set('Content-Security-Policy', policy);
    next();
  });
  app.use(BASE, express.static(out));
  app.use('/api', async (request, response) => {
    const answer = await fetch(`${stack.api}${request.originalUrl}`, { headers: { authorization: `Bearer ${token}` } });
    response
      .status(answer.status)
      .type(answer.headers.get('content-type') ?? 'text')
      .send(await answer.text());
  });
  return new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
}

const page = (path: string) => readFileSync(join(out, path, 'index.html'), 'utf8');
const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

/** Σnum and Σden by KPI over a range, from the source, of the kitchens that count. */
async function independentFigures() {
  const cells = await independentCells(stack);
  const { rows } = await stack.source.query<{ id: string; province: string }>(
    `SELECT id, "provinceId" AS province FROM sppg WHERE NOT "isDemoAccount"`,
  );
  const provinceOf = new Map(rows.map(({ id, province }) => [id, province]));
  return (kpi: string, from: string, to: string, province?: string): number | null => {
    let [num, den, found] = [0, 0, false];
    for (const [name, [n, d]] of Object.entries(cells)) {
      const [day = '', sppg = '', id, split] = name.split(' ');
      const of = provinceOf.get(sppg);
      if (id !== kpi || split !== undefined || day < from || day > to || of === undefined) continue;
      if (province !== undefined && of !== province) continue;
      [num, den, found] = [num + (n ?? 0), den + (d ?? 0), true];
    }
    const definition = findKpi(kpi);
    if (!found) return null;
    // Fewer than five people are not told.
    const few = (sum: number) => sum > 0 && sum < 5;
    if (definition?.people?.some((sum) => few(sum === 'num' ? num : den))) return null;
    if (definition?.den === undefined) return num;
    return den === 0 || (definition.minimum !== undefined && den < definition.minimum) ? null : num / den;
  };
}

test('every number of the themes equals a computation on the source, nation and provinces', async () => {
  const figure = await independentFigures();
  const last = /<time datetime="(\d{4}-\d{2}-\d{2})">/.exec(page(''))?.[1] ?? '';
  expect(last).not.toBe('');
  const spans = [
    [last, last],
    [addDays(last, -6), last],
    [addDays(last, -27), last],
  ] as const;
  let compared = 0;
  for (const { path } of navigation) {
    const html = page(path);
    for (const [, kpi = '', row = ''] of html.matchAll(/<tr data-kpi="(\w+)">([\s\S]*?)<\/tr>/g)) {
      const definition = findKpi(kpi);
      // States and months are told by other days; whether a complaint counts depends on the hour.
      if (definition === undefined || definition.state || definition.grain !== undefined) continue;
      if (kpi === 'complaints_answered_24h') continue;
      const told = [...row.matchAll(/<td data-value="([^"]*)"/g)].map(([, value = '']) => value);
      expect(told).toHaveLength(3);
      for (const [at, value] of told.entries()) {
        const [from, to] = spans[at] as readonly [string, string];
        const expected = figure(kpi, from, to);
        const same = expected === null ? value === '' : value !== '' && near(Number(value), expected);
        expect(same, `${path} ${kpi} ${from}..${to}: ${value} instead of ${expected}`).toBe(true);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(90);

  const columns = [
    'portions_delivered',
    'delivery_fulfilment',
    'on_time_delivery',
    'holding_time_4h',
    'akg_compliance',
  ];
  const { rows: provinces } = await stack.source.query<{ id: string; kitchens: number }>(
    `SELECT p.id, count(s.id)::int AS kitchens FROM provinces_indonesia p LEFT JOIN sppg s ON s."provinceId" = p.id AND NOT s."isDemoAccount" GROUP BY 1`,
  );
  expect(provinces).toHaveLength(38);
  const regions = page('/wilayah/');
  for (const { id, kitchens } of provinces) {
    const row = new RegExp(`<tr data-unit="${id}">([\\s\\S]*?)</tr>`).exec(regions)?.[1] ?? '';
    const [first, ...told] = [...row.matchAll(/<td data-value="([^"]*)"/g)].map(([, value = '']) => value);
    expect(Number(first || 0), id).toBe(kitchens);
    for (const [at, kpi] of columns.entries()) {
      const expected = figure(kpi, spans[2][0], spans[2][1], id);
      const value = told[at] ?? '';
      const same = expected === null ? value === '' : value !== '' && near(Number(value), expected);
      expect(same, `${id} ${kpi}: ${value} instead of ${expected}`).toBe(true);
    }
    expect(row).toContain(`href="${BASE}/unit/province/${id}/"`);
  }
});

test('what is published is pages, one style sheet, fonts and two scripts, and small', () => {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1));
  const pages = files.filter((file) => file.endsWith('.html'));
  expect(pages).toHaveLength(navigation.length * 2);
  const rest = files.filter((file) => !file.endsWith('.html')).map((file) => file.replace(/^.*\./, ''));
  expect(rest.sort()).toEqual(['css', 'js', 'js', 'woff2']);
  const zipped = (file: string) => gzipSync(readFileSync(join(out, file))).length;
  for (const file of pages) expect(zipped(file), file).toBeLessThan(60_000);
  for (const file of files.filter((name) => name.endsWith('.js'))) expect(zipped(file), file).toBeLessThan(120_000);
  expect(steps).toEqual(['extract', 'check', 'render', 'publish', `published ${pages.length} pages`]);
});

test('pages are whole without a script, ask nobody else, and have nothing that keeps people out', async () => {
  for (const javaScriptEnabled of [false, true]) {
    for (const { path } of javaScriptEnabled ? navigation : navigation.slice(0, 2)) {
      const english = javaScriptEnabled && path === '/tema/porsi/';
      const opened = await openPage(browser, `${origin}${pathIn(english ? 'en' : 'id', path)}`, {
        javaScriptEnabled,
        colorScheme: path === '/' ? 'dark' : 'light',
        viewport: javaScriptEnabled ? SIZES.laptop : SIZES.phone,
      });
      expect(await opened.page.locator('h1').count(), path).toBe(1);
      if (!['/metode/', '/kamus/', '/jelajah/'].includes(path))
        expect(await opened.page.locator('svg.plot:visible').count(), path).toBeGreaterThan(0);
      expect(await overflowOf(opened.page), path).toBe(0);
      if (javaScriptEnabled) expect(await violationsOf(opened.page), path).toEqual([]);
      expect(opened.faults, path).toEqual([]);
      await opened.close();
    }
  }
});

test('the explorer asks the API for what is chosen, and the address holds the choice', async () => {
  const opened = await openPage(browser, `${origin}${BASE}/jelajah/?kpi=on_time_delivery&grain=week`);
  await opened.page.locator('.answer svg.plot').waitFor();
  expect(await opened.page.locator('select[name=kpi]').inputValue()).toBe('on_time_delivery');
  expect(await opened.page.locator('.answer h2').textContent()).toContain('Ketepatan waktu');
  const { rows } = await stack.source.query<{ id: string }>(
    `SELECT "provinceId" AS id FROM sppg WHERE NOT "isDemoAccount" AND status = 'ACTIVE' LIMIT 1`,
  );
  await opened.page.locator('select[name=scope]').selectOption(`province:${rows[0]?.id}`);
  await opened.page.waitForURL(/scope=province/);
  await opened.page.locator('.answer:not([aria-busy]) svg.plot').waitFor();
  const scope = new URL(opened.page.url()).searchParams.get('scope') ?? '';
  expect(await opened.page.locator('a[download]').getAttribute('href')).toContain(encodeURIComponent(scope));
  await opened.page.goBack();
  await expect.poll(() => opened.page.locator('select[name=scope]').inputValue()).toBe('national');
  expect(await violationsOf(opened.page)).toEqual([]);
  expect(opened.faults).toEqual([]);
  await opened.close();
});

test('an author sees at once what is saved, faults by file and line, and the running system behind the pages', async () => {
  const [authors, port, stop, told] = [
    join(folder, 'authors'),
    await freePort(),
    new AbortController(),
    [] as string[],
  ];
  for (const part of ['pages', 'components', 'queries'])
    cpSync(join(SITE, part), join(authors, part), { recursive: true });
  const edit = (file: string, from: string, to: string) => {
    const path = join(authors, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
  };
  const options = {
    warehouse: stack.warehouse,
    work: join(folder, 'preview'),
    graceDays: 3,
    signal: stop.signal,
    authors,
  };
  const ended = preview({ ...options, port, system: stack.api, say: (text) => told.push(text) });
  const site = `http://127.0.0.1:${port}`;
  const answer = (path: string) =>
    fetch(`${site}${path}`).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(() => answer(`${BASE}/`), { timeout: 120_000 }).toBe(200);
  const { page: shown, faults, close } = await openPage(browser, `${site}${BASE}/`);
  expect(await shown.locator('.headline time').textContent()).toBe(
    /<time datetime="\d{4}-\d{2}-\d{2}">([^<]*)/.exec(page(''))?.[1],
  );
  expect(faults).toEqual([]);
  edit('pages/index.md', '## Ringkasan', '## Judul baru');
  await shown.getByRole('heading', { name: 'Judul baru' }).waitFor();
  edit('components/Day.svelte', '{text}</time>', '{text}, hari itu</time>');
  await shown.locator('.headline time', { hasText: 'hari itu' }).waitFor();
  edit('queries/complete.sql', 'sum(complete) / nullif(sum(expected), 0)', '0.4321');
  await shown.locator('.findings', { hasText: '43,2' }).waitFor();
  edit('queries/complete.sql', 'FROM quality.complete_provinces', 'FROM quality.nowhere');
  await expect
    .poll(() => told.join('\n'))
    .toMatch(/reports\/site\/queries\/complete\.sql:\d+ query "complete": .*nowhere/);
  expect(await answer('/api/v1/session')).toBe(401);
  expect(await answer('/')).toBe(200);
  await close();
  stop.abort();
  await ended;
  expect(await answer(`${BASE}/`)).toBe(0);
});

test('a broken query ends a build before anything is rendered, with its file and line', async () => {
  const workspace = workspaceIn(work);
  const folderOfPage = join(workspace.root, 'pages/rusak');
  mkdirSync(folderOfPage, { recursive: true });
  writeFileSync(
    join(folderOfPage, 'index.md'),
    [
      '---',
      'title: Rusak',
      '---',
      '',
      '```sql salah',
      'SELECT kpi,',
      '  nilai',
      'FROM figures.standing',
      '```',
      '',
    ].join('\n'),
  );
  writeFileSync(join(workspace.root, 'queries/edition.sql'), 'SELECT * FROM reference.editions\n');
  writeFileSync(join(workspace.template, 'queries/edition.sql'), 'SELECT * FROM reference.editions\n');
  const error = await checkQueries(workspace, AbortSignal.timeout(60_000)).catch((thrown: Error) => thrown);
  expect(String(error)).toMatch(/reports\/site\/pages\/rusak\/index\.md:7 query "salah": .*nilai/);
  expect(String(error)).toMatch(/reports\/site\/queries\/edition\.sql:1 query "edition": .*editions/);
});
