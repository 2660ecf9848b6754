/**
 * From changed rows to dirty cells (domain rule 6), set-based: one INSERT … SELECT per claim.
 * Invariant: every cell a changed row belongs to now, or ever belonged to, or that joins to it, is in the claim.
 * A place keeps every position a key has had, so both ends of a move are found without ordering the loads.
 */

import type { FactName } from '../kpis/kpi.ts';

/** Marks of the stream with lsn in [from, to) and out-of-band marks by id. LSNs are decimal strings. */
export type MarkRange = { from: string; to: string; marks: readonly string[] };

/** SQL (in parentheses) of the keys to expand: of every change of the table, or only those that may join other rows now. */
type Keys = { changed: string; rejoined: string };

const streamed = (table: string): Keys => {
  const where = `FROM ops.changes WHERE lsn >= {from:UInt64} AND lsn < {to:UInt64} AND table = '${table}'`;
  const owner = ownerOf[table];
  const moved = `
    SELECT key FROM ops.places_${table} WHERE key IN (SELECT key ${where}) GROUP BY key HAVING uniqExact(${owner}) > 1`;
  const created = `SELECT key ${where} AND existence`;
  return {
    changed: `(SELECT key ${where})`,
    rejoined: owner === undefined ? `(SELECT key ${where})` : `(${created} UNION ALL ${moved})`,
  };
};
const outOfBand = (table: string): Keys => {
  const keys = `(SELECT arrayJoin(keys) AS key FROM ops.marks WHERE table = '${table}' AND id IN ({marks:Array(UUID)}))`;
  return { changed: keys, rejoined: keys };
};

/** What of a row decides which other rows it carries into which cell; a key that only ever had one did not carry any away. */
const ownerOf: Readonly<Record<string, string>> = {
  food_productions: 'sppg_id',
  school_distributions: '(program_id, at)',
};

/**
 * Local days an instant may fall on in any of the three zones (+7, +8, +9): marking all of them makes marks independent
 * of the zone, which may itself be what changed.
 */
const days = (at: string) =>
  `arrayJoin(arrayDistinct([toDate32(${at} + toIntervalHour(7)), toDate32(${at} + toIntervalHour(9))])) AS day`;

const checksOf = (productions: string, extra = '') => `
  SELECT f.sppg_id AS sppg_id, ${days('q.at')} FROM ops.places_quality_controls AS q
  INNER JOIN (SELECT key, sppg_id FROM ops.places_food_productions WHERE key IN (${productions})) AS f ON f.key = q.production_id
  WHERE q.production_id IN (${productions}) ${extra}`;
const handoversWhere = (condition: string) => `
  SELECT p.sppg_id AS sppg_id, ${days('s.at')}
  FROM (SELECT program_id, at FROM ops.places_school_distributions WHERE ${condition}) AS s
  INNER JOIN ops.places_nutrition_programs AS p ON p.key = s.program_id`;
const place = (table: string, condition: string) =>
  `SELECT sppg_id, ${days('at')} FROM ops.places_${table} WHERE ${condition}`;

/** Tags cells with the facts that have to be recomputed in them. */
const tagged = (facts: readonly FactName[], cells: string) =>
  `SELECT arrayJoin([${facts.map((fact) => `'${fact}'`).join(', ')}]) AS fact, sppg_id, day FROM (${cells})`;

/** Every cell of the given kitchens: places never forget, so no other cell can exist. */
const everythingOf = (kitchens: string) =>
  tagged(
    ['production', 'quality', 'distribution', 'school', 'feeding', 'waste'],
    `${place('food_productions', `sppg_id IN (${kitchens})`)}
     UNION ALL ${place('food_distributions', `sppg_id IN (${kitchens})`)}
     UNION ALL ${place('waste_management', `sppg_id IN (${kitchens})`)}
     UNION ALL ${checksOf(`SELECT key FROM ops.places_food_productions WHERE sppg_id IN (${kitchens})`)}
     UNION ALL ${handoversWhere(`program_id IN (SELECT key FROM ops.places_nutrition_programs WHERE sppg_id IN (${kitchens}))`)}`,
  );

/** Source table → SQL of the cells its changed keys make dirty. Tables not listed touch no cell. */
const expansions: Readonly<Record<string, (keys: Keys) => string>> = {
  food_productions: ({ changed, rejoined }) => `
    ${tagged(['production'], place('food_productions', `key IN ${changed}`))}
    UNION ALL ${tagged(['distribution'], place('food_distributions', `production_id IN ${changed}`))}
    UNION ALL ${tagged(['quality'], checksOf(rejoined))}`,
  quality_controls: ({ changed }) =>
    tagged(
      ['quality'],
      checksOf(
        `SELECT production_id FROM ops.places_quality_controls WHERE key IN ${changed}`,
        `AND q.key IN ${changed}`,
      ),
    ),
  food_distributions: ({ changed }) => tagged(['distribution'], place('food_distributions', `key IN ${changed}`)),
  // Delivered portions are also the denominator of waste.
  school_distributions: ({ changed, rejoined }) => `
    ${tagged(['school', 'waste'], handoversWhere(`key IN ${changed}`))}
    UNION ALL ${tagged(['feeding'], handoversWhere(`key IN ${rejoined}`))}`,
  school_feeding_reports: ({ changed }) =>
    tagged(
      ['feeding'],
      handoversWhere(`key IN (SELECT distribution_id FROM ops.places_school_feeding_reports WHERE key IN ${changed})`),
    ),
  waste_management: ({ changed }) => tagged(['waste'], place('waste_management', `key IN ${changed}`)),
  menu_nutrition_calculations: ({ changed }) =>
    tagged(
      ['production'],
      place(
        'food_productions',
        `menu_id IN (SELECT menu_id FROM ops.places_menu_nutrition_calculations WHERE key IN ${changed})`,
      ),
    ),
  school_beneficiaries: ({ changed }) => tagged(['school'], handoversWhere(`school_id IN ${changed}`)),
  nutrition_programs: ({ changed }) =>
    tagged(['school', 'feeding', 'waste'], handoversWhere(`program_id IN ${changed}`)),
  sppg: ({ changed }) => everythingOf(`SELECT key FROM ${changed}`),
  provinces_indonesia: ({ changed }) =>
    everythingOf(`SELECT key FROM ops.places_sppg WHERE province_id IN (SELECT key FROM ${changed})`),
};

/** SQL yielding (fact, sppg_id, day) of everything the tables changed in the stream, or marked out of band, make dirty. */
export function dirtyCellsSql(changed: readonly string[], marked: readonly string[]): string {
  const parts = [
    ...changed.map((table) => expansions[table]?.(streamed(table))),
    ...marked.map((table) => expansions[table]?.(outOfBand(table))),
  ].filter((sql) => sql !== undefined);
  return parts.length === 0
    ? "SELECT '' AS fact, '' AS sppg_id, toDate32(0) AS day WHERE 0"
    : parts.join('\nUNION ALL\n');
}

/** SQL yielding every cell there is or has been: the claim of a full rebuild. */
export const allCellsSql = everythingOf('SELECT key FROM ops.places_sppg');
