/**
 * Which units callers may read, remembered as long as the hierarchy stays what it is: ten thousand screens that come back after
 * a restart ask the warehouse once per unit, and a unit is still known while the warehouse is away.
 * Invariant: what is remembered holds the caller's scopes and role, and the version of the hierarchy; refusals are remembered too.
 */
import { createHash } from 'node:crypto';
import { LumbungError } from '../platform/errors.ts';
import type { Claims } from '../platform/tokens.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { authorize, type Place } from './access.ts';
import type { FreshnessSource } from './freshness.ts';

const MAX_PLACES = 20_000;

/** The scope if the caller may read it; `forbidden` or `not_found` otherwise. */
export type Places = (claims: Claims, scope: string) => Promise<Place>;

/** The name of a unit as its path ends. */
export const nameOf = ({ path, text }: Place): string => path[path.length - 1]?.name ?? text;

/** The name of a unit for who may know it, else the scope as it was written. */
export const unitNames =
  (places: Places) =>
  (claims: Claims, scope: string): Promise<string> =>
    places(claims, scope).then(nameOf, () => scope);

export function createPlaces(warehouse: Warehouse, freshness: FreshnessSource): Places {
  const known = new Map<string, Promise<Place>>();
  return async (claims, scope) => {
    const { hierarchy } = await freshness.current();
    const caller = createHash('sha256')
      .update(JSON.stringify([claims.role, claims.scope]))
      .digest('base64url');
    const key = `${hierarchy} ${caller} ${scope}`;
    const held = known.get(key);
    if (held !== undefined) return held;
    const asked = authorize(warehouse, claims, scope);
    known.set(key, asked);
    if (known.size > MAX_PLACES) known.delete(known.keys().next().value as string);
    // Only what was decided is remembered: a warehouse that is away decides nothing.
    asked.catch((error: unknown) => {
      const decided = error instanceof LumbungError && (error.kind === 'forbidden' || error.kind === 'not_found');
      if (!decided) known.delete(key);
    });
    return asked;
  };
}
