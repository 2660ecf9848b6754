/**
 * Compares rows of source and warehouse by key and hash, a chunk at a time, and repairs single rows.
 * Invariants: only keys and hashes travel, whole rows only to be repaired; a repaired row is what the source holds then and
 * carries the version of a position read before that, so anything committed later beats it; the hashes of a chunk are
 * compared inside ClickHouse, against what FINAL shows.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { LumbungError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { markRows } from '../warehouse/rollups/refresh.ts';
import type { TableShape } from './postgres/catalog.ts';
import { copyList, exactRow, quoteName } from './postgres/copy_sql.ts';
import { parseLsn, versionOf } from './postgres/lsn.ts';
import { PRINTING } from './postgres/session.ts';
import { createWriter, writeValue } from './postgres/values.ts';
import { rowColumns } from './raw_tables.ts';
import { keyColumns, keyParts, rawHash, rawKey, sourceHash, sourceKey } from './row_hash.ts';

/** Whole rows held in memory at a time. */
const ROWS_PER_COPY = 200;

export type CompareContext = { source: pg.Client; warehouse: Warehouse; log: Logger };

/** A key and the hash the source has for it: '' without such a row, null for one that cannot be stored exactly. */
export type Look = { key: string; hash: string | null };
/** Hashes that differ; '' on the side that has no such row. */
export type Difference = { key: string; source: string; warehouse: string };

/** The position of the source's log, on a primary or a standby; everything committed before a later read is below it. */
export async function sourcePosition(source: pg.ClientBase): Promise<bigint> {
  const { rows } = await source.query<{ lsn: string }>(
    'SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END AS lsn',
  );
  return parseLsn(rows[0]?.lsn ?? '0/0');
}

/** A connection that prints values as the stream does. */
export async function connectComparison(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'lumbung reconcile',
    options: `${PRINTING} -c statement_timeout=0`,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** SELECT of key and hash of the rows that `rest` (WHERE, ORDER BY, LIMIT) names. */
export const lookSql = (shape: TableShape, rest: string) =>
  `SELECT ${sourceKey(shape)} AS key, ${sourceHash(shape)} AS hash FROM public.${quoteName(shape.source.table)} ${rest}`;

/** The next keys of the source after one, in the order of the primary key's index. */
export async function nextSourceRows(
  { source }: CompareContext,
  shape: TableShape,
  after: readonly string[],
  limit: number,
): Promise<Look[]> {
  const key = shape.source.key.map(quoteName).join(', ');
  const where = after.length === 0 ? '' : `WHERE (${key}) > (${after.map((_, index) => `$${index + 1}`).join(', ')})`;
  const { rows } = await source.query<Look>(lookSql(shape, `${where} ORDER BY ${key} LIMIT ${limit}`), [...after]);
  return rows;
}

/** The next live keys of the warehouse after one. */
export async function nextRawKeys(
  { warehouse }: CompareContext,
  shape: TableShape,
  after: readonly string[],
  limit: number,
): Promise<string[]> {
  const columns = keyColumns(shape);
  const key = columns.map(({ name }) => `\`${name}\``).join(', ');
  const bound = columns.map(
    ({ type }, index) => `{k${index}:${type.clickhouse.replace(/^LowCardinality\((.*)\)$/, '$1')}}`,
  );
  const rows = await warehouse.query<{ k: string }>(
    `SELECT ${rawKey(shape)} AS k FROM raw.${shape.source.table} FINAL
     WHERE NOT _deleted ${after.length === 0 ? '' : `AND (${key}) > (${bound.join(', ')})`} ORDER BY ${key} LIMIT ${limit}`,
    Object.fromEntries(after.map((part, index) => [`k${index}`, part])),
  );
  return rows.map((row) => row.k);
}

/** What the source has for the given keys now; keys without a row come with ''. */
export async function lookAtKeys(
  { source }: CompareContext,
  shape: TableShape,
  keys: readonly string[],
): Promise<Look[]> {
  const parts = keys.map((key) => keyParts(shape, key));
  const where = shape.source.key.map((name, index) => `${quoteName(name)} = ANY($${index + 1})`).join(' AND ');
  const values = shape.source.key.map((_, index) => parts.map((part) => part[index]));
  const { rows } = await source.query<Look>(lookSql(shape, `WHERE ${where}`), values);
  const found = new Map(rows.map((row) => [row.key, row.hash]));
  return keys.map((key) => ({ key, hash: found.has(key) ? (found.get(key) ?? null) : '' }));
}

/** Puts keys where statements of the warehouse can join them: a list of thousands does not fit a bound parameter. */
async function stage(warehouse: Warehouse, looks: readonly { key: string; hash: string }[]): Promise<string> {
  const chunk = randomUUID();
  const writer = createWriter(looks.length * 64);
  const write = (text: string, encoding: 'text' | 'verbatim') => {
    const bytes = Buffer.from(text);
    writeValue(writer, { clickhouse: 'String', encoding }, bytes, 0, bytes.length);
  };
  for (const { key, hash } of looks) {
    write(`${chunk}\t`, 'verbatim');
    write(key, 'text');
    write(`\t${hash}\n`, 'verbatim');
  }
  const bytes = Buffer.from(writer.bytes.subarray(0, writer.length));
  await warehouse.insertTsv('ops.reconcile_keys', ['chunk', 'key', 'hash'], bytes);
  return chunk;
}

/** Condition on a raw row: its key is staged in the chunk. */
function inChunk(shape: TableShape): string {
  const columns = keyColumns(shape);
  const values = columns.map(({ type }, index) => {
    const text = columns.length === 1 ? 'key' : `splitByChar('\\t', key)[${index + 1}]`;
    return `CAST(${text}, '${type.clickhouse.replaceAll("'", "\\'")}')`;
  });
  const key = columns.map(({ name }) => `\`${name}\``).join(', ');
  return `(${key}) IN (SELECT ${values.join(', ')} FROM ops.reconcile_keys WHERE chunk = {chunk:UUID})`;
}

/** Compares what the source has with the warehouse; rows that cannot be stored exactly are left out. */
export async function compare(
  { warehouse }: CompareContext,
  shape: TableShape,
  looks: readonly Look[],
): Promise<Difference[]> {
  const storable = looks.filter((look): look is { key: string; hash: string } => look.hash !== null);
  if (storable.length === 0) return [];
  return warehouse.query<Difference>(
    `SELECT k.key AS key, k.hash AS source, w.found AS warehouse
     FROM (SELECT key, hash FROM ops.reconcile_keys WHERE chunk = {chunk:UUID}) AS k
     LEFT ANY JOIN (
       SELECT ${rawKey(shape)} AS held, ${rawHash(shape)} AS found FROM raw.${shape.source.table} FINAL
       WHERE NOT _deleted AND ${inChunk(shape)}
     ) AS w ON w.held = k.key
     WHERE k.hash != w.found`,
    { chunk: await stage(warehouse, storable) },
  );
}

/** The keys of which nothing as new as the position, or newer, has been loaded. */
export async function untouchedSince(
  { warehouse }: CompareContext,
  shape: TableShape,
  differences: readonly Difference[],
  position: bigint,
): Promise<Difference[]> {
  if (differences.length === 0) return [];
  const chunk = await stage(
    warehouse,
    differences.map(({ key }) => ({ key, hash: '' })),
  );
  const newer = await warehouse.query<{ k: string }>(
    `SELECT DISTINCT ${rawKey(shape)} AS k FROM raw.${shape.source.table}
     WHERE _version >= toUInt128({version:String}) AND ${inChunk(shape)}`,
    { chunk, version: String(versionOf(position, 0)) },
  );
  const touched = new Set(newer.map((row) => row.k));
  return differences.filter(({ key }) => !touched.has(key));
}

/**
 * Makes the warehouse hold what the source holds for these keys; returns the keys repaired. `finishRepair` must follow, and
 * must follow also when the process dies in between.
 */
export async function repair(
  context: CompareContext,
  shape: TableShape,
  differences: readonly Difference[],
  position: bigint,
): Promise<string[]> {
  const keys = (there: boolean) => differences.filter(({ source }) => (source !== '') === there).map(({ key }) => key);
  const gone = keys(false);
  if (gone.length > 0) await bury(context.warehouse, shape, gone, position);
  return [...(await copyRows(context, shape, keys(true), position)), ...gone];
}

/** Copies the rows of the keys as they are now; those that the warehouse refuses are found by halving and left out. */
async function copyRows(
  context: CompareContext,
  shape: TableShape,
  keys: string[],
  position: bigint,
): Promise<string[]> {
  if (keys.length === 0) return [];
  const halves = async () => {
    const half = keys.length >> 1;
    const first = await copyRows(context, shape, keys.slice(0, half), position);
    return [...first, ...(await copyRows(context, shape, keys.slice(half), position))];
  };
  if (keys.length > ROWS_PER_COPY) return halves();
  const { table, key } = shape.source;
  const parts = keys.map((text) => keyParts(shape, text));
  const lists = key.map((name, index) => {
    const list = parts.map((part) => pg.escapeLiteral(part[index] ?? ''));
    return `${quoteName(name)} IN (${list.join(', ')})`;
  });
  const stamp = new Date().toISOString().replace('T', ' ').replace('Z', '');
  const list = copyList(shape, versionOf(position, 0), stamp);
  const where = `${lists.join(' AND ')} AND ${exactRow(shape)}`;
  const copy = context.source.query(
    copyTo(`COPY (SELECT ${list} FROM public.${quoteName(table)} WHERE ${where}) TO STDOUT`),
  );
  const bytes: Buffer[] = [];
  for await (const part of copy) bytes.push(part as Buffer);
  try {
    if (bytes.length > 0) await context.warehouse.insertTsv(`raw.${table}`, rowColumns(shape), Buffer.concat(bytes));
    return keys;
  } catch (error) {
    if (!(error instanceof LumbungError) || error.kind !== 'poison') throw error;
    if (keys.length > 1) return halves();
    context.log.error({ table, reason: error.message }, 'a row of the source is refused by the warehouse');
    return [];
  }
}

async function bury(warehouse: Warehouse, shape: TableShape, keys: string[], position: bigint): Promise<void> {
  const key = shape.source.key.map((name) => `\`${name}\``).join(', ');
  await warehouse.command(
    `INSERT INTO raw.${shape.source.table} (${key}, _version, _deleted, _committed_at)
     SELECT ${key}, toUInt128({version:String}), true, now64(6) FROM raw.${shape.source.table} FINAL
     WHERE NOT _deleted AND ${inChunk(shape)}`,
    {
      chunk: await stage(
        warehouse,
        keys.map((text) => ({ key: text, hash: '' })),
      ),
      version: String(versionOf(position, 0)),
    },
  );
}

/** Places and dirty marks of repaired rows; doing it twice is harmless. */
export async function finishRepair(
  { warehouse }: Pick<CompareContext, 'warehouse'>,
  shape: TableShape,
  keys: string[],
): Promise<void> {
  const { table, place, cells } = shape.source;
  if (keys.length === 0 || !cells) return;
  if (place !== undefined) {
    const names = Object.keys(place).map((name) => `\`${name}\``);
    const values = Object.values(place).map((name) => `\`${name}\``);
    const chunk = await stage(
      warehouse,
      keys.map((key) => ({ key, hash: '' })),
    );
    await warehouse.command(
      `INSERT INTO ops.places_${table} (${[...names, 'key'].join(', ')})
       SELECT ${values.join(', ')}, ${rawKey(shape)} FROM raw.${table} WHERE NOT _deleted AND ${inChunk(shape)}`,
      { chunk },
    );
  }
  await markRows(warehouse, table, keys, 'reconciliation');
}
