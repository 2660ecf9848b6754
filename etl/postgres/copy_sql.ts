/**
 * COPY straight into TabSeparated: Postgres prints the bytes ClickHouse parses, nothing in between touches them.
 * Invariant: the two notations share their escapes and \N; what they do not share is printed by SQL; rows with a value that
 * has no exact representation are told apart by the same limits as in the stream (values.ts).
 */
import type { TableColumn, TableShape } from './catalog.ts';
import { EARLIEST_YEAR, LATEST_YEAR } from './values.ts';

export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Text of a column in ClickHouse's notation. */
function expression({ name, type }: TableColumn): string {
  const column = quoteName(name);
  if (type.encoding === 'timestamptz') return `${column} AT TIME ZONE 'UTC'`;
  if (type.encoding !== 'array') return column;
  const item =
    type.element === 'verbatim' ? 'e::text' : `'''' || replace(replace(e::text, '\\', '\\\\'), '''', '\\''') || ''''`;
  return `CASE WHEN ${column} IS NOT NULL THEN '[' || coalesce((SELECT string_agg(coalesce(${item}, 'NULL'), ',' ORDER BY o)
    FROM unnest(${column}) WITH ORDINALITY AS u (e, o)), '') || ']' END`;
}

/** Condition that a column's value can be stored exactly; undefined when every value can. */
function exact({ name, type }: TableColumn): string | undefined {
  const column = quoteName(name);
  if (type.encoding === 'array') {
    const flat = `coalesce(array_ndims(${column}), 1) = 1 AND coalesce(array_lower(${column}, 1), 1) = 1`;
    if (type.element === 'verbatim' || type.element === 'text') return flat;
    return `(${flat} AND coalesce((SELECT bool_and(${within('e')}) FROM unnest(${column}) AS u (e)), true))`;
  }
  if (type.encoding === 'verbatim' || type.encoding === 'text') return undefined;
  return `coalesce(${within(column)}, true)`;
}

const within = (value: string) => `(${value} >= '${EARLIEST_YEAR}-01-01' AND ${value} < '${LATEST_YEAR + 1}-01-01')`;

/** Condition on a row; 'true' when no column can hold anything that does not fit. */
export function exactRow(shape: TableShape): string {
  const conditions = shape.columns.map(exact).filter((condition) => condition !== undefined);
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

/** SELECT list whose COPY text is a TSV line of rowColumns(shape); `version` and `stamp` are the row's. */
export function copyList(shape: TableShape, version: bigint, stamp: string): string {
  return [...shape.columns.map(expression), `'${version}'`, `'0'`, `'${stamp}'`].join(', ');
}
