/**
 * Builds batches: a reducer over WAL events.
 * Invariants: rows carry versions from the WAL; an unchanged TOAST value is an explicit hole, never a default; a row that
 * cannot be written exactly is set aside with its reason, never dropped.
 */
import { randomUUID } from 'node:crypto';
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Batch, PartialRow, PoisonRow, Section, Truncation } from './batch.ts';
import { NULL, TEXT, type Tuple, UNCHANGED, type WalEvent } from './decode.ts';
import type { Mapped } from './mapping.ts';
import { type BinaryColumn, writeBinary, writeNull, writeString } from './postgres/binary.ts';
import type { TableShape } from './postgres/catalog.ts';
import {
  type ByteWriter,
  type ColumnType,
  createWriter,
  writeAscii,
  writeByte,
  writeBytes,
  writeValue,
} from './postgres/values.ts';
import { beginTransaction, type Transaction, versionText, writeCommitLsn, writeTail } from './transaction.ts';

/** Bounds the memory of what is known of places, per table. */
const MAX_KNOWN_PLACES = 100_000;
const MIN_WRITER_BYTES = 4 * 1024;
const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const NULL_LETTER = 0x4e;

type TableWriters = {
  binary: ByteWriter;
  binaryCount: number;
  rows: ByteWriter;
  rowCount: number;
  tombstones: ByteWriter;
  tombstoneCount: number;
  places: ByteWriter;
  changes: number;
};
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
  /** Of the parts handed over of the transaction that is open: its end counts them in the ledger. */
  let ofParts = { rows: 0, tables: new Map<string, number>() };
  /** Bytes of the messages held: about what the batch will take. */
  let held = 0;
  let messageBytes = 0;
  /** Table → bytes of its last rows: growing a buffer copies it. */
  const sizes = new Map<string, number>();
  let startLsn = 0n;
  let endLsn = 0n;
  let committedAt = 0n;
  let open: Transaction | undefined;

  const writersOf = (table: string): TableWriters => {
    let found = tables.get(table);
    if (!found) {
      found = {
        binary: createWriter(sizes.get(table) ?? MIN_WRITER_BYTES),
        binaryCount: 0,
        rows: createWriter(1024),
        rowCount: 0,
        tombstones: createWriter(1024),
        tombstoneCount: 0,
        places: createWriter(1024),
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

  const mark = (relation: Mapped, tuple: Tuple, existence: boolean, transaction: Transaction) => {
    if (!relation.shape.source.cells) return;
    writeCommitLsn(changes, transaction);
    writeBytes(changes, relation.name, 0, relation.name.length);
    writeByte(changes, existence ? 1 : 0);
    // Tables with cells have a key of one column.
    const position = relation.positions[relation.key[0] as number] as number;
    writeString(changes, tuple.bytes, tuple.starts[position] as number, tuple.ends[position] as number);
  };

  const counted = (relation: Mapped): Transaction => {
    if (open === undefined)
      throw new LumbungError('schema', 'a change outside a transaction in the replication stream');
    open.ordinal++;
    rows++;
    held += messageBytes;
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
    for (let part = 0; part < relation.place.length; part++) {
      const index = relation.place[part] as number;
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

  /** Where the writers stood before a row, to take back what was written of it; one object for all rows. */
  const stood = { changes: 0, rows: 0, tombstones: 0, places: 0, binary: 0 };
  const remember = (writers: TableWriters) => {
    stood.changes = changes.length;
    stood.rows = writers.rows.length;
    stood.tombstones = writers.tombstones.length;
    stood.places = writers.places.length;
    stood.binary = writers.binary.length;
  };
  /** Takes back what was written of a row that turns out to have no exact representation, and keeps it with the reason. */
  const setAside = (error: unknown, relation: Mapped, tuple: Tuple, deleted: boolean, transaction: Transaction) => {
    if (!(error instanceof LumbungError) || error.kind !== 'poison') throw error;
    const { table } = relation.shape.source;
    const writers = writersOf(table);
    placed.delete(table);
    changes.length = stood.changes;
    writers.rows.length = stood.rows;
    writers.tombstones.length = stood.tombstones;
    writers.places.length = stood.places;
    writers.binary.length = stood.binary;
    const cells = relation.positions.map((position) =>
      position < 0 || tuple.kinds[position] !== TEXT
        ? null
        : tuple.bytes.toString('utf8', tuple.starts[position], tuple.ends[position]),
    );
    const { stamp } = transaction;
    poison.push({ table, cells, version: versionText(transaction), deleted, stamp, reason: messageOf(error) });
  };

  const upsert = (relation: Mapped, tuple: Tuple, existence: boolean, from?: Tuple) => {
    const transaction = counted(relation);
    const writers = writersOf(relation.shape.source.table);
    remember(writers);
    try {
      mark(relation, tuple, existence, transaction);
      writePlace(relation, tuple, writers.places);
      if (hasHoles(relation, tuple)) keepPartial(relation, tuple, transaction, from);
      else writeRow(relation, tuple, writers, transaction);
    } catch (error) {
      setAside(error, relation, tuple, false, transaction);
    }
  };

  const hasHoles = ({ positions }: Mapped, { kinds }: Tuple): boolean => {
    for (let index = 0; index < positions.length; index++)
      if (kinds[positions[index] as number] === UNCHANGED) return true;
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
  };

  const writeBinaryRow = (relation: Mapped, tuple: Tuple, writers: TableWriters, columns: BinaryColumn[]) => {
    const { positions, shape } = relation;
    const { kinds, bytes, starts, ends } = tuple;
    const writer = writers.binary;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index] as BinaryColumn;
      const position = positions[index] as number;
      if (kinds[position] !== NULL) {
        writeBinary(writer, column, bytes, starts[position] as number, ends[position] as number);
      } else if (column.optional) writeNull(writer);
      else refuseNull(shape.source.table, column.name);
    }
    writeTail(writer, open as Transaction);
    writers.binaryCount++;
  };

  const writeRow = (relation: Mapped, tuple: Tuple, writers: TableWriters, transaction: Transaction) => {
    const { positions, types, shape, binary } = relation;
    if (binary !== undefined) return writeBinaryRow(relation, tuple, writers, binary);
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

  const tombstone = (relation: Mapped, old: Tuple) => {
    const transaction = counted(relation);
    const writers = writersOf(relation.shape.source.table);
    remember(writers);
    try {
      mark(relation, old, true, transaction);
      writeKey(writers.tombstones, relation, old);
      writeAscii(writers.tombstones, `\t${versionText(transaction)}${transaction.gone}`);
      writers.tombstoneCount++;
    } catch (error) {
      setAside(error, relation, old, true, transaction);
    }
  };
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
    /** Where the next batch begins; never before what was received, which would be held back or covered by another batch. */
    startAt(lsn: bigint): void {
      if (lsn < endLsn) throw new LumbungError('internal', `a batch cannot begin at ${lsn}, before ${endLsn}`);
      startLsn = lsn;
      endLsn = lsn;
    },
    /** `size` is the length of the event's message. */
    apply(event: WalEvent, size: number): void {
      messageBytes = size;
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
    /** Bytes held, about. */
    bytes: () => held,
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
        add('binary', writers.binaryCount, writers.binary);
        add('rows', writers.rowCount, writers.rows);
        // A little more than the last time, so that rows of about the same number fit.
        sizes.set(table, Math.max(MIN_WRITER_BYTES, Math.ceil(writers.binary.length * 1.1)));
        add('tombstones', writers.tombstoneCount, writers.tombstones);
      }
      const counts = new Map(ofParts.tables);
      for (const [table, writers] of tables) counts.set(table, (counts.get(table) ?? 0) + writers.changes);
      const allRows = ofParts.rows + rows;
      ofParts = part ? { rows: allRows, tables: counts } : { rows: 0, tables: new Map() };
      const batch: Batch = {
        batchId: randomUUID(),
        slotId,
        part,
        startLsn: String(startLsn),
        endLsn: String(part ? startLsn : endLsn),
        committedAt: String(part ? open?.committedAt : committedAt),
        rows: allRows,
        tables: Object.fromEntries(counts),
        sections,
        changes: changes.bytes.subarray(0, changes.length),
        partials,
        truncations,
        poison,
        shapes,
        after: [],
      };
      tables = new Map();
      changes = createWriter(Math.max(MIN_WRITER_BYTES, Math.ceil(changes.length * 1.1)));
      partials = {};
      truncations = [];
      poison = [];
      shapes = {};
      rows = 0;
      held = 0;
      if (!part) startLsn = endLsn;
      return batch;
    },
  };
}
