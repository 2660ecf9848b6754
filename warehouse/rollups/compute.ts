/**
 * Computes claimed cells out of raw rows: all facts in up to two statements into ops.cells, from where they are copied to the tables that serve.
 * Invariants: every KPI of a claimed cell is written, as empty where nothing is left; one statement reads a relation that several facts
 * need (facts/cells.ts) once; rows of an attempt carry its number, so that none is mixed with those of one that was cut off.
 */
import { randomBytes } from 'node:crypto';
import { messageOf } from '../../platform/errors.ts';
import { failpoint } from '../../platform/failpoints.ts';
import type { Warehouse } from '../client.ts';
import type { FactName, Kpi } from '../kpis/kpi.ts';
import { rolledUp } from '../kpis/registry.ts';
import { type Named, once, type Relation, relations, sqlOf } from './facts/cells.ts';
import { counted, hourOf, isFlow, STAGE } from './facts/flow.ts';
import { facts } from './facts.ts';

/** Cells recomputed together: bounds the memory of one statement. */
const CELLS_PER_CHUNK = 20_000;
/**
 * Up to so many claimed facts of kitchens' days are held, and what is read of them: of 20,000 days of nine facts that takes half the time of reading
 * them wherever they are named. A claim of every fact would be copied for each.
 */
export const areFew = ({ cells, claims }: { cells: number; claims: number }) =>
  cells <= CELLS_PER_CHUNK && claims <= 200_000;

/**
 * Where cells (by KPI, by kitchen, and as areas are summed from them), days by the hour and areas are written: the served tables, or
 * those built beside them.
 */
export type MartTables = { cells: string; kitchens: string; members: string; flow: string; areas: string };
export const live: MartTables = {
  cells: 'mart.kpi_daily',
  kitchens: 'mart.kpi_kitchens',
  members: 'mart.kpi_members',
  flow: 'mart.flow_stages',
  areas: 'mart.kpi_areas',
};

/**
 * What mart.kpi_members is ordered by, in place of the three names: a fact of a regency's day. Whether a row is of an area is asked of many more rows
 * than are of one, and a number is compared in a third of the time. `day` is a Date32, `fact` a String.
 */
export const memberArea = (day: string, regency: string, fact: string) =>
  `reinterpretAsUInt128(sipHash128(${day}, ${regency}, ${fact}))`;

/**
 * Computes the claimed cells, about `cells` of them, into the tables: of `few` what facts share is read once and held; `everything` when those are all
 * there are. Rows carry `seq`. Yields what of ops.cells could not be dropped afterwards, and why.
 */
export async function computeClaimed(
  warehouse: Warehouse,
  at: { claim: number | bigint; seq: number; watermark: string; now: string },
  dirtyFacts: readonly FactName[],
  cells: number,
  {
    into = live,
    few = false,
    everything = false,
    onProgress = () => undefined,
  }: { into?: MartTables; few?: boolean; everything?: boolean; onProgress?: (done: number, all: number) => void } = {},
): Promise<string[]> {
  const undropped: string[] = [];
  const chunks = Math.ceil(cells / CELLS_PER_CHUNK);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const attempt = String(randomBytes(8).readBigUInt64LE());
    const params = { ...at, claim: String(at.claim), attempt, chunk, chunks };
    const statements = factsSql(dirtyFacts, into, { whole: chunks === 1, few, everything });
    await Promise.all(statements.map((statement) => warehouse.command(statement, params)));
    failpoint('rollup:before copies');
    await Promise.all(copiesSql(dirtyFacts, into).map((copy) => warehouse.command(copy, params)));
    // Read once: what is dropped need not be merged. What cannot be, or is of an attempt that was cut off, goes after a day.
    await warehouse
      .command(`ALTER TABLE ops.cells DROP PARTITION ID '${attempt}'`)
      .catch((error: unknown) => undropped.push(`ops.cells ${attempt}: ${messageOf(error)}`));
    onProgress(chunk + 1, chunks);
  }
  return undropped;
}

/** Whether it is all of the claimed cells, few enough for what is read of them to be held, and computed because everything is. */
type Chunk = { whole: boolean; few: boolean; everything: boolean };

export const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

/** What the facts of a chunk have put into ops.cells, copied in one insert to each table of cells. */
function copiesSql(dirtyFacts: readonly FactName[], into: MartTables): string[] {
  const rows = 'FROM ops.cells WHERE attempt = {attempt:UInt64}';
  const staged = `startsWith(kpi, '${STAGE}')`;
  const computed = `SELECT fact, kpi, day, sppg_id, split, num, den ${rows} AND NOT ${staged}`;
  const ofKpis = [
    `INSERT INTO ${into.cells} (kpi, day, sppg_id, split, num, den, seq, watermark_lsn)
     SELECT * EXCEPT fact, {seq:UInt64}, {watermark:UInt64} FROM (${computed})`,
    `INSERT INTO ${into.kitchens} (kpi, day, sppg_id, split, num, den, seq) SELECT * EXCEPT fact, {seq:UInt64} FROM (${computed})`,
    `INSERT INTO ${into.members} (area, day, sppg_id, cells, seq)
     SELECT ${memberArea('c.day', 'k.regencyId', 'toString(c.fact)')}, c.day, c.sppg_id, c.cells, {seq:UInt64}
     FROM (
       -- In one order: neighbours list the same names, which then take next to no room.
       SELECT day, fact, sppg_id, arraySort(groupArrayIf((kpi, split, num, den), split != '' OR num IS NOT NULL)) AS cells
       FROM (${computed}) GROUP BY day, fact, sppg_id
     ) AS c
     INNER JOIN (
       SELECT id, regencyId FROM raw.sppg FINAL WHERE NOT _deleted AND id IN (SELECT sppg_id FROM (${computed}))
     ) AS k ON k.id = c.sppg_id`,
  ];
  const ofFlow = [
    // Under the names that rows have had since each kind was a fact of its own.
    `INSERT INTO ${into.flow} (day, sppg_id, fact, cells, seq)
     SELECT day, sppg_id, if(fact = 'flow_production', fact, concat('flow_', fact)),
       arraySort(groupArrayIf((substring(kpi, ${STAGE.length + 1}), toUInt8OrZero(split), assumeNotNull(num)), num IS NOT NULL)), {seq:UInt64}
     ${rows} AND ${staged} GROUP BY day, sppg_id, fact`,
  ];
  const hasStages = dirtyFacts.some((fact) => isFlow(fact) || facts[fact].stage !== undefined);
  return [...(dirtyFacts.every(isFlow) ? [] : ofKpis), ...(hasStages ? ofFlow : [])];
}

const cte = (name: string, sql: string) => `${name} AS (${sql})`;
/** Named relations. Of many cells each is read as often as it is named: rows held as a scalar are copied every time. */
const ctes = (all: Readonly<Record<string, Named>>, { few }: Chunk) =>
  Object.entries(all).map(([name, named]) =>
    cte(name, few && typeof named !== 'string' ? once(named.columns, named.sql) : sqlOf(named)),
  );

/**
 * The statements that compute facts, to be run at once: of batches and runs, of what schools get; the other facts are spread over them. An
 * insert costs as much as a small fact, and a statement is planned by one thread: two keep two cores at work, a third would find none.
 */
function factsSql(dirtyFacts: readonly FactName[], into: MartTables, chunk: Chunk): string[] {
  const sources: Relation[][] = [['batches', 'runs'], ['handovers']];
  const of = (fact: FactName) => sources.findIndex((some) => facts[fact].reads?.some((read) => some.includes(read)));
  const others = dirtyFacts.filter((fact) => of(fact) < 0).sort();
  return sources
    .map((_, which) => [
      ...dirtyFacts.filter((fact) => of(fact) === which),
      // From the last on, to what schools get first: the heaviest of them in a morning is quality.
      ...others.filter((_, index) => (others.length - index) % sources.length === which),
    ])
    .filter((some) => some.length > 0)
    .map((some) => statementSql(some, into, chunk));
}

/** INSERT … SELECT of the claimed cells of some facts. */
function statementSql(of: readonly FactName[], into: MartTables, chunk: Chunk): string {
  const inChunk = chunk.whole ? '' : ' AND cityHash64(sppg_id) % {chunks:UInt32} = {chunk:UInt32}';
  const claimed = {
    columns: ['fact', 'sppg_id', 'day', 'shift'],
    // Of many, DISTINCT would keep the engine from reading the cells of one fact only.
    sql: `SELECT ${chunk.few ? 'DISTINCT ' : ''}fact, sppg_id, day, shift FROM ops.claims
      WHERE claim = {claim:UInt64} AND fact IN (${quoted(of)})${inChunk}`,
  };
  const zones = 'SELECT sppg_id, max(c.shift) AS shift FROM claimed AS c WHERE c.shift > 0 GROUP BY sppg_id';
  const cellsOf = (names: readonly FactName[]) =>
    `SELECT sppg_id, day, shift FROM claimed WHERE fact IN (${quoted(names)})`;
  const shared = (Object.keys(relations) as Relation[]).flatMap((relation) => {
    const readers = of.filter((fact) => facts[fact].reads?.includes(relation));
    const { with: named = {}, ...own } = relations[relation];
    return readers.length === 0
      ? []
      : [cte(`${relation}_cells`, cellsOf(readers)), ...ctes({ ...named, [relation]: own }, chunk)];
  });
  const selects = of.map((fact) => {
    const own = [
      cte('cells', cellsOf([fact])),
      ...ctes(facts[fact].with ?? {}, chunk),
      `fact AS (${facts[fact].select})`,
    ];
    return `SELECT * FROM (WITH ${own.join(',\n')}
    ${isFlow(fact) ? flowSql(fact) : kpisSql(fact, into, chunk.everything)})`;
  });
  return `INSERT INTO ops.cells (attempt, fact, kpi, day, sppg_id, split, num, den)
    WITH ${[...ctes({ claimed, zones }, chunk), ...shared].join(',\n')}
    SELECT * FROM (${selects.join('\nUNION ALL\n')})`;
}

const number = (sql: string) => `toFloat64(${sql})`;
const NOTHING = number('NULL');

/** (id, is a ratio, num, den) of a KPI as it is aggregated. */
function aggregates(kpi: Kpi): string {
  return `('${kpi.id}', ${kpi.den === undefined ? 0 : 1}, ${number(kpi.num)}, ${kpi.den === undefined ? NOTHING : number(kpi.den)})`;
}

/** SELECT of all KPIs of the CTE `fact` in the CTE `cells`: rows of ops.cells. */
function kpisSql(fact: FactName, into: MartTables, everything: boolean): string {
  const kpis = rolledUp.filter((kpi) => kpi.fact === fact);
  const { stage } = facts[fact];
  // One pass over the fact: a row counts in the total and once more for every dimension it is split by.
  const splits = [...new Set(kpis.flatMap((kpi) => kpi.split ?? []))];
  const keys = ["('', '')", ...splits.map((split) => `('${split}', toString(${split}))`)];
  if (stage !== undefined) keys.push(`('${STAGE}', toString(${hourOf(stage)}))`);
  const list = (members: readonly Kpi[]) => `[${members.map(aggregates).join(', ')}]`;
  const aggregated = splits.reduce(
    (rest, split) => `if(s.1 = '${split}', ${list(kpis.filter((kpi) => kpi.split === split))}, ${rest})`,
    stage === undefined
      ? list(kpis)
      : `if(s.1 = '${STAGE}', [('${STAGE}${stage.stage}', 0, sum(${counted(stage)}), ${NOTHING})], ${list(kpis)})`,
  );
  const written = [...kpis.map(({ id }) => id), ...(stage === undefined ? [] : [STAGE])];
  const idsOf = (members: readonly Kpi[]) => quoted(members.map(({ id }) => id));
  /*
   * Emptied ones as well: the splits that a row of mart.kpi_members lists are those its area has, or has to lose. KPIs that are split alike have the same
   * splits, so one of them is asked, except where everything is computed: earlier definitions may have split others.
   */
  const held = splits.map((split) => {
    const alike = kpis.filter((kpi) => kpi.split === split);
    const [one] = alike;
    const [asked, told] =
      everything || one === undefined ? [alike, 'toString(held.kpi)'] : [[one], `arrayJoin([${idsOf(alike)}])`];
    return `
    UNION ALL
    SELECT ${told}, held.day, held.sppg_id, toString(held.split), 0, NULL, NULL FROM ${into.cells} AS held
    WHERE held.kpi IN (${idsOf(asked)}) AND (held.sppg_id, held.day) IN (SELECT sppg_id, day FROM cells) AND held.split != ''`;
  });
  return `SELECT {attempt:UInt64}, '${fact}', kpi, day, sppg_id, split, max(num), max(den)
    FROM (
      -- "No data" is decided once: a ratio without a denominator has neither; nothing to add over a denominator is 0.
      SELECT a.1 AS kpi, day, sppg_id, split, ifNull(a.4, 0) != 0 AS present,
        if(a.2 = 0, a.3, if(present, ifNull(a.3, 0), NULL)) AS num, if(present, a.4, NULL) AS den
      FROM (
        SELECT sppg_id, day, s.2 AS split, arrayJoin(${aggregated}) AS a
        FROM (SELECT *, ${keys.length === 1 ? keys[0] : `arrayJoin([${keys.join(', ')}])`} AS s FROM fact)
        GROUP BY sppg_id, day, s
      )
      UNION ALL
      SELECT arrayJoin([${quoted(written)}]), day, sppg_id, '', 0, NULL, NULL FROM cells${held.join('')}
    )
    GROUP BY kpi, day, sppg_id, split`;
}

/**
 * SELECT of the portions in the CTE `fact` as rows of ops.cells, `kpi` a stage and `split` an hour; one without a stage for every cell in
 * the CTE `cells`, so that a day on which nothing is left becomes an empty one.
 */
const flowSql = (fact: FactName) =>
  `SELECT {attempt:UInt64}, '${fact}', concat('${STAGE}', stage), day, sppg_id, toString(hour), sum(portions), NULL
    FROM fact GROUP BY day, sppg_id, stage, hour
    UNION ALL
    SELECT {attempt:UInt64}, '${fact}', '${STAGE}', day, sppg_id, '', NULL, NULL FROM cells`;
