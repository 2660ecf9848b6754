/**
 * Follows the slot: WAL → batches → `load` jobs, and confirms LSNs.
 * Invariants: the only module that confirms; it confirms the contiguous prefix of durable batches, exactly; bytes in flight
 * are bounded (the socket is paused, a large transaction goes in parts); when Redis loses the queue, the unconfirmed rest is
 * read again from the slot.
 */
import type { Queue } from 'bullmq';
import type pg from 'pg';
import { LumbungError } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoints.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
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
import { extendWatermark, type Interval } from '../warehouse/watermark.ts';
import { type Batch, encodeBatch } from './batch.ts';
import { createBatchBuilder } from './batch_builder.ts';
import { decode, type Relation } from './decode.ts';
import { mapRelation } from './mapping.ts';
import { createPacing } from './pacing.ts';
import { identityFault } from './postgres/identity.ts';
import { formatLsn } from './postgres/lsn.ts';
import { type ReplicationStream, startStream } from './postgres/replication.ts';
import { type ColumnType, columnType } from './postgres/values.ts';
import { catalogSignature, PUBLICATION, SLOT } from './source_setup.ts';
import { copiesRequested, requestCopies, type TableSet } from './table_set.ts';
import { microsToText } from './transaction.ts';

export type FollowContext = {
  redisUrl: string;
  redis: Redis;
  queue: Queue;
  warehouse: Warehouse;
  log: Logger;
  lifecycle: Lifecycle;
};

const TEXT_TYPE: ColumnType = { clickhouse: 'String', encoding: 'text' };
const MAX_IN_FLIGHT_BYTES = 64 * 1024 * 1024;
/** A batch this large is sent while others are on their way. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const MAX_IN_FLIGHT_BATCHES = 4;
/** A transaction this large is handed over in parts. */
const PART_BYTES = 8 * 1024 * 1024;
/** More than this is not read ahead of what is in flight. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const LINGER_MS = 10;
/**
 * Changes wait this long at most for the pipeline to be free, so that they are loaded and rolled up together: what a load costs hardly depends on
 * how many there are. It is free when a rollup ends; a long one lets them go before, unless loads are to wait for it (pacing.ts).
 */
const MAX_LINGER_MS = 5_000;
const HEARTBEAT_MS = 2_000;
/** How often the server is told of the position whatever happens: well within any sensible wal_sender_timeout. */
const ALIVE_MS = 1_000;
/** How often the catalog is looked at for changes that no row tells about. */
const CATALOG_MS = 2_000;
/** A batch not durable after this long is looked for in the queue. */
const LOST_AFTER_MS = 10_000;
/** Payloads of jobs that failed for good do not stay in Redis. */
const PAYLOAD_SECONDS = 3_600;

/** Notes that everything in (start, end] is durable. */
export async function recordReached(
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

type InFlight = { interval: Interval; part: boolean; bytes: number; since: number };
export type Following = {
  replication: pg.Client;
  control: pg.Client;
  slotId: string;
  set: TableSet;
  position: { confirmed: bigint };
  failure: AbortController;
};

/** Streams until something fails or the process stops. */
export async function follow(context: FollowContext, following: Following): Promise<void> {
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
  const pacing = createPacing();
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

  const handOver = (batch: Batch) => {
    const { batchId, part } = batch;
    const bytes = encodeBatch(batch);
    const interval = { start: BigInt(batch.startLsn), end: BigInt(batch.endLsn) };
    inFlight.set(batchId, { interval, part, bytes: bytes.length, since: Date.now() });
    inFlightBytes += bytes.length;
    const job: PipelineJob = { kind: 'load', batchId, slotId };
    handing = handing
      .then(async () => {
        failpoint('capture:before payload');
        // A payload that nobody fetched in time is read again from the slot (checkLost).
        await redis.set(payloadKey(batchId), bytes, 'EX', PAYLOAD_SECONDS);
        failpoint('capture:before job');
        await queue.add('load', job, { jobId: batchId, ...retryPolicy });
        failpoint('capture:after job');
      })
      .catch(fail);
  };

  const flush = (force: boolean) => {
    if (pacing.holding()) return;
    const flying = [...inFlight.values()];
    // Parts of a transaction may be on their way together, unless one reads rows of others; its end waits for them: with it they count.
    const reads = builder.readsEarlier();
    const parts = flying.some((batch) => batch.part);
    if (flying.length > 0 && (builder.inTransaction() ? reads : parts)) return;
    if (builder.inTransaction()) {
      if (builder.bytes() < PART_BYTES || flying.length >= MAX_IN_FLIGHT_BATCHES) return;
    } else {
      if (builder.endLsn() === 0n) return;
      const waited = firstWaiting > 0 ? Date.now() - firstWaiting : 0;
      const free = inFlight.size === 0 && !pacing.rolling();
      const due = force || waited >= (free ? LINGER_MS : MAX_LINGER_MS) || builder.bytes() >= MAX_BATCH_BYTES;
      if (!due || inFlight.size >= MAX_IN_FLIGHT_BATCHES) return;
    }
    const batch = builder.take();
    if (!batch?.part) firstWaiting = 0;
    if (batch && reads) batch.after = flying.map(({ interval }) => [String(interval.start), String(interval.end)]);
    if (batch) handOver(batch);
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
    message(bytes, start, end) {
      const event = decode(bytes, start);
      if (event.type === 'relation') return onRelation(event.relation);
      builder.apply(event, end - start);
      if (event.type === 'begin') commitLsn = event.commitLsn;
      else if (event.type === 'commit') {
        received = event.endLsn;
        if (firstWaiting === 0) firstWaiting = Date.now();
        if (builder.bytes() >= MAX_BATCH_BYTES) flush(false);
      }
    },
    arrived() {
      if (builder.bytes() >= PART_BYTES) flush(false);
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
    // At once: what arrives while this is noted begins here, and must not be set back to it afterwards.
    if (reached > position.confirmed) builder.startAt(reached);
    await recordReached(warehouse, slotId, position.confirmed, reached, at);
    failpoint('capture:position noted');
    if (reached > position.confirmed) {
      position.confirmed = reached;
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
    if (channel === LOADED_CHANNEL) {
      pacing.loaded();
      flush(false);
    } else {
      pacing.rolled();
      // Now or a whole rollup later: what waits goes with the batches that are loaded before the next one.
      flush(true);
    }
    wake();
  });
  log.info({ slot: slotId, from: formatLsn(position.confirmed) }, 'streaming');
  // Of its own: the server must hear of the position also while an engine that hangs holds the loop below.
  const alive = setInterval(() => stream?.confirm(position.confirmed, false), ALIVE_MS);
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
          // Redis may have lost the request that is waited for.
          if (pacing.holding()) await requestRollup(queue, slotId);
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
    clearInterval(alive);
    subscriber.disconnect();
    await stream.close();
  }
}

/** Not a failure: the tables are read again and the stream goes on from the confirmed position. */
export class CatalogChanged extends LumbungError {}
const changedCatalog = (what: string) =>
  new CatalogChanged('transient', `${what}: reading the tables again, from the confirmed position`);
