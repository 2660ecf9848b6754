/**
 * Capture: owns the slot. Checks the source, copies tables that need it and follows the stream meanwhile (follow.ts).
 * Invariants: one capture is active, others wait on an advisory lock; changes that are missing between warehouse and slot are
 * never passed over in silence.
 */
import pg from 'pg';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoints.ts';
import { backoffMs, type Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { requestRollup } from '../platform/queues.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { hasHistory } from '../warehouse/history.ts';
import { currentSlot } from '../warehouse/ledger.ts';
import { isPlaced } from '../warehouse/placed.ts';
import { markEverything } from '../warehouse/rollups/refresh.ts';
import { extendWatermark, readWatermark } from '../warehouse/watermark.ts';
import { type CopyProgress, forgetCopies } from './copy_progress.ts';
import { CatalogChanged, type FollowContext, follow, recordReached } from './follow.ts';
import { formatLsn, parseLsn, versionOf } from './postgres/lsn.ts';
import { connectReplication, createSlot, identify } from './postgres/replication.ts';
import { blocking, type Finding, preflight } from './preflight.ts';
import { createCopier } from './snapshot.ts';
import { dropSlot, SLOT, type SlotState, slotState } from './source_setup.ts';
import { prepareTables, type Replicated, readTableStates, setTableStates, type TableSet } from './table_set.ts';

export type CaptureContext = FollowContext & {
  databaseUrl: string;
  /** Progress of the copies; `total` counts the rows of all tables so far. */
  onProgress?: (progress: CopyProgress & { total: number }) => void;
};

/** Findings of preflight about a slot of the product's name that is not the product's. */
const FOREIGN_SLOT = ['slot_plugin', 'slot_database'];
/** 'LUMB' as a number: the advisory lock of the active capture. */
const LOCK = 0x4c_55_4d_42;

/** Runs until the process stops; every failure leads to a new connection from the confirmed position. */
export async function runCapture(context: CaptureContext): Promise<void> {
  const { lifecycle, log } = context;
  for (let attempt = 0; !lifecycle.signal.aborted; attempt++) {
    const startedAt = Date.now();
    try {
      await captureOnce(context);
    } catch (error) {
      if (lifecycle.signal.aborted) return;
      if (error instanceof LumbungError && (error.kind === 'config' || error.kind === 'source_mismatch')) throw error;
      if (error instanceof LumbungError && error.kind === 'slot_lost') {
        log.error(error.message);
        const refused = () => heldTables(context.warehouse).catch(() => ['?']);
        while ((await refused()).length > 0 && (await lifecycle.sleep(2_000)));
        continue;
      }
      if (error instanceof CatalogChanged) {
        log.info(error.message);
        attempt = -1;
        continue;
      }
      log.warn({ error: messageOf(error) }, 'capture interrupted, connecting again from the confirmed position');
    }
    if (Date.now() - startedAt > 10_000) attempt = 0;
    await lifecycle.sleep(backoffMs(attempt));
  }
}

async function captureOnce(context: CaptureContext): Promise<void> {
  const { lifecycle, log, warehouse } = context;
  const control = new pg.Client({ connectionString: context.databaseUrl, application_name: 'lumbung capture control' });
  const failure = new AbortController();
  control.on('error', (error) => failure.abort(error));
  let replication: pg.Client | undefined;
  let copying: Promise<void> | undefined;
  try {
    await control.connect();
    await awaitTurn(control, lifecycle, log);
    if (lifecycle.signal.aborted) return;
    replication = await connectReplication(context.databaseUrl);
    const { systemId, timeline } = await identify(replication);
    await refuseOtherSource(warehouse, systemId);
    const slotId = `${systemId}/${timeline}/${SLOT}`;
    const slot = await slotState(control);
    const findings = await preflight(control);
    // A slot of the name that is another's would not be dropped, nor read.
    if (findings.some(({ code }) => FOREIGN_SLOT.includes(code))) refuseUnprepared(findings);
    const missing = await whatIsMissing(warehouse, control, slot, systemId);
    if (missing !== undefined) await refuseSilentLoss(warehouse, missing);
    if (slot.state === 'absent') refuseUnprepared(findings);
    const set = await prepareTables(context, control, slotId, findings);
    // What was found is older than the catalog that was read: a table mended in between would wait for ever.
    const refused = refusals(findings);
    if (refused !== '[]' && refused !== refusals(await preflight(control))) {
      throw new CatalogChanged('transient', 'the source changed while it was looked at: looking again');
    }
    let from: bigint;
    if (slot.state === 'usable' && missing === undefined) from = parseLsn(slot.confirmed);
    else {
      // Nothing follows what was copied before: those copies begin anew, also when the process ends right after this.
      await forgetCopies(warehouse, [...set.tables.keys()]);
      await dropSlot(control);
      const at = BigInt(Date.now()) * 1000n;
      from = (await createSlot(replication, SLOT, 'permanent')).consistentPoint;
      await removeLostHistory(context, set, from);
      // From here on this slot counts, not the one before.
      await recordReached(warehouse, slotId, from, from, at);
      for (const table of set.tables.values()) table.copy = true;
    }
    failpoint('capture:slot ready');
    const position = { confirmed: from };
    copying = copyTables(context, set, slotId, position, failure.signal);
    copying.catch((error: unknown) => failure.abort(error));
    await follow(context, { replication, control, slotId, set, position, failure });
  } finally {
    failure.abort(new LumbungError('transient', 'the connection to the source is made anew'));
    // What it says of a table must not come after what is found about it next.
    await copying?.catch(() => undefined);
    await replication?.end().catch(() => undefined);
    await control.end().catch(() => undefined);
  }
}

const refusals = (findings: readonly Finding[]) =>
  JSON.stringify(findings.filter(({ level, table }) => level === 'error' && table !== undefined));

/** Waits for the advisory lock: a standby takes over when the active capture's connection ends. */
export async function awaitTurn(control: pg.Client, lifecycle: Lifecycle, log: Logger): Promise<void> {
  for (let waiting = false; !lifecycle.signal.aborted; ) {
    const { rows } = await control.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    if (rows[0]?.mine) return;
    if (!waiting) log.info('another capture is active, standing by');
    waiting = true;
    await lifecycle.sleep(500);
  }
}

/** `source_mismatch` when the warehouse holds rows of another system. */
export async function refuseOtherSource(warehouse: Warehouse, systemId: string): Promise<void> {
  const rows = await warehouse.query<{ slot_id: string }>(
    "SELECT DISTINCT slot_id FROM ops.tables FINAL WHERE slot_id != ''",
  );
  const other = rows.find((row) => !row.slot_id.startsWith(`${systemId}/`));
  if (other) {
    throw new LumbungError(
      'source_mismatch',
      `this warehouse holds another source database (${other.slot_id}); DATABASE_URL points to system ${systemId}`,
    );
  }
}

/** Before anything is created in a source, everything that stands in the way is said at once, with its remedy. */
function refuseUnprepared(findings: readonly Finding[]): void {
  const found = blocking(findings);
  if (found.length === 0) return;
  const lines = found.flatMap(({ what, sql }) => [`  ${what}`, ...sql.map((statement) => `    ${statement}`)]);
  throw new LumbungError('config', `the source is not ready ("lumbung preflight" says more):\n${lines.join('\n')}`);
}

/** Tables that show numbers and whose copy nobody has asked for: no gap in the stream is passed over while there are any. */
async function heldTables(warehouse: Warehouse) {
  return [...(await readTableStates(warehouse)).values()].filter(({ state }) => state === 'live' || state === 'stale');
}

/**
 * Where changes are missing between warehouse and slot, the numbers held stay, marked stale, until an operator asks for a new
 * copy of every table. A warehouse that never finished a copy has nothing to lose.
 */
async function refuseSilentLoss(warehouse: Warehouse, missing: string): Promise<void> {
  const held = await heldTables(warehouse);
  if (held.length === 0) return;
  const reason = `${missing}. Numbers stay as they were; "lumbung snapshot --all" copies the source again`;
  const live = held.filter((table) => table.state === 'live');
  await setTableStates(
    warehouse,
    live.map(({ table, slotId, fingerprint }) => ({ table, state: 'stale', reason, slotId, fingerprint })),
  );
  throw new LumbungError('slot_lost', reason);
}

/** What is durable without a gap: the watermark, or, while everything is copied again, the run since the slot was made. */
async function readReached(warehouse: Warehouse, slotId: string): Promise<bigint> {
  const watermark = BigInt((await readWatermark(warehouse, slotId)).lsn);
  if (watermark === 0n) return 0n;
  const rows = await warehouse.query<{ start: string; end: string }>(
    `SELECT toString(start_lsn) AS start, toString(end_lsn) AS end FROM ops.batches
     WHERE slot_id = {slot:String} AND end_lsn > {watermark:UInt64}`,
    { slot: slotId, watermark: String(watermark) },
  );
  const run = rows.map((row) => ({ start: BigInt(row.start), end: BigInt(row.end) }));
  const births = run.filter(({ start, end }) => start === end).map(({ end }) => end);
  return births.reduce((reached, birth) => (birth > reached ? extendWatermark(birth, run) : reached), watermark);
}

async function whatIsMissing(
  warehouse: Warehouse,
  control: pg.Client,
  slot: SlotState,
  systemId: string,
): Promise<string | undefined> {
  // Of whichever timeline: a failed-over server goes on from the positions of the one before. What was polled is copied anyway.
  const last = await currentSlot(warehouse);
  if (last === undefined || !last.startsWith(`${systemId}/`) || !last.endsWith(`/${SLOT}`)) return undefined;
  const reached = await readReached(warehouse, last);
  // Never set going: the first copy was not finished.
  if (reached === 0n) return undefined;
  if (slot.state === 'absent') return `the replication slot "${SLOT}" does not exist any more`;
  if (slot.state === 'lost') {
    return `the replication slot "${SLOT}" is lost: its WAL was removed because it lagged by more than max_slot_wal_keep_size`;
  }
  if (reached < parseLsn(slot.confirmed)) {
    return `the warehouse ends at ${formatLsn(reached)}, before what the slot has confirmed (${slot.confirmed}): it was restored from a backup`;
  }
  const { rows } = await control.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  const now = parseLsn(rows[0]?.lsn ?? '0/0');
  return now < reached
    ? `the source is at ${formatLsn(now)}, before what was replicated of it (${formatLsn(reached)}): a failover lost commits`
    : undefined;
}

/**
 * A server that took over without the last commits goes on below what was replicated: rows from above the new slot's beginning
 * are of a history that no longer is, and would beat everything that comes.
 */
async function removeLostHistory({ warehouse, log }: CaptureContext, set: TableSet, from: bigint): Promise<void> {
  const params = { version: String(versionOf(from, 0)) };
  for (const table of set.tables.keys()) {
    const above = (column: string) => `WHERE ${column} > toUInt128({version:String})`;
    const [lost] = await warehouse.query<{ n: number }>(
      `SELECT count() AS n FROM raw.${table} ${above('_version')}`,
      params,
    );
    if (!lost?.n) continue;
    log.warn({ table, rows: lost.n, from: formatLsn(from) }, 'rows of commits that a failover lost are removed');
    if (hasHistory(table)) await warehouse.command(`DELETE FROM ops.history_${table} ${above('version')}`, params);
    if (isPlaced(table)) await warehouse.command(`DELETE FROM ops.placed_${table} ${above('_version')}`, params);
    await warehouse.command(`DELETE FROM raw.${table} ${above('_version')}`, params);
  }
}

/** Copies what needs a copy, then lets the watermark start; the stream goes on meanwhile. */
async function copyTables(
  context: CaptureContext,
  set: TableSet,
  slotId: string,
  position: { confirmed: bigint },
  signal: AbortSignal,
): Promise<void> {
  const { warehouse, log, lifecycle, queue } = context;
  const began = BigInt(Date.now()) * 1000n;
  const waiting = [...set.tables].filter(([, { copy }]) => copy);
  const dirties = waiting.some(([, { shape }]) => shape.source.cells);
  const stopping = AbortSignal.any([signal, lifecycle.signal]);
  let total = 0;
  const onProgress = (progress: CopyProgress) => context.onProgress?.({ ...progress, total: total + progress.rows });
  const copier = createCopier({ databaseUrl: context.databaseUrl, warehouse, log, signal: stopping, onProgress });
  try {
    const copy = async ([table, { shape, fingerprint }]: [string, Replicated]) => {
      const { rows, consistentPoint: lsn, resumed } = await copier.copy(shape, fingerprint, slotId);
      failpoint('capture:table copied');
      total += rows;
      await setTableStates(warehouse, [{ table, state: 'live', slotId, fingerprint, rows, lsn }]);
      log.info({ table, rows, at: formatLsn(lsn), resumed }, 'table copied');
    };
    // Two at a time: while one is parsed the other is printed.
    await Promise.all(
      [0, 1].map(async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) await copy(next);
      }),
    );
  } finally {
    await copier.close();
  }
  // Everything the slot has confirmed is durable, and every table is there: the watermark may start.
  await recordReached(
    warehouse,
    slotId,
    0n,
    position.confirmed,
    await timeOf(warehouse, slotId, position.confirmed, began),
  );
  if (dirties) await markEverything(warehouse, 'copy');
  await requestRollup(queue, slotId);
}

/**
 * The commit time (µs) that a confirmed position stands for: what the ledger says of it. Not the clock: a stream that begins anew
 * has everything committed since then still before it, and would claim to be as fresh as now.
 */
async function timeOf(warehouse: Warehouse, slotId: string, lsn: bigint, began: bigint): Promise<bigint> {
  const [row] = await warehouse.query<{ at: string }>(
    `SELECT toString(toUnixTimestamp64Micro(max(committed_at))) AS at FROM ops.batches
     WHERE slot_id = {slot:String} AND end_lsn <= {lsn:UInt64} HAVING count() > 0`,
    { slot: slotId, lsn: String(lsn) },
  );
  return row === undefined ? began : BigInt(row.at);
}
