/**
 * Keeping the ledgers of replication short.
 * Invariant: an entry of ops.batches goes only when it ends below the LSN rolled up of its slot and was written over two days
 * ago. Nobody misses it: no watermark begins below that LSN (watermark.ts), and a capture that has a batch sent again from there
 * waits for the entry that this writes (follow.ts). What it counted is folded into ops.batch_totals before it goes; what ends at
 * the fold or below is counted there only, so neither a crash in between nor a batch that comes again counts twice.
 */
import type { Warehouse } from './client.ts';

const KEPT = 'INTERVAL 2 DAY';

/** Removes ledger rows that no watermark, mark or freshness answer needs any more. */
export async function pruneLedgers(warehouse: Warehouse): Promise<void> {
  // Told before they are used: replicas run a deletion each for itself, so nothing in it may depend on when or where.
  const [limits] = await warehouse.query<{ rolled: string; seq: string; before: string }>(
    `SELECT toString(argMaxIf(rolled_lsn, r.seq, rolled_lsn > 0)) AS rolled, toString(max(r.seq)) AS seq,
       toString(now('UTC') - ${KEPT}) AS before FROM ops.rollups AS r`,
  );
  if (limits === undefined) return;
  await warehouse.command('ALTER TABLE ops.changes DELETE WHERE lsn < {rolled:UInt64}', limits);
  await pruneBatches(warehouse);
  await warehouse.command(
    `ALTER TABLE ops.rollups DELETE WHERE rolled_lsn < {rolled:UInt64} AND cells = 0
       AND rolled_at < toDateTime64({before:String}, 3, 'UTC') AND seq < {seq:UInt64}`,
    limits,
  );
}

async function pruneBatches(warehouse: Warehouse): Promise<void> {
  const old = await warehouse.query<{ slot: string; fold: string; before: string }>(
    `SELECT slot_id AS slot, toString(max(end_lsn)) AS fold, toString(now('UTC') - ${KEPT}) AS before
     FROM ops.batches INNER JOIN (SELECT slot_id, max(rolled_lsn) AS rolled FROM ops.rollups GROUP BY slot_id) AS r USING (slot_id)
     WHERE end_lsn < rolled AND loaded_at < now() - ${KEPT} GROUP BY slot_id`,
  );
  for (const params of old) {
    // One block: all of it is there, or nothing. What is new since the last fold is added to what was there.
    await warehouse.command(
      `INSERT INTO ops.batch_totals (slot_id, table, folded_lsn, rows, loaded_at, committed_at)
       WITH (SELECT max(folded_lsn) FROM ops.batch_totals WHERE slot_id = {slot:String}) AS folded
       SELECT {slot:String}, name, {fold:UInt64}, sum(n), max(loaded), max(committed)
       FROM (
         SELECT toString(table) AS name, rows AS n, loaded_at AS loaded, committed_at AS committed
         FROM ops.batch_totals FINAL WHERE slot_id = {slot:String}
         UNION ALL
         SELECT toString(k), v, loaded_at, committed_at
         FROM (SELECT * FROM ops.batches FINAL WHERE slot_id = {slot:String} AND end_lsn > folded AND end_lsn <= {fold:UInt64})
         ARRAY JOIN mapKeys(tables) AS k, mapValues(tables) AS v
       )
       GROUP BY name`,
      params,
    );
    await warehouse.command(
      `ALTER TABLE ops.batches DELETE WHERE slot_id = {slot:String} AND end_lsn <= {fold:UInt64}
         AND loaded_at < toDateTime64({before:String}, 3, 'UTC')`,
      params,
    );
  }
}

/** Per slot and table: rows loaded and when last, of the ledger and of what was pruned from it. */
export const countedSql = `(
  SELECT toString(k) AS name, v AS rows, loaded_at, committed_at
  FROM (
    SELECT b.* FROM (SELECT * FROM ops.batches FINAL) AS b
    LEFT JOIN (SELECT slot_id, max(folded_lsn) AS folded FROM ops.batch_totals GROUP BY slot_id) AS t USING (slot_id)
    WHERE b.end_lsn > t.folded
  )
  ARRAY JOIN mapKeys(tables) AS k, mapValues(tables) AS v
  UNION ALL
  SELECT toString(table), rows, loaded_at, committed_at FROM ops.batch_totals FINAL
)`;
