/**
 * Queue contracts: names, payloads and job ids in one place. Payloads are thin and parsed on both sides.
 * Invariant: a job carries ids, never data that only Redis knows; losing a queue loses no fact.
 */
import { type ConnectionOptions, Queue } from 'bullmq';
import { z } from 'zod';
import type { Redis } from './redis.ts';

/** `pipeline` runs one job at a time across all workers, so a rollup never reads a half-loaded batch. */
export const PIPELINE = 'pipeline';
/** Everything on schedule. */
export const JOBS = 'jobs';
/** Files being made. */
export const EXPORTS = 'exports';
/** Builds of the report site: one at a time across all workers. */
export const SITE = 'site';
/** Documents read for the register, made and delivered. */
export const DELIVER = 'deliver';
export const queueNames = [PIPELINE, JOBS, EXPORTS, SITE, DELIVER] as const;

export const pipelineJob = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('load'), batchId: z.string(), slotId: z.string() }),
  z.object({ kind: z.literal('rollup'), slotId: z.string() }),
  z.object({ kind: z.literal('serve'), slotId: z.string(), builtSeq: z.number().int() }),
]);
export type PipelineJob = z.infer<typeof pipelineJob>;

export const scheduledJob = z.object({
  kind: z.enum(['reconcile', 'prune', 'site']),
  /** The scheduled time this run is for. */
  due: z.iso.datetime(),
});
export type ScheduledJob = z.infer<typeof scheduledJob>;

export const siteJob = z.object({
  /** The narrative and every unit's pages, or only the pages of units that have changed. */
  kind: z.enum(['full', 'units']),
  /** `system:…`, or `schedule`, which leaves a release alone that somebody has rolled back to. */
  by: z.string(),
});
export type SiteJob = z.infer<typeof siteJob>;

/** How far a build is, in its job. */
export const siteProgress = z.object({
  kind: siteJob.shape.kind,
  step: z.enum(['waiting', 'linking', 'narrative', 'pages', 'checking', 'publishing']),
  done: z.number(),
  total: z.number(),
  startedAt: z.string(),
  /** Null: nothing to judge by yet. */
  etaSeconds: z.number().nullable(),
});
export type SiteProgress = z.infer<typeof siteProgress>;

/** Asks for a scheduled build. One of a kind waits at a time, so asking again is harmless; after `delayMs` it begins. */
export async function requestSite(queue: Queue, kind: SiteJob['kind'], delayMs = 0): Promise<void> {
  const job: SiteJob = { kind, by: 'schedule' };
  const once = { jobId: `site-${kind}`, removeOnComplete: true, removeOnFail: true };
  await queue.add('site', job, { ...once, delay: Math.max(0, Math.round(delayMs)) });
}

/** Asks for a build on behalf of a person, who is told how it ends: the job stays for an hour. It goes before scheduled ones. */
export async function askForSite(queue: Queue, job: SiteJob): Promise<string> {
  const kept = { removeOnComplete: { age: 3_600 }, removeOnFail: { age: 3_600 } };
  const jobId = `site-asked-${job.kind}-${Date.now()}`;
  await queue.add('site', job, { jobId, lifo: true, ...kept });
  return jobId;
}

/** The build under way; undefined when there is none. */
export async function readSiteProgress(queue: Queue): Promise<SiteProgress | undefined> {
  const [job] = await queue.getJobs(['active'], 0, 0);
  return siteProgress.safeParse(job?.progress).data;
}

export const exportJob = z.object({ id: z.uuid() });

/** Asks for a file. The same export is asked for once at a time, so asking again after Redis forgot is harmless. */
export async function requestExport(queue: Queue, id: string): Promise<void> {
  const once = { jobId: id, removeOnComplete: true, removeOnFail: true };
  await queue.add('export', { id }, { ...once, attempts: 5, backoff: { type: 'exponential', delay: 1_000 } });
}

export const deliverJob = z.discriminatedUnion('kind', [
  /** A schedule fell due: what is to be delivered is put into the ledger. */
  z.object({ kind: z.literal('plan'), schedule: z.string(), due: z.iso.datetime() }),
  z.object({ kind: z.literal('deliver'), id: z.string() }),
  /** Somebody orders a delivery again. */
  z.object({ kind: z.literal('again'), id: z.string() }),
  /** The numbers of a report of the register are read again; without a key, those of all of them. */
  z.object({
    kind: z.literal('read'),
    key: z.object({ report: z.string(), scope: z.string(), from: z.string(), to: z.string() }).optional(),
  }),
]);
export type DeliverJob = z.infer<typeof deliverJob>;

/** Asks for it once at a time: the ledgers say what is still to be done, so asking again after Redis forgot is harmless. */
export async function requestDelivery(queue: Queue, job: DeliverJob): Promise<void> {
  const id =
    job.kind === 'plan'
      ? `plan-${job.schedule}-${job.due.replaceAll(/\D/g, '')}`
      : job.kind !== 'read'
        ? `${job.kind}-${job.id}`
        : `read-${job.key ? Object.values(job.key).join('-').replaceAll(':', '_') : 'all'}`;
  const once = { jobId: id, removeOnComplete: true, removeOnFail: true };
  await queue.add(job.kind, job, {
    ...once,
    attempts: DELIVERY_ATTEMPTS,
    backoff: { type: 'exponential', delay: 2_000 },
  });
}

/** 2 s, 4 s, 8 s … more than an hour in all. */
export const DELIVERY_ATTEMPTS = 12;

/** Where the file of an export is, under DATA_DIR. */
export const exportFile = ({ id, format }: { id: string; format: string }) => `exports/${id}.${format}`;

/** Redis key of a batch's bytes. */
export const payloadKey = (batchId: string) => `lumbung:batch:${batchId}`;
/** Pub/sub channel: a batch is durable (a hint; the ledger in ClickHouse is the truth). */
export const LOADED_CHANNEL = 'lumbung:loaded';
/** Pub/sub channel: a rollup job has ended (a hint: what was waiting may be sent as one batch now). */
export const ROLLED_CHANNEL = 'lumbung:rolled';
/** Pub/sub channel: cells were rolled up; every API process fans it out to its sockets. */
export const LIVE_CHANNEL = 'lumbung:live';
/** Redis key of the epoch: a new one means that offsets of the old one say nothing. */
export const EPOCH_KEY = 'lumbung:epoch';
/** Redis stream of one channel's updates, for replay. */
export const streamKey = (channel: string) => `lumbung:stream:${channel}`;

/** Pub/sub channel: another release of the report site is served (a hint; current.json is the truth). */
export const SITE_CHANNEL = 'lumbung:site';

/** What a refresh announces: the channels it touched with their new offsets. */
export const liveNotice = z.object({
  epoch: z.string(),
  seq: z.number(),
  committedAt: z.string(),
  rolledAt: z.string(),
  cells: z.number(),
  channels: z.array(z.object({ channel: z.string(), offset: z.string() })),
});
export type LiveNotice = z.infer<typeof liveNotice>;

/** Pub/sub channel: something people should know. */
export const NOTICE_CHANNEL = 'lumbung:notices';
/** What people are told of a unit, or of the system. `owner`: only roles that see this field of work hear it. */
export const userNotice = z.object({
  channel: z.string(),
  epoch: z.string(),
  offset: z.string(),
  kind: z.enum(['threshold', 'incident', 'quarantine', 'report_due', 'site']),
  owner: z
    .enum(['production', 'quality', 'nutrition', 'distribution', 'finance', 'procurement', 'voice', 'staff', 'health'])
    .optional(),
  subject: z.string(),
  at: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
export type UserNotice = z.infer<typeof userNotice>;

const options = { removeOnComplete: { count: 200 }, removeOnFail: { count: 1_000 } };

export function openQueue(name: string, redis: Redis): Queue {
  return new Queue(name, { connection: redis as unknown as ConnectionOptions, defaultJobOptions: options });
}

/**
 * Asks for a rollup. One request waits at a time: it covers everything loaded before it starts. Batches that wait go first;
 * capture sees to it that they do not for ever.
 */
export async function requestRollup(queue: Queue, slotId: string): Promise<void> {
  const job: PipelineJob = { kind: 'rollup', slotId };
  const jobId = `rollup-${slotId}`;
  await queue.add('rollup', job, { jobId, priority: 1, removeOnComplete: true, removeOnFail: true });
}

export type InFlight = { waiting: number; active: number; delayed: number };

/** Batches handed over and not loaded yet; a delayed one waits for its next attempt. */
export async function batchesInFlight(queue: Queue): Promise<InFlight> {
  const count = async (...states: ('waiting' | 'prioritized' | 'active' | 'delayed')[]) =>
    (await queue.getJobs(states)).filter((job) => job?.name === 'load').length;
  const [waiting, active, delayed] = await Promise.all([
    count('waiting', 'prioritized'),
    count('active'),
    count('delayed'),
  ]);
  return { waiting, active, delayed };
}

/** Transient failures are retried for two minutes at least; what fails for longer is read again from the slot. */
export const retryPolicy = { attempts: 200, backoff: { type: 'fixed', delay: 500 } } as const;
