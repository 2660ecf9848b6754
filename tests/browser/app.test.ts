/** The screen as an app: it opens without a server, keeps nothing but itself, and takes a new version when it is asked to. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { screenPages } from '../../api/pages.ts';
import { buildLive } from '../../reports/live/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumbung-app-'));
let browser: Browser;
let server: Server;
let port = 0;

async function listen(): Promise<void> {
  const app = express();
  app.use(screenPages(folder));
  app.use('/api', (_request, response) => void response.status(401).json({ detail: 'sign in' }));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
}
async function stop(): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

beforeAll(async () => {
  await buildLive(folder);
  await listen();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'],
  });
});
afterAll(async () => {
  await browser?.close();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${port}/`;
/** A window of a device of its own, the app installed in it. */
async function installed(address = url()): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return page;
}
const keptBy = (page: Page) =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return { names, paths: requests.flat().map((request) => new URL(request.url).pathname) };
  });
/** Another version as a deployment makes it: another page, another worker. */
function deploy(version: string): void {
  const worker = readFileSync(join(folder, 'sw.js'), 'utf8');
  const old = /["'`](?:lumbung-)?([0-9a-f]{8})["'`]/.exec(worker)?.[1] ?? '';
  expect(old).not.toBe('');
  writeFileSync(join(folder, 'sw.js'), worker.replaceAll(old, version));
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  writeFileSync(
    join(folder, 'index.html'),
    page.replace(/<html lang="id".*?>/, `<html lang="id" data-version="${version}">`),
  );
}
const lookAgain = (page: Page) =>
  page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
const versionOf = (page: Page) => page.evaluate(() => document.documentElement.dataset.version);

test('what a device needs to install it is there, and nothing of it is held back by a cache', async () => {
  const answer = await fetch(`${url()}manifest.webmanifest`);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  const { icons, ...manifest } = (await answer.json()) as { icons: { src: string; sizes: string }[] };
  expect(manifest).toMatchObject({ start_url: '/', display: 'standalone', lang: 'id' });
  for (const { src, sizes } of icons) {
    const png = Buffer.from(await (await fetch(new URL(src, url()))).arrayBuffer());
    expect(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, src).toBe(sizes);
  }
  expect(icons.length).toBeGreaterThan(0);
  expect((await fetch(`${url()}sw.js`)).headers.get('cache-control')).toBe('no-cache');
});

test('it opens while the server is away, and has kept itself alone', async () => {
  const page = await installed();
  const { names, paths } = await keptBy(page);
  expect(names).toHaveLength(1);
  expect(paths).toContain('/');
  expect(
    paths.filter((path) => path !== '/' && path !== '/manifest.webmanifest' && !path.startsWith('/assets/')),
  ).toEqual([]);
  const used = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
  );
  expect(used.filter((path) => path.startsWith('/assets/') && !paths.includes(path))).toEqual([]);
  await stop();
  try {
    await page.reload();
    await page.locator('#app').waitFor();
    expect(await page.evaluate(() => [...document.styleSheets].length)).toBeGreaterThan(0);
    // An address with a view is the same page; the API is not answered by the app.
    await page.goto(`${url()}?scope=sppg:k321`);
    await page.locator('#app').waitFor();
    expect(
      await page.evaluate(() =>
        fetch('/api/v1/session').then(
          () => 'answered',
          () => 'away',
        ),
      ),
    ).toBe('away');
  } finally {
    await listen();
  }
  await page.context().close();
});

test('a new version waits until somebody takes it, and a kiosk takes it by itself', async () => {
  const page = await installed();
  const later = await installed();
  const kiosk = await installed(`${url()}?kiosk`);
  const before = await keptBy(page);
  await page.evaluate(() => Object.assign(globalThis, { untouched: true }));
  deploy('0000aaaa');
  await lookAgain(page);
  const bar = page.getByTestId('app-update');
  await bar.waitFor();
  expect(await bar.textContent()).toContain('Versi baru tersedia.');
  expect(await page.evaluate(() => (globalThis as { untouched?: boolean }).untouched)).toBe(true);
  expect((await keptBy(page)).names).toEqual(expect.arrayContaining(before.names));
  await bar.getByRole('button', { name: 'Muat ulang' }).click();
  await expect.poll(() => versionOf(page)).toBe('0000aaaa');
  await expect.poll(async () => (await keptBy(page)).names).toEqual(['lumbung-0000aaaa']);

  await lookAgain(later);
  await later.getByTestId('app-update').getByRole('button', { name: 'Nanti' }).click();
  expect(await later.getByTestId('app-update').count()).toBe(0);
  expect(await versionOf(later)).toBeUndefined();

  await lookAgain(kiosk).catch(() => undefined); // it may leave for the new page while it is asked
  await expect.poll(() => versionOf(kiosk).catch(() => undefined)).toBe('0000aaaa');
});
