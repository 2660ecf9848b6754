/** A real browser for tests: pages that note every fault, what the accessibility checker finds, what leaves the origin. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const SIZES = {
  phone: { width: 390, height: 844 },
  laptop: { width: 1366, height: 768 },
  tv: { width: 1920, height: 1080 },
  wall: { width: 3840, height: 2160 },
} as const;
export type Opened = { page: Page; faults: string[]; close(): Promise<void> };

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run', '--disable-sync'],
      ...['--js-flags=--expose-gc', '--font-render-hinting=none', '--force-color-profile=srgb'],
    ],
  });

/** A page of its own context; `faults` holds errors of scripts and the console, and requests that left the origin. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { prepare?(page: Page): Promise<void> } = {},
): Promise<Opened> {
  const { prepare, ...rest } = options;
  const context = await browser.newContext({
    viewport: SIZES.laptop,
    locale: 'id-ID',
    timezoneId: 'Asia/Jakarta',
    ...rest,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A 401 before sign-in is the page asking whether there is a session; a lost network is what some tests are about.
    if (message.type() === 'error' && !/401|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_/.test(message.text()))
      faults.push(message.text());
  });
  const origin = new URL(url).origin;
  page.on('request', (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && new URL(request.url()).origin !== origin && origin !== 'null')
      faults.push(`left the origin: ${request.url()}`);
  });
  await prepare?.(page);
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the accessibility checker finds. Playwright evaluates outside the page's content policy: it is not loosened for this. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    type Violation = { id: string; nodes: { html: string; failureSummary?: string }[] };
    const { axe } = globalThis as unknown as {
      axe: { run(context: Document, options: object): Promise<{ violations: Violation[] }> };
    };
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(document, { runOnly });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 300)} ${nodes[0]?.failureSummary ?? ''}`,
    );
  });
}

export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What a page holds after its garbage is collected, each time it is asked. */
export async function countsOf(page: Page): Promise<() => Promise<{ nodes: number; listeners: number; heap: number }>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return { nodes: value('Nodes'), listeners: value('JSEventListeners'), heap: value('JSHeapUsedSize') };
  };
}
