/** One role in this process: connects what the role needs, says which server is missing, runs until stopped. */
import { join } from 'node:path';
import type { Worker } from 'bullmq';
import pg from 'pg';
import { runCapture } from '../etl/capture.ts';
import type { CopyProgress } from '../etl/copy_progress.ts';
import { PRINTING } from '../etl/postgres/session.ts';
import { runScheduleSync } from '../etl/schedule_sync.ts';
import { showAlive } from '../platform/alive.ts';
import { type Audit, openAudit } from '../platform/audit.ts';
import { auditedSettings, type Config, requireUrl, systemActor } from '../platform/config.ts';
import { isUnreachable, LumbungError, messageOf } from '../platform/errors.ts';
import { armFailpoint } from '../platform/failpoints.ts';
import { createLifecycle, type Lifecycle, stopOnSignals } from '../platform/lifecycle.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import { openQueue, PIPELINE } from '../platform/queues.ts';
import { awaitRedis, connectRedis, type Redis } from '../platform/redis.ts';
import { readReport, renderReport } from '../reports/documents/render.ts';
import { sitePackagesReady } from '../reports/narrative/workspace.ts';
import { keepAudit } from '../warehouse/audit.ts';
import { connectWarehouse, type Warehouse } from '../warehouse/client.ts';
import { applyDefinitions } from '../warehouse/definitions.ts';
import { startEmbeddedEngine } from '../warehouse/embedded.ts';
import { migrate } from '../warehouse/migrate.ts';
import { readReference } from '../warehouse/reference/files.ts';
import { startDeliveries } from '../workers/delivery/worker.ts';
import { startExports } from '../workers/exports.ts';
import { startPipeline } from '../workers/pipeline.ts';
import { startScheduledJobs } from '../workers/scheduled.ts';
import { runScheduler } from '../workers/scheduler.ts';
import { startSite } from '../workers/site/processor.ts';
import { progressText } from './progress.ts';

export const roles = ['capture', 'worker', 'scheduler', 'api', 'warehouse', 'simulator'] as const;
export type Role = (typeof roles)[number];

type Context = { config: Config; log: Logger; lifecycle: Lifecycle; audit: Audit };

/** Runs the role until SIGTERM, SIGINT or the supervisor's end. */
export async function runRole(role: Role, config: Config): Promise<void> {
  armFailpoint(config.LUMBUNG_FAILPOINT);
  const log = createLogger(config, role);
  const lifecycle = createLifecycle(log);
  stopOnSignals(lifecycle, log);
  showAlive(config.ALIVE_FILE, lifecycle);
  const audit = openAudit(config.dataDir, log);
  const started = { action: 'role_started', actor: systemActor(), target: role, detail: auditedSettings(config) };
  await audit.append(started).catch((cause: unknown) => {
    throw new LumbungError(
      'config',
      `the audit trail cannot be written to ${config.dataDir}/audit: ${messageOf(cause)}`,
      cause,
    );
  });
  // Put down as stopping begins, while it can still be sent.
  let stopping: Promise<void> | undefined;
  lifecycle.signal.addEventListener('abort', () => {
    stopping = audit.append({ action: 'role_stopped', actor: systemActor(), target: role });
    stopping.catch((error: unknown) => log.error({ error: messageOf(error) }, 'the stop could not be audited'));
  });
  lifecycle.onStop('stop audited', () => stopping);
  const context: Context = { config, log, lifecycle, audit };
  await run[role](context);
}

const run: Record<Role, (context: Context) => Promise<void>> = {
  async warehouse({ config, log, lifecycle }) {
    const engine = await startEmbeddedEngine({
      dataDir: join(config.dataDir, 'clickhouse'),
      host: '127.0.0.1',
      port: config.CLICKHOUSE_PORT,
      log,
    });
    lifecycle.onStop('engine', () => engine.close());
    announce({ url: engine.url });
    log.info({ url: engine.url }, 'engine serves ClickHouse HTTP');
    await stopped(lifecycle);
  },

  async capture(context) {
    const { config, log, lifecycle } = context;
    const warehouse = await openWarehouse(context);
    const redis = await openRedis(context, 'blocking');
    const databaseUrl = requireUrl(config, 'DATABASE_URL');
    await awaitSource(databaseUrl);
    const queue = openQueue(PIPELINE, redis);
    lifecycle.onStop('queue', () => queue.close());
    announce({});
    if (config.SYNC_MODE === 'schedule') {
      const polling = runScheduleSync({
        databaseUrl,
        queue,
        warehouse,
        log,
        lifecycle,
        intervalSeconds: config.SYNC_INTERVAL_SECONDS,
        rowsPerSecond: config.RECONCILE_ROWS_PER_SECOND,
        onProgress: progressReporter((progress) => announce({ progress })),
      });
      lifecycle.onStop('polling', () => polling.catch(() => undefined));
      return polling;
    }
    const running = runCapture({
      databaseUrl,
      redisUrl: requireUrl(config, 'REDIS_URL'),
      redis,
      queue,
      warehouse,
      log,
      lifecycle,
      onProgress: progressReporter((progress) => announce({ progress })),
    });
    lifecycle.onStop('capture', () => running.catch(() => undefined));
    await running;
  },

  async worker(context) {
    const { config, log, lifecycle } = context;
    const warehouse = await openWarehouse(context);
    const redis = await openRedis(context, 'request');
    const workerRedis = await openRedis(context, 'blocking');
    const databaseUrl = requireUrl(config, 'DATABASE_URL');
    await awaitSource(databaseUrl);
    let client: pg.Client | undefined;
    const source = async () => {
      if (client) return client;
      const fresh = new pg.Client({
        connectionString: databaseUrl,
        application_name: 'lumbung worker',
        options: PRINTING,
      });
      fresh.on('error', () => {
        client = undefined;
      });
      await fresh.connect();
      client = fresh;
      return fresh;
    };
    lifecycle.onStop('source', () => client?.end());
    await applyDefinitions(warehouse, readReference(config), { team_size: config.TEAM_SIZE });
    const pipeline = await startPipeline({ warehouse, log, source, redis, workerRedis });
    lifecycle.onStop('pipeline', () => closeWorker(pipeline));
    const scheduled = await startScheduledJobs({ databaseUrl, redis, workerRedis, warehouse, log, lifecycle, config });
    lifecycle.onStop('scheduled jobs', () => closeWorker(scheduled));
    const exports = startExports({
      ...{ warehouse, workerRedis, log, lifecycle },
      ...{ dataDir: config.dataDir, graceDays: config.GRACE_DAYS, origin: config },
    });
    lifecycle.onStop('exports', () => closeWorker(exports));
    const documents = { read: readReport, render: renderReport };
    const deliveries = startDeliveries({ warehouse, redis, workerRedis, config, log, lifecycle, documents });
    lifecycle.onStop('deliveries', () => closeWorker(deliveries));
    if (config.SITE === 'on') {
      // The renderers are loaded by the process that builds; here only what is installed is asked.
      const narrativeReady = sitePackagesReady;
      const site = await startSite({ warehouse, redis, workerRedis, log, lifecycle, config, narrativeReady });
      lifecycle.onStop('site', () => closeWorker(site));
    }
    announce({});
    log.info('worker started');
    await stopped(lifecycle);
  },

  async scheduler(context) {
    const redis = await openRedis(context, 'blocking');
    const warehouse = await openWarehouse(context);
    announce({});
    await runScheduler({ ...context, redis, warehouse, databaseUrl: requireUrl(context.config, 'DATABASE_URL') });
  },

  async api(context) {
    // Loaded where it runs: every other process would start half a second later for it.
    const [{ startApi }, { buildLive }] = await Promise.all([
      import('../api/server.ts'),
      import('../reports/live/build.ts'),
    ]);
    await buildLive(join(context.config.dataDir, 'live'));
    const warehouse = await openWarehouse(context, QUERY_SECONDS);
    const redis = await openRedis(context, 'serving');
    const api = await startApi({ ...context, warehouse, redis, redisUrl: requireUrl(context.config, 'REDIS_URL') });
    context.lifecycle.onStop('api', () => api.close());
    announce({ url: api.url });
    context.log.info({ url: api.url }, 'API serves');
    await stopped(context.lifecycle);
  },

  async simulator({ config, log, lifecycle }) {
    const { startSimulator } = await import('../demo/simulate.ts');
    const rate = typeof config.SIMULATE === 'number' ? config.SIMULATE : 5;
    const simulator = await startSimulator(requireUrl(config, 'DATABASE_URL'), {
      rate,
      signal: lifecycle.signal,
      onError: (error) => log.warn({ error: messageOf(error) }, 'simulator'),
    });
    announce({});
    log.info({ rate }, 'simulating traffic');
    await simulator.done;
  },
};

/** Lets the running job end, but not for long: a job that is cut off is run again. */
async function closeWorker(worker: Worker): Promise<void> {
  await Promise.race([worker.close(), new Promise((resolve) => setTimeout(resolve, 3_000))]);
}

/** Copy progress as text, a few times a minute per table and at its end. */
function progressReporter(say: (text: string) => void): (progress: CopyProgress) => void {
  let table = '';
  let saidAt = 0;
  return (progress) => {
    const ended = progress.bytes >= progress.totalBytes;
    if (!ended && Date.now() - saidAt < 2_000 && table === progress.table) return;
    table = progress.table;
    saidAt = Date.now();
    say(ended ? `${table}: ${progress.rows} rows` : progressText(progress, new Date()));
  };
}

/** Tells the supervisor; without one, nothing. */
function announce(message: { url?: string; progress?: string }): void {
  process.send?.({ ...message, ready: message.progress === undefined });
}

function stopped(lifecycle: Lifecycle): Promise<void> {
  return new Promise((resolve) => lifecycle.signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** People wait for what the API asks. */
const QUERY_SECONDS = 30;

export async function openWarehouse(
  { config, lifecycle, audit }: Pick<Context, 'config' | 'lifecycle' | 'audit'>,
  querySeconds?: number,
): Promise<Warehouse> {
  const url = requireUrl(config, 'CLICKHOUSE_URL');
  const warehouse = connectWarehouse(url, { querySeconds, cluster: config.CLICKHOUSE_CLUSTER });
  lifecycle.onStop('warehouse', () => warehouse.close());
  if (!(await warehouse.ping())) {
    const { host } = new URL(url);
    throw new LumbungError(
      'unreachable',
      `ClickHouse does not answer at ${host} (CLICKHOUSE_URL). Is it running there?`,
    );
  }
  await migrate(warehouse);
  audit.shipTo((entries) => keepAudit(warehouse, entries));
  lifecycle.onStop('audit', () => audit.close());
  return warehouse;
}

async function openRedis(
  { config, log, lifecycle }: Context,
  kind: 'blocking' | 'request' | 'serving',
): Promise<Redis> {
  const url = requireUrl(config, 'REDIS_URL');
  const redis = connectRedis(url, log, kind);
  lifecycle.onStop('redis', () => redis.disconnect());
  await awaitRedis(redis, url);
  return redis;
}

async function awaitSource(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { host } = new URL(url);
    const why = isUnreachable(error) ? 'Is it running there?' : messageOf(error);
    throw new LumbungError('unreachable', `Postgres does not answer at ${host} (DATABASE_URL). ${why}`, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
