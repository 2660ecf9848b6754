/**
 * Answers cached in Redis under a key that holds the version of their scope: invalidation is a new key and cannot race.
 * Invariants: one computation per key and process at a time; without Redis the answer is computed, never wrong; the last
 * good answer is served when the warehouse is away, and said to be stale.
 */

import type { Counter } from 'prom-client';
import { isUnreachable, LumbungError } from '../platform/errors.ts';
import type { Redis } from '../platform/redis.ts';

const TTL_SECONDS = 300;
const MAX_STALE_ENTRIES = 500;

export type Cached<T> = { value: T; stale: boolean };

export type Cache = {
  /** The value for (version, question); `question` must contain the scope and what the role may see. */
  get<T>(version: string, question: string, compute: () => Promise<T>): Promise<Cached<T>>;
};

export function createCache(redis: Redis, results: Counter<'result'>): Cache {
  const flights = new Map<string, Promise<unknown>>();
  const lastGood = new Map<string, unknown>();

  const load = async <T>(key: string, question: string, compute: () => Promise<T>): Promise<Cached<T>> => {
    const held = await redis.get(key).catch(() => null);
    if (held !== null) {
      results.inc({ result: 'hit' });
      return { value: JSON.parse(held) as T, stale: false };
    }
    results.inc({ result: 'miss' });
    try {
      const value = await compute();
      lastGood.delete(question);
      lastGood.set(question, value);
      if (lastGood.size > MAX_STALE_ENTRIES) lastGood.delete(lastGood.keys().next().value as string);
      const ttl = Math.round(TTL_SECONDS * (0.9 + Math.random() * 0.2));
      await redis.set(key, JSON.stringify(value), 'EX', ttl).catch(() => undefined);
      return { value, stale: false };
    } catch (error) {
      const away = isUnreachable(error) || (error instanceof LumbungError && error.kind === 'transient');
      if (!away || !lastGood.has(question)) throw error;
      results.inc({ result: 'stale' });
      return { value: lastGood.get(question) as T, stale: true };
    }
  };

  return {
    get<T>(version: string, question: string, compute: () => Promise<T>) {
      const key = `lumbung:cache:${version}:${question}`;
      const flying = flights.get(key) as Promise<Cached<T>> | undefined;
      if (flying) return flying;
      const flight = load(key, question, compute).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}
