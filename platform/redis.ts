/** Redis connections. Invariant: nothing that cannot be rebuilt from Postgres and ClickHouse lives only here. */
import { Redis } from 'ioredis';
import { LumbungError, messageOf } from './errors.ts';
import type { Logger } from './log.ts';
import { sentinelOptions } from './redis_address.ts';

export type { Redis };

/**
 * Connects with endless, capped retries. `blocking` connections (BullMQ workers, subscribers) never give a command up;
 * others fail a command after a few tries so that a request can answer without Redis; `serving` ones do not wait for a Redis that
 * hangs either, because people wait for the answer.
 */
export function connectRedis(url: string, log: Logger, kind: 'blocking' | 'request' | 'serving' = 'request'): Redis {
  const options = {
    maxRetriesPerRequest: kind === 'blocking' ? null : 1,
    enableOfflineQueue: kind === 'blocking',
    retryStrategy: (attempt: number) => Math.min(100 * attempt, 2_000),
    lazyConnect: false,
    ...(kind === 'serving' ? { commandTimeout: 1_000, connectTimeout: 2_000 } : {}),
  };
  const sentinels = sentinelOptions(url);
  const redis = sentinels === undefined ? new Redis(url, options) : new Redis({ ...options, ...sentinels });
  let down = false;
  redis.on('error', (error) => {
    if (!down) log.warn({ error: messageOf(error) }, 'redis is away, retrying');
    down = true;
  });
  redis.on('ready', () => {
    if (down) log.info('redis is back');
    down = false;
  });
  return redis;
}

/** Resolves when the connection is ready; `unreachable` with what to do after `timeoutMs`. */
export async function awaitRedis(redis: Redis, url: string, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const ready = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      redis.off('ready', ready);
      const [, host] = /\/\/(?:[^/]*@)?([^/?]*)/.exec(url) ?? [];
      reject(new LumbungError('unreachable', `Redis does not answer at ${host} (REDIS_URL). Is it running there?`));
    }, timeoutMs);
    redis.once('ready', ready);
  });
}
