/**
 * The ledger of exports (ops.exports): the truth about what was asked for and what became of it; queue and files follow it.
 * Invariant: states only move on: queued, running, then done or failed, and done becomes expired when the file is removed; what was
 * cancelled stays so, whatever a worker writes afterwards.
 */
import type { Warehouse } from '../client.ts';

export const EXPORT_STATES = ['queued', 'running', 'done', 'failed', 'expired', 'cancelled'] as const;
export type ExportState = (typeof EXPORT_STATES)[number];

/** Instants are ISO, UTC. */
export type ExportEntry = {
  id: string;
  report: string;
  format: string;
  scope: string;
  from: string | null;
  to: string | null;
  /** KPIs its role could see when it was asked for; the file holds no others. */
  kpis: string[];
  requestedBy: string;
  requestedRole: string;
  requestedScopes: string[];
  requestedAt: string;
  expiresAt: string;
  state: ExportState;
  finishedAt: string | null;
  committedAt: string | null;
  bytes: number | null;
  sha256: string | null;
  reason: string | null;
  /** The number that stands on it; empty for data files. */
  number: string;
};

const instant = (column: string) => `formatDateTime(${column}, '%Y-%m-%dT%H:%i:%S.%fZ')`;
const columns = `id, toString(report) AS report, toString(format) AS format, scope, toString(period_from) AS \`from\`,
  toString(period_to) AS \`to\`, kpis, requested_by AS requestedBy, toString(requested_role) AS requestedRole,
  requested_scopes AS requestedScopes, ${instant('requested_at')} AS requestedAt, ${instant('expires_at')} AS expiresAt,
  toString(state) AS state, ${instant('finished_at')} AS finishedAt, ${instant('committed_at')} AS committedAt, bytes, sha256, reason, number`;

/** Writes the entry as it is now: the furthest state of an id counts. */
export async function writeExport(warehouse: Warehouse, entry: ExportEntry): Promise<void> {
  const plain = (iso: string | null) => (iso === null ? null : iso.replace('T', ' ').replace('Z', ''));
  await warehouse.insertRows('ops.exports', [
    {
      id: entry.id,
      // Not the clock: machines disagree about it, and a state never comes back.
      version: EXPORT_STATES.indexOf(entry.state),
      report: entry.report,
      format: entry.format,
      scope: entry.scope,
      period_from: entry.from,
      period_to: entry.to,
      kpis: entry.kpis,
      requested_by: entry.requestedBy,
      requested_role: entry.requestedRole,
      requested_scopes: entry.requestedScopes,
      requested_at: plain(entry.requestedAt),
      expires_at: plain(entry.expiresAt),
      state: entry.state,
      finished_at: plain(entry.finishedAt),
      committed_at: plain(entry.committedAt),
      bytes: entry.bytes,
      sha256: entry.sha256,
      reason: entry.reason,
      number: entry.number,
    },
  ]);
}

export async function readExport(warehouse: Warehouse, id: string): Promise<ExportEntry | undefined> {
  const [row] = await warehouse.query<ExportEntry>(`SELECT ${columns} FROM ops.exports FINAL WHERE id = {id:String}`, {
    id,
  });
  return row;
}

/** The newest first; of one person, or with `by` undefined of all. */
export async function listExports(warehouse: Warehouse, by: string | undefined, upTo: number): Promise<ExportEntry[]> {
  return warehouse.query<ExportEntry>(
    `SELECT ${columns} FROM ops.exports FINAL ${by === undefined ? '' : 'WHERE requested_by = {by:String}'}
     ORDER BY requested_at DESC, id LIMIT {upTo:UInt32}`,
    { by: by ?? '', upTo },
  );
}

/** Done, and past the day until which its file is kept. */
export async function expiredExports(warehouse: Warehouse): Promise<ExportEntry[]> {
  return warehouse.query<ExportEntry>(
    `SELECT ${columns} FROM ops.exports FINAL WHERE state = 'done' AND expires_at < now64(3)`,
  );
}

/** The exports whose file had these bytes, the oldest first; also of files that are no longer kept. */
export async function exportsWithHash(warehouse: Warehouse, sha256: string): Promise<ExportEntry[]> {
  return warehouse.query<ExportEntry>(
    `SELECT ${columns} FROM ops.exports FINAL WHERE sha256 = {sha256:String} ORDER BY requested_at, id`,
    { sha256 },
  );
}

/** How long such a file took lately from asking to done: the median, in seconds. */
export async function typicalSeconds(
  warehouse: Warehouse,
): Promise<{ report: string; format: string; seconds: number }[]> {
  return warehouse.query(
    `SELECT toString(report) AS report, toString(format) AS format,
       quantileExact(0.5)(dateDiff('millisecond', requested_at, assumeNotNull(finished_at))) / 1000 AS seconds
     FROM ops.exports FINAL
     WHERE state IN ('done', 'expired') AND finished_at IS NOT NULL AND requested_at > now64(3) - INTERVAL 90 DAY
     GROUP BY report, format ORDER BY report, format`,
  );
}

/** How many of one person wait or run. */
export async function openExports(warehouse: Warehouse, by: string): Promise<number> {
  const [row] = await warehouse.query<{ n: number }>(
    `SELECT count() AS n FROM ops.exports FINAL WHERE requested_by = {by:String} AND state IN ('queued', 'running')
       AND requested_at > now64(3) - INTERVAL 1 DAY`,
    { by },
  );
  return row?.n ?? 0;
}
