/**
 * Capture: owns the slot, turns WAL into batches, hands them to `load` jobs and confirms LSNs.
 * Invariants: the only module that confirms; it confirms the contiguous prefix of durable batches, exactly; bytes in
 * flight are bounded (the socket is paused, a large transaction goes in parts); one capture is active, others wait on an advisory lock; when Redis loses
 * the queue, the unconfirmed rest is read again from the slot.
 */
import type { Queue } from 'bullmq';
import pg from 'pg';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoints.ts';
import { backoffMs, type Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import {
  LOADED_CHANNEL,
  type PipelineJob,
  payloadKey,
  ROLLED_CHANNEL,
  requestRollup,
  retryPolicy,
} from '../platform/queues.ts';
import { connectRedis, type Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { markEverything } from '../warehouse/rollups/refresh.ts';
import { extendWatermark, type Interval, readWatermark } from '../warehouse/watermark.ts';
import { type Batch, createBatchBuilder, encodeBatch, mapRelation } from './batch.ts';
import { decode, type Relation } from './decode.ts';
import { identityFault } from './postgres/identity.ts';
import { formatLsn, parseLsn } from './postgres/lsn.ts';
import {
  connectReplication,
  createSlot,
  identify,
  type ReplicationStream,
  startStream,
} from './postgres/replication.ts';
import { type ColumnType, columnType } from './postgres/values.ts';
import { blocking, type Finding, preflight } from './preflight.ts';
import { type CopyProgress, createCopier } from './snapshot.ts';
import { catalogSignature, dropSlot, PUBLICATION, SLOT, type SlotState, slotState } from './source_setup.ts';
import {
  copiesRequested,
  prepareTables,
  type Replicated,
  readTableStates,
  requestCopies,
  setTableStates,
  type TableSet,
} from './table_set.ts';
import { microsToText } from './transaction.ts';

export type CaptureContext = {
  databaseUrl: string;
  redisUrl: string;
  redis: Redis;
  queue: Queue;
  warehouse: Warehouse;
  log: Logger;
  lifecycle: Lifecycle;
  /** Progress of the copies; `total` counts the rows of all tables so far. */
  onProgress?: (progress: CopyProgress & { total: number }) => void;
};

const TEXT_TYPE: ColumnType = { clickhouse: 'String', encoding: 'text' };
/** 'LUMB' as a number: the advisory lock of the active capture. */
const LOCK = 0x4c_55_4d_42;
const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_IN_FLIGHT_BATCHES = 4;
/** A batch this large is worth sending while others are on their way. */
const WORTHWHILE_BYTES = 256 * 1024;
/** A transaction this large is handed over in parts. */
const PART_BYTES = 8 * 1024 * 1024;
/** More than this is not read ahead of what is in flight. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const LINGER_MS = 10;
/** Small changes wait this long at most for the pipeline to be free, so that they are loaded and rolled up together. */
const MAX_LINGER_MS = 1_000;
const HEARTBEAT_MS = 2_000;
/** How often the catalog is looked at for changes that no row tells about. */
const CATALOG_MS = 2_000;
/** A batch not durable after this long is looked for in the queue. */
const LOST_AFTER_MS = 10_000;

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
        while (!(await copiesRequested(context.warehouse).catch(() => false)) && (await lifecycle.sleep(2_000)));
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
  try {
    await control.connect();
    await awaitTurn(control, lifecycle, log);
    if (lifecycle.signal.aborted) return;
    replication = await connectReplication(context.databaseUrl);
    const { systemId, timeline } = await identify(replication);
    await refuseOtherSource(warehouse, systemId);
    const slotId = `${systemId}/${timeline}/${SLOT}`;
    const slot = await slotState(control);
    await refuseSilentLoss(context, control, slot, systemId);
    const findings = await preflight(control);
    if (slot.state === 'absent') refuseUnprepared(findings);
    const set = await prepareTables(context, control, slotId, findings);
    let from: bigint;
    if (slot.state === 'usable') from = parseLsn(slot.confirmed);
    else {
      await dropSlot(control);
      from = (await createSlot(replication, SLOT, 'permanent')).consistentPoint;
      for (const table of set.tables.values()) table.copy = true;
    }
    failpoint('capture:slot ready');
    const position = { confirmed: from };
    const copying = copyTables(context, set, slotId, position, failure.signal);
    copying.catch((error: unknown) => failure.abort(error));
    await follow(context, { replication, control, slotId, set, position, failure });
  } finally {
    failure.abort(new LumbungError('transient', 'the connection to the source is made anew'));
    await replication?.end().catch(() => undefined);
    await control.end().catch(() => undefined);
  }
}

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

/**
 * Where changes are missing between warehouse and slot, the numbers held stay, marked stale, until an operator asks for a new
 * copy. A warehouse that never finished a copy has nothing to lose.
 */
async function refuseSilentLoss(
  { warehouse }: CaptureContext,
  control: pg.Client,
  slot: SlotState,
  systemId: string,
): Promise<void> {
  const known = [...(await readTableStates(warehouse)).values()];
  const held = known.filter((table) => table.state === 'live' || table.state === 'stale');
  if (held.length === 0 || known.some((table) => table.state === 'requested')) return;
  const why = await whatIsMissing(warehouse, control, slot, systemId);
  if (why === undefined) return;
  const reason = `${why}. Numbers stay as they were; "lumbung snapshot --all" copies the source again`;
  const live = held.filter((table) => table.state === 'live');
  await setTableStates(
    warehouse,
    live.map(({ table, slotId, fingerprint }) => ({ table, state: 'stale', reason, slotId, fingerprint })),
  );
  throw new LumbungError('slot_lost', reason);
}

async function whatIsMissing(
  warehouse: Warehouse,
  control: pg.Client,
  slot: SlotState,
  systemId: string,
): Promise<string | undefined> {
  // On every timeline of this source: a failed-over server goes on from the positions of the one before.
  const slots = await warehouse.query<{ slotId: string }>(
    'SELECT DISTINCT slot_id AS slotId FROM ops.batches WHERE startsWith(slot_id, {system:String})',
    { system: `${systemId}/` },
  );
  const reached = await Promise.all(
    slots.map(async ({ slotId }) => BigInt((await readWatermark(warehouse, slotId)).lsn)),
  );
  let watermark = 0n;
  for (const lsn of reached) if (lsn > watermark) watermark = lsn;
  // Never set going: the first copy was not finished.
  if (watermark === 0n) return undefined;
  if (slot.state === 'absent') return `the replication slot "${SLOT}" does not exist any more`;
  if (slot.state === 'lost') {
    return `the replication slot "${SLOT}" is lost: its WAL was removed because it lagged by more than max_slot_wal_keep_size`;
  }
  if (watermark < parseLsn(slot.confirmed)) {
    return `the warehouse ends at ${formatLsn(watermark)}, before what the slot has confirmed (${slot.confirmed}): it was restored from a backup`;
  }
  const { rows } = await control.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  const now = parseLsn(rows[0]?.lsn ?? '0/0');
  return now < watermark
    ? `the source is at ${formatLsn(now)}, before what was replicated of it (${formatLsn(watermark)}): a failover lost commits`
    : undefined;
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

async function recordReached(
  warehouse: Warehouse,
  slotId: string,
  start: bigint,
  end: bigint,
  at: bigint,
): Promise<void> {
  await warehouse.insertRows('ops.batches', [
    {
      slot_id: slotId,
      start_lsn: String(start),
      end_lsn: String(end),
      rows: 0,
      committed_at: microsToText(at),
      tables: {},
    },
  ]);
}

type InFlight = { interval: Interval; part: boolean; alone: boolean; bytes: number; since: number };
type Following = {
  replication: pg.Client;
  control: pg.Client;
  slotId: string;
  set: TableSet;
  position: { confirmed: bigint };
  failure: AbortController;
};

/** Streams until something fails or the process stops. */
async function follow(context: CaptureContext, following: Following): Promise<void> {
  const { lifecycle, log, warehouse, redis, queue } = context;
  const { slotId, set, position, failure, control } = following;
  let commitLsn = 0n;
  const builder = createBatchBuilder(slotId, (table, column) => {
    if (commitLsn > set.readAt) throw changedCatalog(`${column} of ${table} may be NULL now`);
  });
  builder.startAt(position.confirmed);
  const inFlight = new Map<string, InFlight>();
  let inFlightBytes = 0;
  let received = position.confirmed;
  let paused = false;
  let handing = Promise.resolve();
  let firstWaiting = 0;
  let rolling = false;
  let sourceClock = 0n;
  let lastHeartbeat = 0;
  let stream: ReplicationStream | undefined;
  const fail = (error: unknown) => failure.abort(error);
  const failed = new Promise<never>((_, reject) => {
    failure.signal.addEventListener('abort', () => reject(failure.signal.reason));
  });
  failed.catch(() => undefined);

  const balance = () => {
    const full = inFlightBytes + builder.bytes() > MAX_IN_FLIGHT_BYTES || builder.bytes() > MAX_WAITING_BYTES;
    if (full !== paused) {
      paused = full;
      if (full) stream?.pause();
      else stream?.resume();
    }
  };

  const handOver = (batch: Batch, alone: boolean) => {
    const { batchId, part } = batch;
    const bytes = encodeBatch(batch);
    const interval = { start: BigInt(batch.startLsn), end: BigInt(batch.endLsn) };
    inFlight.set(batchId, { interval, part, alone, bytes: bytes.length, since: Date.now() });
    inFlightBytes += bytes.length;
    const job: PipelineJob = { kind: 'load', batchId, slotId };
    handing = handing
      .then(async () => {
        failpoint('capture:before payload');
        await redis.set(payloadKey(batchId), bytes);
        failpoint('capture:before job');
        await queue.add('load', job, { jobId: batchId, ...retryPolicy });
        failpoint('capture:after job');
      })
      .catch(fail);
  };

  const flush = (force: boolean) => {
    const flying = [...inFlight.values()];
    // What reads rows of earlier batches waits until those are durable, and others wait for it. Parts of a transaction may be
    // on their way together; its end waits for them: with it they count.
    const alone = builder.readsEarlier() || flying.some((batch) => batch.alone);
    const ends = !builder.inTransaction() && flying.some((batch) => batch.part);
    if ((alone || ends) && flying.length > 0) return;
    if (builder.inTransaction()) {
      if (builder.bytes() < PART_BYTES || flying.length >= MAX_IN_FLIGHT_BATCHES) return;
    } else {
      if (builder.endLsn() === 0n) return;
      const waited = firstWaiting > 0 ? Date.now() - firstWaiting : 0;
      const free = inFlight.size === 0 && !rolling;
      const due = force || waited >= (free ? LINGER_MS : MAX_LINGER_MS) || builder.bytes() >= WORTHWHILE_BYTES;
      if (!due || inFlight.size >= MAX_IN_FLIGHT_BATCHES) return;
    }
    const readsEarlier = builder.readsEarlier();
    const batch = builder.take();
    if (!batch?.part) firstWaiting = 0;
    if (batch) handOver(batch, readsEarlier);
    balance();
  };

  /** Reads which batches are durable and confirms the contiguous prefix. */
  const settle = async () => {
    if (inFlight.size === 0) return;
    const batches = [...inFlight.values()];
    const rows = batches.every((batch) => batch.part)
      ? []
      : await warehouse.query<{ start: string; end: string }>(
          `SELECT toString(start_lsn) AS start, toString(end_lsn) AS end FROM ops.batches
           WHERE slot_id = {slot:String} AND end_lsn > {confirmed:UInt64}`,
          { slot: slotId, confirmed: String(position.confirmed) },
        );
    const parts = batches.some((batch) => batch.part)
      ? await warehouse.query<{ batchId: string }>(
          'SELECT batch_id AS batchId FROM ops.parts WHERE slot_id = {slot:String} AND start_lsn >= {confirmed:UInt64}',
          { slot: slotId, confirmed: String(position.confirmed) },
        )
      : [];
    const done = rows.map((row) => ({ start: BigInt(row.start), end: BigInt(row.end) }));
    const doneParts = new Set(parts.map((part) => part.batchId));
    for (const [id, batch] of inFlight) {
      const { start, end } = batch.interval;
      const durable = batch.part
        ? doneParts.has(id)
        : done.some((interval) => interval.start <= start && interval.end >= end);
      if (!durable) continue;
      inFlight.delete(id);
      inFlightBytes -= batch.bytes;
    }
    const reached = extendWatermark(position.confirmed, done);
    if (reached > position.confirmed) {
      failpoint('capture:before confirm');
      position.confirmed = reached;
      stream?.confirm(reached, false);
      failpoint('capture:after confirm');
    }
    balance();
    flush(false);
  };

  /** Redis may have lost payloads or jobs: then only the slot still has them. */
  const checkLost = async () => {
    const oldest = Math.min(...[...inFlight.values()].map((batch) => batch.since));
    if (inFlight.size === 0 || Date.now() - oldest < LOST_AFTER_MS) return;
    for (const batchId of inFlight.keys()) {
      const job = await queue.getJob(batchId);
      const state = job === undefined ? 'missing' : await job.getState();
      if (!['waiting', 'active', 'delayed', 'prioritized'].includes(state)) {
        throw new LumbungError(
          'transient',
          `batch ${batchId} is ${state} in the queue: reading it again from the slot`,
        );
      }
    }
  };

  const typeOf = (oid: number, modifier: number): ColumnType => {
    const type = set.types.get(oid);
    // A type made after the catalog was read can only be an enum or a domain of the application: text.
    return type ? columnType({ ...type, modifier: type.name.startsWith('timestamp') ? modifier : -1 }) : TEXT_TYPE;
  };
  const onRelation = (relation: Relation) => {
    const { oid, table } = relation;
    const known = relation.schema === 'public' ? set.tables.get(table) : undefined;
    if (known === undefined) {
      const renamed = [...set.tables].find(([, { shape }]) => shape.oid === oid);
      if (renamed) throw changedCatalog(`${renamed[0]} is now ${table}`);
      return builder.relation(oid, undefined);
    }
    const differs =
      oid !== known.shape.oid ||
      known.shape.columns.some(({ name, typeOid, modifier }) => {
        const at = relation.columns.indexOf(name);
        return at < 0 || relation.typeOids[at] !== typeOid || relation.modifiers[at] !== modifier;
      });
    // Older than the catalog that was read: the copy that follows passes over it. Newer: the catalog is read again.
    if (differs && commitLsn > set.readAt) throw changedCatalog(`${table} has other columns`);
    const fault = identityFault(relation, known.shape);
    if (fault !== undefined && commitLsn > set.readAt) throw changedCatalog(fault);
    if (fault !== undefined) {
      // Mended since: what was written meanwhile cannot be told apart, a new copy brings it.
      requestCopies(warehouse, [table]).catch(fail);
      return builder.relation(oid, undefined);
    }
    builder.relation(oid, mapRelation(relation, known.shape, typeOf));
  };

  stream = await startStream(following.replication, SLOT, PUBLICATION, position.confirmed, {
    message(bytes) {
      const event = decode(bytes);
      if (event.type === 'relation') return onRelation(event.relation);
      builder.apply(event);
      if (event.type === 'begin') commitLsn = event.commitLsn;
      else if (event.type === 'commit') {
        received = event.endLsn;
        if (firstWaiting === 0) firstWaiting = Date.now();
        flush(builder.bytes() >= MAX_BATCH_BYTES);
      } else if (builder.bytes() >= PART_BYTES) flush(false);
      balance();
    },
    keepalive(walEnd, clock) {
      sourceClock = clock;
      // Only with nothing in flight is "sent" the same as "durable".
      if (inFlight.size > 0 || builder.inTransaction() || builder.rows() > 0 || builder.endLsn() > received) return;
      if (walEnd > received) received = walEnd;
    },
    ended: fail,
  });

  const heartbeat = async () => {
    const idle = inFlight.size === 0 && !builder.inTransaction() && builder.rows() === 0 && firstWaiting === 0;
    stream?.confirm(position.confirmed, idle);
    if (!idle || sourceClock === 0n || Date.now() - lastHeartbeat < HEARTBEAT_MS) return;
    lastHeartbeat = Date.now();
    const reached = received;
    const at = sourceClock;
    sourceClock = 0n;
    await recordReached(warehouse, slotId, position.confirmed, reached, at);
    if (reached > position.confirmed) {
      position.confirmed = reached;
      builder.startAt(reached);
      stream?.confirm(reached, false);
    }
    await requestRollup(queue, slotId);
  };

  /** Changes of the catalog that no row tells about, and copies that an operator asked for. */
  const checkCatalog = async () => {
    if ((await catalogSignature(control)) !== set.signature) throw changedCatalog('the catalog of the source changed');
    if (await copiesRequested(warehouse)) throw changedCatalog('a copy was asked for');
  };

  const subscriber = connectRedis(context.redisUrl, log, 'blocking');
  await subscriber.subscribe(LOADED_CHANNEL, ROLLED_CHANNEL);
  let wake: () => void = () => undefined;
  subscriber.on('message', (channel) => {
    rolling = channel === LOADED_CHANNEL;
    flush(false);
    wake();
  });
  log.info({ slot: slotId, from: formatLsn(position.confirmed) }, 'streaming');
  try {
    const ticker = setInterval(() => flush(false), LINGER_MS);
    let lastBeat = Date.now();
    let lastLook = Date.now();
    try {
      while (!lifecycle.signal.aborted) {
        await Promise.race([
          failed,
          lifecycle.sleep(250),
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
        ]);
        await settle();
        if (Date.now() - lastBeat >= 500) {
          lastBeat = Date.now();
          await heartbeat();
          await checkLost();
        }
        if (Date.now() - lastLook >= CATALOG_MS) {
          lastLook = Date.now();
          await checkCatalog();
        }
      }
      await settle();
    } finally {
      clearInterval(ticker);
    }
  } finally {
    subscriber.disconnect();
    await stream.close();
  }
}

/** Not a failure: the tables are read again and the stream goes on from the confirmed position. */
class CatalogChanged extends LumbungError {}
const changedCatalog = (what: string) =>
  new CatalogChanged('transient', `${what}: reading the tables again, from the confirmed position`);
