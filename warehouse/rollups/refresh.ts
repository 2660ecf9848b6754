/**
 * Recomputes dirty cells from deduplicated raw rows.
 * Invariants: recompute, never add; a cell is replaced as a whole, an emptied one is written as empty; marks below the
 * watermark are claimed as a range of LSNs and the range is closed only after the cells are written, so a crash in
 * between repeats work and loses nothing.
 */
import { randomUUID } from 'node:crypto';
import type { Warehouse } from '../client.ts';
import type { FactName, Kpi } from '../kpis/kpi.ts';
import { registry } from '../kpis/registry.ts';
import { readWatermark } from '../watermark.ts';
import { allCellsSql, cellTables, dirtyCellsSql, type MarkRange } from './dirty.ts';
import { facts } from './facts.ts';

/** Cells recomputed together: bounds the memory of one statement. */
const CELLS_PER_CHUNK = 20_000;

type Progress = {
  committed: string;
  rolled: string;
  seq: number;
  changed: string[];
  marks: string[];
  marked: string[];
};
export type Refresh = {
  cells: number;
  watermarkLsn: string;
  committedAt: string;
  rolledAt: string;
  kitchens: string[];
  seq: number;
};

/**
 * Works off every mark below the contiguous watermark. Returns undefined when there is nothing new.
 * `kitchens` lists the SPPGs whose cells were recomputed, for notices.
 */
export async function refreshDirtyCells(warehouse: Warehouse, slotId: string): Promise<Refresh | undefined> {
  const watermark = await readWatermark(warehouse, slotId);
  const [progress] = await warehouse.query<Progress>(
    `WITH (SELECT max(rolled_lsn) FROM ops.rollups WHERE slot_id = {slot:String}) AS rolled_lsn
     SELECT toString(rolled_lsn) AS rolled, (SELECT max(seq) FROM ops.rollups) AS seq,
       (SELECT toString(max(committed_at)) FROM ops.rollups WHERE slot_id = {slot:String}) AS committed,
       (SELECT groupUniqArray(toString(table)) FROM ops.changes WHERE lsn >= rolled_lsn AND lsn < {to:UInt64}) AS changed,
       (SELECT groupArray(id) FROM ops.marks FINAL WHERE NOT done) AS marks,
       (SELECT groupUniqArray(toString(table)) FROM ops.marks FINAL WHERE NOT done) AS marked`,
    { slot: slotId, to: watermark.lsn },
  );
  const from = progress?.rolled ?? '0';
  const marks = progress?.marks ?? [];
  const unchanged = BigInt(from) >= BigInt(watermark.lsn) && marks.length === 0;
  // An idle source still moves on in time: only the freshness is renewed.
  const isNews = stamp(watermark.committedAt) > (progress?.committed ?? '').replace(' ', 'T');
  if (unchanged && !isNews) return undefined;
  const tables = [...new Set([...(progress?.changed ?? []), ...(progress?.marked ?? [])])];
  const range: MarkRange = { from, to: watermark.lsn, marks };
  const sql = tables.includes('*') ? allCellsSql : dirtyCellsSql(tables.filter((table) => cellTables.includes(table)));
  const seq = (progress?.seq ?? 0) + 1;
  const record = (lsn: string, at: string, cells: number) =>
    warehouse.insertRows('ops.rollups', [
      { slot_id: slotId, rolled_lsn: lsn, rolled_at: at, committed_at: stamp(watermark.committedAt), cells, seq },
    ]);
  if (!unchanged) await record(from, stamp(new Date().toISOString()), 0);
  const result = unchanged ? { cells: 0, kitchens: [] } : await recompute(warehouse, sql, range, watermark.lsn, seq);
  const rolledAt = new Date().toISOString();
  await record(watermark.lsn, stamp(rolledAt), result.cells);
  if (marks.length > 0) {
    await warehouse.command(
      `INSERT INTO ops.marks (id, table, keys, reason, done, created_at)
       SELECT id, table, keys, reason, 1, created_at FROM ops.marks FINAL WHERE id IN ({marks:Array(UUID)})`,
      { marks },
    );
  }
  return { ...result, seq, watermarkLsn: watermark.lsn, committedAt: watermark.committedAt, rolledAt };
}

/** Asks for every cell to be recomputed by the next refresh. */
export async function markEverything(warehouse: Warehouse, reason: string): Promise<void> {
  await warehouse.insertRows('ops.marks', [{ id: randomUUID(), table: '*', keys: [], reason, done: 0 }]);
}

/** Asks for the cells of some rows to be recomputed by the next refresh. */
export async function markRows(warehouse: Warehouse, table: string, keys: string[], reason: string): Promise<void> {
  await warehouse.insertRows('ops.marks', [{ id: randomUUID(), table, keys, reason, done: 0 }]);
}

/** ISO instant → DateTime64 text. */
const stamp = (iso: string) => iso.replace('Z', '');

async function recompute(
  warehouse: Warehouse,
  dirtySql: string,
  range: MarkRange,
  watermarkLsn: string,
  claim: number,
): Promise<{ cells: number; kitchens: string[] }> {
  await warehouse.command(
    `INSERT INTO ops.claims (claim, fact, sppg_id, day)
     SELECT DISTINCT {claim:UInt64}, fact, sppg_id, day FROM (${dirtySql}) WHERE sppg_id != ''`,
    { claim, ...range },
  );
  const [size] = await warehouse.query<{ cells: number; kitchens: string[]; facts: FactName[] }>(
    `SELECT uniqExact(sppg_id, day) AS cells, groupUniqArray(50000)(sppg_id) AS kitchens,
       groupUniqArray(toString(fact)) AS facts
     FROM ops.claims WHERE claim = {claim:UInt64}`,
    { claim },
  );
  const cells = size?.cells ?? 0;
  if (cells === 0) return { cells, kitchens: [] };
  const chunks = Math.ceil(cells / CELLS_PER_CHUNK);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const params = { claim, chunk, chunks, watermark: watermarkLsn };
    await Promise.all((size?.facts ?? []).map((fact) => warehouse.command(refreshSql(fact), params)));
  }
  await warehouse.command(
    'INSERT INTO mart.cells SELECT DISTINCT sppg_id, day FROM ops.claims WHERE claim = {claim:UInt64}',
    {
      claim,
    },
  );
  return { cells, kitchens: size?.kitchens ?? [] };
}

const cellsCte = (fact: FactName) => `cells AS (
  SELECT sppg_id, day FROM ops.claims
  WHERE claim = {claim:UInt64} AND fact = '${fact}' AND ({chunks:UInt32} = 1 OR cityHash64(sppg_id) % {chunks:UInt32} = {chunk:UInt32})
)`;

/** One INSERT … SELECT that recomputes all KPIs of a fact for the claimed cells, emptied cells included. */
function refreshSql(fact: FactName): string {
  const kpis = registry.filter((kpi) => kpi.fact === fact);
  const { with: ctes, select } = facts[fact];
  const splits = [...new Set(kpis.map((kpi) => kpi.split ?? ''))];
  const parts = ['', ...splits.filter((split) => split !== '')].map((split) => {
    const members = split === '' ? kpis : kpis.filter((kpi) => kpi.split === split);
    return `SELECT sppg_id, day, ${split === '' ? "''" : `toString(${split})`} AS split,
        arrayJoin([${members.map(pair).join(', ')}]) AS pair
      FROM fact GROUP BY sppg_id, day${split === '' ? '' : ', split'}`;
  });
  return `INSERT INTO mart.kpi_daily (kpi, day, sppg_id, split, num, den, seq, watermark_lsn)
    WITH ${[cellsCte(fact), ...ctes].join(',\n')}, fact AS (${select})
    SELECT kpi, day, sppg_id, split, max(num) AS num, max(den) AS den, {claim:UInt64}, {watermark:UInt64}
    FROM (
      SELECT pair.1 AS kpi, day, sppg_id, split, pair.2 AS num, pair.3 AS den
      FROM (${parts.join('\nUNION ALL\n')})
      UNION ALL
      SELECT toString(held.kpi), held.day, held.sppg_id, toString(held.split),
        CAST(NULL, 'Nullable(Float64)'), CAST(NULL, 'Nullable(Float64)')
      FROM mart.kpi_daily AS held
      WHERE held.kpi IN (${kpis.map((kpi) => `'${kpi.id}'`).join(', ')}) AND held.day IN (SELECT day FROM cells)
        AND (held.sppg_id, held.day) IN (SELECT sppg_id, day FROM cells) AND held.num IS NOT NULL
    )
    GROUP BY kpi, day, sppg_id, split`;
}

/** (id, num, den) with "no data" decided once: a ratio without a denominator has neither (rule 2). */
function pair(kpi: Kpi): string {
  const number = (sql: string) => `CAST(${sql}, 'Nullable(Float64)')`;
  if (kpi.den === undefined) return `('${kpi.id}', ${number(kpi.num)}, CAST(NULL, 'Nullable(Float64)'))`;
  const present = `ifNull(${kpi.den}, 0) != 0`;
  // A numerator with nothing to add over a positive denominator is 0.
  const num = number(`ifNull(${kpi.num}, 0)`);
  return `('${kpi.id}', if(${present}, ${num}, NULL), if(${present}, ${number(kpi.den)}, NULL))`;
}
