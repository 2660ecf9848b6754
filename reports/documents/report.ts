/**
 * A ministry document as data: numbers and the words that name them. Renderers turn it into files; what is locked, hashed and
 * compared is this, never a file.
 * Invariants: null is "no data yet", never zero; sentences are built from the parts when it is rendered, and are no part of it.
 */
import type { Warehouse } from '../../warehouse/client.ts';
import type { DocumentEntry } from '../../warehouse/exports/documents.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import type { Scope } from '../../warehouse/scopes.ts';

export type Text = { id: string; en: string };
export type ColumnKind = 'text' | 'count' | 'number' | 'percent' | 'rupiah' | 'grams' | 'date';
export type Column = { id: string; name: Text; kind: ColumnKind; kpi?: string; total?: boolean };
export type Cell = string | number | null;

export type Fact = { name: Text; kind: ColumnKind; value: Cell; kpi?: string };
export type FactsPart = { kind: 'facts'; id: string; title: Text; facts: Fact[] };
/** The first `keyColumns` columns identify a row. */
export type TablePart = {
  kind: 'table';
  id: string;
  title: Text;
  columns: Column[];
  rows: Cell[][];
  keyColumns: number;
};
export type TrendPart = {
  kind: 'trend';
  id: string;
  title: Text;
  kpi: string;
  points: { date: string; value: number | null; provisional: boolean }[];
  target: number | null;
};
export type Part = FactsPart | TablePart | TrendPart;

export type Report = {
  report: string;
  scope: string;
  /** The unit's name. */
  unit: string;
  from: string;
  to: string;
  asOf: { committedAt: string; rolledUpAt: string };
  final: boolean;
  completeness: { due: number; present: number };
  parts: Part[];
  /** Ids of the KPIs it is made of. */
  definitions: string[];
};

export type ReportKind = DocumentEntry & {
  read(
    warehouse: Warehouse,
    of: { scope: Scope; from: string; to: string; kpis: readonly Kpi[]; graceDays?: number },
    signal: AbortSignal,
  ): Promise<Report>;
};

/** What a document says of itself: its state in its life, and where that can be confirmed. */
export type Stamp = {
  state: string;
  revision: number;
  number?: string;
  verifyUrl?: string;
  sha256?: string;
};

/** The report as text that is the same whenever its numbers are: keys in order, without the moment it was read. */
export function canonical(report: Report): string {
  const { asOf: _asOf, ...numbers } = report;
  return JSON.stringify(numbers, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
