/**
 * What the scheduler last saw of the source and its slot, kept in Redis for processes that have no connection to it.
 * Invariant: the key outlives few readings, so old facts vanish; a reader shows nothing rather than the past.
 */
import { z } from 'zod';
import type { Condition } from './conditions.ts';
import type { Redis } from './redis.ts';

const KEY = 'lumbung:status';
export const READ_EVERY_MS = 5_000;

export const sourceFacts = z.object({
  /** ISO time of the reading, by the source's clock. */
  readAt: z.string(),
  /** Where the source writes its WAL. */
  walLsn: z.string(),
  /** Null until two readings have been compared. */
  walBytesPerSecond: z.number().nullable(),
  /** Null when there is no slot. */
  slot: z
    .object({
      active: z.boolean(),
      /** reserved, extended, unreserved or lost (pg_replication_slots.wal_status). */
      walStatus: z.string().nullable(),
      restartLsn: z.string().nullable(),
      confirmedLsn: z.string().nullable(),
      /** WAL the source keeps for the slot. */
      keptBytes: z.number().nullable(),
      /** WAL written but not yet confirmed as durable in the warehouse. */
      lagBytes: z.number().nullable(),
      /** max_slot_wal_keep_size; null = no limit. */
      budgetBytes: z.number().nullable(),
      /** WAL that may still be written before the slot can be lost, if it stands still. */
      safeBytes: z.number().nullable(),
      /** The same as time, at the measured rate; null without a limit, a rate, or anything being written. */
      budgetSeconds: z.number().nullable(),
    })
    .nullable(),
});
export type SourceFacts = z.infer<typeof sourceFacts>;

export async function keepSourceFacts(redis: Redis, facts: SourceFacts): Promise<void> {
  await redis.set(KEY, JSON.stringify(facts), 'PX', 4 * READ_EVERY_MS);
}

export async function readSourceFacts(redis: Redis): Promise<SourceFacts | undefined> {
  const text = await redis.get(KEY);
  return text === null ? undefined : sourceFacts.parse(JSON.parse(text));
}

/** Why the slot is in danger of being lost, or undefined: less than a fifth of its budget is left. */
export function slotDanger(slot: SourceFacts['slot']): Condition | undefined {
  if (slot === null) return undefined;
  if (slot.walStatus === 'lost') return { code: 'slot_lost' };
  const short = slot.safeBytes !== null && slot.budgetBytes !== null && slot.safeBytes < slot.budgetBytes / 5;
  if (slot.walStatus !== 'unreserved' && !short) return undefined;
  const seconds = slot.budgetSeconds === null ? null : Math.round(slot.budgetSeconds);
  return { code: 'slot_budget', bytes: Math.max(0, slot.safeBytes ?? 0), seconds };
}
