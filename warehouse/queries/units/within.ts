/**
 * Many units of one level at once: the relation their figures are read from, and the kitchens they are made of. Statements bind `ids`.
 * Invariant: a demo kitchen counts for itself and for nothing above it.
 */
import type { Within } from '../completeness.ts';

/** The levels that have pages. */
export const PAGE_LEVELS = ['national', 'province', 'regency', 'sppg'] as const;
export type PageLevel = (typeof PAGE_LEVELS)[number];
/** Units of one level; the nation's id is the empty text. */
export type Units = { level: PageLevel; ids: readonly string[] };

/** The relation (alias m), the column that tells units apart, and the condition. */
export function figuresOfUnits(level: PageLevel): { from: string; unit: string; where: string } {
  if (level === 'sppg')
    return { from: 'mart.kpi_kitchens AS m FINAL', unit: 'm.sppg_id', where: 'm.sppg_id IN {ids:Array(String)}' };
  const from = 'mart.kpi_areas AS m FINAL';
  // The nation has one id, the empty one: bound like the others, so that no statement is without its units.
  if (level === 'national') return { from, unit: "''", where: "has({ids:Array(String)}, '')" };
  return { from, unit: `m.${level}_id`, where: `m.${level}_id IN {ids:Array(String)}` };
}

const columns = { national: "''", province: 'provinceId', regency: 'regencyId', sppg: 'id' } as const;

/** (id, unit) of the kitchens that count for the units. */
export const kitchensOfUnits = (level: PageLevel): string =>
  `SELECT id, ${columns[level]} AS unit FROM raw.sppg FINAL
   WHERE NOT _deleted ${level === 'sppg' ? '' : 'AND NOT isDemoAccount'} AND has({ids:Array(String)}, ${columns[level]})`;

export const withinUnits =
  (level: PageLevel): Within =>
  (column) =>
    level === 'sppg' ? `${column} IN {ids:Array(String)}` : `${column} IN (SELECT id FROM (${kitchensOfUnits(level)}))`;
