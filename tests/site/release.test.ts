/**
 * A whole release as the product makes it: narrative and pages of units together, checked, served and read in a browser; and the public
 * form of it, which is for anybody and holds no kitchen.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COOKIE } from '../../api/access.ts';
import { generateDemo } from '../../demo/generate.ts';
import { navigation, pathIn } from '../../reports/narrative/page/navigation.ts';
import { launch, openPage, overflowOf, SIZES, violationsOf } from '../support/browser.ts';
import { lumbung, type Stack, startPath, startStack } from '../support/stack.ts';

const SEEN = 'tests/browser/output';
let stack: Stack;
let browser: Browser;
beforeAll(async () => {
  mkdirSync(SEEN, { recursive: true });
  const install = "import('./bin/install.mjs').then((module) => module.ensureSitePackages())";
  execFileSync(process.execPath, ['-e', install], { stdio: 'inherit' });
  stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 14, days: 30, seed: 3 });
  stack.env.SITE = 'on';
  await startPath(stack);
  await stack.settled();
  browser = await launch();
}, 480_000);
afterAll(async () => {
  await browser?.close();
  await stack?.[Symbol.asyncDispose]();
});

test('a full build passes its checks with the narrative in it, and every page of it opens for a reader', async () => {
  const { code, out } = await lumbung(stack, ['site', '--full']);
  expect(code, out).toBe(0);
  // The worker has built one without it by itself before.
  const served = (await lumbung(stack, ['site', '--list'])).out.split('\n').filter((line) => line.includes('served'));
  expect(served).toEqual([expect.not.stringContaining('no narrative')]);
  const token = await stack.token('BGN_LEADERSHIP', ['national']);
  const first = await stack.get('/api/v1/units?parent=national', token);
  const [{ scope }] = (first.body as unknown as { units: [{ scope: string }] }).units;
  const [regency] = (
    (await stack.get(`/api/v1/units?parent=${scope}`, token)).body as unknown as { units: [{ scope: string }] }
  ).units;
  const units = ['national/', ...[scope, regency.scope].map((unit) => `${unit.replace(':', '/')}/`)];
  const paths = (['id', 'en'] as const).flatMap((language) => [
    ...navigation.map(({ path }) => pathIn(language, path)),
    ...units.map((unit) => pathIn(language, `/unit/${unit}`)),
  ]);
  for (const [at, path] of paths.entries()) {
    const size = at % 2 === 0 ? 'laptop' : 'phone';
    const opened = await openPage(browser, 'about:blank', {
      viewport: SIZES[size],
      colorScheme: at % 3 === 0 ? 'dark' : 'light',
    });
    const { page, faults, close } = opened;
    await page.context().addCookies([{ name: COOKIE, value: token, url: stack.api }]);
    const answer = await page.goto(`${stack.api}${path}`);
    expect(answer?.status(), path).toBe(200);
    await page.locator('h1').first().waitFor();
    expect(faults, path).toEqual([]);
    expect(await overflowOf(page), `${path} scrolls sideways`).toBeLessThanOrEqual(0);
    expect(await violationsOf(page), path).toEqual([]);
    await page.screenshot({ path: `${SEEN}/release-${path.replaceAll(/\W+/g, '-')}-${size}.png` });
    await close();
  }
});

test('the public site has no kitchen, asks nobody and stands by itself', async () => {
  const folder = join(stack.dataDir, 'public');
  const { code, out } = await lumbung(stack, ['site', '--public', folder]);
  expect(code, out).toBe(0);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(files.filter((path) => /unit\/(province|regency)\/[^/]+\/index\.html$/.test(path)).length).toBeGreaterThan(70);
  expect(files.filter((path) => path.includes('sppg'))).toEqual([]);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/(href|src)="https?:/);
  expect(html).toContain('Nasional');
});
