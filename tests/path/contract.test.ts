/** Every route is documented, every documented route is there, and real answers are what /openapi.json says. */
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../api/app.ts';
import { createMetrics } from '../../api/metrics.ts';
import { type OpenApi, openApi } from '../../api/openapi.ts';
import { noReleases } from '../../api/reports/releases.ts';
import { authSecret, loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { connectRedis } from '../../platform/redis.ts';
import { connectWarehouse } from '../../warehouse/client.ts';
import { deliveryId, writeDelivery } from '../../warehouse/deliveries/ledger.ts';
import { exportables } from '../../warehouse/exports/catalogue.ts';
import { writeExport } from '../../warehouse/exports/ledger.ts';
import { issueNumber } from '../../warehouse/register/register.ts';
import { pruneExports } from '../../workers/exports.ts';
import { batch, insert, seedProgramme, seedWarning } from '../support/rows.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;
let token: string;
let document: OpenApi;
const range = 'from=2026-03-01&to=2026-03-07';
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    for (let day = 1; day <= 6; day++) {
      for (const kitchen of ['k321', 'k322', 'k511'])
        await insert(source, 'food_productions', batch(kitchen, `${kitchen}-${day}`, `2026-03-0${day}T03:00:00Z`));
    }
    await seedWarning(source, 'k321-2', '2026-03-02T03:00:00Z');
  });
  await startPath(stack);
  await stack.settled();
  token = await stack.token('PLATFORM_SUPERADMIN', ['national']);
  document = (await (await call('/openapi.json')).json()) as OpenApi;
});
afterAll(() => stack[Symbol.asyncDispose]());

const call = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
  fetch(`${stack.api}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
const post = (path: string, body: object, method = 'POST') =>
  call(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** One call of every documented operation that answers with success. */
const samples: Record<string, () => Promise<Response>> = {
  'get /api/v1/kpis': () => call('/api/v1/kpis'),
  'get /api/v1/units': () => call('/api/v1/units?parent=province:32'),
  'get /api/v1/summary': () => call('/api/v1/summary?date=2026-03-05'),
  'get /api/v1/kpis/{kpi}/breakdown': () => call(`/api/v1/kpis/portions_delivered/breakdown?${range}`),
  'get /api/v1/kpis/{kpi}/series': () => call(`/api/v1/kpis/portions_planned/series?${range}&grain=week`),
  'get /api/v1/kpis/{kpi}/ranking': () => call(`/api/v1/kpis/portions_planned/ranking?${range}&level=sppg`),
  'get /api/v1/kpis/{kpi}/expected': () => call(`/api/v1/kpis/portions_planned/expected?${range}`),
  'get /api/v1/kpis/{kpi}/decomposition': () => call(`/api/v1/kpis/portions_planned/decomposition?${range}`),
  'get /api/v1/kpis/{kpi}/forecast': () => call('/api/v1/kpis/portions_target/forecast?from=2026-03-07'),
  'get /api/v1/peers': () => call(`/api/v1/peers?scope=sppg:k321&${range}`),
  'get /api/v1/insights': () => call('/api/v1/insights?date=2026-03-05'),
  'post /api/v1/insights/verdicts': () =>
    post('/api/v1/insights/verdicts', {
      warning: 'same_weekday_median_mad/qc_pass_rate/sppg:k321/2026-03-02',
      verdict: 'confirmed',
    }),
  'get /api/v1/findings': () => call(`/api/v1/findings?${range}`),
  'post /api/v1/findings/states': () =>
    post('/api/v1/findings/states', {
      ...{ rule: 'batch_negative_amount', scope: 'sppg:k321', date: '2026-03-02', state: 'explained' },
    }),
  'get /api/v1/completeness': () => call(`/api/v1/completeness?${range}`),
  'get /api/v1/timeliness': () => call(`/api/v1/timeliness?${range}`),
  'get /api/v1/payment-risks': () => call('/api/v1/payment-risks'),
  'get /api/v1/dictionary': () => call('/api/v1/dictionary'),
  'get /api/v1/freshness': () => call('/api/v1/freshness'),
  'get /api/v1/datasets/kpi_daily.csv': () => call(`/api/v1/datasets/kpi_daily.csv?${range}`),
  'post /api/v1/exports': () => post('/api/v1/exports', { report: 'units', format: 'csv' }),
  'get /api/v1/exports': () => call('/api/v1/exports'),
  'get /api/v1/exports/{id}': async () => call(`/api/v1/exports/${await made('units', 'jsonl')}`),
  'get /api/v1/exports/{id}/file': async () => call(`/api/v1/exports/${await made('units', 'csv')}/file`),
  'delete /api/v1/exports/{id}': async () => call(`/api/v1/exports/${await waiting()}`, { method: 'DELETE' }),
  'get /api/v1/reports': () => call('/api/v1/reports'),
  'get /api/v1/reports/one': async () => call((await registered()).path),
  'post /api/v1/reports': () => post('/api/v1/reports', DAILY),
  'post /api/v1/reports/acts': async () => {
    const { sha256 } = await registered();
    return call('/api/v1/reports/acts', {
      ...{ method: 'POST', body: JSON.stringify({ ...DAILY, act: 'verified', sha256 }) },
      headers: {
        ...{
          'content-type': 'application/json',
          authorization: `Bearer ${await stack.token('BGN_PUSAT', ['national'])}`,
        },
      },
    });
  },
  'get /api/v1/schedules': () => call('/api/v1/schedules'),
  'put /api/v1/schedules': () => post('/api/v1/schedules', weekly, 'PUT'),
  'delete /api/v1/schedules/{id}': () => call('/api/v1/schedules/mingguan', { method: 'DELETE' }),
  'get /api/v1/deliveries': async () => {
    await held();
    return call('/api/v1/deliveries');
  },
  'post /api/v1/deliveries/{id}/again': async () => post(`/api/v1/deliveries/${await held()}/again`, {}),
  'get /api/v1/verify/{number}': async () => {
    const number = await issueNumber(stack.warehouse, DAILY, 0, 'ab'.repeat(32));
    return call(`/api/v1/verify/${number}`);
  },
  'get /api/v1/flow': () => call('/api/v1/flow?date=2026-03-05'),
  'get /api/v1/units/search': () => call('/api/v1/units/search?q=jawa'),
  'get /api/v1/attention': () => call('/api/v1/attention?date=2026-03-05'),
  'get /api/v1/preferences': () => call('/api/v1/preferences'),
  'put /api/v1/preferences': async () => {
    const told = (await (await call('/api/v1/preferences')).json()) as object;
    return post('/api/v1/preferences', told, 'PUT');
  },
  'delete /api/v1/preferences': () => call('/api/v1/preferences', { method: 'DELETE' }),
  'get /api/v1/operations': () => call('/api/v1/operations'),
  'get /api/v1/sign-in-options': () => call('/api/v1/sign-in-options'),
  'get /api/v1/session': () => call('/api/v1/session'),
  'post /api/v1/session': () => post('/api/v1/session', { token }),
  'post /api/v1/session/refresh': async () => {
    const entered = await post('/api/v1/session', { demo: 'analis' });
    const cookie = entered.headers.getSetCookie().map((text) => text.split(';')[0]);
    return call('/api/v1/session/refresh', { method: 'POST', headers: { cookie: cookie.join('; ') } });
  },
  'get /api/v1/sign-in/callback': () => call('/api/v1/sign-in/callback', { redirect: 'manual' }),
  'get /api/v1/audit': () => call('/api/v1/audit'),
  'delete /api/v1/session': () => call('/api/v1/session', { method: 'DELETE' }),
  'get /healthz': () => call('/healthz'),
  'get /readyz': () => call('/readyz'),
  'get /metrics': () => call('/metrics'),
  'get /health': () => call('/health'),
  'get /openapi.json': () => call('/openapi.json'),
  'get /docs': () => call('/docs'),
  'get /dictionary': () => call('/dictionary'),
  'get /reports/reader.json': () => call('/reports/reader.json'),
};
/** They need a provider, and a release of the report site: tests/path/sign_in.test.ts, tests/path/site.test.ts. */
const elsewhere = ['get /api/v1/sign-in', 'get /reports', 'get /reports/{path}'];

const DAILY = { report: 'daily-operations', scope: 'province:32', from: '2026-03-05', to: '2026-03-05' };
const weekly = {
  ...{ id: 'mingguan', report: 'daily-operations', format: 'pdf', cron: '0 7 * * 1', period: 'day' },
  recipients: [{ scope: 'province:32', role: 'KPPG', target: { kind: 'folder', folder: 'masuk' } }],
  ...{ owner: { name: 'Pemilik' }, enabled: false },
};

/** A report that is in the register and was read by the worker. */
async function registered(): Promise<{ path: string; sha256: string }> {
  const path = `/api/v1/reports/one?${new URLSearchParams(DAILY)}`;
  await post('/api/v1/reports', DAILY);
  await until('its numbers to be read', async () => (await call(path)).status === 200);
  return { path, ...((await (await call(path)).json()) as { sha256: string }) };
}

/** A delivery that nothing happens to by itself. */
async function held(): Promise<string> {
  const of = { schedule: 'gone', ...DAILY, revision: 0, format: 'pdf', target: 'folder masuk', role: 'KPPG' };
  const id = deliveryId(of);
  await writeDelivery(stack.warehouse, {
    ...{ id, version: 0, ...of, due: '2026-03-06T00:00:00.000Z', state: 'held', attempt: 0, number: '' },
    ...{ documentState: '', contentSha256: '', committedAt: '', rolledUpAt: '', name: 'x.pdf', sha256: '', bytes: 0 },
    ...{ receipt: '', reason: 'its schedule was removed' },
  });
  return id;
}

/** An export of the caller that no worker was told of. */
async function waiting(): Promise<string> {
  const id = crypto.randomUUID();
  const { sub } = (await (await call('/api/v1/session')).json()) as { sub: string };
  const now = new Date().toISOString();
  await writeExport(stack.warehouse, {
    ...{ id, report: 'units', format: 'csv', scope: 'national', from: null, to: null, kpis: [], state: 'queued' },
    ...{ requestedBy: sub, requestedRole: 'PLATFORM_SUPERADMIN', requestedScopes: ['national'], requestedAt: now },
    ...{ expiresAt: now, finishedAt: null, committedAt: null, bytes: null, sha256: null, reason: null, number: '' },
  });
  return id;
}

/** The id of an export that is done. */
async function made(report: string, format: string, more: object = {}): Promise<string> {
  const answer = await post('/api/v1/exports', { report, format, ...more });
  const { id } = (await answer.json()) as { id: string };
  await until(`${report} as ${format} to be made`, async () => {
    const { state, reason } = (await (await call(`/api/v1/exports/${id}`)).json()) as { state: string; reason: string };
    if (state === 'failed') throw new Error(reason);
    return state === 'done';
  });
  return id;
}

test('every documented operation answers as the document says', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );
  expect(operations.map(({ name }) => name).sort()).toEqual([...Object.keys(samples), ...elsewhere].sort());
  for (const { name, operation } of operations) {
    if (elsewhere.includes(name)) continue;
    const answer = await samples[name]?.();
    const text = (await answer?.text()) ?? '';
    const promised = operation.responses[String(answer?.status)] as { content?: Record<string, { schema: object }> };
    expect(promised, `${name} answered ${answer?.status}: ${text.slice(0, 300)}`).toBeDefined();
    expect(answer?.status, name).toBeLessThan(400);
    const media = (answer?.headers.get('content-type') ?? '').split(';')[0] ?? '';
    if (answer?.status === 303) expect(answer.headers.get('location'), name).toMatch(/^\//);
    else if (promised.content === undefined) expect(text, name).toBe('');
    else if (!name.endsWith('/file')) expect(Object.keys(promised.content), name).toContain(media);
    if (media !== 'application/json') continue;
    const valid = ajv.compile(promised.content?.[media]?.schema ?? {});
    expect(valid(JSON.parse(text)), `${name}: ${JSON.stringify(valid.errors?.slice(0, 3))}`).toBe(true);
  }
});

test('every registered route is documented', async () => {
  // The routers are read as Express holds them: a route that somebody forgot to write down shows up here.
  type Layer = {
    route?: { path: string; methods: Record<string, boolean> };
    handle: { stack?: Layer[] };
    slash: boolean;
    match(path: string): boolean;
  };
  const routes: string[] = [];
  const walk = (layers: Layer[], base: string) => {
    for (const { route, handle, slash } of layers) {
      if (route) for (const method of Object.keys(route.methods)) routes.push(`${method} ${base}${route.path}`);
      // The board of the queues is mounted by a router; its own pages are not ours to document.
      else if (handle.stack && (base !== '' || slash)) walk(handle.stack, base);
    }
  };
  const warehouse = connectWarehouse(stack.clickhouseUrl);
  const redis = connectRedis(stack.redisUrl, createLogger({ LOG_LEVEL: 'silent', LOG_PRETTY: 'off' }, 'test'));
  const config = loadConfig({ DATA_DIR: stack.dataDir });
  const limits = { requests: () => undefined, connection: async () => undefined, refused: () => undefined };
  const app = createApp({
    ...{ limits, warehouse, redis, config, log: createLogger(config, 'test'), secret: authSecret(config), demo: true },
    ...{ verify: () => Promise.reject(new Error('nobody signs in here')) },
    ...{ pollSeconds: undefined, graceDays: 3, pages: join(stack.dataDir, 'live'), stopping: () => false },
    site: noReleases,
    ...{ provider: undefined, secureCookies: false, audit: {} as never },
    ...{ cache: {} as never, freshness: {} as never, places: {} as never, metrics: createMetrics() },
  });
  await warehouse.close();
  redis.disconnect();
  const mounted = (app.router as unknown as { stack: Layer[] }).stack;
  for (const layer of mounted) {
    if (layer.slash || layer.route) walk([layer], '');
    else if (layer.match('/api/v1/kpis')) walk([layer], '/api/v1');
  }
  const known = routes
    .map((route) => route.replaceAll(/[:*](\w+)/g, '{$1}'))
    .filter((route) => !route.includes('/queues'));
  const documented = Object.entries(openApi().paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const pages = [
    'get /',
    'get /sw.js',
    'get /manifest.webmanifest',
    'get /page.css',
    'get /documents',
    'get /verify/{number}',
  ];
  expect(known.filter((route) => !documented.includes(route) && !pages.includes(route))).toEqual([]);
  expect(documented.filter((route) => !known.includes(route))).toEqual([]);
});

test('lists are paged, their fields chosen, and sent as CSV when asked', async () => {
  const get = async (path: string, accept?: string) => {
    const answer = await call(path, accept === undefined ? {} : { headers: { accept } });
    return { answer, text: await answer.text() };
  };
  const ranking = `/api/v1/kpis/portions_planned/ranking?${range}&level=sppg`;
  const whole = JSON.parse((await get(ranking)).text) as { total: number; units: { scope: string }[] };
  expect(whole.total).toBe(3);
  const walked: { scope: string }[] = [];
  for (let next: string | undefined = `${ranking}&limit=1&fields=scope,value`; next !== undefined; ) {
    const { answer, text } = await get(next);
    const { units } = JSON.parse(text) as typeof whole;
    expect(Object.keys(units[0] ?? {})).toEqual(['scope', 'value']);
    walked.push(...units);
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  expect(walked.map(({ scope }) => scope)).toEqual(whole.units.map(({ scope }) => scope));
  const csv = await get(`${ranking}&fields=scope,num`, 'text/csv');
  expect(csv.answer.headers.get('content-type')).toContain('text/csv');
  expect(csv.text.split('\n')).toEqual(['scope,num', 'sppg:k321,6000', 'sppg:k322,6000', 'sppg:k511,6000', '']);
  const json = await get(`${ranking}&fields=scope,num`);
  expect(csv.answer.headers.get('etag')).not.toBe(json.answer.headers.get('etag'));
  expect((await get(`${ranking}&fields=nosuch`)).answer.status).toBe(400);
  expect((await get('/api/v1/insights', 'text/csv')).answer.status).toBe(406);
  const held = await call(ranking, {
    headers: { 'if-none-match': (await get(ranking)).answer.headers.get('etag') ?? '' },
  });
  expect(held.status).toBe(304);
  for (const encoding of ['gzip', 'br']) {
    const answer = await call('/api/v1/dictionary', { headers: { 'accept-encoding': encoding } });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(((await answer.json()) as { entries: unknown[] }).entries.length).toBeGreaterThan(10);
  }
});

test('data files hold what the source says, in every format', async () => {
  const { rows } = await stack.source.query<{ id: string; planned: string }>(
    `SELECT "sppgId" AS id, sum("plannedPortions") AS planned FROM food_productions
     WHERE "productionDate" >= '2026-03-01' AND "productionDate" < '2026-03-08' GROUP BY 1 ORDER BY 1`,
  );
  const expected = Object.fromEntries(rows.map(({ id, planned }) => [id, Number(planned)]));
  const period = { from: '2026-03-01', to: '2026-03-07' };
  const fetched = async (format: string) => call(`/api/v1/exports/${await made('kpi_daily', format, period)}/file`);
  const sums = (cells: { sppg_id: string; kpi: string; num: number }[]) => {
    const total: Record<string, number> = {};
    for (const { sppg_id, kpi, num } of cells)
      if (kpi === 'portions_planned') total[sppg_id] = (total[sppg_id] ?? 0) + num;
    return total;
  };
  const csv = await (await fetched('csv')).text();
  expect(csv).toBe(await (await call(`/api/v1/datasets/kpi_daily.csv?${range}`)).text());
  const cells = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  expect(sums(cells.map(([sppg_id = '', , kpi = '', num]) => ({ sppg_id, kpi, num: Number(num) })))).toEqual(expected);
  const jsonl = (await (await fetched('jsonl')).text()).trim().split('\n');
  expect(sums(jsonl.map((line) => JSON.parse(line) as never))).toEqual(expected);
  const parquet = Buffer.from(await (await fetched('parquet')).arrayBuffer());
  expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
  expect(parquet.subarray(-4).toString()).toBe('PAR1');
  // Documents are of whole fortnights and months: tests/path/documents.test.ts.
  for (const { id, formats, period: dated } of exportables.filter(({ document: ministry }) => !ministry)) {
    for (const format of formats) await made(id, format, dated ? period : {});
  }
});

test('exports: refusals, the scope at download, expiry', async () => {
  const status = async (body: object) => (await post('/api/v1/exports', body)).status;
  expect(await status({ report: 'nosuch', format: 'csv' })).toBe(404);
  expect(await status({ report: 'kpi_daily', format: 'csv' })).toBe(400);
  expect(await status({ report: 'units', format: 'docx' })).toBe(400);
  expect(await status({ report: 'units', format: 'csv', scope: 'province:99' })).toBe(404);
  const asKitchen = async (own: string) => ({ authorization: `Bearer ${await stack.token('SPPG_KEPALA', [own])}` });
  const asked = await call('/api/v1/exports', {
    method: 'POST',
    headers: { ...(await asKitchen('sppg:k321')), 'content-type': 'application/json' },
    body: JSON.stringify({ report: 'units', format: 'csv', scope: 'sppg:k321' }),
  });
  expect(asked.status).toBe(202);
  const { id } = (await asked.json()) as { id: string };
  const fetchFile = async (own: string) => call(`/api/v1/exports/${id}/file`, { headers: await asKitchen(own) });
  await until('the file', async () => (await fetchFile('sppg:k321')).status === 200);
  expect(await (await fetchFile('sppg:k321')).text()).toContain('k321');
  // The same person, whose scope is another one today.
  expect((await fetchFile('sppg:k511')).status).toBe(403);
  expect((await call(`/api/v1/exports/${crypto.randomUUID()}/file`)).status).toBe(404);
  expect((await call('/api/v1/exports/x/file')).status).toBe(400);

  await stack.warehouse.command(
    `INSERT INTO ops.exports SELECT * REPLACE (now64(3) - INTERVAL 1 DAY AS expires_at) FROM ops.exports FINAL WHERE id = {id:String}`,
    { id },
  );
  await pruneExports(stack.warehouse, stack.dataDir);
  expect((await fetchFile('sppg:k321')).status).toBe(410);
});

test('/docs and its style come from the origin, without a script, under a strict policy', async () => {
  const answer = await call('/docs');
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  const html = await answer.text();
  for (const path of Object.keys(document.paths)) expect(html).toContain(path.replaceAll('&', '&#38;'));
  const referred = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
  expect(referred.filter((url) => !url.startsWith('/'))).toEqual([]);
  expect(html).not.toMatch(/<script|style=/);
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});

test('a client that goes away stops its query', async () => {
  // More kitchens and days than fit into the buffers on the way.
  const { warehouse } = stack;
  await warehouse.command(
    `INSERT INTO raw.sppg SELECT s.* REPLACE (concat('x', toString(n.number)) AS id) FROM raw.sppg AS s FINAL
     CROSS JOIN numbers(2000) AS n WHERE s.id = 'k321'`,
  );
  await warehouse.command(
    `INSERT INTO mart.kpi_daily (kpi, day, sppg_id, num) SELECT 'portions_planned', toDate32('2027-01-01') + number % 1000,
       concat('x', toString(intDiv(number, 1000))), number FROM numbers(2000000)`,
  );
  const running = async () => {
    const [row] = await warehouse.query<{ n: number }>(
      "SELECT count() AS n FROM system.processes WHERE query LIKE '%mart.kpi_daily%FORMAT TSVRaw%' AND query NOT LIKE '%system.processes%'",
    );
    return row?.n ?? 0;
  };
  const leaving = new AbortController();
  const answer = await call('/api/v1/datasets/kpi_daily.csv?from=2027-01-01&to=2029-09-01', { signal: leaving.signal });
  const reader = answer.body?.getReader();
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
  // It is not read any further: the query waits for its reader, and nothing piles up.
  expect(await running()).toBe(1);
  leaving.abort();
  await until('the query to be stopped', async () => (await running()) === 0);
  const gone = await (await call('/metrics')).text();
  expect(gone).toMatch(/lumbung_clients_gone_total 1/);
});
