/**
 * Values: Postgres text output → ClickHouse TabSeparated bytes, and the ClickHouse type that holds each Postgres type
 * without loss. Invariant: a value that the target cannot hold exactly is refused (`poison`), never rounded or clamped.
 */
import { LumbungError } from '../../platform/errors.ts';

/** How the text of a column becomes TSV. */
export type Encoding = 'verbatim' | 'bool' | 'text' | 'timestamp' | 'timestamptz' | 'date' | 'array';
export type ColumnType = { clickhouse: string; encoding: Encoding; element?: Encoding };

export type CatalogType = { name: string; kind: string; modifier: number; element?: CatalogType };

const scalars: Readonly<Record<string, ColumnType>> = {
  bool: { clickhouse: 'Bool', encoding: 'bool' },
  int2: { clickhouse: 'Int16', encoding: 'verbatim' },
  int4: { clickhouse: 'Int32', encoding: 'verbatim' },
  int8: { clickhouse: 'Int64', encoding: 'verbatim' },
  float4: { clickhouse: 'Float32', encoding: 'verbatim' },
  float8: { clickhouse: 'Float64', encoding: 'verbatim' },
  // Numerics of any precision keep their exact text.
  numeric: { clickhouse: 'String', encoding: 'verbatim' },
  text: { clickhouse: 'String', encoding: 'text' },
  varchar: { clickhouse: 'String', encoding: 'text' },
  bpchar: { clickhouse: 'String', encoding: 'text' },
  name: { clickhouse: 'String', encoding: 'text' },
  uuid: { clickhouse: 'String', encoding: 'verbatim' },
  json: { clickhouse: 'String', encoding: 'text' },
  jsonb: { clickhouse: 'String', encoding: 'text' },
  bytea: { clickhouse: 'String', encoding: 'text' },
  time: { clickhouse: 'String', encoding: 'verbatim' },
  timetz: { clickhouse: 'String', encoding: 'verbatim' },
  // As ISO 8601 durations: session.ts.
  interval: { clickhouse: 'String', encoding: 'verbatim' },
  date: { clickhouse: 'Date32', encoding: 'date' },
};

/** The ClickHouse type of a Postgres type; `schema` for one the product does not know. */
export function columnType(type: CatalogType): ColumnType {
  if (type.kind === 'e') return { clickhouse: 'LowCardinality(String)', encoding: 'text' };
  if (type.name === 'timestamp' || type.name === 'timestamptz') {
    const precision = type.modifier < 0 ? 6 : type.modifier;
    return { clickhouse: `DateTime64(${precision}, 'UTC')`, encoding: type.name };
  }
  if (type.element !== undefined) {
    const element = columnType(type.element);
    const inner = element.clickhouse.replace(/^LowCardinality\((.*)\)$/, '$1');
    // An Array cannot be Nullable; a Variant with one member can, so NULL and {} stay apart.
    // In an array every string is quoted, also one that needs no escapes.
    const encoding = inner === 'String' ? 'text' : element.encoding;
    return { clickhouse: `Variant(Array(Nullable(${inner})))`, encoding: 'array', element: encoding };
  }
  const scalar = scalars[type.name];
  if (scalar === undefined) throw new LumbungError('schema', `columns of type ${type.name} are not supported`);
  return scalar;
}

/** The declaration of a column that may hold NULL. */
export function nullable(type: ColumnType): string {
  if (type.encoding === 'array') return type.clickhouse;
  const low = /^LowCardinality\((.*)\)$/.exec(type.clickhouse);
  return low ? `LowCardinality(Nullable(${low[1]}))` : `Nullable(${type.clickhouse})`;
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BACKSLASH = 0x5c;

/** A growing byte buffer; the bytes of a batch are written once and never turned into strings. */
export type ByteWriter = { bytes: Buffer; length: number };
export const createWriter = (size = 64 * 1024): ByteWriter => ({ bytes: Buffer.allocUnsafe(size), length: 0 });

/** Makes room for `more` bytes. */
export function reserve(writer: ByteWriter, more: number): void {
  if (writer.length + more <= writer.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.max(writer.bytes.length * 2, writer.length + more));
  writer.bytes.copy(grown, 0, 0, writer.length);
  writer.bytes = grown;
}

export function writeAscii(writer: ByteWriter, text: string): void {
  reserve(writer, text.length);
  writer.length += writer.bytes.write(text, writer.length, 'latin1');
}

/** Writes one value as TSV; `source[start, end)` is Postgres text output. */
export function writeValue(writer: ByteWriter, type: ColumnType, source: Buffer, start: number, end: number): void {
  switch (type.encoding) {
    case 'verbatim':
    case 'bool':
      writeBytes(writer, source, start, end);
      return;
    case 'text':
      writeEscaped(writer, source, start, end);
      return;
    case 'array': {
      const literal = arrayLiteral(source.toString('utf8', start, end), type.element ?? 'text');
      const bytes = Buffer.from(literal);
      writeEscaped(writer, bytes, 0, bytes.length);
      return;
    }
    default:
      if (isPlainTime(source, start, end)) writeBytes(writer, source, start, end);
      else writeAscii(writer, temporal(source.toString('latin1', start, end), type.encoding));
  }
}

/** Writes one byte. */
export function writeByte(writer: ByteWriter, byte: number): void {
  reserve(writer, 1);
  writer.bytes[writer.length++] = byte;
}

/** Copies bytes as they are; for the few bytes of most values a loop costs less than a call. */
export function writeBytes(writer: ByteWriter, source: Buffer, start: number, end: number): void {
  reserve(writer, end - start);
  if (end - start > 48) {
    source.copy(writer.bytes, writer.length, start, end);
    writer.length += end - start;
    return;
  }
  const { bytes } = writer;
  let at = writer.length;
  for (let i = start; i < end; i++) bytes[at++] = source[i] as number;
  writer.length = at;
}

/** True for 1900-01-01… to 2299-12-31… of digits and separators only: the common case, without making a string of it. */
function isPlainTime(source: Buffer, start: number, end: number): boolean {
  const century = (source[start] as number) * 256 + (source[start + 1] as number);
  // '19', '20', '21' or '22', and a year of four digits.
  if (century !== 0x3139 && (century < 0x3230 || century > 0x3232)) return false;
  if (end - start < 10 || source[start + 4] !== 0x2d) return false;
  for (let i = start + 2; i < end; i++) {
    const byte = source[i] as number;
    // Space, '-', '.', the digits and ':'.
    if ((byte < 0x30 || byte > 0x3a) && byte !== 0x20 && byte !== 0x2d && byte !== 0x2e) return false;
  }
  return true;
}

function writeEscaped(writer: ByteWriter, source: Buffer, start: number, end: number): void {
  reserve(writer, (end - start) * 2);
  const { bytes } = writer;
  let at = writer.length;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    if (byte === BACKSLASH || byte === TAB || byte === NEWLINE || byte === RETURN) {
      bytes[at++] = BACKSLASH;
      bytes[at++] = byte === TAB ? 0x74 : byte === NEWLINE ? 0x6e : byte === RETURN ? 0x72 : BACKSLASH;
    } else bytes[at++] = byte;
  }
  writer.length = at;
}

/** What DateTime64 and Date32 hold exactly, in whole years. */
export const EARLIEST_YEAR = 1900;
export const LATEST_YEAR = 2299;

/** ISO text of a date or instant inside what DateTime64 and Date32 hold (1900–2299); anything else is refused. */
export function temporal(text: string, encoding: Encoding): string {
  const match = /^(\d{4})-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d{1,6})?(?:\+00)?)?$/.exec(text);
  const year = Number(match?.[1]);
  if (match === null || year < EARLIEST_YEAR || year > LATEST_YEAR) {
    throw new LumbungError('poison', `the ${encoding} ${text} is outside 1900–2299 and cannot be stored exactly`);
  }
  return encoding === 'timestamptz' ? text.replace(/\+00$/, '') : text;
}

/** A Postgres array literal ({1,NULL,"a b"}) as a ClickHouse one ([1,NULL,'a b']). One dimension only. */
export function arrayLiteral(text: string, element: Encoding): string {
  if (!text.startsWith('{') || !text.endsWith('}')) {
    throw new LumbungError('poison', `arrays with explicit bounds are not supported: ${text.slice(0, 40)}`);
  }
  const items: string[] = [];
  const quoteText = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const render = (value: string) => {
    if (element === 'verbatim') return value;
    // ClickHouse knows t and f in a column, not in an array.
    if (element === 'bool') return value === 't' ? 'true' : 'false';
    return quoteText(element === 'text' ? value : temporal(value, element));
  };
  let i = 1;
  while (i < text.length - 1) {
    if (text[i] === '{') throw new LumbungError('poison', 'arrays of more than one dimension are not supported');
    if (text[i] === '"') {
      let value = '';
      for (i++; text[i] !== '"'; i++) {
        if (text[i] === '\\') i++;
        value += text[i];
      }
      i++;
      items.push(render(value));
    } else {
      const end = text.indexOf(',', i) === -1 ? text.length - 1 : text.indexOf(',', i);
      const raw = text.slice(i, end);
      items.push(raw === 'NULL' ? 'NULL' : render(raw));
      i = end;
    }
    if (text[i] === ',') i++;
  }
  return `[${items.join(',')}]`;
}

/** Values as Postgres prints them → TSV cells; NULL is \\N. */
export function encodeCells(types: readonly (ColumnType | undefined)[], values: readonly (string | null)[]): string[] {
  return values.map((value, index) => {
    const type = types[index];
    if (value === null || type === undefined) return '\\N';
    const writer = createWriter(256);
    const bytes = Buffer.from(value);
    writeValue(writer, type, bytes, 0, bytes.length);
    return writer.bytes.toString('utf8', 0, writer.length);
  });
}

/** TSV cell → plain text. */
export function unescapeCell(cell: string): string {
  return cell.replaceAll(/\\([\\tnr])/g, (_, code: string) =>
    code === 't' ? '\t' : code === 'n' ? '\n' : code === 'r' ? '\r' : '\\',
  );
}
