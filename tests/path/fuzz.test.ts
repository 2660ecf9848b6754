/**
 * Arbitrary requests and frames: never a 5xx, a hang, a leak of the inside, or anything of another unit; the process, its
 * connections and its queries are as before afterwards. `FUZZ_RUNS=5000` for the long form (npm run fuzz).
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { fuzzFrame, fuzzRequest } from '../support/fuzz.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const PATIENCE_MS = 60_000;
const INSIDE = /\bat \S+ \(|node_modules|DB::Exception|SELECT |raw\.|ECONN|\/work\/|\.ts:\d/;

let stack: Stack;
let token: string;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    for (const kitchen of ['k321', 'k511'])
      await insert(source, 'food_productions', batch(kitchen, kitchen, '2026-03-02T03:00:00Z'));
  });
  stack.env.RATE_LIMIT_PER_MINUTE = '1000000';
  await startPath(stack);
  await stack.settled();
  token = await stack.token('SPPG_KEPALA', ['sppg:k321']);
});
afterAll(() => stack[Symbol.asyncDispose]());

const descriptors = () => Number(/^lumbung_process_open_fds (\d+)/m.exec(lastMetrics)?.[1]);
let lastMetrics = '';
const metrics = async () => {
  lastMetrics = await (await fetch(`${stack.api}/metrics`)).text();
  return lastMetrics;
};

test(
  'arbitrary requests',
  async () => {
    await metrics();
    const before = descriptors();
    const pid = stack.pid('api');
    await fc.assert(
      fc.asyncProperty(fuzzRequest(token), async ({ method, path, headers, body }) => {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const answer = await fetch(`${stack.api}${path}`, {
          method,
          headers,
          signal,
          ...(body === undefined ? {} : { body }),
        });
        const text = await answer.text();
        const ready = path.startsWith('/readyz');
        expect(answer.status, `${method} ${path}: ${text.slice(0, 300)}`).toBeLessThan(ready ? 504 : 500);
        if (answer.status >= 400 && !ready) {
          // Under /reports people read the answer.
          const kind = path.startsWith('/reports')
            ? /^(application\/problem\+json|text\/html)/
            : /^application\/problem\+json/;
          expect(answer.headers.get('content-type'), path).toMatch(kind);
          expect(text, path).not.toMatch(INSIDE);
        }
        // The caller is of one kitchen: whatever was asked, no other kitchen is told of.
        if (answer.status < 300 && path.startsWith('/api/v1/')) expect(text, path).not.toMatch(/k322|k511|k512|k941/);
        expect(answer.headers.get('set-cookie') ?? '').not.toContain('undefined');
      }),
      { numRuns: RUNS, endOnFailure: false },
    );
    expect(stack.pid('api')).toBe(pid);
    expect(stack.running('api')).toBe(true);
    await until('the connections to be as before', async () => {
      await metrics();
      return descriptors() <= before + 60;
    });
    await until('no query to be left', async () => {
      const [row] = await stack.warehouse.query<{ n: number }>(
        "SELECT count() AS n FROM system.processes WHERE query NOT LIKE '%system.processes%'",
      );
      return (row?.n ?? 0) <= 1;
    });
    expect(readFileSync(`${stack.dataDir}/logs/api.log`, 'utf8')).not.toContain(token);
  },
  10 * PATIENCE_MS,
);

test(
  'arbitrary frames',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fuzzFrame(token), { minLength: 1, maxLength: 8 }), async (frames) => {
        const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
        const heard: string[] = [];
        let closed = false;
        socket.on('close', () => {
          closed = true;
        });
        await new Promise((resolve, reject) => {
          socket.once('open', resolve);
          socket.once('error', reject);
        });
        // Frames are handled in their order: once the last ping is answered, all of them were.
        const answered = new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error(`no answer after ${JSON.stringify(frames)}`)), PATIENCE_MS);
          const done = () => {
            clearTimeout(timer);
            resolve();
          };
          socket.on('close', done);
          const pings = 1 + frames.filter((frame) => typeOf(frame) === 'ping').length;
          let pongs = 0;
          socket.on('message', (data) => {
            heard.push(String(data));
            if (typeOf(String(data)) === 'pong' && ++pongs === pings) done();
          });
        });
        for (const frame of [...frames, '{"type":"ping"}']) socket.send(frame);
        await answered;
        socket.terminate();
        for (const text of heard) {
          expect(text).not.toMatch(INSIDE);
          expect(text).not.toContain('"code":"internal"');
          const { type, channel = 'sppg:k321' } = JSON.parse(text) as { type: string; channel?: string };
          if (type !== 'error') expect(['sppg:k321', 'system']).toContain(channel);
        }
        expect(closed && heard.length === 0).toBe(false);
      }),
      { numRuns: Math.ceil(RUNS / 3), endOnFailure: false },
    );
    await until('no socket to be left', async () => /^lumbung_sockets 0$/m.test(await metrics()));
    expect(lastMetrics).toMatch(/^lumbung_live_subscriptions 0$/m);
  },
  10 * PATIENCE_MS,
);

function typeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type;
  } catch {
    return undefined;
  }
}
