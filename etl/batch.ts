/**
 * Batches: what travels from capture to load, as bytes that ClickHouse parses itself. Building is a reducer over WAL events.
 * Invariants: a batch holds whole transactions and covers the commits in (startLsn, endLsn]; its rows carry versions from
 * the WAL; an unchanged TOAST value is an explicit hole, never a default.
 */
import { LumbungError } from '../platform/errors.ts';
import { NULL, type Relation, type Tuple, UNCHANGED, type WalEvent } from './decode.ts';
import type { TableShape } from './postgres/catalog.ts';
import { versionOf } from './postgres/lsn.ts';
import { type ByteWriter, type ColumnType, createWriter, writeAscii, writeValue } from './postgres/values.ts';

/** A row with holes: TSV cells in column order, null where the value was not sent; `from` is the key it had before. */
export type PartialRow = { cells: (string | null)[]; key: string; from: string; version: string };
export type Truncation = { table: string; version: string };

export type Section = { table: string; kind: 'rows' | 'tombstones' | 'places'; rows: number; bytes: Buffer };
export type Batch = {
  slotId: string;
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
};

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

/** Reads a relation message against the known shape; a fault quarantines the table. */
export function mapRelation(relation: Relation, shape: TableShape): Mapped {
  const positionOf = (column: string) => {
    const position = relation.columns.indexOf(column);
    if (position < 0) throw new LumbungError('schema', `column ${column} is gone from ${relation.table}`);
    return position;
  };
  const columns = shape.source.columns;
  return {
    shape,
    types: shape.columns.map((column) => column.type),
    positions: columns.map(positionOf),
    keyPositions: shape.source.key.map((column) => columns.indexOf(column)),
    placePositions: Object.values(shape.source.place ?? {}).map((column) => columns.indexOf(column)),
  };
}

/** A reducer from WAL events to batches; `take` hands over what has been committed so far. */
export function createBatchBuilder(slotId: string) {
  const mapped = new Map<number, Mapped>();
  let tables = new Map<string, TableWriters>();
  let changes = createWriter();
  let partials: Record<string, PartialRow[]> = {};
  let truncations: Truncation[] = [];
  let counts: Record<string, number> = {};
  let rows = 0;
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
    if (tuple.kinds[position] === NULL) writeAscii(writer, '\\N');
    else writeValue(writer, type, tuple.bytes, tuple.starts[position] as number, tuple.ends[position] as number);
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
    return `\t${versionOf(open.commitLsn, open.ordinal)}`;
  };

  const writePlace = (relation: Mapped, tuple: Tuple, key: string) => {
    if (relation.shape.source.place === undefined) return;
    const writer = writersOf(relation.shape.source.table).places;
    for (const index of relation.placePositions) {
      const position = relation.positions[index] as number;
      // A null parent is the empty string; ops.places_* has no nullable columns.
      if (tuple.kinds[position] !== NULL) writeCell(writer, relation.types[index] as ColumnType, tuple, position);
      writeAscii(writer, '\t');
    }
    appendBytes(writer, Buffer.from(key));
    writeAscii(writer, '\n');
  };

  const upsert = (relation: Mapped, tuple: Tuple, existence: boolean, from?: string) => {
    const version = next(relation);
    const { table } = relation.shape.source;
    const key = keyText(relation, tuple);
    mark(relation, key, existence);
    writePlace(relation, tuple, key);
    if (relation.positions.some((position) => tuple.kinds[position] === UNCHANGED)) {
      const cells = relation.positions.map((position, index) =>
        tuple.kinds[position] === UNCHANGED ? null : cellText(relation.types[index] as ColumnType, tuple, position),
      );
      const list = partials[table] ?? [];
      partials[table] = list;
      list.push({ cells, key, from: from ?? key, version: version.slice(1) });
      return;
    }
    const writers = writersOf(table);
    const writer = writers.rows;
    for (let index = 0; index < relation.positions.length; index++) {
      if (index > 0) writeAscii(writer, '\t');
      writeCell(writer, relation.types[index] as ColumnType, tuple, relation.positions[index] as number);
    }
    writeAscii(writer, `${version}\t0\t${open?.stamp}\n`);
    writers.rowCount++;
  };

  const tombstone = (relation: Mapped, key: string) => {
    const version = next(relation);
    mark(relation, key, true);
    const writers = writersOf(relation.shape.source.table);
    appendBytes(writers.tombstones, Buffer.from(key));
    writeAscii(writers.tombstones, `${version}\t1\t${open?.stamp}\n`);
    writers.tombstoneCount++;
  };

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
          const old = event.old === undefined ? undefined : keyText(relation, event.old);
          const moved = old !== undefined && old !== keyText(relation, event.row);
          if (moved) tombstone(relation, old);
          upsert(relation, event.row, moved, moved ? old : undefined);
          return;
        }
        case 'delete': {
          const relation = mapped.get(event.oid);
          if (relation) tombstone(relation, keyText(relation, event.old));
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
    /** True while a transaction is being received. */
    inTransaction: () => open !== undefined,
    rows: () => rows,
    endLsn: () => endLsn,
    /** Bytes held. */
    bytes(): number {
      let total = changes.length;
      for (const writers of tables.values())
        total += writers.rows.length + writers.tombstones.length + writers.places.length;
      return total;
    },
    /** The committed changes as a batch; undefined when there are none. Must not be called inside a transaction. */
    take(): Batch | undefined {
      if (open !== undefined || endLsn === startLsn) return undefined;
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
        slotId,
        startLsn: String(startLsn),
        endLsn: String(endLsn),
        committedAt: String(committedAt),
        rows,
        tables: counts,
        sections,
        changes: changes.bytes.subarray(0, changes.length),
        partials,
        truncations,
      };
      tables = new Map();
      changes = createWriter();
      partials = {};
      truncations = [];
      counts = {};
      rows = 0;
      startLsn = endLsn;
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
