/** What a replicated table is: its allow-listed columns, its key and how its rows are placed into rollup cells. */
export type Source = {
  table: string;
  /** Only these columns are read; anything else in the source table is ignored. */
  columns: readonly string[];
  /** Primary key columns, in order. */
  key: readonly string[];
  /** Whether its changes can dirty rollup cells (warehouse/rollups/dirty.ts). */
  cells: boolean;
  /** For rows without a stamp of their own: with this row they change. Only where the source is polled. */
  parent?: { table: string; column: string };
  /** Columns of ops.places_<table> → source columns: what finds a row by cell or by parent. */
  place?: Readonly<Record<string, string>>;
};
