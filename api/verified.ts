/**
 * Tokens that were verified a moment ago are not verified again: a signature costs more than a cached answer.
 * Invariants: never longer than a few seconds, which is how long a withdrawn token may still be believed, and never past its end;
 * only what was found valid is remembered, under its hash.
 */
import { createHash } from 'node:crypto';
import { LumbungError } from '../platform/errors.ts';
import type { Claims } from '../platform/tokens.ts';

const REMEMBERED_MS = 5_000;
const MAX_TOKENS = 20_000;

type Verify = (token: string) => Promise<Claims>;

export function remembered(verify: Verify): Verify {
  const known = new Map<string, { claims: Claims; until: number }>();
  return async (token) => {
    const key = createHash('sha256').update(token).digest('base64url');
    const held = known.get(key);
    const now = Date.now();
    if (held !== undefined && held.until > now) {
      if (held.claims.exp === undefined || held.claims.exp * 1_000 > now) return held.claims;
      throw new LumbungError('unauthenticated', 'the token has expired: sign in again');
    }
    const claims = await verify(token);
    known.delete(key);
    known.set(key, { claims, until: now + REMEMBERED_MS });
    if (known.size > MAX_TOKENS) known.delete(known.keys().next().value as string);
    return claims;
  };
}
