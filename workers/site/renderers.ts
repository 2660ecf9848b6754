/** Who makes the pages of the report site: what a build needs of `reports/units` and `reports/narrative`. */
import type { Warehouse } from '../../warehouse/client.ts';

export type Audience = 'readers' | 'public';

export type SiteRenderers = {
  /** Writes the pages of the units (`all`, or scopes like `sppg:ID`) under `out`; replaces files by rename, never in place. */
  renderUnits(options: {
    warehouse: Warehouse;
    out: string;
    units: 'all' | ReadonlySet<string>;
    signal: AbortSignal;
    audience?: Audience;
    base?: string;
    onProgress?(done: number, total: number): void;
  }): Promise<{ pages: number; asOf: { committedAt: string | null; rolledUpAt: string | null } }>;
  /** Scopes whose pages' figures refreshes after `since` have changed. */
  changedUnits(options: { warehouse: Warehouse; since: number }): Promise<ReadonlySet<string>>;
  /** Writes the narrative pages under `out`; `work` is scratch space. */
  buildNarrative(options: {
    warehouse: Warehouse;
    out: string;
    work: string;
    signal: AbortSignal;
    onProgress?(step: string): void;
  }): Promise<void>;
  /** Its packages are installed. */
  narrativeReady(): boolean;
};
