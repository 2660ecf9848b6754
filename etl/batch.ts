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
import { versionOf } from './postgres/lsn.ts';
import {
  type ByteWriter,
  type ColumnType,
  createWriter,
  writeAscii,
  writeByte,
  writeValue,
} from './postgres/values.ts';

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
};
/** A relation as the stream announced it, mapped onto the allow-listed columns. */
type Mapped = {
  shape: TableShape;
  types: ColumnType[];
  positions: number[];
  keyPositions: number[];
  placePositions: number[];
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
    keyPositions: key.map((column) => columns.indexOf(column)),
    placePositions: Object.values(place ?? {}).map((column) => columns.indexOf(column)),
  };
}

/** A reducer from WAL events to batches; `take` hands over what has been committed so far. */
export function createBatchBuilder(slotId: string, onNull: (table: string, column: string) => void = () => undefined) {
  const mapped = new Map<number, Mapped>();
  /** Table → key → the last place written for it. */
  const placed = new Map<string, Map<string, string>>();
  let tables = new Map<string, TableWriters>();
  let changes = createWriter();
  let partials: Record<string, PartialRow[]> = {};
  let truncations: Truncation[] = [];
  let poison: PoisonRow[] = [];
  let shapes: Record<string, TableShape> = {};
  let counts: Record<string, number> = {};
  let rows = 0;
  /** Bytes held outside the writers. */
  let looseBytes = 0;
  let startLsn = 0n;
  let endLsn = 0n;
  let committedAt = 0n;
  let open: { commitLsn: bigint; committedAt: bigint; ordinal: number; stamp: string } | undefined;

  const writersOf = (table: string): TableWriters => {
    let found = tables.get(table);
    if (!found) {
      found = {
        rows: createWriter(),
        rowCount: 0,
        tombstones: createWriter(1024),
        tombstoneCount: 0,
        places: createWriter(),
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
  const keyText = (relation: Mapped, tuple: Tuple): string =>
    relation.keyPositions
      .map((index) => cellText(relation.types[index] as ColumnType, tuple, relation.positions[index] as number))
      .join('\t');

  const mark = (relation: Mapped, key: string, existence: boolean) => {
    if (!relation.shape.source.cells || open === undefined) return;
    writeAscii(changes, `${open.commitLsn}\t${relation.shape.source.table}\t${existence ? 1 : 0}\t`);
    const bytes = Buffer.from(key);
    appendBytes(changes, bytes);
    writeAscii(changes, '\n');
  };

  const next = (relation: Mapped) => {
    if (open === undefined)
      throw new LumbungError('schema', 'a change outside a transaction in the replication stream');
    open.ordinal++;
    rows++;
    const { table } = relation.shape.source;
    counts[table] = (counts[table] ?? 0) + 1;
    shapes[table] = relation.shape;
    return `\t${versionOf(open.commitLsn, open.ordinal)}`;
  };

  /** The raw column would turn it into a default. `onNull` may know better than to set the row aside. */
  const refuseNull = (table: string, column: string): never => {
    onNull(table, column);
    throw new LumbungError('poison', `NULL in ${column}, which the catalog says holds none`);
  };

  const writePlace = (relation: Mapped, tuple: Tuple, key: string) => {
    const { table, place } = relation.shape.source;
    if (place === undefined) return;
    const writer = writersOf(table).places;
    const start = writer.length;
    for (const index of relation.placePositions) {
      const position = relation.positions[index] as number;
      // A null parent becomes the column's default, the empty string.
      if (position >= 0 && tuple.kinds[position] !== NULL)
        writeCell(writer, relation.types[index] as ColumnType, tuple, position);
      else writeAscii(writer, '\\N');
      writeByte(writer, TAB);
    }
    // Places are never forgotten: one that an earlier batch of this stream carries need not come again.
    const written = writer.bytes.toString('latin1', start, writer.length);
    const known = placed.get(table) ?? new Map<string, string>();
    placed.set(table, known);
    if (known.get(key) === written) {
      writer.length = start;
      return;
    }
    if (known.size >= MAX_KNOWN_PLACES) known.clear();
    known.set(key, written);
    appendBytes(writer, Buffer.from(key));
    writeByte(writer, NEWLINE);
  };

  /** Runs `write`; what it had written of a row that turns out to have no exact representation is taken back. */
  const orSetAside = (relation: Mapped, tuple: Tuple, deleted: boolean, write: (version: string) => void) => {
    const version = next(relation);
    const { table } = relation.shape.source;
    const { rows: rowsOf, tombstones, places } = writersOf(table);
    const touched: readonly ByteWriter[] = [changes, rowsOf, tombstones, places];
    const lengths = touched.map((writer) => writer.length);
    try {
      write(version);
    } catch (error) {
      if (!(error instanceof LumbungError) || error.kind !== 'poison') throw error;
      placed.delete(table);
      touched.forEach((writer, index) => {
        writer.length = lengths[index] as number;
      });
      const cells = relation.positions.map((position) =>
        position < 0 || tuple.kinds[position] !== TEXT
          ? null
          : tuple.bytes.toString('utf8', tuple.starts[position], tuple.ends[position]),
      );
      const stamp = open?.stamp ?? '';
      looseBytes += tuple.bytes.length;
      poison.push({ table, cells, version: version.slice(1), deleted, stamp, reason: messageOf(error) });
    }
  };

  const upsert = (relation: Mapped, tuple: Tuple, existence: boolean, from?: Tuple) =>
    orSetAside(relation, tuple, false, (version) => writeRow(relation, tuple, existence, version, from));

  const writeRow = (relation: Mapped, tuple: Tuple, existence: boolean, version: string, from?: Tuple) => {
    const { table } = relation.shape.source;
    const key = keyText(relation, tuple);
    mark(relation, key, existence);
    writePlace(relation, tuple, key);
    if (relation.positions.some((position) => position >= 0 && tuple.kinds[position] === UNCHANGED)) {
      const cells = relation.positions.map((position, index) =>
        position >= 0 && tuple.kinds[position] === UNCHANGED
          ? null
          : cellText(relation.types[index] as ColumnType, tuple, position),
      );
      const list = partials[table] ?? [];
      partials[table] = list;
      list.push({ cells, key, from: from === undefined ? key : keyText(relation, from), version: version.slice(1) });
      looseBytes += tuple.bytes.length;
      return;
    }
    const writers = writersOf(table);
    const writer = writers.rows;
    for (let index = 0; index < relation.positions.length; index++) {
      const position = relation.positions[index] as number;
      if (index > 0) writeByte(writer, TAB);
      if (position >= 0 && tuple.kinds[position] === NULL && relation.shape.columns[index]?.notNull) {
        refuseNull(table, relation.shape.columns[index]?.name ?? '');
      }
      writeCell(writer, relation.types[index] as ColumnType, tuple, position);
    }
    writeAscii(writer, `${version}\t0\t${open?.stamp}\n`);
    writers.rowCount++;
  };

  const tombstone = (relation: Mapped, old: Tuple) =>
    orSetAside(relation, old, true, (version) => {
      const key = keyText(relation, old);
      mark(relation, key, true);
      const writers = writersOf(relation.shape.source.table);
      appendBytes(writers.tombstones, Buffer.from(key));
      writeAscii(writers.tombstones, `${version}\t1\t${open?.stamp}\n`);
      writers.tombstoneCount++;
    });
  /** The key as one text, to see whether it changed; a poisoned one is told by its raw bytes. */
  const rawKey = (relation: Mapped, tuple: Tuple): string =>
    relation.keyPositions
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
          open = { ...event, ordinal: 0, stamp: microsToText(event.committedAt) };
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
            if (relation) truncations.push({ table: relation.shape.source.table, version: next(relation).slice(1) });
          }
          return;
        default:
      }
    },
    /** True when what is held can only be loaded after everything before it: holes, truncations, parts of a transaction. */
    readsEarlier: () => open !== undefined || truncations.length > 0 || Object.keys(partials).length > 0,
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
        tables: counts,
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
      counts = {};
      rows = 0;
      looseBytes = 0;
      if (!part) startLsn = endLsn;
      return batch;
    },
  };
}

function appendBytes(writer: ByteWriter, bytes: Buffer): void {
  // Keys are TSV-escaped already.
  writeValue(writer, { clickhouse: 'String', encoding: 'verbatim' }, bytes, 0, bytes.length);
}

/** Microseconds since 1970 → 'YYYY-MM-DD HH:MM:SS.ffffff' (UTC). */
export function microsToText(micros: bigint): string {
  const milliseconds = Number(micros / 1000n);
  const rest = String(micros % 1000n).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')}${rest}`;
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
