/** A person signs in, sees a number, the source changes, and the number changes without a reload. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { today } from '../../api/inputs.ts';
import { measures, registry } from '../../warehouse/kpis/registry.ts';
import { comparisons } from '../../warehouse/kpis/rules.ts';
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
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'],
  });
});
afterAll(async () => {
  await browser?.close();
  await stack[Symbol.asyncDispose]();
});

async function open(options: { width: number; height: number; dark?: boolean }) {
  const page = await browser.newPage({
    viewport: { width: options.width, height: options.height },
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A 401 before sign-in is the page asking whether there is a session.
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(stack.api))
      faults.push(`left the origin: ${request.url()}`);
  });
  await page.goto(`${stack.api}/`);
  return { page, faults };
}

/** What the accessibility checker finds. Playwright evaluates outside the page's content policy: it is not loosened for this. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}
const overflowOf = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('sign in, see a number, change the source by SQL, see the number change', async () => {
  const { page, faults } = await open({ width: 1366, height: 768 });
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
  await page.close();
});

test('drill down from the nation to a kitchen, with hostile names as text, at every size', async () => {
  mkdirSync('tests/browser/output', { recursive: true });
  const sizes = [
    { name: 'phone', width: 390, height: 844 },
    { name: 'laptop-dark', width: 1366, height: 768, dark: true },
    { name: 'tv', width: 1920, height: 1080 },
  ];
  for (const size of sizes) {
    const { page, faults } = await open(size);
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
    await page.close();
  }
});

test('warnings and findings of a scope, each leading to its definition; the dictionary in two languages, at every size', async () => {
  const { page, faults } = await open({ width: 1366, height: 768 });
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
  await page.close();
  for (const size of [
    { name: 'dictionary-phone', width: 390, height: 844 },
    { name: 'dictionary-laptop', width: 1366, height: 768 },
    { name: 'dictionary-laptop-dark', width: 1366, height: 768, dark: true },
  ]) {
    const { page, faults } = await open(size);
    await page.goto(`${stack.api}/dictionary#food_cost_per_portion`);
    expect(await overflowOf(page), `${size.name} scrolls sideways`).toBeLessThanOrEqual(0);
    expect(await violationsOf(page), size.name).toEqual([]);
    await page.screenshot({ path: `tests/browser/output/${size.name}.png` });
    expect(faults, size.name).toEqual([]);
    await page.close();
  }
});

test('staff see the present day; roles without figures are told so, and sign out', async () => {
  const { page, faults } = await open({ width: 1366, height: 768 });
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
  await page.close();
});
