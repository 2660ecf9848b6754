/**
 * Batches: what travels from capture to load, as bytes that ClickHouse parses itself.
 * Invariant: a batch covers the commits in (startLsn, endLsn], or is a part of a transaction too large for one, which covers
 * nothing; it carries the shapes its bytes were written by.
 */
import type { TableShape } from './postgres/catalog.ts';

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

/** `binary` are full rows as RowBinary (postgres/binary.ts), the others are TabSeparated. */
export type Section = {
  table: string;
  kind: 'binary' | 'rows' | 'tombstones' | 'places';
  rows: number;
  bytes: Buffer;
};
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
  /** Lines of ops.changes, as RowBinary. */
  changes: Buffer;
  partials: Record<string, PartialRow[]>;
  truncations: Truncation[];
  poison: PoisonRow[];
  /** The tables of the batch as they were when it was built. */
  shapes: Record<string, TableShape>;
  /** What it has to be loaded after, as [startLsn, endLsn] of other batches: where it reads rows of theirs. */
  after: [start: string, end: string][];
};

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
    // Of an earlier version one that reads rows of others was handed over alone.
    after: rest.after ?? [],
    changes,
    sections: sections.map(({ length, ...section }) => ({ ...section, bytes: slice(length) })),
  };
}
