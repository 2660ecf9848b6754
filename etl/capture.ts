/**
 * Capture: owns the slot, turns WAL into batches, hands them to `load` jobs and confirms LSNs.
 * Invariants: the only module that confirms; it confirms the contiguous prefix of durable batches, exactly; bytes in
 * flight are bounded (the socket is paused); one capture is active, others wait on an advisory lock; when Redis loses
 * the queue, the unconfirmed rest is read again from the slot.
 */
import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import pg from 'pg';
import { LumbungError, messageOf } from '../platform/errors.ts';
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
import { extendWatermark, type Interval } from '../warehouse/watermark.ts';
import { type Batch, createBatchBuilder, encodeBatch, mapRelation, microsToText } from './batch.ts';
import { decode } from './decode.ts';
import { formatLsn, parseLsn } from './postgres/lsn.ts';
import {
  connectReplication,
  createSlot,
  identify,
  type ReplicationStream,
  startStream,
} from './postgres/replication.ts';
import { ensureRawTable } from './raw_tables.ts';
import { copyTable, openSnapshot } from './snapshot.ts';
import {
  confirmedPosition,
  dropSlot,
  ensurePublication,
  PUBLICATION,
  readSourceTables,
  SLOT,
  type SourceTables,
} from './source_setup.ts';

export type CaptureContext = {
  databaseUrl: string;
  redisUrl: string;
  redis: Redis;
  queue: Queue;
  warehouse: Warehouse;
  log: Logger;
  lifecycle: Lifecycle;
  onProgress?: (text: string) => void;
};

/** 'LUMB' as a number: the advisory lock of the active capture. */
const LOCK = 0x4c_55_4d_42;
const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_IN_FLIGHT_BATCHES = 4;
/** A batch this large is worth sending while others are on their way. */
const WORTHWHILE_BYTES = 256 * 1024;
const LINGER_MS = 10;
/** Small changes wait this long at most for the pipeline to be free, so that they are loaded and rolled up together. */
const MAX_LINGER_MS = 1_000;
const HEARTBEAT_MS = 2_000;
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
      log.warn({ error: messageOf(error) }, 'capture interrupted, connecting again from the confirmed position');
    }
    if (Date.now() - startedAt > 60_000) attempt = 0;
    await lifecycle.sleep(backoffMs(attempt));
  }
}

async function captureOnce(context: CaptureContext): Promise<void> {
  const { lifecycle, log, warehouse } = context;
  const control = new pg.Client({ connectionString: context.databaseUrl, application_name: 'lumbung capture control' });
  let controlFailed: unknown;
  control.on('error', (error) => {
    controlFailed = error;
  });
  let replication: pg.Client | undefined;
  try {
    await control.connect();
    await awaitTurn(control, lifecycle, log);
    if (lifecycle.signal.aborted) return;
    const tables = await prepareTables(context, control);
    replication = await connectReplication(context.databaseUrl);
    const { systemId, timeline } = await identify(replication);
    await refuseOtherSource(warehouse, systemId);
    const slotId = `${systemId}/${timeline}/${SLOT}`;
    let from = await confirmedPosition(control);
    if (from === undefined || !(await copyFinished(warehouse, tables))) {
      await dropSlot(control);
      from = formatLsn(await initialCopy(context, replication, tables, slotId));
    }
    await anchor(warehouse, slotId, parseLsn(from));
    await follow(context, replication, slotId, parseLsn(from), tables, () => controlFailed);
  } finally {
    await replication?.end().catch(() => undefined);
    await control.end().catch(() => undefined);
  }
}

/** Waits for the advisory lock: a standby takes over when the active capture's connection ends. */
async function awaitTurn(control: pg.Client, lifecycle: Lifecycle, log: Logger): Promise<void> {
  for (let waiting = false; !lifecycle.signal.aborted; ) {
    const { rows } = await control.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    if (rows[0]?.mine) return;
    if (!waiting) log.info('another capture is active, standing by');
    waiting = true;
    await lifecycle.sleep(500);
  }
}

async function prepareTables(context: CaptureContext, control: pg.Client): Promise<SourceTables> {
  const tables = await readSourceTables(control);
  if (tables.shapes.size === 0) {
    throw new LumbungError('config', 'the source has none of the operational tables in its schema "public"');
  }
  await context.warehouse.command('CREATE DATABASE IF NOT EXISTS raw');
  for (const [table, shape] of tables.shapes) {
    try {
      await ensureRawTable(context.warehouse, shape);
    } catch (error) {
      if (!(error instanceof LumbungError) || error.kind !== 'schema') throw error;
      tables.shapes.delete(table);
      tables.faults.set(table, error.message);
    }
  }
  for (const [table, reason] of tables.faults) {
    context.log.warn({ table, reason }, 'table is not replicated');
    await setTableState(context.warehouse, { table, state: 'quarantined', reason });
  }
  await ensurePublication(control, [...tables.shapes.keys()]);
  return tables;
}

type TableState = { table: string; state: string; reason?: string; slotId?: string; copiedRows?: number; lsn?: bigint };

async function setTableState(warehouse: Warehouse, state: TableState): Promise<void> {
  await warehouse.insertRows('ops.tables', [
    {
      table: state.table,
      state: state.state,
      reason: state.reason ?? '',
      slot_id: state.slotId ?? '',
      copied_rows: state.copiedRows ?? 0,
      consistent_lsn: String(state.lsn ?? 0n),
    },
  ]);
}

async function refuseOtherSource(warehouse: Warehouse, systemId: string): Promise<void> {
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

async function copyFinished(warehouse: Warehouse, tables: SourceTables): Promise<boolean> {
  const rows = await warehouse.query<{ table: string }>("SELECT table FROM ops.tables FINAL WHERE state = 'live'");
  const live = new Set(rows.map((row) => row.table));
  return [...tables.shapes.keys()].every((table) => live.has(table));
}

/** Creates the slot and copies every table inside its snapshot; returns the consistent point. */
async function initialCopy(
  context: CaptureContext,
  replication: pg.Client,
  tables: SourceTables,
  slotId: string,
): Promise<bigint> {
  const { warehouse, log } = context;
  const { consistentPoint, snapshot } = await createSlot(replication, SLOT);
  const takenAt = BigInt(Date.now()) * 1000n;
  const client = await openSnapshot(context.databaseUrl, snapshot);
  let total = 0;
  try {
    for (const [table, shape] of tables.shapes) {
      await setTableState(warehouse, { table, state: 'copying', slotId });
      const copiedRows = await copyTable(client, warehouse, shape, { name: snapshot, consistentPoint, takenAt });
      total += copiedRows;
      await setTableState(warehouse, { table, state: 'live', slotId, copiedRows, lsn: consistentPoint });
      context.onProgress?.(`${table} ${total}`);
    }
  } finally {
    await client.end();
  }
  await markEverything(warehouse, 'initial copy');
  log.info({ rows: total, at: formatLsn(consistentPoint) }, 'initial copy finished');
  return consistentPoint;
}

/** Everything the slot has confirmed is durable: the watermark may start from there. */
async function anchor(warehouse: Warehouse, slotId: string, confirmed: bigint): Promise<void> {
  await recordReached(warehouse, slotId, 0n, confirmed, BigInt(Date.now()) * 1000n);
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

type InFlight = { batchId: string; interval: Interval; bytes: number; since: number };

/** Streams until something fails or the process stops. */
async function follow(
  context: CaptureContext,
  replication: pg.Client,
  slotId: string,
  from: bigint,
  tables: SourceTables,
  controlFailed: () => unknown,
): Promise<void> {
  const { lifecycle, log, warehouse, redis, queue } = context;
  const builder = createBatchBuilder(slotId);
  builder.startAt(from);
  const inFlight = new Map<string, InFlight>();
  let inFlightBytes = 0;
  let confirmed = from;
  let received = from;
  let paused = false;
  let handing = Promise.resolve();
  let firstWaiting = 0;
  let rolling = false;
  let sourceClock = 0n;
  let lastHeartbeat = 0;
  let stream: ReplicationStream | undefined;
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const balance = () => {
    const full = inFlightBytes + builder.bytes() > MAX_IN_FLIGHT_BYTES;
    if (full !== paused) {
      paused = full;
      if (full) stream?.pause();
      else stream?.resume();
    }
  };

  const handOver = async (batch: Batch) => {
    const bytes = encodeBatch(batch);
    const batchId = randomUUID();
    inFlight.set(batchId, {
      batchId,
      interval: { start: BigInt(batch.startLsn), end: BigInt(batch.endLsn) },
      bytes: bytes.length,
      since: Date.now(),
    });
    inFlightBytes += bytes.length;
    const job: PipelineJob = { kind: 'load', batchId, slotId };
    await redis.set(payloadKey(batchId), bytes);
    await queue.add('load', job, { jobId: batchId, ...retryPolicy });
  };

  const flush = (force: boolean) => {
    if (builder.inTransaction() || builder.endLsn() === 0n) return;
    const waited = firstWaiting > 0 ? Date.now() - firstWaiting : 0;
    const free = inFlight.size === 0 && !rolling;
    const due = force || waited >= (free ? LINGER_MS : MAX_LINGER_MS) || builder.bytes() >= WORTHWHILE_BYTES;
    if (!due || inFlight.size >= MAX_IN_FLIGHT_BATCHES) return;
    const batch = builder.take();
    firstWaiting = 0;
    if (batch) handing = handing.then(() => handOver(batch)).catch(fail);
  };

  /** Reads which batches are durable and confirms the contiguous prefix. */
  const settle = async () => {
    if (inFlight.size === 0) return;
    const rows = await warehouse.query<{ start: string; end: string }>(
      `SELECT toString(start_lsn) AS start, toString(end_lsn) AS end FROM ops.batches
       WHERE slot_id = {slot:String} AND end_lsn > {confirmed:UInt64}`,
      { slot: slotId, confirmed: String(confirmed) },
    );
    const done = rows.map((row) => ({ start: BigInt(row.start), end: BigInt(row.end) }));
    for (const [id, batch] of inFlight) {
      if (done.some((interval) => interval.start <= batch.interval.start && interval.end >= batch.interval.end)) {
        inFlight.delete(id);
        inFlightBytes -= batch.bytes;
      }
    }
    const reached = extendWatermark(confirmed, done);
    if (reached > confirmed) {
      confirmed = reached;
      stream?.confirm(confirmed, false);
    }
    balance();
    flush(false);
  };

  /** Redis may have lost payloads or jobs: then only the slot still has them. */
  const checkLost = async () => {
    const oldest = Math.min(...[...inFlight.values()].map((batch) => batch.since));
    if (inFlight.size === 0 || Date.now() - oldest < LOST_AFTER_MS) return;
    for (const { batchId } of inFlight.values()) {
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

  stream = await startStream(replication, SLOT, PUBLICATION, from, {
    message(bytes) {
      const event = decode(bytes);
      if (event.type === 'relation') {
        const shape = event.relation.schema === 'public' ? tables.shapes.get(event.relation.table) : undefined;
        try {
          builder.relation(event.relation.oid, shape && mapRelation(event.relation, shape));
        } catch (error) {
          if (!(error instanceof LumbungError) || error.kind !== 'schema') throw error;
          builder.relation(event.relation.oid, undefined);
          log.error({ table: event.relation.table, reason: error.message }, 'table quarantined');
          const state = { table: event.relation.table, state: 'quarantined', reason: error.message, slotId };
          setTableState(warehouse, state).catch(fail);
        }
        return;
      }
      builder.apply(event);
      if (event.type === 'commit') {
        received = event.endLsn;
        if (firstWaiting === 0) firstWaiting = Date.now();
        flush(builder.bytes() >= MAX_BATCH_BYTES);
      }
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
    stream?.confirm(confirmed, idle);
    if (!idle || sourceClock === 0n || Date.now() - lastHeartbeat < HEARTBEAT_MS) return;
    lastHeartbeat = Date.now();
    const reached = received;
    const at = sourceClock;
    sourceClock = 0n;
    await recordReached(warehouse, slotId, confirmed, reached, at);
    if (reached > confirmed) {
      confirmed = reached;
      builder.startAt(reached);
      stream?.confirm(confirmed, false);
    }
    await requestRollup(queue, slotId);
  };

  const subscriber = connectRedis(context.redisUrl, log, 'blocking');
  await subscriber.subscribe(LOADED_CHANNEL, ROLLED_CHANNEL);
  let wake: () => void = () => undefined;
  subscriber.on('message', (channel) => {
    rolling = channel === LOADED_CHANNEL;
    flush(false);
    wake();
  });
  log.info({ slot: slotId, from: formatLsn(from) }, 'streaming');
  try {
    const ticker = setInterval(() => flush(false), LINGER_MS);
    let lastBeat = Date.now();
    try {
      while (!lifecycle.signal.aborted) {
        await Promise.race([
          failed,
          lifecycle.sleep(250),
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
        ]);
        if (controlFailed() !== undefined) throw controlFailed();
        await settle();
        if (Date.now() - lastBeat >= 500) {
          lastBeat = Date.now();
          await heartbeat();
          await checkLost();
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
