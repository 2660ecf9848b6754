/**
 * Recomputes dirty cells from deduplicated raw rows.
 * Invariants: recompute, never add; a cell is replaced as a whole, an emptied one is written as empty; marks below the
 * watermark are claimed as a range of LSNs and the range is closed only after the cells are written, so a crash in
 * between repeats work and loses nothing. Every attempt has a number of its own, above those of all that claimed before it:
 * what an attempt that was cut off has written, or is still writing, is older than what the next one writes.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { LumbungError } from '../../platform/errors.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Warehouse } from '../client.ts';
import type { FactName, Kpi } from '../kpis/kpi.ts';
import { rolledUp } from '../kpis/registry.ts';
import { mergeParts } from '../parts.ts';
import { isoOf, watermarkSql } from '../watermark.ts';
import { allCellsSql, cellsDirtyByTimeSql, dirtyCellsSql, type MarkRange, zonesSql } from './dirty.ts';
import { facts } from './facts.ts';
import { flowSql } from './flow.ts';
import { settle, settleEverything } from './settle.ts';

/** Cells recomputed together: bounds the memory of one statement. */
const CELLS_PER_CHUNK = 20_000;

/** Up to so many cells a statement has one thread: three run side by side, most of each is planning, and more threads cost a tenth more in all. */
const FEW_CELLS = 300;

/** Claims of builds (rebuild.ts) have numbers of their own, from here on, far above those of refreshes. */
export const FIRST_BUILD_CLAIM = 1n << 62n;

/** LSNs as decimal strings, instants as DateTime64 text; open marks as (id, table). */
type Progress = {
  lsn: string;
  committed: string;
  rolled: string;
  told: string;
  seq: number;
  changed: string[];
  open: [string, string][];
  halves: number;
};
export type Refresh = {
  cells: number;
  watermarkLsn: string;
  committedAt: string;
  rolledAt: string;
  seq: number;
  /** What could not be merged (warehouse/parts.ts) after everything was computed. */
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
       (SELECT groupUniqArray(toString(table)) FROM ops.changes WHERE lsn >= pointer.1 AND lsn < watermark.1) AS changed,
       (SELECT groupArray((toString(id), toString(table))) FROM ops.marks FINAL WHERE NOT done) AS open,
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
  const marked = [...new Set(open.map(([, table]) => table))];
  const everything = ofEverything.length > 0;
  const changed = everything ? allCellsSql : dirtyCellsSql(progress.changed, marked);
  const seq = progress.seq + 1;
  const range: MarkRange = { from: rolled, to: lsn, marks, told: progress.told, now: progress.committed };
  const dirty = [...(unchanged ? [] : [changed]), cellsDirtyByTimeSql(progress.told, progress.committed)].join(
    '\nUNION ALL\n',
  );
  const settling = () => settle(warehouse, unchanged ? [] : progress.changed, marked, range);
  const cells = await recompute(warehouse, { dirty, settling }, range, lsn, seq, everything);
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
  const unmerged = everything ? await mergeParts(warehouse, 1) : [];
  return { cells, seq, watermarkLsn: lsn, committedAt: isoOf(progress.committed), rolledAt, unmerged };
}

/** Asks for every cell to be recomputed by the next refresh. */
export async function markEverything(warehouse: Warehouse, reason: string): Promise<void> {
  await warehouse.insertRows('ops.marks', [{ id: randomUUID(), table: '*', keys: [], reason, done: 0 }]);
}

/** Asks for the cells of some rows to be recomputed by the next refresh. */
export async function markRows(warehouse: Warehouse, table: string, keys: string[], reason: string): Promise<void> {
  await warehouse.insertRows('ops.marks', [{ id: randomUUID(), table, keys, reason, done: 0 }]);
}

async function recompute(
  warehouse: Warehouse,
  work: { dirty: string; settling: () => Promise<void> },
  range: MarkRange,
  watermarkLsn: string,
  claim: number,
  everything: boolean,
): Promise<number> {
  failpoint('rollup:before claim');
  await Promise.all([claimCells(warehouse, claim, work.dirty, range), work.settling()]);
  failpoint('rollup:after claim');
  const [claimed] = await warehouse.query<{ cells: number; facts: FactName[] }>(
    `SELECT uniqExact(sppg_id, day) AS cells, groupUniqArray(toString(fact)) AS facts
     FROM ops.claims WHERE claim = {claim:UInt64}`,
    { claim },
  );
  const { cells, facts: dirtyFacts } = claimed ?? { cells: 0, facts: [] };
  await computeClaimed(warehouse, { claim, seq: claim, watermark: watermarkLsn, now: range.now }, dirtyFacts, cells);
  failpoint('rollup:before areas');
  const summed = dirtyFacts.filter((fact) => fact !== 'flow');
  if (summed.length > 0) {
    await warehouse.command(areasSql(summed, live, everything), { since: claim - 1, seq: claim });
  }
  return cells;
}

/**
 * INSERT … SELECT of the cells the SQL yields into ops.claims, with the offset of their kitchens. That a cell has a kitchen is asked of both
 * sides of the join: the engine would push the question down to the places, and with a second condition it finds no projection there.
 */
export const claimSql = (dirtySql: string) =>
  `INSERT INTO ops.claims (claim, fact, sppg_id, day, shift)
   SELECT DISTINCT {claim:UInt64}, d.fact, d.sppg_id, d.day, z.shift FROM (${dirtySql}) AS d
   LEFT ANY JOIN (${zonesSql}) AS z ON z.id = d.sppg_id WHERE (d.sppg_id, z.shift) != ('', 0)`;

/** Claims the cells the SQL yields. */
export async function claimCells(
  warehouse: Warehouse,
  claim: number | bigint,
  dirtySql: string,
  range: MarkRange,
): Promise<void> {
  await warehouse.command(claimSql(dirtySql), { ...range, claim: String(claim) });
}

/** Computes the claimed cells, about `cells` of them, into the tables. Rows carry `seq`. */
export async function computeClaimed(
  warehouse: Warehouse,
  at: { claim: number | bigint; seq: number; watermark: string; now: string },
  dirtyFacts: readonly FactName[],
  cells: number,
  into: MartTables = live,
  onProgress: (done: number, all: number) => void = () => undefined,
): Promise<void> {
  const chunks = Math.ceil(cells / CELLS_PER_CHUNK);
  const attempt = String(randomBytes(8).readBigUInt64LE());
  for (let chunk = 0; chunk < chunks; chunk++) {
    const params = { ...at, claim: String(at.claim), attempt, chunk, chunks };
    const few = cells <= FEW_CELLS;
    await Promise.all(
      factsSql(dirtyFacts, into, { whole: chunks === 1, few }).map((sql) => warehouse.command(sql, params)),
    );
    failpoint('rollup:before copies');
    await Promise.all(copiesSql(into).map((copy) => warehouse.command(copy, params)));
    onProgress(chunk + 1, chunks);
  }
}

/**
 * Where cells (as they are read, and as areas are summed from them), days by the hour and areas are written: the served tables, or
 * those built beside them.
 */
export type MartTables = { cells: string; members: string; flow: string; areas: string };
export const live: MartTables = {
  cells: 'mart.kpi_daily',
  members: 'mart.kpi_members',
  flow: 'mart.flow',
  areas: 'mart.kpi_areas',
};

/** What the facts of a chunk have put into ops.cells, copied in one insert to each table of cells. */
function copiesSql(into: MartTables): string[] {
  const computed = `SELECT fact, kpi, day, sppg_id, split, num, den FROM ops.cells
    WHERE attempt = {attempt:UInt64} AND chunk = {chunk:UInt32}`;
  return [
    `INSERT INTO ${into.cells} (kpi, day, sppg_id, split, num, den, seq, watermark_lsn)
     SELECT * EXCEPT fact, {seq:UInt64}, {watermark:UInt64} FROM (${computed})`,
    `INSERT INTO ${into.members} (day, regency_id, fact, sppg_id, cells, seq)
     SELECT c.day, k.regencyId, c.fact, c.sppg_id, c.cells, {seq:UInt64}
     FROM (SELECT day, fact, sppg_id, groupArray((kpi, split, num, den)) AS cells FROM (${computed}) GROUP BY day, fact, sppg_id) AS c
     INNER JOIN (
       SELECT id, regencyId FROM raw.sppg FINAL WHERE NOT _deleted AND id IN (SELECT sppg_id FROM (${computed}))
     ) AS k ON k.id = c.sppg_id`,
  ];
}

/** The claimed cells of a fact that are computed together; a filter that is not needed is analysed a hundred times all the same. */
const cellsCte = (fact: FactName, { whole }: { whole: boolean }) => `cells AS (
  SELECT sppg_id, day, shift FROM ops.claims
  WHERE claim = {claim:UInt64} AND fact = '${fact}'${whole ? '' : ' AND cityHash64(sppg_id) % {chunks:UInt32} = {chunk:UInt32}'}
)`;

/**
 * The statements that compute facts, to be run at once. An insert costs as much as a small fact, a statement is planned by one thread:
 * facts share two inserts, every other one each.
 */
function factsSql(
  dirtyFacts: readonly FactName[],
  into: MartTables,
  chunk: { whole: boolean; few: boolean },
): string[] {
  const settings = chunk.few ? 'SETTINGS max_threads = 1' : '';
  const flow = dirtyFacts
    .filter((fact) => fact === 'flow')
    .map((fact) => flowSql(cellsCte(fact, chunk), into.flow, settings));
  const selects = dirtyFacts
    .filter((fact) => fact !== 'flow')
    .sort()
    .map((fact) => `SELECT * FROM (${refreshSql(fact, into, cellsCte(fact, chunk))})`);
  const halves = [0, 1].map((half) => selects.filter((_, index) => index % 2 === half));
  const inserts = halves
    .filter((half) => half.length > 0)
    .map(
      (half) =>
        `INSERT INTO ops.cells (attempt, chunk, fact, kpi, day, sppg_id, split, num, den) ${settings}\n${half.join('\nUNION ALL\n')}`,
    );
  return [...inserts, ...flow];
}

/** SELECT of all KPIs of a fact for the claimed cells, recomputed, emptied cells included: rows of ops.cells. */
function refreshSql(fact: FactName, into: MartTables, cells: string): string {
  const kpis = rolledUp.filter((kpi) => kpi.fact === fact);
  const { with: ctes, select } = facts[fact];
  // One pass over the fact: a row counts in the total and once more for every dimension it is split by.
  const splits = [...new Set(kpis.flatMap((kpi) => kpi.split ?? []))];
  const keys = ["('', '')", ...splits.map((split) => `('${split}', toString(${split}))`)];
  const list = (members: readonly Kpi[]) => `[${members.map(aggregates).join(', ')}]`;
  const aggregated = splits.reduce(
    (rest, split) => `if(s.1 = '${split}', ${list(kpis.filter((kpi) => kpi.split === split))}, ${rest})`,
    list(kpis),
  );
  const idsOf = (of: readonly Kpi[]) => of.map((kpi) => `'${kpi.id}'`).join(', ');
  // Emptied ones as well: what a row of mart.kpi_members lists is what its area has, or has to lose.
  const heldSplits = `
    UNION ALL
    SELECT toString(held.kpi), held.day, held.sppg_id, toString(held.split), 0, NULL, NULL FROM ${into.cells} AS held
    WHERE held.kpi IN (${idsOf(kpis.filter((kpi) => kpi.split !== undefined))}) AND (held.sppg_id, held.day) IN (SELECT sppg_id, day FROM cells)
      AND held.split != ''`;
  return `WITH ${[cells, ...ctes].join(',\n')}, fact AS (${select})
    SELECT {attempt:UInt64}, {chunk:UInt32}, '${fact}', kpi, day, sppg_id, split, max(num), max(den)
    FROM (
      -- "No data" is decided once: a ratio without a denominator has neither; nothing to add over a denominator is 0.
      SELECT a.1 AS kpi, day, sppg_id, split, ifNull(a.4, 0) != 0 AS present,
        if(a.2 = 0, a.3, if(present, ifNull(a.3, 0), NULL)) AS num, if(present, a.4, NULL) AS den
      FROM (
        SELECT sppg_id, day, s.2 AS split, arrayJoin(${aggregated}) AS a
        FROM (SELECT *, ${splits.length === 0 ? keys[0] : `arrayJoin([${keys.join(', ')}])`} AS s FROM fact)
        GROUP BY sppg_id, day, s
      )
      UNION ALL
      SELECT arrayJoin([${idsOf(kpis)}]), day, sppg_id, '', 0, NULL, NULL FROM cells${splits.length === 0 ? '' : heldSplits}
    )
    GROUP BY kpi, day, sppg_id, split`;
}

/**
 * One INSERT … SELECT that sums the areas of the facts' cells claimed in ({since}, {seq}] again: the regencies the claimed
 * kitchens belong to, or ever did, on the claimed days. Demo kitchens count for nothing above themselves (rule 5). Emptied cells stay
 * listed, as do those of kitchens that left, so an area that has nothing any more is written as empty. One statement for all
 * facts: planning one costs more than computing a few areas too many. Where `everything` is summed, areas that no cell is listed for
 * (left over by an earlier version's tables) are written as empty, too.
 */
export function areasSql(of: readonly FactName[], tables: MartTables, everything = false): string {
  const claimed = 'FROM ops.claims WHERE claim > {since:UInt64} AND claim <= {seq:UInt64}';
  // Rows of one area and day are told by one number: grouping by it costs a fifth less than by their names.
  const areaKey = 'reinterpretAsUInt128(sipHash128(day, province_id, regency_id))';
  const held = `
      UNION ALL
      SELECT ${areaKey} AS area, toString(kpi), day, province_id, regency_id, toString(split), NULL, NULL, 0 FROM ${tables.areas} FINAL WHERE num IS NOT NULL`;
  return `INSERT INTO ${tables.areas} (kpi, day, province_id, regency_id, split, num, den, units, seq)
    WITH dirty AS (
      SELECT DISTINCT c.day AS day, h.province_id AS province_id, h.regency_id AS regency_id, toString(c.fact) AS fact, ${areaKey} AS area
      FROM (SELECT DISTINCT fact, sppg_id, day ${claimed} AND fact IN (${of.map((fact) => `'${fact}'`).join(', ')})) AS c
      INNER JOIN (
        SELECT DISTINCT id, province_id, regency_id FROM ops.history_sppg WHERE NOT deleted AND id IN (SELECT sppg_id ${claimed})
      ) AS h ON h.id = c.sppg_id
    )
    SELECT kpi, any(day), any(province_id), any(regency_id), split, sum(num), sum(den), sum(units), {seq:UInt64}
    FROM (
      SELECT area, cell.kpi AS kpi, day, province_id, regency_id, cell.split AS split, if(member, cell.num, NULL) AS num,
        if(member, cell.den, NULL) AS den, toUInt64(member AND cell.num IS NOT NULL) AS units
    FROM (
      SELECT d.area AS area, m.day AS day, d.province_id AS province_id, m.regency_id AS regency_id, m.cells AS cells,
        (m.sppg_id, province_id, regency_id) IN (
          SELECT id, provinceId, regencyId FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount
        ) AS member
      FROM (
        SELECT day, regency_id, toString(fact) AS fact, sppg_id, cells FROM ${tables.members} FINAL
        WHERE (day, regency_id, fact) IN (SELECT day, regency_id, fact FROM dirty)
      ) AS m
      INNER JOIN dirty AS d ON d.day = m.day AND d.regency_id = m.regency_id AND d.fact = m.fact
    )
    ARRAY JOIN cells AS cell${everything ? held : ''}
    )
    GROUP BY area, kpi, split`;
}

/** (id, is a ratio, num, den) of a KPI as it is aggregated. */
function aggregates(kpi: Kpi): string {
  const number = (sql: string) => `toFloat64(${sql})`;
  return `('${kpi.id}', ${kpi.den === undefined ? 0 : 1}, ${number(kpi.num)}, ${number(kpi.den ?? 'NULL')})`;
}
