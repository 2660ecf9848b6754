/**
 * The queue `site`: one build at a time across all workers, from a job to a release that is served.
 * Invariants: a build that fails leaves the served release as it is and says why (ledger, log, notice); a release that somebody went
 * back to is replaced only by what somebody asks for. The first release has no narrative pages, so that those of units are there
 * at once; the narrative follows when its packages are installed.
 */
import { rmSync } from 'node:fs';
import { type ConnectionOptions, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Config } from '../../platform/config.ts';
import { requireUrl } from '../../platform/config.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Lifecycle } from '../../platform/lifecycle.ts';
import type { Logger } from '../../platform/log.ts';
import {
  openQueue,
  requestSite,
  SITE,
  SITE_CHANNEL,
  type SiteJob,
  type SiteProgress,
  siteJob,
} from '../../platform/queues.ts';
import type { Redis } from '../../platform/redis.ts';
import { type CurrentRelease, newReleaseId, readCurrent, readRelease, sitePaths } from '../../platform/site.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { nationalDay } from '../../warehouse/days.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { provisionalDays } from '../../warehouse/queries/finality.ts';
import { endLostBuilds, readSiteState, type SiteBuild, writeSiteBuild } from '../../warehouse/site_builds.ts';
import { announceNotice } from '../announce.ts';
import { underLock } from './lock.ts';
import { prepare, prune, publish } from './releases.ts';
import { buildEntry, runBuild } from './run.ts';

export type SiteContext = {
  warehouse: Warehouse;
  redis: Redis;
  workerRedis: Redis;
  log: Logger;
  lifecycle: Pick<Lifecycle, 'signal' | 'sleep'>;
  config: Config;
  /** Whether the packages of the narrative are installed. */
  narrativeReady(): boolean | Promise<boolean>;
  /** The process that builds; tests have one of their own. */
  entry?: string;
};

/** Of what refreshes touched, the ledger of claims remembers a day: what is older is built anew. */
const INCREMENTAL_MS = 20 * 3_600_000;
const WATCH_MS = 10_000;
export const RETRY_AFTER_MS = 10 * 60_000;

/** Starts the processor and the watch for what is missing; the caller closes the worker. */
export async function startSite(context: SiteContext): Promise<Worker> {
  const queue = openQueue(SITE, context.redis);
  await queue.setGlobalConcurrency(1);
  const worker = new Worker(SITE, (job: Job) => run(context, siteJob.parse(job.data), job), {
    connection: context.workerRedis as unknown as ConnectionOptions,
    concurrency: 1,
    // A killed worker's job is taken over after a few seconds, and as often as it takes.
    lockDuration: 6_000,
    stalledInterval: 3_000,
    maxStalledCount: 1_000,
  });
  worker.on('error', (error) => context.log.warn({ error: messageOf(error) }, 'site worker'));
  void watch(context, () => requestSite(queue, 'full')).finally(() => queue.close());
  return worker;
}

/** Asks for a release where there is none, for the narrative once it can be built, and again for a whole build that failed. */
async function watch({ config, warehouse, lifecycle, log, narrativeReady }: SiteContext, ask: () => Promise<void>) {
  const paths = sitePaths(config.dataDir);
  do {
    try {
      const serving = readCurrent(paths);
      const info = serving && readRelease(paths, serving.id);
      if (info !== undefined && serving?.held) continue;
      const { recent } = await readSiteState(warehouse);
      const last = recent.find((build) => build.kind === 'full' && build.finishedAt !== null);
      const failed = last?.state === 'failed' ? Date.parse(last.finishedAt ?? '') : undefined;
      if (failed !== undefined && Date.now() - failed < RETRY_AFTER_MS) continue;
      if (info === undefined || failed !== undefined || (info.narrativeBuiltAt === null && (await narrativeReady())))
        await ask();
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'could not look after the report site');
    }
  } while (await lifecycle.sleep(WATCH_MS));
}

async function run(context: SiteContext, { kind, by }: SiteJob, job: Job): Promise<string> {
  const { warehouse, redis, log, lifecycle, config } = context;
  const progress = await progressOf(context, kind, job);
  // The first rollup may be minutes away: the job waits for it.
  while ((await readFreshness(warehouse)).committedAt === null) {
    progress({ step: 'waiting', done: 0, total: 0 });
    if (!(await lifecycle.sleep(500))) throw new UnrecoverableError('the worker was stopped');
  }
  const waiting = () => progress({ step: 'waiting', done: 0, total: 0 });
  return underLock(
    redis,
    lifecycle.signal,
    async (signal) => {
      const paths = sitePaths(config.dataDir);
      const serving = readCurrent(paths);
      const there = serving !== undefined && readRelease(paths, serving.id) !== undefined;
      if (there && serving.held && by === 'schedule') return 'held';
      await endLostBuilds(warehouse);
      const entry = await begin(context, kind, by, serving);
      try {
        prepare(paths);
        // What a killed worker left behind, before it takes room from this build.
        await prune(paths, config.SITE_RELEASES);
        const built = await runBuild(
          {
            ...{ id: entry.id, kind: entry.kind === 'full' ? 'full' : 'units', audience: 'readers' },
            ...{ narrative: serving !== undefined, base: serving?.id ?? null, dataDir: config.dataDir },
            ...{
              basePath: '/reports',
              graceDays: config.GRACE_DAYS,
              clickhouseUrl: requireUrl(config, 'CLICKHOUSE_URL'),
            },
            ...(config.PUBLIC_URL === undefined ? {} : { origin: new URL(config.PUBLIC_URL).origin }),
            ...(config.LUMBUNG_FAILPOINT === undefined ? {} : { failpoint: config.LUMBUNG_FAILPOINT }),
          },
          {
            ...{ entry: context.entry ?? buildEntry, memoryMb: config.SITE_MEMORY_MB, signal, tell: progress },
            timeoutMs: config.SITE_TIMEOUT_MINUTES * 60_000,
          },
        );
        const finishedAt = new Date().toISOString();
        if (built.state === 'unchanged') {
          await writeSiteBuild(warehouse, { ...entry, state: 'unchanged', finishedAt, seq: built.seq });
          return 'unchanged';
        }
        progress({ step: 'publishing', done: 0, total: 1 });
        signal.throwIfAborted();
        publish(paths, entry.id, serving?.id ?? null);
        const { info, rendered } = built;
        await redis.publish(SITE_CHANNEL, info.id).catch(() => undefined);
        await redis.del(QUIET_KEY).catch(() => undefined);
        const told = {
          seq: info.seq,
          committedAt: info.asOf.committedAt,
          pages: rendered,
          narrativeAt: info.narrativeBuiltAt,
        };
        const done = { state: 'done' as const, finishedAt: new Date().toISOString(), release: info.id };
        await writeSiteBuild(warehouse, { ...entry, ...told, ...done });
        log.info(
          { release: info.id, kind: info.kind, pages: rendered, narrative: info.narrativeBuiltAt !== null },
          'site published',
        );
        await prune(paths, config.SITE_RELEASES);
        return info.id;
      } catch (error) {
        if (lifecycle.signal.aborted) throw new UnrecoverableError('the worker was stopped');
        const reason = messageOf(error);
        log.error(
          { build: entry.id, kind, error: reason },
          'the report site was not built; the release before it is served on',
        );
        rmSync(paths.building(entry.id), { recursive: true, force: true });
        await tellFailure(context, { ...entry, state: 'failed', finishedAt: new Date().toISOString(), reason });
        throw new UnrecoverableError(reason);
      }
    },
    waiting,
  );
}

/** Puts down that it has begun. */
async function begin(
  { warehouse, config }: SiteContext,
  kind: SiteJob['kind'],
  by: string,
  serving: CurrentRelease | undefined,
) {
  const paths = sitePaths(config.dataDir);
  const info = serving && readRelease(paths, serving.id);
  const tooOld = info === undefined || Date.now() - Date.parse(info.builtAt) > INCREMENTAL_MS;
  const { waiting } = await provisionalDays(warehouse, { level: 'national', id: '' }, nationalDay(), config.GRACE_DAYS);
  const entry: SiteBuild = {
    ...{ id: newReleaseId(), kind: tooOld ? 'full' : kind, by, state: 'running', startedAt: new Date().toISOString() },
    ...{ finishedAt: null, seq: 0, committedAt: null, pages: 0, narrativeAt: null, waiting: [...waiting] },
    ...{ release: '', reason: '' },
  };
  await writeSiteBuild(warehouse, entry);
  return entry;
}

/** One that fails again and again is told of once an hour. */
const QUIET_KEY = 'lumbung:quiet:site';
const QUIET_SECONDS = 3_600;

async function tellFailure({ warehouse, redis, log }: SiteContext, failed: SiteBuild): Promise<void> {
  const unsaid = (error: unknown) => log.warn({ error: messageOf(error) }, 'the failure could not be told');
  await writeSiteBuild(warehouse, failed).catch(unsaid);
  const first = await redis.set(QUIET_KEY, '1', 'EX', QUIET_SECONDS, 'NX').catch(() => null);
  if (first !== 'OK') return;
  const detail = { build: failed.id, state: 'failed', reason: failed.reason.slice(0, 300) };
  const notice = {
    channel: 'system',
    kind: 'site',
    owner: 'health',
    subject: 'failed',
    at: failed.finishedAt ?? '',
    detail,
  } as const;
  await announceNotice(redis, notice).catch(unsaid);
}

/** Puts progress into the job, with an estimate: as long as the last build of its kind, or as its pages go. */
async function progressOf({ warehouse, log }: SiteContext, kind: SiteJob['kind'], job: Job) {
  const startedAt = new Date();
  const { recent } = await readSiteState(warehouse).catch(() => ({ recent: [] as SiteBuild[] }));
  const last = recent.find((build) => build.state === 'done' && build.kind === kind);
  const usual = last?.finishedAt ? (Date.parse(last.finishedAt) - Date.parse(last.startedAt)) / 1_000 : 0;
  let step = '';
  let since = Date.now();
  return (now: Pick<SiteProgress, 'step' | 'done' | 'total'>) => {
    if (now.step !== step) [step, since] = [now.step, Date.now()];
    const elapsed = (Date.now() - startedAt.getTime()) / 1_000;
    const byPages = now.done > 0 ? (((Date.now() - since) / 1_000) * (now.total - now.done)) / now.done : 0;
    const left = Math.max(usual - elapsed, byPages);
    const told = { ...now, kind, startedAt: startedAt.toISOString(), etaSeconds: left > 0 ? Math.ceil(left) : null };
    job.updateProgress(told satisfies SiteProgress).catch((error: unknown) => {
      log.debug({ error: messageOf(error) }, 'progress not told');
    });
  };
}
