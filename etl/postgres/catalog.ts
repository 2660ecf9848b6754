/** What the source catalog says about the replicated tables: types, nullability, keys, identity. */
import type { ClientBase } from 'pg';
import { LumbungError } from '../../platform/errors.ts';
import type { Source } from '../source.ts';
import { identityOf, keyFault } from './identity.ts';
import { type CatalogType, type ColumnType, columnType, nullable } from './values.ts';

/** `typeOid` and `modifier` are those of the catalog, to notice a type that changed. */
export type TableColumn = { name: string; type: ColumnType; notNull: boolean; typeOid: number; modifier: number };
export type TableShape = {
  source: Source;
  oid: number;
  columns: readonly TableColumn[];
  /** Of a partitioned table: which files its partitions are. */
  partitions?: string;
};
/** What a raw table has besides the source's columns. */
export const OWN_COLUMNS = ['_version UInt128', '_deleted Bool', "_committed_at DateTime64(6, 'UTC')"] as const;

/** What a column of a raw table is declared as. */
export function declaredType({ source }: TableShape, { name, type, notNull }: TableColumn): string {
  return notNull || source.key.includes(name) ? type.clickhouse : nullable(type);
}

/** A table is usable, or missing in the source, or unusable with a reason that names the remedy. */
export type TableCheck = { shape: TableShape } | { missing: true } | { fault: string };

type Row = {
  oid: number;
  attname: string;
  typname: string;
  typtype: string;
  typeOid: number;
  typmod: number;
  modifier: number;
  attnotnull: boolean;
  element: string | null;
  element_kind: string | null;
  inherited: boolean;
};
/** The heap of a table, or of one of its partitions. `primary` and `identity` are columns of its own indexes. */
type Heap = {
  name: string;
  relkind: string;
  file: string;
  permanent: boolean;
  kind: string;
  primary: string[];
  identity: string[];
};

/** The type that a domain, whatever domains are in between, is made of; the type itself when it is none. */
const baseOf = (oid: string) => `(
    WITH RECURSIVE down AS (
      SELECT oid, typname, typtype, typbasetype, typcategory, typelem FROM pg_type WHERE oid = ${oid}
      UNION ALL
      SELECT b.oid, b.typname, b.typtype, b.typbasetype, b.typcategory, b.typelem
      FROM down d JOIN pg_type b ON d.typtype = 'd' AND b.oid = d.typbasetype
    ) SELECT * FROM down WHERE typtype <> 'd')`;

const COLUMNS = `
  SELECT a.attname, t.typname, t.typtype, a.attnotnull,
    CASE WHEN t.oid = a.atttypid AND t.typname IN ('timestamp', 'timestamptz') THEN a.atttypmod ELSE -1 END AS modifier,
    c.oid::int8::float8 AS oid, a.atttypid::int8::float8 AS "typeOid", a.atttypmod AS typmod,
    e.typname AS element, e.typtype AS element_kind,
    c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS inherited
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN LATERAL ${baseOf('a.atttypid')} t ON true
  LEFT JOIN LATERAL ${baseOf('t.typelem')} e ON t.typcategory = 'A'
  WHERE c.oid = to_regclass($1)`;

const HEAPS = `
  WITH RECURSIVE family (oid) AS (
    SELECT to_regclass($1)::oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN family f ON f.oid = i.inhparent
  ), indexed AS (
    SELECT i.indrelid, i.indisprimary, i.indimmediate, i.indisreplident,
      ARRAY(SELECT a.attname::text FROM pg_attribute a
        JOIN unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k (attnum, o) ON k.attnum = a.attnum
        WHERE a.attrelid = i.indrelid ORDER BY k.o) AS columns
    FROM family f JOIN pg_index i ON i.indrelid = f.oid WHERE i.indisprimary OR i.indisreplident
  )
  SELECT c.relname AS name, c.relkind AS relkind, c.oid::text || ':' || c.relfilenode::text AS file, c.relpersistence = 'p' AS permanent, c.relreplident AS kind,
    coalesce((SELECT columns FROM indexed WHERE indrelid = c.oid AND indisprimary), '{}') AS primary,
    coalesce((SELECT columns FROM indexed WHERE indrelid = c.oid AND CASE c.relreplident
      WHEN 'd' THEN indisprimary AND indimmediate WHEN 'i' THEN indisreplident END), '{}') AS identity
  FROM family f JOIN pg_class c ON c.oid = f.oid`;

/** Reads and judges one table. */
export async function checkTable(client: ClientBase, source: Source): Promise<TableCheck> {
  const name = `public.${source.table}`;
  const { rows } = await client.query<Row>(COLUMNS, [name]);
  if (rows.length === 0) return { missing: true };
  if (rows[0]?.inherited) {
    return {
      fault:
        'other tables inherit from it, so its key does not tell its rows apart: make them partitions, or ALTER TABLE … NO INHERIT',
    };
  }
  const byName = new Map(rows.map((row) => [row.attname, row]));
  const absent = source.columns.filter((column) => !byName.has(column));
  if (absent.length > 0) return { fault: `the source table lacks the column(s) ${absent.join(', ')}` };
  const { rows: heaps } = await client.query<Heap>(HEAPS, [name]);
  for (const heap of heaps) {
    const fault = heapFault(heap, source.key);
    if (fault !== undefined) return { fault };
  }
  const columns: TableColumn[] = [];
  for (const column of source.columns) {
    const row = byName.get(column) as Row;
    const type = typeOf(row);
    if (type === undefined) {
      return { fault: `the column ${column} has the type ${row.element ?? row.typname}, which is not supported` };
    }
    if (type.encoding === 'array' && source.key.includes(column)) {
      return { fault: `the key column ${column} is an array, which is not supported` };
    }
    columns.push({ name: column, type, notNull: row.attnotnull, typeOid: row.typeOid, modifier: row.typmod });
  }
  return { shape: { source, oid: rows[0]?.oid ?? 0, columns, partitions: partitionsOf(heaps) } };
}

/** The files of a partitioned table's partitions: they tell of what no change message does (attached, detached, truncated alone). */
function partitionsOf(heaps: readonly Heap[]): string {
  if (!heaps.some(({ relkind }) => relkind === 'p')) return '';
  const leaves = heaps.filter(({ relkind }) => relkind !== 'p').map(({ file }) => file);
  return leaves.sort().join(' ');
}

function heapFault({ name, permanent, kind, primary, identity }: Heap, key: readonly string[]): string | undefined {
  if (!permanent) return `${name} is not logged, so its changes cannot be followed: ALTER TABLE ${name} SET LOGGED`;
  const isKey = (columns: readonly string[]) =>
    columns.length === key.length && key.every((column) => columns.includes(column));
  const fault = identityOf(name, key, { kind, columns: identity });
  if (fault !== undefined || isKey(primary) || (kind === 'i' && isKey(identity))) return fault;
  return keyFault(name, key, primary);
}

/** The column's type; undefined when the product does not know it. */
function typeOf(row: Row): ColumnType | undefined {
  const type: CatalogType = {
    name: row.typname,
    kind: row.typtype,
    modifier: row.modifier,
    ...(row.element !== null && row.element_kind !== null
      ? { element: { name: row.element, kind: row.element_kind, modifier: -1 } }
      : {}),
  };
  try {
    return columnType(type);
  } catch (error) {
    if (error instanceof LumbungError && error.kind === 'schema') return undefined;
    throw error;
  }
}
