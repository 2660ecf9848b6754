/**
 * What facts share: the dirty cells they are limited to, and how rows of a cell are found by index (places, then key), never by
 * scanning. `cells` is the name of a CTE with (sppg_id, day, shift).
 */

/** A fact: the CTEs it needs and its rows, with sppg_id, day and the columns KPIs use; a month's cell stands on its first day. */
export type Fact = { with: readonly string[]; select: string; grain?: 'month' };

/** SPPGs of the dirty cells with the offset of their province in hours, as the claim found it; kitchens without one have no cells. */
export const zones = 'zones AS (SELECT DISTINCT sppg_id, shift FROM cells WHERE shift > 0)';

/** The instant at which the local day of a row ends. */
export const rowDayEnds = "toDateTime64(day + 1, 3, 'UTC') - toIntervalHour(z.shift) AS dayEnds";

/** UTC days a dirty cell may reach into: a local day begins at most 9 hours before the UTC day of the same name. */
export const utcDays = 'SELECT sppg_id, arrayJoin([day - 1, day]) AS utc_day FROM cells';

/** Programme → SPPG for the kitchens of the dirty cells. */
export const programs = `programs AS (
  SELECT id AS program_id, sppgId AS sppg_id FROM raw.nutrition_programs FINAL
  WHERE NOT _deleted AND id IN (SELECT key FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM cells))
)`;

/** (program_id, utc_day) of the dirty cells: not every programme on every day, but each on its own. */
const programDays = `SELECT p.program_id AS program_id, c.utc_day AS utc_day FROM (${utcDays}) AS c INNER JOIN programs AS p ON p.sppg_id = c.sppg_id`;

/** A column of the places of handovers that may lie in the dirty cells, found by the programme. */
export const handoverPlaces = (column: 'key' | 'school_id') =>
  `SELECT ${column} FROM ops.places_school_distributions
   WHERE program_id IN (SELECT program_id FROM programs) AND (program_id, toDate32(at)) IN (${programDays})`;

/** Keys of a table placed by (sppg_id, at). The kitchens are named once more alone: only so is the primary key used. */
export const keysOf = (table: string, inside = utcDays) =>
  `SELECT key FROM ops.places_${table}
   WHERE sppg_id IN (SELECT sppg_id FROM cells) AND (sppg_id, toDate32(at)) IN (${inside})`;

/** The same for cells that are months, which stand on their first day. */
export const utcDaysOfMonth = `SELECT sppg_id, arrayJoin(arrayMap(n -> day + n - 1, range(33))) AS utc_day FROM cells`;

/** First day of a day's month; unlike toStartOfMonth it holds for every Date32. */
export const monthOf = (day: string) => `toDate32(${day} - toDayOfMonth(${day}) + 1)`;

/** The keys of a table's rows that ever belonged to a kitchen of the cells. */
export const placedIn = (table: string) =>
  `SELECT sppg_id, key FROM ops.places_${table} WHERE sppg_id IN (SELECT sppg_id FROM cells)`;
