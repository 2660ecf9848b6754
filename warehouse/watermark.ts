/**
 * The watermark: the end of the contiguous run of loaded commits of a slot. Rollups read marks below it, capture confirms
 * up to it; both compute it here from the same ledger.
 * Invariant: a gap in the ledger stops the watermark, however many later batches are loaded.
 */
import type { Warehouse } from './client.ts';

export type Interval = { start: bigint; end: bigint };

/** Extends `from` over intervals that overlap or touch it; pure. */
export function extendWatermark(from: bigint, intervals: readonly Interval[]): bigint {
  let end = from;
  for (const interval of [...intervals].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))) {
    if (interval.start > end) break;
    if (interval.end > end) end = interval.end;
  }
  return end;
}

/** The watermark (LSN as decimal string) and the source commit time it stands for (ISO, UTC); LSN 0 when nothing is loaded. */
export async function readWatermark(
  warehouse: Warehouse,
  slotId: string,
): Promise<{ lsn: string; committedAt: string }> {
  // Contiguity in SQL: running maximum of the ends, in order of the starts; the run ends before the first gap.
  const [row] = await warehouse.query<{ lsn: string; committed_at: string }>(
    `WITH ordered AS (
       SELECT start_lsn, end_lsn, committed_at,
         max(end_lsn) OVER (ORDER BY start_lsn, end_lsn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
       FROM ops.batches WHERE slot_id = {slot:String}
         AND end_lsn >= (SELECT max(rolled_lsn) FROM ops.rollups WHERE slot_id = {slot:String})
     ), first_gap AS (
       SELECT min(start_lsn) AS at FROM ordered WHERE reached > 0 AND start_lsn > reached
     )
     SELECT toString(max(end_lsn)) AS lsn, toString(max(committed_at)) AS committed_at
     FROM ordered WHERE (SELECT at FROM first_gap) = 0 OR start_lsn < (SELECT at FROM first_gap)`,
    { slot: slotId },
  );
  const committedAt = row === undefined || row.committed_at === '' ? '1970-01-01 00:00:00.000000' : row.committed_at;
  return { lsn: row?.lsn ?? '0', committedAt: `${committedAt.replace(' ', 'T')}Z` };
}
