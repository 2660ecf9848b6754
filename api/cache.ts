/**
 * Answers under a key that holds the version of their scope: invalidation is a new key and cannot race.
 * Invariants: one computation per key at a time, across processes where Redis is there to agree on it; without Redis the answer
 * is computed, never wrong; the last good answer is served when the warehouse is away, and said to be stale; what this process
 * holds and what it puts into Redis is bounded in bytes.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isUnreachable, LumbungError } from '../platform/errors.ts';
import type { Redis } from '../platform/redis.ts';
import type { Freshness } from '../warehouse/ledger.ts';
import type { Metrics } from './metrics.ts';

const TTL_MS = 300_000;
/** A stale answer older than this is no help. */
const STALE_SECONDS = 6 * 3_600;
const MEMORY_BYTES = 64 * 1024 * 1024;
/** Larger answers are computed again rather than kept in Redis. */
const REDIS_BYTES = 1024 * 1024;
const LEASE_MS = 10_000;
/** Only by the holder: a computation that took longer than its lease must not end another's. */
const GIVE_BACK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end";
const ASK_AGAIN_MS = 25;

/** An answer as bytes of JSON without its `asOf` (sent as they are, encoded once), and the freshness it was computed at. */
export type Entry = { at: Freshness; computedAt: number; body: Buffer };
export type Cached = Entry & { stale: boolean };
export type Compute = () => Promise<{ at: Freshness; body: object }>;

export type Cache = {
  /** The answer for (version, question); `question` must contain the scope and what the caller may see. */
  get(version: string, question: string, compute: Compute): Promise<Cached>;
};

export function createCache(redis: Redis, { cache: metrics }: Pick<Metrics, 'cache'>): Cache {
  const flights = new Map<string, Promise<Cached>>();
  const fresh = createMemory(MEMORY_BYTES / 2);
  const lastGood = createMemory(MEMORY_BYTES / 2);

  const fromRedis = async (key: string): Promise<Entry | undefined> => {
    const held = await redis.getBuffer(key).catch(() => null);
    return held === null ? undefined : decode(held);
  };
  const keep = async (version: string, question: string, entry: Entry): Promise<void> => {
    const ttl = TTL_MS * (0.9 + Math.random() * 0.2);
    fresh.set(keyOf(version, question), entry, ttl);
    lastGood.set(question, entry, STALE_SECONDS * 1_000);
    metrics.bytes.set(fresh.bytes() + lastGood.bytes());
    if (entry.body.length > REDIS_BYTES) return;
    const text = encode(entry);
    await redis
      .pipeline()
      .set(keyOf(version, question), text, 'PX', Math.round(ttl))
      .set(staleKey(question), text, 'EX', STALE_SECONDS)
      .exec()
      .catch(() => undefined);
  };

  const load = async (version: string, question: string, compute: Compute): Promise<Cached> => {
    const key = keyOf(version, question);
    const held = await fromRedis(key);
    if (held !== undefined) {
      metrics.requests.inc({ result: 'hit' });
      fresh.set(key, held, Math.max(0, held.computedAt + TTL_MS - Date.now()));
      lastGood.set(question, held, STALE_SECONDS * 1_000);
      return { ...held, stale: false };
    }
    const awaited = await waitForOther(redis, key, () => fromRedis(key));
    if (awaited.entry !== undefined) {
      metrics.requests.inc({ result: 'waited' });
      return { ...awaited.entry, stale: false };
    }
    metrics.requests.inc({ result: 'miss' });
    const filled = metrics.fill.startTimer();
    try {
      const { at, body } = await compute();
      const entry = { at, computedAt: Date.now(), body: Buffer.from(JSON.stringify(body)) };
      filled();
      await keep(version, question, entry);
      return { ...entry, stale: false };
    } catch (error) {
      if (!isAway(error)) throw error;
      const last = lastGood.get(question) ?? (await fromRedis(staleKey(question)));
      if (last === undefined) throw error;
      metrics.requests.inc({ result: 'stale' });
      return { ...last, stale: true };
    } finally {
      if (awaited.lease !== undefined)
        await redis.eval(GIVE_BACK, 1, leaseKey(key), awaited.lease).catch(() => undefined);
    }
  };

  return {
    async get(version, question, compute) {
      const key = keyOf(version, question);
      const held = fresh.get(key);
      if (held !== undefined) {
        metrics.requests.inc({ result: 'hit' });
        metrics.age.observe((Date.now() - held.computedAt) / 1_000);
        return { ...held, stale: false };
      }
      let flight = flights.get(key);
      if (flight === undefined) {
        flight = load(version, question, compute).finally(() => flights.delete(key));
        flights.set(key, flight);
      } else metrics.requests.inc({ result: 'waited' });
      const entry = await flight;
      metrics.age.observe((Date.now() - entry.computedAt) / 1_000);
      return entry;
    },
  };
}

const keyOf = (version: string, question: string) => `lumbung:cache:${version}:${question}`;
const staleKey = (question: string) => `lumbung:stale:${question}`;
const leaseKey = (key: string) => `${key}:lease`;
const encode = ({ body, ...head }: Entry) => Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);

function decode(bytes: Buffer): Entry {
  const end = bytes.indexOf('\n');
  return { ...(JSON.parse(bytes.toString('utf8', 0, end)) as Omit<Entry, 'body'>), body: bytes.subarray(end + 1) };
}

/** The warehouse could not be asked: not a fault of the question. */
export const isAway = (error: unknown) =>
  isUnreachable(error) || (error instanceof LumbungError && error.kind === 'transient');

/** Takes the lease on a key, or waits for the process that holds it: until there is an answer, or it gave up. */
async function waitForOther(
  redis: Redis,
  key: string,
  read: () => Promise<Entry | undefined>,
): Promise<{ lease?: string; entry?: Entry | undefined }> {
  const lease = randomUUID();
  const until = Date.now() + LEASE_MS;
  while (Date.now() < until) {
    const taken = await redis.set(leaseKey(key), lease, 'PX', LEASE_MS, 'NX').catch(() => 'away');
    if (taken === 'away') return {};
    if (taken === 'OK') {
      // Between the first look and the lease the other may have finished.
      const entry = await read();
      return { lease, entry };
    }
    await delay(ASK_AGAIN_MS * (1 + Math.random()));
    const entry = await read();
    if (entry !== undefined) return { entry };
  }
  return {};
}

/** Entries by key, the least recently used forgotten first, within a number of bytes. */
function createMemory(limit: number) {
  const entries = new Map<string, Entry & { until: number }>();
  let bytes = 0;
  const sizeOf = (key: string, entry: Entry) => 2 * key.length + entry.body.length + 200;
  const drop = (key: string) => {
    const entry = entries.get(key);
    if (entry === undefined) return;
    bytes -= sizeOf(key, entry);
    entries.delete(key);
  };
  return {
    bytes: () => bytes,
    get(key: string): Entry | undefined {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.until < Date.now()) {
        drop(key);
        return undefined;
      }
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    set(key: string, entry: Entry, ttlMs: number): void {
      drop(key);
      const size = sizeOf(key, entry);
      if (size > limit / 4) return;
      entries.set(key, { at: entry.at, computedAt: entry.computedAt, body: entry.body, until: Date.now() + ttlMs });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= limit) break;
        drop(oldest);
      }
    },
  };
}
