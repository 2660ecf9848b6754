/** Queue `deliver` → register and deliveries. Invariant: a job may run twice and at once with itself; the ledgers decide. */
import { type ConnectionOptions, type Job, UnrecoverableError, Worker } from 'bullmq';
import { LumbungError, messageOf, policies } from '../../platform/errors.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { DELIVER, deliverJob, openQueue, requestDelivery } from '../../platform/queues.ts';
import { runsOf } from '../../warehouse/deliveries/schedules.ts';
import { lastDue, recordRun } from '../../warehouse/ledger.ts';
import { deliver } from './deliver.ts';
import type { DeliveryContext } from './documents.ts';
import { plan, planAgain } from './plan.ts';
import { readForRegister, readRegister } from './reading.ts';

const AT_A_TIME = 4;

export function startDeliveries(context: DeliveryContext): Worker {
  const queue = openQueue(DELIVER, context.redis);
  const run = async (job: Job) => {
    const asked = deliverJob.parse(job.data);
    const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    try {
      if (asked.kind === 'deliver') return await deliver(context, asked.id, last);
      if (asked.kind === 'read')
        return void (await (asked.key ? readForRegister(context, asked.key) : readRegister(context)));
      if (asked.kind === 'again') {
        const id = await planAgain(context, asked.id);
        if (id !== undefined) await requestDelivery(queue, { kind: 'deliver', id });
        return;
      }
      const startedAt = new Date();
      const known = await lastDue(context.warehouse, runsOf(asked.schedule));
      if (known !== undefined && known >= asked.due) return;
      const ids = await plan(context, asked.schedule, asked.due);
      failpoint('deliver:planned');
      for (const id of ids) await requestDelivery(queue, { kind: 'deliver', id });
      await recordRun(context.warehouse, { kind: runsOf(asked.schedule), due: asked.due, startedAt, ran: true });
    } catch (error) {
      const kind = error instanceof LumbungError ? error.kind : 'internal';
      context.log.warn({ job: job.id, attempt: job.attemptsMade + 1, error: messageOf(error) }, 'delivery job failed');
      throw policies[kind].retry ? error : new UnrecoverableError(messageOf(error));
    }
  };
  const worker = new Worker(DELIVER, run, {
    connection: context.workerRedis as unknown as ConnectionOptions,
    concurrency: AT_A_TIME,
    lockDuration: 6_000,
    stalledInterval: 3_000,
    maxStalledCount: 1_000,
  });
  worker.on('error', (error) => context.log.warn({ error: messageOf(error) }, 'delivery worker'));
  worker.on('closed', () => void queue.close());
  return worker;
}
