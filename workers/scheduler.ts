/**
 * The scheduler: node-cron → queue. One is active at a time (a Redis lease); job ids are made of kind and time slot, so
 * two schedulers, or one that restarts, never run a job twice.
 */
import cron from 'node-cron';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { JOBS, openQueue, type ScheduledJob } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';

const LEASE_KEY = 'lumbung:scheduler';
const LEASE_MS = 15_000;

/** When each job runs, in Asia/Jakarta. */
export const schedule: readonly { kind: ScheduledJob['kind']; cron: string }[] = [
  { kind: 'reconcile', cron: '30 * * * *' },
  { kind: 'prune', cron: '10 2 * * *' },
];

/** Runs until the process stops. */
export async function runScheduler(redis: Redis, lifecycle: Lifecycle, log: Logger): Promise<void> {
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
  while (await lifecycle.sleep(LEASE_MS / 3)) await holds().catch(() => undefined);
  for (const task of tasks) await task.stop();
  await queue.close();
}
