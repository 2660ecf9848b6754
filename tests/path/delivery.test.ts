/** Deliveries by real servers: every step may be the last, nothing is lost, doubled or told to whom it is not for. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Redis } from 'ioredis';
import S3rver from 's3rver';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/log.ts';
import { DELIVER, openQueue, requestDelivery } from '../../platform/queues.ts';
import { connectRedis } from '../../platform/redis.ts';
import { signature } from '../../reports/delivery/webhook.ts';
import { isSettled, listDeliveries, openDeliveries } from '../../warehouse/deliveries/ledger.ts';
import { scheduleInput, writeSchedule } from '../../warehouse/deliveries/schedules.ts';
import { causesSince } from '../../warehouse/register/causes.ts';
import { difference } from '../../warehouse/register/difference.ts';
import { answerOf } from '../../warehouse/register/life.ts';
import { act, readContent, readLife } from '../../warehouse/register/register.ts';
import { verifyNumber } from '../../warehouse/register/verification.ts';
import { readForRegister } from '../../workers/delivery/reading.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { startSftpServer } from '../support/sftp_server.ts';
import { smallDocuments } from '../support/small_documents.ts';
import { type Stack, startReplication, startStack, until } from '../support/stack.ts';

let stack: Stack;
let redis: Redis;
let sftp: Awaited<ReturnType<typeof startSftpServer>>;
let smtp: SMTPServer;
let s3: InstanceType<typeof S3rver>;
let hook: Server;
const letters: { id: string; to: string; text: string }[] = [];
const calls: { id: string; body: Buffer; signature: string; timestamp: string }[] = [];
const answers = { webhook: 204, mail: 'take' as 'take' | 'refuse' };
const ports = { smtp: 0, s3: 0, hook: 0 };
const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    for (const kitchen of ['k321', 'k322', 'k511'])
      await insert(source, 'food_productions', batch(kitchen, `b-${kitchen}`, '2026-03-05T03:00:00Z'));
  });
  await startReplication(stack);
  await stack.settled();
  redis = connectRedis(ownRedis(), createLogger({ LOG_LEVEL: 'silent' }, 'test'), 'blocking');
  sftp = await startSftpServer('right');
  smtp = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false },
    onRcptTo: (_address, _session, done) =>
      done(answers.mail === 'refuse' ? Object.assign(new Error('not now'), { responseCode: 450 }) : null),
    onData(stream, session, done) {
      buffer(stream).then((bytes) => {
        const text = bytes.toString();
        const id = /^Message-ID: (.*)$/im.exec(text)?.[1] ?? '';
        letters.push({ id, to: session.envelope.rcptTo.map(({ address }) => address).join(), text });
        done(null, 'queued');
      }, done);
    },
  });
  smtp.on('error', () => undefined);
  await new Promise<void>((resolve) => void smtp.listen(0, '127.0.0.1', () => resolve()));
  ports.smtp = (smtp.server.address() as AddressInfo).port;
  s3 = new S3rver({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory: join(stack.dataDir, 's3'), resetOnClose: false },
    configureBuckets: [{ name: 'ministry', configs: [] }],
  });
  ports.s3 = (await s3.run()).port;
  hook = createServer(async (request, response) => {
    const header = (name: string) => String(request.headers[name] ?? '');
    const body = await buffer(request);
    if (answers.webhook < 300)
      calls.push({
        id: header('webhook-id'),
        body,
        signature: header('webhook-signature'),
        timestamp: header('webhook-timestamp'),
      });
    response.statusCode = answers.webhook;
    response.end();
  });
  await new Promise<void>((resolve) => void hook.listen(0, '127.0.0.1', () => resolve()));
  ports.hook = (hook.address() as AddressInfo).port;
  mkdirSync(join(stack.dataDir, 'secrets'));
  const secrets = { sftp: 'right', s3: JSON.stringify(KEYS), hook: 'shared' };
  for (const [name, secret] of Object.entries(secrets)) writeFileSync(join(stack.dataDir, 'secrets', name), secret);
  Object.assign(stack.env, {
    DELIVERY_HOSTS: '127.0.0.1',
    DELIVERY_TIMEOUT_SECONDS: '2',
    SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
    MAIL_FROM: 'Lumbung <lumbung@contoh.go.id>',
  });
}, 120_000);
afterAll(async () => {
  redis.disconnect();
  await Promise.all([s3.close(), sftp.close(), new Promise<void>((done) => smtp.close(() => done()))]);
  hook.close();
  await stack[Symbol.asyncDispose]();
});

/** A database of its own: the worker that copies the source has a queue of deliveries, too, and the drills are not for that one. */
const ownRedis = () => `${stack.redisUrl}/1`;

const DUE = '2026-03-06T00:00:00.000Z';
const targets = () => ({
  sftp: {
    kind: 'sftp',
    host: '127.0.0.1',
    port: sftp.port,
    user: 'bgn',
    secret: 'sftp',
    folder: 'masuk/{scope}',
    hostKey: sftp.hostKey,
  },
  email: { kind: 'email', to: ['kepala@contoh.go.id'] },
  s3: {
    kind: 's3',
    endpoint: `http://127.0.0.1:${ports.s3}`,
    secret: 's3',
    bucket: 'ministry',
    prefix: '{report}/{period}',
  },
  webhook: { kind: 'webhook', url: `http://127.0.0.1:${ports.hook}/masuk`, secret: 'hook' },
  folder: { kind: 'folder', folder: 'pusat' },
});

async function schedule(id: string, recipients: object[], gate: object = {}) {
  const owner = { name: 'Pemilik', email: 'pemilik@contoh.go.id' };
  const base = { id, report: 'daily-operations', format: 'csv', cron: '0 7 * * *', period: 'day', recipients, owner };
  await writeSchedule(stack.warehouse, scheduleInput.parse({ ...base, gate }), 'test');
}

async function worker(failpoint?: string): Promise<ChildProcess> {
  const env = { ...stack.env, REDIS_URL: ownRedis(), ...(failpoint ? { LUMBUNG_FAILPOINT: failpoint } : {}) };
  const child = fork(join(dirname(process.env.LUMBUNG_TEST_ENTRY ?? ''), 'delivery_worker.mjs'), {
    env,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await new Promise((resolve) => child.once('message', resolve));
  return child;
}
const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', resolve));
const stop = async (child: ChildProcess) => {
  child.kill('SIGKILL');
  await ended(child);
};
const ask = async (id: string) => {
  const queue = openQueue(DELIVER, redis);
  await requestDelivery(queue, { kind: 'plan', schedule: id, due: DUE });
  for (const open of await openDeliveries(stack.warehouse)) await requestDelivery(queue, { kind: 'deliver', id: open });
  await queue.close();
};
const settledDeliveries = async (id: string, count: number) => {
  await until(`${count} deliveries of ${id}`, async () => {
    const all = await listDeliveries(stack.warehouse, id, 100);
    return all.length === count && all.every(({ state }) => isSettled(state));
  });
  return listDeliveries(stack.warehouse, id, 100);
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a document reaches each channel once, with its manifest; each recipient gets its own scope, and the numbers of the source', async () => {
  const { sftp: bySftp, email, s3: inS3, webhook, folder } = targets();
  const one = (target: object, scope = 'province:32') => ({ scope, role: 'BGN_PUSAT', target });
  await schedule(
    'all',
    [{ ...one(bySftp, 'national'), each: 'province' }, one(email), one(inS3), one(webhook), one(folder)],
    { completeness: 0.9 },
  );
  const child = await worker();
  await ask('all');
  const deliveries = await settledDeliveries('all', 7);
  await stop(child);
  expect(
    deliveries.filter(({ state }) => state !== 'acknowledged').map(({ scope, reason }) => [scope, reason]),
  ).toEqual([
    // Papua cooked nothing that day.
    ['province:94', expect.stringContaining('0 dari 2 laporan')],
  ]);
  const { rows } = await stack.source.query<{ kitchen: string; portions: number }>(
    `SELECT "sppgId" AS kitchen, sum("plannedPortions")::float8 AS portions FROM food_productions
     WHERE "sppgId" LIKE 'k32%' GROUP BY 1 ORDER BY 1`,
  );
  const expected = rows.map(({ kitchen, portions }) => `${kitchen},${portions}`).join('\n');
  const [name] = deliveries.filter(({ scope }) => scope === 'province:32').map((delivery) => delivery.name);
  const file = sftp.files.get(`masuk/province-32/${name}`) as Buffer;
  expect(file.toString().split('\n').slice(1).join('\n')).toBe(expected);
  expect(sftp.files.get(`masuk/province-32/${name}.sha256`)?.toString()).toBe(`${sha256(file)}  ${name}\n`);
  // Another province's file holds nothing of this one.
  const bali = [...sftp.files]
    .find(([path]) => path.startsWith('masuk/province-51/') && path.endsWith('.csv'))?.[1]
    .toString();
  expect(bali).toContain('k511');
  expect(bali).not.toContain('k32');
  expect(readFileSync(join(stack.dataDir, 'outbox/pusat', name as string))).toEqual(file);
  expect(calls.map(({ body }) => body)).toEqual([file]);
  const [call] = calls;
  expect(call?.signature).toBe(signature('shared', call?.id ?? '', call?.timestamp ?? '', file));
  const mine = letters.filter(({ to }) => to === 'kepala@contoh.go.id');
  expect(mine).toHaveLength(1);
  expect(mine[0]?.text.replaceAll(/\r?\n/g, '')).toContain(file.toString('base64').slice(0, 60));
  // The owner hears of the one that is held.
  expect(letters.filter(({ to, text }) => to === 'pemilik@contoh.go.id' && text.includes('province:94'))).toHaveLength(
    1,
  );
}, 60_000);

test.each(['planned', 'rendered', 'sending', 'taken', 'sent', 'acknowledged'])(
  'a worker killed at deliver:%s, and Redis emptied: nothing is lost, nothing is sent twice',
  async (step) => {
    const { sftp: bySftp, email } = targets();
    const folder = `bunuh-${step}`;
    await schedule(`kill-${step}`, [
      { scope: 'province:32', role: 'BGN_PUSAT', target: { ...bySftp, folder } },
      { scope: 'province:51', role: 'BGN_PUSAT', target: { ...email, to: [`${step}@contoh.go.id`] } },
    ]);
    const first = await worker(`deliver:${step}`);
    await ask(`kill-${step}`);
    await ended(first);
    await redis.flushdb();
    const second = await worker();
    await ask(`kill-${step}`);
    const deliveries = await settledDeliveries(`kill-${step}`, 2);
    await stop(second);
    const [byMail, byFile] = ['province:51', 'province:32'].map((scope) =>
      deliveries.find((one) => one.scope === scope),
    );
    expect(byFile?.state).toBe('acknowledged');
    const arrived = [...sftp.arrivals].filter(([path]) => path.startsWith(`${folder}/`));
    expect(arrived.map(([, times]) => times)).toEqual([1, 1]);
    expect(sha256(sftp.files.get(`${folder}/${byFile?.name}`) as Buffer)).toBe(byFile?.sha256);
    const sent = letters.filter(({ to }) => to === `${step}@contoh.go.id`).length;
    // A mail server cannot be asked: what broke off then is said to be uncertain, and never doubled.
    if (byMail?.state === 'acknowledged') expect(sent).toBe(1);
    else expect([byMail?.state, sent <= 1]).toEqual(['uncertain', true]);
  },
  60_000,
);

test('an SFTP server that refuses, is full, or is silent: retried, never "sent", and delivered when it is well; a slow one is waited for', async () => {
  sftp.state.mode = 'slow';
  await schedule('sftp-slow', [
    { scope: 'province:32', role: 'BGN_PUSAT', target: { ...targets().sftp, folder: 'slow' } },
  ]);
  const patient = await worker();
  await ask('sftp-slow');
  const [slow] = await settledDeliveries('sftp-slow', 1);
  await stop(patient);
  expect([slow?.state, slow?.attempt, sftp.arrivals.get(`slow/${slow?.name}`)]).toEqual(['acknowledged', 1, 1]);
  for (const mode of ['refusing', 'full', 'silent'] as const) {
    sftp.state.mode = mode;
    await schedule(`sftp-${mode}`, [
      { scope: 'province:32', role: 'BGN_PUSAT', target: { ...targets().sftp, folder: mode } },
    ]);
    const child = await worker();
    await ask(`sftp-${mode}`);
    await until(`a failed attempt (${mode})`, async () => {
      const [one] = await listDeliveries(stack.warehouse, `sftp-${mode}`, 1);
      return one?.state === 'rendered' && one.attempt > 0 && one.reason.startsWith('SFTP');
    });
    expect([...sftp.arrivals.keys()].filter((path) => path.startsWith(`${mode}/`))).toEqual([]);
    sftp.state.mode = 'well';
    const [done] = await settledDeliveries(`sftp-${mode}`, 1);
    await stop(child);
    expect(done?.state).toBe('acknowledged');
    expect(sftp.arrivals.get(`${mode}/${done?.name}`)).toBe(1);
  }
}, 90_000);

test('a recipient with less scope or fewer fields gets nothing that was not for it; a host nobody allowed is not called', async () => {
  const pusat = { scope: 'province:32', role: 'BGN_PUSAT', target: { kind: 'folder', folder: 'ganti' } };
  await schedule('changed', [pusat]);
  const first = await worker('deliver:planned');
  await ask('changed');
  await ended(first);
  // Planned for one role; before it leaves, the schedule names another.
  await schedule('changed', [{ ...pusat, role: 'KPPG' }]);
  await schedule('less', [
    { scope: 'national', role: 'KPPG', target: { kind: 'folder', folder: 'nasional' } },
    { scope: 'province:32', role: 'SPPG_AKUNTAN', target: { kind: 'folder', folder: 'akuntan' } },
    { scope: 'province:32', role: 'BGN_PUSAT', target: { ...targets().webhook, url: 'http://localhost:9/x' } },
  ]);
  const child = await worker();
  await ask('less');
  const deliveries = await settledDeliveries('less', 3);
  const [changed] = await settledDeliveries('changed', 1);
  await stop(child);
  expect(Object.fromEntries(deliveries.map(({ target, state }) => [target.split(' ')[1], state]))).toEqual({
    nasional: 'held',
    akuntan: 'held',
    'http://localhost:9/x': 'dead',
  });
  expect(deliveries.find(({ state }) => state === 'dead')?.reason).toContain('DELIVERY_HOSTS');
  expect([changed?.state, changed?.reason]).toEqual(['held', expect.stringContaining('peran')]);
  expect(readdirSync(join(stack.dataDir, 'outbox'))).not.toContain('ganti');
}, 60_000);

test('a late correction after Disahkan: frozen numbers for ever, a pending revision with what moved, an exception that expires', async () => {
  const { warehouse } = stack;
  const key = { report: 'daily-operations', scope: 'province:32', from: '2026-03-05', to: '2026-03-05' };
  const config = loadConfig({ DATA_DIR: stack.dataDir });
  const log = createLogger({ LOG_LEVEL: 'silent' }, 'test');
  const lifecycle = { signal: new AbortController().signal };
  const context = { warehouse, redis, workerRedis: redis, config, log, lifecycle, documents: smallDocuments };
  const draft = (await readForRegister(context, key)).draft?.sha256 ?? '';
  await act(warehouse, key, { kind: 'verified', actor: 'a', sha256: draft });
  await expect(act(warehouse, key, { kind: 'approved', actor: 'a', sha256: draft })).rejects.toThrow('cannot approve');
  await act(warehouse, key, { kind: 'approved', actor: 'b', sha256: draft });
  const then = (await readLife(warehouse, key)).locked[0];
  const frozen = await readContent(warehouse, draft);
  const [known] = await warehouse.query<{ at: string }>(
    "SELECT formatDateTime(now64(6), '%Y-%m-%dT%H:%i:%S.%fZ') AS at",
  );

  await stack.source.query(
    `UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 7, "updatedAt" = now() WHERE id = 'b-k321'`,
  );
  await stack.settled();
  // Two workers at once, and once more.
  await Promise.all(
    [readForRegister(context, key), readForRegister(context, key)].map((one) => one.catch(() => undefined)),
  );
  const life = await readForRegister(context, key);
  expect(answerOf(life)).toMatchObject({ sha256: draft, state: 'Disahkan', locked: true });
  const pending = life.draft?.sha256 ?? '';
  expect(difference(frozen, await readContent(warehouse, pending)).map(({ row, by }) => [row, by])).toEqual([
    ['k321', 7],
    ['', 7],
  ]);
  // Why: one row of that kitchen was committed since (and, where the report was read while tables were copied, rows of that copy).
  const causes = await causesSince(warehouse, key, then?.committedAt ?? '');
  expect(causes.map(({ table, unit, rows }) => [table, unit, rows])).toContainEqual(['food_productions', 'k321', 1]);
  await expect(act(warehouse, key, { kind: 'verified', actor: 'a', sha256: pending })).rejects.toThrow('exception');
  await act(warehouse, key, { kind: 'excepted', actor: 'b', until: '2020-01-01T00:00:00.000Z', reason: 'expired' });
  await expect(act(warehouse, key, { kind: 'verified', actor: 'a', sha256: pending })).rejects.toThrow('exception');
  await act(warehouse, key, {
    kind: 'excepted',
    actor: 'b',
    until: '2199-01-01T00:00:00.000Z',
    reason: 'koreksi dapur',
  });
  await act(warehouse, key, { kind: 'verified', actor: 'a', sha256: pending });
  await act(warehouse, key, { kind: 'approved', actor: 'b', sha256: pending });
  expect(answerOf(await readLife(warehouse, key))).toMatchObject({ sha256: pending, state: 'Revisi 1', revision: 1 });
  // As known then: the same numbers and the same hash.
  expect(answerOf(await readLife(warehouse, key, known?.at))).toMatchObject({ ...then, state: 'Disahkan' });
  expect(await readContent(warehouse, draft)).toBe(frozen);

  // The document of the locked numbers says so, and that it was replaced.
  const [first] = await listDeliveries(warehouse, 'all', 100).then((all) =>
    all.filter(({ scope }) => scope === 'province:32'),
  );
  expect(await verifyNumber(warehouse, first?.number ?? '')).toMatchObject({
    sha256: draft,
    state: 'Disahkan',
    replacedBy: 'Revisi 1',
  });
  // What goes out now is the revision, under a name of its own.
  await schedule(
    'revised',
    [{ scope: 'province:32', role: 'BGN_PUSAT', target: { kind: 'folder', folder: 'revisi' } }],
    { state: 'Disahkan' },
  );
  const child = await worker();
  await ask('revised');
  const [sent] = await settledDeliveries('revised', 1);
  await stop(child);
  expect(sent).toMatchObject({ state: 'acknowledged', revision: 1, documentState: 'Revisi 1', contentSha256: pending });
  expect(sent?.name).toContain('_r1.csv');
}, 60_000);
