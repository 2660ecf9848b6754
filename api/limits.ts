/**
 * Rate limits: so many requests a minute for each token, ten times that for each address (its live connections among them),
 * and a dear price for a refused token.
 * Invariants: the count is shared by all processes through Redis; while Redis is away each process counts for itself, and
 * nobody is let through uncounted or shut out. To spare Redis a question per request, points are taken ten at a time.
 */
import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { LumbungError } from '../platform/errors.ts';
import type { Redis } from '../platform/redis.ts';
import { tokenOf } from './access.ts';
import type { Metrics } from './metrics.ts';

const WINDOW_SECONDS = 60;
const TAKEN_AT_ONCE = 10;
/** A refused token costs as much as so many requests: guessing ends quickly. */
const REFUSED_COSTS = 20;
const MAX_KEYS = 50_000;

export type Limits = {
  /** Counts HTTP requests. */
  requests: RequestHandler;
  /** Counts a live connection that begins; resolves with the seconds to wait when the address has no points left. */
  connection(address: string): Promise<number | undefined>;
  /** A token was refused: dear to its address. */
  refused(address: string): void;
};

export function createLimits(redis: Redis, perMinute: number, metrics: Pick<Metrics, 'limited'>): Limits {
  const limiter = (keyPrefix: string, points: number) => {
    const insuranceLimiter = new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_SECONDS });
    const options = { storeClient: redis, keyPrefix: `lumbung:${keyPrefix}`, points, duration: WINDOW_SECONDS };
    return new RateLimiterRedis({ ...options, insuranceLimiter, inMemoryBlockOnConsumed: points + 1 });
  };
  const byToken = prepaid(limiter('rate-token', perMinute), perMinute);
  const byAddress = prepaid(limiter('rate-address', 10 * perMinute), 10 * perMinute);

  const refuse = (by: string, seconds: number) => {
    metrics.limited.inc({ by });
    return Object.assign(new LumbungError('overloaded', `too many requests: come back in ${seconds} s`), { seconds });
  };
  const refused = (address: string) => {
    byAddress(address, REFUSED_COSTS).catch(() => undefined); // whoever comes next is told
  };
  const requests: RequestHandler = async (request, response, next) => {
    const address = request.ip ?? 'unknown';
    const token = tokenOf(request.headers);
    const late =
      (token === undefined ? undefined : await byToken(createHash('sha256').update(token).digest('base64url'), 1)) ??
      (await byAddress(address, 1));
    if (late !== undefined) return next(refuse(token === undefined ? 'address' : 'token or address', late));
    response.on('finish', () => {
      if (response.statusCode === 401) refused(address);
    });
    next();
  };
  return {
    requests,
    refused,
    async connection(address) {
      const late = await byAddress(address, 1);
      if (late !== undefined) metrics.limited.inc({ by: 'address' });
      return late;
    },
  };
}

/** Takes points in advance; resolves with the seconds to wait when there are none left. */
function prepaid(limiter: RateLimiterRedis, points: number) {
  const step = Math.max(1, Math.min(TAKEN_AT_ONCE, Math.floor(points / 20)));
  const held = new Map<string, { points: number; until: number }>();
  return async (key: string, cost: number): Promise<number | undefined> => {
    const now = Date.now();
    const own = held.get(key);
    if (own !== undefined && own.until > now && own.points >= cost) {
      own.points -= cost;
      return undefined;
    }
    try {
      const taken = Math.max(step, cost);
      const { msBeforeNext } = await limiter.consume(key, taken);
      held.delete(key);
      held.set(key, { points: taken - cost, until: now + msBeforeNext });
      if (held.size > MAX_KEYS) held.delete(held.keys().next().value as string);
      return undefined;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
      throw error;
    }
  };
}
