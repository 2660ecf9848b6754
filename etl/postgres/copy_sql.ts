/**
 * COPY straight into TabSeparated: Postgres prints the bytes ClickHouse parses, nothing in between touches them.
 * Invariant: the two notations share their escapes and \N; what they do not share is printed by SQL; rows with a value that
 * has no exact representation are told apart by the same limits as in the stream (values.ts).
 */
import type { TableColumn, TableShape } from './catalog.ts';
import { EARLIEST_YEAR, type Encoding, LATEST_YEAR } from './values.ts';

export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * Text of a value as its type's output function prints it, NULL for NULL. A cast to text is not the same: it strips the
 * padding of char(n) and spells out booleans.
 */
export const printed = (value: string) => `CASE WHEN ${value} IS NOT NULL THEN format('%s', ${value}) END`;

/** Text of a column in ClickHouse's notation. */
function expression({ name, type }: TableColumn): string {
  const column = quoteName(name);
  if (type.encoding === 'timestamptz') return `${column} AT TIME ZONE 'UTC'`;
  if (type.encoding !== 'array') return column;
  const element = printed(type.element === 'timestamptz' ? `(e AT TIME ZONE 'UTC')` : 'e');
  // E'' means the same under every setting of standard_conforming_strings.
  const item =
    type.element === 'verbatim'
      ? element
      : type.element === 'bool'
        ? 'e::text'
        : `'''' || replace(replace(${element}, E'\\\\', E'\\\\\\\\'), '''', E'\\\\''') || ''''`;
  return `CASE WHEN ${column} IS NOT NULL THEN '[' || coalesce((SELECT string_agg(coalesce(${item}, 'NULL'), ',' ORDER BY o)
    FROM unnest(${column}) WITH ORDINALITY AS u (e, o)), '') || ']' END`;
}

/** Condition that a column's value can be stored exactly; undefined when every value can. */
function exact({ name, type }: TableColumn): string | undefined {
  const column = quoteName(name);
  if (type.encoding === 'array') {
    const flat = `coalesce(array_ndims(${column}), 1) = 1 AND coalesce(array_lower(${column}, 1), 1) = 1`;
    if (!isTemporal(type.element)) return flat;
    return `(${flat} AND coalesce((SELECT bool_and(${within('e')}) FROM unnest(${column}) AS u (e)), true))`;
  }
  if (!isTemporal(type.encoding)) return undefined;
  return `coalesce(${within(column)}, true)`;
}

const isTemporal = (encoding: Encoding | undefined) =>
  encoding === 'timestamp' || encoding === 'timestamptz' || encoding === 'date';
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
