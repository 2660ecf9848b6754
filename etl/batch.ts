/**
 * Batches: what travels from capture to load, as bytes that ClickHouse parses itself. Building is a reducer over WAL events.
 * Invariants: a batch covers the commits in (startLsn, endLsn], or is a part of a transaction too large for one, which
 * covers nothing; its rows carry versions from the WAL; an unchanged TOAST value is an explicit hole, never a default; a
 * row that cannot be written exactly is set aside with its reason, never dropped.
 */
import { randomUUID } from 'node:crypto';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { NULL, type Relation, TEXT, type Tuple, UNCHANGED, type WalEvent } from './decode.ts';
import type { TableShape } from './postgres/catalog.ts';
import {
  type ByteWriter,
  type ColumnType,
  createWriter,
  writeAscii,
  writeByte,
  writeValue,
} from './postgres/values.ts';
import { beginTransaction, type Transaction, versionText } from './transaction.ts';

/** A row with holes: TSV cells in column order, null where the value was not sent; `from` is the key it had before. */
export type PartialRow = { cells: (string | null)[]; key: string; from: string; version: string };
export type Truncation = { table: string; version: string };
/** A row that has no exact representation: its values as Postgres printed them, in column order. */
export type PoisonRow = {
  table: string;
  cells: (string | null)[];
  version: string;
  deleted: boolean;
  stamp: string;
  reason: string;
};

export type Section = { table: string; kind: 'rows' | 'tombstones' | 'places'; rows: number; bytes: Buffer };
export type Batch = {
  batchId: string;
  slotId: string;
  /** A part of a transaction whose commit comes in a later batch. */
  part: boolean;
  startLsn: string;
  endLsn: string;
  /** Commit time of the last transaction, microseconds since 1970 as a decimal string. */
  committedAt: string;
  rows: number;
  /** Rows per source table. */
  tables: Record<string, number>;
  sections: Section[];
  /** TSV of ops.changes. */
  changes: Buffer;
  partials: Record<string, PartialRow[]>;
  truncations: Truncation[];
  poison: PoisonRow[];
  /** The tables of the batch as they were when it was built. */
  shapes: Record<string, TableShape>;
};

/** Bounds the memory of what is known of places, per table. */
const MAX_KNOWN_PLACES = 100_000;
const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const NULL_LETTER = 0x4e;

type TableWriters = {
  rows: ByteWriter;
  rowCount: number;
  tombstones: ByteWriter;
  tombstoneCount: number;
  places: ByteWriter;
  changes: number;
};
/** A relation as the stream announced it, mapped onto the allow-listed columns. */
type Mapped = {
  shape: TableShape;
  types: ColumnType[];
  positions: number[];
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
  return {
    shape,
    types: shape.columns.map((column, index) => {
      const position = positions[index] as number;
      const oid = relation.typeOids[position];
      return position < 0 || oid === undefined || oid === column.typeOid
        ? column.type
        : typeOf(oid, relation.modifiers[position] ?? -1);
    }),
    positions,
    key: key.map((column) => columns.indexOf(column)),
    place: Object.values(place ?? {}).map((column) => columns.indexOf(column)),
  };
}

/** A reducer from WAL events to batches; `take` hands over what has been committed so far. */
export function createBatchBuilder(slotId: string, onNull: (table: string, column: string) => void = () => undefined) {
  const mapped = new Map<number, Mapped>();
  /** Table → the lines written of its places. */
  const placed = new Map<string, Set<string>>();
  let tables = new Map<string, TableWriters>();
  let changes = createWriter();
  let partials: Record<string, PartialRow[]> = {};
  let truncations: Truncation[] = [];
  let poison: PoisonRow[] = [];
  let shapes: Record<string, TableShape> = {};
  let rows = 0;
  /** Bytes held outside the writers. */
  let looseBytes = 0;
  let startLsn = 0n;
  let endLsn = 0n;
  let committedAt = 0n;
  let open: Transaction | undefined;

  const writersOf = (table: string): TableWriters => {
    let found = tables.get(table);
    if (!found) {
      found = {
        rows: createWriter(),
        rowCount: 0,
        tombstones: createWriter(1024),
        tombstoneCount: 0,
        places: createWriter(),
        changes: 0,
      };
      tables.set(table, found);
    }
    return found;
  };

  const writeCell = (writer: ByteWriter, type: ColumnType, tuple: Tuple, position: number) => {
    if (position < 0 || tuple.kinds[position] === NULL) {
      writeByte(writer, BACKSLASH);
      writeByte(writer, NULL_LETTER);
    } else writeValue(writer, type, tuple.bytes, tuple.starts[position] as number, tuple.ends[position] as number);
  };
  const cellText = (type: ColumnType, tuple: Tuple, position: number): string => {
    const writer = createWriter(256);
    writeCell(writer, type, tuple, position);
    return writer.bytes.toString('utf8', 0, writer.length);
  };
  const writeKey = (writer: ByteWriter, { key, types, positions }: Mapped, tuple: Tuple) => {
    for (let part = 0; part < key.length; part++) {
      if (part > 0) writeByte(writer, TAB);
      const index = key[part] as number;
      writeCell(writer, types[index] as ColumnType, tuple, positions[index] as number);
    }
  };
  const keyText = (relation: Mapped, tuple: Tuple): string => {
    const writer = createWriter(256);
    writeKey(writer, relation, tuple);
    return writer.bytes.toString('utf8', 0, writer.length);
  };

  const mark = (relation: Mapped, tuple: Tuple, existence: boolean, { lsnText }: Transaction) => {
    const { cells, table } = relation.shape.source;
    if (!cells) return;
    writeAscii(changes, lsnText);
    writeByte(changes, TAB);
    writeAscii(changes, table);
    writeAscii(changes, existence ? '\t1\t' : '\t0\t');
    writeKey(changes, relation, tuple);
    writeByte(changes, NEWLINE);
  };

  const counted = (relation: Mapped): Transaction => {
    if (open === undefined)
      throw new LumbungError('schema', 'a change outside a transaction in the replication stream');
    open.ordinal++;
    rows++;
    const { table } = relation.shape.source;
    writersOf(table).changes++;
    shapes[table] = relation.shape;
    return open;
  };

  /** The raw column would turn it into a default. `onNull` may know better than to set the row aside. */
  const refuseNull = (table: string, column: string): never => {
    onNull(table, column);
    throw new LumbungError('poison', `NULL in ${column}, which the catalog says holds none`);
  };

  const writePlace = (relation: Mapped, tuple: Tuple, writer: ByteWriter) => {
    const { table, place } = relation.shape.source;
    if (place === undefined) return;
    const start = writer.length;
    for (const index of relation.place) {
      const position = relation.positions[index] as number;
      // A null parent becomes the column's default, the empty string.
      if (position >= 0 && tuple.kinds[position] === UNCHANGED) writeAscii(writer, '\\N');
      else writeCell(writer, relation.types[index] as ColumnType, tuple, position);
      writeByte(writer, TAB);
    }
    writeKey(writer, relation, tuple);
    writeByte(writer, NEWLINE);
    // Places are never forgotten: one that an earlier batch of this stream carries need not come again.
    const line = writer.bytes.toString('latin1', start, writer.length);
    const known = placed.get(table) ?? new Set<string>();
    placed.set(table, known);
    if (known.has(line)) {
      writer.length = start;
      return;
    }
    if (known.size >= MAX_KNOWN_PLACES) known.clear();
    known.add(line);
  };

  /** Runs `write`; what it had written of a row that turns out to have no exact representation is taken back. */
  const orSetAside = (
    relation: Mapped,
    tuple: Tuple,
    deleted: boolean,
    write: (writers: TableWriters, transaction: Transaction) => void,
  ) => {
    const transaction = counted(relation);
    const { table } = relation.shape.source;
    const writers = writersOf(table);
    const { rows: rowsOf, tombstones, places } = writers;
    const [a, b, c, d] = [changes.length, rowsOf.length, tombstones.length, places.length];
    try {
      write(writers, transaction);
    } catch (error) {
      if (!(error instanceof LumbungError) || error.kind !== 'poison') throw error;
      placed.delete(table);
      [changes.length, rowsOf.length, tombstones.length, places.length] = [a, b, c, d];
      const cells = relation.positions.map((position) =>
        position < 0 || tuple.kinds[position] !== TEXT
          ? null
          : tuple.bytes.toString('utf8', tuple.starts[position], tuple.ends[position]),
      );
      const { stamp } = transaction;
      looseBytes += tuple.bytes.length;
      poison.push({ table, cells, version: versionText(transaction), deleted, stamp, reason: messageOf(error) });
    }
  };

  const upsert = (relation: Mapped, tuple: Tuple, existence: boolean, from?: Tuple) =>
    orSetAside(relation, tuple, false, (writers, transaction) => {
      mark(relation, tuple, existence, transaction);
      writePlace(relation, tuple, writers.places);
      if (hasHoles(relation, tuple)) keepPartial(relation, tuple, transaction, from);
      else writeRow(relation, tuple, writers, transaction);
    });

  const hasHoles = ({ positions }: Mapped, { kinds }: Tuple): boolean => {
    for (const position of positions) if (kinds[position] === UNCHANGED) return true;
    return false;
  };

  const keepPartial = (relation: Mapped, tuple: Tuple, transaction: Transaction, from: Tuple | undefined) => {
    const { table } = relation.shape.source;
    const cells = relation.positions.map((position, index) =>
      position >= 0 && tuple.kinds[position] === UNCHANGED
        ? null
        : cellText(relation.types[index] as ColumnType, tuple, position),
    );
    const key = keyText(relation, tuple);
    const list = partials[table] ?? [];
    partials[table] = list;
    list.push({
      cells,
      key,
      from: from === undefined ? key : keyText(relation, from),
      version: versionText(transaction),
    });
    looseBytes += tuple.bytes.length;
  };

  const writeRow = (relation: Mapped, tuple: Tuple, writers: TableWriters, transaction: Transaction) => {
    const { positions, types, shape } = relation;
    const writer = writers.rows;
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index] as number;
      if (index > 0) writeByte(writer, TAB);
      if (position >= 0 && tuple.kinds[position] === NULL && shape.columns[index]?.notNull) {
        refuseNull(shape.source.table, shape.columns[index]?.name ?? '');
      }
      writeCell(writer, types[index] as ColumnType, tuple, position);
    }
    writeAscii(writer, `\t${versionText(transaction)}${transaction.live}`);
    writers.rowCount++;
  };

  const tombstone = (relation: Mapped, old: Tuple) =>
    orSetAside(relation, old, true, (writers, transaction) => {
      mark(relation, old, true, transaction);
      writeKey(writers.tombstones, relation, old);
      writeAscii(writers.tombstones, `\t${versionText(transaction)}${transaction.gone}`);
      writers.tombstoneCount++;
    });
  /** The key as one text, to see whether it changed; a poisoned one is told by its raw bytes. */
  const rawKey = (relation: Mapped, tuple: Tuple): string =>
    relation.key
      .map((index) => relation.positions[index] as number)
      .map((position) => tuple.bytes.toString('latin1', tuple.starts[position], tuple.ends[position]))
      .join('\t');

  return {
    /** Registers a relation (from the stream) with its shape; undefined stops its rows from being taken. */
    relation(oid: number, mapping: Mapped | undefined): void {
      if (mapping === undefined) mapped.delete(oid);
      else mapped.set(oid, mapping);
    },
    /** Where the next batch begins. */
    startAt(lsn: bigint): void {
      startLsn = lsn;
      endLsn = lsn;
    },
    apply(event: WalEvent): void {
      switch (event.type) {
        case 'begin':
          open = beginTransaction(event.commitLsn, event.committedAt);
          return;
        case 'commit':
          endLsn = event.endLsn;
          committedAt = open?.committedAt ?? committedAt;
          open = undefined;
          return;
        case 'insert': {
          const relation = mapped.get(event.oid);
          if (relation) upsert(relation, event.row, true);
          return;
        }
        case 'update': {
          const relation = mapped.get(event.oid);
          if (!relation) return;
          const { old, row } = event;
          const moved = old !== undefined && rawKey(relation, old) !== rawKey(relation, row);
          if (moved) tombstone(relation, old);
          upsert(relation, row, moved, moved ? old : undefined);
          return;
        }
        case 'delete': {
          const relation = mapped.get(event.oid);
          if (relation) tombstone(relation, event.old);
          return;
        }
        case 'truncate':
          for (const oid of event.oids) {
            const relation = mapped.get(oid);
            if (relation)
              truncations.push({ table: relation.shape.source.table, version: versionText(counted(relation)) });
          }
          return;
        default:
      }
    },
    /** True when what is held can only be loaded after everything before it: holes and truncations. */
    readsEarlier: () => truncations.length > 0 || Object.keys(partials).length > 0,
    /** True while a transaction is being received. */
    inTransaction: () => open !== undefined,
    rows: () => rows,
    endLsn: () => endLsn,
    /** Bytes held. */
    bytes(): number {
      let total = changes.length + looseBytes;
      for (const writers of tables.values())
        total += writers.rows.length + writers.tombstones.length + writers.places.length;
      return total;
    },
    /** What has been received as a batch, inside a transaction as a part of it; undefined when there is nothing. */
    take(): Batch | undefined {
      const part = open !== undefined;
      if (part ? rows === 0 : endLsn === startLsn) return undefined;
      const sections: Section[] = [];
      for (const [table, writers] of tables) {
        const add = (kind: Section['kind'], count: number, writer: ByteWriter) => {
          if (writer.length > 0)
            sections.push({ table, kind, rows: count, bytes: writer.bytes.subarray(0, writer.length) });
        };
        add('places', 0, writers.places);
        add('rows', writers.rowCount, writers.rows);
        add('tombstones', writers.tombstoneCount, writers.tombstones);
      }
      const batch: Batch = {
        batchId: randomUUID(),
        slotId,
        part,
        startLsn: String(startLsn),
        endLsn: String(part ? startLsn : endLsn),
        committedAt: String(part ? open?.committedAt : committedAt),
        rows,
        tables: Object.fromEntries([...tables].map(([table, writers]) => [table, writers.changes])),
        sections,
        changes: changes.bytes.subarray(0, changes.length),
        partials,
        truncations,
        poison,
        shapes,
      };
      tables = new Map();
      changes = createWriter();
      partials = {};
      truncations = [];
      poison = [];
      shapes = {};
      rows = 0;
      looseBytes = 0;
      if (!part) startLsn = endLsn;
      return batch;
    },
  };
}

type Header = Omit<Batch, 'sections' | 'changes'> & {
  sections: (Omit<Section, 'bytes'> & { length: number })[];
  changesLength: number;
};

/** One buffer: header length, header JSON, then the bytes of changes and sections. */
export function encodeBatch(batch: Batch): Buffer {
  const header: Header = {
    ...batch,
    sections: batch.sections.map(({ bytes, ...section }) => ({ ...section, length: bytes.length })),
    changesLength: batch.changes.length,
  };
  const { changes: _, ...rest } = header as Header & { changes?: Buffer };
  const json = Buffer.from(JSON.stringify(rest));
  const size = Buffer.allocUnsafe(4);
  size.writeUInt32BE(json.length);
  return Buffer.concat([size, json, batch.changes, ...batch.sections.map((section) => section.bytes)]);
}

export function decodeBatch(payload: Buffer): Batch {
  const size = payload.readUInt32BE(0);
  const { sections, changesLength, ...rest } = JSON.parse(payload.toString('utf8', 4, 4 + size)) as Header;
  let at = 4 + size;
  const slice = (length: number) => {
    at += length;
    return payload.subarray(at - length, at);
  };
  const changes = slice(changesLength);
  return {
    ...rest,
    changes,
    sections: sections.map(({ length, ...section }) => ({ ...section, bytes: slice(length) })),
  };
}
