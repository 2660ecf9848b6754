/**
 * How far the copies of tables have come (ops.copies), durable, so that an interrupted one resumes.
 * Invariant: what is held about a table is of use only while the stream goes on from before the copy began: rows that were
 * copied may have changed since, and nothing but the stream tells. Whoever finds the stream of a table broken forgets its copy.
 */
import type { Warehouse } from '../warehouse/client.ts';

/** How far the copy of a table has come; `resumedBytes` of `bytes` were copied before it was taken up again at `beganAt`. */
export type CopyProgress = {
  table: string;
  rows: number;
  bytes: number;
  totalBytes: number;
  resumedBytes: number;
  beganAt: Date;
};

/** Seconds the rest takes at the speed since the copy began or was taken up again; null before anything is known of it. */
export function secondsLeft({ bytes, totalBytes, resumedBytes, beganAt }: CopyProgress, now: Date): number | null {
  const perSecond = ((bytes - resumedBytes) * 1_000) / Math.max(1, now.getTime() - beganAt.getTime());
  return perSecond > 0 ? Math.max(0, totalBytes - bytes) / perSecond : null;
}

/** Copies under way, the one that moved last first. */
export async function readCopies(warehouse: Warehouse): Promise<{ progress: CopyProgress; notedAt: Date }[]> {
  const found = await warehouse.query<Omit<CopyProgress, 'beganAt'> & { began: number; noted: number }>(
    `SELECT toString(table) AS table, rows, bytes, total_bytes AS totalBytes, resumed_bytes AS resumedBytes,
       toUnixTimestamp64Milli(began_at) AS began, toUnixTimestamp64Milli(toDateTime64(changed_at, 3)) AS noted
     FROM ops.copies FINAL WHERE fingerprint != '' ORDER BY changed_at DESC`,
  );
  return found.map(({ began, noted, ...progress }) => ({
    progress: { ...progress, beganAt: new Date(began) },
    notedAt: new Date(noted),
  }));
}

/** `block` is the first heap block of the file (leaf, filenode) not copied yet; rows older than `firstVersion` are not of this copy. */
export type CopyPosition = {
  firstVersion: bigint;
  leaf: number;
  filenode: number;
  block: number;
  rows: number;
  bytes: number;
};

/** Where an interrupted copy of the same table, with the same columns, stopped. */
export async function readCopyPosition(
  warehouse: Warehouse,
  table: string,
  fingerprint: string,
): Promise<CopyPosition | undefined> {
  const [row] = await warehouse.query<Omit<CopyPosition, 'firstVersion'> & { first: string }>(
    `SELECT toString(first_version) AS first, leaf, filenode, next_block AS block, rows, bytes FROM ops.copies FINAL
     WHERE table = {table:String} AND fingerprint = {fingerprint:String}`,
    { table, fingerprint },
  );
  return row && { ...row, firstVersion: BigInt(row.first) };
}

export async function noteCopyPosition(
  warehouse: Warehouse,
  at: { table: string; fingerprint: string; totalBytes: number; resumedBytes: number; beganAt: Date },
  { firstVersion, leaf, filenode, block, rows, bytes }: CopyPosition,
): Promise<void> {
  await warehouse.insertRows('ops.copies', [
    {
      table: at.table,
      fingerprint: at.fingerprint,
      first_version: String(firstVersion),
      leaf,
      filenode,
      next_block: block,
      rows,
      bytes,
      total_bytes: at.totalBytes,
      resumed_bytes: at.resumedBytes,
      began_at: at.beganAt.toISOString().replace('Z', ''),
    },
  ]);
}

/** The next copy of these tables begins anew. */
export async function forgetCopies(warehouse: Warehouse, tables: readonly string[]): Promise<void> {
  await warehouse.insertRows(
    'ops.copies',
    tables.map((table) => ({ table, fingerprint: '', bytes: 1, total_bytes: 1 })),
  );
}
