/**
 * How far the copies of tables have come (ops.copies), durable, so that an interrupted one resumes.
 * Invariant: what is held about a table is of use only while the stream goes on from before the copy began: rows that were
 * copied may have changed since, and nothing but the stream tells. Whoever finds the stream of a table broken forgets its copy.
 */
import type { Warehouse } from '../warehouse/client.ts';

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
  at: { table: string; fingerprint: string; totalBytes: number; beganAt: Date },
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
