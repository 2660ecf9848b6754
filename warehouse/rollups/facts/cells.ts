/**
 * What facts share: the dirty cells they are limited to, the relations several of them read, and how rows of a cell are found by index
 * (beside each other in a placed table, else places, then key), never by scanning. `cells` is the name of a CTE with (sppg_id, day, shift).
 */

import { type PlacedTable, placed, westernDay } from '../../placed.ts';

/** A stage of the day by the hour (flow.ts): SQL of the instant, portions and condition of a row that has come so far. */
export type Stage = { stage: string; at: string; portions: string; when: string };

/**
 * A fact: the shared relations it reads, CTEs of its own, and its rows, with sppg_id, day and the columns KPIs use; a month's cell stands on
 * its first day. `stage`, of rows that tell their `shift`, too: what they are in the day by the hour. Every fact may name `zones` as well as `cells`.
 */
export type Fact = {
  reads?: readonly Relation[];
  with?: Readonly<Record<string, Named>>;
  select: string;
  stage?: Stage;
  grain?: 'month';
};

/** SQL of a CTE; with its columns, of one that is read once however often it is named, as long as cells are few (compute.ts). */
export type Named = string | { columns: readonly string[]; sql: string };
/** What names and columns are told from, whichever it is. */
export const sqlOf = (named: Named) => (typeof named === 'string' ? named : named.sql);

/** Relations that facts computed in one statement read once for all of them, as long as cells are few. */
export type Relation = 'programs' | 'batches' | 'runs' | 'handovers';

/** An evening is the day and the next one. */
type Grain = 'day' | 'evening' | 'month';
/** The local days of a dirty cell, which is given as (owner, day); a month's stands on its first day. */
const daysOf: Readonly<Record<Grain, string>> = {
  day: '[day]',
  evening: '[day, day + 1]',
  month: 'arrayMap(n -> day + n, range(31))',
};
/**
 * Whether a row, by its owner and instant, may be of a dirty cell. A local day of any zone (+7 to +9) lies in two UTC days. A few rows too many are left
 * out where their zone is known; naming local days here, or owners and days beside each other, finds the same granules and costs a third more.
 */
const within = (row: { owner: string; at: string }, cells: string, grain: Grain) =>
  `(${row.owner}, toDate32(${row.at})) IN (SELECT owner, arrayJoin(arrayPushFront(${daysOf[grain]}, day - 1)) FROM (${cells}))`;
/** The western days in which the local days of a dirty cell lie: its own, or one more. */
const westernDays = (grain: Grain) =>
  `arrayJoin(if(shift = 7, ${daysOf[grain]}, arrayPushFront(${daysOf[grain]}, day - 1)))`;
/** The same of a placed table, by what it is ordered by; dirty cells have the offset of their kitchen, too. */
const withinPlaced = (table: PlacedTable, cells: string, grain: Grain) =>
  placed[table].first === 'day'
    ? `(owner, ${westernDay('at')}) IN (SELECT owner, ${westernDays(grain)} FROM (${cells}))`
    : within({ owner: 'owner', at: 'at' }, cells, grain);
/** Whether a row of a table that is placed by the day first may be of the day of a dirty cell, whosever it is. */
export const placedOn = (cells: string) => `${westernDay('at')} IN (SELECT ${westernDays('day')} FROM ${cells})`;
const ofKitchens = (cells: string) => `SELECT sppg_id AS owner, day, shift FROM ${cells}`;

/** FROM and WHERE of the rows of a placed table (warehouse/placed.ts) of kitchens that may lie in the dirty cells. */
export const placedRows = (table: 'food_productions' | 'food_distributions', grain: Grain = 'day') =>
  `FROM ops.placed_${table} FINAL WHERE NOT _deleted AND ${withinPlaced(table, ofKitchens('cells'), grain)}`;

/**
 * The rows of a placed table in the cells of the facts that read them, with all their columns, the offset of their kitchen in hours and
 * the instant at which their local day ends. `owners` yields (owner, day, shift); `kitchen` joins a row `f` to its zone `z`.
 */
const placedRelation = (table: PlacedTable, cells: string, owners: string, kitchen: string) => {
  const { owner, at, columns: others } = placed[table];
  const columns = ['id', owner, at, ...others];
  return {
    columns: [...columns, 'sppg_id', 'shift', 'day', 'dayEnds'],
    sql: `SELECT ${columns.map((column) => `f.${column} AS ${column}`).join(', ')},
    z.sppg_id AS sppg_id, z.shift AS shift, toDate32(f.${at} + toIntervalHour(z.shift)) AS day,
    toDateTime64(day + 1, 3, 'UTC') - toIntervalHour(z.shift) AS dayEnds
  FROM (
    SELECT ${columns.join(', ')} FROM ops.placed_${table} FINAL
    WHERE NOT _deleted AND ${withinPlaced(table, owners, 'day')}
  ) AS f
  ${kitchen}
  WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM ${cells})`,
  };
};
const kitchenOf = 'INNER JOIN zones AS z ON z.sppg_id = f.sppgId';

/** SQL of a relation and its columns, over `zones`, `<relation>_cells` (those of the facts that read it) and what `with` names. */
type Shared = { with?: Readonly<Record<string, string>>; columns: readonly string[]; sql: string };

/** In the order in which one may name another. A programme belongs to a kitchen now (`programs`), or ever did (`program_places`). */
export const relations: Readonly<Record<Relation, Shared>> = {
  programs: {
    with: {
      program_places:
        'SELECT key, sppg_id FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM programs_cells)',
    },
    columns: ['program_id', 'sppg_id'],
    sql: `SELECT id AS program_id, sppgId AS sppg_id FROM raw.nutrition_programs FINAL
  WHERE NOT _deleted AND id IN (SELECT key FROM program_places)`,
  },
  batches: placedRelation('food_productions', 'batches_cells', ofKitchens('batches_cells'), kitchenOf),
  runs: placedRelation('food_distributions', 'runs_cells', ofKitchens('runs_cells'), kitchenOf),
  handovers: placedRelation(
    'school_distributions',
    'handovers_cells',
    'SELECT n.key AS owner, c.day AS day, c.shift AS shift FROM handovers_cells AS c INNER JOIN program_places AS n ON n.sppg_id = c.sppg_id',
    `INNER JOIN (
    SELECT p.program_id AS program_id, z.sppg_id AS sppg_id, z.shift AS shift FROM programs AS p INNER JOIN zones AS z ON z.sppg_id = p.sppg_id
  ) AS z ON z.program_id = f.programId`,
  ),
};

/** A relation with these columns that is read once, however often it is named: a CTE is read every time, a scalar subquery is not. */
export const once = (columns: readonly string[], sql: string) =>
  `SELECT ${columns.map((column, index) => `r.${index + 1} AS ${column}`).join(', ')}
    FROM (SELECT arrayJoin((SELECT groupArray((${columns.join(', ')})) FROM (${sql}))) AS r)`;

/** The keys of a table placed by (sppg_id, at). */
export const keysOf = (table: string, grain: Grain = 'day') =>
  `SELECT key FROM ops.places_${table} WHERE ${within({ owner: 'sppg_id', at: 'at' }, ofKitchens('cells'), grain)}`;

/** First day of a day's month; unlike toStartOfMonth it holds for every Date32. */
export const monthOf = (day: string) => `toDate32(${day} - toDayOfMonth(${day}) + 1)`;

/** The keys of a table's rows that ever belonged to a kitchen of the cells. */
export const placedIn = (table: string) =>
  `SELECT sppg_id, key FROM ops.places_${table} WHERE sppg_id IN (SELECT sppg_id FROM cells)`;
