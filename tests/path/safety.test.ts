/** TLS, proxies, rate limits, limits of requests, pages of operators, and a log without secrets. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  stack.env.LOG_LEVEL = 'trace';
  stack.env.RATE_LIMIT_PER_MINUTE = '60';
  await startPath(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const restart = async (env: Record<string, string | undefined>) => {
  Object.assign(stack.env, env);
  await stack.kill('api', 'SIGTERM');
  await stack.start('api');
};
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${stack.api}${path}`, { headers });

test('requests are limited by token and by address, and counted across processes and without Redis', async () => {
  const bearer = async () => ({ authorization: `Bearer ${await stack.token('PLATFORM_ANALYST', ['national'])}` });
  const busy = await bearer();
  const answers: Response[] = [];
  for (let n = 0; n < 70; n++) answers.push(await get('/api/v1/session', busy));
  const late = answers.at(-1) as Response;
  expect(late.status).toBe(429);
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(((await late.json()) as { detail: string }).detail).toContain('come back');
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(60);
  // Probes are always answered, and others are not shut out by one token.
  expect((await get('/healthz')).status).toBe(200);
  const other = { authorization: `Bearer ${await stack.token('AUDITOR', ['national'])}` };
  expect((await get('/api/v1/session', other)).status).toBe(200);
  // Another process knows what this one counted.
  await restart({});
  expect((await get('/api/v1/session', busy)).status).toBe(429);
  await stack.restartRedis(async () => {
    const alone = { authorization: `Bearer ${await stack.token('KPPG', ['national'])}` };
    const statuses = new Set<number>();
    for (let n = 0; n < 80; n++) statuses.add((await get('/api/v1/session', alone)).status);
    expect(statuses).toEqual(new Set([200, 429]));
  });
  // Guessing ends soon: refused tokens are dear to their address.
  let guesses = 0;
  for (; guesses < 200; guesses++)
    if ((await get('/api/v1/session', { authorization: `Bearer ${guesses}` })).status === 429) break;
  expect(guesses).toBeLessThan(60);
  // The live channel is no way round it: what it refuses is as dear, and whoever is shut out is shut out there too.
  const guess = (localAddress: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`, { localAddress });
      socket.once('open', () => socket.send(JSON.stringify({ type: 'auth', token: `guess ${guesses++}` })));
      socket.once('close', (code) => resolve(String(code)));
      socket.once('error', (error) => resolve(error.message));
    });
  expect(await guess('127.0.0.1')).toContain('429');
  guesses = 0;
  let last = '';
  while (guesses < 100 && !last.includes('429')) last = await guess('127.0.0.2');
  expect(last).toContain('429');
  expect(guesses).toBeLessThan(60);
});

test('a request that is too large, too long or never ends is refused', async () => {
  await restart({ RATE_LIMIT_PER_MINUTE: '100000' });
  const body = JSON.stringify({ token: 'x'.repeat(100_000) });
  const large = await fetch(`${stack.api}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(large.status).toBe(413);
  expect((await get(`/api/v1/summary?scope=${'x'.repeat(5_000)}`)).status).toBe(400);
  const { hostname, port } = new URL(stack.api);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`),
    );
    socket.on('data', (data) => resolve(String(data)));
    socket.on('error', () => resolve('HTTP/1.1 431'));
  });
  expect(answer).toContain('431');
});

test('pages of operators are for operators', async () => {
  const as = async (role: string) => ({ authorization: `Bearer ${await stack.token(role, ['national'])}` });
  for (const path of ['/health', '/queues', '/queues/api/queues']) {
    expect((await get(path)).status, path).toBe(401);
    expect((await get(path, await as('BGN_LEADERSHIP'))).status, path).toBe(403);
    expect((await get(path, await as('PLATFORM_SUPERADMIN'))).status, path).toBe(200);
    // Jobs name who asked for what.
    expect((await get(path, await as('PLATFORM_SUPPORT'))).status, path).toBe(path === '/health' ? 200 : 403);
  }
  const html = await (await get('/health', await as('PLATFORM_SUPPORT'))).text();
  for (const line of ['ClickHouse', 'Redis', 'Replication', 'Queue pipeline', 'Queue exports', 'Cache', 'Uptime'])
    expect(html).toContain(line);
  const board = await get('/queues/api/queues', await as('PLATFORM_SUPERADMIN'));
  const { queues } = (await board.json()) as { queues: { name: string; readOnlyMode: boolean }[] };
  expect(queues.map(({ name, readOnlyMode }) => [name, readOnlyMode])).toEqual([
    ['pipeline', true],
    ['jobs', true],
    ['exports', true],
    ['site', true],
    ['deliver', true],
  ]);
});

test('behind a trusted proxy addresses are those of the callers, and HSTS is on', async () => {
  expect((await get('/healthz')).headers.get('strict-transport-security')).toBeNull();
  await restart({ TRUST_PROXY: '127.0.0.1', LIVE_SOCKETS_PER_ADDRESS: '1' });
  expect((await get('/healthz')).headers.get('strict-transport-security')).toContain('max-age=');
  const open = (caller: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`, { headers: { 'x-forwarded-for': caller } });
      socket.once('open', () => resolve('open'));
      socket.once('error', (error) => resolve(error.message));
    });
  expect(await open('192.0.2.1')).toBe('open');
  expect(await open('192.0.2.2')).toBe('open');
  expect(await open('192.0.2.1')).toContain('429');
});

test('with a certificate of its own it speaks TLS, HSTS and wss', async () => {
  const [cert, key] = [join(stack.dataDir, 'cert.pem'), join(stack.dataDir, 'key.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  await restart({
    TRUST_PROXY: undefined,
    LIVE_SOCKETS_PER_ADDRESS: undefined,
    TLS_CERT_FILE: cert,
    TLS_KEY_FILE: key,
  });
  expect(stack.api).toMatch(/^https:/);
  const ca = readFileSync(cert);
  const answer = await new Promise<{ status: number | undefined; hsts: unknown }>((resolve, reject) => {
    https
      .get(`${stack.api}/healthz`, { ca }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, hsts: response.headers['strict-transport-security'] });
      })
      .on('error', reject);
  });
  expect(answer).toEqual({ status: 200, hsts: expect.stringContaining('max-age=') });
  const socket = new WebSocket(`${stack.api.replace('https', 'wss')}/ws`, { ca });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.terminate();
  await restart({ TLS_CERT_FILE: undefined, TLS_KEY_FILE: undefined });
});

test('no token, cookie or password reaches the log, at the finest level', async () => {
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const forged = `${token.slice(0, -6)}abcdef`;
  const headers = { 'content-type': 'application/json' };
  for (const secret of [token, forged]) {
    await get(`/api/v1/summary?token=${secret}`, { authorization: `Bearer ${secret}` });
    await get('/api/v1/session', { cookie: `lumbung_session=${secret}` });
    await fetch(`${stack.api}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ token: secret }) });
    await get(`/${secret}`);
  }
  const id = 'a-request-of-the-test';
  await fetch(`${stack.api}/api/v1/session`, { method: 'DELETE', headers: { 'x-request-id': id } });
  await until('the request to be logged', async () => stack.log('api').includes(id));
  const lines = stack.log('api').trim().split('\n');
  for (const line of lines) if (line.startsWith('{')) JSON.parse(line);
  for (const secret of [token, forged]) expect(stack.log('api')).not.toContain(secret.split('.')[2]);
});
