/**
 * Copies a table while the stream goes on.
 * Invariants: a copy reads inside a snapshot with a known consistent point and its rows carry that point with ordinal 0, so
 * that everything streamed after it beats them; it goes by heap blocks and notes how far it has come, so that an interrupted
 * copy resumes there (inside a newer snapshot); rows older than the whole copy which it did not meet get a tombstone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { failpoint } from '../platform/failpoints.ts';
import type { Logger } from '../platform/log.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { connectComparison, sourcePosition } from './compare.ts';
import {
  type CopyPosition,
  type CopyProgress,
  forgetCopies,
  noteCopyPosition,
  readCopyPosition,
} from './copy_progress.ts';
import { parkRows } from './parked.ts';
import type { TableShape } from './postgres/catalog.ts';
import { copyList, exactRow, printed, quoteName } from './postgres/copy_sql.ts';
import { versionOf } from './postgres/lsn.ts';
import { connectReplication, createSlot } from './postgres/replication.ts';
import { PRINTING } from './postgres/session.ts';
import { rowColumns, rowStructure } from './raw_tables.ts';
import { microsToText } from './transaction.ts';

/** Bytes of heap and TOAST read per statement, about. */
const CHUNK_BYTES = 24 * 1024 * 1024;
const BLOCK_BYTES = 8_192;
/** After this long the next table is copied inside a newer snapshot: an old one keeps the source from cleaning up. */
const SNAPSHOT_MS = 5 * 60_000;
/** Readers of one snapshot: while one chunk is parsed the next is printed. */
const READERS = 3;

export type CopyContext = {
  databaseUrl: string;
  warehouse: Warehouse;
  log: Logger;
  signal: AbortSignal;
  onProgress?: (progress: CopyProgress) => void;
  /** Where no slot may be made: the consistent point is then a position read before the snapshot. */
  slotless?: boolean;
};
type Leaf = { oid: number; filenode: number; name: string; bytes: number; blocks: number };
type Chunk = { leaf: Leaf; from: number; to: number };

/** Readers on one snapshot of the source; `tables` being copied in it. */
type Session = { readers: pg.Client[]; idle: pg.Client[]; consistentPoint: bigint; openedAt: number; tables: number };
type Copied = { rows: number; consistentPoint: bigint; resumed: boolean };
export type Copier = {
  /** Copies one table to its end; returns its rows and the consistent point of the snapshot it ended in. */
  copy(shape: TableShape, fingerprint: string, slotId: string): Promise<Copied>;
  close(): Promise<void>;
};

/**
 * A copier keeps a snapshot for a few minutes of tables: making one costs a slot and waits for running transactions. Tables
 * may be copied at the same time; they share its readers. A snapshot that got old ends with the last table begun in it.
 */
export function createCopier(context: CopyContext, snapshotMs = SNAPSHOT_MS): Copier {
  let session: Promise<Session> | undefined;
  const end = (ended: Session) => Promise.all(ended.readers.map((client) => client.end().catch(() => undefined)));
  /** Takes a place in a snapshot that is young enough. */
  const join = async (): Promise<Session> => {
    const asked = session;
    const held = await asked;
    if (session !== asked) return join();
    if (held && Date.now() - held.openedAt <= snapshotMs) {
      held.tables++;
      return held;
    }
    session = openSnapshot(context.databaseUrl, context.slotless ?? false);
    if (held?.tables === 0) await end(held);
    return join();
  };
  return {
    async copy(shape, fingerprint, slotId) {
      const joined = await join();
      try {
        return await copyTable(context, joined, shape, fingerprint, slotId);
      } finally {
        joined.tables--;
        if (joined.tables === 0 && (await session?.catch(() => undefined)) !== joined) await end(joined);
      }
    },
    async close() {
      const last = await session?.catch(() => undefined);
      session = undefined;
      if (last) await end(last);
    },
  };
}

async function copyTable(
  context: CopyContext,
  session: Session,
  shape: TableShape,
  fingerprint: string,
  slotId: string,
): Promise<Copied> {
  const { warehouse, signal } = context;
  const { consistentPoint } = session;
  const { table } = shape.source;
  const version = versionOf(consistentPoint, 0);
  const leaves = await withReader(session, (reader) => leavesOf(reader, shape));
  const totalBytes = leaves.reduce((sum, leaf) => sum + leaf.bytes, 0);
  const resumed = await resumePoint(warehouse, shape, fingerprint, leaves);
  const firstVersion = resumed?.firstVersion ?? version;
  const beganAt = new Date();
  let { rows, bytes } = resumed ?? { rows: 0, bytes: 0 };
  const resumedBytes = bytes;
  const chunks = chunksOf(leaves, resumed);
  const finished = new Map<Chunk, number>();
  let next = 0;
  let noted = 0;
  /** Notes the contiguous prefix of finished chunks. */
  const note = async () => {
    for (let chunk = chunks[noted]; chunk && finished.has(chunk); chunk = chunks[++noted]) {
      rows += finished.get(chunk) ?? 0;
      bytes += (chunk.to - chunk.from) * bytesPerBlock(chunk.leaf);
    }
    const last = chunks[noted - 1];
    if (last === undefined) return;
    const done = Math.min(Math.round(bytes), totalBytes);
    context.onProgress?.({ table, rows, bytes: done, totalBytes, resumedBytes, beganAt });
    if (noted === chunks.length) return;
    const { oid, filenode } = last.leaf;
    await noteCopyPosition(
      warehouse,
      { table, fingerprint, totalBytes, resumedBytes, beganAt },
      { firstVersion, leaf: oid, filenode, block: last.to, rows, bytes: done },
    );
    failpoint('copy:chunk noted');
  };
  await Promise.all(
    Array.from({ length: Math.min(READERS, chunks.length) }, async () => {
      while (next < chunks.length) {
        signal.throwIfAborted();
        const chunk = chunks[next++] as Chunk;
        const copied = await withReader(session, (reader) => copyChunk(context, reader, shape, chunk, version, slotId));
        finished.set(chunk, copied);
        await note();
      }
    }),
  );
  if (rows > 0) await addPlaces(warehouse, shape, firstVersion);
  await sweep(warehouse, shape, firstVersion);
  // The next copy of this table begins anew.
  if (resumed || chunks.length > 1) await forgetCopies(warehouse, [table]);
  return { rows, consistentPoint, resumed: resumed !== undefined };
}

/** Runs `work` with a reader of its own; waits for a free one. */
async function withReader<T>(session: Session, work: (reader: pg.Client) => Promise<T>): Promise<T> {
  while (session.idle.length === 0) await delay(5);
  const reader = session.idle.pop() as pg.Client;
  try {
    return await work(reader);
  } finally {
    session.idle.push(reader);
  }
}

/** Opens readers on one snapshot. A temporary slot tells its consistent point and is dropped at once. */
async function openSnapshot(databaseUrl: string, slotless: boolean): Promise<Session> {
  const readers: pg.Client[] = [];
  const exporting = slotless ? await connectComparison(databaseUrl) : await connectReplication(databaseUrl);
  try {
    const { consistentPoint, snapshot } = slotless
      ? await exportSnapshot(exporting)
      : await createSlot(exporting, `lumbung_copy_${process.pid}`, 'temporary');
    for (let n = 0; n < READERS; n++) {
      const client = new pg.Client({
        connectionString: databaseUrl,
        application_name: 'lumbung copy',
        options: `${PRINTING} -c statement_timeout=0`,
      });
      client.on('error', () => undefined);
      readers.push(client);
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await client.query(`SET TRANSACTION SNAPSHOT '${snapshot.replaceAll("'", "''")}'`);
    }
    return { readers, idle: [...readers], consistentPoint, openedAt: Date.now(), tables: 0 };
  } catch (error) {
    await Promise.all(readers.map((client) => client.end().catch(() => undefined)));
    throw error;
  } finally {
    await exporting.end().catch(() => undefined);
  }
}

async function exportSnapshot(client: pg.Client): Promise<{ consistentPoint: bigint; snapshot: string }> {
  const consistentPoint = await sourcePosition(client);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await client.query<{ name: string }>('SELECT pg_export_snapshot() AS name');
  return { consistentPoint, snapshot: rows[0]?.name ?? '' };
}

/** The heaps that hold the table's rows: itself, its partitions, its children. */
async function leavesOf(client: pg.Client, shape: TableShape): Promise<Leaf[]> {
  const { rows } = await client.query<Leaf>(
    `WITH RECURSIVE family (oid) AS (
       SELECT to_regclass($1)::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN family f ON f.oid = i.inhparent
     )
     SELECT c.oid::int8::float8 AS oid, pg_relation_filenode(c.oid)::int8::float8 AS filenode,
       quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
       pg_table_size(c.oid)::float8 AS bytes, (pg_relation_size(c.oid) / ${BLOCK_BYTES})::float8 AS blocks
     FROM family f JOIN pg_class c ON c.oid = f.oid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' ORDER BY c.oid`,
    [`public.${quoteName(shape.source.table)}`],
  );
  return rows;
}

const bytesPerBlock = (leaf: Leaf) => (leaf.blocks === 0 ? 0 : leaf.bytes / leaf.blocks);

/** Where an interrupted copy of the same table stopped; undefined when it has to begin anew. */
async function resumePoint(
  warehouse: Warehouse,
  shape: TableShape,
  fingerprint: string,
  leaves: readonly Leaf[],
): Promise<CopyPosition | undefined> {
  const at = await readCopyPosition(warehouse, shape.source.table, fingerprint);
  // A rewritten heap (VACUUM FULL, CLUSTER) has its rows elsewhere.
  const same = at && leaves.some((leaf) => leaf.oid === at.leaf && leaf.filenode === at.filenode);
  return same ? at : undefined;
}

function chunksOf(leaves: readonly Leaf[], resumed: CopyPosition | undefined): Chunk[] {
  const chunks: Chunk[] = [];
  for (const leaf of leaves) {
    if (resumed && leaf.oid < resumed.leaf) continue;
    const step = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, bytesPerBlock(leaf))));
    const start = resumed?.leaf === leaf.oid ? resumed.block : 0;
    for (let from = start; from < leaf.blocks; from += step) {
      chunks.push({ leaf, from, to: Math.min(from + step, leaf.blocks) });
    }
  }
  return chunks;
}

async function copyChunk(
  context: CopyContext,
  client: pg.Client,
  shape: TableShape,
  { leaf, from, to }: Chunk,
  version: bigint,
  slotId: string,
): Promise<number> {
  const stamp = microsToText(BigInt(Date.now()) * 1000n);
  const exact = exactRow(shape);
  const where = `ctid >= '(${from},0)' AND ctid < '(${to},0)'`;
  const copy = client.query(
    copyTo(
      `COPY (SELECT ${copyList(shape, version, stamp)} FROM ONLY ${leaf.name} WHERE ${where} AND ${exact}) TO STDOUT`,
    ),
  );
  // A connection that ends before the insert reads from it fails the insert, not the process.
  copy.on('error', () => undefined);
  const written = { structure: rowStructure(shape), format: 'TabSeparated' } as const;
  await context.warehouse.insertBulk(`raw.${shape.source.table}`, rowColumns(shape), written, copy);
  if (exact !== 'true') {
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ${shape.columns.map(({ name }) => printed(quoteName(name))).join(', ')}
        FROM ONLY ${leaf.name} WHERE ${where} AND NOT (${exact})`,
      rowMode: 'array',
    });
    if (rows.length > 0) {
      const at = { slotId, startLsn: String(version >> 64n), endLsn: String(version >> 64n) };
      const reason = 'a value of the copied row cannot be stored exactly';
      const payload = { version: String(version), deleted: false, stamp };
      const parked = rows.map((cells) => ({ table: shape.source.table, reason, payload: { ...payload, cells } }));
      await parkRows(context, at, parked);
    }
  }
  return copy.rowCount;
}

/** Places of the copied rows, from the rows themselves. */
async function addPlaces(warehouse: Warehouse, shape: TableShape, firstVersion: bigint): Promise<void> {
  const { table, key, place } = shape.source;
  if (place === undefined) return;
  const columns = Object.keys(place).map((name) => `\`${name}\``);
  const values = Object.values(place).map((name) => `\`${name}\``);
  await warehouse.command(
    `INSERT INTO ops.places_${table} (${[...columns, 'key'].join(', ')})
     SELECT ${values.join(', ')}, toString(\`${key[0]}\`) FROM raw.${table}
     WHERE _version >= toUInt128({version:String}) AND NOT _deleted`,
    { version: String(firstVersion) },
  );
}

/**
 * Rows older than the copy that it did not meet were deleted while nobody was listening. The tombstone carries the version of
 * the copy's beginning: a row inserted again since then comes with the stream and beats it.
 */
async function sweep(warehouse: Warehouse, shape: TableShape, firstVersion: bigint): Promise<void> {
  const key = shape.source.key.map((column) => `\`${column}\``).join(', ');
  const [older] = await warehouse.query<{ n: number }>(
    `SELECT count() AS n FROM (SELECT 1 FROM raw.${shape.source.table} WHERE _version < toUInt128({version:String}) LIMIT 1)`,
    { version: String(firstVersion) },
  );
  if (older?.n === 0) return;
  await warehouse.command(
    `INSERT INTO raw.${shape.source.table} (${key}, _version, _deleted, _committed_at)
     SELECT ${key}, toUInt128({version:String}), true, now64(6)
     FROM raw.${shape.source.table} FINAL WHERE NOT _deleted AND _version < toUInt128({version:String})`,
    { version: String(firstVersion) },
  );
}
