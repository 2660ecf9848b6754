/** What this process knows of the rollups' freshness: renewed by every notice, re-read when older than two seconds. */
import type { Warehouse } from '../warehouse/client.ts';
import { type Freshness, readFreshness } from '../warehouse/ledger.ts';

export type AsOf = { committedAt: string | null; rolledUpAt: string | null; lagMs: number | null };
export type FreshnessSource = { current(): Promise<Freshness>; invalidate(): void };

const MAX_AGE_MS = 2_000;

export function createFreshness(warehouse: Warehouse): FreshnessSource {
  let held: { value: Freshness; at: number } | undefined;
  let flight: Promise<Freshness> | undefined;
  const read = () => {
    flight ??= readFreshness(warehouse)
      .then((value) => {
        held = { value, at: Date.now() };
        return value;
      })
      // The warehouse is away: what was known still holds, and its age says so.
      .catch((error: unknown) => {
        if (held) return held.value;
        throw error;
      })
      .finally(() => {
        flight = undefined;
      });
    return flight;
  };
  return {
    current: () => (held !== undefined && Date.now() - held.at < MAX_AGE_MS ? Promise.resolve(held.value) : read()),
    invalidate() {
      if (held) held.at = 0;
    },
  };
}

/** The `asOf` of an answer computed at `freshness`. */
export function asOf(freshness: Freshness): AsOf {
  const { committedAt, rolledUpAt } = freshness;
  return {
    committedAt,
    rolledUpAt,
    lagMs: committedAt === null ? null : Math.max(0, Date.now() - Date.parse(committedAt)),
  };
}
