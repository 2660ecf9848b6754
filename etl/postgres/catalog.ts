/** What the source catalog says about the replicated tables: types, nullability, keys, identity. */
import type { ClientBase } from 'pg';
import { LumbungError } from '../../platform/errors.ts';
import type { Source } from '../source.ts';
import { type CatalogType, type ColumnType, columnType } from './values.ts';

/** `typeOid` and `modifier` are those of the catalog, to notice a type that changed. */
export type TableColumn = { name: string; type: ColumnType; notNull: boolean; typeOid: number; modifier: number };
export type TableShape = { source: Source; oid: number; columns: readonly TableColumn[] };
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
  in_key: boolean;
  inherited: boolean;
  identity: string;
};

const SQL = `
  SELECT a.attname, coalesce(b.typname, t.typname) AS typname, coalesce(b.typtype, t.typtype) AS typtype,
    CASE WHEN t.typname IN ('timestamp', 'timestamptz') THEN a.atttypmod ELSE -1 END AS modifier, a.attnotnull,
    c.oid::int8::int AS oid, a.atttypid::int8::int AS "typeOid", a.atttypmod AS typmod,
    e.typname AS element, e.typtype AS element_kind, c.relreplident AS identity,
    coalesce(a.attnum = ANY(i.indkey), false) AS in_key,
    c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS inherited
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
  LEFT JOIN pg_type e ON t.typcategory = 'A' AND e.oid = t.typelem
  LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
  WHERE c.oid = to_regclass($1)`;

/** Reads and judges one table. */
export async function checkTable(client: ClientBase, source: Source): Promise<TableCheck> {
  const { rows } = await client.query<Row>(SQL, [`public.${source.table}`]);
  if (rows.length === 0) return { missing: true };
  if (rows[0]?.identity === 'n') {
    return {
      fault: `replica identity is NOTHING, so updates and deletes cannot be followed: ALTER TABLE ${source.table} REPLICA IDENTITY DEFAULT`,
    };
  }
  if (rows[0]?.inherited) {
    return {
      fault:
        'other tables inherit from it, so its key does not tell its rows apart: make them partitions, or ALTER TABLE … NO INHERIT',
    };
  }
  const byName = new Map(rows.map((row) => [row.attname, row]));
  const absent = source.columns.filter((column) => !byName.has(column));
  if (absent.length > 0) return { fault: `the source table lacks the column(s) ${absent.join(', ')}` };
  const key = rows.filter((row) => row.in_key).map((row) => row.attname);
  if (key.length !== source.key.length || !source.key.every((column) => key.includes(column))) {
    return { fault: `its primary key is (${key.join(', ')}), expected (${source.key.join(', ')})` };
  }
  try {
    const columns = source.columns.map((name) => {
      const row = byName.get(name) as Row;
      const type: CatalogType = {
        name: row.typname,
        kind: row.typtype,
        modifier: row.modifier,
        ...(row.element !== null && row.element_kind !== null
          ? { element: { name: row.element, kind: row.element_kind, modifier: -1 } }
          : {}),
      };
      return {
        name,
        type: columnType(type),
        notNull: row.attnotnull,
        typeOid: row.typeOid,
        modifier: row.typmod,
      };
    });
    return { shape: { source, oid: rows[0]?.oid ?? 0, columns } };
  } catch (error) {
    if (error instanceof LumbungError) return { fault: error.message };
    throw error;
  }
}
