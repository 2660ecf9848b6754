/**
 * Pages of units in a real browser, with the content policy of the API: complete without JavaScript, better with it; on a phone, a laptop and
 * paper. Their figures are fixed (tests/path/site_pages.test.ts compares them with the source).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAssets } from '../../reports/units/assets.ts';
import { filesIn } from '../../reports/units/files.ts';
import { page as rendered } from '../../reports/units/page.ts';
import { createPeers } from '../../reports/units/peers.ts';
import { entriesOf, nationalParts } from '../../reports/units/search_index.ts';
import { folderOf } from '../../reports/units/view.ts';
import type { PageLevel } from '../../warehouse/queries/units/within.ts';
import { launch, openPage, overflowOf, SIZES, violationsOf } from '../support/browser.ts';
import { CONTENT_POLICY } from '../support/fixed_server.ts';
import { dataOf, programmeOf, viewOf } from '../support/site_pages.ts';

type Unit = [level: PageLevel, id: string];
const units: [Unit, Unit, Unit, Unit] = [
  ['national', ''],
  ['province', '32'],
  ['regency', '3201'],
  ['sppg', 'k0'],
];
const pathOf = ([level, id]: Unit, language = '') => `/reports/${language}${folderOf(level, id)}/`;
const kitchen = pathOf(units[3]);
const PICTURES = process.env.SITE_PICTURES;

let browser: Browser;
let server: Server;
let site: string;
const folder = mkdtempSync(join(tmpdir(), 'lumbung-site-'));

beforeAll(async () => {
  const files = filesIn(folder);
  const programme = programmeOf('SPPG Melati <3');
  const peersOf = createPeers(programme);
  const assets = await writeAssets(files, '/reports');
  for (const language of ['id', 'en'] as const) {
    const view = { ...viewOf(programme, language), assets };
    for (const [level, id] of units) {
      const own = level === 'sppg' ? programme.kitchenOf.get(id) : undefined;
      const text = rendered(view, dataOf(level, id), own && peersOf(own));
      await files.write(`${language === 'en' ? 'en/' : ''}${folderOf(level, id)}/index.html`, text);
    }
  }
  const parts = nationalParts(entriesOf(programme, 'readers'));
  for (const [name, own] of parts) await files.write(`search/national/${name}.json`, JSON.stringify(own));
  await files.write('search/national/parts.json', JSON.stringify([...parts.keys()]));
  await files.write('reader.json', JSON.stringify({ scopes: ['national'] }));
  const app = express();
  app.use((_request, response, next) => {
    response.set('Content-Security-Policy', CONTENT_POLICY);
    next();
  });
  app.use('/reports', express.static(folder));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(units)('%s %s without JavaScript: complete, nothing from elsewhere, no script asked for', async (...unit) => {
  const asked: string[] = [];
  const { page, faults, close } = await openPage(browser, site + pathOf(unit), {
    javaScriptEnabled: false,
    prepare: async (own) => void own.on('request', (request) => asked.push(request.url())),
  });
  const text = await page.content();
  expect(text.match(/<svg/g)?.length).toBeGreaterThan(4);
  expect(text.match(/<tr id=|<tr data-period/g)?.length).toBeGreaterThan(40);
  expect(asked.filter((url) => url.endsWith('.js') || url.endsWith('.json'))).toEqual([]);
  expect(faults).toEqual([]);
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${unit[0]}.png`, fullPage: true });
  await close();
});

test.each(units)('%s %s with it: no fault, accessible light and dark, within a phone and a laptop', async (...unit) => {
  const { page, faults, close } = await openPage(browser, site + pathOf(unit));
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const size of ['laptop', 'phone'] as const) {
      await page.setViewportSize(SIZES[size]);
      expect(await overflowOf(page), `${colorScheme} ${size}`).toBeLessThanOrEqual(0);
      if (PICTURES)
        await page.screenshot({
          path: `${PICTURES}/${unit[0]}-${colorScheme}-${size}.png`,
          fullPage: size === 'phone',
        });
    }
    expect(await violationsOf(page), colorScheme).toEqual([]);
  }
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 688, height: 980 });
  expect(await overflowOf(page), 'on paper').toBeLessThanOrEqual(0);
  const pdf = await page.pdf({
    preferCSSPageSize: true,
    printBackground: true,
    ...(PICTURES ? { path: `${PICTURES}/${unit[0]}.pdf` } : {}),
  });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(1);
  expect(faults).toEqual([]);
  await close();
});

test('a table sorts by a column both ways, what has no data last', async () => {
  const { page, faults, close } = await openPage(browser, site + pathOf(units[0]));
  const values = () =>
    page
      .locator('#below table.sortable tbody tr')
      .evaluateAll((rows) => rows.map((row) => (row as HTMLTableRowElement).cells[1]?.dataset.v));
  const head = page.locator('#below table.sortable thead button').nth(1);
  await head.click();
  const up = (await values()).map(Number);
  expect(up).toEqual(up.toSorted((a, b) => a - b));
  await head.click();
  expect((await values()).map(Number)).toEqual(up.toReversed());
  expect(faults).toEqual([]);
  await close();
});

test('a unit is found by a word of its name, in the language of the page', async () => {
  const { page, faults, close } = await openPage(browser, site + pathOf(units[0], 'en/'));
  await page.locator('.search input').fill('melati');
  await expect.poll(() => page.locator('.search li a').allTextContents()).toEqual(['SPPG Melati <3']);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site}${pathOf(units[3], 'en/')}`);
  expect(await page.locator('h1').textContent()).toBe('SPPG Melati <3');
  expect(faults).toEqual([]);
  await close();
});

test('colours are chosen and kept; a chart tells the day under the pointer; the language is a link', async () => {
  const { page, faults, close } = await openPage(browser, site + kitchen);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.locator('.tools > button').click();
  expect(await theme()).toBe('dark');
  await page.reload();
  expect(await theme()).toBe('dark');
  const chart = page.locator('figure.trend svg').first();
  await chart.hover();
  const tip = page.locator('figure.trend output').first();
  await expect.poll(() => tip.textContent()).toMatch(/20\d\d: /);
  await page.locator('a[hreflang=en]').click();
  await page.waitForURL(`${site}${pathOf(units[3], 'en/')}`);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(faults).toEqual([]);
  await close();
});
