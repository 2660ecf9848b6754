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

/** Programme → SPPG for the kitchens of the dirty cells. */
export const programs = `programs AS (
  SELECT id AS program_id, sppgId AS sppg_id FROM raw.nutrition_programs FINAL
  WHERE NOT _deleted AND id IN (SELECT key FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM cells))
)`;

/**
 * Whether the local day (or month) of a place may be that of a dirty cell in one of the three zones (+7, +8, +9): the day eight hours on is that of
 * seven or of nine. The owners are named once more alone: only so is the primary key used.
 */
const within = (owner: string, owners: string, cells: string, grain: 'day' | 'month') => {
  const local = (hours: number) => {
    const day = `toDate32(at + toIntervalHour(${hours}))`;
    return grain === 'day' ? day : monthOf(day);
  };
  return `${owner} IN (${owners}) AND ((${owner}, ${local(7)}) IN (${cells}) OR (${owner}, ${local(9)}) IN (${cells}))`;
};

const programPlaces =
  'SELECT key, sppg_id FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM cells)';
const programDays = `SELECT n.key, c.day FROM cells AS c INNER JOIN (${programPlaces}) AS n ON n.sppg_id = c.sppg_id`;

/** A column of the places of handovers that may lie in the dirty cells, found by the programme. */
export const handoverPlaces = (column: 'key' | 'school_id') =>
  `SELECT ${column} FROM ops.places_school_distributions
   WHERE ${within('program_id', `SELECT key FROM (${programPlaces})`, programDays, 'day')}`;

/** A column of the places of a table placed by (sppg_id, at), by default the keys; a month's cell stands on its first day. */
export const keysOf = (
  table: string,
  { grain = 'day', column = 'key' }: { grain?: 'day' | 'month'; column?: string } = {},
) =>
  `SELECT ${column} FROM ops.places_${table}
   WHERE ${within('sppg_id', 'SELECT sppg_id FROM cells', 'SELECT sppg_id, day FROM cells', grain)}`;

/** First day of a day's month; unlike toStartOfMonth it holds for every Date32. */
export const monthOf = (day: string) => `toDate32(${day} - toDayOfMonth(${day}) + 1)`;

/** The keys of a table's rows that ever belonged to a kitchen of the cells. */
export const placedIn = (table: string) =>
  `SELECT sppg_id, key FROM ops.places_${table} WHERE sppg_id IN (SELECT sppg_id FROM cells)`;
