/**
 * A second computation of every cell, beside the served tables: to compare them with, or to take their place.
 * Invariants: readers never see a table half built; cells that changed during the build keep what the refresh of that
 * change wrote; the tables take each other's place in a refresh, when no other one runs, and only once however often it is
 * tried.
 */
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../client.ts';
import type { FactName } from '../kpis/kpi.ts';
import { rolledUp } from '../kpis/registry.ts';
import { areasSql } from './areas.ts';
import { computeClaimed, live, type MartTables } from './compute.ts';
import { allCellsSql } from './dirty.ts';
import { isFlow } from './facts/flow.ts';
import { facts } from './facts.ts';
import { claimCells, FIRST_BUILD_CLAIM } from './refresh.ts';
import { settleEverything } from './settle.ts';

export const beside: MartTables = {
  cells: 'mart.kpi_daily_beside',
  kitchens: 'mart.kpi_kitchens_beside',
  members: 'mart.kpi_members_beside',
  flow: 'mart.flow_stages_beside',
  areas: 'mart.kpi_areas_beside',
};
/** Areas last: they are summed over members. */
const parts = ['cells', 'kitchens', 'members', 'flow', 'areas'] as const;
const allFacts = Object.keys(facts) as FactName[];
const summed = allFacts.filter((fact) => !isFlow(fact));

/** What was built: as of which refresh, and up to which LSN raw rows may have been seen. */
export type Rebuilt = { seq: number; cells: number; seenLsn: string };

/** Computes every cell and area into the tables beside; `onProgress` gets shares of 1. */
export async function buildBeside(
  warehouse: Warehouse,
  slotId: string,
  onProgress: (share: number) => void,
): Promise<Rebuilt> {
  // What is computed is computed from the rows as raw has them, whatever befell their copies.
  await settleEverything(warehouse);
  for (const part of parts) {
    await warehouse.command(`DROP TABLE IF EXISTS ${beside[part]} SYNC`);
    await warehouse.command(`CREATE TABLE ${beside[part]} AS ${live[part]}`);
  }
  const [start] = await warehouse.query<{ seq: number; lsn: string; now: string }>(
    `SELECT max(r.seq) AS seq, toString(argMax(r.rolled_lsn, r.seq)) AS lsn, toString(max(r.committed_at)) AS now
     FROM ops.rollups AS r WHERE slot_id = {slot:String}`,
    { slot: slotId },
  );
  if (start === undefined || start.seq === 0) throw new LumbungError('config', 'nothing has been rolled up yet');
  const claim = FIRST_BUILD_CLAIM + BigInt(Date.now());
  await claimCells(
    warehouse,
    claim,
    { dirty: [allCellsSql], left: [] },
    {
      from: '0',
      to: '0',
      marks: [],
      told: '1970-01-01 00:00:00',
      now: start.now,
    },
  );
  const [counted] = await warehouse.query<{ cells: number }>(
    'SELECT uniqExact(sppg_id, day) AS cells FROM ops.claims WHERE claim = {claim:UInt64}',
    { claim: String(claim) },
  );
  const cells = counted?.cells ?? 0;
  // One below: what serving takes back (below) beats what was built, and every later refresh beats both.
  const at = { claim, seq: start.seq - 1, watermark: start.lsn, now: start.now };
  await computeClaimed(warehouse, at, allFacts, cells, {
    into: beside,
    everything: true,
    onProgress: (done, all) => onProgress((0.95 * done) / all),
  });
  await warehouse.command(
    `INSERT INTO ${beside.areas} (kpi, day, province_id, regency_id, split, num, den, units, seq)
     SELECT m.kpi, m.day, s.provinceId, s.regencyId, m.split, sum(m.num), sum(m.den), count(), {seq:UInt64}
     FROM ${beside.cells} AS m FINAL
     INNER JOIN (SELECT id, provinceId, regencyId FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount) AS s ON s.id = m.sppg_id
     WHERE m.num IS NOT NULL GROUP BY m.kpi, m.day, s.provinceId, s.regencyId, m.split`,
    { seq: start.seq - 1 },
  );
  onProgress(1);
  // Also of batches that are being loaded: some of their rows may have been read.
  const [seen] = await warehouse.query<{ lsn: string }>(
    `SELECT toString(greatest(
       (SELECT max(end_lsn) FROM ops.batches WHERE slot_id = {slot:String}),
       (SELECT max(start_lsn) + 1 FROM ops.parts WHERE slot_id = {slot:String})
     )) AS lsn`,
    { slot: slotId },
  );
  return { seq: start.seq, cells, seenLsn: seen?.lsn ?? '0' };
}

/** True once everything the build may have read is rolled up: what it saw of later commits has been claimed since. */
export async function caughtUp(warehouse: Warehouse, slotId: string, rebuilt: Rebuilt): Promise<boolean> {
  const [row] = await warehouse.query<{ done: boolean }>(
    `SELECT (SELECT max(rolled_lsn) FROM ops.rollups WHERE slot_id = {slot:String}) >= {seen:UInt64}
       AND (SELECT count() FROM ops.marks FINAL WHERE NOT done) = 0 AS done`,
    { slot: slotId, seen: rebuilt.seenLsn },
  );
  return row?.done ?? false;
}

export type Difference = {
  kpi: string;
  day: string;
  unit: string;
  split: string;
  served: (number | null)[];
  rebuilt: (number | null)[];
};

/** Cells, days by the hour and areas that differ, among those no refresh has touched since the build began; at most `limit` of each. */
export async function compareBeside(warehouse: Warehouse, { seq }: Rebuilt, limit = 100): Promise<Difference[]> {
  const differences = (part: 'cells' | 'kitchens' | 'areas', unit: string) =>
    warehouse.query<Difference>(
      `SELECT toString(kpi) AS kpi, toString(day) AS day, unit, toString(split) AS split,
         [served_num, served_den] AS served, [built_num, built_den] AS rebuilt
       FROM (
         SELECT kpi, day, unit, split, maxIf(n, own) AS served_num, maxIf(d, own) AS served_den,
           maxIf(n, NOT own) AS built_num, maxIf(d, NOT own) AS built_den, maxIf(seq, own) AS touched
         FROM (
           SELECT kpi, day, ${unit} AS unit, split, num AS n, den AS d, seq, true AS own FROM ${live[part]} FINAL
           UNION ALL
           SELECT kpi, day, ${unit} AS unit, split, num AS n, den AS d, seq, false AS own FROM ${beside[part]} FINAL
         )
         GROUP BY kpi, day, unit, split
       )
       WHERE touched <= {seq:UInt64} AND arrayExists(
         (a, b) -> isNull(a) != isNull(b) OR abs(assumeNotNull(a) - assumeNotNull(b)) > 1e-9 * greatest(1, abs(assumeNotNull(a))),
         [served_num, served_den], [built_num, built_den])
       ORDER BY kpi, day, unit, split LIMIT {limit:UInt32}`,
      { seq, limit },
    );
  const cells = [...(await differences('cells', 'sppg_id')), ...(await differences('kitchens', 'sppg_id'))];
  const flows = await warehouse.query<Difference>(
    `SELECT 'flow' AS kpi, toString(day) AS day, unit, fact AS split, arrayMap(c -> c.3, own_cells) AS served, arrayMap(c -> c.3, built) AS rebuilt
     FROM (
       SELECT day, unit, toString(fact) AS fact, anyIf(c, own) AS own_cells, anyIf(c, NOT own) AS built, maxIf(seq, own) AS touched
       FROM (
         SELECT day, sppg_id AS unit, fact, cells AS c, seq, true AS own FROM ${live.flow} FINAL
         UNION ALL
         SELECT day, sppg_id AS unit, fact, cells AS c, seq, false AS own FROM ${beside.flow} FINAL
       )
       GROUP BY day, unit, fact
     )
     WHERE touched <= {seq:UInt64} AND own_cells != built ORDER BY day, unit, fact LIMIT {limit:UInt32}`,
    { seq, limit },
  );
  return [...cells, ...flows, ...(await differences('areas', "concat(province_id, '/', regency_id)"))];
}

/**
 * Serves what was built as of refresh `builtSeq`. To be called where no refresh can run at the same time. It counts as a
 * refresh that touched every kitchen, so that nothing cached outlives it.
 */
export async function serveRebuilt(warehouse: Warehouse, slotId: string, builtSeq: number): Promise<void> {
  const [last] = await warehouse.query<{ seq: number }>('SELECT max(r.seq) AS seq FROM ops.rollups AS r');
  const seq = last?.seq ?? builtSeq;
  const mark = `rebuilt as of refresh ${builtSeq}`;
  const comments = await warehouse.query<{ name: string; comment: string }>(
    // On a cluster it is the local table that carries it (cluster.ts).
    `SELECT concat('mart.', name) AS name, max(comment) AS comment FROM system.tables
     WHERE database IN ('mart', 'mart_local') GROUP BY name`,
  );
  const commentOf = (table: string) => comments.find(({ name }) => name === table)?.comment;
  for (const part of parts) {
    if (commentOf(beside[part]) === undefined || commentOf(live[part]) === mark) continue;
    if (part !== 'areas') {
      for (const command of part === 'cells' || part === 'kitchens' ? takeBackSql(part) : []) {
        await warehouse.command(command, { since: builtSeq, seq });
      }
      await warehouse.command(
        `INSERT INTO ${beside[part]} SELECT * FROM ${live[part]} FINAL WHERE seq > {seq:UInt64}`,
        {
          seq: builtSeq,
        },
      );
    } else {
      const from = { ...live, areas: beside.areas };
      for (const command of takeBackSql(part)) await warehouse.command(command, { since: builtSeq, seq });
      await warehouse.command(areasSql(summed, from, { everything: false, few: false }), { since: builtSeq, seq });
    }
    await warehouse.command(`ALTER TABLE ${beside[part]} MODIFY COMMENT '${mark}'`);
    await warehouse.command(`EXCHANGE TABLES ${live[part]} AND ${beside[part]}`);
  }
  await warehouse.command(
    `INSERT INTO ops.claims (claim, fact, sppg_id, day, shift)
     SELECT {claim:UInt64}, '', id, toDate32(now()), 0 FROM raw.sppg FINAL WHERE NOT _deleted`,
    { claim: seq + 1 },
  );
  await warehouse.command(
    `INSERT INTO ops.rollups (slot_id, rolled_lsn, rolled_at, committed_at, cells, seq)
     SELECT slot_id, rolled_lsn, now64(3), committed_at, 0, {seq:UInt64} FROM ops.rollups
     WHERE slot_id = {slot:String} ORDER BY rollups.seq DESC LIMIT 1`,
    { slot: slotId, seq: seq + 1 },
  );
  await dropBeside(warehouse);
}

/**
 * What was built from rows which changed again before a refresh saw them, and is listed nowhere since: a split of a cell, any figure
 * of an area. It is emptied here; where a refresh has it, or the areas' sum that follows, that row beats this one.
 */
function takeBackSql(part: 'cells' | 'kitchens' | 'areas'): string[] {
  return allFacts.flatMap((fact) => {
    const kpis = rolledUp.filter((kpi) => kpi.fact === fact && (part === 'areas' || kpi.split !== undefined));
    if (kpis.length === 0) return [];
    const claims = `SELECT sppg_id, day FROM ops.claims WHERE claim > {since:UInt64} AND claim <= {seq:UInt64} AND fact = '${fact}'`;
    const [empty, touched] =
      part === 'areas'
        ? [
            'NULL AS num, NULL AS den, 0 AS units',
            `(b.province_id, b.regency_id, b.day) IN (
          SELECT h.province_id, h.regency_id, c.day FROM (${claims}) AS c
          INNER JOIN (SELECT DISTINCT id, province_id, regency_id FROM ops.history_sppg WHERE NOT deleted) AS h ON h.id = c.sppg_id
        )`,
          ]
        : ['NULL AS num, NULL AS den', `b.split != '' AND (b.sppg_id, b.day) IN (${claims})`];
    return `INSERT INTO ${beside[part]}
      SELECT b.* REPLACE (${empty}, {since:UInt64} AS seq) FROM ${beside[part]} AS b FINAL
      WHERE b.kpi IN (${kpis.map(({ id }) => `'${id}'`).join(', ')}) AND b.num IS NOT NULL AND ${touched}`;
  });
}

/** True while the tables beside stand: a build is under way, or waits to be served. */
export async function standsBeside(warehouse: Warehouse): Promise<{ stands: boolean; busy: boolean }> {
  const [row] = await warehouse.query<{ stands: boolean; busy: boolean }>(
    `SELECT count() > 0 AS stands, max(metadata_modification_time) > now() - INTERVAL 10 MINUTE AS busy
     FROM system.tables WHERE database = 'mart' AND name IN (${Object.values(beside)
       .map((table) => `'${table.slice('mart.'.length)}'`)
       .join(', ')})`,
  );
  return row ?? { stands: false, busy: false };
}

export async function dropBeside(warehouse: Warehouse): Promise<void> {
  for (const table of Object.values(beside)) await warehouse.command(`DROP TABLE IF EXISTS ${table} SYNC`);
}
