/**
 * Parked rows: what cannot be stored exactly, kept with its reason and position until an operator mends the cause.
 * Invariants: nothing is dropped; a parked row that a newer row of its key has overtaken is done with; a retried row keeps
 * its version, so it never beats what came after it.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { markRows } from '../warehouse/rollups/refresh.ts';
import type { TableShape } from './postgres/catalog.ts';
import { encodeCells, unescapeCell } from './postgres/values.ts';
import { rowColumns, tombstoneColumns } from './raw_tables.ts';

/** Either a line of TSV that the warehouse refused, or values as Postgres printed them that have no exact TSV. */
const payload = z.union([
  z.object({ columns: z.array(z.string()), line: z.string() }),
  z.object({ cells: z.array(z.string().nullable()), version: z.string(), deleted: z.boolean(), stamp: z.string() }),
]);
export type ParkedRow = { table: string; reason: string; payload: z.infer<typeof payload> };
type Position = { slotId: string; startLsn: string; endLsn: string };
type ParkContext = { warehouse: Warehouse; log: Logger };

/** Keeps the rows durably; parking the same row twice keeps it once. */
export async function parkRows(
  { warehouse, log }: ParkContext,
  at: Position,
  rows: readonly ParkedRow[],
): Promise<void> {
  await warehouse.insertRows(
    'ops.parked',
    rows.map((row) => {
      const text = JSON.stringify(row.payload);
      return {
        id: createHash('sha256').update(`${row.table}\n${text}`).digest('hex').slice(0, 32),
        slot_id: at.slotId,
        start_lsn: at.startLsn,
        end_lsn: at.endLsn,
        reason: `${row.table}: ${row.reason}`,
        payload: text,
        state: 'parked',
      };
    }),
  );
  for (const { table, reason } of rows.slice(0, 10)) {
    log.error({ table, endLsn: at.endLsn, reason }, 'row parked: see "lumbung status", then "lumbung retry"');
  }
}

/** Rows tried again together: so many at most, and no more bytes than this unless one row has them. */
const PAGE = { rows: 500, bytes: 16 * 1024 * 1024 };

/** As it lies in ops.parked, positions as text. */
type Parked = { id: string; slot_id: string; start_lsn: string; end_lsn: string; reason: string; payload: string };

/** Tries parked rows again, page by page; those that still cannot be stored stay parked. */
export async function retryParked(
  context: ParkContext & { shapes: ReadonlyMap<string, TableShape> },
  pageOf = PAGE,
): Promise<{ drained: number; left: number }> {
  const { warehouse, log, shapes } = context;
  const counts = { drained: 0, left: 0 };
  let after = '';
  for (;;) {
    // By the table's own order, in which a page is a range. Which row comes first does not matter: their versions decide.
    const page = await warehouse.query<Parked>(
      `SELECT id, slot_id, toString(start_lsn) AS start_lsn, toString(end_lsn) AS end_lsn, reason, payload FROM (
         SELECT *, sum(length(payload)) OVER (ORDER BY id) - length(payload) AS before FROM (
           SELECT * FROM ops.parked FINAL WHERE state = 'parked' AND id > {after:String} ORDER BY id LIMIT {rows:UInt32}
         )
       ) WHERE before <= {bytes:UInt64} ORDER BY id`,
      { after, ...pageOf },
    );
    if (page.length === 0) return counts;
    after = page.at(-1)?.id ?? '';
    const drained: Parked[] = [];
    const dirty = new Map<string, string[]>();
    for (const row of page) {
      const table = row.reason.slice(0, row.reason.indexOf(':'));
      const shape = shapes.get(table);
      try {
        if (!shape) throw new LumbungError('schema', `${table} is not a usable table of the source`);
        const key = await retryRow(warehouse, shape, payload.parse(JSON.parse(row.payload)));
        if (key !== undefined && shape.source.cells) dirty.set(table, [...(dirty.get(table) ?? []), key]);
        drained.push(row);
      } catch (error) {
        log.warn({ table, id: row.id, error: messageOf(error) }, 'still cannot be loaded');
        counts.left++;
      }
    }
    // A row is done with when its mark is made: one that is cut off before is tried again.
    for (const [table, keys] of dirty) await markRows(warehouse, table, keys, 'retry');
    await warehouse.insertRows(
      'ops.parked',
      drained.map((row) => ({ ...row, payload: '', state: 'drained' })),
    );
    counts.drained += drained.length;
  }
}

/** Loads one row; returns its key, or undefined when a newer version of it is there already. */
async function retryRow(
  warehouse: Warehouse,
  shape: TableShape,
  row: z.infer<typeof payload>,
): Promise<string | undefined> {
  const { table, key, columns, place } = shape.source;
  const target = 'line' in row ? row.columns : row.deleted ? tombstoneColumns(shape) : rowColumns(shape);
  const named = (cells: readonly string[]) => new Map(target.map((name, index) => [name, cells[index] ?? '\\N']));
  const keyOf = (cells: Map<string, string>) => key.map((name) => cells.get(name) ?? '').join('\t');

  const version = 'line' in row ? (named(row.line.split('\t')).get('_version') ?? '0') : row.version;
  // The key alone may be fine where the row is not: a newer version of it makes this one history.
  const keyText =
    'line' in row
      ? keyOf(named(row.line.split('\t')))
      : encodeCells(
          key.map((name) => shape.columns[columns.indexOf(name)]?.type),
          key.map((name) => row.cells[columns.indexOf(name)] ?? null),
        ).join('\t');
  const condition = key.map((name, index) => `toString(\`${name}\`) = {k${index}:String}`).join(' AND ');
  const values = Object.fromEntries(keyText.split('\t').map((cell, index) => [`k${index}`, unescapeCell(cell)]));
  const [newer] = await warehouse.query<{ n: number }>(
    `SELECT count() AS n FROM raw.${table} WHERE ${condition} AND _version > toUInt128({version:String})`,
    { ...values, version },
  );
  if ((newer?.n ?? 0) > 0) return undefined;

  const line =
    'line' in row
      ? row.line
      : row.deleted
        ? `${keyText}\t${version}\t1\t${row.stamp}`
        : `${encodeCells(
            shape.columns.map((column) => column.type),
            row.cells,
          ).join('\t')}\t${version}\t0\t${row.stamp}`;
  // Places first: a row without one is looked for nowhere.
  const cells = named(line.split('\t'));
  if (place !== undefined && columns.every((name) => cells.has(name))) {
    // A NULL stays one: it becomes the default of the place's column.
    const text = [...Object.values(place).map((name) => cells.get(name) ?? '\\N'), keyText].join('\t');
    await warehouse.insertTsv(`ops.places_${table}`, [...Object.keys(place), 'key'], Buffer.from(`${text}\n`));
  }
  await warehouse.insertTsv(`raw.${table}`, target, Buffer.from(`${line}\n`));
  return unescapeCell(keyText);
}
