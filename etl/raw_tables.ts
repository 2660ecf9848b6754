/**
 * The raw tables: one per replicated table, same names, plus _version, _deleted and _committed_at.
 * Invariant: the declaration follows the source catalog, and a table that differs from it is said so, not written to.
 */
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { feedHistory, hasHistory } from '../warehouse/history.ts';
import { COMPACT, ensurePlaced, isPlaced } from '../warehouse/placed.ts';
import { markEverything } from '../warehouse/rollups/refresh.ts';
import { declaredType, OWN_COLUMNS, type TableShape } from './postgres/catalog.ts';
import { nullable } from './postgres/values.ts';

const META = ['_version', '_deleted', '_committed_at'] as const;

/** Column order of a full row in a batch. */
export function rowColumns(shape: TableShape): string[] {
  return [...shape.source.columns, ...META];
}

/** Names and types of a full row as TabSeparated. */
export function rowStructure(shape: TableShape): string {
  const columns = shape.columns.map((column) => `\`${column.name}\` ${declaredType(shape, column)}`);
  return [...columns, ...OWN_COLUMNS].join(', ');
}

/** Column order of a tombstone in a batch. */
export function tombstoneColumns(shape: TableShape): string[] {
  return [...shape.source.key, ...META];
}

/** Column types of the raw tables as they are: table → column → type. */
export async function readRawColumns(warehouse: Warehouse): Promise<Map<string, Map<string, string>>> {
  const rows = await warehouse.query<{ table: string; name: string; type: string }>(
    "SELECT table, name, type FROM system.columns WHERE database = 'raw'",
  );
  const tables = new Map<string, Map<string, string>>();
  for (const { table, name, type } of rows) {
    const columns = tables.get(table) ?? new Map<string, string>();
    tables.set(table, columns.set(name, type));
  }
  return tables;
}

export function rawTableSql(shape: TableShape): string {
  const { table, key } = shape.source;
  const columns = shape.columns.map((column) => `\`${column.name}\` ${declaredType(shape, column)}`);
  return `CREATE TABLE IF NOT EXISTS raw.${table} (
        ${columns.join(',\n      ')},
        ${OWN_COLUMNS.join(', ')}
      ) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY (${key.map((name) => `\`${name}\``).join(', ')})
      SETTINGS index_granularity = 256, ${COMPACT}, allow_nullable_key = 0`;
}

/**
 * Makes the raw table, which has the columns `held`, fit the shape: creates it, adds columns, changes types. `schema` when a change is refused (the key
 * differs, or held values do not fit); with `rebuild` the table is then made anew, to be filled by a copy.
 */
export async function ensureRawTable(
  warehouse: Warehouse,
  shape: TableShape,
  held: ReadonlyMap<string, string>,
  rebuild = false,
): Promise<void> {
  const { table } = shape.source;
  const columns = shape.columns.map((column) => ({
    name: column.name,
    type: declaredType(shape, column),
    wide: nullable(column.type),
  }));
  const place = async (toBe?: ReadonlyMap<string, string>) => {
    const onEmpty = () => markEverything(warehouse, 'rows to be placed');
    if (isPlaced(table)) await ensurePlaced(warehouse, table, onEmpty, toBe);
  };
  const create = async () => {
    await warehouse.command(rawTableSql(shape));
    if (hasHistory(table)) await feedHistory(warehouse, table);
    await place();
  };
  if (held.size === 0) return create();
  const unread = columns.find(({ name, type }) => {
    const before = held.get(name);
    return shape.source.cells && before !== undefined && family(before) !== family(type);
  });
  if (unread) {
    const types = `${held.get(unread.name)}, the source now has ${unread.type}`;
    throw new LumbungError('schema', `column ${unread.name} of ${table} is ${types}, which the rollups cannot read`);
  }
  const added = columns.filter(({ name }) => held.get(name) === undefined);
  const changing = columns.filter(({ name, type, wide }) => ![undefined, type, wide].includes(held.get(name)));
  try {
    for (const { name, type } of added) {
      await warehouse.command(`ALTER TABLE raw.${table} ADD COLUMN \`${name}\` ${type}`);
    }
    await place(new Map(changing.map(({ name, type }) => [name, type])));
    for (const { name, type } of changing) {
      await warehouse.command(`ALTER TABLE raw.${table} MODIFY COLUMN \`${name}\` ${type} SETTINGS mutations_sync = 1`);
    }
  } catch (error) {
    if (!(error instanceof LumbungError) || error.kind === 'unreachable' || error.kind === 'transient') throw error;
    if (!rebuild) {
      const how = `"lumbung snapshot ${table}" makes it anew and copies the rows`;
      throw new LumbungError('schema', `raw.${table} cannot follow the source: ${error.message}; ${how}`, error);
    }
    await warehouse.command(`DROP VIEW IF EXISTS ops.feed_${table} SYNC`);
    await warehouse.command(`DROP VIEW IF EXISTS ops.feed_placed_${table} SYNC`);
    await warehouse.command(`DROP TABLE IF EXISTS ops.placed_${table} SYNC`);
    await warehouse.command(`DROP TABLE raw.${table} SYNC`);
    await create();
  }
}

/** Types that rollups read alike. */
function family(type: string): string {
  const name = type.replaceAll(/(?:Nullable|LowCardinality|Variant)\(([^)]*\)?)\)/g, '$1');
  return /^U?Int|^Float/.test(name) ? 'number' : (/^(Date|String|Bool|Array)/.exec(name)?.[1] ?? name);
}
