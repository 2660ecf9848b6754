/** Who makes the pages of the report site: what a build needs of `reports/units` and `reports/narrative`. */
import type { Warehouse } from '../../warehouse/client.ts';

export type Audience = 'readers' | 'public';

/** What pages say of their release, and what they are dated by. */
type Named = {
  release?: string;
  /** Days a day waits for its sheets before it is final. */
  graceDays?: number;
};

export type SiteRenderers = {
  /** Writes the pages of the units (`all`, or scopes like `sppg:ID`) under `out`; replaces files by rename, never in place. */
  renderUnits(
    options: Named & {
      warehouse: Warehouse;
      out: string;
      /** The release before, whose feeds go on. */
      previous?: string;
      units: 'all' | ReadonlySet<string>;
      signal: AbortSignal;
      audience?: Audience;
      /** The path the site is served under, without a slash at its end, and its origin where it is known. */
      base?: string;
      origin?: string;
      onProgress?(done: number, total: number): void;
    },
  ): Promise<{ pages: number; asOf: { committedAt: string | null; rolledUpAt: string | null } }>;
  /** Scopes whose pages' figures refreshes after `since` have changed. */
  changedUnits(options: { warehouse: Warehouse; since: number }): Promise<ReadonlySet<string>>;
  /** Writes the narrative pages under `out`; `work` is scratch space. */
  buildNarrative(
    options: Named & {
      warehouse: Warehouse;
      out: string;
      work: string;
      signal: AbortSignal;
      onProgress?(step: string): void;
    },
  ): Promise<void>;
  /** Its packages are installed. */
  narrativeReady(): boolean;
};
