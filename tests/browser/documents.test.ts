/** The page of documents on the real stack: a file is asked for, made and fetched; a report verified and approved; a delivery sent again. */
import { mkdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliveryId, writeDelivery } from '../../warehouse/deliveries/ledger.ts';
import { scheduleInput, writeSchedule } from '../../warehouse/deliveries/schedules.ts';
import { launch, openPage, overflowOf, SIZES, violationsOf } from '../support/browser.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';

const DAY = '2026-03-05';
const SEEN = 'tests/browser/output';
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(SEEN, { recursive: true });
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    for (const kitchen of ['k321', 'k322', 'k511'])
      await insert(source, 'food_productions', batch(kitchen, `b-${kitchen}`, `${DAY}T03:00:00Z`));
  });
  stack.env.EXPORT_REASON_FOR = 'units';
  await startPath(stack);
  await stack.settled();
  await seedDeliveries();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await stack[Symbol.asyncDispose]();
});

/** A schedule whose last run has one delivery that arrived and one that is held. */
async function seedDeliveries(): Promise<void> {
  const recipients = [
    { scope: 'national', each: 'province', role: 'KPPG', target: { kind: 'folder', folder: 'masuk' } },
  ];
  const schedule = {
    id: 'harian-provinsi',
    report: 'daily-operations',
    format: 'pdf',
    cron: '0 7 * * *',
    period: 'day',
  };
  const owner = { name: 'Direktorat Data' };
  // Not enabled: nothing of it may fall due while the pictures are taken.
  await writeSchedule(stack.warehouse, scheduleInput.parse({ ...schedule, recipients, owner, enabled: false }), 'test');
  for (const [scope, state, reason] of [
    ['province:32', 'acknowledged', ''],
    ['province:94', 'held', 'baru 0 dari 2 laporan ada; dibutuhkan 2'],
  ] as const) {
    const of = { schedule: schedule.id, report: schedule.report, scope, from: DAY, to: DAY };
    const target = { revision: 0, format: 'pdf', target: 'folder masuk', role: 'KPPG' };
    await writeDelivery(stack.warehouse, {
      ...{ id: deliveryId({ ...of, ...target }), version: 0, ...of, ...target, due: '2026-03-06T00:00:00.000Z' },
      ...{ state, reason, attempt: 1, number: '', documentState: 'Sementara', contentSha256: '', committedAt: '' },
      ...{ rolledUpAt: '', name: 'x.pdf', sha256: '', bytes: 0, receipt: '' },
    });
  }
}

async function open(person: string, role: string, size: keyof typeof SIZES = 'laptop') {
  const opened = await openPage(browser, `${stack.api}/documents`, { viewport: SIZES[size], reducedMotion: 'reduce' });
  await opened.page.locator('#token').fill(await stack.token(role, ['national'], person));
  await opened.page.locator('form button[type=submit]').first().click();
  await opened.page.getByTestId('documents').waitFor();
  return opened;
}
const report = (page: Page) => page.getByTestId('register-daily-operations').first();

test('a file is asked for, made and fetched; its document is confirmed where its number leads', async () => {
  const { page, faults, close } = await open('petugas', 'BGN_ANALYST');
  await page.getByTestId('ask-report').selectOption('daily-operations');
  await page.getByTestId('ask-day').fill(DAY);
  await page.getByTestId('ask-format').selectOption('pdf');
  await page.getByTestId('ask').click();
  const row = page.locator('[data-testid=export-daily-operations-pdf][data-state=done]');
  await row.waitFor({ timeout: 60_000 });
  const [file] = await Promise.all([page.waitForEvent('download'), row.locator('a[download]').click()]);
  expect(file.suggestedFilename()).toBe(`daily-operations_national_${DAY}_${DAY}.pdf`);
  const verify = (await row.locator('a[href^="/verify/"]').getAttribute('href')) ?? '';

  // What asks for a reason is fetched with one, and the audit trail keeps it.
  await page.getByTestId('ask-report').selectOption('units');
  await page.getByTestId('ask-format').selectOption('csv');
  await page.getByTestId('ask').click();
  const units = page.locator('[data-testid=export-units-csv][data-state=done]');
  await units.waitFor({ timeout: 60_000 });
  await units.locator('summary').click();
  await units.getByTestId('download-reason').fill('pemeriksaan triwulan');
  const [asked] = await Promise.all([page.waitForEvent('download'), units.locator('button[type=submit]').click()]);
  expect(asked.suggestedFilename()).toBe('units_national.csv');
  await expect
    .poll(async () => {
      const rows = await stack.warehouse.query<{ detail: string }>(
        `SELECT toString(detail) AS detail FROM ops.audit WHERE action = 'download'`,
      );
      return rows.map(({ detail }) => detail).join();
    })
    .toContain('pemeriksaan triwulan');
  expect(faults).toEqual([]);

  await page.goto(`${stack.api}${verify}`);
  expect(await page.locator('body').textContent()).toContain('masih berlaku');
  expect(await violationsOf(page)).toEqual([]);
  await page.screenshot({ path: `${SEEN}/verify-laptop.png` });
  await close();
});

test('a report is registered, verified by one and approved by another; a late fact shows as a pending revision with what moved', async () => {
  const { page, close } = await open('pemeriksa', 'BGN_ANALYST');
  await page.getByTestId('ask-report').selectOption('daily-operations');
  await page.getByTestId('ask-day').fill(DAY);
  await page.getByTestId('ask-register').click();
  await report(page).locator('summary').click({ timeout: 60_000 });
  await page.getByTestId('act-verified').click();
  await page.locator('[data-testid=register-daily-operations][data-state=Diverifikasi]').waitFor({ timeout: 30_000 });
  await close();

  const leader = await open('pengesah', 'BGN_LEADERSHIP');
  await report(leader.page).locator('summary').click({ timeout: 30_000 });
  await leader.page.getByTestId('act-approved').click();
  await leader.page
    .locator('[data-testid=register-daily-operations][data-state=Disahkan]')
    .waitFor({ timeout: 30_000 });
  await stack.source.query(
    `UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 7, "updatedAt" = now() WHERE id = 'b-k321'`,
  );
  await stack.settled();
  const body = { report: 'daily-operations', scope: 'national', from: DAY, to: DAY };
  const headers = {
    authorization: `Bearer ${await stack.token('BGN_LEADERSHIP', ['national'])}`,
    'content-type': 'application/json',
  };
  await fetch(`${stack.api}/api/v1/reports`, { method: 'POST', headers, body: JSON.stringify(body) });
  await report(leader.page).getByText('revisi menunggu').waitFor({ timeout: 60_000 });
  await report(leader.page).locator('summary').click();
  const moved = report(leader.page).getByRole('region').first();
  await moved.waitFor();
  // One batch of 1,000 of the two kitchens of Jawa Barat is 1,007 now.
  expect(await moved.textContent()).toContain('Jawa BaratPorsi rencana2.0002.0077');
  expect(await report(leader.page).textContent()).toContain('food_productions');
  expect(leader.faults).toEqual([]);
  await leader.close();
});

test('a file that is not made yet has a progress bar with the time left, and is cancelled on the page', async () => {
  const { page, faults, close } = await open('penunggu', 'BGN_ANALYST');
  const ask = async () => {
    await page.getByTestId('ask-report').selectOption('kpi_daily');
    await page.getByTestId('ask-format').selectOption('csv');
    await page.getByTestId('ask').click();
  };
  const rows = (state: string) => page.locator(`[data-testid=export-kpi_daily-csv][data-state=${state}]`);
  // One that was made says how long such a file takes.
  await ask();
  await rows('done').first().waitFor({ timeout: 60_000 });
  await stack.kill('worker', 'SIGTERM');
  await ask();
  const waiting = rows('queued');
  await waiting.locator('progress').waitFor();
  // Nobody makes it: in the end it takes longer than such files do, and says so instead of standing at the end.
  await waiting.getByText(/lebih lama/i).waitFor({ timeout: 30_000 });
  expect(await waiting.locator('progress').getAttribute('value')).toBeNull();
  expect(await violationsOf(page)).toEqual([]);
  await page.screenshot({ path: `${SEEN}/documents-waiting.png`, fullPage: true });
  await waiting.getByRole('button', { name: 'Batalkan' }).click();
  await rows('cancelled').waitFor();
  await stack.start('worker');
  await ask();
  await expect.poll(() => rows('done').count(), { timeout: 60_000 }).toBe(2);
  expect(await rows('cancelled').count()).toBe(1);
  expect(faults).toEqual([]);
  await close();
});

test('schedules say what is held and why, and it is sent again; every size, light and dark, is accessible', async () => {
  const { page, faults, close } = await open('pimpinan', 'BGN_LEADERSHIP');
  const schedule = page.getByTestId('schedule-harian-provinsi');
  await schedule.getByText('0 dari 2 laporan').waitFor();
  await schedule.getByTestId('again-province:94').click();
  await schedule.getByText('Diminta lagi').waitFor();
  await report(page).locator('summary').click();
  await report(page).getByRole('region').first().waitFor();
  for (const [size, theme] of [
    ['laptop', 'light'],
    ['laptop', 'dark'],
    ['phone', 'light'],
    ['phone', 'dark'],
  ] as const) {
    await page.setViewportSize(SIZES[size]);
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    expect(await overflowOf(page), `${size} scrolls sideways`).toBeLessThanOrEqual(0);
    if (size !== 'laptop' || theme !== 'light') expect(await violationsOf(page), `${size} ${theme}`).toEqual([]);
    await page.screenshot({ path: `${SEEN}/documents-${size}-${theme}.png`, fullPage: true });
  }
  expect(faults).toEqual([]);
  await close();
});
