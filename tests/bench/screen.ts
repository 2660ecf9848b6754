/**
 * The live screen in a real browser: first contentful paint and time to live data on the demo programme against a bare page of the same
 * weight (in turns, nothing cached), how soon a change committed in Postgres stands on it, and what it holds after an hour of 50 updates a
 * second, told as fast as the page takes them.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { COOKIE } from '../../api/access.ts';
import { generateDemo } from '../../demo/generate.ts';
import { countsOf, launch, openPage, SIZES } from '../support/browser.ts';
import { startFixedServer } from '../support/fixed_server.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';
import { percentile, report } from './bench.ts';

const UPDATES_A_SECOND = 50;
const HOUR = 3_600;
/** Within which a change is to be seen. */
const SEEN_MS = 1_000;
/** So many updates before the page is waited for. */
const AT_ONCE = 250;

export async function screen(quick: boolean): Promise<void> {
  const browser = await launch();
  try {
    await opening(browser, quick ? 5 : 15);
    await soak(browser, quick ? HOUR / 10 : HOUR);
  } finally {
    await browser.close();
  }
}

/** A page of so many bytes that no packing makes smaller: the text is there at once, like that of the screen. */
async function barePage(weight: number) {
  const html = `<!doctype html><title>bare</title><p>Lumbung</p><!-- ${randomBytes(weight / 2).toString('hex')} -->`;
  const server = createServer((_request, response) => void response.setHeader('content-type', 'text/html').end(html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

async function opening(browser: Browser, rounds: number): Promise<void> {
  await using stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 200, days: 30, seed: 1 });
  await startPath(stack);
  await stack.settled();
  const token = await stack.token('BGN_LEADERSHIP', ['national']);
  const visit = async (url: string, isOurs: boolean) => {
    const { page, close } = await openPage(browser, 'about:blank', { viewport: SIZES.laptop, serviceWorkers: 'block' });
    await page.context().addCookies([{ name: COOKIE, value: token, url: stack.api }]);
    await page.goto(url);
    if (isOurs) {
      await page.waitForFunction(
        () => {
          const live =
            document.querySelector('[data-testid=connection][data-state=open]') !== null &&
            document.querySelector('[data-testid=value-portions_planned]:not([data-value=""])') !== null;
          if (live) performance.mark('live');
          return live;
        },
        undefined,
        { polling: 'raf' },
      );
    }
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    const seen = await page.evaluate(() => {
      const resources = [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')];
      return {
        live: performance.getEntriesByName('live')[0]?.startTime ?? Number.NaN,
        paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
        loaded: (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).loadEventEnd,
        bytes: (resources as PerformanceResourceTiming[]).reduce((sum, entry) => sum + entry.transferSize, 0),
      };
    });
    await close();
    return seen;
  };
  const weight = (await visit(`${stack.api}/`, true)).bytes;
  const bare = await barePage(weight);
  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await visit(`${stack.api}/`, true));
    theirs.push(await visit(bare.url, false));
  }
  bare.close();
  await arriving(browser, stack, rounds * 2);
  const middle = (values: number[]) => percentile(values, 0.5);
  const work = `${rounds} visits in turns, nothing cached, ${weight} bytes each; baseline: a bare page of that weight`;
  const told = (metric: string, value: number, baseline: number) =>
    report({ bench: 'screen', metric, value, unit: 'ms', baseline, ratio: value / baseline, work });
  told('first contentful paint', middle(ours.map((each) => each.paint)), middle(theirs.map((each) => each.paint)));
  told('time to live data', middle(ours.map((each) => each.live)), middle(theirs.map((each) => each.loaded)));
}

/** From a commit to the new number on the screen. */
async function arriving(browser: Browser, stack: Stack, rounds: number): Promise<void> {
  const { page, close } = await openPage(browser, 'about:blank', { viewport: SIZES.laptop, serviceWorkers: 'block' });
  const token = await stack.token('BGN_LEADERSHIP', ['national']);
  await page.context().addCookies([{ name: COOKIE, value: token, url: stack.api }]);
  await page.goto(`${stack.api}/`);
  const shown = page.locator('[data-testid=value-portions_planned]');
  await page.locator('[data-testid=connection][data-state=open]').waitFor();
  await page.locator('[data-testid=value-portions_planned]:not([data-value=""])').waitFor();
  const { rows } = await stack.source.query<{ id: string }>(
    `SELECT f.id FROM food_productions f JOIN sppg s ON s.id = f."sppgId" AND NOT s."isDemoAccount"
     JOIN provinces_indonesia p ON p.id = s."provinceId" AND p.timezone = 'WIB'
     WHERE f.status <> 'CANCELLED' AND (f."productionDate" + interval '7 hours')::date <= (now() AT TIME ZONE 'UTC' + interval '7 hours')::date
     ORDER BY f."productionDate" DESC, f.id LIMIT 1`,
  );
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = (await shown.getAttribute('data-value')) ?? '';
    // When a frame is drawn with another number: a moment, never 0.
    const changed = page.waitForFunction(
      (held) =>
        document.querySelector('[data-testid=value-portions_planned]')?.getAttribute('data-value') !== held &&
        Date.now(),
      before,
      { polling: 'raf' },
    );
    const began = Date.now();
    await stack.source.query('UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = $1', [
      rows[0]?.id,
    ]);
    taken.push(Number(await (await changed).jsonValue()) - began);
  }
  await close();
  const work = `${rounds} changes one after the other in a browser; the baseline is what is asked for`;
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    const value = percentile(taken, share);
    report({
      ...{ bench: 'screen', metric: `commit to screen, ${name}`, value, unit: 'ms', baseline: SEEN_MS },
      ...{ ratio: value / SEEN_MS, aim: { atMost: 1 }, work },
    });
  }
}

async function soak(browser: Browser, seconds: number): Promise<void> {
  await using server = await startFixedServer();
  server.session = { role: 'BGN_LEADERSHIP', scopes: ['national'], name: 'Pimpinan BGN' };
  const { page, close } = await openPage(browser, `${server.url}/?kiosk=national,province:32&seconds=5`, {
    viewport: SIZES.tv,
  });
  await page.locator('[data-testid=connection][data-state=open]').waitFor();
  await page.locator('.spark svg').first().waitFor();
  const counts = await countsOf(page);
  const updates = seconds * UPDATES_A_SECOND;
  const push = async (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      const channel = at % 2 === 0 ? 'national' : 'province:32';
      server.push({
        type: 'update',
        channel,
        epoch: 'e',
        offset: `${at}-0`,
        cells: 1,
        committedAt: new Date().toISOString(),
      });
      if (at % AT_ONCE > 0) continue;
      server.changed.set('portions_delivered', at);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
  };
  // Until then the browser goes on compiling what runs often: what the heap grows by in the first half is machine code.
  const warm = Math.floor(updates / 2);
  await push(1, warm);
  const before = await counts();
  await push(warm, updates);
  const after = await counts();
  await close();
  const work = `${updates} updates on a rotating wall screen; baseline: after the first half of them`;
  for (const [metric, unit, pick] of [
    ['heap', 'bytes', 'heap'],
    ['DOM nodes', '1', 'nodes'],
    ['listeners', '1', 'listeners'],
  ] as const) {
    const [value, baseline] = [after[pick], before[pick]];
    report({
      bench: 'screen',
      metric: `${metric} after the soak`,
      value,
      unit,
      baseline,
      ratio: value / baseline,
      aim: { atMost: 1.1 },
      work,
    });
  }
}
