/**
 * Reconciliation: compares source and warehouse per table by count and hash of its rows, and repairs what differs.
 * Invariants: only differences that stand in two looks, with the stream caught up in between, are repaired; a repair
 * carries the version of the source position read before the first look, so anything streamed later beats it; repaired
 * rows are marked dirty.
 */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { LumbungError } from '../platform/errors.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { markRows } from '../warehouse/rollups/refresh.ts';
import { readWatermark } from '../warehouse/watermark.ts';

import type { TableShape } from './postgres/catalog.ts';
import { printed, quoteName } from './postgres/copy_sql.ts';
import { parseLsn, versionOf } from './postgres/lsn.ts';
import { createWriter, unescapeCell, writeValue } from './postgres/values.ts';
import { rowColumns, tombstoneColumns } from './raw_tables.ts';

export type ReconcileContext = {
  source: pg.Client;
  warehouse: Warehouse;
  slotId: string;
  lifecycle: Pick<Lifecycle, 'sleep' | 'signal'>;
};
export type TableResult = {
  table: string;
  checked: number;
  missing: number;
  extra: number;
  different: number;
  repaired: number;
};

/** Rows as TSV lines by key, floats in shortest notation. One table at a time is held in memory. */
type Rows = Map<string, string>;

/** Compares one table and repairs it; the result is also written to the ledger. */
export async function reconcileTable(context: ReconcileContext, shape: TableShape): Promise<TableResult> {
  const startedAt = new Date();
  const before = await currentLsn(context.source);
  const first = differences(await sourceRows(context.source, shape), await warehouseRows(context.warehouse, shape));
  let { missing, extra, different, checked } = first;
  let repaired = 0;
  if (missing.size + extra.size + different.size > 0) {
    await awaitWatermark(context, await currentLsn(context.source));
    const again = differences(await sourceRows(context.source, shape), await warehouseRows(context.warehouse, shape));
    const stands = (one: Rows, two: Rows): Rows => new Map([...one].filter(([key, line]) => two.get(key) === line));
    missing = stands(missing, again.missing);
    extra = stands(extra, again.extra);
    different = stands(different, again.different);
    checked = again.checked;
    repaired = await repair(context.warehouse, shape, before, new Map([...missing, ...different]), extra);
  }
  const counts = { missing: missing.size, extra: extra.size, different: different.size, repaired };
  await context.warehouse.insertRows('ops.reconciliations', [
    {
      run_id: randomUUID(),
      table: shape.source.table,
      checked_rows: checked,
      ...counts,
      source_lsn: String(before),
      started_at: startedAt.toISOString().replace('Z', ''),
      finished_at: new Date().toISOString().replace('Z', ''),
    },
  ]);
  return { table: shape.source.table, checked, ...counts };
}

function differences(source: Rows, warehouse: Rows): { missing: Rows; extra: Rows; different: Rows; checked: number } {
  const missing: Rows = new Map();
  const different: Rows = new Map();
  for (const [key, line] of source) {
    const held = warehouse.get(key);
    if (held === undefined) missing.set(key, line);
    else if (held !== line) different.set(key, line);
  }
  const extra: Rows = new Map([...warehouse].filter(([key]) => !source.has(key)));
  return { missing, extra, different, checked: source.size };
}

async function currentLsn(source: pg.Client): Promise<bigint> {
  const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
  return parseLsn(rows[0]?.lsn ?? '0/0');
}

async function awaitWatermark(context: ReconcileContext, lsn: bigint): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    const { lsn: reached } = await readWatermark(context.warehouse, context.slotId);
    if (BigInt(reached) >= lsn) return;
    if (!(await context.lifecycle.sleep(500))) break;
  }
  throw new LumbungError('transient', 'the stream did not catch up within two minutes; reconciliation will run again');
}

async function sourceRows(source: pg.Client, shape: TableShape): Promise<Rows> {
  const columns = shape.source.columns.map((column) => printed(quoteName(column))).join(', ');
  const { rows } = await source.query<(string | null)[]>({
    text: `SELECT ${columns} FROM public.${shape.source.table}`,
    rowMode: 'array',
  });
  const keyIndexes = shape.source.key.map((column) => shape.source.columns.indexOf(column));
  const found: Rows = new Map();
  for (const row of rows) {
    const cells = row.map((value, index) => encode(shape, index, value));
    found.set(keyIndexes.map((index) => cells[index]).join('\t'), cells.join('\t'));
  }
  return found;
}

function encode(shape: TableShape, index: number, value: string | null): string {
  const type = shape.columns[index]?.type;
  if (value === null || type === undefined) return '\\N';
  if (type.clickhouse.startsWith('Float')) return String(Number(value));
  const writer = createWriter(256);
  const bytes = Buffer.from(value);
  writeValue(writer, type, bytes, 0, bytes.length);
  return writer.bytes.toString('utf8', 0, writer.length);
}

/** The warehouse's rows in the notation of the source, so that lines can be compared. */
async function warehouseRows(warehouse: Warehouse, shape: TableShape): Promise<Rows> {
  const columns = shape.columns.map(({ name, type }) => {
    if (type.clickhouse === 'Bool') return `if(isNull(\`${name}\`), NULL, if(\`${name}\`, 't', 'f'))`;
    if (type.encoding === 'timestamp' || type.encoding === 'timestamptz') {
      // Postgres prints no trailing zeros of a fraction.
      return `replaceRegexpOne(replaceRegexpOne(toString(\`${name}\`), '(\\\\.\\\\d*?)0+$', '\\\\1'), '\\\\.$', '')`;
    }
    return `\`${name}\``;
  });
  const stream = await warehouse.stream(
    `SELECT ${columns.join(', ')} FROM raw.${shape.source.table} FINAL WHERE NOT _deleted FORMAT TabSeparated`,
  );
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const keyIndexes = shape.source.key.map((column) => shape.source.columns.indexOf(column));
  const found: Rows = new Map();
  for (const line of Buffer.concat(chunks).toString('utf8').split('\n')) {
    if (line === '') continue;
    const cells = line.split('\t').map((cell, index) => canonical(shape, index, cell));
    found.set(keyIndexes.map((index) => cells[index]).join('\t'), cells.join('\t'));
  }
  return found;
}

/** ClickHouse's TSV notation → the one our writer uses. */
function canonical(shape: TableShape, index: number, cell: string): string {
  const type = shape.columns[index]?.type;
  if (cell === '\\N' || type === undefined) return cell;
  if (type.clickhouse.startsWith('Float')) {
    const lower = cell.toLowerCase();
    if (lower === 'inf') return 'Infinity';
    if (lower === '-inf') return '-Infinity';
    return lower === 'nan' ? 'NaN' : String(Number(cell));
  }
  // The engine also escapes quotes and control characters.
  return cell.replaceAll("\\'", "'").replaceAll('\\b', '\b').replaceAll('\\f', '\f').replaceAll('\\0', '\0');
}

async function repair(warehouse: Warehouse, shape: TableShape, lsn: bigint, wrong: Rows, extra: Rows): Promise<number> {
  const { table } = shape.source;
  const stamp = new Date().toISOString().replace('T', ' ').replace('Z', '');
  const version = versionOf(lsn, 0);
  const place = Object.values(shape.source.place ?? {});
  if (wrong.size > 0) {
    if (place.length > 0) {
      const indexes = place.map((column) => shape.source.columns.indexOf(column));
      const lines = [...wrong].map(([key, line]) => {
        const cells = line.split('\t');
        return `${indexes.map((index) => (cells[index] === '\\N' ? '' : cells[index])).join('\t')}\t${key}\n`;
      });
      const columns = [...Object.keys(shape.source.place ?? {}), 'key'];
      await warehouse.insertTsv(`ops.places_${table}`, columns, Buffer.from(lines.join('')));
    }
    const lines = [...wrong.values()].map((line) => `${line}\t${version}\t0\t${stamp}\n`);
    await warehouse.insertTsv(`raw.${table}`, rowColumns(shape), Buffer.from(lines.join('')));
  }
  if (extra.size > 0) {
    const lines = [...extra.keys()].map((key) => `${key}\t${version}\t1\t${stamp}\n`);
    await warehouse.insertTsv(`raw.${table}`, tombstoneColumns(shape), Buffer.from(lines.join('')));
  }
  const keys = [...wrong.keys(), ...extra.keys()].map(unescapeCell);
  if (keys.length > 0 && shape.source.cells) await markRows(warehouse, table, keys, 'reconciliation');
  return keys.length;
}
