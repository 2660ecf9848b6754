/** A person signs in, sees a number, the source changes, and the number changes without a reload: on the real stack. */
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { today } from '../../api/inputs.ts';
import { demoSignIns } from '../../platform/demo_accounts.ts';
import { measures, registry } from '../../warehouse/kpis/registry.ts';
import { comparisons } from '../../warehouse/kpis/rules.ts';
import { seesFigures, visibleKpis } from '../../warehouse/permissions.ts';
import { launch, openPage, overflowOf, violationsOf } from '../support/browser.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await source.query(
      `UPDATE sppg SET name = '<img src=x onerror=alert(1)> ' || repeat('panjang ', 20) WHERE id = 'k322'`,
    );
    for (let day = 0; day < 20; day++) {
      const at = new Date(Date.parse(`${today()}T03:00:00Z`) - day * 86_400_000).toISOString();
      await insert(source, 'food_productions', batch('k321', `b${day}`, at, { plannedPortions: 1_000 + day }));
    }
  });
  await startPath(stack);
  await stack.settled();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await stack[Symbol.asyncDispose]();
});

const open = (options: { width: number; height: number; dark?: boolean }) =>
  openPage(browser, `${stack.api}/`, {
    viewport: { width: options.width, height: options.height },
    colorScheme: options.dark ? 'dark' : 'light',
  });

test('sign in, see a number, change the source by SQL, see the number change', async () => {
  const { page, faults, close } = await open({ width: 1366, height: 768 });
  await page.getByTestId('signin-demo-kepala').click();
  const value = page.getByTestId('value-portions_planned');
  await expect.poll(() => value.getAttribute('data-value'), { timeout: 20_000 }).toBe('1000');
  await expect.poll(() => page.getByTestId('connection').getAttribute('data-state'), { timeout: 20_000 }).toBe('open');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 4321 WHERE id = 'b0'`);
  await expect.poll(() => value.getAttribute('data-value'), { timeout: 20_000 }).toBe('4321');
  // The kitchen's head sees the own kitchen only.
  expect(await page.getByTestId('breadcrumbs').textContent()).not.toContain('Nasional');
  await page.getByTestId('signout').click();
  await page.getByTestId('signin').waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('drill down from the nation to a kitchen, with hostile names as text, at every size', async () => {
  mkdirSync('tests/browser/output', { recursive: true });
  const sizes = [
    { name: 'phone', width: 390, height: 844 },
    { name: 'laptop-dark', width: 1366, height: 768, dark: true },
  ];
  for (const size of sizes) {
    const { page, faults, close } = await open(size);
    await page.getByTestId('signin-demo-pimpinan').click();
    await page.getByTestId('unit-province:32').getByRole('link').click();
    await page.getByTestId('unit-regency:3201').getByRole('link').click();
    await page.getByTestId('unit-sppg:k322').getByRole('link').click();
    await expect.poll(() => page.getByTestId('scope-name').textContent()).toContain('<img');
    await page.goto(`${stack.api}/?scope=sppg:k321`);
    await expect.poll(() => page.getByTestId('value-portions_planned').getAttribute('data-value')).toMatch(/^\d+$/);
    expect(await page.getByTestId('value-qc_score').textContent()).toBe('belum ada data');
    expect(await overflowOf(page), `${size.name} scrolls sideways`).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `tests/browser/output/${size.name}.png`, fullPage: true });
    expect(await violationsOf(page), size.name).toEqual([]);
    expect(faults, size.name).toEqual([]);
    await close();
  }
});

test('warnings and findings of a scope, each leading to its definition; the dictionary in two languages, at every size', async () => {
  const { page, faults, close } = await open({ width: 1366, height: 768 });
  await page.getByTestId('signin-demo-pimpinan').click();
  const told = page.getByTestId('insights');
  await expect.poll(() => told.textContent(), { timeout: 20_000 }).toContain('Tidak ada peringatan statistik');
  await insert(stack.source, 'waste_management', {
    id: 'negative',
    sppgId: 'k321',
    wasteDate: new Date(Date.parse(`${today()}T03:00:00Z`) - 86_400_000).toISOString(),
    wasteType: 'FOOD_WASTE',
    wasteWeight: -4,
    wasteSource: 'LEFTOVER',
    disposalMethod: 'COMPOST',
    updatedAt: new Date().toISOString(),
  });
  await stack.settled();
  await page.goto(`${stack.api}/?scope=sppg:k321`);
  const link = told.getByRole('link', { name: 'Berat limbah negatif' });
  await link.waitFor();
  await page.screenshot({ path: 'tests/browser/output/insights.png', fullPage: true });
  expect(await violationsOf(page)).toEqual([]);
  await link.click();
  await page.locator('article#waste_negative_weight').waitFor();
  expect(await page.locator('article').count()).toBe([...measures, ...comparisons].length);
  for (const { id, name } of registry) {
    expect(await page.locator(`article#${id} h3`).textContent(), id).toBe(name.id);
  }
  await page.getByRole('link', { name: 'In English' }).click();
  expect(await page.locator('article#on_time_delivery h3').textContent()).toBe('On-time delivery');
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(faults).toEqual([]);
  await close();
  for (const size of [
    { name: 'dictionary-phone', width: 390, height: 844 },
    { name: 'dictionary-laptop', width: 1366, height: 768 },
    { name: 'dictionary-laptop-dark', width: 1366, height: 768, dark: true },
  ]) {
    const { page, faults, close } = await open(size);
    await page.goto(`${stack.api}/dictionary#food_cost_per_portion`);
    expect(await overflowOf(page), `${size.name} scrolls sideways`).toBeLessThanOrEqual(0);
    expect(await violationsOf(page), size.name).toEqual([]);
    await page.screenshot({ path: `tests/browser/output/${size.name}.png` });
    expect(faults, size.name).toEqual([]);
    await close();
  }
});

test('staff see the present day; roles without figures are told so, and sign out', async () => {
  const { page, faults, close } = await open({ width: 1366, height: 768 });
  await page.getByTestId('signin-demo-dapur').click();
  const value = page.getByTestId('value-portions_planned');
  await expect.poll(() => value.getAttribute('data-value'), { timeout: 20_000 }).toMatch(/^\d+$/);
  expect(await page.getByRole('alert').isVisible()).toBe(false);
  expect(await page.getByTestId('card-spend').count()).toBe(0);
  await page.screenshot({ path: 'tests/browser/output/staff.png', fullPage: true });
  await page.getByRole('button', { name: 'Keluar' }).click();
  await page.getByTestId('signin-demo-auditor').click();
  await page.getByTestId('no-figures').waitFor();
  await page.screenshot({ path: 'tests/browser/output/auditor.png' });
  expect(await page.getByRole('link', { name: /jejak audit/ }).getAttribute('href')).toBe('/api/v1/audit');
  await page.getByRole('button', { name: 'Keluar' }).click();
  await page.getByTestId('signin').waitFor();
  expect(faults).toEqual([]);
  await close();
});

test('every role signs in, sees its own numbers or is told that it sees none, and signs out', async () => {
  const { page, faults, close } = await open({ width: 1366, height: 768 });
  for (const { id, role } of demoSignIns) {
    await page.getByTestId(`signin-demo-${id}`).click();
    if (!seesFigures(role)) await page.getByTestId('no-figures').waitFor();
    else {
      const cards = page.locator('.card:not(.skeleton)');
      await expect.poll(() => cards.count(), { timeout: 20_000, message: role }).toBe(visibleKpis(role).length);
      await expect.poll(() => page.getByTestId('headline').textContent()).toMatch(/\.$/);
      expect(await page.getByTestId('refused-banner').isVisible(), role).toBe(false);
    }
    await page.getByTestId('signout').click();
    await page.getByTestId('signin').waitFor();
  }
  expect(faults).toEqual([]);
  await close();
});

test('the server goes away and comes back: said, tried again, and nothing is missed', async () => {
  const { page, close } = await open({ width: 1366, height: 768 });
  await page.getByTestId('signin-demo-kepala').click();
  const value = page.getByTestId('value-portions_planned');
  const state = page.getByTestId('connection');
  await expect.poll(() => state.getAttribute('data-state'), { timeout: 20_000 }).toBe('open');
  const before = await value.getAttribute('data-value');
  const { port } = new URL(stack.api);
  await stack.kill('api');
  await expect.poll(() => state.getAttribute('data-state'), { timeout: 20_000 }).not.toBe('open');
  expect(await value.getAttribute('data-value')).toBe(before);
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 7654 WHERE id = 'b0'`);
  stack.env.PORT = port;
  await stack.start('api');
  await expect.poll(() => value.getAttribute('data-value'), { timeout: 60_000 }).toBe('7654');
  await expect.poll(() => state.getAttribute('data-state'), { timeout: 60_000 }).toBe('open');
  await close();
});
