/**
 * Redis and ClickHouse are taken away and given back while people read and listen: no wrong number, no missed update without a
 * resync, and everything recovers without a restart of the API.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;
let headers: { authorization: string };
const path = '/api/v1/summary?scope=sppg:k321&date=2026-03-02';
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await insert(source, 'food_productions', batch('k321', 'b1', '2026-03-02T03:00:00Z', { plannedPortions: 1 }));
  });
  stack.env.RATE_LIMIT_PER_MINUTE = '1000000';
  await startPath(stack);
  await stack.settled();
  headers = { authorization: `Bearer ${await stack.token('PLATFORM_ANALYST', ['national'])}` };
});
afterAll(() => stack[Symbol.asyncDispose]());

type Answer = { status: number; planned?: number | null; asOf?: string | null; stale?: boolean };
async function ask(): Promise<Answer> {
  const answer = await fetch(`${stack.api}${path}`, { headers, signal: AbortSignal.timeout(60_000) });
  const body = (await answer.json()) as {
    asOf: { committedAt: string | null };
    stale?: boolean;
    kpis: { id: string; num: number | null }[];
  };
  if (answer.status !== 200) return { status: answer.status };
  const planned = body.kpis.find(({ id }) => id === 'portions_planned')?.num ?? null;
  return { status: 200, planned, asOf: body.asOf.committedAt, stale: body.stale === true };
}

/** Writes one number after the other; value n+1 was committed for certain at `committed[n+1]`. */
function writer() {
  const committed = new Map<number, number>([[1, 0]]);
  let last = 1;
  let going = true;
  const done = (async () => {
    while (going) {
      await stack.source.query(`UPDATE food_productions SET "plannedPortions" = $1 WHERE id = 'b1'`, [last + 1]);
      last++;
      committed.set(last, Date.now());
      await delay(50);
    }
  })();
  return {
    committed,
    last: () => last,
    stop: async () => {
      going = false;
      await done;
    },
  };
}

/** Reads as fast as it is answered, and keeps every answer. */
function reader() {
  const answers: Answer[] = [];
  let going = true;
  const done = (async () => {
    while (going) {
      answers.push(await ask());
      await delay(10);
    }
  })();
  return {
    answers,
    stop: async () => {
      going = false;
      await done;
    },
  };
}

/** A page: reads after each update or resync and at no other time, comes back with its position. */
function page() {
  let socket: WebSocket | undefined;
  let position: { epoch: string; offset: string } | undefined;
  let shown: number | null | undefined;
  let going = true;
  let reading = Promise.resolve();
  const read = () => {
    reading = reading.then(async () => {
      for (let answered = false; !answered && going; ) {
        const answer = await ask().catch(() => ({ status: 0 }) as Answer);
        answered = answer.status === 200 && !answer.stale;
        if (answered) shown = answer.planned;
        else await delay(100);
      }
    });
  };
  const open = () => {
    const current = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
    socket = current;
    const subscribe = () =>
      current.send(
        JSON.stringify({ type: 'subscribe', channel: 'sppg:k321', ...(position ? { from: position } : {}) }),
      );
    current.on('open', () => current.send(JSON.stringify({ type: 'auth', token: headers.authorization.slice(7) })));
    current.on('error', () => undefined);
    current.on('close', () => {
      if (going) setTimeout(open, 200);
    });
    current.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { type: string; code?: string; epoch?: string; offset?: string };
      if (frame.type === 'ready') subscribe();
      else if (frame.type === 'error' && going) setTimeout(subscribe, 200);
      else if (frame.type === 'update' || frame.type === 'resync') read();
      if (frame.type === 'update') position = { epoch: frame.epoch ?? '', offset: frame.offset ?? '' };
    });
  };
  open();
  read();
  return {
    shown: () => shown,
    stop() {
      going = false;
      socket?.terminate();
    },
  };
}

test('Redis and ClickHouse go and come back under load', async () => {
  const pid = stack.pid('api');
  const writing = writer();
  const readers = [reader(), reader()];
  const pages = [page(), page()];
  const answersOf = () => readers.flatMap(({ answers }) => answers);
  /** How many answers there are by now: what comes after was asked meanwhile. */
  const mark = () => readers.map(({ answers }) => answers.length + 1);
  const since = (marks: number[]) => readers.flatMap(({ answers }, index) => answers.slice(marks[index]));
  await until('the first numbers', async () => answersOf().length > 10 && writing.last() > 5);

  await stack.restartRedis(async () => {
    const before = mark();
    await until('answers without Redis', async () => since(before).length >= 10);
    expect(new Set(since(before).map(({ status }) => status))).toEqual(new Set([200]));
  });
  const back = writing.last();
  await until('new numbers after Redis', async () => (answersOf().at(-1)?.planned ?? 0) > back);

  await stack.kill('warehouse');
  const before = mark();
  await until('answers without the warehouse', async () => since(before).length >= 10);
  for (const { status } of since(before)) expect([200, 503]).toContain(status);
  expect(since(before).some(({ status }) => status === 200)).toBe(true);
  // A page that comes now is told to come again, not cut off.
  await stack.start('warehouse');
  const up = writing.last();
  await until('new numbers after the warehouse', async () => (answersOf().at(-1)?.planned ?? 0) > up, 60_000);

  await writing.stop();
  await stack.settled();
  for (const one of pages)
    await until('every page to show the last number', async () => one.shown() === writing.last());
  for (const one of readers) await one.stop();
  for (const one of pages) one.stop();
  expect(stack.pid('api')).toBe(pid);
  expect(stack.running('api')).toBe(true);
  for (const { status, planned, asOf } of answersOf()) {
    expect([200, 503]).toContain(status);
    if (status !== 200) continue;
    // Every number is one that was written, and none is older than the state the answer claims to stand for.
    expect(writing.committed.has(planned ?? -1), `${planned}`).toBe(true);
    const next = writing.committed.get((planned ?? 0) + 1);
    if (next !== undefined) expect(Date.parse(asOf ?? ''), `${planned} as of ${asOf}`).toBeLessThanOrEqual(next);
  }
});
