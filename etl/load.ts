/**
 * Loads one batch into the warehouse: marks, places and rows, then the ledger entry that makes them count.
 * Invariants: loading twice, late or in parallel with others changes nothing (versions decide); the ledger entry is
 * written only after everything else of the batch is durable; a hole is filled from the warehouse or the source, never
 * with a default; what cannot be stored is parked with its reason, never dropped.
 */
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { readWatermark } from '../warehouse/watermark.ts';
import { type Batch, decodeBatch, encodeBatch, microsToText, type PartialRow } from './batch.ts';
import type { TableShape } from './postgres/catalog.ts';
import { createWriter, writeValue } from './postgres/values.ts';
import { rowColumns, tombstoneColumns } from './raw_tables.ts';

export type LoadContext = {
  warehouse: Warehouse;
  log: Logger;
  shapes: ReadonlyMap<string, TableShape>;
  /** A connection to the source, for holes that the warehouse cannot fill. */
  source: () => Promise<ClientBase>;
};

/** Loads the batch; resolves when it is durable and counted. */
export async function loadBatch(context: LoadContext, batch: Batch): Promise<void> {
  const { warehouse } = context;
  const dependent = Object.keys(batch.partials).length > 0 || batch.truncations.length > 0;
  if (dependent) {
    const { lsn } = await readWatermark(warehouse, batch.slotId);
    if (BigInt(lsn) < BigInt(batch.startLsn)) {
      throw new LumbungError('transient', 'the batch reads earlier rows and has to wait for the batches before it');
    }
  }
  const section = (kind: string) => batch.sections.filter((candidate) => candidate.kind === kind);
  const changes = ['lsn', 'table', 'existence', 'key'];
  await Promise.all([
    ...(batch.changes.length > 0 ? [warehouse.insertTsv('ops.changes', changes, batch.changes)] : []),
    ...section('places').map(({ table, bytes }) =>
      warehouse.insertTsv(`ops.places_${table}`, [...Object.keys(placeOf(context, table)), 'key'], bytes),
    ),
    ...section('rows').map((rows) => insertRows(context, batch, rows.table, rows.bytes)),
    ...section('tombstones').map(({ table, bytes }) =>
      warehouse.insertTsv(`raw.${table}`, tombstoneColumns(shapeOf(context, table)), bytes),
    ),
  ]);
  for (const [table, partials] of Object.entries(batch.partials)) await loadPartials(context, batch, table, partials);
  for (const truncation of batch.truncations) await truncate(context, batch, truncation.table, truncation.version);
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

function shapeOf(context: LoadContext, table: string): TableShape {
  const shape = context.shapes.get(table);
  if (!shape) throw new LumbungError('schema', `${table} is not a usable table of the source`);
  return shape;
}

function placeOf(context: LoadContext, table: string): Readonly<Record<string, string>> {
  return shapeOf(context, table).source.place ?? {};
}

async function insertRows(context: LoadContext, batch: Batch, table: string, bytes: Buffer): Promise<void> {
  const columns = rowColumns(shapeOf(context, table));
  try {
    await context.warehouse.insertTsv(`raw.${table}`, columns, bytes);
  } catch (error) {
    if (!(error instanceof LumbungError) || error.kind !== 'poison') throw error;
    await park(context, batch, table, bytes, messageOf(error));
  }
}

/** Keeps rows that the warehouse refuses, durably, so that the rest of the stream can go on. */
async function park(context: LoadContext, batch: Batch, table: string, bytes: Buffer, reason: string): Promise<void> {
  const rest: Batch = {
    ...batch,
    sections: [{ table, kind: 'rows', rows: 0, bytes }],
    changes: batch.changes,
    partials: {},
    truncations: [],
  };
  await context.warehouse.insertRows('ops.parked', [
    {
      id: `${batch.slotId}:${batch.startLsn}:${batch.endLsn}:${table}`,
      slot_id: batch.slotId,
      start_lsn: batch.startLsn,
      end_lsn: batch.endLsn,
      reason: `${table}: ${reason}`,
      payload: encodeBatch(rest).toString('base64'),
      state: 'parked',
    },
  ]);
  context.log.error({ table, endLsn: batch.endLsn, reason }, 'rows parked: see "lumbung status", then "lumbung retry"');
}

/** Fills the holes of updated rows whose large values were not sent again. */
async function loadPartials(
  context: LoadContext,
  batch: Batch,
  table: string,
  partials: readonly PartialRow[],
): Promise<void> {
  const shape = shapeOf(context, table);
  const keys = [...new Set(partials.flatMap((partial) => [partial.key, partial.from]))];
  const known = await earlierRows(context, shape, keys);
  const resolved = new Map<string, (string | null)[]>();
  const writer = createWriter();
  const gone = createWriter(256);
  for (const partial of partials) {
    const earlier = resolved.get(partial.from) ?? newest(known.get(partial.from), partial.version);
    let cells = partial.cells.map((cell, index) => cell ?? earlier?.[index] ?? null);
    if (cells.includes(null)) {
      const fresh = await fromSource(context, shape, partial.key);
      if (fresh === undefined) {
        // The row is gone from the source; its delete is further on in the stream.
        writeUtf8(gone, `${partial.key}\t${partial.version}\t1\t${microsToText(BigInt(batch.committedAt))}\n`);
        continue;
      }
      cells = cells.map((cell, index) => cell ?? (fresh[index] as string));
    }
    resolved.set(partial.key, cells);
    writeUtf8(writer, `${cells.join('\t')}\t${partial.version}\t0\t${microsToText(BigInt(batch.committedAt))}\n`);
  }
  if (writer.length > 0) await insertRows(context, batch, table, Buffer.from(writer.bytes.subarray(0, writer.length)));
  if (gone.length > 0) {
    await context.warehouse.insertTsv(
      `raw.${table}`,
      tombstoneColumns(shape),
      Buffer.from(gone.bytes.subarray(0, gone.length)),
    );
  }
}

function writeUtf8(writer: ReturnType<typeof createWriter>, text: string): void {
  const bytes = Buffer.from(text);
  writeValue(writer, { clickhouse: 'String', encoding: 'verbatim' }, bytes, 0, bytes.length);
}

type Version = { version: bigint; cells: string[] };

const newest = (versions: Version[] | undefined, before: string): string[] | undefined =>
  versions?.filter((row) => row.version < BigInt(before)).sort((a, b) => (a.version > b.version ? -1 : 1))[0]?.cells;

/** Every stored version of the given keys, as TSV cells. */
async function earlierRows(
  context: LoadContext,
  shape: TableShape,
  keys: readonly string[],
): Promise<Map<string, Version[]>> {
  const found = new Map<string, Version[]>();
  const columns = shape.source.columns.map((column) => `\`${column}\``);
  const key = shape.source.key.map((column) => `\`${column}\``).join(', ');
  const stream = await context.warehouse.stream(
    `SELECT ${columns.join(', ')}, toString(_version) FROM raw.${shape.source.table}
     WHERE NOT _deleted AND tuple(${key}) IN (
       SELECT ${shape.source.key.map((name, i) => `CAST(splitByChar('\\t', k)[${i + 1}], '${typeOf(shape, name)}')`).join(', ')}
       FROM (SELECT arrayJoin({keys:Array(String)}) AS k)
     ) FORMAT TabSeparated`,
    { keys: keys.map(unescapeCell) },
  );
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const keyIndexes = shape.source.key.map((column) => shape.source.columns.indexOf(column));
  for (const line of Buffer.concat(chunks).toString('utf8').split('\n')) {
    if (line === '') continue;
    const cells = line.split('\t');
    const version = BigInt(cells.pop() as string);
    const id = keyIndexes.map((index) => cells[index]).join('\t');
    const list = found.get(id) ?? [];
    found.set(id, list);
    list.push({ version, cells });
  }
  return found;
}

const typeOf = (shape: TableShape, name: string): string =>
  shape.columns.find((column) => column.name === name)?.type.clickhouse ?? 'String';

/** TSV cell → plain text. */
export function unescapeCell(cell: string): string {
  return cell.replaceAll(/\\([\\tnr])/g, (_, code: string) =>
    code === 't' ? '\t' : code === 'n' ? '\n' : code === 'r' ? '\r' : '\\',
  );
}

/** Re-reads one row from the source as TSV cells; undefined when it is gone. */
async function fromSource(context: LoadContext, shape: TableShape, key: string): Promise<string[] | undefined> {
  const client = await context.source();
  const { source } = shape;
  const columns = source.columns.map((column) => `"${column}"::text`);
  const where = source.key.map((column, i) => `"${column}"::text = $${i + 1}`).join(' AND ');
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${columns.join(', ')} FROM public.${source.table} WHERE ${where}`,
    values: key.split('\t').map(unescapeCell),
    rowMode: 'array',
  });
  return rows[0]?.map((value, index) => {
    if (value === null) return '\\N';
    const writer = createWriter(256);
    const bytes = Buffer.from(value);
    const type = shape.columns[index]?.type;
    if (type) writeValue(writer, type, bytes, 0, bytes.length);
    return writer.bytes.toString('utf8', 0, writer.length);
  });
}

/** TRUNCATE: a tombstone at the truncation's version for every older live row, marked like any other change. */
async function truncate(context: LoadContext, batch: Batch, table: string, version: string): Promise<void> {
  const shape = shapeOf(context, table);
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

/** Loads parked rows again; those that still cannot be stored stay parked. Returns how many were drained. */
export async function retryParked(context: LoadContext): Promise<{ drained: number; left: number }> {
  const { warehouse } = context;
  const parked = await warehouse.query<{ id: string; payload: string }>(
    "SELECT id, payload FROM ops.parked FINAL WHERE state = 'parked' ORDER BY end_lsn",
  );
  let drained = 0;
  for (const { id, payload } of parked) {
    const batch = decodeBatch(Buffer.from(payload, 'base64'));
    try {
      for (const { table, bytes } of batch.sections) {
        await warehouse.insertTsv(`raw.${table}`, rowColumns(shapeOf(context, table)), bytes);
      }
    } catch (error) {
      context.log.warn({ id, error: messageOf(error) }, 'still cannot be loaded');
      continue;
    }
    // The stream's own marks are long worked off: mark the rows again, out of band.
    const changes = batch.changes.toString('utf8').split('\n').filter(Boolean);
    for (const { table } of batch.sections) {
      const keys = changes
        .map((line) => line.split('\t'))
        .filter((parts) => parts[1] === table)
        .map((parts) => parts.slice(3).join('\t'));
      if (keys.length > 0) {
        await warehouse.insertRows('ops.marks', [
          { id: randomUUID(), table, keys: keys.map(unescapeCell), reason: 'retry', done: 0 },
        ]);
      }
    }
    await warehouse.command(
      `INSERT INTO ops.parked (id, slot_id, start_lsn, end_lsn, reason, payload, state)
       SELECT id, slot_id, start_lsn, end_lsn, reason, '', 'drained' FROM ops.parked FINAL WHERE id = {id:String}`,
      { id },
    );
    drained++;
  }
  return { drained, left: parked.length - drained };
}
