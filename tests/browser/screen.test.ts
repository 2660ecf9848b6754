/**
 * What the live screen does under trouble, under more updates than a source makes, and for who arranges it, hears it or works it by
 * keyboard: on fixed answers, so that every state can be had on demand.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { countsOf, launch, type Opened, openPage, overflowOf, SIZES, violationsOf } from '../support/browser.ts';
import { NOW } from '../support/fixed_answers.ts';
import { type FixedServer, startFixedServer } from '../support/fixed_server.ts';

const SOAK_UPDATES = 1_500;
const FIRST_VIEW_BYTES = 200 * 1_024;

let server: FixedServer;
let browser: Browser;
let opened: Opened[] = [];
beforeAll(async () => {
  [server, browser] = await Promise.all([startFixedServer(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  Object.assign(server, {
    failing: undefined,
    holding: undefined,
    expires: undefined,
    renewed: 0,
    preferences: undefined,
    heard: [],
  });
  server.changed.clear();
  server.session = { role: 'BGN_LEADERSHIP', scopes: ['national'], name: 'Pimpinan BGN' };
});
afterEach(async () => {
  for (const each of opened) await each.close();
  opened = [];
});

async function open(address = '/', options: Parameters<typeof openPage>[2] = {}): Promise<Opened> {
  const one = await openPage(browser, `${server.url}${address}`, options);
  opened.push(one);
  return one;
}
const card = (page: Page, kpi: string) => page.getByTestId(`value-${kpi}`);
const shown = (page: Page, kpi: string) => card(page, kpi).getAttribute('data-value');
/** Waits until the page has numbers and listens. */
async function ready(page: Page): Promise<void> {
  await expect.poll(() => shown(page, 'portions_target')).toMatch(/^\d+$/);
  await expect.poll(() => page.getByTestId('connection').getAttribute('data-state')).toBe('open');
}
const update = (channel = 'national', offset = '2-0') =>
  server.push({ type: 'update', channel, epoch: 'e', offset, cells: 1, committedAt: new Date().toISOString() });

test('the first view weighs at most 200 KB, asks nothing of another origin, and shows its skeleton at once', async () => {
  const { page, faults } = await open();
  await ready(page);
  await page.locator('.spark svg').first().waitFor();
  const bytes = await page.evaluate(() => {
    const entries = [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')];
    return (entries as PerformanceResourceTiming[]).reduce((sum, entry) => sum + entry.transferSize, 0);
  });
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(FIRST_VIEW_BYTES);
  expect(faults).toEqual([]);
});

test('an update changes the number, glows, says since when, and moves nothing', async () => {
  const { page, faults } = await open();
  await ready(page);
  await page.locator('[data-testid=flow-chart] svg').waitFor();
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: false });
  });
  for (let turn = 1; turn <= 5; turn++) {
    server.changed.set('portions_delivered', turn * 1_000_000);
    server.changed.set('qc_score', turn % 2 === 0 ? null : 90 + turn / 10);
    server.changed.set('food_cost_per_portion', turn * 9_999_999);
    update('national', `2-${turn}`);
    await expect.poll(() => shown(page, 'portions_delivered')).toBe(String(turn * 1_000_000));
  }
  await expect.poll(() => card(page, 'portions_delivered').textContent()).toBe('5\u00a0jt');
  expect(await page.getByTestId('card-portions_delivered').locator('.since').textContent()).toMatch(
    /^berlaku sejak (25 Nov, )?11\.49$/,
  );
  expect(await page.getByTestId('last-update').textContent()).toMatch(/pembaruan terakhir/);
  expect(await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts)).toEqual([]);
  expect(faults).toEqual([]);
});

test('a lost connection is said, tried for ever, and resumed from where it was', async () => {
  const { page } = await open();
  await ready(page);
  update('national', '7-0');
  await expect.poll(() => page.getByTestId('last-update').textContent()).toContain('pembaruan terakhir');
  server.heard.length = 0;
  const state = page.getByTestId('connection');
  server.cut();
  await expect
    .poll(() => server.heard.find(({ type, channel }) => type === 'subscribe' && channel === 'national')?.from)
    .toEqual({
      epoch: 'e',
      offset: '7-0',
    });
  await expect.poll(() => state.getAttribute('data-state')).toBe('open');
  // A resync makes it read everything anew.
  server.changed.set('portions_delivered', 42);
  server.push({ type: 'resync', channel: 'national' });
  await expect.poll(() => shown(page, 'portions_delivered')).toBe('42');
});

test('offline: the last data stays and says so, also after a reload; back online it is new', async () => {
  const { page } = await open();
  await ready(page);
  const before = await shown(page, 'portions_delivered');
  await page.context().setOffline(true);
  server.cut();
  await expect.poll(() => page.getByTestId('connection').textContent()).toMatch(/luring, percobaan \d+/);
  expect(await shown(page, 'portions_delivered')).toBe(before);
  await page.context().setOffline(false);
  server.changed.set('portions_delivered', 77);
  await expect.poll(() => shown(page, 'portions_delivered')).toBe('77');
  await expect.poll(() => page.getByTestId('connection').getAttribute('data-state')).toBe('open');
  // The warehouse is away: the page opens with what this device has kept.
  server.failing = 503;
  await page.reload();
  await expect.poll(() => shown(page, 'portions_delivered')).toMatch(/^\d+$/);
  expect(await page.getByTestId('offline-banner').textContent()).toContain('data terakhir yang tersimpan');
  expect(await violationsOf(page)).toEqual([]);
  server.failing = undefined;
  await expect.poll(() => page.getByTestId('offline-banner').isVisible(), { timeout: 40_000 }).toBe(false);
  // Who signs out leaves nothing behind.
  await page.getByTestId('signout').click();
  await page.getByTestId('signin').waitFor();
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('lumbung.kept')))).toEqual(
    [],
  );
});

test('a session is renewed before it ends, and tried again while the server is away', async () => {
  server.expires = NOW.getTime() / 1_000 + 3_600;
  const { page } = await open('/', { prepare: (own) => own.clock.install({ time: NOW }) });
  await expect.poll(() => shown(page, 'portions_target')).toMatch(/^\d+$/);
  server.failing = 503;
  const refused = page.waitForResponse((answer) => answer.url().endsWith('/session/refresh'));
  await page.clock.fastForward(3_001_000);
  expect((await refused).status()).toBe(503);
  server.failing = undefined;
  await expect
    .poll(async () => {
      await page.clock.fastForward(25_000);
      return server.renewed;
    })
    .toBe(1);
});

test('old data is called old', async () => {
  const { page } = await open('/', { prepare: (own) => own.clock.install({ time: new Date('2026-11-25T05:30:00Z') }) });
  await expect.poll(() => shown(page, 'portions_target')).toMatch(/^\d+$/);
  // The server's clock says 11:50: by it the data is seconds old, whatever this device believes.
  expect(await page.getByTestId('stale-banner').isVisible()).toBe(false);
  await page.context().setOffline(true);
  await page.clock.runFor(150_000);
  await expect.poll(() => page.getByTestId('stale-banner').textContent()).toMatch(/belum diperbarui sejak/);
});

test('while another view is read, what is shown stays readable in every theme, and the page says that it reads', async () => {
  const { page, faults } = await open('/', { reducedMotion: 'reduce' });
  await ready(page);
  await page.locator('[data-testid=flow-chart] svg').waitFor();
  let answer = () => {};
  server.holding = new Promise((resolve) => {
    answer = resolve;
  });
  await page.getByTestId('attention').scrollIntoViewIfNeeded();
  await page.getByTestId('unit-province:32').getByRole('link').click();
  await expect.poll(() => page.locator('main').getAttribute('aria-busy')).toBe('true');
  const line = await page.evaluate(
    () => getComputedStyle(document.getElementById('main') as Element, '::before').position,
  );
  expect(line).toBe('fixed');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violationsOf(page), colorScheme).toEqual([]);
  }
  expect(await page.locator('main').getAttribute('aria-busy')).toBe('true');
  expect(await page.getByTestId('scope-name').textContent()).toBe('Nasional');
  server.holding = undefined;
  answer();
  await expect.poll(() => page.getByTestId('scope-name').textContent()).toBe('Jawa Barat');
  expect(await page.locator('main').getAttribute('aria-busy')).toBe('false');
  expect(faults).toEqual([]);
});

test('drill-down by links, back and forward; the address is the view', async () => {
  const { page, faults } = await open();
  await ready(page);
  await page.locator('[data-testid=tile-map]').scrollIntoViewIfNeeded();
  await page.locator('[data-testid=tile-map] a[data-scope="province:32"]').click();
  await expect.poll(() => page.getByTestId('scope-name').textContent()).toBe('Jawa Barat');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  await page.getByTestId('unit-regency:3201').getByRole('link').click();
  await page.getByTestId('unit-sppg:k3201-3').getByRole('link').click();
  // Markup, right-to-left letters, emoji and two hundred characters are a name like any other.
  await expect.poll(() => page.getByTestId('scope-name').textContent()).toContain('<img src=x onerror=alert(1)> مطبخ');
  expect(await overflowOf(page)).toBeLessThanOrEqual(0);
  expect(await page.getByTestId('breadcrumbs').locator('li').count()).toBe(4);
  await page.goBack();
  await expect.poll(() => page.getByTestId('scope-name').textContent()).toBe('Kabupaten Bogor');
  await page.goForward();
  await expect.poll(() => page.getByTestId('scope-name').textContent()).toContain('<img');
  await page.locator('.widget-trend').getByTestId('measure').selectOption('on_time_delivery');
  await page.getByTestId('period').selectOption('30');
  await page.getByTestId('compare').selectOption('previous');
  expect(page.url()).toContain('kpi=on_time_delivery&period=30&compare=previous');
  await page.reload();
  await expect.poll(() => page.getByTestId('period').inputValue()).toBe('30');
  await page.getByTestId('trend-chart').scrollIntoViewIfNeeded();
  await page.locator('[data-testid=trend-chart] svg').waitFor();
  await page.locator('.widget-trend summary').click();
  await expect.poll(() => page.locator('.widget-trend tbody tr').count()).toBeGreaterThan(20);
  expect(faults).toEqual([]);
});

test('search by keyboard leads to a unit', async () => {
  const { page } = await open();
  await ready(page);
  const search = page.getByTestId('search');
  await search.fill('bali');
  await page.getByRole('option', { name: /Bali/ }).waitFor();
  await search.press('ArrowDown');
  expect(await violationsOf(page)).toEqual([]);
  await search.press('Enter');
  await expect.poll(() => page.getByTestId('scope-name').textContent()).toBe('Bali');
  await search.fill('tidak-ada-yang-begini');
  await expect.poll(() => page.locator('.found-none').textContent()).toContain('Tidak ditemukan');
});

test('widgets are chosen, ordered and sized by keyboard, saved for the person, and reset', async () => {
  const { page } = await open();
  await ready(page);
  const order = (own: Page) =>
    own.locator('[data-widget]').evaluateAll((all) => all.map((element) => element.getAttribute('data-widget')));
  expect((await order(page)).slice(0, 3)).toEqual(['attention', 'summary', 'safety']);
  await page.getByTestId('arrange').press('Enter');
  await page.locator('[data-focus="handle-flow"]').focus();
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowUp');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-focus'))).toBe('handle-flow');
  await page.locator('[data-focus="size-where"]').selectOption('half');
  await page.locator('[data-focus="shown-calendar"]').press('Space');
  expect(await violationsOf(page)).toEqual([]);
  await expect.poll(() => page.getByTestId('arrange-said').textContent()).toBe('Tersimpan.');
  await page.keyboard.press('Escape');
  expect((await order(page))[0]).toBe('flow');
  expect(await page.locator('[data-widget=calendar]').count()).toBe(0);
  // Another device of the same person.
  const other = await open();
  await ready(other.page);
  await expect.poll(async () => (await order(other.page))[0]).toBe('flow');
  expect(await other.page.locator('[data-widget=where]').getAttribute('data-size')).toBe('half');
  await other.page.getByTestId('arrange').click();
  await other.page.getByTestId('arrange-reset').click();
  await expect.poll(() => server.preferences).toBeUndefined();
  expect((await order(other.page))[0]).toBe('attention');
});

test('a widget is dragged to its place', async () => {
  const { page } = await open();
  await ready(page);
  await page.getByTestId('arrange').click();
  const handle = await page.locator('[data-focus="handle-safety"]').boundingBox();
  const target = await page.locator('[data-id="attention"]').boundingBox();
  if (!handle || !target) throw new Error('the list of widgets is not shown');
  await page.mouse.move(handle.x + 5, handle.y + 5);
  await page.mouse.down();
  await page.mouse.move(target.x + 5, target.y + 5, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => page.locator('[data-widget]').first().getAttribute('data-widget')).toBe('safety');
});

test('English by choice, kept; dark by choice, kept', async () => {
  const { page } = await open();
  await ready(page);
  await page.getByTestId('language').selectOption('en');
  await expect.poll(() => page.getByTestId('card-portions_delivered').textContent()).toContain('Delivered portions');
  await expect.poll(() => page.getByTestId('headline').textContent()).toMatch(/^Today .+ portions delivered/);
  // Days too, whatever language the browser has.
  expect(await page.locator('.when .date').getAttribute('data-text')).toBe('25 Nov 2026');
  await page.getByTestId('period').selectOption('own');
  expect(await page.locator('.own .date').first().getAttribute('data-text')).toMatch(/^27 Sept? 2026$/);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  await page.getByTestId('theme').selectOption('dark');
  await expect.poll(() => server.preferences).toMatchObject({ language: 'en', theme: 'dark' });
  await page.reload();
  await ready(page);
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await page.getByTestId('signout').textContent()).toBe('Sign out');
  expect(await violationsOf(page)).toEqual([]);
});

test('notices come together, once each, and stay in the list; the reader of a screen is not flooded', async () => {
  const { page } = await open();
  await ready(page);
  const notice = (value: number) => ({
    ...{
      type: 'notice',
      channel: 'national',
      kind: 'threshold',
      subject: 'serving_temperature:critical',
      at: new Date().toISOString(),
    },
    ...{
      epoch: 'e',
      offset: `3-${value}`,
      detail: { kpi: 'serving_temperature', status: 'critical', value: value / 100 },
    },
  });
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    const announcer = document.querySelector('[data-testid=announcer]') as Element;
    new MutationObserver(() => said.push(announcer.textContent ?? '')).observe(announcer, {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  for (let at = 0; at < 30; at++) server.push(notice(50 + at));
  server.push({
    ...notice(1),
    kind: 'quarantine',
    subject: 'sppg:quarantined',
    detail: { table: 'sppg', state: 'quarantined' },
  });
  await page.getByTestId('toasts').locator('li').first().waitFor();
  expect(await page.getByTestId('toasts').locator('li').count()).toBe(1);
  expect(await page.getByTestId('toasts').textContent()).toContain('dan 1 pemberitahuan lain');
  expect((await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)).length).toBeLessThanOrEqual(1);
  await page.getByTestId('notices').click();
  expect(await page.locator('.history li').allTextContents()).toHaveLength(2);
  expect(await violationsOf(page)).toEqual([]);
});

test('a wall screen fits, needs no hands, rotates, and comes back by itself', async () => {
  for (const size of [SIZES.tv, SIZES.wall]) {
    const { page, faults } = await open('/?kiosk=national,province:32&seconds=2', { viewport: size });
    await page.locator('[data-testid=trend-chart] svg').waitFor();
    const overflow = await page.evaluate(() => {
      const { scrollHeight, scrollWidth, clientHeight, clientWidth } = document.documentElement;
      const outside = [...document.querySelectorAll('.widget, .card, .headline')].filter((element) => {
        const { bottom, right } = element.getBoundingClientRect();
        return bottom > clientHeight + 1 || right > clientWidth + 1;
      });
      return [scrollHeight - clientHeight, scrollWidth - clientWidth, ...outside.map((element) => element.className)];
    });
    expect(overflow, `${size.width}`).toEqual([0, 0]);
    await expect.poll(() => page.getByTestId('scope-name').textContent()).toBe('Jawa Barat');
    await expect.poll(() => page.getByTestId('scope-name').textContent()).toBe('Nasional');
    // All five that need attention are seen whole, and what the map measures stands over it.
    const seen = () =>
      page.getByTestId('attention').evaluate((list) => {
        const { bottom } = list.getBoundingClientRect();
        return [...list.children].filter((item) => item.getBoundingClientRect().bottom <= bottom + 1).length;
      });
    await expect.poll(seen).toBe(5);
    await expect.poll(() => page.locator('.map-part h3').textContent()).toBe('Porsi tersalur, per provinsi');
    expect(await page.getByTestId('signout').count()).toBe(0);
    expect(await violationsOf(page)).toEqual([]);
    expect(faults).toEqual([]);
  }
  const { page } = await open('/?kiosk=national', { viewport: SIZES.tv });
  await ready(page);
  server.failing = 503;
  server.cut();
  server.changed.set('portions_delivered', 5);
  await expect.poll(() => page.getByTestId('connection').getAttribute('data-state')).toBe('open');
  server.failing = undefined;
  await expect.poll(() => shown(page, 'portions_delivered'), { timeout: 40_000 }).toBe('5');
});

test('thousands of updates later, the heap and the number of nodes are what they were', async () => {
  const { page, faults } = await open('/?kiosk=national,province:32,province:33&seconds=2', { viewport: SIZES.tv });
  await ready(page);
  const counts = await countsOf(page);
  const storm = async (from: number) => {
    for (let at = 0; at < SOAK_UPDATES; at++) {
      if (at % 100 === 0) {
        server.changed.set('portions_delivered', from + at + 1);
        // The page has taken what was sent so far.
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
      }
      for (const channel of ['national', 'province:32', 'province:33']) update(channel, `${from + at + 1}-0`);
    }
    await expect
      .poll(() => shown(page, 'portions_delivered'), { timeout: 30_000 })
      .toBe(String(from + SOAK_UPDATES - 99));
  };
  await storm(0);
  const before = await counts();
  for (let round = 1; round <= 2; round++) await storm(round * SOAK_UPDATES);
  const after = await counts();
  expect(after.nodes).toBeLessThan(before.nodes * 1.15 + 200);
  expect(after.listeners).toBeLessThan(before.listeners * 1.15 + 50);
  expect(after.heap).toBeLessThan(before.heap * 1.2 + 2_000_000);
  expect(faults).toEqual([]);
});
