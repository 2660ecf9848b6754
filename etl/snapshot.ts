/**
 * Initial copy of a table inside the slot's exported snapshot.
 * Invariants: copied rows carry the slot's consistent point with ordinal 0, so any streamed change beats them; rows that
 * the warehouse has and the copy has not get a tombstone of the same version.
 */
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Warehouse } from '../warehouse/client.ts';
import { microsToText } from './batch.ts';
import { unescapeCell } from './load.ts';
import type { TableShape } from './postgres/catalog.ts';
import { versionOf } from './postgres/lsn.ts';
import { createWriter, writeAscii, writeValue } from './postgres/values.ts';
import { rowColumns } from './raw_tables.ts';

const CHUNK_BYTES = 8 * 1024 * 1024;

export type Snapshot = { name: string; consistentPoint: bigint; takenAt: bigint };

/** Opens a read-only transaction on the exported snapshot; the caller ends the client. */
export async function openSnapshot(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'lumbung snapshot',
    options: '-c datestyle=ISO -c timezone=UTC -c intervalstyle=iso_8601 -c extra_float_digits=3',
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(`SET TRANSACTION SNAPSHOT '${name.replaceAll("'", "''")}'`);
  return client;
}

/** Copies one table; returns its number of rows. */
export async function copyTable(
  client: pg.Client,
  warehouse: Warehouse,
  shape: TableShape,
  snapshot: Snapshot,
): Promise<number> {
  const { table, columns, key, place } = shape.source;
  const quoted = columns.map((column) => `"${column}"`).join(', ');
  const stream = client.query(copyTo(`COPY (SELECT ${quoted} FROM public.${table}) TO STDOUT`));
  const suffix = `\t${versionOf(snapshot.consistentPoint, 0)}\t0\t${microsToText(snapshot.takenAt)}\n`;
  const placeIndexes = Object.values(place ?? {}).map((column) => columns.indexOf(column));
  const keyIndexes = key.map((column) => columns.indexOf(column));
  let rows = createWriter(CHUNK_BYTES + 65_536);
  let places = createWriter();
  let count = 0;
  const flush = async () => {
    if (rows.length === 0) return;
    if (places.length > 0) {
      const target = [...Object.keys(place ?? {}), 'key'];
      await warehouse.insertTsv(`ops.places_${table}`, target, places.bytes.subarray(0, places.length));
    }
    await warehouse.insertTsv(`raw.${table}`, rowColumns(shape), rows.bytes.subarray(0, rows.length));
    rows = createWriter(CHUNK_BYTES + 65_536);
    places = createWriter();
  };
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      const cells = bytes.toString('utf8', start, end).split('\t');
      start = end + 1;
      const encoded = cells.map((cell, index) => recode(shape, index, cell));
      writeUtf8(rows, encoded.join('\t'));
      writeAscii(rows, suffix);
      if (place !== undefined) {
        const parts = placeIndexes.map((index) => (encoded[index] === '\\N' ? '' : encoded[index]));
        writeUtf8(places, `${[...parts, ...keyIndexes.map((index) => encoded[index])].join('\t')}\n`);
      }
      count++;
    }
    rest = bytes.subarray(start);
    if (rows.length >= CHUNK_BYTES) await flush();
  }
  await flush();
  await sweep(warehouse, shape, snapshot);
  return count;
}

/** COPY text → TSV cell. The two share their escapes, except for what needs another notation. */
function recode(shape: TableShape, index: number, cell: string): string {
  const type = shape.columns[index]?.type;
  if (cell === '\\N' || type === undefined || type.encoding === 'verbatim' || type.encoding === 'text') return cell;
  const writer = createWriter(256);
  const bytes = Buffer.from(unescapeCell(cell));
  writeValue(writer, type, bytes, 0, bytes.length);
  return writer.bytes.toString('utf8', 0, writer.length);
}

function writeUtf8(writer: ReturnType<typeof createWriter>, text: string): void {
  const bytes = Buffer.from(text);
  writeValue(writer, { clickhouse: 'String', encoding: 'verbatim' }, bytes, 0, bytes.length);
}

/** Rows older than the copy that the copy does not hold were deleted while nobody was listening. */
async function sweep(warehouse: Warehouse, shape: TableShape, snapshot: Snapshot): Promise<void> {
  const key = shape.source.key.map((column) => `\`${column}\``).join(', ');
  await warehouse.command(
    `INSERT INTO raw.${shape.source.table} (${key}, _version, _deleted, _committed_at)
     SELECT ${key}, toUInt128({version:String}), true, toDateTime64({at:String}, 6, 'UTC')
     FROM raw.${shape.source.table} FINAL WHERE NOT _deleted AND _version < toUInt128({version:String})`,
    { version: String(versionOf(snapshot.consistentPoint, 0)), at: microsToText(snapshot.takenAt) },
  );
}
