/** What must exist in the source before streaming: publication and slot. Nothing else is ever written there. */
import type { Client } from 'pg';
import { LumbungError } from '../platform/errors.ts';
import { checkTable, type TableShape } from './postgres/catalog.ts';
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

/** Creates or extends the publication so that it holds every usable table. */
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
  const absent = tables.filter((table) => !present.has(table));
  if (absent.length > 0) await client.query(`ALTER PUBLICATION ${PUBLICATION} ADD TABLE ${list(absent)}`);
}

/** The slot's confirmed position; undefined when there is none or it can no longer be used. */
export async function confirmedPosition(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ confirmed_flush_lsn: string | null; wal_status: string | null }>(
    'SELECT confirmed_flush_lsn, wal_status FROM pg_replication_slots WHERE slot_name = $1',
    [SLOT],
  );
  const row = rows[0];
  return row === undefined || row.wal_status === 'lost' ? undefined : (row.confirmed_flush_lsn ?? undefined);
}

/** Drops the slot if it is there. */
export async function dropSlot(client: Client): Promise<void> {
  await client.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active',
    [SLOT],
  );
}
