/**
 * Loads one batch into the warehouse: marks, places and rows, then the ledger entry that makes them count.
 * Invariants: loading twice, late or in parallel with others changes nothing (versions decide); the ledger entry is
 * written only after everything else of the batch is durable; a batch with holes or truncations is refused, to come again, until those it
 * reads rows of are durable; a hole is filled from the warehouse or the source, never with a default; what cannot be stored is parked with its reason, never dropped.
 */
import type { ClientBase } from 'pg';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { failpoint } from '../platform/failpoints.ts';
import type { Logger } from '../platform/log.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { extendWatermark } from '../warehouse/watermark.ts';
import type { Batch, PartialRow, PoisonRow } from './batch.ts';
import { type ParkedRow, parkRows } from './parked.ts';
import { type BinaryColumn, binaryColumns, binaryStructure, readRow } from './postgres/binary.ts';
import type { TableShape } from './postgres/catalog.ts';
import { printed, quoteName } from './postgres/copy_sql.ts';
import { createWriter, encodeCells, unescapeCell, writeValue } from './postgres/values.ts';
import { rowColumns, tombstoneColumns } from './raw_tables.ts';
import { microsToText } from './transaction.ts';

/** Of keys as they are written in an address: half of what a server takes as one parameter. */
const LIST_BYTES = 64 * 1024;

const CHANGE_COLUMNS = ['lsn', 'table', 'existence', 'key'];
const CHANGES = { structure: 'lsn UInt64, table String, existence Bool, key String', format: 'RowBinary' } as const;

export type LoadContext = {
  warehouse: Warehouse;
  log: Logger;
  /** A connection to the source, for holes that the warehouse cannot fill. */
  source: () => Promise<ClientBase>;
};

/** Loads the batch; resolves when it is durable and counted. */
export async function loadBatch(context: LoadContext, batch: Batch): Promise<void> {
  const { warehouse } = context;
  await demandEarlier(warehouse, batch);
  const section = (kind: string) => batch.sections.filter((candidate) => candidate.kind === kind);
  // Before its first row: a batch that is cut off and loaded again later is never rolled up in between.
  if (batch.rows > 0) await notePart(context, batch, `${batch.batchId}/begun`);
  failpoint('load:begun');
  await Promise.all([
    ...(batch.changes.length > 0 ? [warehouse.insertBulk('ops.changes', CHANGE_COLUMNS, CHANGES, batch.changes)] : []),
    ...section('places').map(({ table, bytes }) => {
      const { place } = shapeOf(batch, table).source;
      return warehouse.insertTsv(`ops.places_${table}`, [...Object.keys(place ?? {}), 'key'], bytes);
    }),
    ...section('binary').map(({ table, bytes }) => insertBinaryOrPark(context, batch, table, bytes)),
    ...section('rows').map(({ table, bytes }) =>
      insertOrPark(context, batch, table, rowColumns(shapeOf(batch, table)), bytes),
    ),
    ...section('tombstones').map(({ table, bytes }) =>
      insertOrPark(context, batch, table, tombstoneColumns(shapeOf(batch, table)), bytes),
    ),
    ...(batch.poison.length > 0 ? [parkRows(context, batch, batch.poison.map(asParked))] : []),
  ]);
  failpoint('load:rows durable');
  for (const [table, partials] of Object.entries(batch.partials)) await loadPartials(context, batch, table, partials);
  for (const truncation of batch.truncations) await truncate(context, batch, truncation.table, truncation.version);
  failpoint('load:before ledger');
  if (batch.part) {
    await notePart(context, batch, batch.batchId);
    return;
  }
  await warehouse.insertRows('ops.batches', [
    {
      slot_id: batch.slotId,
      start_lsn: batch.startLsn,
      end_lsn: batch.endLsn,
      rows: batch.rows,
      committed_at: microsToText(BigInt(batch.committedAt)),
      tables: batch.tables,
    },
  ]);
}

/** The queue hands out batches in their order, except one that has failed and waits for its next attempt. */
async function demandEarlier(warehouse: Warehouse, { slotId, after }: Batch): Promise<void> {
  const [first] = after;
  if (first === undefined) return;
  const durable = await warehouse.query<{ start: string; end: string }>(
    `SELECT toString(start_lsn) AS start, toString(end_lsn) AS end FROM ops.batches
     WHERE slot_id = {slot:String} AND end_lsn > {from:UInt64}`,
    { slot: slotId, from: first[0] },
  );
  const intervals = durable.map(({ start, end }) => ({ start: BigInt(start), end: BigInt(end) }));
  if (after.every(([start, end]) => extendWatermark(BigInt(start), intervals) >= BigInt(end))) return;
  throw new LumbungError('transient', 'it reads rows of a batch that is not durable yet, and is loaded after that');
}

const notePart = ({ warehouse }: LoadContext, { slotId, startLsn, rows }: Batch, batchId: string) =>
  warehouse.insertRows('ops.parts', [{ slot_id: slotId, batch_id: batchId, start_lsn: startLsn, rows }]);

function shapeOf(batch: Batch, table: string): TableShape {
  const shape = batch.shapes[table];
  if (!shape) throw new LumbungError('internal', `the batch says nothing about the columns of ${table}`);
  return shape;
}

const asParked = ({ table, cells, version, deleted, stamp, reason }: PoisonRow): ParkedRow => ({
  table,
  reason,
  payload: { cells, version, deleted, stamp },
});

/** Inserts rows as they are; when the warehouse refuses one of them, line by line as far as it takes to find it. */
async function insertBinaryOrPark(context: LoadContext, batch: Batch, table: string, bytes: Buffer): Promise<void> {
  const shape = shapeOf(batch, table);
  const columns = binaryColumns(shape) ?? [];
  const target = rowColumns(shape);
  try {
    const written = { structure: binaryStructure(columns), format: 'RowBinary' } as const;
    await context.warehouse.insertBulk(`raw.${table}`, target, written, bytes);
  } catch (error) {
    if (!(error instanceof LumbungError) || error.kind !== 'poison') throw error;
    await insertOrPark(context, batch, table, target, Buffer.from(linesOf(shape, columns, bytes)));
  }
}

/** RowBinary as TabSeparated. */
function linesOf(shape: TableShape, columns: readonly BinaryColumn[], bytes: Buffer): string {
  const types = shape.columns.map(({ type }) => type);
  let lines = '';
  for (let at = 0; at < bytes.length; ) {
    const { cells, version, committedAt, end } = readRow(columns, bytes, at);
    lines += `${encodeCells(types, cells).join('\t')}\t${version}\t0\t${microsToText(committedAt)}\n`;
    at = end;
  }
  return lines;
}

/** Inserts lines; those that the warehouse refuses are found by halving and parked, the others go in. */
async function insertOrPark(
  context: LoadContext,
  batch: Batch,
  table: string,
  columns: readonly string[],
  bytes: Buffer,
): Promise<void> {
  try {
    await context.warehouse.insertTsv(`raw.${table}`, columns, bytes);
  } catch (error) {
    if (!(error instanceof LumbungError) || error.kind !== 'poison') throw error;
    const middle = lineBreakNear(bytes, bytes.length >> 1);
    if (middle === undefined) {
      const line = bytes.toString('utf8').replace(/\n$/, '');
      await parkRows(context, batch, [{ table, reason: messageOf(error), payload: { columns: [...columns], line } }]);
      return;
    }
    await insertOrPark(context, batch, table, columns, bytes.subarray(0, middle));
    await insertOrPark(context, batch, table, columns, bytes.subarray(middle));
  }
}

/** Where a line after `near` begins, or the last one before it; undefined when there is one line only. */
function lineBreakNear(bytes: Buffer, near: number): number | undefined {
  const after = bytes.indexOf(10, near) + 1;
  if (after > 0 && after < bytes.length) return after;
  const before = near > 0 ? bytes.lastIndexOf(10, near - 1) + 1 : 0;
  return before > 0 ? before : undefined;
}

/** Fills the holes of updated rows whose large values were not sent again. */
async function loadPartials(
  context: LoadContext,
  batch: Batch,
  table: string,
  partials: readonly PartialRow[],
): Promise<void> {
  const shape = shapeOf(batch, table);
  const keys = [...new Set(partials.flatMap((partial) => [partial.key, partial.from]))];
  const holes = shape.columns
    .map((_, index) => index)
    .filter((index) => partials.some(({ cells }) => cells[index] === null));
  const known = (await heldAreWhole(context, table))
    ? await earlierRows(context, shape, keys, holes)
    : new Map<string, Version[]>();
  const writer = createWriter();
  const gone = createWriter(256);
  for (const partial of partials) {
    const earlier = newest(known.get(partial.from), partial.version);
    let cells = partial.cells.map((cell, index) => cell ?? earlier?.[index] ?? null);
    if (cells.includes(null)) {
      const fresh = await fromSource(context, shape, partial.key);
      if (fresh === undefined) {
        // The row is gone from the source; its delete is further on in the stream.
        writeUtf8(gone, `${partial.key}\t${partial.version}\t1\t${microsToText(BigInt(batch.committedAt))}\n`);
        continue;
      }
      const types = shape.columns.map((column) => column.type);
      cells = cells.map((cell, index) => cell ?? (encodeCells([types[index]], [fresh[index] ?? null])[0] as string));
    }
    // The next hole of this key may have to be filled from here, unless a whole row came in between.
    known.set(partial.key, [...(known.get(partial.key) ?? []), { version: BigInt(partial.version), cells }]);
    writeUtf8(writer, `${cells.join('\t')}\t${partial.version}\t0\t${microsToText(BigInt(batch.committedAt))}\n`);
  }
  if (writer.length > 0) {
    await insertOrPark(context, batch, table, rowColumns(shape), Buffer.from(writer.bytes.subarray(0, writer.length)));
  }
  if (gone.length > 0) {
    await context.warehouse.insertTsv(
      `raw.${table}`,
      tombstoneColumns(shape),
      Buffer.from(gone.bytes.subarray(0, gone.length)),
    );
  }
}

/**
 * Whether the newest stored row before a change is what the source had then. Not while the table is copied, because its stream
 * was broken, and not while versions of rows are parked: then a value of before would fill the hole.
 */
async function heldAreWhole({ warehouse }: LoadContext, table: string): Promise<boolean> {
  const [row] = await warehouse.query<{ whole: boolean }>(
    `SELECT (SELECT count() FROM ops.tables FINAL WHERE table = {table:String} AND state = 'copying')
       + (SELECT count() FROM ops.parked FINAL WHERE startsWith(reason, {table:String} || ': ') AND state = 'parked') = 0 AS whole`,
    { table },
  );
  return Boolean(row?.whole);
}

function writeUtf8(writer: ReturnType<typeof createWriter>, text: string): void {
  const bytes = Buffer.from(text);
  writeValue(writer, { clickhouse: 'String', encoding: 'verbatim' }, bytes, 0, bytes.length);
}

type Version = { version: bigint; cells: (string | null)[] };

const newest = (versions: Version[] | undefined, before: string): Version['cells'] | undefined =>
  versions?.filter((row) => row.version < BigInt(before)).sort((a, b) => (a.version > b.version ? -1 : 1))[0]?.cells;

/**
 * Every stored version of the given keys, as TSV cells, by key as it was asked for: the engine prints keys its own way. Only the columns with these
 * indexes are read, the others are NULL.
 */
async function earlierRows(
  context: LoadContext,
  shape: TableShape,
  keys: readonly string[],
  wanted: readonly number[],
): Promise<Map<string, Version[]>> {
  const found = new Map<string, Version[]>();
  for (const some of fitting(keys)) {
    for (const [name, versions] of await earlierRowsOf(context, shape, some, wanted)) found.set(name, versions);
  }
  return found;
}

/** Keys in lists that fit into a request: parameters of a stream travel in its address. */
function* fitting(keys: readonly string[]): Generator<string[]> {
  let some: string[] = [];
  let length = 0;
  for (const key of keys) {
    // Quotes and a comma stand around each; what is no letter or digit may be escaped twice, and each byte of that written as three.
    const more = Buffer.byteLength(key) + 11 * (key.match(/\W/g)?.length ?? 0) + 9;
    if (some.length > 0 && length + more > LIST_BYTES) {
      yield some;
      [some, length] = [[], 0];
    }
    some.push(key);
    length += more;
  }
  if (some.length > 0) yield some;
}

async function earlierRowsOf(
  { warehouse }: LoadContext,
  { source: { table, key, columns }, columns: types }: TableShape,
  keys: readonly string[],
  wanted: readonly number[],
): Promise<Map<string, Version[]>> {
  const found = new Map<string, Version[]>();
  const quoted = key.map((name) => `\`${name}\``);
  const typeOf = (name: string) => types.find((column) => column.name === name)?.type.clickhouse;
  const parts = key.map((_, part) => `{k${part}:Array(String)}`);
  const split = keys.map((text) => text.split('\t').map(unescapeCell));
  const stream = await warehouse.stream(
    `WITH asked AS (
       SELECT part.1 AS asked_n, ${key.map((name, part) => `CAST(part.${part + 2} AS ${typeOf(name)}) AS asked_${part}`).join(', ')}
       FROM (SELECT arrayJoin(arrayZip(range(length(${parts[0]})), ${parts.join(', ')})) AS part)
     )
     SELECT asked_n, ${wanted.map((index) => `\`${columns[index]}\``).join(', ')}, toString(_version)
     FROM raw.${table} INNER JOIN asked ON ${quoted.map((name, part) => `${name} = asked_${part}`).join(' AND ')}
     WHERE NOT _deleted AND (${quoted.join(', ')}) IN (SELECT ${key.map((_, part) => `asked_${part}`).join(', ')} FROM asked)
     FORMAT TabSeparated`,
    Object.fromEntries(key.map((_, part) => [`k${part}`, split.map((texts) => texts[part] ?? '')])),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  for (const line of Buffer.concat(chunks).toString('utf8').split('\n')) {
    if (line === '') continue;
    const [n, ...read] = line.split('\t');
    const asked = keys[Number(n)] as string;
    const version = BigInt(read.pop() as string);
    const cells = columns.map((_, index) => read[wanted.indexOf(index)] ?? null);
    found.set(asked, [...(found.get(asked) ?? []), { version, cells }]);
  }
  return found;
}

/** Re-reads one row from the source, as Postgres prints its values; undefined when it is gone. */
async function fromSource(
  context: LoadContext,
  { source }: TableShape,
  key: string,
): Promise<(string | null)[] | undefined> {
  const client = await context.source();
  const { rows } = await client.query<(string | null)[]>({
    // The parameters take the types of the columns: compared as the source compares its keys, and found by index.
    text: `SELECT ${source.columns.map((column) => printed(quoteName(column))).join(', ')} FROM public.${source.table}
      WHERE ${source.key.map((column, part) => `${quoteName(column)} = $${part + 1}`).join(' AND ')}`,
    values: key.split('\t').map(unescapeCell),
    rowMode: 'array',
  });
  return rows[0];
}

/** TRUNCATE: a tombstone at the truncation's version for every older live row, marked like any other change. */
async function truncate(context: LoadContext, batch: Batch, table: string, version: string): Promise<void> {
  const shape = shapeOf(batch, table);
  const key = shape.source.key.map((column) => `\`${column}\``).join(', ');
  const params = { version, stamp: microsToText(BigInt(batch.committedAt)), table };
  const live = `FROM raw.${table} FINAL WHERE NOT _deleted AND _version < toUInt128({version:String})`;
  if (shape.source.cells) {
    await context.warehouse.command(
      `INSERT INTO ops.changes (lsn, table, existence, key)
       SELECT toUInt64(bitShiftRight(toUInt128({version:String}), 64)), {table:String}, 1, toString(${key}) ${live}`,
      params,
    );
  }
  await context.warehouse.command(
    `INSERT INTO raw.${table} (${key}, _version, _deleted, _committed_at)
     SELECT ${key}, toUInt128({version:String}), true, toDateTime64({stamp:String}, 6, 'UTC') ${live}`,
    params,
  );
}
