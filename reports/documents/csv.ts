/**
 * A report as CSV, in either dialect: one table for the whole file, so that any program reads it. `part` says which part of the
 * report a line belongs to; columns that its part does not have are empty.
 * Invariants: every row of every part is a line, totals left out; it is written as it is read, never held whole.
 */
import { Readable } from 'node:stream';
import { csvNumber, csvText, type Dialect, markOf, separatorOf } from '../../warehouse/exports/csv.ts';
import { type Flat, flatten } from './flat.ts';
import type { Cell, Column, ColumnKind, Report, Stamp } from './report.ts';

export function renderCsv(report: Report, stamp: Stamp, dialect: Dialect): Readable {
  return Readable.from(lines(flatten(report, stamp), dialect), { objectMode: false });
}

const CHUNK = 64 * 1024;

function* lines(tables: readonly Flat[], dialect: Dialect): Generator<Buffer> {
  const columns = [...new Map(tables.flatMap((table) => table.columns.map((column) => [column.id, column]))).values()];
  const separator = separatorOf[dialect];
  let chunk = `${markOf[dialect]}${head(columns, dialect).join(separator)}\r\n`;
  for (const { id, title, columns: own, rows } of tables) {
    const places = columns.map(({ id: wanted }) => own.findIndex((column) => column.id === wanted));
    for (const { cells, kinds, total } of rows) {
      if (total) continue;
      const written = places.map((at) =>
        at < 0 ? '' : cellOf(cells[at] ?? null, kinds?.[at] ?? own[at]?.kind ?? 'text', dialect),
      );
      chunk += `${[csvText(dialect === 'csv' ? id : title.id), ...written].join(separator)}\r\n`;
      if (chunk.length >= CHUNK) {
        yield Buffer.from(chunk);
        chunk = '';
      }
    }
  }
  yield Buffer.from(chunk);
}

const head = (columns: readonly Column[], dialect: Dialect): string[] =>
  dialect === 'csv'
    ? ['part', ...columns.map(({ id }) => id)]
    : ['Bagian', ...columns.map(({ name }) => csvText(name.id))];

function cellOf(value: Cell, kind: ColumnKind, dialect: Dialect): string {
  if (value === null) return '';
  if (typeof value === 'number') return csvNumber(value, dialect);
  return kind === 'date' ? value : csvText(value);
}
