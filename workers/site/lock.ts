/**
 * The lock of builds: one at a time across all workers and command lines.
 * Invariant: whoever finds that somebody else holds it stops at once; a holder that died loses it within seconds. Redis may forget it:
 * then its holder takes it again, and if another was quicker the holder stops (a release is only published over the one it began with).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LumbungError } from '../../platform/errors.ts';
import type { Redis } from '../../platform/redis.ts';

export const LOCK_KEY = 'lumbung:site:lock';
const HELD_MS = 12_000;
const RENEW_MS = 3_000;
const ASK_MS = 500;

/** Waits for the lock and works under it; `signal` of the work is aborted when the lock is lost. */
export async function underLock<T>(
  redis: Redis,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  const owner = randomUUID();
  const take = async () => (await redis.set(LOCK_KEY, owner, 'PX', HELD_MS, 'NX')) === 'OK';
  const isOurs = async () => (await redis.get(LOCK_KEY)) === owner;
  while (!(await take())) {
    onWait();
    await delay(ASK_MS, undefined, { signal });
  }
  const lost = new AbortController();
  const renew = async () => {
    if ((await isOurs()) ? await redis.pexpire(LOCK_KEY, HELD_MS) : await take()) return;
    lost.abort(new LumbungError('transient', 'another worker builds the site: this one stopped'));
  };
  // A Redis that is away says nothing about who holds it: asked again in a moment.
  const timer = setInterval(() => void renew().catch(() => undefined), RENEW_MS);
  try {
    return await work(AbortSignal.any([signal, lost.signal]));
  } finally {
    clearInterval(timer);
    if (await isOurs().catch(() => false)) await redis.del(LOCK_KEY).catch(() => undefined);
  }
}
