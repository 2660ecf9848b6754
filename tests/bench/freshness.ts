/**
 * Freshness: from commit in the source to the WebSocket frame that says the change is rolled up, at 200 changes/s over
 * 200 kitchens. Baseline: a bare LISTEN/NOTIFY round trip at the same rate in the same run.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { generateDemo } from '../../demo/generate.ts';
import { liveClient } from '../support/live_client.ts';
import { startPath, startStack, until } from '../support/stack.ts';
import { percentile, report } from './bench.ts';

const RATE = 200;

export async function freshness(quick: boolean): Promise<void> {
  const seconds = quick ? 15 : 60;
  await using stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 200, days: 10, seed: 1 });
  await startPath(stack);
  await stack.settled();
  const { rows } = await stack.source.query<{ id: string }>(
    'SELECT id FROM food_productions ORDER BY md5(id) LIMIT 5000',
  );

  const listener = new pg.Client({ connectionString: stack.databaseUrl });
  await listener.connect();
  await listener.query('LISTEN bench');
  const notified: number[] = [];
  listener.on('notification', (message) => notified.push(Date.now() - Number(message.payload)));
  await paced(5, () => stack.source.query(`SELECT pg_notify('bench', $1)`, [String(Date.now())]));
  await until('notifications', async () => notified.length >= 5 * RATE);
  await listener.end();

  const frames: { at: number; committedAt: number }[] = [];
  const client = liveClient(
    () => [stack.api],
    await stack.token('PLATFORM_ANALYST', ['national']),
    'national',
    (committedAt) => frames.push({ at: Date.now(), committedAt }),
  );
  await client.subscribed;
  // The moment a statement is sent lies before its commit and after the commit before it: the first frame that stands for
  // this moment or a later one shows it.
  const sent: number[] = [];
  await paced(seconds, async (n) => {
    sent.push(Date.now());
    await stack.source.query('UPDATE food_productions SET "actualPortions" = $1 WHERE id = $2', [
      n % 3_000,
      rows[n % rows.length]?.id,
    ]);
  });
  await until('the last frame', async () => (frames.at(-1)?.committedAt ?? 0) >= (sent.at(-1) ?? 0));
  client.close();
  let at = 0;
  const latencies = sent.map((moment) => {
    while ((frames[at]?.committedAt ?? Number.POSITIVE_INFINITY) < moment) at++;
    return (frames[at]?.at ?? Number.NaN) - moment;
  });
  const work = `${sent.length} updates at ${RATE}/s over 200 kitchens, ${frames.length} frames`;
  for (const [metric, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    const value = percentile(latencies, share);
    const baseline = Math.max(1, percentile(notified, share));
    report({ bench: 'freshness', metric, value, unit: 'ms', baseline, ratio: value / baseline, work });
  }
}

/** Calls `step` RATE times a second. */
async function paced(seconds: number, step: (n: number) => Promise<unknown>): Promise<void> {
  const began = Date.now();
  for (let n = 0; n < seconds * RATE; n++) {
    const wait = began + (n * 1_000) / RATE - Date.now();
    if (wait > 0) await delay(wait);
    await step(n);
  }
}
