/** Jobs on schedule: reconciliation and pruning of the ledgers. One at a time; a missed run happens once, later. */
import { type ConnectionOptions, type Job, Worker } from 'bullmq';
import pg from 'pg';
import type { TableShape } from '../etl/postgres/catalog.ts';
import { PRINTING } from '../etl/postgres/session.ts';
import { reconcileTable } from '../etl/reconcile.ts';
import { messageOf } from '../platform/errors.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { JOBS, openQueue, PIPELINE, requestRollup, scheduledJob } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { currentSlot, pruneLedgers } from '../warehouse/ledger.ts';

export type ScheduledContext = {
  databaseUrl: string;
  redis: Redis;
  workerRedis: Redis;
  warehouse: Warehouse;
  log: Logger;
  lifecycle: Lifecycle;
  shapes: ReadonlyMap<string, TableShape>;
};

export function startScheduledJobs(context: ScheduledContext): Worker {
  const worker = new Worker(
    JOBS,
    async (job: Job) => {
      const { kind } = scheduledJob.parse(job.data);
      if (kind === 'prune') await pruneLedgers(context.warehouse);
      else await reconcileAll(context);
    },
    { connection: context.workerRedis as unknown as ConnectionOptions, concurrency: 1 },
  );
  worker.on('failed', (job, error) => context.log.warn({ job: job?.id, error: messageOf(error) }, 'job failed'));
  worker.on('error', (error) => context.log.warn({ error: messageOf(error) }, 'job worker'));
  return worker;
}

/** Reconciles every table and asks for a rollup when something was repaired. */
export async function reconcileAll(context: Omit<ScheduledContext, 'workerRedis'>): Promise<number> {
  const slotId = await currentSlot(context.warehouse);
  if (slotId === undefined) return 0;
  const source = new pg.Client({
    connectionString: context.databaseUrl,
    application_name: 'lumbung reconcile',
    options: PRINTING,
  });
  source.on('error', () => undefined);
  await source.connect();
  let repaired = 0;
  try {
    for (const shape of context.shapes.values()) {
      if (context.lifecycle.signal.aborted) break;
      const result = await reconcileTable({ ...context, source, slotId }, shape);
      repaired += result.repaired;
      if (result.repaired > 0) context.log.warn(result, 'reconciliation repaired rows');
    }
  } finally {
    await source.end();
  }
  if (repaired > 0) await requestRollup(openQueue(PIPELINE, context.redis), slotId);
  return repaired;
}
