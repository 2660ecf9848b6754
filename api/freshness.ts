/**
 * What this process knows of the rollups: their freshness, and per scope the refresh that last touched it. Renewed by
 * every notice, and re-read every two seconds while somebody asks.
 * Invariant: freshness and scope versions move together, so an answer cached under a scope's version is the answer as of
 * the freshness held with it.
 */
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { type Freshness, readFreshness } from '../warehouse/ledger.ts';
import { type HierarchyVersion, readHierarchyVersion, readTouchedScopes } from '../warehouse/queries/touched.ts';
import { createFlights } from './flights.ts';

export type AsOf = { committedAt: string | null; rolledUpAt: string | null; lagMs: number | null };
export type Known = {
  freshness: Freshness;
  /** Changes whenever a unit may have moved or been renamed. */
  hierarchy: string;
  versionOf(scope: string): string;
  /** The refresh that last touched the scope; 0 when none did since this process began. */
  seqOf(scope: string): number;
};
/** A refresh as it was announced: its number, and the scopes it touched. */
export type Announced = { seq: number; scopes: readonly string[] };
export type FreshnessSource = { current(): Promise<Known>; invalidate(refresh: Announced): void };

const MAX_AGE_MS = 2_000;
/** A warehouse that hangs is as good as away. */
const PATIENCE_MS = 3_000;
/** Refreshes whose scopes are remembered until somebody asks. */
const MOST_ANNOUNCED = 32;

export function createFreshness(warehouse: Warehouse): FreshnessSource {
  /** `heard`: how many notices there had been when its reading began. */
  let held: { value: Known; at: number; heard: number } | undefined;
  let heard = 0;
  const flights = createFlights();
  let touched = new Map<string, number>();
  let seq = 0;
  let units: HierarchyVersion | undefined;
  const announced = new Map<number, readonly string[]>();

  /** What refreshes in (since, until] touched, where each of them was announced: then the warehouse need not be asked. */
  const announcedScopes = (since: number, until: number) => {
    const scopes: { scope: string; seq: number }[] = [];
    for (let own = since + 1; own <= until; own++) {
      const touchedThen = announced.get(own);
      if (touchedThen === undefined) return undefined;
      for (const scope of touchedThen) scopes.push({ scope, seq: own });
    }
    return scopes;
  };

  const renew = async (): Promise<Known> => {
    const freshness = await readFreshness(warehouse);
    const [known, scopes] = await Promise.all([
      readHierarchyVersion(warehouse, units),
      announcedScopes(seq, freshness.seq) ?? readTouchedScopes(warehouse, seq, freshness.seq),
    ]);
    units = known;
    const hierarchy = known.version;
    // A reader that already holds the former map keeps a consistent pair.
    touched = new Map(touched);
    for (const { scope, seq: last } of scopes) touched.set(scope, Math.max(last, touched.get(scope) ?? 0));
    seq = Math.max(seq, freshness.seq);
    for (const own of announced.keys()) if (own <= seq) announced.delete(own);
    const versions = touched;
    const seqOf = (scope: string) => versions.get(scope) ?? 0;
    return { freshness, hierarchy, seqOf, versionOf: (scope) => `${hierarchy}-${seqOf(scope)}` };
  };
  const read = () =>
    flights('', async () => {
      const before = heard;
      try {
        const value = await withPatience(renew(), held === undefined ? undefined : PATIENCE_MS);
        held = { value, at: Date.now(), heard: before };
        return value;
      } catch (error) {
        // The warehouse is away: what was known still holds, and its age says so.
        if (held) return held.value;
        throw error;
      }
    });
  return {
    current() {
      if (held === undefined || held.heard !== heard) return read();
      // Every refresh is announced; looking again is for the one whose notice got lost, and nobody waits for it.
      if (Date.now() - held.at > MAX_AGE_MS) void read();
      return Promise.resolve(held.value);
    },
    invalidate(refresh) {
      heard++;
      announced.set(refresh.seq, refresh.scopes);
      const [oldest] = announced.keys();
      if (announced.size > MOST_ANNOUNCED && oldest !== undefined) announced.delete(oldest);
    },
  };
}

function withPatience<T>(work: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return work;
  work.catch(() => undefined); // nobody may be waiting any more
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new LumbungError('unreachable', 'the warehouse does not answer in time')), ms).unref();
    }),
  ]);
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
