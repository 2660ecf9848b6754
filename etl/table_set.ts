/**
 * The set of replicated tables: which are usable, which need a copy, which are quarantined and why. Read anew whenever the
 * source's catalog has changed.
 * Invariants: a table that cannot be followed is set aside alone, its rows kept; a table whose rows may have changed without
 * the stream (new, re-created, retyped, back in the publication, asked for) is copied again.
 */
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { LumbungError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { forgetCopies } from './copy_progress.ts';
import type { TableShape } from './postgres/catalog.ts';
import { parseLsn } from './postgres/lsn.ts';
import type { CatalogType } from './postgres/values.ts';
import type { Finding } from './preflight.ts';
import { ensureRawTable, readRawColumns } from './raw_tables.ts';
import {
  catalogSignature,
  ensurePublication,
  publicationMembers,
  readSourceTables,
  readTypes,
} from './source_setup.ts';

export type Replicated = { shape: TableShape; fingerprint: string; copy: boolean };
export type TableSet = {
  tables: Map<string, Replicated>;
  /** Text of the catalog this was read from. */
  signature: string;
  /** Everything committed before this position is in the catalog that was read. */
  readAt: bigint;
  types: Map<number, CatalogType>;
};

/** Table states: requested (a copy was asked for), copying, live, quarantined (set aside), stale (the slot is lost). */
type State = 'requested' | 'copying' | 'live' | 'quarantined' | 'stale';
type TableState = {
  table: string;
  state: State;
  reason?: string;
  slotId?: string;
  fingerprint?: string;
  rows?: number;
  lsn?: bigint;
};
type Known = { table: string; state: State; reason: string; slotId: string; fingerprint: string; rows: number };

/** Without `rows`, the rows of the last copy that was finished stay told: they are what the table shows meanwhile. */
export async function setTableStates(warehouse: Warehouse, states: readonly TableState[]): Promise<void> {
  const known = states.every(({ rows }) => rows !== undefined) ? undefined : await readTableStates(warehouse);
  await warehouse.insertRows(
    'ops.tables',
    states.map((state) => ({
      table: state.table,
      state: state.state,
      reason: state.reason ?? '',
      slot_id: state.slotId ?? '',
      copied_rows: state.rows ?? known?.get(state.table)?.rows ?? 0,
      consistent_lsn: String(state.lsn ?? 0n),
      fingerprint: state.fingerprint ?? '',
    })),
  );
}

export async function readTableStates(warehouse: Warehouse): Promise<Map<string, Known>> {
  const rows = await warehouse.query<Known>(
    `SELECT toString(table) AS table, toString(state) AS state, reason, slot_id AS slotId, fingerprint, copied_rows AS rows
     FROM ops.tables FINAL`,
  );
  return new Map(rows.map((row) => [row.table, row]));
}

/** Asks the capture for a new copy of tables; it takes them up within a second or two. */
export async function requestCopies(warehouse: Warehouse, tables: readonly string[]): Promise<void> {
  const known = await readTableStates(warehouse);
  const states = tables.map((table) => ({
    table,
    state: 'requested' as const,
    slotId: known.get(table)?.slotId ?? '',
  }));
  await setTableStates(warehouse, states);
}

export async function copiesRequested(warehouse: Warehouse): Promise<boolean> {
  const [row] = await warehouse.query<{ n: number }>(
    "SELECT count() AS n FROM ops.tables FINAL WHERE state = 'requested'",
  );
  return (row?.n ?? 0) > 0;
}

/** Reads the catalog, makes raw tables fit, and the publication unless the source is only polled, and says which tables need a copy. */
export async function prepareTables(
  { warehouse, log }: { warehouse: Warehouse; log: Logger },
  control: Client,
  slotId: string,
  findings: readonly Finding[],
  published = true,
): Promise<TableSet> {
  const refused = new Map(
    findings
      .filter((finding) => finding.level === 'error' && finding.table !== undefined)
      .map(({ table, what, sql }) => [table as string, [what, ...sql].join('; ')]),
  );
  const usable = [...(await readSourceTables(control)).shapes.keys()].filter((table) => !refused.has(table));
  if (usable.length === 0) {
    throw new LumbungError('config', 'the source has none of the operational tables in its schema "public"');
  }
  if (published) await ensurePublication(control, usable);
  const { rows } = await control.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  const readAt = parseLsn(rows[0]?.lsn ?? '0/0');
  const signature = await catalogSignature(control);
  const { shapes, faults } = await readSourceTables(control);
  const members = published ? await publicationMembers(control) : new Map<string, string>();
  for (const [table, reason] of refused) {
    if (shapes.delete(table)) faults.set(table, reason);
  }
  await warehouse.command('CREATE DATABASE IF NOT EXISTS raw');
  const known = await readTableStates(warehouse);
  const tables = new Map<string, Replicated>();
  const anew: string[] = [];
  const held = await readRawColumns(warehouse);
  const prepare = async ([table, shape]: [string, TableShape]) => {
    const before = known.get(table);
    try {
      await ensureRawTable(warehouse, shape, held.get(table) ?? new Map(), before?.state === 'requested');
    } catch (error) {
      if (!(error instanceof LumbungError) || error.kind !== 'schema') throw error;
      faults.set(table, error.message);
      return;
    }
    const fingerprint = fingerprintOf(shape, members.get(table));
    const unbroken = before?.fingerprint === fingerprint && (before.state === 'live' || before.state === 'copying');
    tables.set(table, { shape, fingerprint, copy: !unbroken || before.state === 'copying' });
    // A source that is only polled has no stream that tells what happened to rows copied before the interruption.
    if (!unbroken || !published || before.slotId !== slotId) anew.push(table);
  };
  await Promise.all([...shapes].map(prepare));
  await forgetCopies(warehouse, anew);
  const copies = [...tables].filter(
    ([table, { copy }]) => copy && (known.get(table)?.state !== 'copying' || anew.includes(table)),
  );
  await setTableStates(warehouse, [
    ...copies.map(([table, { fingerprint }]) => ({ table, state: 'copying' as const, slotId, fingerprint })),
    ...[...faults]
      .filter(([table, reason]) => known.get(table)?.state !== 'quarantined' || known.get(table)?.reason !== reason)
      .map(([table, reason]) => {
        log.error({ table, reason }, 'table set aside: it is not replicated until this is mended');
        return { table, state: 'quarantined' as const, reason, slotId };
      }),
  ]);
  return { tables, signature, readAt, types: await readTypes(control) };
}

/**
 * What a table's raw rows and places depend on: which table it is, the types of its listed columns, what places it, its
 * partitions, and since when it is published: one that was taken out and put back was not followed in between.
 */
export function fingerprintOf(shape: TableShape, member = ''): string {
  const columns = shape.columns.map(({ name, typeOid, modifier }) => `${name}:${typeOid}:${modifier}`).join(' ');
  const place = JSON.stringify(shape.source.place ?? {});
  return createHash('sha256')
    .update([shape.oid, columns, place, shape.partitions ?? '', member].join(' '))
    .digest('hex')
    .slice(0, 16);
}
