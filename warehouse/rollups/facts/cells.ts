/**
 * What facts share: the dirty cells they are limited to, and how rows of a cell are found by index (beside each other in
 * a placed table, else places, then key), never by scanning. `cells` is the name of a CTE with (sppg_id, day, shift).
 */

import { type PlacedTable, placed } from '../../placed.ts';

/** A fact: the CTEs it needs and its rows, with sppg_id, day and the columns KPIs use; a month's cell stands on its first day. */
export type Fact = { with: readonly string[]; select: string; grain?: 'month' };

/** SPPGs of the dirty cells with the offset of their province in hours, as the claim found it; kitchens without one have no cells. */
export const zones = 'zones AS (SELECT DISTINCT sppg_id, shift FROM cells WHERE shift > 0)';

/** The instant at which the local day of a row ends. */
export const rowDayEnds = "toDateTime64(day + 1, 3, 'UTC') - toIntervalHour(z.shift) AS dayEnds";

/** Programme → SPPG for the kitchens of the dirty cells. */
export const programs = `programs AS (
  SELECT id AS program_id, sppgId AS sppg_id FROM raw.nutrition_programs FINAL
  WHERE NOT _deleted AND id IN (SELECT key FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM cells))
)`;

type Grain = 'day' | 'month';
/** Columns that place a row, and (owner, day) of the dirty cells; a month's cell stands on its first day. */
type Place = { owner: string; at: string; cells: string; grain: Grain };
/**
 * Whether a row may be of a dirty cell: a local day of any zone (+7 to +9) lies in two UTC days. A few rows too many are left out where
 * their zone is known; naming local days here, or owners and days beside each other, finds the same granules and costs a third more.
 */
const within = ({ owner, at, cells, grain }: Place) => {
  const utcDays = grain === 'day' ? '[day - 1, day]' : 'arrayMap(n -> day + n - 1, range(32))';
  return `(${owner}, toDate32(${at})) IN (SELECT owner, arrayJoin(${utcDays}) FROM (${cells}))`;
};

const programPlaces =
  'SELECT key, sppg_id FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM cells)';
const ofPrograms = `SELECT n.key AS owner, c.day AS day FROM cells AS c INNER JOIN (${programPlaces}) AS n ON n.sppg_id = c.sppg_id`;
const ofKitchens = 'SELECT sppg_id AS owner, day FROM cells';

/** FROM and WHERE of the rows of a placed table (warehouse/placed.ts) that may lie in the dirty cells. */
export function placedRows(table: PlacedTable, grain: Grain = 'day') {
  const cells = placed[table].ownerPlace === 'program_id' ? ofPrograms : ofKitchens;
  return `FROM ops.placed_${table} FINAL WHERE NOT _deleted AND ${within({ owner: 'owner', at: 'at', cells, grain })}`;
}

/** The keys of a table placed by (sppg_id, at). */
export const keysOf = (table: string, grain: Grain = 'day') =>
  `SELECT key FROM ops.places_${table} WHERE ${within({ owner: 'sppg_id', at: 'at', cells: ofKitchens, grain })}`;

/** First day of a day's month; unlike toStartOfMonth it holds for every Date32. */
export const monthOf = (day: string) => `toDate32(${day} - toDayOfMonth(${day}) + 1)`;

/** The keys of a table's rows that ever belonged to a kitchen of the cells. */
export const placedIn = (table: string) =>
  `SELECT sppg_id, key FROM ops.places_${table} WHERE sppg_id IN (SELECT sppg_id FROM cells)`;
