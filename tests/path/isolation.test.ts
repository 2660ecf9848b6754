/**
 * Tenants cannot read or subscribe to each other, roles see their fields only, and bad input is answered with a clear 4xx or error
 * frame. Every route, channel and file is asked by every role (tests/support/route_table.ts); a new route fails until it is there.
 */

import type { AddressInfo } from 'node:net';
import type { Router } from 'express';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { createApp } from '../../api/app.ts';
import { dayIn } from '../../api/inputs.ts';
import { createContext } from '../../api/server.ts';
import { openAudit } from '../../platform/audit.ts';
import { authSecret, loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { connectRedis } from '../../platform/redis.ts';
import { signToken } from '../../platform/tokens.ts';
import { apiAccountSql, readerSql } from '../../warehouse/accounts.ts';
import { registry } from '../../warehouse/kpis/registry.ts';
import { accounts, expectedStatus, mounted, routes } from '../support/route_table.ts';
import { batch, insert, seedProgramme, seedWarning } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    for (const kitchen of ['k321', 'k511', 'k942']) {
      await insert(source, 'food_productions', batch(kitchen, `b-${kitchen}`, '2026-03-02T03:00:00Z'));
      await seedWarning(source, `b-${kitchen}`, '2026-03-02T03:00:00Z');
    }
    // Three people at one school, two ratings: few enough to know who they are.
    for (const n of [1, 2]) {
      const row = { beneficiaryType: 'CHILD', feedbackType: 'SUGGESTION', rating: 3 + n };
      const at = '2026-03-02T03:00:00Z';
      await insert(source, 'beneficiary_feedback', {
        id: `fb${n}`,
        sppgId: 'k511',
        ...row,
        createdAt: at,
        updatedAt: at,
      });
    }
    await source.query(`UPDATE school_beneficiaries SET "activeStudents" = 3 WHERE id = 's1-k511'`);
    await source.query(`UPDATE school_beneficiaries SET "activeStudents" = 0 WHERE id = 's2-k511'`);
  });
  // Every role asks every route within a minute; limits have tests of their own (safety.test.ts).
  stack.env.RATE_LIMIT_PER_MINUTE = '1000000';
  await startPath(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

type Ask = { method?: string; path: string; body?: object | undefined; token?: string | undefined };
const ask = async ({ method = 'GET', path, body, token }: Ask) => {
  const answer = await fetch(`${stack.api}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
};
const status = async (path: string, token?: string) => (await ask({ path, token })).status;
const tokenOf = (role: string) => stack.token(role, accounts[role]?.scope ?? []);

/** METHOD and path of every route of the application, as Express holds them. */
function routesOf(router: Router, prefix = ''): string[] {
  return router.stack.flatMap((layer) => {
    const { route, handle } = layer as unknown as {
      route?: { path: string; methods: Record<string, boolean> };
      handle: Router;
    };
    if (route) return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${prefix}${route.path}`);
    if (!Array.isArray(handle.stack)) return [];
    const mount = ['/nowhere', '/api/v1/nowhere'].find((path) =>
      (layer as unknown as { match(path: string): boolean }).match(path),
    );
    if (mount === undefined) throw new Error('a router is mounted at a place this test does not know');
    return routesOf(handle, mount.replace('/nowhere', ''));
  });
}

/** The application in this process, over the engines of the stack. */
function application() {
  const config = loadConfig({ ...stack.env, LOG_LEVEL: 'silent' });
  const log = createLogger(config, 'test');
  const redis = connectRedis(stack.redisUrl, log);
  const audit = openAudit(stack.dataDir, log);
  return { app: createApp(createContext({ config, log, warehouse: stack.warehouse, redis, audit })), redis };
}

test('every route of the application has its expectation', async () => {
  const { app, redis } = application();
  const there = routesOf(app.router as unknown as Router);
  redis.disconnect();
  expect([...there, ...mounted].sort()).toEqual(Object.keys(routes).sort());
});

test.each(Object.keys(routes))('%s: every role, inside and outside its scope', async (name) => {
  const route = routes[name] as (typeof routes)[string];
  const method = route.method ?? 'GET';
  const call = (scope: string, token?: string): Ask => ({
    method,
    token,
    path: typeof route.path === 'string' ? route.path : route.path(scope),
    body: typeof route.body === 'function' ? route.body(scope) : route.body,
  });
  for (const token of [undefined, 'not.a.token', `lk_0123456789ab_${'x'.repeat(43)}`]) {
    expect((await ask(call('national', token))).status, `${token}`).toBe(route.open ?? 401);
  }
  await Promise.all(
    Object.entries(accounts).map(async ([role, { inside, outside }]) => {
      const token = await tokenOf(role);
      if (typeof route.path === 'string') {
        return expect((await ask(call('', token))).status, role).toBe(expectedStatus(route, role, undefined));
      }
      for (const scope of inside) {
        const answer = await ask(call(scope, token));
        expect(answer.status, `${role} ${scope}: ${answer.text.slice(0, 200)}`).toBe(
          expectedStatus(route, role, scope),
        );
      }
      const refusals = await Promise.all(outside.map((scope) => ask(call(scope, token))));
      refusals.forEach((answer, n) => {
        expect(answer.status, `${role} ${outside[n]}`).toBe(403);
        expect(answer.text.replaceAll(outside[n] ?? '', ''), role).not.toMatch(/k3|k5|k9|Kota/);
      });
    }),
  );
});

test('what other kitchens are and do is not told by rankings, peers, warnings and findings', async () => {
  const token = await tokenOf('SPPG_KEPALA');
  for (const { path, method } of Object.values(routes)) {
    if (typeof path === 'string' || method !== undefined) continue;
    const answer = await ask({ path: path('sppg:k321'), token });
    expect(answer.text, path('')).not.toMatch(/k322|k51|k94/);
  }
});

test('numbers, rules and the dictionary are those of the role', async () => {
  const owners = new Map(registry.map((kpi) => [kpi.id, kpi.owner as string]));
  const fields = async (role: string) => {
    const token = await tokenOf(role);
    const scope = accounts[role]?.inside[0];
    const read = async (path: string) =>
      JSON.parse((await ask({ path, token })).text) as Record<string, { id: string; owner: string }[]>;
    const summary = (await read(`/api/v1/summary?scope=${scope}&date=2026-03-02`)).kpis ?? [];
    const csv = await ask({
      path: `/api/v1/datasets/kpi_daily.csv?scope=${scope}&from=2026-03-01&to=2026-03-05`,
      token,
    });
    return {
      kpis: new Set(((await read('/api/v1/kpis')).kpis ?? []).map((kpi) => kpi.owner)),
      summary: new Set(summary.map(({ id }) => owners.get(id))),
      rules: new Set(
        ((await read(`/api/v1/findings?scope=${scope}&from=2026-03-01&to=2026-03-05`)).rules ?? []).map(
          (rule) => rule.owner,
        ),
      ),
      dataset: new Set(
        csv.text
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => owners.get(line.split(',')[2] ?? '')),
      ),
    };
  };
  expect(await fields('SPPG_AKUNTAN')).toEqual({
    kpis: new Set(['finance', 'procurement']),
    summary: new Set(['finance', 'procurement']),
    rules: new Set(['finance', 'procurement']),
    dataset: new Set(['finance']),
  });
  expect((await fields('SPPG_VIEWER')).kpis).not.toContain('finance');
  expect(await fields('SPPG_PRODUKSI_MANAGER')).toMatchObject({
    kpis: new Set(['production']),
    summary: new Set(['production']),
    rules: new Set(['production']),
    dataset: new Set(['production']),
  });
});

test('staff of a kitchen see the present day, and of it no other', async () => {
  const token = await tokenOf('SPPG_STAFF_DAPUR');
  const { text } = await ask({ path: '/api/v1/summary?scope=sppg:k321', token });
  const summary = JSON.parse(text) as { date: string; kpis: { id: string; trend: { date: string }[] }[] };
  expect(summary.kpis.map(({ id }) => id)).toContain('portions_planned');
  for (const kpi of summary.kpis) {
    expect(kpi).toMatchObject({
      previousDay: null,
      sameWeekday: null,
      yearAgo: null,
      monthToDate: null,
      previousPeriod: null,
    });
    expect(kpi.trend.filter(({ date }) => date !== summary.date)).toEqual([]);
  }
  const { date } = summary;
  const range = (from: string, to: string) => `scope=sppg:k321&from=${from}&to=${to}`;
  expect(await status(`/api/v1/kpis/portions_planned/series?${range(date, date)}`, token)).toBe(200);
  expect(await status(`/api/v1/datasets/kpi_daily.csv?${range(date, date)}`, token)).toBe(200);
  expect(await status(`/api/v1/kpis/portions_planned/series?${range('2026-03-02', date)}`, token)).toBe(403);
  expect(await status('/api/v1/kpis/spend/series?scope=sppg:k321&from=2026-03-02&to=2026-03-02', token)).toBe(404);
});

test('fewer than five people are told inside their kitchen only', async () => {
  // k511 has three active students; of its regency (with k512) there are many. Its day ends an hour before Jakarta's.
  const day = dayIn(8);
  const beneficiaries = async (role: string, scope: string) => {
    const token = await stack.token(role, [role === 'SPPG_KEPALA' ? scope : 'national']);
    const { text } = await ask({ path: `/api/v1/summary?scope=${scope}&date=${day}`, token });
    const { kpis } = JSON.parse(text) as { kpis: { id: string; num: number | null; withheld?: true }[] };
    const series = await ask({
      path: `/api/v1/kpis/active_beneficiaries/series?scope=${scope}&from=2026-01-01&to=2028-12-31`,
      token,
    });
    const points = (
      JSON.parse(series.text) as { points: { num: number | null; value: number | null; withheld?: true }[] }
    ).points;
    const kpi = kpis.find(({ id }) => id === 'active_beneficiaries');
    return { num: kpi?.num, withheld: kpi?.withheld, points };
  };
  expect(await beneficiaries('SPPG_KEPALA', 'sppg:k511')).toMatchObject({ num: 3, points: [{ num: 3, value: 3 }] });
  expect(await beneficiaries('BGN_ANALYST', 'sppg:k511')).toMatchObject({
    num: null,
    withheld: true,
    points: [{ num: null, value: null, withheld: true }],
  });
  expect((await beneficiaries('BGN_ANALYST', 'regency:5101')).num).toBe(583);
  const ratings = async (role: string, scope: string) => {
    const path = `/api/v1/datasets/kpi_daily.csv?scope=${scope}&from=2026-03-01&to=2026-03-05`;
    const { text } = await ask({ path, token: await stack.token(role, [role === 'SPPG_KEPALA' ? scope : 'national']) });
    return text.split('\n').filter((line) => line.includes('satisfaction'));
  };
  expect(await ratings('SPPG_KEPALA', 'sppg:k511')).toEqual(['k511,2026-03-02,satisfaction,9,2,']);
  expect(await ratings('PLATFORM_ANALYST', 'national')).toEqual(['k511,2026-03-02,satisfaction,9,2,']);
  expect(await ratings('BGN_ANALYST', 'national')).toEqual(['k511,2026-03-02,satisfaction,,,']);
  const ranked = await ask({
    path: '/api/v1/kpis/active_beneficiaries/ranking?scope=regency:5101&level=sppg&from=2026-01-01&to=2028-12-31',
    token: await stack.token('BGN_ANALYST', ['national']),
  });
  expect((JSON.parse(ranked.text) as { units: { scope: string }[] }).units.map(({ scope }) => scope)).toEqual([
    'sppg:k512',
  ]);
});

test("accounts of a ClickHouse server: the SQL is the engine's, and its row policies let through what the scope holds", async () => {
  const readers: [string, string[], string[]][] = [
    ['KPPG', ['province:32', 'sppg:k511'], ['k321', 'k511']],
    ['KPPG', ['regency:5101'], ['k511']],
    ['BGN_ANALYST', ['wilayah:III'], ['k511']],
    ['BGN_ANALYST', ['national'], ['k321', 'k511']],
    ['SPPG_KEPALA', ['sppg:k942'], ['k942']],
  ];
  const statements = (sql: string) =>
    sql
      .split(';')
      .map((text) => text.trim())
      .filter((text) => text !== '');
  // The embedded engine keeps no accounts: it parses the statements, and the conditions are asked as such.
  for (const sql of statements(apiAccountSql())) await stack.warehouse.query(`EXPLAIN AST ${sql}`);
  for (const [role, scope, kitchens] of readers) {
    const script = statements(readerSql('x', role, scope));
    for (const sql of script) await stack.warehouse.query(`EXPLAIN AST ${sql}`);
    const using = (table: string) => {
      const policy = script.find((sql) => sql.startsWith('CREATE ROW POLICY') && sql.includes(` ON ${table} `));
      return /USING ([\s\S]*) TO lumbung_reader_x$/.exec(policy ?? '')?.[1];
    };
    const seen = await stack.warehouse.query<{ id: string; kpis: string[] }>(
      `SELECT sppg_id AS id, groupUniqArray(toString(kpi)) AS kpis FROM mart.kpi_daily FINAL
       WHERE ${using('mart.kpi_daily')} AND kpi = 'portions_planned' AND num IS NOT NULL GROUP BY id ORDER BY id`,
    );
    expect(
      seen.map(({ id }) => id),
      `${role} ${scope}`,
    ).toEqual(kitchens);
    const areas = using('mart.kpi_areas');
    if (role === 'SPPG_KEPALA') expect(areas).toBeUndefined();
    else await stack.warehouse.query(`SELECT count() FROM mart.kpi_areas FINAL WHERE ${areas}`);
  }
});

test('bad input is a 4xx with a problem document', async () => {
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const bad: [string, number][] = [
    ['/api/v1/summary?date=2026-02-30', 400],
    ['/api/v1/summary?date=yesterday', 400],
    ['/api/v1/summary?scope=planet:9', 400],
    ['/api/v1/summary?scope=sppg:nosuch', 404],
    ['/api/v1/summary?unknown=1', 400],
    ['/api/v1/summary?scope=national&scope=national', 400],
    ['/api/v1/kpis/nosuch/series?from=2026-01-01&to=2026-02-01', 404],
    ['/api/v1/kpis/portions_planned/series?from=2026-02-01&to=2026-01-01', 400],
    ['/api/v1/kpis/portions_planned/series?from=2001-01-01&to=2026-01-01', 400],
    ['/api/v1/kpis/portions_planned/series?from=2026-01-01&to=2026-02-01&grain=decade', 400],
    ["/api/v1/summary?scope=province:32'--", 400],
    ['/api/v1/nothing', 404],
    ['/api/v1/kpis/%E0%A4%A/series?from=2026-01-01&to=2026-02-01', 400],
  ];
  for (const [path, expected] of bad) {
    const answer = await fetch(`${stack.api}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status, path).toBe(expected);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const problem = (await answer.json()) as { title: string; detail: string };
    expect(problem.title.length * problem.detail.length).toBeGreaterThan(0);
    expect(JSON.stringify(problem)).not.toMatch(/at \w+ \(|Exception|SELECT/);
  }
  const malformed = await fetch(`${stack.api}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });
  expect(malformed.status).toBe(400);
});

test('an answer holds, as of now, until something of its scope changes', async () => {
  const read = async (scope: string, etag?: string) => {
    const token = await stack.token('BGN_ANALYST', ['national']);
    const headers = { authorization: `Bearer ${token}`, ...(etag === undefined ? {} : { 'if-none-match': etag }) };
    const answer = await fetch(`${stack.api}/api/v1/summary?scope=${scope}&date=2026-03-02`, { headers });
    const body =
      answer.status === 200 ? ((await answer.json()) as { kpis: { id: string; num: number | null }[] }) : null;
    const asOf = JSON.parse(answer.headers.get('x-as-of') ?? '{}') as { committedAt: string; lagMs: number };
    const planned = body?.kpis.find((kpi) => kpi.id === 'portions_planned')?.num;
    return { status: answer.status, etag: answer.headers.get('etag') ?? '', asOf, planned, body };
  };
  /** The answer once the API knows of everything committed so far. */
  const current = async (scope: string, since: string, etag?: string) => {
    let answer = await read(scope, etag);
    await until(`an answer as of after ${since}`, async () => {
      answer = await read(scope, etag);
      return answer.asOf.committedAt > since;
    });
    return answer;
  };
  const own = await read('sppg:k321');
  const province = await read('province:32');
  expect(own.asOf.lagMs).toBeGreaterThanOrEqual(0);
  const planned = own.planned ?? 0;

  // A change of another province: the same numbers, as of later.
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = 'b-k511'`);
  await stack.settled();
  expect((await current('sppg:k321', own.asOf.committedAt, own.etag)).status).toBe(304);
  // Another kitchen's budget neither: a name, everywhere it may be read.
  const beforeBudget = await read('sppg:k321', own.etag);
  await stack.source.query(`UPDATE sppg SET "monthlyBudget" = 12345 WHERE id = 'k511'`);
  await stack.settled();
  expect((await current('sppg:k321', beforeBudget.asOf.committedAt, own.etag)).status).toBe(304);
  await stack.source.query(`UPDATE sppg SET name = 'Dapur Baru' WHERE id = 'k511'`);
  const analyst = await stack.token('BGN_ANALYST', ['national']);
  await until('the new name', async () =>
    JSON.stringify((await stack.get('/api/v1/units?parent=regency:5101', analyst)).body).includes('Dapur Baru'),
  );
  // A change of its own: new numbers for the kitchen and everything above it.
  const before = await read('national');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = 'b-k321'`);
  await stack.settled();
  expect(await current('sppg:k321', before.asOf.committedAt, own.etag)).toMatchObject({
    status: 200,
    planned: planned + 1,
  });
  for (const [scope, held] of [
    ['province:32', province],
    ['national', before],
  ] as const) {
    expect((await current(scope, before.asOf.committedAt, held.etag)).planned, scope).toBe((held.planned ?? 0) + 1);
  }
  // A kitchen that moves away takes its numbers with it, out of its old province and into its new one.
  const target = await read('province:51');
  const last = (await read('national')).asOf.committedAt;
  const move = (province: string, regency: string) =>
    stack.source.query(`UPDATE sppg SET "provinceId" = $1, "regencyId" = $2 WHERE id = 'k321'`, [province, regency]);
  await move('51', '5101');
  await stack.settled();
  expect((await current('province:32', last)).planned ?? 0).toBe((province.planned ?? 0) - planned);
  expect((await current('province:51', last)).planned).toBe((target.planned ?? 0) + planned + 1);
  await move('32', '3201');
  await stack.settled();
});

test('a socket hears only what its scope includes, and broken frames get error frames', async () => {
  const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
  const frames: { type: string; channel?: string; code?: string }[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  const answered = (n: number) => until(`${n} frames`, async () => frames.length >= n);
  socket.send(JSON.stringify({ type: 'subscribe', channel: 'national' }));
  await answered(1);
  expect(frames[0]).toMatchObject({ type: 'error', code: 'unauthenticated' });
  socket.send(JSON.stringify({ type: 'auth', token: await stack.token('SPPG_KEPALA', ['sppg:k321']) }));
  await answered(2);
  expect(frames[1]).toMatchObject({ type: 'ready' });
  for (const channel of ['sppg:k511', 'national', 'province:32', 'sppg:nosuch'])
    socket.send(JSON.stringify({ type: 'subscribe', channel }));
  await answered(6);
  expect(frames.slice(2).map((frame) => frame.code)).toEqual(Array(4).fill('forbidden'));
  for (const broken of [
    '{',
    '[]',
    '{"type":"subscribe"}',
    '{"type":"subscribe","channel":"sppg:\'"}',
    'x'.repeat(2_000),
  ])
    socket.send(broken);
  await answered(11);
  expect(frames.slice(6).map((frame) => frame.code)).toEqual(Array(5).fill('bad_input'));
  socket.send(JSON.stringify({ type: 'subscribe', channel: 'sppg:k321' }));
  await answered(12);
  // A change elsewhere, then one here: only the second arrives.
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 5 WHERE id = 'b-k511'`);
  await stack.settled();
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 6 WHERE id = 'b-k321'`);
  await until('an update', async () => frames.some((frame) => frame.type === 'update'));
  expect(new Set(frames.filter((frame) => frame.type === 'update').map((frame) => frame.channel))).toEqual(
    new Set(['sppg:k321']),
  );
  socket.close();
});

test('every channel, by every role', async () => {
  for (const [role, { inside, outside }] of Object.entries(accounts)) {
    const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
    const told: (string | undefined)[] = [];
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { type: string; channel?: string; code?: string };
      if (frame.type === 'subscribed' || frame.type === 'error') told.push(frame.channel ?? frame.code);
    });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'auth', token: await tokenOf(role) }));
    const channels = ['system', ...inside, ...outside];
    for (const channel of channels) socket.send(JSON.stringify({ type: 'subscribe', channel }));
    await until(`answers to ${role}`, async () => told.length >= channels.length);
    socket.close();
    expect(told, role).toEqual(['system', ...inside, ...outside.map(() => 'forbidden')]);
  }
});

test('the last known answer is told with its age while the warehouse is away, however late it gets', async () => {
  const { app, redis } = application();
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const secret = authSecret(loadConfig({ DATA_DIR: stack.dataDir }));
  const range = 'scope=province:32&from=2026-03-01&to=2026-03-05';
  const paths = [
    '/summary?scope=province:32&date=2026-03-02',
    `/kpis/portions_planned/series?${range}`,
    `/findings?${range}`,
    '/insights?scope=province:32&date=2026-03-02',
    `/completeness?${range}`,
    `/timeliness?${range}`,
  ];
  const token = await signToken(secret, { sub: 'test', role: 'KPPG', scope: ['province:32'] }, '1d');
  const read = (path: string) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
    }).then(async (answer) => ({
      status: answer.status,
      age: Number(answer.headers.get('age')),
      body: (await answer.json()) as { asOf: { committedAt: string; lagMs: number }; stale?: true },
    }));
  const before = await Promise.all(paths.map(read));
  await stack.kill('warehouse');
  // As if two hours had gone by; Redis, whose clock goes on as it does, has forgotten by then.
  await redis.del(await redis.keys('lumbung:cache:*'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
  try {
    for (const [n, path] of paths.entries()) {
      const { status, age, body } = await read(path);
      const { asOf, stale: _stale, ...told } = body;
      const { asOf: then, ...known } = before[n]?.body ?? { asOf: undefined };
      expect(status, path).toBe(200);
      expect(body.stale, path).toBe(true);
      expect(told, path).toEqual(known);
      expect(asOf.committedAt, path).toBe(then?.committedAt);
      expect(Math.min(age, asOf.lagMs / 1_000), path).toBeGreaterThanOrEqual(7_200);
    }
  } finally {
    vi.useRealTimers();
    await new Promise((resolve) => server.close(resolve));
    redis.disconnect();
    await stack.start('warehouse');
  }
});
