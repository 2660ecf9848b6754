/**
 * A report as a workbook: a sheet for its head, each part and the definitions; numbers, shares, rupiah and dates as what they
 * are; headings that stay in sight.
 * Invariants: text is text, never a formula; a part longer than a sheet goes on in the next, under the same headings; an empty
 * cell is missing data.
 */
import { type CellStyle, type CellValue, type Cell as SheetCell, type WriteSheet, writeXlsx } from 'hucre/xlsx';
import { SHEET_ROWS, sheetText, sheetTitle } from '../../warehouse/exports/data_xlsx.ts';
import { type Flat, type FlatRow, flatten } from './flat.ts';
import type { Cell, ColumnKind, Report, Stamp } from './report.ts';

export const formats: Readonly<Record<ColumnKind, string | undefined>> = {
  text: undefined,
  count: '#,##0',
  number: '#,##0.00',
  percent: '0.0%',
  rupiah: '"Rp" #,##0.00',
  grams: '#,##0.00" g"',
  date: 'yyyy-mm-dd',
};
const bold: CellStyle = { font: { bold: true } };
const heading: CellStyle = {
  font: { bold: true },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { rgb: 'F3F1EA' } },
};
const [NARROWEST, WIDEST, NAME_LENGTH] = [10, 60, 31];

export async function renderXlsx(report: Report, stamp: Stamp, sheetRows = SHEET_ROWS): Promise<Uint8Array> {
  const names = new Set<string>();
  const sheets = flatten(report, stamp).flatMap((table) => sheetsOf(table, names, sheetRows));
  const moment = new Date(report.asOf.committedAt);
  return writeXlsx({
    sheets,
    stringMode: 'inline',
    properties: {
      creator: 'Lumbung',
      title: `${report.report} ${report.scope} ${report.from}..${report.to}`,
      created: moment,
      modified: moment,
    },
  });
}

function sheetsOf({ title, columns, rows }: Flat, names: Set<string>, sheetRows: number): WriteSheet[] {
  const held = sheetRows - 1;
  const pieces = Array.from({ length: Math.max(1, Math.ceil(rows.length / held)) }, (_, at) =>
    rows.slice(at * held, (at + 1) * held),
  );
  return pieces.map((piece) => ({
    name: nameOf(title.id, names),
    freezePane: { rows: 1 },
    columns: columns.map(({ name, kind }, at) => ({
      width: widthOf([name.id, ...piece.slice(0, 200).map(({ cells }) => cells[at] ?? '')]),
      ...(formats[kind] === undefined ? {} : { numFmt: formats[kind] }),
    })),
    rows: [
      columns.map(({ name }) => sheetText(name.id)),
      ...piece.map((row) =>
        valuesOf(
          row,
          columns.map(({ kind }) => kind),
        ),
      ),
    ],
    cells: stylesOf(piece, columns.length),
  }));
}

function valuesOf({ cells, kinds }: FlatRow, own: readonly ColumnKind[]): CellValue[] {
  return cells.map((cell, at) => sheetValue(cell, kinds?.[at] ?? own[at] ?? 'text'));
}

function sheetValue(cell: Cell, kind: ColumnKind): CellValue {
  if (typeof cell !== 'string') return cell;
  if (cell === '') return null;
  return kind === 'date' ? new Date(`${cell}T00:00:00Z`) : sheetText(cell);
}

/** Headings, totals, and cells that are of another kind than their column. */
function stylesOf(rows: readonly FlatRow[], width: number): Map<string, Partial<SheetCell>> {
  const styles = new Map<string, Partial<SheetCell>>();
  for (let at = 0; at < width; at++) styles.set(`0,${at}`, { style: heading });
  for (const [index, { kinds, total }] of rows.entries()) {
    if (!kinds) continue;
    for (const [at, kind] of kinds.entries()) {
      const numFmt = formats[kind];
      styles.set(`${index + 1},${at}`, {
        style: { ...(total ? bold : {}), ...(numFmt === undefined ? { numFmt: 'General' } : { numFmt }) },
      });
    }
  }
  return styles;
}

const widthOf = (values: readonly Cell[]): number =>
  Math.min(WIDEST, Math.max(NARROWEST, ...values.map((value) => String(value ?? '').length + 3)));

/** A name Excel allows, and that no other sheet has. */
function nameOf(title: string, names: Set<string>): string {
  const plain = sheetTitle(title) || 'Bagian';
  for (let at = 1; ; at++) {
    const end = at === 1 ? '' : ` ${at}`;
    const name = `${plain.slice(0, NAME_LENGTH - end.length)}${end}`;
    if (names.has(name.toLowerCase())) continue;
    names.add(name.toLowerCase());
    return name;
  }
}
