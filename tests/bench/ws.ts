/**
 * The live channel: ten thousand sockets on one process hear a refresh, against a bare ws broadcast of the same frame in the same
 * run; then all of them come back at once with their positions and read the summary, and the engine's queries are counted.
 */
import { Redis } from 'ioredis';
import type { Refresh } from '../../warehouse/rollups/refresh.ts';
import { announceRefresh } from '../../workers/announce.ts';
import { seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';
import { percentile, report } from './bench.ts';
import { startProcess } from './process.ts';

const scopes = ['national', 'sppg:k321', 'regency:3201', 'province:32', 'region:JAWA', 'wilayah:II'];

export async function ws(quick: boolean): Promise<void> {
  const count = quick ? 1_000 : 10_000;
  const rounds = quick ? 5 : 20;
  await using stack = await startStack(seedProgramme);
  for (const limit of ['LIVE_SOCKETS_PER_ADDRESS', 'LIVE_SOCKETS_PER_USER']) stack.env[limit] = '100000';
  stack.env.RATE_LIMIT_PER_MINUTE = '1000000000';
  await startPath(stack);
  await stack.settled();
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('worker', 'SIGTERM');
  const redis = new Redis(stack.redisUrl);
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  let seq = 1_000_000;
  const announce = () => {
    const now = new Date().toISOString();
    const refresh: Refresh = {
      cells: 1,
      watermarkLsn: '0',
      committedAt: now,
      rolledAt: now,
      seq: seq++,
      scopes,
      unmerged: [],
    };
    return announceRefresh(redis, refresh);
  };

  const clients = startProcess('./ws_clients.ts');
  /** Delays of every delivery of every round, and how many of them there should have been. */
  const broadcast = async (send: () => unknown) => {
    const delays: number[] = [];
    for (let round = 0; round < rounds; round++) {
      clients.send({ expect: count, sent: Date.now() });
      await clients.next();
      const sent = Date.now();
      clients.send({ expect: count, sent });
      await clients.next();
      await send();
      const all = clients.next<{ delays: number[] }>();
      const given = new Promise<{ delays: number[] }>((resolve) =>
        setTimeout(() => resolve({ delays: [] }), 30_000).unref(),
      );
      delays.push(...(await Promise.race([all, given])).delays);
    }
    return delays;
  };
  const work = `${count} sockets of one client process, ${rounds} rounds`;

  clients.send({ url: stack.api, count, token });
  const opened = await clients.next<{ opened: number; seconds: number }>();
  const ours = await broadcast(announce);
  const delivered = ours.length / (count * rounds);
  report({
    ...{ bench: 'ws', metric: 'delivered', value: delivered, unit: '' },
    baseline: 1,
    ratio: delivered,
    aim: { atLeast: 1 },
    work,
  });

  const before = await queries(stack);
  clients.send({ close: true });
  await clients.next();
  await until('every socket to be gone', async () => /^lumbung_sockets 0$/m.test(await metrics(stack)));
  clients.send({ url: stack.api, count, token, summary: '/api/v1/summary?date=2026-03-02' });
  const back = await clients.next<{ opened: number; seconds: number; resyncs: number }>();
  const asked = (await queries(stack)) - before;
  report({
    ...{ bench: 'ws', metric: "the engine's queries for so many reconnects", value: asked, unit: 'queries' },
    ...{ baseline: count, ratio: asked / count },
    work: `${back.opened} sockets back with their positions and a summary each in ${back.seconds.toFixed(1)} s (first time ${opened.seconds.toFixed(1)} s), ${back.resyncs} resyncs`,
  });
  clients.send({ close: true });
  await clients.next();

  const bare = startProcess('./bare.ts');
  bare.send({ broadcast: true });
  const { url } = await bare.next<{ url: string }>();
  clients.send({ url, count });
  await clients.next();
  const frame = {
    type: 'update',
    channel: 'national',
    epoch: crypto.randomUUID(),
    offset: `${Date.now()}-0`,
    cells: 1,
  };
  const text = JSON.stringify({ ...frame, committedAt: new Date().toISOString() });
  const theirs = await broadcast(() => bare.send({ text }));
  for (const [metric, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const value = percentile(ours, share);
    const baseline = Math.max(1, percentile(theirs, share));
    report({ bench: 'ws', metric, value, unit: 'ms', baseline, ratio: value / baseline, work });
  }
  for (const process of [bare, clients]) process.stop();
  redis.disconnect();
}

const metrics = async (stack: Stack) => (await fetch(`${stack.api}/metrics`)).text();

/** Queries the engine has run. */
async function queries({ warehouse }: Stack): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(
    "SELECT value AS n FROM system.events WHERE event = 'SelectQuery'",
  );
  return row?.n ?? 0;
}
