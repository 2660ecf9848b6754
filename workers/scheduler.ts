/**
 * The scheduler: node-cron → queue. One is active at a time (a Redis lease); job ids are made of kind and time slot, so
 * two schedulers, or one that restarts, never run a job twice. The active one also keeps the source's facts in Redis: it
 * lives when capture or worker is in trouble.
 */
import cron from 'node-cron';
import pg from 'pg';
import { createSourceReader } from '../etl/source_facts.ts';
import { messageOf } from '../platform/errors.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { JOBS, openQueue, type ScheduledJob } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import { keepSourceFacts, READ_EVERY_MS } from '../platform/source_facts.ts';

const LEASE_KEY = 'lumbung:scheduler';
const LEASE_MS = 15_000;

/** When each job runs, in Asia/Jakarta. */
export const schedule: readonly { kind: ScheduledJob['kind']; cron: string }[] = [
  { kind: 'reconcile', cron: '30 * * * *' },
  { kind: 'prune', cron: '10 2 * * *' },
];

/** Runs until the process stops. */
export async function runScheduler(
  redis: Redis,
  databaseUrl: string,
  lifecycle: Lifecycle,
  log: Logger,
): Promise<void> {
  const queue = openQueue(JOBS, redis);
  const owner = `${process.pid}-${Date.now()}`;
  const holds = async () => {
    const taken = await redis.set(LEASE_KEY, owner, 'PX', LEASE_MS, 'NX');
    if (taken === 'OK') return true;
    if ((await redis.get(LEASE_KEY)) !== owner) return false;
    await redis.pexpire(LEASE_KEY, LEASE_MS);
    return true;
  };
  const tasks = schedule.map(({ kind, cron: expression }) =>
    cron.schedule(
      expression,
      async () => {
        try {
          if (!(await holds())) return;
          const slot = new Date().toISOString().slice(0, 16).replaceAll(/\D/g, '');
          await queue.add(kind, { kind } satisfies ScheduledJob, { jobId: `${kind}-${slot}` });
        } catch (error) {
          log.warn({ kind, error: String(error) }, 'could not schedule');
        }
      },
      { timezone: 'Asia/Jakarta' },
    ),
  );
  log.info({ jobs: schedule.map((job) => job.kind) }, 'scheduler started');
  const watch = sourceWatch(redis, databaseUrl, log);
  do {
    if (await holds().catch(() => false)) await watch.look();
  } while (await lifecycle.sleep(READ_EVERY_MS));
  await watch.close();
  for (const task of tasks) await task.stop();
  await queue.close();
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
