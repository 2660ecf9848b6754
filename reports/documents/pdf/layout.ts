/**
 * A report as what stands on paper: every value as text, every table with the widths its contents need. The template
 * (report.typ) gets it as data and puts it in place; nothing of it is ever read as markup.
 */

import { type DocumentId, documentOf } from '../../../warehouse/exports/documents.ts';
import { findKpi } from '../../../warehouse/kpis/registry.ts';
import { statuses } from '../../design/status.ts';
import { sentences } from '../narrative.ts';
import type { Cell, ColumnKind, Report, Stamp, TablePart } from '../report.ts';
import { cellText, instantText, MISSING, periodText, revisionText, totalsOf } from '../words.ts';

/** Longer tables are set as lists: cells of tables cost the typesetter sixteen kilobytes each. */
const LIST_ROWS = 1_500;
/** Characters across a portrait page at the two sizes of type, and across a landscape one. */
const [NORMAL, SMALL, LANDSCAPE] = [96, 118, 160] as const;
const LONGEST_TEXT = 30;
/** Two lines of it. */
const MISSING_WIDTH = 'belum ada'.length;

type Align = 'left' | 'right';
/** `missing`: which cells of a row hold no data. */
type Row = { cells: string[]; missing: number[] };
type SetPart =
  | { kind: 'facts'; title: string; rows: Row[] }
  | { kind: 'trend'; title: string; image: string; alt: string }
  | {
      kind: 'table' | 'list';
      title: string;
      summary: string;
      columns: { name: string; align: Align; width: number }[];
      landscape: boolean;
      size: number;
      rows: Row[];
      total: Row | null;
    };

export type Layout = {
  title: string;
  unit: string;
  period: string;
  running: string;
  state: string;
  date: [number, number, number];
  block: [string, string][];
  sentences: string[];
  parts: SetPart[];
  definitions: [string, string][];
  verify: { url: string; sha256: string } | null;
};

const numeric = (kind: ColumnKind) => kind !== 'text' && kind !== 'date';
const marks = new Map(Object.values(statuses).map(({ word, glyph }) => [word.id, glyph]));

function rowOf(cells: readonly Cell[], kinds: readonly ColumnKind[], status = -1): Row {
  return {
    cells: cells.map((cell, at) => {
      const text = cellText(cell, typeof cell === 'string' && cell === '' ? 'text' : (kinds[at] ?? 'text'));
      return at === status ? `${marks.get(text) ?? ''} ${text}`.trim() : text;
    }),
    missing: cells.flatMap((cell, at) => (cell === null ? [at] : [])),
  };
}

const longestWord = (text: string) => Math.max(0, ...text.split(/[\s/]+/).map((word) => word.length));

function tableOf(part: TablePart): SetPart {
  const kinds = part.columns.map(({ kind }) => kind);
  const status = part.columns.findIndex(({ id }) => id === 'status');
  const rows = part.rows.map((row) => rowOf(row, kinds, status));
  const totals = totalsOf(part);
  const total = totals ? rowOf(totals, kinds) : null;
  const widths = part.columns.map(({ name, kind }, at) => {
    let longest = 0;
    for (const { cells, missing } of total ? [...rows, total] : rows)
      longest = Math.max(longest, missing.includes(at) ? MISSING_WIDTH : (cells[at]?.length ?? 0));
    return Math.max(numeric(kind) ? longest : Math.min(longest, LONGEST_TEXT), longestWord(name.id), 4) + 2;
  });
  const across = widths.reduce((sum, width) => sum + width, 0);
  const landscape = across > SMALL;
  return {
    kind: rows.length > LIST_ROWS ? 'list' : 'table',
    title: part.title.id,
    summary: `${part.title.id}: ${cellText(part.rows.length, 'count')} baris, kolom ${part.columns.map(({ name }) => name.id).join(', ')}.`,
    columns: part.columns.map(({ name, kind }, at) => ({
      name: name.id,
      align: numeric(kind) ? 'right' : 'left',
      width: widths[at] ?? 1,
    })),
    landscape,
    size: across <= NORMAL ? 8.5 : landscape ? Math.max(5, Math.min(8, (8 * LANDSCAPE) / across)) : 7,
    rows,
    total,
  };
}

/** A number stays on one line with its sign. */
const unbroken = (text: string) => text.replaceAll(/ (?=%)|(?<=\bRp) /g, '\u00a0');

/** A hash in groups, so that it can be read aloud and breaks where the line ends. */
const grouped = (hash: string) => hash.replace(/(.{16})(?=.)/g, '$1 ');

/** Pictures are named `trend-0.svg`, `trend-1.svg` in the order of their parts. */
export function layoutOf(report: Report, stamp: Stamp, alts: readonly string[]): Layout {
  const title = documentOf(report.report as DocumentId).name.id;
  const period = periodText(report.from, report.to);
  const { due, present } = report.completeness;
  let pictures = 0;
  const parts = report.parts.map((part): SetPart => {
    if (part.kind === 'table') return tableOf(part);
    if (part.kind === 'facts') {
      const rows = part.facts.map(({ name, kind, value }): Row => rowOf([name.id, value], ['text', kind]));
      return { kind: 'facts', title: part.title.id, rows };
    }
    const image = `trend-${pictures}.svg`;
    return { kind: 'trend', title: part.title.id, image, alt: alts[pictures++] ?? part.title.id };
  });
  // A revision's state is its name already.
  const revised = stamp.state.startsWith('Revisi');
  const wib = new Date(Date.parse(report.asOf.committedAt) + 7 * 3_600_000);
  return {
    ...{ title, unit: report.unit, period, parts, sentences: sentences(report).map(unbroken) },
    running: `${title} · ${report.unit} · ${period}`,
    state: revised ? stamp.state : `${stamp.state} · ${revisionText(stamp)}`,
    date: [wib.getUTCFullYear(), wib.getUTCMonth() + 1, wib.getUTCDate()],
    block: [
      ...(stamp.number === undefined ? [] : ([['Nomor', stamp.number]] as [string, string][])),
      ['Unit', report.unit],
      ['Periode', period],
      ['Keadaan', revised ? `${stamp.state} (disahkan)` : stamp.state],
      ...(revised ? [] : ([['Revisi', revisionText(stamp)]] as [string, string][])),
      ['Data sumber sampai', instantText(report.asOf.committedAt)],
      ['Dihitung', instantText(report.asOf.rolledUpAt)],
      ['Sifat angka', report.final ? 'final' : 'sementara: masih dapat berubah'],
      [
        'Kelengkapan',
        due === 0 ? MISSING : `${cellText(present, 'count')} dari ${cellText(due, 'count')} hari layanan`,
      ],
      ...(stamp.sha256 === undefined ? [] : ([['Sidik angka (SHA-256)', grouped(stamp.sha256)]] as [string, string][])),
    ],
    definitions: report.definitions.flatMap((id): [string, string][] => {
      const kpi = findKpi(id);
      return kpi ? [[kpi.name.id, kpi.definition.id]] : [];
    }),
    verify: stamp.verifyUrl === undefined ? null : { url: stamp.verifyUrl, sha256: stamp.sha256 ?? '' },
  };
}
