/**
 * The report site, from a job to what each reader is sent: switched under load, gone back to, pruned; builds that fail in every way leave
 * the served release as it is and say why. Pages are made by small renderers of the tests (tests/support/site_renderers.ts).
 */
import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import type { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Config, loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { askForSite, openQueue, readSiteProgress, requestSite, SITE } from '../../platform/queues.ts';
import { connectRedis, type Redis } from '../../platform/redis.ts';
import { newReleaseId, readCurrent, readRelease, sitePaths, writeCurrent } from '../../platform/site.ts';
import { registry } from '../../warehouse/kpis/registry.ts';
import { readSiteBuilds, readSiteState } from '../../warehouse/site_builds.ts';
import { LOCK_KEY } from '../../workers/site/lock.ts';
import { listReleases, rollBack } from '../../workers/site/releases.ts';
import { runBuild } from '../../workers/site/run.ts';
import { accounts } from '../support/route_table.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import type { Trouble } from '../support/site_renderers.ts';
import { siteWorker, testEntry, workerEntry } from '../support/site_worker.ts';
import { lumbung, type Stack, startReplication, startStack, until } from '../support/stack.ts';

let stack: Stack;
let config: Config;
let queue: Queue;
let redis: Redis;
let worker: Awaited<ReturnType<typeof siteWorker>> | undefined;
const paths = () => sitePaths(stack.dataDir);
const serving = () => readCurrent(paths())?.id;

beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    for (const kitchen of ['k321', 'k322', 'k511', 'k942'])
      await insert(source, 'food_productions', batch(kitchen, `b-${kitchen}`, '2026-03-02T03:00:00Z'));
  });
  stack.env.RATE_LIMIT_PER_MINUTE = '1000000';
  const replicating = startReplication(stack);
  // Only here: the product's own renderers are not asked for by the worker role.
  stack.env.SITE = 'on';
  await Promise.all([replicating, stack.start('api')]);
  await stack.settled();
  config = loadConfig({ ...stack.env, LOG_LEVEL: 'silent', SITE_RELEASES: '3' });
  redis = connectRedis(stack.redisUrl, createLogger(config, 'test'), 'blocking');
  queue = openQueue(SITE, redis);
});
afterAll(async () => {
  await worker?.close();
  await queue?.close();
  redis?.disconnect();
  await stack[Symbol.asyncDispose]();
});

/** What the renderers do wrong from now on. */
const trouble = (what: Trouble) => writeFileSync(join(paths().root, 'trouble.json'), JSON.stringify(what));
/** Asks for a build, and says how it ended. */
async function built(kind: 'full' | 'units', by = 'system:test'): Promise<string> {
  const id = await askForSite(queue, { kind, by });
  let answer = '';
  await until(`the ${kind} build to end`, async () => {
    const job = await queue.getJob(id);
    const state = await job?.getState();
    if (state === 'completed') answer = String(job?.returnvalue);
    if (state === 'failed') answer = `failed: ${job?.failedReason}`;
    return answer !== '';
  });
  return answer;
}
const fetched = async (path: string, token?: string, headers: Record<string, string> = {}) => {
  const all = { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${stack.api}/reports${path}`, { redirect: 'manual', headers: all });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};
/** A path exactly as it stands: fetch() would resolve its dots. */
const raw = (path: string, token: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(stack.api);
    get({ hostname, port, path, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    }).on('error', reject);
  });
const tokenOf = (role: string) => stack.token(role, accounts[role]?.scope ?? []);
const nation = () => stack.token('BGN_LEADERSHIP', ['national']);

test('before the first release: sign-in first, then a calm page with progress, and a problem for programs', async () => {
  const unknown = await fetched('/unit/sppg/k321/?x=1');
  expect(unknown.status).toBe(302);
  expect(unknown.headers.get('location')).toBe(`/?next=${encodeURIComponent('/reports/unit/sppg/k321/?x=1')}`);
  expect((await fetched('/unit/sppg/k321/data.csv')).status).toBe(401);
  const page = await fetched('/unit/sppg/k321/', await nation());
  expect(page.status).toBe(503);
  expect(page.text).toContain('Situs laporan sedang dibangun');
  expect(page.headers.get('retry-after')).toBe('5');
  const data = await fetched('/unit/sppg/k321/data.csv', await nation());
  expect(data.status).toBe(503);
  expect(data.headers.get('content-type')).toContain('application/problem+json');
  // A unit outside the scope is refused in the same words as ever.
  expect((await fetched('/unit/sppg/k511/', await tokenOf('SPPG_KEPALA'))).status).toBe(403);
});

test('a worker that starts builds the first release by itself, of units; the narrative follows', async () => {
  worker = await siteWorker(config);
  await until('the first release', async () => serving() !== undefined);
  const first = readRelease(paths(), serving() ?? '');
  expect(first).toMatchObject({ kind: 'full', narrativeBuiltAt: null });
  const token = await nation();
  await until('the API to serve it', async () => (await fetched('/unit/national/', token)).status === 200);
  expect((await fetched('/', token)).headers.get('location')).toBe('/reports/unit/national/');
  expect((await fetched('/kamus/')).headers.get('location')).toBe('/dictionary');
  const id = await built('full');
  expect(readRelease(paths(), id)?.narrativeBuiltAt).not.toBeNull();
  await until('the narrative', async () => (await fetched('/', token)).status === 200);
  // A tab that was open on the release before still finds its assets.
  expect((await fetched('/kamus/')).status).toBe(200);
});

test('numbers are those of the source, and a change reaches its pages with the next build of units; other files stay', async () => {
  const planned = async (kitchen: string) => {
    const { rows } = await stack.source.query<{ n: string }>(
      `SELECT sum("plannedPortions") AS n FROM food_productions WHERE "sppgId" = $1 AND status <> 'CANCELLED'`,
      [kitchen],
    );
    return Number(rows[0]?.n);
  };
  const token = await nation();
  const told = async (path: string) =>
    Number(/portions_planned 2026-03-02: <b>(\d+)/.exec((await fetched(path, token)).text)?.[1]);
  expect(await told('/unit/sppg/k321/')).toBe(await planned('k321'));
  const inode = (kitchen: string) =>
    statSync(join(paths().release(serving() ?? ''), `unit/sppg/${kitchen}/index.html`)).ino;
  const before = { k321: inode('k321'), k511: inode('k511'), pages: readRelease(paths(), serving() ?? '')?.pages };
  const kept = await fetched('/unit/sppg/k511/', token);
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 4321 WHERE id = 'b-k321'`);
  await stack.settled();
  const id = await built('units');
  expect(readRelease(paths(), id)).toMatchObject({ kind: 'units', pages: before.pages });
  await until('the new number', async () => (await told('/unit/sppg/k321/')) === 4321);
  expect(await told('/unit/province/32/')).toBe(4321 + (await planned('k322')));
  expect(inode('k511')).toBe(before.k511);
  expect(inode('k321')).not.toBe(before.k321);
  // What has not changed is not sent again either.
  const etag = kept.headers.get('etag') ?? '';
  expect((await fetched('/unit/sppg/k511/', token, { 'if-none-match': etag })).status).toBe(304);
  expect((await fetched('/', token)).status).toBe(200);
});

test('switches under load: every request is answered, also where the notice of a switch got lost', async () => {
  const [a, b] = [serving() ?? '', readCurrent(paths())?.previous ?? ''];
  const token = await nation();
  const seen = new Map<string, number>();
  const failed: string[] = [];
  let going = true;
  const readers = [
    '/unit/sppg/k321/',
    '/unit/national/data.csv',
    '/assets/site-0a1b2c3d.css',
    '/_app/immutable/entry-12345678.js',
  ].map(async (path) => {
    while (going) {
      const { status, headers } = await fetched(path, token).catch(() => ({ status: 0, headers: new Headers() }));
      if (status !== 200) failed.push(`${path}: ${status}`);
      const id = headers.get('x-release') ?? '';
      seen.set(id, (seen.get(id) ?? 0) + 1);
    }
  });
  const count = () => [...seen.values()].reduce((sum, n) => sum + n, 0);
  for (let turn = 0; turn < 8; turn++) {
    writeCurrent(paths(), { id: turn % 2 === 0 ? b : a, previous: turn % 2 === 0 ? a : b, held: false });
    await redis.publish('lumbung:site', 'switched');
    const then = count();
    await until('answers after the switch', async () => count() >= then + 4);
  }
  // Said to nobody.
  writeCurrent(paths(), { id: b, previous: a, held: false });
  await until(
    'the switch to be seen',
    async () => (await fetched('/unit/sppg/k321/', token)).headers.get('x-release') === b,
  );
  writeCurrent(paths(), { id: a, previous: b, held: false });
  // And a whole build on top.
  await built('full');
  going = false;
  await Promise.all(readers);
  expect(failed).toEqual([]);
  expect(count()).toBeGreaterThan(32);
  expect([...seen.keys()]).toEqual(expect.arrayContaining([a, b]));
});

test.each<[string, Trouble, RegExp]>([
  ['a broken query', { query: 'SELECT nosuch FROM raw.sppg' }, /nosuch/],
  ['a number that is not the warehouse’s', { lie: 1 }, /portions_planned of 2026-03-02 is not what the warehouse has/],
  [
    'pages with every fault there is',
    {
      body:
        '<a href="/reports/unit/sppg/none/">x</a><img src="https://example.org/x.png" alt=""><p id="a">x</div><!--[finance]-->5' +
        'x'.repeat(450_000),
    },
    /another origin.*none\/ leads nowhere.*\d+ bytes.*is not closed.*Stray end tag/,
  ],
  ['a full disk', { full: true }, /the disk of DATA_DIR is full/],
  ['a build that is killed', { dies: true }, /ended from outside \(SIGKILL\)/],
])('%s: the release before is served on, and it is said why', async (_name, what, reason) => {
  const before = serving();
  trouble(what);
  expect(await built('full')).toMatch(reason);
  trouble({});
  expect(serving()).toBe(before);
  expect((await fetched('/unit/sppg/k321/', await nation())).status).toBe(200);
  expect((await readSiteState(stack.warehouse)).failed?.reason).toMatch(reason);
  expect(readdirSync(paths().releases).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('time and memory of a build are limited; what it started ends with it', async () => {
  const task = {
    ...{ id: newReleaseId(), kind: 'full' as const, audience: 'readers' as const, narrative: false, base: null },
    ...{ dataDir: stack.dataDir, basePath: '/reports', graceDays: 3, clickhouseUrl: stack.clickhouseUrl },
  };
  const signal = new AbortController().signal;
  const options = { entry: testEntry, memoryMb: 512, timeoutMs: 60_000, signal, tell: () => undefined };
  trouble({ hoard: true });
  await expect(runBuild(task, { ...options, memoryMb: 160 })).rejects.toThrow('more than 160 MB of memory');
  trouble({ hang: true });
  writeFileSync(join(paths().root, 'hanging.json'), '[]');
  const stopping = new AbortController();
  const running = runBuild(task, { ...options, signal: stopping.signal });
  running.catch(() => undefined);
  const pids = await hanging();
  stopping.abort(new Error('stopped'));
  await expect(running).rejects.toThrow('stopped');
  await gone(pids);
  await expect(runBuild(task, { ...options, timeoutMs: 3_000 })).rejects.toThrow('the time-out of 3 s was reached');
  trouble({});
});

/** The processes of a build that hangs. */
async function hanging(): Promise<number[]> {
  let pids: number[] = [];
  await until('a build to hang', async () => {
    pids = JSON.parse(readFileSync(join(paths().root, 'hanging.json'), 'utf8')) as number[];
    return pids.length === 2;
  });
  return pids;
}
const gone = (pids: readonly number[]) =>
  until(`processes ${pids.join(', ')} to end`, async () => pids.every((pid) => !alive(pid)));
function alive(pid: number): boolean {
  try {
    // A zombie has ended, too: nobody but its parent can take it away.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a worker killed mid-build takes its build along; the release before is served on, and another worker takes over', async () => {
  await worker?.close();
  worker = undefined;
  const before = serving();
  trouble({ hang: true });
  writeFileSync(join(paths().root, 'hanging.json'), '[]');
  const doomed = fork(workerEntry, { env: { ...stack.env, SITE_RELEASES: '3' }, stdio: 'ignore' });
  const id = await askForSite(queue, { kind: 'full', by: 'system:test' });
  const pids = await hanging();
  expect(await readSiteProgress(queue)).toMatchObject({ kind: 'full', step: 'pages' });
  const exited = new Promise((resolve) => doomed.once('exit', resolve));
  doomed.kill('SIGKILL');
  await exited;
  await gone(pids);
  expect(serving()).toBe(before);
  expect((await fetched('/unit/national/', await nation())).status).toBe(200);
  trouble({});
  // As after a few seconds: its locks are over.
  await redis.del(LOCK_KEY, ...(await redis.keys('bull:site:*:lock')));
  worker = await siteWorker(config);
  await until('the build to be taken over', async () => (await (await queue.getJob(id))?.getState()) === 'completed');
  expect(serving()).not.toBe(before);
  const lost = (await readSiteBuilds(stack.warehouse, 50)).find(({ reason }) => /worker ended/.test(reason));
  expect(lost?.state).toBe('failed');
  expect((await readSiteState(stack.warehouse)).failed).toBeNull();
});

test('two workers never build at once', async () => {
  const other = await siteWorker(config);
  const began = new Date().toISOString();
  const ids = await Promise.all(
    [1, 2, 3].map(() => askForSite(queue, { kind: 'full', by: 'system:test' }).then((id) => id)),
  );
  await requestSite(queue, 'full');
  // Whatever a worker believes of its own job: the lock decides.
  await queue.removeGlobalConcurrency();
  await until('all of them', async () => {
    const states = await Promise.all(ids.map(async (id) => (await queue.getJob(id))?.getState()));
    return states.every((state) => state === 'completed') && (await queue.getActiveCount()) === 0;
  });
  await queue.setGlobalConcurrency(1);
  await other.close();
  const builds = (await readSiteBuilds(stack.warehouse, 50)).filter(({ startedAt }) => startedAt > began);
  expect(builds.length).toBeGreaterThanOrEqual(1);
  const inOrder = builds.toSorted((x, y) => x.startedAt.localeCompare(y.startedAt));
  for (const [index, build] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (next) expect(next.startedAt >= (build.finishedAt ?? 'never'), `${build.id} and ${next.id}`).toBe(true);
  }
});

test('roll back by command: held until somebody asks; old releases are pruned, those in use are not', async () => {
  const listed = async () => (await listReleases(paths())).map(({ id }) => id);
  const kept = await listed();
  expect(kept).toHaveLength(3);
  expect(kept[0]).toBe(serving());
  const oldest = kept.at(-1) ?? '';
  expect(() => rollBack(paths(), '20000101T000000Z-000000')).toThrow('there is no release');
  expect((await lumbung(stack, ['site', '--rollback', oldest])).code).toBe(0);
  const token = await nation();
  await until(
    'the earlier release',
    async () => (await fetched('/unit/national/', token)).headers.get('x-release') === oldest,
  );
  expect(await built('units', 'schedule')).toBe('held');
  const list = JSON.parse((await lumbung(stack, ['site', '--list', '--json'])).out);
  expect(list).toMatchObject({ held: true, releases: kept.map((id) => ({ id })) });
  const status = await lumbung(stack, ['status', '--json']);
  const { site } = JSON.parse(status.out) as { site: { held: boolean; served: { release: string }; failed: unknown } };
  expect(site).toMatchObject({ held: true, served: { release: oldest }, failed: null });
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 777 WHERE id = 'b-k511'`);
  await stack.settled();
  const next = await built('units');
  expect(serving()).toBe(next);
  await built('full');
  const left = await listed();
  expect(left).toHaveLength(3);
  expect(left).not.toContain(oldest);
  expect(left).toContain(readCurrent(paths())?.previous);
});

test('the public site holds nothing of a kitchen and nothing of this origin', async () => {
  const out = join(stack.dataDir, 'public');
  const answer = await runBuild(
    {
      ...{ id: newReleaseId(), kind: 'full', audience: 'public', narrative: false, base: null, out },
      ...{ dataDir: stack.dataDir, basePath: '/', graceDays: 3, clickhouseUrl: stack.clickhouseUrl },
    },
    { entry: testEntry, memoryMb: 512, timeoutMs: 60_000, signal: new AbortController().signal, tell: () => undefined },
  ).catch((error: Error) => error.message);
  // The small renderers link to the live screen: published elsewhere, that is nowhere.
  expect(answer).toMatch(/leads nowhere/);
  expect(existsSync(join(out, 'unit/province/32/index.html'))).toBe(true);
  expect(existsSync(join(out, 'unit/sppg'))).toBe(false);
});

test('every role reads the pages of its units, without the fields it does not see, and no others', async () => {
  const owners = new Map(registry.map(({ id, owner }) => [id, owner]));
  const pageOf = (scope: string) => `/unit/${scope === 'national' ? 'national' : scope.replace(':', '/')}/`;
  const today = (role: string) => role.startsWith('SPPG_STAFF_');
  const nothing = ['PLATFORM_SUPPORT', 'AUDITOR'];
  const sees = (role: string, field: string) => {
    if (['SPPG_VIEWER', 'DEMO_USER'].includes(role)) return field !== 'finance';
    if (role === 'SPPG_AKUNTAN') return field === 'finance';
    if (role === 'SPPG_PRODUKSI_MANAGER') return field === 'production';
    return !['SPPG_AHLI_GIZI', 'SPPG_DISTRIBUSI_MANAGER', 'SPPG_HRD_MANAGER'].includes(role);
  };
  for (const [role, { scope: held, inside, outside }] of Object.entries(accounts)) {
    const token = await tokenOf(role);
    for (const scope of inside) {
      const page = await fetched(pageOf(scope), token);
      const paged = !/^(wilayah|region):/.test(scope);
      expect(page.status, `${role} ${scope}`).toBe(today(role) ? 403 : paged ? 200 : 404);
      if (today(role)) expect(page.text).toContain('href="/"');
      if (today(role) || !paged) continue;
      const csv = await fetched(`${pageOf(scope)}data.csv`, token);
      const english = await fetched(`/en${pageOf(scope)}`, token);
      const told = csv.text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[0] ?? '');
      for (const [kpi, field] of [
        ['portions_planned', 'production'],
        ['food_cost_per_portion', 'finance'],
      ] as const) {
        const there = sees(role, field);
        // Of other kitchens there are no rows, and a demo kitchen counts for itself only.
        const some = [
          'national',
          'province:32',
          'regency:3201',
          'regency:5101',
          'sppg:k321',
          'sppg:k511',
          'sppg:k942',
        ].includes(scope);
        for (const { text } of [page, english])
          expect(text.includes(kpi), `${role} ${scope} ${kpi}`).toBe(there && some);
        expect(told.includes(kpi), `${role} ${scope} ${kpi} csv`).toBe(there && some);
      }
      expect(told.every((kpi) => sees(role, owners.get(kpi) ?? ''))).toBe(true);
      expect(page.text).not.toContain('<!--[');
      expect(page.headers.get('cache-control')).toBe('private, no-cache');
    }
    for (const scope of outside) {
      for (const path of [pageOf(scope), `/en${pageOf(scope)}`, `${pageOf(scope)}data.csv`, `${pageOf(scope)}none`]) {
        const answer = await fetched(path, token);
        expect(answer.status, `${role} ${path}`).toBe(403);
        expect(answer.text).not.toContain('2026-03-02');
      }
    }
    // What is not of one unit is for readers of the whole nation.
    const whole = inside.includes('national');
    for (const path of ['/index.html', '/release.json', '/search/national/none.json'])
      expect((await fetched(path, token)).status, `${role} ${path}`).toBe(
        whole ? (path.endsWith('none.json') ? 404 : 200) : 403,
      );
    expect((await fetched('/search/regency/5101.json', token)).status, role).toBe(
      whole || inside.includes('regency:5101') || held.includes('wilayah:III') ? 200 : 403,
    );
    expect((await fetched('/jelajah/', token)).status, role).toBe(today(role) || nothing.includes(role) ? 403 : 200);
    for (const path of ['/kamus/', '/metode/', '/assets/site-0a1b2c3d.css'])
      expect((await fetched(path, token)).status, path).toBe(200);
    const home = await fetched('/', token);
    const reader = await fetched('/reader.json', token);
    if (nothing.includes(role) || today(role)) expect(home.status, role).toBe(403);
    else if (whole) expect(home.status, role).toBe(200);
    else {
      const { home: start } = JSON.parse(reader.text) as { home: string };
      expect(home.headers.get('location'), role).toBe(start);
      expect((await fetched(start.replace('/reports', ''), token)).status, `${role} ${start}`).toBe(200);
    }
    expect(reader.status, role).toBe(nothing.includes(role) ? 403 : 200);
  }
});

test('addresses that are none lead nowhere, hashed files are kept for ever, refusals are audited', async () => {
  const token = await nation();
  for (const path of [
    '..%2f..%2fauth-secret',
    '%2e%2e/current.json',
    '../site/current.json',
    '.building-x/',
    'unit/sppg/..%5ck321/',
  ]) {
    const answer = await raw(`/reports/${path}`, token);
    expect(answer.status, path).toBe(404);
    expect(answer.text).toContain('Halaman ini tidak ada');
  }
  expect((await fetched('/none.txt', token)).headers.get('content-type')).toContain('application/problem+json');
  expect((await fetched('/unit/sppg/k321', token)).headers.get('location')).toBe('/reports/unit/sppg/k321/');
  expect((await fetched('', token)).headers.get('location')).toBe('/reports/');
  const asset = await fetched('/assets/site-0a1b2c3d.css');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-type')).toContain('text/css');
  await fetched('/unit/sppg/k511/', await stack.token('SPPG_KEPALA', ['sppg:k321'], 'curious'));
  await until('the refusal to be in the trail', async () => {
    const [row] = await stack.warehouse.query<{ n: number }>(
      "SELECT uniqExact(seq) AS n FROM ops.audit WHERE actor = 'curious' AND action = 'denied' AND target LIKE '%/reports/unit/sppg/k511/%'",
    );
    return row?.n === 1;
  });
});

test('operators see what is served and what failed; nobody else hears of it', async () => {
  trouble({ query: 'SELECT nosuch FROM raw.sppg' });
  await built('full');
  trouble({});
  const token = await stack.token('PLATFORM_SUPPORT', ['national']);
  const { body } = await stack.get('/api/v1/operations', token);
  expect(body.site).toMatchObject({
    on: true,
    held: false,
    release: serving(),
    failed: { kind: 'full', state: 'failed' },
  });
  const health = await fetch(`${stack.api}/health`, { headers: { authorization: `Bearer ${token}` } });
  expect(await health.text()).toContain('nosuch');
  const open = (await (await fetch(`${stack.api}/readyz`)).json()) as { warnings: string[] };
  expect(open.warnings.join()).toContain('the last build of the report site failed');
  expect(open.warnings.join()).not.toContain('nosuch');
  expect(await (await fetch(`${stack.api}/metrics`)).text()).toMatch(/^lumbung_site_failing 1$/m);
  const told = await redis.xrange('lumbung:stream:system', '-', '+');
  const notices = told.flatMap(([, fields]) => (fields[0] === 'notice' ? [JSON.parse(fields[1] ?? '{}')] : []));
  const failures = notices.filter(({ kind }) => kind === 'site');
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures) expect(failure).toMatchObject({ owner: 'health', subject: 'failed' });
});
