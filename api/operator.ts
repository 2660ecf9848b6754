/**
 * The operator's facts as Prometheus gauges and as warnings of /readyz.
 * Invariant: a fact that cannot be read has no sample; it is never zero or the last known.
 */
import { Gauge, type Registry } from 'prom-client';
import type { Condition } from '../platform/conditions.ts';
import { batchesInFlight, openQueue, queueNames } from '../platform/queues.ts';
import { readSourceFacts, slotDanger } from '../platform/source_facts.ts';
import { readFreshness, readParked, readReconciliations, readTables, type TableStatus } from '../warehouse/ledger.ts';
import { readSiteState } from '../warehouse/site_builds.ts';
import { readStages } from '../warehouse/stages.ts';
import { readUptime } from '../warehouse/uptime.ts';
import type { ApiContext } from './context.ts';

/** Returns a function that reads everything and sets the gauges of `registry`. */
export function createOperatorMetrics(
  registry: Registry,
  { warehouse, redis }: Pick<ApiContext, 'warehouse' | 'redis'>,
): () => Promise<void> {
  const queues = queueNames.map((name) => openQueue(name, redis));
  for (const queue of queues) queue.on('error', () => undefined); // without Redis their gauges have no sample
  const [pipeline] = queues as [(typeof queues)[0], ...typeof queues];
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `lumbung_${name}`, help, labelNames, registers: [registry] });
  const single = (name: string, help: string) => {
    const plain = gauge(name, help);
    return (value: number | null | undefined) => {
      if (value === null || value === undefined) plain.remove();
      else plain.set(value);
    };
  };
  const lagSeconds = single('lag_seconds', 'Age of the source state the rollups stand for');
  const lagBytes = single('lag_bytes', 'WAL the source has written and the warehouse has not confirmed');
  const slotBytes = single('slot_wal_bytes', 'WAL the source keeps for the slot');
  const budget = single('slot_budget_seconds', 'Time until the WAL budget is used up if the slot stands still');
  const parkedCount = single('parked_batches', 'Parked loads that wait for an operator');
  const inFlight = gauge('batches_in_flight', 'Batches handed over and not loaded yet', 'state');
  const state = gauge('table_state', '1 for the state the table is in', 'table', 'state');
  const rows = gauge('table_rows_total', 'Rows copied and streamed', 'table', 'kind');
  const reconciled = gauge('reconciliation_age_seconds', 'Time since the table was last reconciled', 'table');

  const up = gauge('engine_up', '1 when the engine answers', 'engine');
  const jobs = gauge('queue_jobs', 'Jobs by queue and state', 'queue', 'state');
  const exported = gauge('exports', 'Exports by state', 'state');
  const loaded = single('rows_loaded_total', 'Rows streamed into the warehouse');
  const loadAge = single('load_age_seconds', 'Time since a batch was last loaded');
  const computed = single('cells_computed_total', 'Cells rolled up');
  const refreshes = single('refreshes_total', 'Refreshes of the rollups');
  const siteAge = single(
    'site_release_age_seconds',
    'Age of the source state the served release of the report site stands for',
  );
  const sitePages = single('site_pages', 'Pages the last published build of the report site rendered');
  const siteBuild = single('site_build_seconds', 'Time the last published build of the report site took');
  const siteFailing = single(
    'site_failing',
    '1 when the last build of the report site failed, and none has made it good',
  );
  const uptime = single('uptime_ratio', 'Share of the last 30 days in which everything was ready');

  return async () => {
    const known = <T>(reading: Promise<T>) => reading.catch(() => undefined);
    const counting = queues.map((queue) => known(queue.getJobCounts('waiting', 'active', 'delayed', 'failed')));
    const [pong, engine, stages, share, site, counts] = await Promise.all([
      known(redis.ping()),
      known(warehouse.ping()),
      known(readStages(warehouse)),
      known(readUptime(warehouse, 30)),
      known(readSiteState(warehouse)),
      Promise.all(counting),
    ]);
    const [facts, batches, tables, parked, freshness, reconciliations] = await Promise.all([
      known(readSourceFacts(redis)),
      known(batchesInFlight(pipeline)),
      known(readTables(warehouse)),
      known(readParked(warehouse)),
      known(readFreshness(warehouse)),
      known(readReconciliations(warehouse)),
    ]);
    const age = (iso: string) => Math.max(0, Date.now() - Date.parse(iso)) / 1_000;
    // From here on nothing waits: a scrape never sees half of it.
    lagSeconds(freshness?.committedAt == null ? null : age(freshness.committedAt));
    const slot = facts?.slot;
    lagBytes(slot?.lagBytes);
    slotBytes(slot?.keptBytes);
    // Nothing is being written: the budget lasts for ever.
    const endless = slot != null && slot.safeBytes !== null && facts?.walBytesPerSecond === 0;
    budget(endless ? Number.POSITIVE_INFINITY : slot?.budgetSeconds);
    parkedCount(parked?.total);
    inFlight.reset();
    for (const [name, count] of Object.entries(batches ?? {})) inFlight.set({ state: name }, count);
    for (const each of [state, rows, reconciled]) each.reset();
    for (const table of tables ?? []) {
      state.set({ table: table.table, state: table.state }, 1);
      rows.set({ table: table.table, kind: 'copied' }, table.copiedRows);
      rows.set({ table: table.table, kind: 'streamed' }, table.streamedRows);
    }
    up.set({ engine: 'redis' }, pong === 'PONG' ? 1 : 0);
    up.set({ engine: 'clickhouse' }, engine ? 1 : 0);
    for (const each of [jobs, exported]) each.reset();
    for (const [index, queue] of queues.entries())
      for (const [name, count] of Object.entries(counts[index] ?? {}))
        jobs.set({ queue: queue.name, state: name }, count);
    for (const { state: name, count } of stages?.exports ?? []) exported.set({ state: name }, count);
    loaded(stages?.rows);
    loadAge(stages?.loadedAt == null ? null : age(stages.loadedAt));
    computed(stages?.cells);
    refreshes(stages?.refreshes);
    uptime(share);
    const built = site?.recent.find(({ state }) => state === 'done');
    siteAge(site?.served?.committedAt == null ? null : age(site.served.committedAt));
    sitePages(built?.pages);
    siteBuild(built?.finishedAt ? (Date.parse(built.finishedAt) - Date.parse(built.startedAt)) / 1_000 : null);
    siteFailing(site === undefined ? null : site.failed === null ? 0 : 1);
    for (const { name, finishedAt } of reconciliations ?? []) reconciled.set({ table: name }, age(finishedAt));
  };
}

/** What an operator should look at although answers are still right and fresh. */
export async function warnings(
  { warehouse, redis, config }: ApiContext,
  tables: readonly TableStatus[],
): Promise<Condition[]> {
  const causes = new Map<string, Extract<Condition, { code: 'quarantined' | 'stale' }>>();
  for (const { table, state, reason } of tables) {
    if (state !== 'quarantined' && state !== 'stale') continue;
    const key = `${state}: ${reason}`;
    const known = causes.get(key);
    causes.set(key, { code: state, tables: [...(known?.tables ?? []), table], cause: reason });
  }
  const found: Condition[] = [...causes.values()];
  const { total } = await readParked(warehouse);
  if (total > 0) found.push({ code: 'parked', total });
  const site = config.SITE === 'on' ? await readSiteState(warehouse) : undefined;
  if (site?.failed) found.push({ code: 'site_failed' });
  if (site?.served?.kind === 'rollback') found.push({ code: 'site_held' });
  const facts = await readSourceFacts(redis).catch(() => undefined);
  const danger = facts && slotDanger(facts.slot);
  return danger === undefined ? found : [...found, danger];
}
