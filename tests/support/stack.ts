/**
 * A disposable system on real engines: `await using stack = await startStack()`. Roles are processes of their own, as in
 * production; tests wait on watermarks and values, never on time.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startPostgres } from '../../cli/engines/postgres.ts';
import { startRedis } from '../../cli/engines/redis.ts';
import type { Role } from '../../cli/roles.ts';
import { applyDemoSchema } from '../../demo/schema.ts';
import { parseLsn } from '../../etl/postgres/lsn.ts';
import { publicationMembers, readSourceTables } from '../../etl/source_setup.ts';
import { fingerprintOf } from '../../etl/table_set.ts';
import { authSecret, loadConfig } from '../../platform/config.ts';
import { memoryEnvironment } from '../../platform/memory.ts';
import { signToken } from '../../platform/tokens.ts';
import { connectWarehouse, type Warehouse } from '../../warehouse/client.ts';
import { type Freshness, readFreshness } from '../../warehouse/ledger.ts';
import { migrate } from '../../warehouse/migrate.ts';

const HERE = fileURLToPath(new URL('../..', import.meta.url));
/** Of this tree the bundle, where there is one (bundle.ts). */
const entryOf = (root: string) =>
  (root === HERE ? process.env.LUMBUNG_TEST_ENTRY : undefined) ?? join(root, 'bin/lumbung.mjs');
const DEADLINE_MS = 60_000;
const MEMORY = '/dev/shm';

/** A role's process, or the second one of it beside the first. */
export type Instance = Role | `${Role}-2`;

export type Stack = AsyncDisposable & {
  source: pg.Client;
  databaseUrl: string;
  warehouse: Warehouse;
  clickhouseUrl: string;
  redisUrl: string;
  dataDir: string;
  api: string;
  /** That of the second API. */
  secondApi: string;
  start(instance: Instance): Promise<void>;
  /** Also of one that has died by itself: what it held is free afterwards. */
  kill(instance: Instance, signal?: NodeJS.Signals): Promise<void>;
  /** Kills the roles started from now on at a named place; undefined disarms. */
  failpoint(name: string | undefined): void;
  running(instance: Instance): boolean;
  pid(instance: Instance): number;
  /** What the process has logged; nothing of one that never ran. */
  log(instance: Instance): string;
  env: NodeJS.ProcessEnv;
  /** Kills Redis and starts it again, empty; `between` happens while it is away. */
  restartRedis(between?: () => Promise<void>): Promise<void>;
  /** Stops Postgres at once and starts it again; `source` is a new connection afterwards. `between` may change its folder. */
  restartPostgres(between?: (folder: string) => void): Promise<void>;
  /** The postmaster and its children. */
  postgresPids(): number[];
  token(role: string, scope: string[], subject?: string): Promise<string>;
  /** GET on the API as JSON; `status` is the HTTP status. */
  get(
    path: string,
    token?: string,
  ): Promise<{ status: number; body: Record<string, unknown> & { [key: string]: never } }>;
  /** Waits until everything committed in the source so far is rolled up. */
  settled(deadlineMs?: number): Promise<void>;
};

/** The stacks that run, for the logs of a test that failed (tests/support/logs_of_failures.ts). */
export const runningStacks = new Set<Stack>();

/** Waits for a condition; the time-out names what was waited for and the caller's line. */
export async function until(what: string, condition: () => Promise<boolean>, deadlineMs = DEADLINE_MS): Promise<void> {
  const from = new Error(`timed out waiting for ${what}`);
  const began = Date.now();
  for (;;) {
    if (await condition().catch(() => false)) return;
    const waited = Date.now() - began;
    if (waited > deadlineMs) throw from;
    // Asking costs the system under test something too.
    await delay(Math.min(250, 40 + waited / 5));
  }
}

/** Of tests in memory where there is enough of it: the engine makes and removes hundreds of files for every change. */
export function folderOfData(): string {
  if (process.env.VITEST === undefined) return tmpdir();
  const { bavail, bsize } = existsSync(MEMORY) ? statfsSync(MEMORY) : { bavail: 0, bsize: 0 };
  return bavail * bsize > 4 * 1024 ** 3 ? MEMORY : tmpdir();
}

/** Locks of a worker that is dead end now instead of in a few seconds. Redis may be away. */
async function endLocks(url: string): Promise<void> {
  const redis = new Redis(url, { retryStrategy: null, maxRetriesPerRequest: 0, lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const locks = await redis.keys('bull:*:lock');
    if (locks.length > 0) await redis.del(locks);
  } catch {
    // What is not there holds no lock.
  } finally {
    redis.disconnect();
  }
}

/** Starts engines with the operational schema; roles are started by the test, from the sources under `root`, on the Postgres of a folder. */
export async function startStack(
  prepare?: (source: pg.Client) => Promise<void>,
  { root = HERE, postgresFolder }: { root?: string; postgresFolder?: string } = {},
): Promise<Stack> {
  const dataDir = mkdtempSync(join(folderOfData(), 'lumbung-stack-'));
  mkdirSync(join(dataDir, 'logs'));
  const template = process.env.LUMBUNG_TEST_TEMPLATE;
  const begun = template !== undefined && postgresFolder === undefined && root === HERE;
  // As an archive: Postgres insists on the owner of its files.
  if (begun) {
    const parts = ['postgres', 'postgres-password', 'clickhouse'].map((name) => join(template, name));
    execFileSync('cp', ['--archive', ...parts, dataDir]);
  }
  let postgres = await startPostgres(dataDir, ['fsync=off'], undefined, postgresFolder);
  let redis = await startRedis(dataDir);
  if (!begun) await applyDemoSchema(postgres.url);
  const connect = async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  let source = await connect();
  await prepare?.(source);
  const env: NodeJS.ProcessEnv = {
    ...memoryEnvironment(),
    ...process.env,
    DATA_DIR: dataDir,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    CLICKHOUSE_PORT: '0',
    PORT: '0',
    LOG_LEVEL: 'info',
    LOG_PRETTY: 'off',
    LUMBUNG_DEMO: '1',
    // Tests of the report site build it themselves (tests/path/site.test.ts).
    SITE: 'off',
  };
  const children = new Map<Instance, ChildProcess>();
  const urls = new Map<Instance, string>();
  const running = (instance: Instance) => {
    const child = children.get(instance);
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  };

  const start = (instance: Instance) =>
    new Promise<void>((resolve, reject) => {
      const file = join(dataDir, 'logs', `${instance}.log`);
      const log = openSync(file, 'a');
      const role = instance.replace(/-2$/, '');
      const child = fork(entryOf(root), ['start', role], { env, stdio: ['ignore', log, log, 'ipc'] });
      children.set(instance, child);
      child.on('message', (message: { ready?: boolean; url?: string }) => {
        if (!message.ready) return;
        if (message.url !== undefined) urls.set(instance, message.url);
        resolve();
      });
      child.once('exit', () =>
        reject(new Error(`role ${instance} ended:\n${readFileSync(file, 'utf8').slice(-3_000)}`)),
      );
    });
  const kill = async (instance: Instance, signal: NodeJS.Signals = 'SIGKILL') => {
    const child = children.get(instance);
    if (child && child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await exited;
    }
    children.delete(instance);
    // Of two workers the other goes on: what the dead one held is found stalled, as in production.
    if (instance === 'worker' && !running('worker-2')) await endLocks(redis.url);
  };

  await start('warehouse');
  const clickhouseUrl = urls.get('warehouse') as string;
  env.CLICKHOUSE_URL = clickhouseUrl;
  env.CLICKHOUSE_PORT = new URL(clickhouseUrl).port;
  const warehouse = connectWarehouse(clickhouseUrl);
  await migrate(warehouse);
  const secret = authSecret(loadConfig({ DATA_DIR: dataDir }));

  const stack: Stack = {
    get source() {
      return source;
    },
    databaseUrl: postgres.url,
    warehouse,
    clickhouseUrl,
    redisUrl: redis.url,
    dataDir,
    get api() {
      return urls.get('api') as string;
    },
    get secondApi() {
      return urls.get('api-2') as string;
    },
    start,
    kill,
    env,
    failpoint(name) {
      if (name === undefined) delete env.LUMBUNG_FAILPOINT;
      else env.LUMBUNG_FAILPOINT = name;
    },
    running,
    async restartRedis(between) {
      const exited = new Promise((resolve) => redis.process.once('exit', resolve));
      redis.process.kill('SIGKILL');
      await exited;
      await between?.();
      redis = await startRedis(dataDir, Number(new URL(redis.url).port));
    },
    async restartPostgres(between) {
      await postgres.stop();
      between?.(join(dataDir, 'postgres'));
      postgres = await startPostgres(dataDir, ['fsync=off'], Number(new URL(postgres.url).port), postgresFolder);
      await source.end().catch(() => undefined);
      source = await connect();
    },
    postgresPids() {
      const [postmaster = ''] = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
      const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ');
      return [postmaster, ...children].filter((pid) => pid !== '').map(Number);
    },
    pid: (instance) => children.get(instance)?.pid ?? 0,
    log(instance) {
      const file = join(dataDir, 'logs', `${instance}.log`);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
    token: (role, scope, sub = 'test') => signToken(secret, { sub, role, scope }, '1h'),
    async get(path, token) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await fetch(`${stack.api}${path}`, { headers });
      return { status: answer.status, body: await answer.json() };
    },
    async settled(deadlineMs = DEADLINE_MS) {
      const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
      const target = parseLsn(rows[0]?.lsn ?? '0/0');
      await until(
        'everything committed to be rolled up',
        async () => {
          const { watermark } = await readFreshness(warehouse);
          const open = await warehouse.query<{ n: number }>('SELECT count() AS n FROM ops.marks FINAL WHERE NOT done');
          return BigInt(watermark) >= target && open[0]?.n === 0;
        },
        deadlineMs,
      ).catch((error: Error) => {
        for (const role of ['capture', 'worker'] as const) {
          error.message += `\n${role}: ${stack.log(role).slice(-1_500)}`;
        }
        throw error;
      });
      // The API hears of a refresh a moment after its watermark is written.
      if (stack.running('api')) {
        const { rolledUpAt } = await readFreshness(warehouse);
        const asker = await stack.token('PLATFORM_ANALYST', ['national'], 'waits for the API');
        await until('the API to have heard of it', async () => {
          const { status, body } = await stack.get('/api/v1/freshness', asker);
          // Where sign-in is another's, the test waits by itself.
          const heard = (body as unknown as { asOf?: Freshness }).asOf?.rolledUpAt ?? '';
          return status === 401 || heard >= (rolledUpAt ?? '');
        });
      }
      // From here on the warehouse has seen every table: its history has begun (tests/support/rows.ts).
      const { rows: logged } = await source.query("SELECT to_regclass('test_log.begun') IS NOT NULL AS there");
      if (logged[0]?.there)
        await source.query('INSERT INTO test_log.begun SELECT true WHERE NOT EXISTS (SELECT FROM test_log.begun)');
    },
    async [Symbol.asyncDispose]() {
      runningStacks.delete(stack);
      // Nothing of it is kept: roles need not end in order (tests/path/demo.test.ts sees them do so).
      await Promise.all([...children.keys()].filter((own) => own !== 'warehouse').map((own) => kill(own)));
      await warehouse.close();
      await kill('warehouse');
      await source.end().catch(() => undefined);
      await redis.stop();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  runningStacks.add(stack);
  return stack;
}

/** Makes a change and waits until the tables have been copied as they are after it, inside a snapshot taken after it began. */
export async function copiedAfter(stack: Stack, tables: readonly string[], change: () => Promise<unknown>) {
  const { rows } = await stack.source.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  await change();
  // Not counted from the change's end: a copy may have begun by then, and another need not follow. Nor is one that began in
  // between enough: it was made of other tables.
  const params = { tables, lsn: String(parseLsn(rows[0]?.lsn ?? '0/0')) };
  await until(`${tables.join(', ')} to be copied again`, async () => {
    const copied = await stack.warehouse.query<{ name: string; fingerprint: string }>(
      `SELECT toString(table) AS name, fingerprint FROM ops.tables FINAL
       WHERE table IN {tables:Array(String)} AND state = 'live' AND consistent_lsn >= {lsn:UInt64}`,
      params,
    );
    const { shapes } = await readSourceTables(stack.source);
    const members = await publicationMembers(stack.source);
    const asNow = copied.filter(({ name, fingerprint }) => {
      const shape = shapes.get(name);
      return shape !== undefined && fingerprintOf(shape, members.get(name)) === fingerprint;
    });
    return asNow.length === tables.length;
  });
}

/** What the slot was told to be durable. */
export async function confirmedLsn({ source }: Stack): Promise<bigint> {
  const { rows } = await source.query<{ lsn: string }>(
    `SELECT confirmed_flush_lsn AS lsn FROM pg_replication_slots WHERE slot_name = 'lumbung'`,
  );
  return parseLsn(rows[0]?.lsn ?? '0/0');
}

/** Runs the command line against the stack. */
export async function lumbung(stack: Stack, args: readonly string[]): Promise<{ code: number; out: string }> {
  const child = fork(entryOf(HERE), [...args], { env: stack.env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
  }
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
  return { code, out };
}

/** Starts what brings changes into the warehouse. */
export async function startReplication(stack: Stack): Promise<void> {
  await Promise.all([stack.start('worker'), stack.start('capture')]);
}

/** Starts everything the path needs. */
export async function startPath(stack: Stack): Promise<void> {
  await Promise.all([startReplication(stack), stack.start('api')]);
}
