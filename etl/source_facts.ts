/**
 * Reads the source side of replication: where the WAL is, what the slot keeps of it, and how fast it grows.
 * Invariant: every number is Postgres' own; the rate is the WAL written between two readings, none is assumed.
 */
import type { ClientBase } from 'pg';
import type { SourceFacts } from '../platform/source_facts.ts';
import { SLOT } from './source_setup.ts';

/** Readings older than this no longer count for the rate. */
const RATE_WINDOW_MS = 60_000;

type Row = {
  at: Date;
  wal: string;
  position: string;
  present: boolean;
  active: boolean;
  wal_status: string | null;
  restart: string | null;
  confirmed: string | null;
  kept: number | null;
  lag: number | null;
  safe: number | null;
  budget: number | null;
};

const SQL = `
  SELECT clock_timestamp() AS at, w.lsn::text AS wal, pg_wal_lsn_diff(w.lsn, '0/0')::text AS position,
    s.slot_name IS NOT NULL AS present, coalesce(s.active, false) AS active, s.wal_status,
    s.restart_lsn::text AS restart, s.confirmed_flush_lsn::text AS confirmed,
    greatest(0, pg_wal_lsn_diff(w.lsn, s.restart_lsn))::float8 AS kept,
    greatest(0, pg_wal_lsn_diff(w.lsn, s.confirmed_flush_lsn))::float8 AS lag,
    s.safe_wal_size::float8 AS safe, nullif(b.megabytes, -1) * 1048576 AS budget
  FROM (SELECT pg_current_wal_lsn() AS lsn) w
  CROSS JOIN (SELECT setting::float8 AS megabytes FROM pg_settings WHERE name = 'max_slot_wal_keep_size') b
  LEFT JOIN pg_replication_slots s ON s.slot_name = $1`;

/** A reader that remembers its readings of the last minute for the rate. */
export function createSourceReader(): (client: ClientBase) => Promise<SourceFacts> {
  let readings: { at: number; position: bigint }[] = [];
  return async (client) => {
    const { rows } = await client.query<Row>(SQL, [SLOT]);
    const row = rows[0] as Row;
    const now = { at: row.at.getTime(), position: BigInt(row.position) };
    // Another server (a restore, a fail-over) may be behind: its WAL says nothing about the former rate.
    if (readings.some((reading) => reading.position > now.position)) readings = [];
    readings = [...readings.filter((reading) => reading.at > now.at - RATE_WINDOW_MS), now];
    const oldest = readings[0] ?? now;
    const rate = now.at === oldest.at ? null : (Number(now.position - oldest.position) / (now.at - oldest.at)) * 1_000;
    const { safe } = row;
    return {
      readAt: row.at.toISOString(),
      walLsn: row.wal,
      walBytesPerSecond: rate,
      slot: row.present
        ? {
            active: row.active,
            walStatus: row.wal_status,
            restartLsn: row.restart,
            confirmedLsn: row.confirmed,
            keptBytes: row.kept,
            lagBytes: row.lag,
            budgetBytes: row.budget,
            safeBytes: safe,
            budgetSeconds: safe === null || rate === null || rate === 0 ? null : Math.max(0, safe) / rate,
          }
        : null,
    };
  };
}
