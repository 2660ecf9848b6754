/** A report as plain tables, its head among them: what spreadsheets and CSV are made of. */
import { type DocumentId, documentOf } from '../../warehouse/exports/documents.ts';
import { findKpi } from '../../warehouse/kpis/registry.ts';
import { sentences } from './narrative.ts';
import { kindOf } from './read.ts';
import type { Cell, Column, ColumnKind, Fact, Part, Report, Stamp, TablePart, Text } from './report.ts';
import { totalsOf } from './words.ts';

/** `kinds` of a row, where they are not those of its columns; `total` repeats what the rows above add up to. */
export type FlatRow = { cells: Cell[]; kinds?: readonly ColumnKind[]; total?: true };
export type Flat = { id: string; title: Text; columns: Column[]; rows: FlatRow[] };

const MEASURE: Column = { id: 'measure', name: { id: 'Ukuran', en: 'Measure' }, kind: 'text' };
const VALUE: Column = { id: 'value', name: { id: 'Nilai', en: 'Value' }, kind: 'number' };

const factsOf = (id: string, title: Text, facts: readonly Fact[]): Flat => ({
  ...{ id, title, columns: [MEASURE, VALUE] },
  rows: facts.map(({ name, kind, value }) => ({ cells: [name.id, value], kinds: ['text', kind] })),
});

/** What the document says of itself. */
function headOf(report: Report, stamp: Stamp): Flat {
  const text = (id: string, en: string, value: Cell, kind: ColumnKind = 'text'): Fact => ({
    name: { id, en },
    kind,
    value,
  });
  return factsOf('document', { id: 'Dokumen', en: 'Document' }, [
    text('Laporan', 'Report', documentOf(report.report as DocumentId).name.id),
    ...(stamp.number === undefined ? [] : [text('Nomor', 'Number', stamp.number)]),
    text('Unit', 'Unit', report.unit),
    text('Cakupan', 'Scope', report.scope),
    text('Dari', 'From', report.from, 'date'),
    text('Sampai', 'To', report.to, 'date'),
    text('Keadaan', 'State', stamp.state),
    text('Revisi', 'Revision', stamp.revision, 'count'),
    text('Data sumber sampai (UTC)', 'Source data until (UTC)', report.asOf.committedAt),
    text('Dihitung (UTC)', 'Computed (UTC)', report.asOf.rolledUpAt),
    text('Sifat angka', 'Finality', report.final ? 'final' : 'sementara'),
    text('Hari layanan wajib lapor', 'Service days due', report.completeness.due, 'count'),
    text('Di antaranya lengkap', 'Of them complete', report.completeness.present, 'count'),
    ...(stamp.sha256 === undefined ? [] : [text('Sidik angka (SHA-256)', 'Fingerprint (SHA-256)', stamp.sha256)]),
    ...(stamp.verifyUrl === undefined ? [] : [text('Periksa keaslian', 'Verify at', stamp.verifyUrl)]),
    text('Sel kosong', 'Empty cells', 'belum ada data'),
    ...sentences(report).map((sentence) => text('Ringkasan', 'Summary', sentence)),
  ]);
}

function trendOf(part: Extract<Part, { kind: 'trend' }>): Flat {
  const kpi = findKpi(part.kpi);
  const kind = kpi ? kindOf(kpi) : 'number';
  return {
    ...{ id: part.id, title: part.title },
    columns: [
      { id: 'date', name: { id: 'Tanggal', en: 'Date' }, kind: 'date' },
      { id: part.kpi, name: part.title, kind },
      { id: 'target', name: { id: 'Target', en: 'Target' }, kind },
      { id: 'finality', name: { id: 'Sifat', en: 'Finality' }, kind: 'text' },
    ],
    rows: part.points.map(({ date, value, provisional }) => ({
      cells: [date, value, part.target, provisional ? 'sementara' : 'final'],
    })),
  };
}

function tableOf(part: TablePart): Flat {
  const totals = totalsOf(part);
  const rows: FlatRow[] = part.rows.map((cells) => ({ cells }));
  // In a total, what says nothing is empty text in a column of numbers.
  const kinds = part.columns.map(({ kind }, at): ColumnKind => (totals?.[at] === '' ? 'text' : kind));
  return {
    ...{ id: part.id, title: part.title, columns: part.columns },
    rows: totals ? [...rows, { cells: totals, kinds, total: true }] : rows,
  };
}

function definitionsOf({ definitions }: Report): Flat {
  const rows = definitions.flatMap((id): FlatRow[] => {
    const kpi = findKpi(id);
    return kpi ? [{ cells: [kpi.name.id, kpi.definition.id] }] : [];
  });
  return {
    ...{ id: 'definitions', title: { id: 'Definisi', en: 'Definitions' }, rows },
    columns: [MEASURE, { id: 'definition', name: { id: 'Definisi', en: 'Definition' }, kind: 'text' }],
  };
}

export function flatten(report: Report, stamp: Stamp): Flat[] {
  return [
    headOf(report, stamp),
    ...report.parts.map((part): Flat => {
      if (part.kind === 'facts') return factsOf(part.id, part.title, part.facts);
      return part.kind === 'trend' ? trendOf(part) : tableOf(part);
    }),
    ...(report.definitions.length === 0 ? [] : [definitionsOf(report)]),
  ];
}
