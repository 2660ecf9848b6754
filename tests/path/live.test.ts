/** The live channel: replay or resync, limits, in-band refresh, expiry, slow clients, lost notices, draining, and what people are told. */

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { authSecret, loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { streamKey } from '../../platform/queues.ts';
import { signToken } from '../../platform/tokens.ts';
import { currentSlot } from '../../warehouse/ledger.ts';
import { markRows, refreshDirtyCells } from '../../warehouse/rollups/refresh.ts';
import { createNotices } from '../../workers/notices.ts';
import { batch, insert, NOW, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startPath, startStack, until } from '../support/stack.ts';

type Frame = Record<string, unknown> & { type: string; channel?: string; epoch?: string; offset?: string };
let stack: Stack;
const today = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);

beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await insert(source, 'food_productions', batch('k321', 'b1', '2026-03-02T03:00:00Z'));
    await insert(source, 'food_productions', batch('k511', 'b2', '2026-03-02T03:00:00Z'));
  });
  stack.env.LIVE_SOCKETS_PER_ADDRESS = '40';
  stack.env.LIVE_SOCKETS_PER_USER = '12';
  await startPath(stack);
  await stack.start('scheduler');
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

/** A client that keeps what it hears. */
async function client(role: string, scope: string[], { subject = crypto.randomUUID(), ttl = '1h' } = {}) {
  const secret = authSecret(loadConfig({ DATA_DIR: stack.dataDir }));
  const token = (of: string[], life = ttl) => signToken(secret, { sub: subject, role, scope: of }, life);
  const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
  const frames: Frame[] = [];
  let closed: { code: number } | undefined;
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  socket.on('close', (code) => {
    closed = { code };
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  const heard = (type: string, match: Partial<Frame> = {}) =>
    frames.filter(
      (frame) => frame.type === type && Object.entries(match).every(([key, value]) => frame[key] === value),
    );
  const hears = (type: string, match: Partial<Frame> = {}, times = 1) =>
    until(`${times} ${type} ${JSON.stringify(match)}`, async () => heard(type, match).length >= times);
  send({ type: 'auth', token: await token(scope) });
  await until('an answer to auth', async () => frames.length > 0);
  return {
    socket,
    frames,
    send,
    heard,
    hears,
    token,
    code: () => closed?.code,
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** A key for programs of one province. */
const makeKey = async () => {
  const args = ['key', 'create', '--name', 'bi', '--role', 'KPPG', '--scope', 'province:32', '--json'];
  return JSON.parse((await lumbung(stack, args)).out) as { id: string; key: string };
};
/** A bare socket that has sent this token. */
const signedIn = async (token: string) => {
  const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
  const frames: Frame[] = [];
  let end: { code: number; reason: string } | undefined;
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  socket.on('close', (code, reason) => {
    end = { code, reason: String(reason) };
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'auth', token }));
  await until('an answer to auth', async () => frames.length > 0);
  return { frames, end: () => end, socket, [Symbol.dispose]: () => socket.terminate() };
};

const plan = (portions: number) =>
  stack.source.query(`UPDATE food_productions SET "plannedPortions" = $1 WHERE id = 'b1'`, [portions]);
const sockets = async () => /^lumbung_sockets (\d+)/m.exec(await (await fetch(`${stack.api}/metrics`)).text())?.[1];

test('what was missed is replayed from a position; an unknown one is answered with resync', async () => {
  let from: Partial<Frame> = {};
  {
    using first = await client('PLATFORM_ANALYST', ['national']);
    first.send({ type: 'subscribe', channel: 'sppg:k321' });
    await first.hears('subscribed');
    await plan(101);
    await first.hears('update');
    const { epoch, offset } = first.heard('update').at(-1) as Frame;
    from = { epoch, offset } as Partial<Frame>;
  }
  await plan(102);
  await stack.settled();
  using back = await client('PLATFORM_ANALYST', ['national']);
  back.send({ type: 'subscribe', channel: 'sppg:k321', from });
  await back.hears('update', { channel: 'sppg:k321' });
  expect(back.heard('resync')).toEqual([]);
  expect((back.heard('update')[0]?.offset ?? '') > (from.offset ?? '')).toBe(true);
  for (const unknown of [
    { epoch: 'another', offset: from.offset },
    { epoch: from.epoch, offset: '1-1' },
  ]) {
    using lost = await client('PLATFORM_ANALYST', ['national']);
    lost.send({ type: 'subscribe', channel: 'sppg:k321', from: unknown });
    await lost.hears('resync', { channel: 'sppg:k321' });
  }
});

test('a kitchen that moves, and one that is gone, is told of where it was', async () => {
  using watcher = await client('PLATFORM_ANALYST', ['national']);
  for (const channel of ['regency:5101', 'regency:3201', 'province:51']) watcher.send({ type: 'subscribe', channel });
  await watcher.hears('subscribed', {}, 3);
  await stack.source.query(`UPDATE sppg SET "regencyId" = '3201', "provinceId" = '32' WHERE id = 'k511'`);
  await watcher.hears('update', { channel: 'regency:3201' });
  await watcher.hears('update', { channel: 'regency:5101' });
  await watcher.hears('update', { channel: 'province:51' });
  const heard = watcher.heard('update', { channel: 'regency:5101' }).length;
  await stack.source.query(`UPDATE sppg SET "regencyId" = '5101', "provinceId" = '51' WHERE id = 'k511'`);
  await watcher.hears('update', { channel: 'regency:5101' }, heard + 1);
});

test('a refresh whose notice was lost is found in the ledger: resync', async () => {
  using one = await client('PLATFORM_ANALYST', ['national']);
  one.send({ type: 'subscribe', channel: 'sppg:k321' });
  await one.hears('subscribed');
  // As by a worker that dies between the two: refreshed, and nobody told.
  await stack.kill('worker');
  await markRows(stack.warehouse, 'food_productions', ['b1'], 'test');
  await refreshDirtyCells(stack.warehouse, (await currentSlot(stack.warehouse)) ?? '');
  await one.hears('resync', { channel: 'sppg:k321' });
  await stack.start('worker');
});

test('Redis comes back empty: everybody is told to read anew, and hears what follows', async () => {
  using one = await client('PLATFORM_ANALYST', ['national']);
  one.send({ type: 'subscribe', channel: 'national' });
  await one.hears('subscribed');
  await stack.restartRedis();
  await one.hears('resync', { channel: 'national' });
  await plan(104);
  await one.hears('update', { channel: 'national' });
});

test('a token is refreshed in band; channels that are no longer within it end, and so does a socket whose token ends', async () => {
  using one = await client('SPPG_KEPALA', ['sppg:k321', 'sppg:k511']);
  for (const channel of ['sppg:k321', 'sppg:k511']) one.send({ type: 'subscribe', channel });
  await one.hears('subscribed', {}, 2);
  one.send({ type: 'auth', token: await one.token(['sppg:k321']) });
  await one.hears('ready', {}, 2);
  expect(one.heard('error', { channel: 'sppg:k511' })).toMatchObject([{ code: 'forbidden' }]);
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 77 WHERE id = 'b2'`);
  await stack.settled();
  await plan(105);
  await one.hears('update', { channel: 'sppg:k321' });
  expect(one.heard('update', { channel: 'sppg:k511' })).toEqual([]);

  using short = await client('SPPG_KEPALA', ['sppg:k321'], { ttl: '2s' });
  await short.hears('notice', { kind: 'token_expires' });
  await until('the socket to be closed', async () => short.code() === 4401);
});

test('a kitchen that leaves the scope of a listener is no longer heard', async () => {
  using one = await client('KPPG', ['province:51']);
  one.send({ type: 'subscribe', channel: 'sppg:k511' });
  await one.hears('subscribed');
  const move = (province: string) =>
    stack.source.query(`UPDATE sppg SET "provinceId" = $1, "regencyId" = $2 WHERE id = 'k511'`, [
      province,
      `${province}01`,
    ]);
  await move('32');
  await one.hears('error', { code: 'forbidden', channel: 'sppg:k511' });
  await move('51');
  await stack.settled();
});

test('sockets are limited by user and by address, frames by second, and nothing of them stays behind', async () => {
  const subject = crypto.randomUUID();
  const mine: Awaited<ReturnType<typeof client>>[] = [];
  for (let n = 0; n < 12; n++) mine.push(await client('PLATFORM_ANALYST', ['national'], { subject }));
  const tooMany = await client('PLATFORM_ANALYST', ['national'], { subject });
  await until('the thirteenth to be closed', async () => tooMany.code() === 4429);
  const others: WebSocket[] = [];
  const refused = await new Promise<string>((resolve) => {
    const open = () => {
      const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
      others.push(socket);
      socket.once('open', open);
      socket.once('error', (error) => resolve(error.message));
    };
    open();
  });
  expect(refused).toContain('429');
  const noisy = mine[0] as (typeof mine)[0];
  for (let n = 0; n < 200; n++) noisy.send({ type: 'ping' });
  await until('the noisy one to be closed', async () => noisy.code() === 1008);
  for (const { socket } of mine) socket.terminate();
  for (const socket of others) socket.terminate();
  await until('no socket to be left', async () => (await sockets()) === '0');
  expect(await (await fetch(`${stack.api}/metrics`)).text()).toMatch(/^lumbung_live_subscriptions 0$/m);
});

test('a key that is revoked or rotated ends the connections it signed in, and no others', async () => {
  const [revoked, rotated, kept] = [await makeKey(), await makeKey(), await makeKey()];
  using first = await signedIn(revoked.key);
  using second = await signedIn(rotated.key);
  using other = await signedIn(kept.key);
  for (const one of [first, second, other]) expect(one.frames[0]).toMatchObject({ type: 'ready', role: 'KPPG' });
  await lumbung(stack, ['key', 'revoke', revoked.id]);
  await lumbung(stack, ['key', 'rotate', rotated.id, '--grace', '0']);
  for (const one of [first, second]) {
    await until('the connection to be ended', async () => one.end() !== undefined);
    expect(one.end()).toEqual({ code: 4401, reason: 'the API key was revoked or has expired' });
    expect(one.frames.at(-1)).toMatchObject({ type: 'error', code: 'unauthenticated' });
  }
  expect(other.end()).toBeUndefined();
});

test('a refused token ends the connection: one guess each', async () => {
  using one = await signedIn(`lk_0123456789ab_${'x'.repeat(43)}`);
  one.socket.send(JSON.stringify({ type: 'auth', token: await stack.token('PLATFORM_ANALYST', ['national']) }));
  await until('the connection to be ended', async () => one.end() !== undefined);
  expect(one.end()).toEqual({ code: 4401, reason: 'the token was refused' });
  expect(one.frames).toMatchObject([{ type: 'error', code: 'unauthenticated' }]);
});

test('sockets that end while they sign in take no place of their user', async () => {
  // A key is looked up in the warehouse, which takes longer than going away.
  const { key } = await makeKey();
  const open = async () => {
    const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
    await new Promise((resolve) => socket.once('open', resolve));
    return socket;
  };
  const auth = JSON.stringify({ type: 'auth', token: key });
  const gone = await Promise.all(Array.from({ length: 12 }, open));
  for (const socket of gone) socket.send(auth, () => socket.terminate());
  await until('no socket to be left', async () => (await sockets()) === '0');
  const one = await open();
  const answer = new Promise<string>((resolve) => one.once('message', (data) => resolve(String(data))));
  one.send(auth);
  expect(JSON.parse(await answer)).toMatchObject({ type: 'ready', role: 'KPPG' });
  one.terminate();
  await until('no socket to be left', async () => (await sockets()) === '0');
});

test('addresses and origins that are none are refused, and the process lives', async () => {
  const upgrade = (path: string, headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${stack.api.replace('http', 'ws')}${path}`, { headers });
      socket.once('open', () => resolve('open'));
      socket.once('error', (error) => resolve(error.message));
    });
  expect(await upgrade('/ws', { origin: 'null' })).toContain('403');
  expect(await upgrade('/ws', { origin: 'https://elsewhere.example' })).toContain('403');
  expect(await upgrade('//', {})).toContain('404');
  expect((await fetch(`${stack.api}/healthz`)).status).toBe(200);
});

test('people are told: a threshold crossed, an incident, a table quarantined; by field of work, once', async () => {
  using leader = await client('BGN_LEADERSHIP', ['national']);
  using kitchen = await client('SPPG_KEPALA', ['sppg:k321']);
  for (const channel of ['national', 'system']) leader.send({ type: 'subscribe', channel });
  kitchen.send({ type: 'subscribe', channel: 'sppg:k321' });
  await leader.hears('subscribed', {}, 2);
  await kitchen.hears('subscribed');
  const check = (id: string, passed: boolean) =>
    insert(stack.source, 'quality_controls', {
      ...{ id, productionId: 'now', checkType: 'TASTE', checkTime: `${today}T05:00:00Z`, parameter: 'p' },
      ...{ checkedBy: 'c', actualValue: 'x', passed, severity: passed ? null : 'CRITICAL' },
    });
  await insert(stack.source, 'food_productions', batch('k321', 'now', `${today}T03:00:00Z`));
  await check('q1', true);
  await stack.settled();
  await until('the scheduler to have seen today', async () => {
    const { Redis } = await import('ioredis');
    const redis = new Redis(stack.redisUrl);
    const seen = await redis.hget(`lumbung:noticed:status:${today}`, 'sppg:k321 open_critical_findings');
    redis.disconnect();
    return seen !== null;
  });
  await check('q2', false);
  await kitchen.hears('notice', { kind: 'threshold', channel: 'sppg:k321' });
  await leader.hears('notice', { kind: 'threshold', channel: 'national' });
  await insert(stack.source, 'beneficiary_feedback', {
    ...{ id: 'f1', sppgId: 'k321', beneficiaryType: 'CHILD', feedbackType: 'QUALITY_ISSUE' },
    ...{ priority: 'CRITICAL', createdAt: `${today}T05:00:00Z`, updatedAt: NOW },
  });
  await leader.hears('notice', { kind: 'incident', channel: 'national' });
  expect(kitchen.heard('notice', { kind: 'incident' })).toHaveLength(1);
  await stack.source.query('ALTER TABLE waste_management REPLICA IDENTITY NOTHING');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 9 WHERE id = 'b1'`);
  await leader.hears('notice', { kind: 'quarantine', channel: 'system' });
});

test('an incident is told of every kitchen, however many there are, and where it is tomorrow already', async () => {
  await stack.kill('scheduler');
  // A memory of its own, and a clock at which it is half past midnight in the east.
  const redis = new Redis(stack.redisUrl, { db: 1 });
  const log = createLogger({ LOG_LEVEL: 'fatal', LOG_PRETTY: 'off' }, 'test');
  const notices = createNotices({ warehouse: stack.warehouse, redis, log }, () => Date.parse(`${today}T15:30:00Z`));
  await stack.source.query(
    `INSERT INTO sppg SELECT (jsonb_populate_record(s, jsonb_build_object('id', 'm' || n, 'code', 'm' || n))).*
     FROM sppg s, generate_series(1, 1050) n WHERE s.id = 'k941'`,
  );
  await stack.settled();
  await notices.look();
  const told = async () => (await redis.keys(streamKey('sppg:m*'))).length;
  expect(await told()).toBe(0);
  await stack.source.query(
    `INSERT INTO beneficiary_feedback (id, "sppgId", "beneficiaryType", "feedbackType", priority, "createdAt", "updatedAt")
     SELECT 'f-m' || n, 'm' || n, 'CHILD', 'QUALITY_ISSUE', 'CRITICAL', '${today}T15:10:00Z', now() FROM generate_series(1, 1050) n`,
  );
  await stack.settled();
  await notices.look();
  expect(await told()).toBe(1050);
  redis.disconnect();
}, 120_000);

test('a stop tells every client when to come back, and loses no request', async () => {
  using one = await client('PLATFORM_ANALYST', ['national']);
  one.send({ type: 'subscribe', channel: 'national' });
  await one.hears('subscribed');
  const headers = { authorization: `Bearer ${await stack.token('PLATFORM_ANALYST', ['national'])}` };
  const results: string[] = [];
  let asking = true;
  const ask = async (n: number) => {
    while (asking) {
      const answer = await fetch(`${stack.api}/api/v1/summary?date=2026-03-0${n}`, { headers }).catch(
        (error: Error) => error,
      );
      if (answer instanceof Error)
        return void results.push(String((answer.cause as { code?: string } | undefined)?.code));
      const body = await answer.text().catch(() => 'cut off');
      results.push(answer.status === 200 && !body.endsWith('}') ? 'cut off' : String(answer.status));
      // As a proxy does, it goes elsewhere once it is told that the process stops.
      if (answer.headers.get('connection') === 'close') return;
    }
  };
  const askers = [1, 2, 3, 4].map(ask);
  await until('some answers', async () => results.length > 10);
  await stack.kill('api', 'SIGTERM');
  asking = false;
  await Promise.all(askers);
  expect(new Set(results)).toEqual(new Set(['200']));
  expect(one.heard('notice', { kind: 'restart' })[0]?.comeBackMs).toBeTypeOf('number');
  expect(one.code()).toBe(1012);
  expect(stack.log('api')).not.toContain('clean shutdown took longer');
  await stack.start('api');
});
