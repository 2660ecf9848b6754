/**
 * Postgres text output → ClickHouse RowBinary, for the rows of the stream: the engine takes it in half the time of
 * TabSeparated. Invariants: the same values are refused as in TabSeparated (values.ts), none is rounded or clamped; what is
 * written reads back as what was given. A type without a form here (arrays, Float32) keeps its table on TabSeparated.
 */
import { declaredType, OWN_COLUMNS, type TableShape } from './catalog.ts';
import { type ByteWriter, type ColumnType, type Encoding, reserve, temporal } from './values.ts';

type Kind = 'string' | 'bool' | 'int16' | 'int32' | 'int64' | 'float64' | 'date' | 'instant';
/** `digits` after the point of an instant's seconds; `declared` is the type the engine is told. */
export type BinaryColumn = {
  name: string;
  kind: Kind;
  digits: number;
  optional: boolean;
  encoding: Encoding;
  declared: string;
};

const KINDS: Readonly<Record<string, Kind>> = {
  String: 'string',
  'LowCardinality(String)': 'string',
  Bool: 'bool',
  Int16: 'int16',
  Int32: 'int32',
  Int64: 'int64',
  Float64: 'float64',
  Date32: 'date',
};

/** The columns of a table's full rows, without the three of ours; undefined when one has no binary form. */
export function binaryColumns(shape: TableShape): BinaryColumn[] | undefined {
  const found: BinaryColumn[] = [];
  for (const column of shape.columns) {
    const { name, type, notNull } = column;
    const instant = /^DateTime64\((\d), 'UTC'\)$/.exec(type.clickhouse);
    const kind = instant ? 'instant' : KINDS[type.clickhouse];
    if (kind === undefined) return undefined;
    const plain: ColumnType = kind === 'string' ? { ...type, clickhouse: 'String' } : type;
    found.push({
      name,
      kind,
      digits: Number(instant?.[1] ?? 0),
      optional: !notNull && !shape.source.key.includes(name),
      encoding: type.encoding,
      declared: declaredType(shape, { ...column, type: plain }),
    });
  }
  return found;
}

/** What input() is told about a full row. */
export function binaryStructure(columns: readonly BinaryColumn[]): string {
  return [...columns.map(({ name, declared }) => `\`${name}\` ${declared}`), ...OWN_COLUMNS].join(', ');
}

/** Writes NULL of an optional column. */
export function writeNull(writer: ByteWriter): void {
  reserve(writer, 1);
  writer.bytes[writer.length++] = 1;
}

/** Writes one value; `source[start, end)` is Postgres text output. */
export function writeBinary(
  writer: ByteWriter,
  column: BinaryColumn,
  source: Buffer,
  start: number,
  end: number,
): void {
  // The length of a string takes five bytes at most, a number eight.
  reserve(writer, end - start + 9);
  const { bytes } = writer;
  if (column.optional) bytes[writer.length++] = 0;
  switch (column.kind) {
    case 'string':
      writeString(writer, source, start, end);
      return;
    case 'bool':
      bytes[writer.length++] = source[start] === 0x74 ? 1 : 0;
      return;
    case 'int16':
      writer.length = bytes.writeInt16LE(integer(source, start, end), writer.length);
      return;
    case 'int32':
      writeInt32(bytes, writer.length, integer(source, start, end));
      writer.length += 4;
      return;
    case 'int64':
      if (end - start < 16) writeSafeInt64(bytes, writer.length, integer(source, start, end));
      else bytes.writeBigInt64LE(BigInt(source.toString('latin1', start, end)), writer.length);
      writer.length += 8;
      return;
    case 'float64':
      writer.length = bytes.writeDoubleLE(float(source, start, end), writer.length);
      return;
    case 'date':
      writeInt32(bytes, writer.length, milliseconds(source, start, end, column.encoding) / 86_400_000);
      writer.length += 4;
      return;
    default:
      writeInstant(writer, column, source, start, end);
  }
}

/** Writes bytes behind their length. */
export function writeString(writer: ByteWriter, source: Buffer, start: number, end: number): void {
  const size = end - start;
  reserve(writer, size + 5);
  const { bytes } = writer;
  let at = writer.length;
  let rest = size;
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  // For the few bytes of most values a loop costs less than a call.
  if (size > 48) source.copy(bytes, at, start, end);
  else for (let i = 0; i < size; i++) bytes[at + i] = source[start + i] as number;
  writer.length = at + size;
}

function writeInt32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value >> 16;
  bytes[at + 3] = value >> 24;
}

/** A whole number that a double holds exactly, as Int64. */
export function writeSafeInt64(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 4_294_967_296);
  writeInt32(bytes, at, value - high * 4_294_967_296);
  writeInt32(bytes, at + 4, high);
}

function integer(source: Buffer, start: number, end: number): number {
  const negative = source[start] === 0x2d;
  let value = 0;
  for (let i = negative ? start + 1 : start; i < end; i++) value = value * 10 + ((source[i] as number) - 0x30);
  return negative ? -value : value;
}

const POWERS = Array.from({ length: 16 }, (_, power) => 10 ** power);

/** Up to 15 digits are a whole number over a power of ten, both exact, so that their quotient is the nearest double. */
function float(source: Buffer, start: number, end: number): number {
  const negative = source[start] === 0x2d;
  const first = negative ? start + 1 : start;
  if (end - first <= 15) {
    let value = 0;
    let point = -1;
    let i = first;
    for (; i < end; i++) {
      const byte = source[i] as number;
      if (byte === 0x2e && point < 0) point = i;
      else if (byte >= 0x30 && byte <= 0x39) value = value * 10 + (byte - 0x30);
      else break;
    }
    if (i === end) {
      const exact = point < 0 ? value : value / (POWERS[end - point - 1] as number);
      return negative ? -exact : exact;
    }
  }
  return Number(source.toString('latin1', start, end));
}

const two = (source: Buffer, at: number) => ((source[at] as number) - 0x30) * 10 + ((source[at + 1] as number) - 0x30);

/** Milliseconds since 1970 of the whole seconds of a date or instant inside 1900–2299; `poison` outside. */
function milliseconds(source: Buffer, start: number, end: number, encoding: Encoding): number {
  const year = two(source, start) * 100 + two(source, start + 2);
  const plain = year >= 1900 && year <= 2299 && source[start + 4] === 0x2d && source[end - 1] !== 0x43;
  // It says what is wrong with the others: infinity, years of five digits, BC.
  if (!plain) temporal(source.toString('latin1', start, end), encoding);
  const [month, day] = [two(source, start + 5) - 1, two(source, start + 8)];
  if (encoding === 'date') return Date.UTC(year, month, day);
  return Date.UTC(year, month, day, two(source, start + 11), two(source, start + 14), two(source, start + 17));
}

function writeInstant(
  writer: ByteWriter,
  { digits, encoding }: BinaryColumn,
  source: Buffer,
  start: number,
  end: number,
): void {
  const seconds = milliseconds(source, start, end, encoding) / 1_000;
  let fraction = 0;
  let missing = digits;
  if (source[start + 19] === 0x2e) {
    for (let i = start + 20; i < end && source[i] !== 0x2b; i++, missing--) {
      fraction = fraction * 10 + ((source[i] as number) - 0x30);
    }
  }
  fraction *= POWERS[missing] as number;
  const scale = POWERS[digits] as number;
  // Microseconds of the 2250s and later are more than a double holds.
  if (Math.abs(seconds) * scale < 9e15) writeSafeInt64(writer.bytes, writer.length, seconds * scale + fraction);
  else writer.bytes.writeBigInt64LE(BigInt(seconds) * BigInt(scale) + BigInt(fraction), writer.length);
  writer.length += 8;
}

/** A full row: values as Postgres prints them, null for NULL. */
export type ReadRow = { cells: (string | null)[]; version: bigint; committedAt: bigint; end: number };

/** Reads the row at `from`; `end` is where the next one begins. */
export function readRow(columns: readonly BinaryColumn[], bytes: Buffer, from: number): ReadRow {
  let at = from;
  const cells = columns.map((column) => {
    if (column.optional && bytes[at++] === 1) return null;
    const begin = at;
    switch (column.kind) {
      case 'string': {
        let size = 0;
        for (let shift = 0; ; shift += 7) {
          const byte = bytes[at++] as number;
          size += (byte & 127) << shift;
          if (byte < 128) break;
        }
        at += size;
        return bytes.toString('utf8', at - size, at);
      }
      case 'bool':
        at += 1;
        return bytes[begin] === 1 ? 't' : 'f';
      case 'int16':
        at += 2;
        return String(bytes.readInt16LE(begin));
      case 'int32':
        at += 4;
        return String(bytes.readInt32LE(begin));
      case 'int64':
        at += 8;
        return String(bytes.readBigInt64LE(begin));
      case 'float64': {
        at += 8;
        const value = bytes.readDoubleLE(begin);
        return Object.is(value, -0) ? '-0' : String(value);
      }
      case 'date':
        at += 4;
        return new Date(bytes.readInt32LE(begin) * 86_400_000).toISOString().slice(0, 10);
      default:
        at += 8;
        return instantText(bytes.readBigInt64LE(begin), column.digits);
    }
  });
  const version = (bytes.readBigUInt64LE(at + 8) << 64n) | bytes.readBigUInt64LE(at);
  return { cells, version, committedAt: bytes.readBigInt64LE(at + 17), end: at + 25 };
}

function instantText(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = ((value % scale) + scale) % scale;
  const whole = new Date(Number((value - fraction) / scale) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  return digits === 0 ? whole : `${whole}.${String(fraction).padStart(digits, '0')}`;
}
