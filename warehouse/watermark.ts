/**
 * The watermark: the end of the contiguous run of loaded commits of a slot. Rollups read marks below it, capture confirms
 * up to it; both compute it here from the same ledger.
 * Invariant: a gap in the ledger stops the watermark, however many later batches are loaded.
 */
import { LumbungError } from '../platform/errors.ts';
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

/**
 * SQL of the watermark as a tuple (LSN, source commit time); parameter slot, and an expression for the LSN rolled up, before
 * which nothing is open. The same rule as extendWatermark: intervals in order of their starts extend the run until the gap.
 */
export const watermarkSql = (rolled: string) => `(
  SELECT arrayFold(
    (run, interval) -> if(interval.1 <= run.1, (greatest(run.1, interval.2), greatest(run.2, interval.3)), run),
    arraySort(groupArray((start_lsn, end_lsn, committed_at))),
    (toUInt64(${rolled}), toDateTime64(0, 6, 'UTC'))
  )
  FROM ops.batches
  WHERE slot_id = {slot:String} AND end_lsn >= ${rolled}
)`;

/** The watermark (LSN as decimal string) and the source commit time it stands for (ISO, UTC); LSN 0 when nothing is loaded. */
export async function readWatermark(
  warehouse: Warehouse,
  slotId: string,
): Promise<{ lsn: string; committedAt: string }> {
  const [row] = await warehouse.query<{ lsn: string; committed_at: string }>(
    `WITH (SELECT max(rolled_lsn) FROM ops.rollups WHERE slot_id = {slot:String}) AS rolled,
       ${watermarkSql('rolled')} AS watermark SELECT toString(watermark.1) AS lsn, toString(watermark.2) AS committed_at`,
    { slot: slotId },
  );
  if (row === undefined) throw new LumbungError('internal', 'the watermark query answered nothing');
  return { lsn: row.lsn, committedAt: isoOf(row.committed_at) };
}

/** DateTime64 text → ISO instant. */
export const isoOf = (text: string) => `${text.replace(' ', 'T')}Z`;
