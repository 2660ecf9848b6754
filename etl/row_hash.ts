/**
 * A row as one hash, computed by Postgres and by ClickHouse each from its own values.
 * Invariant: the two hashes are equal exactly when the raw row holds the source row: values go in as their length and a
 * text both engines agree on (floats by their bits, instants to the microsecond), NULL as a mark no value can have.
 */
import type { TableColumn, TableShape } from './postgres/catalog.ts';
import { exactRow, quoteName } from './postgres/copy_sql.ts';

/** Half an MD5 tells changed rows apart well enough: this is no defence against anyone. */
const HEX_DIGITS = 16;

/** SQL in Postgres; NULL for a row that the warehouse cannot store exactly. */
export function sourceHash(shape: TableShape): string {
  const cells = shape.columns.map(({ name, type }) => sourceCell(quoteName(name), type.clickhouse));
  const hash = `left(md5(convert_to(${cells.join(' || ')}, 'UTF8')), ${HEX_DIGITS})`;
  const exact = exactRow(shape);
  return exact === 'true' ? hash : `CASE WHEN ${exact} THEN ${hash} END`;
}

/** SQL in ClickHouse. */
export function rawHash(shape: TableShape): string {
  const cells = shape.columns.map(({ name, type }) => rawCell(`\`${name}\``, type.clickhouse));
  return `lower(hex(substring(MD5(concat('', ${cells.join(', ')})), 1, ${HEX_DIGITS / 2})))`;
}

const elementOf = (type: string) => /^Variant\(Array\(Nullable\((.*)\)\)\)$/.exec(type)?.[1];

function sourceCell(value: string, type: string): string {
  const text = `(${sourceText(value, type)})`;
  return `CASE WHEN ${value} IS NULL THEN '-' ELSE length(${text}) || ':' || ${text} END`;
}

function sourceText(value: string, type: string): string {
  const element = elementOf(type);
  if (element !== undefined) {
    return `coalesce((SELECT string_agg(${sourceCell('e', element)}, '' ORDER BY o) FROM unnest(${value}) WITH ORDINALITY AS u (e, o)), '')`;
  }
  if (type === 'Bool') return `${value}::text`;
  if (type.startsWith('Float')) {
    return `CASE WHEN ${value} = 'NaN' THEN 'nan' ELSE encode(float8send(${value}::float8), 'hex') END`;
  }
  if (type.startsWith('DateTime64')) return `to_char(${value}, 'YYYY-MM-DD HH24:MI:SS.US')`;
  if (type === 'Date32') return `to_char(${value}, 'YYYY-MM-DD')`;
  // Unlike a cast, this is what COPY and the stream print, padding included.
  return `format('%s', ${value})`;
}

function rawCell(value: string, type: string): string {
  const text = rawText(value, type);
  return `if(isNull(${value}), '-', concat(toString(lengthUTF8(${text})), ':', ${text}))`;
}

function rawText(value: string, type: string): string {
  const element = elementOf(type);
  if (element !== undefined) {
    const held = `variantElement(${value}, 'Array(Nullable(${element.replaceAll("'", "\\'")}))')`;
    return `arrayStringConcat(arrayMap(e -> ${rawCell('e', element)}, ${held}))`;
  }
  const held = `assumeNotNull(${value})`;
  if (type.startsWith('Float')) {
    return `if(isNaN(${held}), 'nan', leftPad(lower(hex(reinterpretAsUInt64(toFloat64(${held})))), 16, '0'))`;
  }
  if (type.startsWith('DateTime64')) return `toString(toDateTime64(${held}, 6, 'UTC'))`;
  return `toString(${held})`;
}

/** A key as one text, in either engine; parts of a composite key are separated by a tab. */
export const sourceKey = ({ source }: TableShape) =>
  source.key.length === 1
    ? `${quoteName(source.key[0] as string)}::text`
    : `concat_ws(E'\\t', ${source.key.map((name) => `${quoteName(name)}::text`).join(', ')})`;
export const rawKey = ({ source }: TableShape) =>
  `concat(${source.key.map((name) => `toString(\`${name}\`)`).join(", '\\t', ")}${source.key.length === 1 ? ", ''" : ''})`;
export const keyParts = ({ source }: TableShape, key: string) => (source.key.length === 1 ? [key] : key.split('\t'));
export const keyColumns = ({ source, columns }: TableShape) =>
  source.key.map((name) => columns.find((column) => column.name === name) as TableColumn);
