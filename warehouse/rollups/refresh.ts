/**
 * Recomputes dirty cells from deduplicated raw rows.
 * Invariants: recompute, never add; a cell is replaced as a whole, an emptied one is written as empty; marks below the
 * watermark are claimed as a range of LSNs and the range is closed only after the cells are written, so a crash in
 * between repeats work and loses nothing. Every attempt has a number of its own, above those of all that claimed before it:
 * what an attempt that was cut off has written, or is still writing, is older than what the next one writes.
 */
import { randomUUID } from 'node:crypto';
import { LumbungError } from '../../platform/errors.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Warehouse } from '../client.ts';
import type { FactName } from '../kpis/kpi.ts';
import { mergeParts } from '../parts.ts';
import type { PlacedTable } from '../placed.ts';
import { readTouchedScopes } from '../queries/touched.ts';
import { isoOf, watermarkSql } from '../watermark.ts';
import { areasSql } from './areas.ts';
import { areFew, computeClaimed, live } from './compute.ts';
import { allCellsSql, cellsDirtyByTimeSql, dirtyCellsSql, disjoint, type MarkRange, zonesSql } from './dirty.ts';
import { isFlow } from './facts/flow.ts';
import { leftSql, settleEverything, settleMarked, settleStreamed } from './settle.ts';

/** Up to so many keys what is found by them is held while a claim is computed: a few megabytes. */
const FEW_KEYS = 20_000;

/** Claims of builds (rebuild.ts) have numbers of their own, from here on, far above those of refreshes. */
export const FIRST_BUILD_CLAIM = 1n << 62n;

/** LSNs as decimal strings, instants as DateTime64 text; open marks as (id, table); how many keys changed or are marked, at most. */
type Progress = {
  lsn: string;
  committed: string;
  rolled: string;
  told: string;
  seq: number;
  changed: string[];
  open: [string, string][];
  keys: number;
  halves: number;
};
export type Refresh = {
  cells: number;
  watermarkLsn: string;
  committedAt: string;
  rolledAt: string;
  seq: number;
  /** Those in which cells were computed. */
  scopes: string[];
  /** What could not be dropped when it was copied, or merged (warehouse/parts.ts) after everything was computed. */
  unmerged: string[];
};

/**
 * Works off every mark below the contiguous watermark. Returns undefined when there is nothing new. `settled`: the marks of everything
 * after which every row has been settled.
 */
export async function refreshDirtyCells(
  warehouse: Warehouse,
  slotId: string,
  settled: readonly string[] = [],
): Promise<Refresh | undefined> {
  const [progress] = await warehouse.query<Progress>(
    `WITH (
         SELECT (maxIf(rolled_lsn, slot_id = {slot:String}), maxIf(committed_at, slot_id = {slot:String}), max(seq))
         FROM ops.rollups
       ) AS pointer,
       ${watermarkSql('pointer.1')} AS watermark
     SELECT toString(watermark.1) AS lsn, toString(watermark.2) AS committed, toString(pointer.1) AS rolled,
       toString(pointer.2) AS told,
       greatest(pointer.3, (SELECT max(claim) FROM ops.claims WHERE claim >= pointer.3 AND claim < {builds:UInt64})) AS seq,
       (SELECT (groupUniqArray(toString(table)), count()) FROM ops.changes WHERE lsn >= pointer.1 AND lsn < watermark.1) AS changes,
       changes.1 AS changed,
       (SELECT (groupArray((toString(id), toString(table))), sum(length(keys))) FROM ops.marks FINAL WHERE NOT done) AS marks,
       marks.1 AS open, changes.2 + marks.2 AS keys,
       (SELECT count() FROM ops.parts WHERE slot_id = {slot:String} AND start_lsn >= watermark.1) AS halves`,
    { slot: slotId, builds: String(FIRST_BUILD_CLAIM) },
  );
  if (progress === undefined) throw new LumbungError('internal', 'the progress query answered nothing');
  const { lsn, rolled, open } = progress;
  // A large transaction is half loaded, or the first copy is under way: what raw holds is no state the source was ever in.
  if (progress.halves > 0 || lsn === '0') return undefined;
  const marks = open.map(([id]) => id);
  const unchanged = BigInt(rolled) >= BigInt(lsn) && marks.length === 0;
  // An idle source still moves on in time: only the freshness is renewed.
  if (unchanged && progress.committed <= progress.told) return undefined;
  const ofEverything = open.filter(([, table]) => table === '*').map(([id]) => id);
  if (ofEverything.some((id) => !settled.includes(id))) {
    // It takes its time: what there is to do, and under which number, is asked again.
    await settleEverything(warehouse);
    // Tables are read many times from here on; what cannot be merged is tried again, and told, at the end.
    await mergeParts(warehouse, 1, { mart: false });
    return refreshDirtyCells(warehouse, slotId, ofEverything);
  }
  const everything = ofEverything.length > 0;
  const marked = [...new Set(open.map(([, table]) => table))];
  const seq = progress.seq + 1;
  const range: MarkRange = { from: rolled, to: lsn, marks, told: progress.told, now: progress.committed };
  const changed = unchanged ? [] : progress.changed;
  const few = progress.keys <= FEW_KEYS;
  const ofTables = (tables: readonly string[], further: readonly string[] = []): Claim => {
    const among = (names: readonly string[]) => names.filter((name) => tables.includes(name));
    return {
      dirty: [...dirtyCellsSql(among(changed), among(marked), few), ...further],
      left: leftSql(among(changed), few),
    };
  };
  const timed = cellsDirtyByTimeSql(progress.told, progress.committed);
  const [others, schools] = disjoint([...new Set([...changed, ...marked])]);
  const claims = everything
    ? [{ dirty: [allCellsSql, timed], left: leftSql(changed, few) }]
    : [ofTables(others, [timed]), ofTables(schools)];
  const { cells, scopes, undropped } = await recompute(warehouse, { claims, marked }, range, lsn, seq, everything);
  if (cells > 0) failpoint('rollup:after cells');
  const rolledAt = new Date().toISOString();
  await warehouse.insertRows('ops.rollups', [
    {
      slot_id: slotId,
      rolled_lsn: lsn,
      rolled_at: rolledAt.replace('Z', ''),
      committed_at: progress.committed,
      cells,
      seq,
    },
  ]);
  if (marks.length > 0) {
    await warehouse.command(
      `INSERT INTO ops.marks (id, table, keys, reason, done, created_at)
       SELECT id, table, keys, reason, 1, created_at FROM ops.marks FINAL WHERE id IN ({marks:Array(UUID)})`,
      { marks },
    );
  }
  const unmerged = [...undropped, ...(everything ? await mergeParts(warehouse, 1) : [])];
  return { cells, seq, scopes, watermarkLsn: lsn, committedAt: isoOf(progress.committed), rolledAt, unmerged };
}

/** Asks for every cell to be recomputed by the next refresh. */
export async function markEverything(warehouse: Warehouse, reason: string): Promise<void> {
  await warehouse.insertRows('ops.marks', [{ id: randomUUID(), table: '*', keys: [], reason, done: 0 }]);
}

/** Asks for the cells of some rows to be recomputed by the next refresh. */
export async function markRows(warehouse: Warehouse, table: string, keys: string[], reason: string): Promise<void> {
  await warehouse.insertRows('ops.marks', [{ id: randomUUID(), table, keys, reason, done: 0 }]);
}

/** SELECTs of dirty cells (dirty.ts), and of the tables of which a row may have left its place (settle.ts). */
type Claim = { dirty: readonly string[]; left: readonly string[] };

async function recompute(
  warehouse: Warehouse,
  work: { claims: readonly Claim[]; marked: readonly string[] },
  range: MarkRange,
  watermarkLsn: string,
  claim: number,
  everything: boolean,
): Promise<{ cells: number; scopes: string[]; undropped: string[] }> {
  failpoint('rollup:before claim');
  // All are waited for: what one of them writes late must not meet the next attempt under its number.
  const claiming = await Promise.allSettled([
    ...work.claims.map((each) => claimCells(warehouse, claim, each, range)),
    settleMarked(warehouse, work.marked, range),
  ]);
  for (const each of claiming) if (each.status === 'rejected') throw each.reason;
  failpoint('rollup:after claim');
  const [claimed] = await warehouse.query<{ cells: number; claims: number; facts: FactName[]; left: PlacedTable[] }>(
    `SELECT uniqExactIf((sppg_id, day), sppg_id != '') AS cells, countIf(sppg_id != '') AS claims,
       groupUniqArrayIf(toString(fact), sppg_id != '') AS facts,
       groupUniqArrayIf(toString(fact), sppg_id = '') AS left
     FROM ops.claims WHERE claim = {claim:UInt64}`,
    { claim },
  );
  const { cells, claims, facts: dirtyFacts, left } = claimed ?? { cells: 0, claims: 0, facts: [], left: [] };
  const few = !everything && areFew({ cells, claims });
  await settleStreamed(warehouse, left, range);
  const undropped = await computeClaimed(
    warehouse,
    { claim, seq: claim, watermark: watermarkLsn, now: range.now },
    dirtyFacts,
    cells,
    {
      few,
      everything,
    },
  );
  failpoint('rollup:before areas');
  const summed = dirtyFacts.filter((fact) => !isFlow(fact));
  const sumAreas = () =>
    warehouse.command(areasSql(summed, live, { everything, few }), { since: claim - 1, seq: claim });
  const [touched] = await Promise.all([
    cells === 0 ? [] : readTouchedScopes(warehouse, claim - 1, claim),
    summed.length === 0 ? undefined : sumAreas(),
  ]);
  return { cells, scopes: touched.map(({ scope }) => scope), undropped };
}

/**
 * INSERT … SELECT of the cells the SQL yields into ops.claims, with the offset of their kitchens; and, of no kitchen, of the tables that
 * `left` yields: what they ask is what cells are found by, too, and looked up once in one statement. That a cell has a kitchen is asked of both
 * sides of the join: the engine would push the question down to the places, and with a second condition it finds no projection there.
 */
export const claimSql = ({ dirty, left }: Claim) => {
  const cells = `SELECT DISTINCT {claim:UInt64}, d.fact, d.sppg_id, d.day, z.shift FROM (${dirty.join('\nUNION ALL\n')}) AS d
   LEFT ANY JOIN (${zonesSql}) AS z ON z.id = d.sppg_id WHERE (d.sppg_id, z.shift) != ('', 0)`;
  const tables = left.map((names) => `SELECT {claim:UInt64}, table, '', toDate32(0), 0 FROM (${names})`);
  return `INSERT INTO ops.claims (claim, fact, sppg_id, day, shift)
   ${[...(dirty.length === 0 ? [] : [cells]), ...tables].join('\nUNION ALL\n')}`;
};

/** Claims the cells the SQL yields. Several may claim at once, but no two the same cell. */
export async function claimCells(
  warehouse: Warehouse,
  claim: number | bigint,
  cells: Claim,
  range: MarkRange,
): Promise<void> {
  if (cells.dirty.length + cells.left.length === 0) return;
  await warehouse.command(claimSql(cells), { ...range, claim: String(claim) });
}
