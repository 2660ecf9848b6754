/** What must exist in the source before streaming: publication and slot. Nothing else is ever written there. */
import type { Client } from 'pg';
import { LumbungError } from '../platform/errors.ts';
import { checkTable, type TableShape } from './postgres/catalog.ts';
import type { CatalogType } from './postgres/values.ts';
import { sources } from './sources/all.ts';

export const PUBLICATION = 'lumbung';
export const SLOT = 'lumbung';

export type SourceTables = { shapes: Map<string, TableShape>; faults: Map<string, string> };

/** Reads the catalog for every replicated table. */
export async function readSourceTables(client: Client): Promise<SourceTables> {
  const shapes = new Map<string, TableShape>();
  const faults = new Map<string, string>();
  for (const source of sources) {
    const check = await checkTable(client, source);
    if ('shape' in check) shapes.set(source.table, check.shape);
    else faults.set(source.table, 'missing' in check ? 'missing in the source' : check.fault);
  }
  return { shapes, faults };
}

/** Creates or extends the publication so that it holds every usable table, and no other of ours. */
export async function ensurePublication(client: Client, tables: readonly string[]): Promise<void> {
  const level = await client.query<{ wal_level: string }>('SHOW wal_level');
  if (level.rows[0]?.wal_level !== 'logical') {
    throw new LumbungError(
      'config',
      "the source has wal_level below logical: ALTER SYSTEM SET wal_level = 'logical', then restart Postgres",
    );
  }
  const list = (names: readonly string[]) => names.map((name) => `public.${name}`).join(', ');
  const { rowCount } = await client.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [PUBLICATION]);
  if (rowCount === 0) {
    await client.query(
      `CREATE PUBLICATION ${PUBLICATION} FOR TABLE ${list(tables)} WITH (publish_via_partition_root = true)`,
    );
    return;
  }
  const { rows } = await client.query<{ tablename: string }>(
    "SELECT tablename FROM pg_publication_tables WHERE pubname = $1 AND schemaname = 'public'",
    [PUBLICATION],
  );
  const present = new Set(rows.map((row) => row.tablename));
  // A table that cannot be followed must not stay published: Postgres refuses updates of one without an identity.
  const unusable = sources.map(({ table }) => table).filter((table) => present.has(table) && !tables.includes(table));
  for (const table of unusable) {
    await client.query(`ALTER PUBLICATION ${PUBLICATION} DROP TABLE public.${table}`).catch(() => undefined);
  }
  const absent = tables.filter((table) => !present.has(table));
  if (absent.length > 0) await client.query(`ALTER PUBLICATION ${PUBLICATION} ADD TABLE ${list(absent)}`);
}

/** Each published table's entry in the publication; a table that is taken out and put back has another. */
export async function publicationMembers(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ table: string; member: string }>(
    `SELECT c.relname AS table, r.oid::text AS member
     FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid JOIN pg_class c ON c.oid = r.prrelid
     WHERE p.pubname = $1 AND c.relnamespace = 'public'::regnamespace`,
    [PUBLICATION],
  );
  return new Map(rows.map(({ table, member }) => [table, member]));
}

/** Everything about the source's tables that replication depends on, as one text: another text means another look. */
export async function catalogSignature(client: Client): Promise<string> {
  const { rows } = await client.query<{ signature: string }>(
    `SELECT md5(coalesce(string_agg(part, ';' ORDER BY part), '')) AS signature FROM (
       SELECT c.relname || ' ' || c.oid || ' ' || c.relreplident::text || ' ' || (p.tablename IS NOT NULL) || ' ' || coalesce(r.oid::text, '') || ' ' ||
         (c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid)) || ' ' ||
         (SELECT string_agg(a.attname || ' ' || a.atttypid || ' ' || a.atttypmod || ' ' || a.attnotnull || ' ' || a.attgenerated::text, ',' ORDER BY a.attname)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) || ' ' || coalesce((SELECT string_agg(i.indkey::text || i.indisprimary || i.indisreplident, ',' ORDER BY i.indexrelid)
            FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisreplident)), '') || ' ' || coalesce((
              SELECT string_agg(l.oid || ':' || l.relfilenode, ',' ORDER BY l.oid) FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid
              WHERE c.relkind = 'p' AND t.isleaf), '') AS part
       FROM pg_class c LEFT JOIN pg_publication_tables p
         ON p.pubname = $2 AND p.schemaname = 'public' AND p.tablename = c.relname
       LEFT JOIN pg_publication_rel r ON r.prrelid = c.oid AND r.prpubid = (SELECT oid FROM pg_publication WHERE pubname = $2)
       WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1) AND c.relkind IN ('r', 'p')) x`,
    [sources.map((source) => source.table), PUBLICATION],
  );
  return rows[0]?.signature ?? '';
}

/** Types by oid, for columns whose type in the stream is not the catalog's of now. */
export async function readTypes(client: Client): Promise<Map<number, CatalogType>> {
  const { rows } = await client.query<{ oid: number; name: string; kind: string; element: number }>(
    `SELECT t.oid::int8::float8 AS oid, coalesce(b.typname, t.typname) AS name, coalesce(b.typtype, t.typtype) AS kind,
       CASE WHEN t.typcategory = 'A' THEN t.typelem::int8::float8 ELSE 0 END AS element
     FROM pg_type t LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype`,
  );
  const plain = new Map(rows.map(({ oid, name, kind }) => [oid, { name, kind, modifier: -1 } as CatalogType]));
  for (const { oid, element } of rows) {
    const type = plain.get(oid);
    const of = plain.get(element);
    if (type && of) plain.set(oid, { ...type, element: of });
  }
  return plain;
}

/** Where the slot stands: its confirmed position, or absent, or lost (present, but its WAL is gone). */
export type SlotState = { state: 'absent' } | { state: 'lost' } | { state: 'usable'; confirmed: string };

export async function slotState(client: Client): Promise<SlotState> {
  const { rows } = await client.query<{ confirmed_flush_lsn: string | null; wal_status: string | null }>(
    'SELECT confirmed_flush_lsn, wal_status FROM pg_replication_slots WHERE slot_name = $1',
    [SLOT],
  );
  const row = rows[0];
  if (row === undefined) return { state: 'absent' };
  if (row.wal_status === 'lost' || row.confirmed_flush_lsn === null) return { state: 'lost' };
  return { state: 'usable', confirmed: row.confirmed_flush_lsn };
}

/** Drops the slot if it is there. */
export async function dropSlot(client: Client): Promise<void> {
  await client.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
    [SLOT],
  );
}
