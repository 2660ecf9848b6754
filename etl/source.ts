/** What a replicated table is: its allow-listed columns, its key and how its rows are placed into rollup cells. */
export type Source = {
  table: string;
  /** Only these columns are read; anything else in the source table is ignored. */
  columns: readonly string[];
  /** Primary key columns, in order. */
  key: readonly string[];
  /** Whether its changes can dirty rollup cells (warehouse/rollups/dirty.ts). */
  cells: boolean;
  /** Columns of ops.places_<table> → source columns: what finds a row by cell or by parent. */
  place?: Readonly<Record<string, string>>;
};
