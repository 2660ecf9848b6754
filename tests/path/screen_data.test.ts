/**
 * What the live screen asks beside the figures: the flow of the day against SQL in Postgres, search, attention, preferences and the
 * operators' facts; each by role and scope.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { today } from '../../api/inputs.ts';
import { authSecret, loadConfig } from '../../platform/config.ts';
import type { Preferences, Widget } from '../../platform/preferences.ts';
import { queueNames } from '../../platform/queues.ts';
import { signToken } from '../../platform/tokens.ts';
import { createKey } from '../../warehouse/api_keys.ts';
import { flow, STAGES } from '../../warehouse/queries/flow.ts';
import { DAY, dayChanges, KITCHENS, run, seedDay } from '../support/day_rows.ts';
import { independentFlow } from '../support/independent_flow.ts';
import { batch, insert, NOW, seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';

let stack: Stack;
const NOW_DAY = today();
const back = (days: number) => new Date(Date.parse(NOW_DAY) - days * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await seedDay(source);
  });
  await startPath(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const get = async (path: string, role = 'PLATFORM_ANALYST', scope = ['national']) =>
  stack.get(`/api/v1/${path}`, await stack.token(role, scope)) as Promise<{ status: number; body: never }>;
// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what they hold
const ask = async (path: string, role?: string, scope?: string[]): Promise<any> => {
  const { status, body } = await get(path, role, scope);
  expect(status, `${path}: ${JSON.stringify(body).slice(0, 300)}`).toBe(200);
  return body;
};

test.each(dayChanges)('flow: %s', async (_name, sql) => {
  await stack.source.query(sql);
  await stack.settled();
  for (const scope of [
    'national',
    'region:JAWA',
    'province:51',
    'regency:9401',
    'sppg:k321',
    'sppg:k511',
    'sppg:k942',
  ]) {
    const { stages, hours } = await ask(`flow?scope=${scope}&date=${DAY}`);
    expect({ stages, hours }, scope).toEqual(await independentFlow(stack, scope, DAY));
  }
});

test('flow: totals are those of the KPIs, hours to come are not told, stages are those of the role', async () => {
  const { kpis } = await ask(`summary?scope=province:32&date=${DAY}`);
  const { stages } = await ask(`flow?scope=province:32&date=${DAY}`);
  const ofKpi = (id: string) => kpis.find((kpi: { id: string }) => kpi.id === id).value;
  const totals = Object.fromEntries(stages.map((one: { stage: string; total: number }) => [one.stage, one.total]));
  expect(totals).toMatchObject({
    ...{
      planned: ofKpi('portions_planned'),
      cooked: ofKpi('portions_produced'),
      delivered: ofKpi('portions_delivered'),
    },
  });
  // At 09:30 in the west it is 11:30 in the east.
  const at = Date.parse(`${DAY}T02:30:00Z`);
  const told = async (level: 'sppg' | 'national', id: string) =>
    (await flow(stack.warehouse, { level, id }, DAY, STAGES, at)).hours.filter(({ cooked }) => cooked !== null).length;
  expect(await told('sppg', 'k321')).toBe(10);
  expect(await told('sppg', 'k512')).toBe(0);
  expect(await told('national', '')).toBe(11);
  const { hours } = await flow(stack.warehouse, { level: 'sppg', id: 'k321' }, DAY, STAGES, at);
  expect(hours.every(({ planned }) => planned !== null)).toBe(true);

  // A kitchen whose check still stands after all of the above.
  const own = ['sppg:k942'];
  const path = `flow?scope=sppg:k942&date=${DAY}`;
  const seen = async (role: string) => {
    const body = await ask(path, role, own);
    return [
      body.stages.map(({ stage }: { stage: string }) => stage),
      STAGES.filter((stage) => body.hours[23][stage] !== null),
    ];
  };
  expect(await seen('SPPG_PRODUKSI_MANAGER')).toEqual([
    ['planned', 'cooked'],
    ['planned', 'cooked'],
  ]);
  expect(await seen('SPPG_AHLI_GIZI')).toEqual([['checked'], ['checked']]);
  expect((await get(path, 'SPPG_AKUNTAN', own)).status).toBe(403);
  expect((await get(path, 'SPPG_STAFF_DAPUR', own)).status).toBe(403);
  expect(await ask('flow?scope=sppg:k942', 'SPPG_STAFF_DAPUR', own)).toMatchObject({
    date: expect.stringMatching(/^\d{4}-/),
  });
  const csv = await fetch(`${stack.api}/api/v1/${path}&fields=hour,planned`, {
    headers: { accept: 'text/csv', authorization: `Bearer ${await stack.token('SPPG_KEPALA', own)}` },
  });
  expect((await csv.text()).trim().split('\n')).toHaveLength(25);
});

test('search: words begin alike, whatever their case and accents, inside the scope only', async () => {
  await stack.source.query(`UPDATE sppg SET name = 'Dapur Éloï Sūkamaju' WHERE id = 'k322'`);
  await stack.source.query(`UPDATE sppg SET name = 'Dapur <b>Sukamaju</b> 🌾 مطبخ' WHERE id = 'k512'`);
  await stack.settled();
  const found = async (q: string, role?: string, scope?: string[]) =>
    (await ask(`units/search?q=${encodeURIComponent(q)}`, role, scope)).units.map(
      (unit: { scope: string }) => unit.scope,
    );
  for (const q of ['sukamaju', 'SŪKA', 'suka dapur', ' dapur  suka ']) {
    expect(await found(q), q).toEqual(expect.arrayContaining(['sppg:k322', 'sppg:k512']));
  }
  expect(await found('eloi')).toEqual(['sppg:k322']);
  expect(await found('مطبخ')).toEqual(['sppg:k512']);
  // The middle of a word is not its beginning.
  expect(await found('kamaju')).toEqual([]);
  expect(await found('c-K941')).toEqual(['sppg:k941']);
  expect(await found('jawa')).toEqual(['region:JAWA', 'province:32', 'regency:3201']);
  const { rows } = await stack.source.query<{ scope: string }>(
    `SELECT 'sppg:' || id AS scope FROM sppg WHERE name ILIKE 'sppg%'`,
  );
  expect((await found('sppg')).sort()).toEqual(rows.map(({ scope }) => scope).sort());
  for (const q of [
    `%' OR 1=1 --`,
    '\\',
    '{own:String}',
    '---',
    '🌾',
    'x'.repeat(100),
    '\u0000',
    '\u202Esuka',
    '(?i)a*',
  ]) {
    const { status } = await get(`units/search?q=${encodeURIComponent(q)}`);
    expect([200, 400], q).toContain(status);
  }
  expect((await get('units/search?q=')).status).toBe(400);
  expect((await get(`units/search?q=${'x'.repeat(101)}`)).status).toBe(400);
  expect((await get('units/search?q=suka&limit=51')).status).toBe(400);

  expect(await found('suka', 'KPPG', ['province:32'])).toEqual(['sppg:k322']);
  expect(await found('jawa', 'KPPG', ['province:32'])).toEqual(['province:32', 'regency:3201']);
  expect(await found('c', 'YAYASAN', ['sppg:k321', 'sppg:k512'])).toEqual(['sppg:k512', 'sppg:k321']);
  expect((await get('units/search?q=suka', 'AUDITOR')).status).toBe(403);
  const [unit] = (await ask('units/search?q=eloi', 'KPPG', ['province:32'])).units;
  expect(unit).toEqual({
    ...{ scope: 'sppg:k322', name: 'Dapur Éloï Sūkamaju', level: 'sppg', code: 'C-k322' },
    path: 'Jawa Barat › Kota Jawa Barat',
  });
  const [own] = (await ask('units/search?q=eloi', 'SPPG_KEPALA', ['sppg:k322'])).units;
  expect(own).not.toHaveProperty('path');
  const page = await ask('units/search?q=c&limit=2&offset=2');
  expect(page.units).toEqual((await ask('units/search?q=c&limit=4')).units.slice(2));
});

test('preferences: defaults of the role, kept for the person alone, reset; keys have none', async () => {
  const secret = authSecret(loadConfig({ DATA_DIR: stack.dataDir }));
  const call = async (token: string, method = 'GET', body?: unknown) => {
    const answer = await fetch(`${stack.api}/api/v1/preferences`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as Preferences & { saved: boolean; defaults: { widgets: Widget[] }; detail: string },
    };
  };
  const person = (sub: string, role = 'BGN_ANALYST', scope = ['national']) =>
    signToken(secret, { sub, role, scope }, '1h');
  const [ana, budi] = [await person('ana'), await person('budi')];
  const first = await call(ana);
  expect(first).toEqual({ status: 200, body: { saved: false, defaults: { widgets: expect.any(Array) } } });
  const ids = ({ body }: Awaited<ReturnType<typeof call>>) => body.defaults.widgets.map(({ id }) => id);
  expect(ids(first)).toEqual(expect.arrayContaining(['attention', 'finance', 'flow']));
  const accountant = ids(await call(await person('cici', 'SPPG_AKUNTAN', ['sppg:k321'])));
  expect(accountant).toContain('finance');
  expect(accountant).not.toContain('flow');
  expect(ids(await call(await person('dodi', 'SPPG_STAFF_DAPUR', ['sppg:k321'])))).not.toContain('trend');

  const chosen: Preferences = {
    widgets: [
      { id: 'flow', size: 'full', shown: true },
      { id: 'insights', size: 'half', shown: false },
    ],
    ...{ language: 'en', theme: 'dark' },
  };
  const kept = { saved: true, ...chosen, defaults: first.body.defaults };
  expect(await call(ana, 'PUT', chosen)).toEqual({ status: 200, body: kept });
  expect((await call(ana)).body).toEqual(kept);
  // What was told may be sent back, with a change.
  expect((await call(ana, 'PUT', { ...kept, language: 'id' })).body).toEqual({ ...kept, language: 'id' });
  expect((await call(ana, 'PUT', chosen)).body).toEqual(kept);
  // The same person in another role, on another device.
  expect((await call(await person('ana', 'KPPG', ['province:32']))).body).toMatchObject({ saved: true, ...chosen });
  expect((await call(budi)).body.saved).toBe(false);
  expect((await call(budi, 'DELETE')).body.saved).toBe(false);
  expect((await call(ana)).body.saved).toBe(true);

  const widget = { id: 'flow', size: 'full', shown: true };
  for (const [wrong, what] of [
    [{ ...chosen, theme: 'blue' }, 'theme'],
    [{ ...chosen, more: 1 }, 'more'],
    [{ ...chosen, widgets: [widget, widget] }, 'each widget once'],
    [{ ...chosen, widgets: [{ ...widget, id: '<script>' }] }, 'name of a widget'],
    [{ ...chosen, widgets: Array.from({ length: 61 }, (_, n) => ({ ...widget, id: `w${n}` })) }, 'at most 60'],
    [[], 'expected object'],
  ] as const) {
    const { status, body } = await call(ana, 'PUT', wrong);
    expect([status, body.detail], what).toEqual([400, expect.stringContaining(what)]);
  }
  expect((await call(ana, 'PUT', { ...chosen, theme: 'x'.repeat(70_000) })).status).toBe(413);
  expect((await call(ana)).body).toEqual(kept);
  expect((await call(ana, 'DELETE')).body).toEqual(first.body);
  expect((await call(ana)).body).toEqual(first.body);
  const { key } = await createKey(stack.warehouse, { name: 'bi', role: 'BGN_ANALYST', scope: ['national'] }, 1);
  for (const method of ['GET', 'DELETE', 'PUT']) {
    const refused = await call(key, method, method === 'PUT' ? chosen : undefined);
    expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('people who sign in')]);
  }
});

type Item = {
  kind: string;
  severity: string;
  kpi?: string;
  rule?: string;
  since: string | null;
  scope: string;
  count: number;
  href: string;
  reason_id: string;
  reason_en: string;
};
test('attention: what is off its limits, due, or impossible; the most urgent first, and only what the role sees', async () => {
  const { source } = stack;
  // Held for five hours, today and on two days before; four days ago it was all right.
  for (const days of [0, 1, 2, 4]) {
    const at = (hour: number) => `${back(days)}T0${hour}:00:00Z`;
    for (const kitchen of ['k321', 'k941']) {
      const id = `${kitchen}-${days}`;
      await insert(source, 'food_productions', batch(kitchen, `a-${id}`, at(1), { actualEndTime: at(1) }));
      const arrivalTime = at(kitchen === 'k321' && days < 4 ? 6 : 2);
      await insert(
        source,
        'food_distributions',
        run(kitchen, `a-${id}`, at(1), {
          productionId: `a-${id}`,
          arrivalTime,
          plannedEndTime: at(8),
          arrivalTemp: 70,
        }),
      );
    }
  }
  await insert(source, 'waste_management', {
    ...{ id: 'negative', sppgId: 'k941', wasteDate: `${back(1)}T03:00:00Z`, wasteType: 'FOOD_WASTE', wasteWeight: -3 },
    ...{ wasteSource: 'LEFTOVER', disposalMethod: 'COMPOST', updatedAt: NOW },
  });
  for (const [id, ends] of [
    ['r1', back(30)],
    ['r2', back(5)],
    ['r3', back(2)],
  ] as const) {
    await insert(source, 'sppg_operational_reports', {
      ...{
        id,
        sppgId: 'k321',
        reportNumber: id,
        reportType: 'FINANCIAL_BIWEEKLY',
        reportPeriod: `${back(44)} to ${ends}`,
        updatedAt: NOW,
      },
    });
  }
  await stack.settled();
  const items = async (scope: string, role?: string, own?: string[]) =>
    (await ask(`attention?scope=${scope}`, role, own)).items as Item[];
  const all = await items('national');
  const rank = { critical: 0, warn: 1, info: 2 } as Record<string, number>;
  expect(all.map(({ severity }) => rank[severity])).toEqual(all.map(({ severity }) => rank[severity]).sort());
  const of = (list: Item[], name: string) => list.find(({ kpi, rule, kind }) => [kpi, rule, kind].includes(name));
  expect((await ask('attention?scope=national')).places).toEqual({ level: 'province', critical: 1 });
  expect((await ask('attention?scope=sppg:k321')).places).toBe(null);
  const held = all.find(({ kpi }) => kpi === 'holding_time_4h');
  // Of the nation half, of the province nothing: the share is compared with SQL over the same runs.
  const { rows } = await source.query<{ share: number }>(
    `SELECT avg((x."arrivalTime" - f."actualEndTime" <= interval '4 hours')::int)::float8 AS share FROM food_distributions x
     JOIN food_productions f ON f.id = x."productionId" WHERE x."distributionDate"::date = '${NOW_DAY}'`,
  );
  expect(rows[0]?.share).toBe(0.5);
  expect(held).toMatchObject({ kind: 'threshold', severity: 'critical', scope: 'national', since: back(2), count: 1 });
  expect(held?.reason_id).toBe('Waktu simpan ≤ 4 jam 50 %, batas ≥ 100 %; 1 dari 2 provinsi');
  expect(held?.reason_en).toBe('Holding time ≤ 4 h 50%, limit ≥ 100%; 1 of 2 provinces');
  expect(held?.href).toBe('/?scope=national&kpi=holding_time_4h');
  expect(of(await items('sppg:k321'), 'holding_time_4h')).toMatchObject({
    scope: 'sppg:k321',
    count: 1,
    since: back(2),
  });
  expect(of(await items('sppg:k941'), 'holding_time_4h')).toBeUndefined();
  expect(of(all, 'waste_negative_weight')).toMatchObject({
    ...{ kind: 'finding', scope: 'sppg:k941', since: back(1), count: 1 },
  });
  const due = all.filter(({ kpi }) => kpi === 'fortnight_report_on_time');
  // Which they are is told by SQL elsewhere (data_quality.test.ts): three of the one kitchen here, and what the others have not begun.
  const risks = await ask('payment-risks?limit=1000');
  type Risk = { scope: string; status: string; daysLeft: number };
  expect(
    risks.items
      .filter(({ status }: Risk) => status !== 'MISSING')
      .map(({ scope, daysLeft }: Risk) => [scope, daysLeft]),
  ).toEqual([-27, -2, 1].map((left) => ['sppg:k321', left]));
  const soon = risks.items.filter(({ daysLeft }: Risk) => daysLeft >= 0 && daysLeft <= 3);
  expect(due.map(({ severity, count, since }) => [severity, count, since])).toEqual([
    ['warn', risks.late, back(26)],
    ['info', soon.length, null],
  ]);

  const own = ['sppg:k321'];
  const kinds = async (role: string) =>
    new Set((await items('sppg:k321', role, own)).map(({ kpi, rule, kind }) => kpi ?? rule ?? kind));
  expect(await kinds('SPPG_AKUNTAN')).toContain('fortnight_report_on_time');
  expect(await kinds('SPPG_AKUNTAN')).not.toContain('holding_time_4h');
  expect(await kinds('SPPG_DISTRIBUSI_MANAGER')).toContain('holding_time_4h');
  expect(await kinds('SPPG_DISTRIBUSI_MANAGER')).not.toContain('fortnight_report_on_time');
  const staff = await ask('attention?scope=sppg:k321', 'SPPG_STAFF_DISTRIBUSI', own);
  expect(staff.items.filter(({ since }: Item) => since !== staff.date)).toEqual([]);
  expect((await get(`attention?scope=sppg:k321&date=${back(1)}`, 'SPPG_STAFF_DISTRIBUSI', own)).status).toBe(403);
  expect((await get('attention?scope=sppg:k511', 'SPPG_KEPALA', own)).status).toBe(403);
  expect(JSON.stringify(await items('sppg:k321', 'SPPG_KEPALA', own))).not.toMatch(/k322|k51|k94/);

  // What is explained is off the list at once; pages are parts of the whole.
  const finding = all.find(({ kind }) => kind === 'finding');
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const said = await fetch(`${stack.api}/api/v1/findings/states`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ rule: finding?.rule, scope: finding?.scope, date: back(1), state: 'explained' }),
  });
  expect(said.status).toBe(201);
  const after = await ask('attention?limit=2');
  expect(after.total).toBe(all.length - 1);
  expect(after.items).toEqual(all.slice(0, 2));
});

test('operations: for operators, the same facts as the metrics', async () => {
  for (const role of ['BGN_LEADERSHIP', 'AUDITOR']) expect((await get('operations', role)).status).toBe(403);
  expect((await get('operations', 'PLATFORM_SUPPORT', ['province:32'])).status).toBe(403);
  const told = await ask('operations', 'PLATFORM_SUPPORT');
  expect(told).toMatchObject({
    reasons: told.ready ? [] : expect.arrayContaining([expect.objectContaining({ code: expect.any(String) })]),
    engines: expect.arrayContaining([
      { engine: 'clickhouse', up: true },
      { engine: 'redis', up: true },
    ]),
    parked: { total: 0, first: [] },
    queues: queueNames.map((queue) => ({ queue, jobs: expect.objectContaining({ failed: 0 }) })),
  });
  const copied = Object.fromEntries(
    told.tables.map((one: { table: string; copiedRows: number }) => [one.table, one.copiedRows]),
  );
  const metrics = await (await fetch(`${stack.api}/metrics`)).text();
  const metric = (name: string) =>
    Number(new RegExp(`^${name.replaceAll(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(metrics)?.[1]);
  expect(copied.sppg).toBe(KITCHENS.length);
  expect(copied.sppg).toBe(metric('lumbung_table_rows_total{table="sppg",kind="copied"}'));
  expect(told.cache.miss).toBe(metric('lumbung_cache_requests_total{result="miss"}'));
  expect(told.cache.hitRate).toBeGreaterThan(0);
  expect(told.live).toEqual({
    sockets: metric('lumbung_sockets'),
    subscriptions: metric('lumbung_live_subscriptions'),
  });
  // Redis goes: what it alone knows is unknown, the rest is still told.
  let without: typeof told;
  await stack.restartRedis(async () => {
    without = await ask('operations', 'PLATFORM_SUPPORT');
  });
  expect(without).toMatchObject({
    ready: false,
    batches: null,
    engines: expect.arrayContaining([
      { engine: 'redis', up: false },
      { engine: 'clickhouse', up: true },
    ]),
  });
  expect(without.queues.map(({ jobs }: { jobs: unknown }) => jobs)).toEqual(queueNames.map(() => null));
  expect(without.tables.length).toBe(told.tables.length);
});
