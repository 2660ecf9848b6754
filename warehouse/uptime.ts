/** Measured uptime: minutes in which some process found everything ready, of the minutes since it was first looked at. */
import type { Warehouse } from './client.ts';

export type Minute = { minute: string; process: string; checks: number; ready: number };

export async function recordMinutes(warehouse: Warehouse, minutes: readonly Minute[]): Promise<void> {
  await warehouse.insertRows('ops.uptime', minutes);
}

/** Share of the last `days` (or of the time since the first look, if that is shorter); null before the first full minute. */
export async function readUptime(warehouse: Warehouse, days: number): Promise<number | null> {
  const [row] = await warehouse.query<{ up: number; minutes: number }>(
    `SELECT countIf(best = 1) AS up,
       dateDiff('minute', greatest(min(minute), toStartOfMinute(now() - toIntervalDay({days:UInt16}))), toStartOfMinute(now())) AS minutes
     FROM (
       SELECT minute, max(ready / greatest(checks, 1)) AS best FROM ops.uptime
       WHERE minute >= now() - toIntervalDay({days:UInt16}) AND minute < toStartOfMinute(now()) GROUP BY minute
     ) HAVING count() > 0`,
    { days },
  );
  return row === undefined || row.minutes <= 0 ? null : Math.min(1, row.up / row.minutes);
}
