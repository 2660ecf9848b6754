/**
 * The supervisor behind `npm start`: engines, demo programme and all roles as child processes, in order.
 * Invariants: a child that dies is started again; stopping ends every process it started, in reverse order.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { authSecret, type Config, inheritedEnvironment } from '../platform/config.ts';
import { demoSignIns } from '../platform/demo_accounts.ts';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { backoffMs } from '../platform/lifecycle.ts';
import { memoryEnvironment } from '../platform/memory.ts';
import { connectWarehouse } from '../warehouse/client.ts';
import { migrate } from '../warehouse/migrate.ts';
import { startPostgres } from './engines/postgres.ts';
import { startRedis } from './engines/redis.ts';
import type { Role } from './roles.ts';
import { readRuntime, removeRuntime, writeRuntime } from './runtime.ts';

const entry = fileURLToPath(new URL('../bin/lumbung.mjs', import.meta.url));

type Child = { process: ChildProcess; stop(): Promise<void> };

export async function startAll(config: Config): Promise<void> {
  const running = readRuntime(config);
  if (running)
    throw new LumbungError('config', `already running from this DATA_DIR (process ${running.pid}, ${running.api})`);
  mkdirSync(join(config.dataDir, 'logs'), { recursive: true });
  authSecret(config);
  const began = Date.now();
  const say = (text: string) =>
    process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
  const stops: { name: string; stop: () => Promise<void> }[] = [];
  const leaving = new AbortController();
  let stopping: Promise<void> | undefined;
  const stopAll = (reason: string) => {
    stopping ??= (async () => {
      leaving.abort();
      say(`stopping (${reason}) …`);
      for (const { name, stop } of stops.reverse()) {
        await stop().catch((error: unknown) => say(`${name}: ${messageOf(error)}`));
      }
      removeRuntime(config);
      say('stopped');
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stopAll(signal).then(() => process.exit(0)));
  }
  try {
    await bringUp(config, say, stops, leaving.signal);
  } catch (error) {
    if (leaving.signal.aborted) return;
    await stopAll('start failed');
    throw error;
  }
}

async function bringUp(
  config: Config,
  say: (text: string) => void,
  stops: { name: string; stop: () => Promise<void> }[],
  leaving: AbortSignal,
): Promise<void> {
  const env: NodeJS.ProcessEnv = { ...memoryEnvironment(), ...inheritedEnvironment(), DATA_DIR: config.dataDir };
  const begin = <T extends { stop(): Promise<void> }>(name: string, value: T): T => {
    stops.push({ name, stop: () => value.stop() });
    return value;
  };

  if (config.DATABASE_URL === undefined) {
    // Bounded: a capture that stays away must not fill the disk.
    env.DATABASE_URL = begin('postgres', await startPostgres(config.dataDir, ['max_slot_wal_keep_size=8GB'])).url;
    env.LUMBUNG_DEMO = '1';
    say('Postgres is up (embedded)');
  } else env.DATABASE_URL = config.DATABASE_URL;
  if (config.REDIS_URL === undefined) {
    const redis = await startRedis(config.dataDir);
    env.REDIS_URL = redis.url;
    let current = redis;
    const watch = () =>
      current.process.once('exit', async () => {
        if (leaving.aborted) return;
        say('redis-server ended, starting it again');
        current = await startRedis(config.dataDir, Number(new URL(redis.url).port));
        watch();
      });
    watch();
    stops.push({ name: 'redis', stop: () => current.stop() });
    say('Redis is up');
  } else env.REDIS_URL = config.REDIS_URL;
  if (config.CLICKHOUSE_URL === undefined) {
    const started = await supervise('warehouse', config, env, say, leaving);
    stops.push({ name: 'warehouse', stop: started.stop });
    env.CLICKHOUSE_URL = started.url;
    // A restarted engine must come back on the address the others know.
    env.CLICKHOUSE_PORT = new URL(started.url ?? '').port;
    say('ClickHouse engine is up (embedded)');
  } else env.CLICKHOUSE_URL = config.CLICKHOUSE_URL;

  const warehouse = connectWarehouse(env.CLICKHOUSE_URL as string, { cluster: config.CLICKHOUSE_CLUSTER });
  await migrate(warehouse);
  await warehouse.close();
  if (env.LUMBUNG_DEMO === '1') await loadDemo(config, env.DATABASE_URL as string, say);

  let api = '';
  for (const role of ['capture', 'worker', 'scheduler', 'api'] as const) {
    const started = await supervise(role, config, env, say, leaving);
    stops.push({ name: role, stop: started.stop });
    if (role === 'api') api = started.url ?? '';
  }
  writeRuntime(config, {
    pid: process.pid,
    api,
    clickhouse: env.CLICKHOUSE_URL as string,
    postgres: env.DATABASE_URL as string,
    redis: env.REDIS_URL as string,
    demo: env.LUMBUNG_DEMO === '1',
  });
  say('copying and rolling up …');
  await awaitReady(api, leaving);
  if (env.LUMBUNG_DEMO === '1' && config.SIMULATE !== 'off') {
    const simulator = await supervise('simulator', config, env, say, leaving);
    stops.push({ name: 'simulator', stop: simulator.stop });
  }
  if (leaving.aborted) return;
  say('ready');
  process.stdout.write(
    `\n  Live screen  ${api}/\n${config.SITE === 'on' ? `  Reports      ${api}/reports/ (built in the background)\n` : ''}  API          ${api}/api/v1/kpis\n  ClickHouse   ${env.CLICKHOUSE_URL}\n` +
      `  Postgres     ${env.DATABASE_URL}\n  Logs         ${join(config.dataDir, 'logs')}\n`,
  );
  if (env.LUMBUNG_DEMO === '1') {
    process.stdout.write('\n  Demo sign-ins (choose one on the live screen, or "npx lumbung token --role R"):\n');
    for (const account of demoSignIns) process.stdout.write(`    ${account.role.padEnd(26)} ${account.label}\n`);
  }
  process.stdout.write('\n  Ctrl-C stops everything.\n');
}

async function loadDemo(config: Config, databaseUrl: string, say: (text: string) => void): Promise<void> {
  const { applyDemoSchema, demoIsLoaded } = await import('../demo/schema.ts');
  if (await demoIsLoaded(databaseUrl)) return say('demo programme is there');
  const { generateDemo } = await import('../demo/generate.ts');
  say(`loading the demo programme (${config.DEMO_UNITS} kitchens, ${config.DEMO_DAYS} days) …`);
  await applyDemoSchema(databaseUrl);
  const { rows } = await generateDemo(databaseUrl, {
    units: config.DEMO_UNITS,
    days: config.DEMO_DAYS,
    seed: config.DEMO_SEED,
    onProgress: ({ step, done, total }) => {
      if (done === total) say(`  ${step}`);
    },
  });
  say(`demo programme loaded: ${rows} rows`);
}

/** Starts a role as a child and keeps it running; resolves when it says it is ready. */
async function supervise(
  role: Role,
  config: Config,
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
  leaving: AbortSignal,
): Promise<{ url: string | undefined; stop(): Promise<void> }> {
  const file = join(config.dataDir, 'logs', `${role}.log`);
  let current: Child | undefined;
  let failures = 0;
  const launch = () =>
    new Promise<string | undefined>((resolve, reject) => {
      const log = openSync(file, 'a');
      const child = fork(entry, ['start', role], { env, stdio: ['ignore', log, log, 'ipc'] });
      const bornAt = Date.now();
      let ready = false;
      child.on('message', (message: { ready?: boolean; url?: string; progress?: string }) => {
        if (message.progress !== undefined) say(`  copied ${message.progress}`);
        if (!message.ready) return;
        ready = true;
        resolve(message.url);
      });
      const exited = new Promise<void>((done) =>
        child.once('exit', (code, signal) => {
          done();
          if (leaving.aborted) return resolve(undefined);
          if (!ready) {
            return reject(
              new LumbungError('config', `role "${role}" could not start (${signal ?? code}); see ${file}`),
            );
          }
          failures = Date.now() - bornAt > 30_000 ? 0 : failures + 1;
          say(`role "${role}" ended (${signal ?? code}), starting it again`);
          setTimeout(
            () => {
              if (!leaving.aborted) relaunch();
            },
            backoffMs(failures, 200, 10_000),
          );
        }),
      );
      current = {
        process: child,
        async stop() {
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGTERM');
          const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
          await exited;
          clearTimeout(timer);
        },
      };
    });
  const relaunch = () => {
    launch().catch(() => {
      if (!leaving.aborted) setTimeout(relaunch, backoffMs(++failures, 500, 10_000));
    });
  };
  const url = await launch();
  return { url, stop: async () => current?.stop() };
}

async function awaitReady(api: string, leaving: AbortSignal): Promise<void> {
  while (!leaving.aborted) {
    const answer = await fetch(`${api}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
