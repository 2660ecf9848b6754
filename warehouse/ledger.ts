/** What the ledgers in ops say: the slot in use, freshness, table states. */
import type { Warehouse } from './client.ts';
import { countedSql } from './pruning.ts';

/** The slot whose ledger entries are newest; undefined before the first copy. */
export async function currentSlot(warehouse: Warehouse): Promise<string | undefined> {
  const [row] = await warehouse.query<{ slot_id: string }>(
    'SELECT argMax(slot_id, loaded_at) AS slot_id FROM ops.batches HAVING count() > 0',
  );
  return row?.slot_id;
}

/** `seq` counts refreshes; `watermark` is the LSN they have followed the source to. */
export type Freshness = { committedAt: string | null; rolledUpAt: string | null; watermark: string; seq: number };

/** Up to which source commit time the rollups are complete, and when they were computed (ISO, UTC). */
export async function readFreshness(warehouse: Warehouse): Promise<Freshness> {
  const [row] = await warehouse.query<{ committed: string; rolled: string; lsn: string; n: number; seq: number }>(
    // By the newest refresh, not the highest position: a source that lost commits in a failover goes on below it.
    `SELECT toString(argMaxIf(committed_at, r.seq, rolled_lsn > 0)) AS committed, toString(max(rolled_at)) AS rolled,
       toString(argMaxIf(rolled_lsn, r.seq, rolled_lsn > 0)) AS lsn, countIf(rolled_lsn > 0) AS n, max(r.seq) AS seq FROM ops.rollups AS r`,
  );
  if (row === undefined || row.n === 0)
    return { committedAt: null, rolledUpAt: null, watermark: '0', seq: row?.seq ?? 0 };
  const iso = (text: string) => new Date(`${text.slice(0, 23).replace(' ', 'T')}Z`).toISOString();
  return { committedAt: iso(row.committed), rolledUpAt: iso(row.rolled), watermark: row.lsn, seq: row.seq };
}

export type TableStatus = {
  table: string;
  state: string;
  reason: string;
  copiedRows: number;
  streamedRows: number;
  loadedAt: string | null;
  committedAt: string | null;
};

/** Per source table: state, rows copied and streamed, and when something of it was last loaded. */
export async function readTables(warehouse: Warehouse): Promise<TableStatus[]> {
  return warehouse.query<TableStatus>(
    `SELECT toString(t.table) AS table, toString(t.state) AS state, t.reason AS reason, t.copied_rows AS copiedRows,
       coalesce(b.rows, 0) AS streamedRows,
       if(b.rows > 0, formatDateTime(b.loaded, '%Y-%m-%dT%H:%i:%SZ'), NULL) AS loadedAt,
       if(b.rows > 0, formatDateTime(b.committed, '%Y-%m-%dT%H:%i:%SZ'), NULL) AS committedAt
     FROM (SELECT * FROM ops.tables FINAL) AS t
     LEFT JOIN (
       SELECT name, sum(c.rows) AS rows, max(loaded_at) AS loaded, max(committed_at) AS committed
       FROM ${countedSql} AS c GROUP BY name
     ) AS b ON b.name = t.table
     ORDER BY table`,
  );
}

export type Parked = { id: string; reason: string; endLsn: string };

/** What is parked and waits for an operator: how much there is, and the first hundred in the source's order. */
export async function readParked(warehouse: Warehouse): Promise<{ total: number; first: Parked[] }> {
  const parked = "FROM ops.parked FINAL WHERE state = 'parked'";
  const [count] = await warehouse.query<{ n: number }>(`SELECT count() AS n ${parked}`);
  const total = count?.n ?? 0;
  if (total === 0) return { total, first: [] };
  const first = await warehouse.query<Parked>(
    `SELECT id, reason, toString(end_lsn) AS endLsn ${parked} ORDER BY end_lsn, id LIMIT 100`,
  );
  return { total, first };
}

export type Reconciliation = {
  name: string;
  finishedAt: string;
  checked: number;
  missing: number;
  extra: number;
  different: number;
  repaired: number;
};

/** The last whole reconciliation of every table that has had one. */
export async function readReconciliations(warehouse: Warehouse): Promise<Reconciliation[]> {
  return warehouse.query(
    `SELECT toString(table) AS name, formatDateTime(finished_at, '%Y-%m-%dT%H:%i:%SZ') AS finishedAt,
       checked_rows AS checked, missing, extra, different, repaired
     FROM ops.reconciliations WHERE complete ORDER BY finished_at DESC LIMIT 1 BY table`,
  );
}

/** The latest scheduled time (ISO) that was run, or from which on a kind of job is due; undefined when it never was. */
export async function lastDue(warehouse: Warehouse, kind: string): Promise<string | undefined> {
  const [row] = await warehouse.query<{ last: string }>(
    `SELECT formatDateTime(max(due), '%Y-%m-%dT%H:%i:%S.000Z') AS last FROM ops.schedule_runs
     WHERE kind = {kind:String} HAVING count() > 0`,
    { kind },
  );
  return row?.last;
}

/** Notes a finished run of a scheduled job; with `ran` false, only since when the job is due. */
export async function recordRun(
  warehouse: Warehouse,
  { kind, due, startedAt, ran }: { kind: string; due: string; startedAt: Date; ran: boolean },
): Promise<void> {
  const started = startedAt.toISOString().replace('Z', '');
  await warehouse.insertRows('ops.schedule_runs', [{ kind, due: due.slice(0, 19), started_at: started, ran }]);
}
