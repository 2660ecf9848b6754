/** Tenants cannot read or subscribe to each other, and bad input is answered with a clear 4xx or error frame. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await insert(source, 'food_productions', batch('k321', 'b1', '2026-03-02T03:00:00Z'));
    await insert(source, 'food_productions', batch('k511', 'b2', '2026-03-02T03:00:00Z'));
  });
  await startPath(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const routes = (scope: string) => [
  `/api/v1/summary?scope=${scope}&date=2026-03-02`,
  `/api/v1/kpis/portions_planned/series?scope=${scope}&from=2026-03-01&to=2026-03-05`,
  `/api/v1/units?parent=${scope}`,
  `/api/v1/freshness?scope=${scope}`,
  `/api/v1/datasets/kpi_daily.csv?scope=${scope}&from=2026-03-01&to=2026-03-05`,
  `/api/v1/kpis/portions_planned/expected?scope=${scope}&from=2026-03-01&to=2026-03-05`,
  `/api/v1/kpis/portions_planned/decomposition?scope=${scope}&from=2026-03-01&to=2026-03-05`,
  `/api/v1/kpis/portions_planned/forecast?scope=${scope}`,
  `/api/v1/insights?scope=${scope}`,
  `/api/v1/findings?scope=${scope}&from=2026-03-01&to=2026-03-05`,
  `/api/v1/completeness?scope=${scope}&from=2026-03-01&to=2026-03-05`,
  `/api/v1/payment-risks?scope=${scope}`,
  // Both ask for what lies below, or beside, one kind of unit; another kind is bad input, and still refused first outside the scope.
  ...(scope.startsWith('sppg') ? [`/api/v1/peers?scope=${scope}&from=2026-03-01&to=2026-03-05`] : []),
  ...(scope.startsWith('sppg')
    ? []
    : [`/api/v1/kpis/portions_planned/ranking?scope=${scope}&level=sppg&from=2026-03-01&to=2026-03-05`]),
];
const status = async (path: string, token?: string) => {
  const answer = await fetch(
    `${stack.api}${path}`,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  await answer.arrayBuffer();
  return answer.status;
};

test('every route answers inside the scope and refuses outside it', async () => {
  const cases: [string, string[], string[]][] = [
    [
      'sppg:k321',
      ['sppg:k321'],
      ['sppg:k322', 'sppg:k511', 'regency:3201', 'province:32', 'region:JAWA', 'national', 'sppg:nosuch'],
    ],
    ['regency:3201', ['sppg:k322', 'regency:3201'], ['regency:5101', 'province:32', 'sppg:k511', 'national']],
    [
      'province:32',
      ['sppg:k321', 'regency:3201', 'province:32'],
      ['province:51', 'region:JAWA', 'sppg:k511', 'national'],
    ],
    ['region:JAWA', ['province:32', 'region:JAWA'], ['province:51', 'region:PAPUA', 'wilayah:II', 'national']],
    [
      'wilayah:III',
      ['province:51', 'region:PAPUA', 'wilayah:III', 'sppg:k511'],
      ['wilayah:II', 'region:JAWA', 'national'],
    ],
    ['national', ['national', 'region:PAPUA', 'province:94', 'sppg:k942'], []],
  ];
  for (const [own, inside, outside] of cases) {
    const token = await stack.token('SPPG_KEPALA', [own]);
    for (const scope of inside)
      for (const path of routes(scope)) expect(await status(path, token), `${own}: ${path}`).toBe(200);
    for (const scope of outside)
      for (const path of routes(scope)) expect(await status(path, token), `${own}: ${path}`).toBe(403);
  }
});

test('what other kitchens are and do is not told by rankings, peers, warnings and findings', async () => {
  const token = await stack.token('SPPG_KEPALA', ['sppg:k321']);
  for (const path of routes('sppg:k321')) {
    const answer = await fetch(`${stack.api}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.text(), path).not.toMatch(/k322|k51|k94/);
  }
});

test('verdicts and words on findings are taken from those who may judge, inside their scope', async () => {
  const post = async (path: string, body: object, role: string, scope: string) => {
    const headers = { authorization: `Bearer ${await stack.token(role, [scope])}`, 'content-type': 'application/json' };
    const answer = await fetch(`${stack.api}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return answer.status;
  };
  const verdict = (scope: string, kpi = 'qc_pass_rate') => ({
    warning: `same_weekday_median_mad/${kpi}/${scope}/2026-03-02`,
    verdict: 'confirmed',
  });
  expect(await post('insights/verdicts', verdict('sppg:k321'), 'SPPG_KEPALA', 'sppg:k321')).toBe(201);
  expect(await post('insights/verdicts', verdict('sppg:k511'), 'SPPG_KEPALA', 'sppg:k321')).toBe(403);
  expect(await post('insights/verdicts', verdict('sppg:k321'), 'SPPG_VIEWER', 'sppg:k321')).toBe(403);
  expect(await post('insights/verdicts', verdict('sppg:k321', 'spend'), 'SPPG_AHLI_GIZI', 'sppg:k321')).toBe(404);
  expect(await post('insights/verdicts', { warning: 'x', verdict: 'maybe' }, 'SPPG_KEPALA', 'sppg:k321')).toBe(400);
  const word = { rule: 'batch_negative_amount', scope: 'sppg:k321', date: '2026-03-02', state: 'explained' };
  expect(await post('findings/states', word, 'SPPG_KEPALA', 'sppg:k321')).toBe(201);
  expect(await post('findings/states', word, 'SPPG_KEPALA', 'sppg:k511')).toBe(403);
  expect(await post('findings/states', word, 'SPPG_STAFF_DAPUR', 'sppg:k321')).toBe(403);
  expect(await post('findings/states', { ...word, rule: 'nosuch' }, 'SPPG_KEPALA', 'sppg:k321')).toBe(404);
});

test('without a token, or with a bad one, nothing is answered', async () => {
  for (const path of [...routes('national'), '/api/v1/kpis']) {
    expect(await status(path)).toBe(401);
    expect(await status(path, 'not.a.token')).toBe(401);
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
  const ask = async (scope: string, etag?: string) => {
    const token = await stack.token('SPPG_VIEWER', ['national']);
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
    let answer = await ask(scope, etag);
    await until(`an answer as of after ${since}`, async () => {
      answer = await ask(scope, etag);
      return answer.asOf.committedAt > since;
    });
    return answer;
  };
  const own = await ask('sppg:k321');
  const province = await ask('province:32');
  expect(own.asOf.lagMs).toBeGreaterThanOrEqual(0);
  expect(own.body?.kpis.map((kpi) => kpi.id)).not.toContain('food_cost_per_portion');
  const planned = own.planned ?? 0;

  // A change of another province: the same numbers, as of later.
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = 'b2'`);
  await stack.settled();
  expect((await current('sppg:k321', own.asOf.committedAt, own.etag)).status).toBe(304);
  // A change of its own: new numbers for the kitchen and everything above it.
  const before = await ask('national');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = 'b1'`);
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
  const target = await ask('province:51');
  const last = (await ask('national')).asOf.committedAt;
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
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 5 WHERE id = 'b2'`);
  await stack.settled();
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 6 WHERE id = 'b1'`);
  await until('an update', async () => frames.some((frame) => frame.type === 'update'));
  expect(new Set(frames.filter((frame) => frame.type === 'update').map((frame) => frame.channel))).toEqual(
    new Set(['sppg:k321']),
  );
  socket.close();
});
