/** Jobs on schedule: reconciliation, pruning of the ledgers and merging of parts, asking for the whole report site. One at a time; a missed run happens once, later. */
import { type ConnectionOptions, type Job, Worker } from 'bullmq';
import type pg from 'pg';
import { connectComparison, sourcePosition } from '../etl/compare.ts';
import { reconcile, type TableResult, takeReconcileTurn } from '../etl/reconcile.ts';
import { readSourceTables } from '../etl/source_setup.ts';
import type { Config } from '../platform/config.ts';
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { JOBS, openQueue, PIPELINE, requestRollup, requestSite, SITE, scheduledJob } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { currentSlot, lastDue, recordRun } from '../warehouse/ledger.ts';
import { mergeParts } from '../warehouse/parts.ts';
import { pruneLedgers } from '../warehouse/pruning.ts';
import { readWatermark } from '../warehouse/watermark.ts';
import { pruneExports } from './exports.ts';

export type ScheduledContext = {
  databaseUrl: string;
  redis: Redis;
  workerRedis: Redis;
  warehouse: Warehouse;
  log: Logger;
  lifecycle: Lifecycle;
  config: Config;
};

export async function startScheduledJobs(context: ScheduledContext): Promise<Worker> {
  const queue = openQueue(JOBS, context.redis);
  await queue.setGlobalConcurrency(1);
  await queue.close();
  const worker = new Worker(
    JOBS,
    async (job: Job) => {
      const { kind, due } = scheduledJob.parse(job.data);
      const last = await lastDue(context.warehouse, kind);
      // Redis may have forgotten that it was run: the ledger has not.
      if (last !== undefined && last >= due) return;
      const startedAt = new Date();
      if (kind === 'prune') {
        await pruneLedgers(context.warehouse);
        await pruneExports(context.warehouse, context.config.dataDir);
        // By day the machine is the kitchens'.
        if (!isPeak(new Date())) await merge(context);
      }
      if (kind === 'site' && context.config.SITE === 'on') await askForSite(context);
      // Where the source is only polled, the polling compares all the time between polls.
      if (kind === 'reconcile' && context.config.SYNC_MODE !== 'schedule') await reconcileTables(context);
      if (!context.lifecycle.signal.aborted) await recordRun(context.warehouse, { kind, due, startedAt, ran: true });
    },
    {
      connection: context.workerRedis as unknown as ConnectionOptions,
      concurrency: 1,
      // A killed worker's job is taken over by another after a few seconds, and as often as it takes.
      lockDuration: 6_000,
      stalledInterval: 3_000,
      maxStalledCount: 1_000,
    },
  );
  worker.on('failed', (job, error) => context.log.warn({ job: job?.id, error: messageOf(error) }, 'job failed'));
  worker.on('error', (error) => context.log.warn({ error: messageOf(error) }, 'job worker'));
  return worker;
}

/** With more large parts than this a partition is merged. */
const LARGE_PARTS = 2;

async function merge({ warehouse, lifecycle, log }: ScheduledContext): Promise<void> {
  const failures = await mergeParts(warehouse, LARGE_PARTS, { signal: lifecycle.signal });
  if (failures.length > 0) log.warn({ parts: failures }, 'could not merge parts');
}

/** Building has a queue of its own: it takes longer than anything else here. */
async function askForSite({ redis }: ScheduledContext): Promise<void> {
  const queue = openQueue(SITE, redis);
  await requestSite(queue, 'full');
  await queue.close();
}

/** How long a scheduled run goes on; the next one continues. */
const RUN_MS = 10 * 60_000;
/** Kitchens and schools work from 04:00 to 18:00 (Asia/Jakarta): the source gets a quarter of the load then. */
const PEAK_HOURS = { from: 4, to: 18, share: 0.25 };

export type Reconciling = Pick<
  ScheduledContext,
  'databaseUrl' | 'redis' | 'warehouse' | 'log' | 'lifecycle' | 'config'
>;
type How = { tables?: readonly string[]; full?: boolean; onProgress?: (pass: TableResult) => void };

/** Compares tables with the source, all of each with `full`, and asks for a rollup when something was repaired. */
export async function reconcileTables(context: Reconciling, how: How = {}): Promise<TableResult[]> {
  const { warehouse, lifecycle, config } = context;
  const slotId = await currentSlot(warehouse);
  if (slotId === undefined) return [];
  const source = await connectComparison(context.databaseUrl);
  try {
    while (!(await takeReconcileTurn(source))) {
      if (!(await lifecycle.sleep(500))) return [];
    }
    const { shapes } = await readSourceTables(source);
    const wanted = [...shapes.values()].filter((shape) => how.tables?.includes(shape.source.table) ?? true);
    const share = how.full || !isPeak(new Date()) ? 1 : PEAK_HOURS.share;
    const reconciling = {
      source,
      warehouse,
      log: context.log,
      lifecycle,
      rowsPerSecond: config.RECONCILE_ROWS_PER_SECOND * share,
      caughtUp: () => awaitStream(context, source, slotId),
      ...(how.onProgress ? { onProgress: how.onProgress } : {}),
    };
    const results = await reconcile(reconciling, wanted, how.full ? { fresh: true } : { until: Date.now() + RUN_MS });
    const repaired = results.filter((result) => result.repaired > 0);
    for (const result of repaired) context.log.warn(result, 'reconciliation repaired rows');
    if (repaired.length > 0) {
      const queue = openQueue(PIPELINE, context.redis);
      await requestRollup(queue, slotId);
      await queue.close();
    }
    return results;
  } finally {
    await source.end();
  }
}

function isPeak(at: Date): boolean {
  const hour = (at.getUTCHours() + 7) % 24;
  return hour >= PEAK_HOURS.from && hour < PEAK_HOURS.to;
}

async function awaitStream({ warehouse, lifecycle }: Reconciling, source: pg.Client, slotId: string): Promise<void> {
  const position = await sourcePosition(source);
  for (let tries = 0; tries < 240; tries++) {
    const { lsn: reached } = await readWatermark(warehouse, slotId);
    if (BigInt(reached) >= position) return;
    if (!(await lifecycle.sleep(500))) break;
  }
  throw new LumbungError('transient', 'the stream did not catch up within two minutes; reconciliation will run again');
}
