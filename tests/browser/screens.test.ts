/**
 * How every view looks, light and dark, on a phone, a laptop and a TV, the wall screen with four times its pixels too, held against golden pictures (tests/golden/screens); each is
 * checked for accessibility, for what scrolls sideways, and for errors. `GOLDEN=write` writes the pictures anew: look at them.
 * The pictures stand on fixed answers and a fixed clock; another rasteriser of fonts may differ by a few pixels in a hundred.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import pixelmatch from 'pixelmatch';
import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contracts } from '../../api/contracts/all.ts';
import { launch, openPage, overflowOf, SIZES, violationsOf } from '../support/browser.ts';
import { fixedAnswer, NOW } from '../support/fixed_answers.ts';
import { fixedOperations } from '../support/fixed_operations.ts';
import { type FixedServer, startFixedServer } from '../support/fixed_server.ts';

const GOLDEN = 'tests/golden/screens';
const SEEN = 'tests/browser/output';
/** Share of pixels that may differ. */
const TOLERANCE = 0.03;

let server: FixedServer;
let browser: Browser;
beforeAll(async () => {
  mkdirSync(GOLDEN, { recursive: true });
  mkdirSync(SEEN, { recursive: true });
  [server, browser] = await Promise.all([startFixedServer(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

const leader = { role: 'BGN_LEADERSHIP', scopes: ['national'], name: 'Pimpinan BGN' };
const staff = { role: 'SPPG_STAFF_DAPUR', scopes: ['sppg:k3201-1'], name: 'Staf dapur' };
const auditor = { role: 'AUDITOR', scopes: ['national'], name: 'Auditor' };
const operator = { role: 'PLATFORM_SUPPORT', scopes: ['national'], name: 'Operator' };
const views = {
  'sign-in': { session: undefined, address: '/', ready: '[data-testid=signin]' },
  'no-figures': { session: auditor, address: '/', ready: '[data-testid=no-figures]' },
  nation: { session: leader, address: '/', ready: '[data-testid=flow-chart]' },
  province: {
    session: leader,
    address: '/?scope=province:32&kpi=on_time_delivery',
    ready: '[data-testid=flow-chart]',
  },
  kitchen: { session: leader, address: '/?scope=sppg:k3201-3', ready: '[data-testid=flow-chart]' },
  staff: { session: staff, address: '/', ready: '[data-testid=flow-chart]' },
  operators: { session: operator, address: '/?operators', ready: '[data-testid=operators-tables]' },
  kiosk: { session: leader, address: '/?kiosk=national', ready: '[data-testid=trend-chart]', wall: true },
} as const;
const shots = Object.entries(views).flatMap(([name, view]) =>
  // Only a wall has so many pixels.
  (Object.keys(SIZES) as (keyof typeof SIZES)[])
    .filter((size) => size !== 'wall' || 'wall' in view)
    .map((size) => ({ name, view, size })),
);

/** Everything that is to come has come: sparklines are drawn, nothing moves. */
async function settled(page: Page, ready: string): Promise<void> {
  // Charts below the fold are drawn when they come near.
  const last = page.locator(ready);
  await last.scrollIntoViewIfNeeded();
  if (ready.includes('chart')) await last.locator('svg').waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await page.evaluate(() => document.fonts.ready);
  await page.waitForFunction(() => {
    const cards = [...document.querySelectorAll('.card .value:not(.nodata)')];
    const still = document.getAnimations().every((animation) => animation.playState !== 'running');
    return (
      still &&
      document.querySelectorAll('.skeleton').length === 0 &&
      (document.querySelector('.when input[disabled]') !== null ||
        cards.every(
          (value) =>
            value.getBoundingClientRect().top > innerHeight ||
            value.closest('.card')?.querySelector('.spark svg') !== null,
        ))
    );
  });
}

test.each(shots)('$name, light and dark, on a $size', async ({ name, view, size }) => {
  server.session = view.session;
  const { page, faults, close } = await openPage(browser, `${server.url}${view.address}`, {
    ...{ viewport: SIZES[size], colorScheme: 'light', reducedMotion: 'reduce', serviceWorkers: 'block' },
    prepare: (own) => own.clock.setFixedTime(NOW),
  });
  await settled(page, view.ready);
  expect(await overflowOf(page), 'scrolls sideways').toBeLessThanOrEqual(0);
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const file = `${name}-${size}-${theme}.png`;
    const taken = await page.screenshot({ path: `${SEEN}/${file}` });
    // Every view in both themes, once: at the narrow size and at a wide one.
    if (size === (theme === 'light' ? 'phone' : 'laptop') || size === 'wall')
      expect(await violationsOf(page), theme).toEqual([]);
    if (process.env.GOLDEN === 'write') writeFileSync(`${GOLDEN}/${file}`, taken);
    expect(existsSync(`${GOLDEN}/${file}`), `${file} is missing: GOLDEN=write makes it`).toBe(true);
    const [golden, now] = [PNG.sync.read(readFileSync(`${GOLDEN}/${file}`)), PNG.sync.read(taken)];
    expect([now.width, now.height]).toEqual([golden.width, golden.height]);
    const differing = pixelmatch(golden.data, now.data, undefined, now.width, now.height, { threshold: 0.2 });
    const share = differing / (now.width * now.height);
    expect(share, `${SEEN}/${file} differs from ${GOLDEN}/${file}`).toBeLessThan(TOLERANCE);
  }
  expect(faults).toEqual([]);
  await close();
});

test('the fixed answers are what the contracts promise', () => {
  const paths = {
    '/summary': '/summary',
    '/kpis': '/kpis',
    '/units': '/units',
    '/insights': '/insights',
    '/attention': '/attention',
    '/flow': '/flow',
    '/units/search': '/units/search',
    '/kpis/{kpi}/series': '/kpis/on_time_delivery/series',
    '/kpis/{kpi}/ranking': '/kpis/on_time_delivery/ranking',
    '/kpis/{kpi}/expected': '/kpis/on_time_delivery/expected',
  };
  const answerOf = (path: string) =>
    contracts.find((own) => own.method === 'get' && own.path === `/api/v1${path}`)?.answer;
  expect(answerOf('/operations')?.safeParse(fixedOperations).error?.issues).toBeUndefined();
  for (const [contract, path] of Object.entries(paths)) {
    const answer = answerOf(contract);
    expect(answer, contract).toBeDefined();
    const query = new URLSearchParams({
      scope: 'national',
      grain: 'day',
      level: 'province',
      order: 'asc',
      from: '2026-11-01',
      to: '2026-11-25',
    });
    expect(answer?.safeParse(fixedAnswer(leader, path, query)).error?.issues, contract).toBeUndefined();
  }
});
