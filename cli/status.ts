/**
 * What an operator wants to know at a glance, read from the engines themselves. The fields of `--json` are described in
 * docs/operate.md.
 * Invariant: a fact that cannot be read is null, with the reason in `faults`; it is never zero or old.
 */
import pg from 'pg';
import { z } from 'zod';
import { type CopyProgress, readCopies } from '../etl/copy_progress.ts';
import { formatLsn } from '../etl/postgres/lsn.ts';
import { createSourceReader } from '../etl/source_facts.ts';
import type { Config } from '../platform/config.ts';
import { messageOf } from '../platform/errors.ts';
import { createLogger } from '../platform/log.ts';
import {
  batchesInFlight,
  type InFlight,
  openQueue,
  PIPELINE,
  readSiteProgress,
  SITE,
  type SiteProgress,
} from '../platform/queues.ts';
import { awaitRedis, connectRedis } from '../platform/redis.ts';
import { readSourceFacts, type SourceFacts } from '../platform/source_facts.ts';
import { connectWarehouse } from '../warehouse/client.ts';
import {
  type Freshness,
  type Parked,
  type Reconciliation,
  readFreshness,
  readParked,
  readReconciliations,
  readTables,
  type TableStatus,
} from '../warehouse/ledger.ts';
import { readSiteState, type SiteBuild } from '../warehouse/site_builds.ts';
import { progressText } from './progress.ts';
import type { Runtime } from './runtime.ts';
import { bytes, duration, paragraph } from './text.ts';

const PATIENCE_MS = 3_000;
/** Between two readings of the source, when nobody else has measured how fast its WAL grows. */
const RATE_OVER_MS = 1_000;
const YEAR = 365 * 86_400;

export type Status = {
  api: string | null;
  clickhouse: string | null;
  postgres: string | null;
  redis: string | null;
  /** What /readyz answers. */
  ready: boolean;
  reasons: string[];
  warnings: string[];
  freshness: Freshness | null;
  /** How changes are learnt of: streamed, or by polling every so many seconds. */
  mode: 'change' | 'schedule';
  pollSeconds: number | null;
  lag: { seconds: number | null; bytes: number | null };
  source: SourceFacts | null;
  inFlight: InFlight | null;
  tables:
    | (TableStatus & {
        reconciled: Omit<Reconciliation, 'name'> | null;
        /** Of a table that is being copied: how far, and when that was noted. */
        copying: (Omit<CopyProgress, 'table'> & { notedAt: Date }) | null;
      })[]
    | null;
  parked: Parked[] | null;
  parkedTotal: number | null;
  /** The report site: what is served, what is being built, and the last failure that no later build has made good. */
  site: {
    on: boolean;
    held: boolean;
    served: SiteBuild | null;
    failed: SiteBuild | null;
    building: SiteProgress | null;
  } | null;
  /** What could not be read, and why. */
  faults: string[];
};

const readiness = z.object({ ready: z.boolean(), reasons: z.array(z.string()), warnings: z.array(z.string()) });

export type StatusReader = { read(): Promise<Status>; close(): Promise<void> };

/** Reads as often as asked; `config` names the engines, `running` the API of this DATA_DIR. */
export function openStatus(config: Config, running: Runtime | undefined): StatusReader {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_CLUSTER: cluster } = config;
  const warehouse = url === undefined ? undefined : connectWarehouse(url, { cluster });
  const silent = createLogger({ ...config, LOG_LEVEL: 'silent' }, 'status');
  const redis = config.REDIS_URL === undefined ? undefined : connectRedis(config.REDIS_URL, silent);
  const queue = redis && openQueue(PIPELINE, redis);
  queue?.on('error', () => undefined); // a fault of the reading says it
  const builds = redis && openQueue(SITE, redis);
  builds?.on('error', () => undefined);
  const readSource = createSourceReader();

  const ofApi = async () => {
    if (running === undefined) return undefined;
    const answer = await fetch(`${running.api}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return readiness.parse(await answer.json());
  };
  const ofRedis = async () => {
    if (!redis || !queue || !builds || config.REDIS_URL === undefined) return undefined;
    await awaitRedis(redis, config.REDIS_URL, PATIENCE_MS);
    return {
      inFlight: await batchesInFlight(queue),
      facts: await readSourceFacts(redis),
      building: await readSiteProgress(builds),
    };
  };
  const ofSource = async (measured: number | null): Promise<SourceFacts | undefined> => {
    if (config.DATABASE_URL === undefined) return undefined;
    const client = new pg.Client({
      connectionString: config.DATABASE_URL,
      application_name: 'lumbung status',
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const facts = await readSource(client);
      if (facts.walBytesPerSecond !== null) return facts;
      if (measured !== null) return withRate(facts, measured);
      await new Promise((resolve) => setTimeout(resolve, RATE_OVER_MS));
      return await readSource(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const ofWarehouse = async () => {
    if (warehouse === undefined) return undefined;
    const reconciled = new Map(
      (await readReconciliations(warehouse)).map(({ name, ...reconciliation }) => [name, reconciliation]),
    );
    const copies = new Map(
      (await readCopies(warehouse)).map(({ progress: { table, ...progress }, notedAt }) => [
        table,
        { ...progress, notedAt },
      ]),
    );
    const tables = await readTables(warehouse);
    return {
      freshness: await readFreshness(warehouse),
      tables: tables.map((table) => ({
        ...table,
        reconciled: reconciled.get(table.table) ?? null,
        copying: table.state === 'copying' ? (copies.get(table.table) ?? null) : null,
      })),
      parked: await readParked(warehouse),
      site: await readSiteState(warehouse),
    };
  };

  return {
    async read() {
      const faults: string[] = [];
      const attempt = <T>(what: string, work: Promise<T | undefined>): Promise<T | undefined> =>
        work.catch((error: unknown) => {
          faults.push(`${what}: ${messageOf(error)}`);
          return undefined;
        });
      const [answer, queued, held] = await Promise.all([
        attempt('API', ofApi()),
        attempt('Redis', ofRedis()),
        attempt('ClickHouse', ofWarehouse()),
      ]);
      const source = await attempt('Postgres', ofSource(queued?.facts?.walBytesPerSecond ?? null));
      const committedAt = held?.freshness.committedAt ?? null;
      return {
        api: running?.api ?? null,
        clickhouse: config.CLICKHOUSE_URL ?? null,
        postgres: config.DATABASE_URL ?? null,
        redis: config.REDIS_URL ?? null,
        ready: answer?.ready ?? false,
        reasons: answer?.reasons ?? [],
        warnings: answer?.warnings ?? [],
        mode: config.SYNC_MODE,
        pollSeconds: config.SYNC_MODE === 'schedule' ? config.SYNC_INTERVAL_SECONDS : null,
        freshness: held?.freshness ?? null,
        lag: {
          seconds: committedAt === null ? null : Math.max(0, Date.now() - Date.parse(committedAt)) / 1_000,
          bytes: source?.slot?.lagBytes ?? null,
        },
        source: source ?? null,
        inFlight: queued?.inFlight ?? null,
        tables: held?.tables ?? null,
        parked: held?.parked.first ?? null,
        parkedTotal: held?.parked.total ?? null,
        site: held
          ? {
              ...{ on: config.SITE === 'on', held: held.site.served?.kind === 'rollback' },
              ...{ served: held.site.served, failed: held.site.failed, building: queued?.building ?? null },
            }
          : null,
        faults,
      };
    },
    async close() {
      await Promise.all([queue, builds].map((each) => each?.close().catch(() => undefined)));
      redis?.disconnect();
      await warehouse?.close();
    },
  };
}

function withRate(facts: SourceFacts, rate: number): SourceFacts {
  const { slot } = facts;
  const budgetSeconds = !slot || slot.safeBytes === null || rate === 0 ? null : Math.max(0, slot.safeBytes) / rate;
  return { ...facts, walBytesPerSecond: rate, slot: slot && { ...slot, budgetSeconds } };
}

/** The same for a human, in lines of at most 120 characters. */
export function formatStatus(status: Status): string {
  const lines: string[] = [];
  const fact = (name: string, text: string) => lines.push(name.padEnd(12) + paragraph(text, ' '.repeat(12)).slice(12));
  const state = status.api === null ? '' : status.ready ? '  ready' : '  NOT READY';
  fact('api', `${status.api ?? '(not running)'}${state}`);
  for (const name of ['clickhouse', 'postgres', 'redis'] as const) fact(name, masked(status[name]));
  for (const reason of status.reasons) fact('NOT READY', reason);
  for (const warning of status.warnings) fact('WARNING', warning);
  for (const fault of status.faults) fact('UNKNOWN', fault);
  if (status.freshness !== null) {
    const { committedAt, rolledUpAt } = status.freshness;
    const lag = status.lag.seconds === null ? '' : `, ${duration(status.lag.seconds)} ago`;
    const behind = status.lag.bytes === null ? '' : `, ${bytes(status.lag.bytes)} of WAL not yet confirmed`;
    lines.push('');
    fact('committed', `${committedAt ?? 'nothing yet'}${lag}${behind}`);
    fact('rolled up', rolledUpAt ?? 'nothing yet');
  }
  if (status.mode === 'schedule') fact('polled', pollText(status));
  else if (status.source !== null) fact('slot', slotText(status.source));
  if (status.inFlight !== null) {
    const { waiting, active, delayed } = status.inFlight;
    fact('in flight', `${waiting} batches waiting, ${active} loading, ${delayed} delayed`);
  }
  if (status.parkedTotal !== null) fact('parked', status.parkedTotal === 0 ? 'nothing' : String(status.parkedTotal));
  for (const { id, reason, endLsn } of status.parked ?? []) {
    lines.push(paragraph(`${formatLsn(BigInt(endLsn))} ${reason} (${id})`, '  '));
  }
  for (const text of siteTexts(status)) fact('site', text);
  if (status.tables !== null) lines.push('', ...tableLines(status.tables));
  return lines.join('\n');
}

function siteTexts({ site }: Status): string[] {
  if (site === null) return [];
  if (!site.on) return ['not built here (SITE=off)'];
  const { served, failed, building, held } = site;
  const narrative =
    served !== null && served.narrativeAt === null
      ? ', without narrative pages (their packages are not installed)'
      : '';
  const kept = held ? ', held since a roll-back: "lumbung site" builds the next one' : '';
  return [
    served === null
      ? 'no release yet'
      : `release ${served.release} as of ${served.committedAt ?? '-'}${narrative}${kept}`,
    ...(building === null
      ? []
      : [
          `building (${building.kind}): ${building.step}${building.total > 0 ? ` ${building.done} of ${building.total}` : ''}` +
            `${building.etaSeconds === null ? '' : `, about ${duration(building.etaSeconds)} left`}`,
        ]),
    ...(failed === null ? [] : [`BUILD FAILED ${failed.finishedAt ?? ''} (${failed.kind}): ${failed.reason}`]),
  ];
}

function pollText({ pollSeconds, tables }: Status): string {
  const live = (tables ?? []).filter(({ state }) => state === 'live');
  const compared = live.flatMap(({ reconciled }) => reconciled?.finishedAt ?? []).sort();
  const oldest =
    compared[0] === undefined || compared.length < live.length
      ? `${live.length - compared.length} tables have not been compared whole yet`
      : `every table was compared whole within the last ${duration((Date.now() - Date.parse(compared[0])) / 1_000)}`;
  return `every ${pollSeconds} s for rows with a newer stamp; deletes and changes without one are found by comparison: ${oldest}`;
}

function slotText({ slot, walBytesPerSecond }: SourceFacts): string {
  if (slot === null) return 'none: nothing has been copied yet, or it was dropped';
  const parts = [slot.active ? 'streaming' : 'NOT READ by anyone', slot.walStatus ?? 'without WAL'];
  if (slot.keptBytes !== null) {
    const budget = slot.budgetBytes === null ? ', no budget set' : ` of ${bytes(slot.budgetBytes)}`;
    parts.push(`keeps ${bytes(slot.keptBytes)} of WAL${budget}`);
  }
  if (walBytesPerSecond !== null) parts.push(`the source writes ${bytes(walBytesPerSecond)}/s`);
  if (slot.budgetSeconds !== null) {
    const lasts = slot.budgetSeconds > YEAR ? 'over a year' : duration(slot.budgetSeconds);
    parts.push(`standing still, the budget would last ${lasts}`);
  }
  return parts.join('; ');
}

function tableLines(tables: NonNullable<Status['tables']>): string[] {
  const row = (cells: readonly string[]) => {
    const [table = '', state = '', copied = '', streamed = '', change = '', reconciled = ''] = cells;
    const counts = `${copied.padStart(12)} ${streamed.padStart(12)}`;
    return `${table.padEnd(30)} ${state.padEnd(12)} ${counts}  ${change.padEnd(17)} ${reconciled}`.trimEnd();
  };
  const ago = (iso: string) => `${duration(Math.max(0, Date.now() - Date.parse(iso)) / 1_000)} ago`;
  let said = '';
  const lines = [row(['table', 'state', 'copied', 'streamed', 'last change', 'reconciled'])];
  for (const { table, state, reason, copiedRows, streamedRows, committedAt, reconciled, copying } of tables) {
    const result =
      reconciled === null
        ? '-'
        : `${ago(reconciled.finishedAt)}, ${reconciled.repaired === 0 ? 'equal' : `${reconciled.repaired} repaired`}`;
    const counts = [copiedRows, streamedRows].map((count) => count.toLocaleString('en'));
    lines.push(row([table, state, ...counts, committedAt === null ? '-' : ago(committedAt), result]));
    if (copying !== null) lines.push(`  ${progressText({ table, ...copying }, copying.notedAt)}`);
    // What concerns all tables is said once.
    if (reason !== '' && reason !== said) lines.push(paragraph(reason, '  '));
    said = reason;
  }
  return lines;
}

/** An address without its password. */
function masked(address: string | null): string {
  if (address === null) return '(not running)';
  return address.replace(/(\/\/[^:/@]*:)[^/]*@/, '$1***@').replace(/\/$/, '');
}
