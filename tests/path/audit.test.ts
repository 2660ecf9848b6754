/** The audit trail: what people and operators do is in it, whatever is away; and what is done to it afterwards is found and told. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Anchor, type AuditEntry, hashEntry, openAudit } from '../../platform/audit.ts';
import { createLogger } from '../../platform/log.ts';
import { keepAudit, readAudit, verifyAudit } from '../../warehouse/audit.ts';
import { batch, insert, seedProgramme, seedWarning } from '../support/rows.ts';
import { lumbung, type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;
const log = createLogger({ LOG_LEVEL: 'silent' }, 'test');
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await insert(source, 'food_productions', batch('k321', 'b1', '2026-03-02T03:00:00Z'));
    await seedWarning(source, 'b1', '2026-03-02T03:00:00Z');
  });
  await startPath(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const entries = () => readAudit(stack.warehouse, {}, undefined, 10_000).then((rows) => rows.reverse());
const find = async (what: Partial<AuditEntry>) =>
  (await entries()).filter((entry) =>
    Object.entries(what).every(([key, value]) => entry[key as keyof AuditEntry] === value),
  );
const signIn = (body: object) =>
  fetch(`${stack.api}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('sign-ins, failed ones, refusals, exports and what operators do are put down', async () => {
  const token = await stack.token('SPPG_KEPALA', ['sppg:k321']);
  expect((await signIn({ token })).status).toBe(201);
  expect((await signIn({ token: 'not.a.token' })).status).toBe(401);
  expect((await stack.get('/api/v1/summary?scope=sppg:k511', token)).status).toBe(403);
  expect((await stack.get('/api/v1/summary', 'not.a.token')).status).toBe(401);
  // Not a sign-in, whatever it is called.
  expect(
    (await stack.get('/api/v1/kpis/session/series?scope=sppg:k511&grain=day&from=2026-03-01&to=2026-03-02', token))
      .status,
  ).toBe(403);
  const csv = await fetch(`${stack.api}/api/v1/datasets/kpi_daily.csv?scope=sppg:k321&from=2026-03-01&to=2026-03-05`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect((await csv.text()).length).toBeGreaterThan(100);
  expect((await lumbung(stack, ['token', '--role', 'KPPG', '--scope', 'province:32', '--subject', 'sari'])).code).toBe(
    0,
  );
  const made = await lumbung(stack, [
    'key',
    'create',
    '--name',
    'bi',
    '--role',
    'KPPG',
    '--scope',
    'province:32',
    '--json',
  ]);
  const { id, key } = JSON.parse(made.out) as { id: string; key: string };
  expect((await lumbung(stack, ['snapshot', 'users'])).code).toBe(0);
  expect((await lumbung(stack, ['retry'])).code).toBe(0);

  const actor = 'test';
  expect(await find({ action: 'sign_in', actor, outcome: 'ok', role: 'SPPG_KEPALA' })).toHaveLength(1);
  expect(await find({ action: 'sign_in', outcome: 'failed' })).toHaveLength(1);
  const [denied] = await find({ action: 'denied', actor, target: 'GET /api/v1/summary', outcome: 'refused' });
  expect(JSON.parse(denied?.detail ?? '')).toMatchObject({ scope: 'sppg:k511' });
  expect(await find({ action: 'denied', actor: '', target: 'GET /api/v1/summary' })).toHaveLength(1);
  expect(await find({ action: 'denied', actor, target: 'GET /api/v1/kpis/session/series' })).toHaveLength(1);
  const [exported] = await find({ action: 'export', actor });
  expect(exported).toMatchObject({
    target: 'GET /api/v1/datasets/kpi_daily.csv',
    address: expect.stringContaining('127.0.0.1'),
  });
  expect(await find({ action: 'token_issued', target: 'sari' })).toHaveLength(1);
  expect(await find({ action: 'key_created', target: id })).toHaveLength(1);
  expect(await find({ action: 'snapshot_asked', target: 'users' })).toHaveLength(1);
  expect(await find({ action: 'retry' })).toHaveLength(1);
  const started = await find({ action: 'role_started' });
  expect(new Set(started.map((entry) => entry.target))).toEqual(new Set(['warehouse', 'worker', 'capture', 'api']));
  // Neither tokens nor keys nor passwords are in it, whole or in part.
  const all = JSON.stringify(await entries());
  for (const secret of [token, key, key.slice(-20), 'not.a.token']) expect(all).not.toContain(secret);
  expect(all).not.toMatch(/postgres:[^"]*@/);
});

test('what people say of figures, and whoever fetches a file or tries to, is put down', async () => {
  const token = await stack.token('SPPG_KEPALA', ['sppg:k321']);
  const call = (path: string, body?: object) =>
    fetch(`${stack.api}/api/v1${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  const warning = 'same_weekday_median_mad/qc_pass_rate/sppg:k321/2026-03-02';
  const nothing = await call('/insights/verdicts', { warning: warning.replace('-02', '-03'), verdict: 'confirmed' });
  expect([nothing.status, ((await nothing.json()) as { detail: string }).detail]).toEqual([
    404,
    expect.stringContaining('nothing is warned of in qc_pass_rate of sppg:k321 on'),
  ]);
  expect((await call('/insights/verdicts', { warning, verdict: 'confirmed' })).status).toBe(201);
  const finding = { rule: 'batch_negative_amount', scope: 'sppg:k321', date: '2026-03-02', state: 'explained' };
  expect((await call('/findings/states', finding)).status).toBe(201);
  const asked = await call('/exports', {
    report: 'kpi_daily',
    format: 'csv',
    scope: 'sppg:k321',
    from: '2026-03-01',
    to: '2026-03-02',
  });
  const { id } = (await asked.json()) as { id: string };
  await until(
    'the file to be made',
    async () => ((await (await call(`/exports/${id}`)).json()) as { state: string }).state === 'done',
  );
  const file = Buffer.from(await (await call(`/exports/${id}/file`)).arrayBuffer());
  const another = await stack.token('SPPG_KEPALA', ['sppg:k511'], 'another');
  expect((await stack.get(`/api/v1/exports/${id}`, another)).status).toBe(404);
  const detailOf = async (what: Partial<AuditEntry>) => JSON.parse((await find(what))[0]?.detail ?? '{}') as object;
  expect(await detailOf({ action: 'verdict', actor: 'test' })).toEqual({ warning, verdict: 'confirmed' });
  expect(await detailOf({ action: 'finding', actor: 'test' })).toMatchObject({
    rule: 'batch_negative_amount',
    state: 'explained',
  });
  const sha256 = createHash('sha256').update(file).digest('hex');
  expect(await detailOf({ action: 'download', actor: 'test' })).toEqual({ export: id, sha256 });
  expect(await detailOf({ action: 'denied', actor: 'another' })).toMatchObject({ export: id });
});

test('auditors read it page by page, and by what they look for; nobody else does', async () => {
  const auditor = await stack.token('AUDITOR', ['national']);
  const read = async (query: string) =>
    (await stack.get(`/api/v1/audit?${query}`, auditor)).body as unknown as {
      entries: AuditEntry[];
      next: string | null;
    };
  const pages: AuditEntry[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page = await read(`limit=3${next === '' ? '' : `&before=${encodeURIComponent(next)}`}`);
    expect(page.entries.length).toBeLessThanOrEqual(3);
    pages.push(...page.entries);
    next = page.next;
  }
  const known = await entries();
  expect(pages.map((entry) => entry.hash)).toEqual(known.reverse().map((entry) => entry.hash));
  const denied = (await read('action=denied&outcome=refused&actor=test&limit=100')).entries;
  expect(denied.length).toBeGreaterThan(0);
  for (const entry of denied) expect(entry).toMatchObject({ action: 'denied', outcome: 'refused', actor: 'test' });
  expect((await read('to=2020-01-01')).entries).toEqual([]);
  for (const role of ['PLATFORM_ANALYST', 'BGN_LEADERSHIP', 'PLATFORM_SUPPORT']) {
    expect((await stack.get('/api/v1/audit', await stack.token(role, ['national']))).status, role).toBe(403);
  }
});

test('nothing is lost while ClickHouse is away', async () => {
  const token = await stack.token('BGN_ANALYST', ['national']);
  await stack.kill('warehouse');
  for (let n = 0; n < 5; n++) expect((await signIn({ token })).status).toBe(201);
  await stack.start('warehouse');
  await until(
    'the sign-ins to arrive',
    async () => (await find({ action: 'sign_in', role: 'BGN_ANALYST' })).length === 5,
  );
  expect((await lumbung(stack, ['verify-audit'])).out).toMatch(/entries: whole and unaltered/);
});

test('alteration, deletion, truncation and additions are found, and where they are', async () => {
  for (const role of ['api', 'worker', 'capture'] as const) await stack.kill(role, 'SIGTERM');
  const { warehouse } = stack;
  const audit = openAudit(stack.dataDir, log);
  audit.shipTo((batch) => keepAudit(warehouse, batch));
  await audit.ship();
  const whole = await entries();
  const last = whole.length;
  expect(last).toBeGreaterThan(15);
  const verify = async (...more: Anchor[]) => {
    const own = async () => [(await audit.anchor()) as Anchor];
    return (await verifyAudit(warehouse, [...(await own()), ...more], own)).faults.map(
      ({ seq, fault }) => `${seq}: ${fault}`,
    );
  };
  /** What is found when the table holds these entries instead. */
  const with_ = async (rows: readonly AuditEntry[], ...more: Anchor[]) => {
    await warehouse.command('TRUNCATE TABLE ops.audit');
    await keepAudit(warehouse, rows);
    return verify(...more);
  };
  const rehash = (entry: AuditEntry): AuditEntry => ({ ...entry, hash: hashEntry(entry) });
  const at = (seq: number) => whole[seq - 1] as AuditEntry;

  expect(await verify()).toEqual([]);
  // The same batch twice is what a crash between sending and noting leaves.
  expect(await with_([...whole, ...whole.slice(3, 6)])).toEqual([]);

  await warehouse.command(
    `ALTER TABLE ops.audit UPDATE actor = 'somebody else' WHERE seq = 5 SETTINGS mutations_sync = 2`,
  );
  expect(await verify()).toEqual(['5: this entry was altered']);
  const forged = rehash({ ...at(5), actor: 'somebody else' });
  expect(await with_(whole.map((entry) => (entry.seq === 5 ? forged : entry)))).toEqual([
    '6: this entry does not follow entry 5 as it stands there: one of them was altered',
  ]);
  expect(await with_(whole.filter((entry) => entry.seq !== 7))).toEqual(['7: entry 7 is missing']);
  expect(await with_(whole.filter((entry) => entry.seq < 3 || entry.seq > 9))).toEqual([
    '3: entries 3 to 9 are missing',
  ]);
  expect(await with_(whole.slice(2))).toEqual(['1: entries 1 to 2 are missing']);
  expect(await with_(whole.slice(0, -4))).toEqual([
    `${last - 3}: the end is missing: the table ends at entry ${last - 4}, the anchor is at ${last}`,
  ]);
  expect(await with_([])).toEqual([`1: the end is missing: the table ends at entry 0, the anchor is at ${last}`]);
  expect(await with_([...whole, forged])).toEqual(['5: this entry is there twice, with different content']);
  const added = rehash({ ...at(last), seq: last + 1, previous: at(last).hash, action: 'role_stopped' });
  expect(await with_([...whole, added])).toEqual([
    `${last + 1}: entries ${last + 1} to ${last + 1} were added to the table from elsewhere: the anchor is at ${last}`,
  ]);
  // Every hash made anew after one entry was dropped: right in itself, and not what was anchored.
  const rewritten: AuditEntry[] = [];
  for (const entry of whole.filter(({ seq }) => seq !== 4)) {
    const before = rewritten.at(-1);
    rewritten.push(rehash({ ...entry, seq: (before?.seq ?? 0) + 1, previous: before?.hash ?? '' }));
  }
  expect(await with_(rewritten)).toEqual([
    `${last}: the end is missing: the table ends at entry ${last - 1}, the anchor is at ${last}`,
  ]);
  expect(await with_(rewritten, at(6))).toContain('6: the chain up to here was rewritten: it is not the anchored one');
  // A chain of another machine cannot be judged by this one's anchor.
  const foreign = rehash({ ...at(1), chain: '00000000-0000-4000-8000-000000000000' });
  expect(await with_([...whole, foreign])).toEqual(['1: no anchor is known for this chain: its end cannot be checked']);
  expect(await with_([...whole, foreign], foreign)).toEqual([]);

  await with_(whole.filter((entry) => entry.seq !== 7));
  const told = await lumbung(stack, ['verify-audit']);
  expect(told.code).toBe(1);
  expect(told.out).toMatch(/NOT whole:\n {2}\S+, entry 7: entry 7 is missing\n {2}ends at \S+:\d+:[0-9a-f]{64}/);
  await with_(whole);
  await audit.close();
  const json = await lumbung(stack, ['verify-audit', '--json', '--head', `${at(6).chain}:6:${at(6).hash}`]);
  expect(JSON.parse(json.out)).toMatchObject({ ok: true, entries: last, faults: [] });
});
