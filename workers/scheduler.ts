/**
 * The scheduler: node-cron → queue.
 * Invariants: what fell due while nothing ran is asked for once, the latest time only; two schedulers, or one that restarts,
 * never run a job twice: one is active at a time (a Redis lease), job ids are made of kind and due time, and the ledger of
 * finished runs in ClickHouse decides, which survives Redis. The active one also keeps the source's facts in Redis: it lives when
 * capture or worker is in trouble.
 */
import { CronExpressionParser } from 'cron-parser';
import cron from 'node-cron';
import pg from 'pg';
import { createSourceReader } from '../etl/source_facts.ts';
import type { Config } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { DELIVER, JOBS, openQueue, type ScheduledJob, SITE } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import { keepSourceFacts, READ_EVERY_MS } from '../platform/source_facts.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { lastDue, recordRun } from '../warehouse/ledger.ts';
import { createDeliverySchedules } from './delivery/due.ts';
import { createNotices } from './notices.ts';
import { createSiteSchedule } from './site/schedule.ts';

const LEASE_KEY = 'lumbung:scheduler';
const LEASE_MS = 15_000;
const TIMEZONE = 'Asia/Jakarta';

export type SchedulerContext = {
  redis: Redis;
  databaseUrl: string;
  warehouse: Warehouse;
  config: Config;
  lifecycle: Lifecycle;
  log: Logger;
};

/**
 * A run that fails is tried again, ever more rarely. Neither a finished nor a failed one stays in Redis, where its id would stand
 * in the way of the next attempt: the ledger says which are finished, the others are asked for again.
 */
const RETRIES = {
  attempts: 6,
  backoff: { type: 'exponential', delay: 10_000 },
  removeOnComplete: true,
  removeOnFail: true,
} as const;

/** When each job runs. */
const scheduleOf = (config: Config): Readonly<Partial<Record<ScheduledJob['kind'], string>>> => ({
  reconcile: config.SCHEDULE_RECONCILE,
  prune: config.SCHEDULE_PRUNE,
  ...(config.SITE === 'on' ? { site: config.SCHEDULE_SITE } : {}),
});

/** Runs until the process stops. */
export async function runScheduler(context: SchedulerContext): Promise<void> {
  const { redis, warehouse, config, lifecycle, log } = context;
  const queue = openQueue(JOBS, redis);
  const owner = `${process.pid}-${Date.now()}`;
  const holds = async () => {
    const taken = await redis.set(LEASE_KEY, owner, 'PX', LEASE_MS, 'NX');
    if (taken === 'OK') return true;
    if ((await redis.get(LEASE_KEY)) !== owner) return false;
    await redis.pexpire(LEASE_KEY, LEASE_MS);
    return true;
  };
  /** Asks for the run that fell due last, unless it was finished. */
  const askForDue = async (kind: ScheduledJob['kind'], expression: string) => {
    if (!(await holds())) return;
    const at = new Date(Date.now() + 1);
    const due = CronExpressionParser.parse(expression, { currentDate: at, tz: TIMEZONE }).prev().toDate().toISOString();
    const last = await lastDue(warehouse, kind);
    if (last === undefined) return recordRun(warehouse, { kind, due, startedAt: new Date(), ran: false });
    if (last >= due) return;
    const jobId = `${kind}-${due.replaceAll(/\D/g, '')}`;
    await queue.add(kind, { kind, due } satisfies ScheduledJob, { jobId, ...RETRIES });
  };
  const jobs = Object.entries(scheduleOf(config)) as [ScheduledJob['kind'], string][];
  const guarded = (kind: ScheduledJob['kind'], expression: string) =>
    askForDue(kind, expression).catch((error: unknown) =>
      log.warn({ kind, error: messageOf(error) }, 'could not schedule'),
    );
  const tasks = jobs.map(([kind, expression]) =>
    cron.schedule(expression, () => guarded(kind, expression), { timezone: TIMEZONE }),
  );
  log.info({ jobs }, 'scheduler started');
  const notices = createNotices({ warehouse, redis, log });
  const siteQueue = openQueue(SITE, redis);
  const site = config.SITE === 'on' ? createSiteSchedule({ warehouse, queue: siteQueue, config }) : undefined;
  const deliveries = openQueue(DELIVER, redis);
  const due = createDeliverySchedules({ warehouse, queue: deliveries, holds, log });
  const watch = sourceWatch(redis, context.databaseUrl, log);
  do {
    if (!(await holds().catch(() => false))) continue;
    // Also what was missed: by everybody before the start, or by the scheduler that held the lease and died.
    for (const [kind, expression] of jobs) await guarded(kind, expression);
    await due.look().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'could not look for deliveries'));
    await watch.look();
    await notices.look().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'could not look for notices'));
    await site?.look().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'could not schedule the site'));
  } while (await lifecycle.sleep(READ_EVERY_MS));
  await watch.close();
  for (const task of tasks) await task.stop();
  await due.stop();
  await Promise.all([queue.close(), siteQueue.close(), deliveries.close()]);
}

/** Reads the source over one connection, made again after it failed; a source that is away is said once. */
function sourceWatch(redis: Redis, databaseUrl: string, log: Logger) {
  const read = createSourceReader();
  let client: pg.Client | undefined;
  let away = false;
  const drop = async () => {
    const former = client;
    client = undefined;
    await former?.end().catch(() => undefined);
  };
  return {
    async look(): Promise<void> {
      try {
        if (client === undefined) {
          client = new pg.Client({
            connectionString: databaseUrl,
            application_name: 'lumbung status',
            connectionTimeoutMillis: READ_EVERY_MS,
            query_timeout: READ_EVERY_MS,
          });
          client.on('error', () => undefined); // the next reading fails and says so
          await client.connect();
        }
        await keepSourceFacts(redis, await read(client));
        away = false;
      } catch (error) {
        await drop();
        if (!away) log.warn({ error: messageOf(error) }, 'the source cannot be looked at, its facts are missing');
        away = true;
      }
    },
    close: drop,
  };
}
