/** `lumbung site`: ask for a build and follow it, list releases, roll back, or write the public site into a folder. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import type { Command } from 'commander';
import { type Config, loadConfig, requireUrl, systemActor } from '../platform/config.ts';
import { LumbungError, messageOf } from '../platform/errors.ts';
import {
  askForSite,
  openQueue,
  SITE,
  SITE_CHANNEL,
  type SiteJob,
  type SiteProgress,
  siteProgress,
} from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import { newReleaseId, type ReleaseInfo, readCurrent, readRelease, sitePaths } from '../platform/site.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { writeSiteBuild } from '../warehouse/site_builds.ts';
import { underLock } from '../workers/site/lock.ts';
import { listReleases, rollBack } from '../workers/site/releases.ts';
import { buildEntry, runBuild } from '../workers/site/run.ts';
import { withRedis, withWarehouse } from './connections.ts';
import { withRuntime } from './runtime.ts';
import { duration } from './text.ts';

type Options = {
  full?: boolean;
  list?: boolean;
  rollback?: string | true;
  public?: string;
  base: string;
  json?: boolean;
};
type Print = (text: string) => void;
const FOLLOW_EVERY_MS = 500;
const UNTAKEN_MS = 15_000;

export function addSiteVerb(program: Command, print: Print): void {
  program
    .command('site')
    .description(
      'build the report site: the pages of units that changed since the last release; follows the build to its end',
    )
    .option('--full', 'all pages, and the narrative')
    .option('--list', 'the releases that are kept')
    .option(
      '--rollback [release]',
      'serve an earlier release again (the one before, unless named) and hold it until a build is asked for',
    )
    .option(
      '--public <folder>',
      'write the pages of the nation down to its regencies into a folder, to publish anywhere',
    )
    .option('--base <path>', 'with --public: the path it will be published under', '/')
    .option('--json', 'for programs; progress goes to standard error')
    .action(async (options: Options) => {
      const chosen = [options.full, options.list, options.rollback, options.public].filter(
        (each) => each !== undefined,
      );
      if (chosen.length > 1) throw new LumbungError('bad_input', 'say one of --full, --list, --rollback, --public');
      if (options.list) return printList(print, options.json === true);
      await withWarehouse(async (warehouse, config, record) => {
        if (options.rollback !== undefined) {
          await record('site_rollback', {
            target: options.rollback === true ? 'the release before' : options.rollback,
          });
          return goBack(warehouse, config, options.rollback === true ? undefined : options.rollback, options, print);
        }
        if (options.public !== undefined) {
          await record('site_public', { target: resolve(options.public) });
          return withRedis(config, (redis) => writePublic(config, redis, options, print));
        }
        if (config.SITE === 'off') throw new LumbungError('config', 'the report site is switched off: SITE=off');
        await record('site_asked', { target: options.full ? 'full' : 'units' });
        await withRedis(config, (redis) => askAndFollow(config, redis, options, print));
      });
    });
}

async function printList(print: Print, json: boolean): Promise<void> {
  const config = withRuntime(loadConfig());
  const paths = sitePaths(config.dataDir);
  const [releases, current] = [await listReleases(paths), readCurrent(paths)];
  if (json) return print(JSON.stringify({ held: current?.held ?? false, releases }, null, 2));
  if (releases.length === 0) return print('There is no release yet: "lumbung site" builds one.');
  for (const { id, kind, pages, narrativeBuiltAt, asOf, serving, previous } of releases) {
    const place = serving ? (current?.held ? 'served, held' : 'served') : previous ? 'before it' : '';
    const narrative = narrativeBuiltAt === null ? 'no narrative' : 'narrative';
    print(
      `${id}  ${kind.padEnd(5)} ${String(pages).padStart(6)} pages  ${narrative.padEnd(12)}  as of ${asOf.committedAt ?? '-'}  ${place}`,
    );
  }
}

async function goBack(
  warehouse: Warehouse,
  config: Config,
  wanted: string | undefined,
  options: Options,
  print: Print,
) {
  await withRedis(config, async (redis) => {
    const info = await underLock(
      redis,
      new AbortController().signal,
      async () => rollBack(sitePaths(config.dataDir), wanted),
      waiting,
    );
    await redis.publish(SITE_CHANNEL, info.id);
    const now = new Date().toISOString();
    await writeSiteBuild(warehouse, {
      ...{ id: newReleaseId(), kind: 'rollback', by: systemActor(), state: 'done', startedAt: now, finishedAt: now },
      ...{ seq: info.seq, committedAt: info.asOf.committedAt, pages: 0, narrativeAt: info.narrativeBuiltAt },
      ...{ waiting: [], release: info.id, reason: '' },
    });
    if (options.json) return print(JSON.stringify(info));
    print(
      `Release ${info.id} (as of ${info.asOf.committedAt ?? '-'}) is served again, and held: "lumbung site" builds the next one.`,
    );
  });
}

let told = '';
const tell = (text: string) => {
  if (text !== told) process.stderr.write(`${text}\n`);
  told = text;
};
const waiting = () => tell('waiting for the build that is under way …');

function progressText({
  step,
  done,
  total,
  etaSeconds,
}: Pick<SiteProgress, 'step' | 'done' | 'total' | 'etaSeconds'>): string {
  const share = total > 0 ? ` ${done} of ${total} (${Math.floor((100 * done) / total)} %)` : '';
  return `${step}${share}${etaSeconds === null ? '' : `, about ${duration(etaSeconds)} left`}`;
}

async function askAndFollow(config: Config, redis: Redis, options: Options, print: Print): Promise<void> {
  const queue = openQueue(SITE, redis);
  const job: SiteJob = { kind: options.full ? 'full' : 'units', by: systemActor() };
  const before = readCurrent(sitePaths(config.dataDir))?.id;
  const id = await askForSite(queue, job);
  try {
    const release = await follow(queue, id);
    const info = release === 'unchanged' ? undefined : readRelease(sitePaths(config.dataDir), release);
    if (options.json) return print(JSON.stringify(info ?? { unchanged: true, id: before }));
    print(info === undefined ? 'No page has changed since the release that is served.' : publishedText(info));
  } finally {
    await queue.close();
  }
}

const publishedText = ({ id, asOf, narrativeBuiltAt, pages }: ReleaseInfo) =>
  `Release ${id} is served: ${pages} pages as of ${asOf.committedAt ?? '-'}${narrativeBuiltAt === null ? ', without narrative pages' : ''}.`;

/** Resolves with what the job returned; rejects with why it failed. */
async function follow(queue: Queue, id: string): Promise<string> {
  const since = Date.now();
  for (;;) {
    const job: Job | undefined = await queue.getJob(id);
    if (job === undefined) throw new LumbungError('transient', 'Redis forgot the build: ask again');
    const state = await job.getState();
    if (state === 'completed') return String(job.returnvalue);
    if (state === 'failed')
      throw new LumbungError(
        'internal',
        `the site was not built: ${job.failedReason}. The release before is served on.`,
      );
    const progress = siteProgress.safeParse(job.progress).data;
    if (progress) tell(progressText(progress));
    else if (Date.now() - since > UNTAKEN_MS && (await queue.getActiveCount()) === 0) {
      await job.remove().catch(() => undefined);
      throw new LumbungError('unreachable', 'no worker takes it up: is one running, with SITE=on?');
    } else if (state !== 'active' && (await queue.getActiveCount()) > 0) waiting();
    await delay(FOLLOW_EVERY_MS);
  }
}

/** Beside the folder first, then in its place: what is published is never half a site. */
async function writePublic(config: Config, redis: Redis, options: Options, print: Print): Promise<void> {
  const out = resolve(options.public ?? '');
  if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, 'release.json'))) {
    throw new LumbungError('bad_input', `${out} holds something that is not a site of ours: choose another folder`);
  }
  if (!/^\/([\w.~-]+\/)*([\w.~-]+)?$/.test(options.base))
    throw new LumbungError('bad_input', '--base must be a path like / or /laporan');
  const beside = join(dirname(out), `.${basename(out)}.building`);
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(dirname(out), { recursive: true });
  const leaving = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => leaving.abort(new LumbungError('transient', 'stopped')));
  try {
    const built = await underLock(
      redis,
      leaving.signal,
      (signal) =>
        runBuild(
          {
            ...{ id: newReleaseId(), kind: 'full', audience: 'public', narrative: false, base: null },
            ...{ dataDir: config.dataDir, out: beside, basePath: options.base, graceDays: config.GRACE_DAYS },
            clickhouseUrl: requireUrl(config, 'CLICKHOUSE_URL'),
          },
          {
            ...{
              entry: buildEntry,
              memoryMb: config.SITE_MEMORY_MB,
              timeoutMs: config.SITE_TIMEOUT_MINUTES * 60_000,
              signal,
            },
            tell: (progress) => tell(progressText({ ...progress, etaSeconds: null })),
          },
        ),
      waiting,
    );
    if (built.state !== 'built') throw new LumbungError('internal', 'nothing was built');
    const former = `${beside}.old`;
    if (existsSync(out)) renameSync(out, former);
    renameSync(beside, out);
    rmSync(former, { recursive: true, force: true });
    if (options.json) return print(JSON.stringify({ ...built.info, folder: out }));
    print(
      `${built.rendered} pages as of ${built.info.asOf.committedAt ?? '-'} are in ${out}, to be published under ${options.base}.`,
    );
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error instanceof LumbungError ? error : new LumbungError('internal', messageOf(error), error);
  }
}
