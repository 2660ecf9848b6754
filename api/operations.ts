/**
 * State of the platform for operators, read once for the page (`/health`) and for programs (`/api/v1/operations`).
 * Invariants: a fact that cannot be read is null, never zero or the last known; it never waits for what is away longer than a
 * reading does, and never fails. Cache and sockets are those of the process that answers.
 */
import type { Queue } from 'bullmq';
import { type Condition, inEnglish } from '../platform/conditions.ts';
import { batchesInFlight, readSiteProgress, SITE } from '../platform/queues.ts';
import { readSourceFacts } from '../platform/source_facts.ts';
import { readParked, readReconciliations, readTables } from '../warehouse/ledger.ts';
import { readSiteState, type SiteBuild } from '../warehouse/site_builds.ts';
import { readUptime } from '../warehouse/uptime.ts';
import type { ApiContext } from './context.ts';
import { asOf } from './freshness.ts';
import { readiness } from './readiness.ts';

export type Operations = Awaited<ReturnType<typeof readOperations>>;

/** `queues`: those to be told of, the pipeline first. */
export async function readOperations(context: ApiContext, queues: readonly [Queue, ...Queue[]]) {
  const { warehouse, redis, freshness, metrics } = context;
  const known = <T>(reading: Promise<T>): Promise<T | null> => reading.catch(() => null);
  const [
    { reasons, warnings },
    engine,
    pong,
    now,
    facts,
    tables,
    compared,
    parked,
    batches,
    day,
    month,
    site,
    building,
    counts,
    ...own
  ] = await Promise.all([
    readiness(context),
    known(warehouse.ping()),
    known(redis.ping()),
    known(freshness.current()),
    known(readSourceFacts(redis)),
    known(readTables(warehouse)),
    known(readReconciliations(warehouse)),
    known(readParked(warehouse)),
    known(batchesInFlight(queues[0])),
    known(readUptime(warehouse, 1)),
    known(readUptime(warehouse, 30)),
    known(readSiteState(warehouse)),
    known(progressOf(queues)),
    Promise.all(queues.map((queue) => known(queue.getJobCounts('waiting', 'active', 'delayed', 'failed')))),
    metrics.cache.requests.get(),
    metrics.cache.bytes.get(),
    metrics.live.sockets.get(),
    metrics.live.subscriptions.get(),
  ]);
  const [asked, bytes, sockets, subscriptions] = own;
  const lag = (loaded: string | null, committed: string | null) =>
    loaded === null || committed === null ? null : Math.max(0, Date.parse(loaded) - Date.parse(committed));
  const single = ({ values }: { values: readonly { value: number }[] }) => values[0]?.value ?? 0;
  const slot = facts?.slot;
  return {
    at: new Date().toISOString(),
    ready: reasons.length === 0,
    reasons: reasons.map(told),
    warnings: warnings.map(told),
    asOf: now && asOf(now.freshness),
    engines: [
      { engine: 'clickhouse', up: engine === true },
      { engine: 'redis', up: pong === 'PONG' },
      // Seen by the scheduler, whose word ends with it.
      { engine: 'source', up: facts == null ? null : true },
    ],
    source: facts
      ? {
          ...{ readAt: facts.readAt, walBytesPerSecond: facts.walBytesPerSecond },
          ...{ slotActive: slot?.active ?? null, lagBytes: slot?.lagBytes ?? null, keptBytes: slot?.keptBytes ?? null },
          ...{ budgetBytes: slot?.budgetBytes ?? null, budgetSeconds: slot?.budgetSeconds ?? null },
        }
      : null,
    tables:
      tables?.map((table) => ({
        ...table,
        lagMs: lag(table.loadedAt, table.committedAt),
        reconciledAt: compared?.find(({ name }) => name === table.table)?.finishedAt ?? null,
      })) ?? null,
    batches,
    queues: queues.map((queue, index) => ({ queue: queue.name, jobs: jobsOf(counts[index] ?? null) })),
    parked,
    site: site && {
      on: context.config.SITE === 'on',
      held: site.served?.kind === 'rollback',
      release: site.served?.release ?? null,
      committedAt: site.served?.committedAt ?? null,
      narrative: site.served === null ? null : site.served.narrativeAt !== null,
      failed: site.failed && toldBuild(site.failed),
      building: building ?? null,
      builds: site.recent
        .filter(({ state }) => state !== 'unchanged')
        .slice(0, BUILDS_TOLD)
        .map(toldBuild),
    },
    cache: { ...answersOf(asked.values), bytes: single(bytes) },
    live: { sockets: single(sockets), subscriptions: single(subscriptions) },
    uptime: { day, month },
  };
}

const told = (condition: Condition) => ({ ...condition, text: inEnglish(condition) });

const BUILDS_TOLD = 5;
const toldBuild = ({ kind, state, startedAt, finishedAt, pages, by, release, reason }: SiteBuild) => ({
  ...{ kind, state, startedAt, finishedAt, pages, by, release, reason },
});

async function progressOf(queues: readonly Queue[]) {
  const queue = queues.find(({ name }) => name === SITE);
  return queue && (await readSiteProgress(queue));
}

function jobsOf(counts: Record<string, number> | null) {
  if (counts === null) return null;
  const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
  return { waiting, active, delayed, failed };
}

/** Answers since this process began, by where they came from, and the share that needed no computation. */
function answersOf(values: readonly { value: number; labels: { result?: string | number | undefined } }[]) {
  const of = (result: string) => values.find(({ labels }) => labels.result === result)?.value ?? 0;
  const counted = { hit: of('hit'), waited: of('waited'), miss: of('miss'), stale: of('stale') };
  const all = Object.values(counted).reduce((sum, count) => sum + count, 0);
  return { ...counted, hitRate: all === 0 ? null : 1 - counted.miss / all };
}
