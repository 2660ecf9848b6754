/**
 * The raw tables: one per replicated table, same names, plus _version, _deleted and _committed_at.
 * Invariant: the declaration follows the source catalog, and a table that differs from it is said so, not written to.
 */
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from '../warehouse/client.ts';
import type { TableShape } from './postgres/catalog.ts';
import { nullable } from './postgres/values.ts';

const META = ['_version', '_deleted', '_committed_at'] as const;

/** Column order of a full row in a batch. */
export function rowColumns(shape: TableShape): string[] {
  return [...shape.source.columns, ...META];
}

/** Column order of a tombstone in a batch. */
export function tombstoneColumns(shape: TableShape): string[] {
  return [...shape.source.key, ...META];
}

/** Creates the table if it is not there; `schema` when it is there with other columns. */
export async function ensureRawTable(warehouse: Warehouse, shape: TableShape): Promise<void> {
  const { table, key } = shape.source;
  const columns = shape.columns.map((column) => {
    const type = column.notNull || key.includes(column.name) ? column.type.clickhouse : nullable(column.type);
    return { name: column.name, type };
  });
  await warehouse.command(
    `CREATE TABLE IF NOT EXISTS raw.${table} (
      ${columns.map((column) => `\`${column.name}\` ${column.type}`).join(',\n      ')},
      _version UInt128, _deleted Bool, _committed_at DateTime64(6, 'UTC')
    ) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY (${key.map((name) => `\`${name}\``).join(', ')})
    SETTINGS index_granularity = 256, allow_nullable_key = 0`,
  );
  const actual = await warehouse.query<{ name: string; type: string }>(
    "SELECT name, type FROM system.columns WHERE database = 'raw' AND table = {table:String} ORDER BY position",
    { table },
  );
  const expected = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  const found = actual
    .filter((column) => !META.some((name) => name === column.name))
    .map((column) => `${column.name} ${column.type}`)
    .join(', ');
  if (found !== expected) {
    throw new LumbungError('schema', `raw.${table} has (${found}), the source needs (${expected})`);
  }
}
