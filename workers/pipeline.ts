/**
 * The pipeline processor: load and rollup jobs, and the serving of rebuilt tables, one at a time across all workers.
 * Invariant: a job is done only when its effect is durable in ClickHouse; Redis only carries hints.
 */
import { type ConnectionOptions, type Job, Worker } from 'bullmq';
import { decodeBatch } from '../etl/batch.ts';
import { type LoadContext, loadBatch } from '../etl/load.ts';
import { messageOf } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoints.ts';
import {
  LOADED_CHANNEL,
  openQueue,
  PIPELINE,
  type PipelineJob,
  payloadKey,
  pipelineJob,
  ROLLED_CHANNEL,
  requestRollup,
} from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import { serveRebuilt } from '../warehouse/rollups/rebuild.ts';
import { type Refresh, refreshDirtyCells } from '../warehouse/rollups/refresh.ts';
import { announceRefresh } from './announce.ts';

export type PipelineContext = LoadContext & { redis: Redis; workerRedis: Redis };

/** Starts the processor; the caller closes the worker. */
export async function startPipeline(context: PipelineContext): Promise<Worker> {
  const queue = openQueue(PIPELINE, context.redis);
  await queue.setGlobalConcurrency(1);
  const worker = new Worker(
    PIPELINE,
    async (job: Job) => {
      const data = pipelineJob.parse(job.data);
      const began = performance.now();
      if (data.kind === 'load') await load(context, data, queue);
      else if (data.kind === 'rollup') await rollup(context, data);
      else await serveRebuilt(context.warehouse, data.slotId, data.builtSeq);
      context.log.debug(
        { job: job.id, kind: data.kind, ms: Math.round(performance.now() - began) },
        'pipeline job done',
      );
    },
    {
      connection: context.workerRedis as unknown as ConnectionOptions,
      concurrency: 1,
      // A killed worker's job is taken over after a few seconds instead of half a minute.
      lockDuration: 6_000,
      stalledInterval: 3_000,
      maxStalledCount: 1_000,
    },
  );
  worker.on('failed', (job, error) => {
    context.log.warn({ job: job?.id, attempt: job?.attemptsMade, error: messageOf(error) }, 'pipeline job failed');
  });
  worker.on('error', (error) => context.log.warn({ error: messageOf(error) }, 'pipeline worker'));
  return worker;
}

async function load(
  context: PipelineContext,
  data: Extract<PipelineJob, { kind: 'load' }>,
  queue: ReturnType<typeof openQueue>,
): Promise<void> {
  const payload = await context.redis.getBuffer(payloadKey(data.batchId));
  // Redis lost the payload, or an earlier attempt finished and removed it: capture knows what to send again.
  if (payload === null) return;
  failpoint('load:begin');
  const batch = decodeBatch(payload);
  await loadBatch(context, batch);
  failpoint('load:after ledger');
  await context.redis.publish(LOADED_CHANNEL, data.batchId);
  await requestRollup(queue, data.slotId);
  await context.redis.del(payloadKey(data.batchId));
}

async function rollup(context: PipelineContext, data: Extract<PipelineJob, { kind: 'rollup' }>): Promise<void> {
  let refresh: Refresh | undefined;
  try {
    refresh = await refreshDirtyCells(context.warehouse, data.slotId);
  } finally {
    // Before it is announced: the next batch is packed meanwhile.
    await context.redis.publish(ROLLED_CHANNEL, data.slotId);
  }
  if (refresh === undefined) return;
  if (refresh.unmerged.length > 0) context.log.warn({ parts: refresh.unmerged }, 'could not merge or drop parts');
  failpoint('rollup:before announce');
  await announceRefresh(context.redis, refresh);
}
