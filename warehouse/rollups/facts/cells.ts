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

/** Offsets from UTC there are, in hours. */
const SHIFTS = [7, 8, 9];
/**
 * Whether a place's instant lies in the local day of one of the cells, which are (owner, day, shift): exactly, for each key too many
 * costs a granule of its table.
 */
const onDayOf = (owner: string, cells: string) =>
  `(${SHIFTS.map((shift) => `(${owner}, toDate32(at + toIntervalHour(${shift})), toInt8(${shift})) IN (${cells})`).join(' OR ')})`;

/** Programme → SPPG for the kitchens of the dirty cells. */
export const programs = `programs AS (
  SELECT id AS program_id, sppgId AS sppg_id FROM raw.nutrition_programs FINAL
  WHERE NOT _deleted AND id IN (SELECT key FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM cells))
)`;

/** Whether a place of a programme's handover lies in a dirty cell: not every programme on every day, but each on its own. */
export const handoverPlaces = `program_id IN (SELECT program_id FROM programs) AND ${onDayOf(
  'program_id',
  'SELECT p.program_id, c.day, c.shift FROM cells AS c INNER JOIN programs AS p ON p.sppg_id = c.sppg_id',
)}`;

/** Whether a place (sppg_id, at) lies in a dirty cell. The kitchens are named once more alone: only so is the primary key used. */
export const places = `sppg_id IN (SELECT sppg_id FROM cells) AND ${onDayOf('sppg_id', 'SELECT sppg_id, day, shift FROM cells')}`;

/** Keys of a table placed by (sppg_id, at) in the dirty cells. */
export const keysOf = (table: string) => `SELECT key FROM ops.places_${table} WHERE ${places}`;

/** The same for cells that are months, which stand on their first day; a day more at either end. */
export const keysOfMonths = (table: string) => `SELECT key FROM ops.places_${table}
  WHERE sppg_id IN (SELECT sppg_id FROM cells) AND (sppg_id, toDate32(at)) IN (
    SELECT sppg_id, arrayJoin(arrayMap(n -> day + n - 1, range(33))) FROM cells
  )`;

/** First day of a day's month; unlike toStartOfMonth it holds for every Date32. */
export const monthOf = (day: string) => `toDate32(${day} - toDayOfMonth(${day}) + 1)`;

/** The keys of a table's rows that ever belonged to a kitchen of the cells. */
export const placedIn = (table: string) =>
  `SELECT sppg_id, key FROM ops.places_${table} WHERE sppg_id IN (SELECT sppg_id FROM cells)`;
