/**
 * What an extract is: the answer to one question, as a table of Parquet that the pages of the narrative site query.
 * Invariants: every column has a type and a meaning; values are bound, never spliced; nothing in it is below a province; sums that
 * count fewer than five people are left out (the KPIs of `Context` are those told outside a kitchen).
 */
import type { Params, Warehouse } from '../../../warehouse/client.ts';
import type { Kpi } from '../../../warehouse/kpis/kpi.ts';
import type { Provisional } from '../../../warehouse/queries/finality.ts';
import { scarceParams } from '../../../warehouse/queries/sql.ts';
import type { TargetRow } from '../../../warehouse/queries/targets.ts';

/** Types of columns, as ClickHouse names them; Parquet and DuckDB have one for each. */
export type ColumnType =
  | 'String'
  | 'Date32'
  | 'Float64'
  | 'Bool'
  | 'Nullable(String)'
  | 'Nullable(Date32)'
  | 'Nullable(Float64)';
export type Columns = Readonly<Record<string, { type: ColumnType; meaning: string }>>;

export type Context = {
  warehouse: Warehouse;
  signal: AbortSignal;
  /** The nation's present day (WIB), which no extract reaches. */
  today: string;
  /** The last day of service that is over. */
  last: string;
  /** Every KPI, as it may be told outside a kitchen. */
  kpis: readonly Kpi[];
  targets: readonly TargetRow[];
  provisional: Provisional;
};

export type Row = Readonly<Record<string, string | number | boolean | null>>;
export type Extract = {
  /** In DuckDB: source.table. */
  source: string;
  table: string;
  question: string;
  columns: Columns;
  /** Columns it is sorted by; pages filter by the first. */
  order: readonly string[];
} & (
  | { /** Columns by name, bound parameters. */ select(context: Context): { sql: string; params: Params } }
  | {
      /** Answers of questions that are asked elsewhere too: few rows. */ rows(
        context: Context,
      ): Promise<readonly Row[]>;
    }
);

/** What `figuresSql` binds. */
export const figureParams = (kpis: readonly Kpi[]): Params => ({
  kpis: kpis.map((kpi) => kpi.id),
  states: kpis.filter((kpi) => kpi.state).map((kpi) => kpi.id),
  ratios: kpis.filter((kpi) => kpi.den !== undefined).map((kpi) => kpi.id),
  ...scarceParams(kpis),
});
