/**
 * A relation of the stream, mapped onto the columns we list.
 * Invariant: rows are written as RowBinary only where every column is as the warehouse declares it; text fits any declaration.
 */
import { LumbungError } from '../platform/errors.ts';
import type { Relation } from './decode.ts';
import { type BinaryColumn, binaryColumns, writeString } from './postgres/binary.ts';
import type { TableShape } from './postgres/catalog.ts';
import { type ColumnType, createWriter } from './postgres/values.ts';

/** A relation as the stream announced it, mapped onto the allow-listed columns. */
export type Mapped = {
  shape: TableShape;
  types: ColumnType[];
  /** How full rows are written; undefined: as TabSeparated. */
  binary: BinaryColumn[] | undefined;
  positions: number[];
  /** The table's name as RowBinary. */
  name: Buffer;
  /** Indexes into the listed columns. */
  key: number[];
  place: number[];
};

/**
 * Maps a relation message onto the shape. A listed column the message lacks (it was added later) is NULL until the copy
 * that follows passes; `typeOf` tells the type of a column whose type differs from the shape's.
 */
export function mapRelation(
  relation: Relation,
  shape: TableShape,
  typeOf: (oid: number, modifier: number) => ColumnType,
): Mapped {
  const { columns, key, place } = shape.source;
  const positions = columns.map((column) => relation.columns.indexOf(column));
  const missing = key.filter((column) => !relation.columns.includes(column));
  if (missing.length > 0) {
    throw new LumbungError('schema', `the key column(s) ${missing.join(', ')} are gone from ${relation.table}`);
  }
  const types = shape.columns.map((column, index) => {
    const position = positions[index] as number;
    const oid = relation.typeOids[position];
    return position < 0 || oid === undefined || oid === column.typeOid
      ? column.type
      : typeOf(oid, relation.modifiers[position] ?? -1);
  });
  // Text fits whatever the column is declared as; bytes do not.
  const asDeclared = shape.columns.every(
    ({ type, modifier }, index) => types[index] === type && modifier === relation.modifiers[positions[index] as number],
  );
  return {
    shape,
    types,
    binary: asDeclared ? binaryColumns(shape) : undefined,
    positions,
    name: lengthPrefixed(shape.source.table),
    key: key.map((column) => columns.indexOf(column)),
    place: Object.values(place ?? {}).map((column) => columns.indexOf(column)),
  };
}

function lengthPrefixed(text: string): Buffer {
  const writer = createWriter(128);
  const bytes = Buffer.from(text);
  writeString(writer, bytes, 0, bytes.length);
  return writer.bytes.subarray(0, writer.length);
}
