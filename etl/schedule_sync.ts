/**
 * Replication where the source allows nothing but SELECT (SYNC_MODE=schedule): asked again and again instead of told.
 * A poll reads, in one snapshot, the rows whose stamp moved and the children of those whose rows have none, compares their
 * hashes with the warehouse and mends what differs. Between polls every table is compared whole, over and over: that finds
 * deletes and changes no stamp tells of.
 * Invariants: a row's version is a position of the source's log read before the row was, so a later poll always beats an
 * earlier one; nothing is rolled up between the first and the last row of a poll; the freshness claimed is the beginning of
 * the last whole poll, never later.
 */
import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import pg from 'pg';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoints.ts';
import { backoffMs, type Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { requestRollup } from '../platform/queues.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { markEverything } from '../warehouse/rollups/refresh.ts';
import { awaitTurn, refuseOtherSource } from './capture.ts';
import {
  type CompareContext,
  compare,
  connectComparison,
  finishRepair,
  type Look,
  lookSql,
  repair,
  sourcePosition,
} from './compare.ts';
import type { CopyProgress } from './copy_progress.ts';
import type { TableShape } from './postgres/catalog.ts';
import { quoteName } from './postgres/copy_sql.ts';
import { formatLsn } from './postgres/lsn.ts';
import { schedulePreflight } from './preflight.ts';
import { endReconcileTurn, reconcile, takeReconcileTurn } from './reconcile.ts';
import { createCopier } from './snapshot.ts';
import { catalogSignature } from './source_setup.ts';
import { copiesRequested, prepareTables, setTableStates, type TableSet } from './table_set.ts';
import { microsToText } from './transaction.ts';

export type ScheduleContext = {
  databaseUrl: string;
  queue: Queue;
  warehouse: Warehouse;
  log: Logger;
  lifecycle: Lifecycle;
  intervalSeconds: number;
  rowsPerSecond: number;
  onProgress?: (progress: CopyProgress & { total: number }) => void;
};

/** A stamp is set before its transaction commits, and by clocks that differ: so much is read again every time. */
const OVERLAP = '10 minutes';
const CHUNK_ROWS = 5_000;
const CHUNK_PARENTS = 500;

/** Runs until the process stops; a failed poll is tried again. */
export async function runScheduleSync(context: ScheduleContext): Promise<void> {
  const { lifecycle, log } = context;
  for (let attempt = 0; !lifecycle.signal.aborted; attempt++) {
    const startedAt = Date.now();
    try {
      await syncOnce(context);
    } catch (error) {
      if (lifecycle.signal.aborted) return;
      if (error instanceof LumbungError && (error.kind === 'config' || error.kind === 'source_mismatch')) throw error;
      log.warn({ error: messageOf(error) }, 'polling interrupted, connecting again');
    }
    if (Date.now() - startedAt > 10_000) attempt = 0;
    await lifecycle.sleep(backoffMs(attempt));
  }
}

async function syncOnce(context: ScheduleContext): Promise<void> {
  const { lifecycle, log, warehouse } = context;
  const control = new pg.Client({ connectionString: context.databaseUrl, application_name: 'lumbung sync control' });
  control.on('error', () => undefined);
  let source: pg.Client | undefined;
  try {
    await control.connect();
    await awaitTurn(control, lifecycle, log);
    if (lifecycle.signal.aborted) return;
    const slotId = await identityOf(control);
    await refuseOtherSource(warehouse, slotId.split('/')[0] ?? '');
    let set = await takeUpTables(context, control, slotId);
    source = await connectComparison(context.databaseUrl);
    while (!lifecycle.signal.aborted) {
      if ((await catalogSignature(control)) !== set.signature || (await copiesRequested(warehouse))) {
        log.info('the catalog of the source changed, or a copy was asked for: reading the tables again');
        set = await takeUpTables(context, control, slotId);
      }
      const shapes = [...set.tables.values()].map(({ shape }) => shape);
      await poll(context, source, slotId, shapes, set.copied);
      // Counted from the end of the poll: however long it took, the comparison has its turn.
      const next = Date.now() + context.intervalSeconds * 1_000;
      const comparing = { source, warehouse, log, lifecycle, rowsPerSecond: context.rowsPerSecond };
      // "lumbung reconcile" may be at it: then this round is its.
      if (await takeReconcileTurn(source)) {
        const results = await reconcile(comparing, shapes, { until: next });
        await endReconcileTurn(source);
        if (results.some((result) => result.repaired > 0)) await requestRollup(context.queue, slotId);
      }
      await lifecycle.sleep(Math.max(0, next - Date.now()));
    }
  } finally {
    await source?.end().catch(() => undefined);
    await control.end().catch(() => undefined);
  }
}

/** Which log the positions are of; as a slot's identity, so that ledgers and watermarks need not know the mode. */
async function identityOf(control: pg.Client): Promise<string> {
  const { rows } = await control.query<{ system: string; timeline: number }>(
    `SELECT (pg_control_system()).system_identifier::text AS system, (pg_control_checkpoint()).timeline_id AS timeline`,
  );
  return `${rows[0]?.system}/${rows[0]?.timeline}/schedule`;
}

/** Reads the catalog and copies what needs a copy; `copied` says when each copy began, by the source's clock. */
async function takeUpTables(
  context: ScheduleContext,
  control: pg.Client,
  slotId: string,
): Promise<TableSet & { copied: Map<string, string> }> {
  const { warehouse, log, lifecycle } = context;
  const set = await prepareTables(context, control, slotId, await schedulePreflight(control), false);
  const waiting = [...set.tables].filter(([, { copy }]) => copy);
  let total = 0;
  const onProgress = (progress: CopyProgress) => context.onProgress?.({ ...progress, total: total + progress.rows });
  const { databaseUrl } = context;
  const copier = createCopier({ databaseUrl, warehouse, log, signal: lifecycle.signal, onProgress, slotless: true });
  let dirties = false;
  const copied = new Map<string, string>();
  try {
    for (const [table, { shape, fingerprint }] of waiting) {
      copied.set(table, microsToText(await sourceClock(control)));
      const { rows, consistentPoint: lsn, resumed } = await copier.copy(shape, fingerprint, slotId);
      total += rows;
      dirties ||= shape.source.cells;
      await setTableStates(warehouse, [{ table, state: 'live', slotId, fingerprint, rows, lsn }]);
      log.info({ table, rows, at: formatLsn(lsn), resumed }, 'table copied');
    }
  } finally {
    await copier.close();
  }
  if (dirties) await markEverything(warehouse, 'copy');
  return { ...set, copied };
}

type Reached = { lsn: bigint; at: string | undefined };

/** How far the last whole poll came: its position, and when it began by the source's clock. */
async function lastPoll(warehouse: Warehouse, slotId: string): Promise<Reached> {
  const [row] = await warehouse.query<{ lsn: string; at: string; n: number }>(
    `SELECT toString(max(end_lsn)) AS lsn, toString(max(committed_at)) AS at, count() AS n FROM ops.batches
     WHERE slot_id = {slot:String}`,
    { slot: slotId },
  );
  return row === undefined || row.n === 0 ? { lsn: 0n, at: undefined } : { lsn: BigInt(row.lsn), at: row.at };
}

/** One poll: everything stamped since the last one, or since the table was copied, in one snapshot. */
async function poll(
  context: ScheduleContext,
  source: pg.Client,
  slotId: string,
  shapes: readonly TableShape[],
  copied: ReadonlyMap<string, string>,
): Promise<void> {
  const { warehouse, log } = context;
  const last = await lastPoll(warehouse, slotId);
  const read = await sourcePosition(source);
  const position = read > last.lsn ? read : last.lsn + 1n;
  await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const { rows } = await source.query<{ micros: string }>(
      'SELECT (extract(epoch FROM now()) * 1000000)::bigint::text AS micros',
    );
    const began = BigInt(rows[0]?.micros ?? '0');
    // Rollups wait until the end of the poll is noted.
    await warehouse.insertRows('ops.parts', [
      { slot_id: slotId, batch_id: randomUUID(), start_lsn: String(last.lsn), rows: 0 },
    ]);
    const mended = new Map<string, number>();
    const touched = new Map<string, string[]>();
    const parents = new Set(shapes.map(({ source }) => source.parent?.table));
    for (const shape of parentsFirst(shapes)) {
      const { table } = shape.source;
      const keys: string[] = [];
      let count = 0;
      const comparing: CompareContext = { source, warehouse, log };
      for await (const looks of stampedSince(source, shape, last.at ?? copied.get(table), touched)) {
        const differences = await compare(comparing, shape, looks);
        const repaired = await repair(comparing, shape, differences, position);
        failpoint('sync:rows mended');
        await finishRepair(comparing, shape, repaired);
        count += repaired.length;
        // Also of a parent whose listed columns are as they were: the application stamps it when it changes its children.
        if (parents.has(table)) keys.push(...looks.map(({ key }) => key));
      }
      if (count > 0) mended.set(table, count);
      touched.set(table, keys);
    }
    failpoint('sync:before ledger');
    await noteReached(warehouse, slotId, last.lsn, position, began, mended);
    if (mended.size > 0) log.debug({ tables: Object.fromEntries(mended), at: formatLsn(position) }, 'polled');
  } finally {
    await source.query('ROLLBACK');
  }
  await requestRollup(context.queue, slotId);
}

async function sourceClock(source: pg.Client): Promise<bigint> {
  const { rows } = await source.query<{ micros: string }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text AS micros',
  );
  return BigInt(rows[0]?.micros ?? '0');
}

/** The ledger entry that lets rollups go on and says how fresh they are: everything committed before `began` was read. */
async function noteReached(
  warehouse: Warehouse,
  slotId: string,
  from: bigint,
  to: bigint,
  began: bigint,
  mended: ReadonlyMap<string, number>,
): Promise<void> {
  await warehouse.insertRows('ops.batches', [
    {
      slot_id: slotId,
      start_lsn: String(from),
      end_lsn: String(to),
      rows: [...mended.values()].reduce((sum, n) => sum + n, 0),
      committed_at: microsToText(began),
      tables: Object.fromEntries(mended),
    },
  ]);
}

const parentsFirst = (shapes: readonly TableShape[]) =>
  [...shapes].sort((a, b) => Number(a.source.parent !== undefined) - Number(b.source.parent !== undefined));

/** Keys and hashes of the rows that may have changed since an instant of the source's clock; of all rows without one. */
async function* stampedSince(
  source: pg.Client,
  shape: TableShape,
  since: string | undefined,
  touched: ReadonlyMap<string, string[]>,
): AsyncGenerator<Look[]> {
  const { columns, parent } = shape.source;
  const stamp = ['updatedAt', 'createdAt'].find((column) => columns.includes(column));
  if (since !== undefined && stamp === undefined) {
    const parents = parent ? (touched.get(parent.table) ?? []) : [];
    for (let from = 0; parent && from < parents.length; from += CHUNK_PARENTS) {
      const where = `WHERE ${quoteName(parent.column)} = ANY($1)`;
      const { rows } = await source.query<Look>(lookSql(shape, where), [parents.slice(from, from + CHUNK_PARENTS)]);
      if (rows.length > 0) yield rows;
    }
    return;
  }
  const where =
    since === undefined || stamp === undefined
      ? ''
      : `WHERE ${quoteName(stamp)} >= ${pg.escapeLiteral(since)}::timestamp - interval '${OVERLAP}'`;
  await source.query(`DECLARE looks NO SCROLL CURSOR FOR ${lookSql(shape, where)}`);
  for (;;) {
    const { rows } = await source.query<Look>(`FETCH ${CHUNK_ROWS} FROM looks`);
    if (rows.length > 0) yield rows;
    if (rows.length < CHUNK_ROWS) break;
  }
  await source.query('CLOSE looks');
}
