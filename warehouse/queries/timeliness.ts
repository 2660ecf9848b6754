/**
 * Timeliness from facts: of the days a kitchen was to serve, on how many was each daily sheet there by the end of the local day,
 * on how many later and by how much, and on how many not at all.
 * Invariant: the days are those of completeness: days of kitchens that are suspended or not open yet, holidays and days that are
 * not over are not expected.
 */
import type { Warehouse } from '../client.ts';
import { cellsOf, type Scope, scopeCondition } from '../scopes.ts';
import { dueSql, SHEETS, type Sheet } from './completeness.ts';

const sheets = Object.keys(SHEETS) as Sheet[];
const delayKpi = (sheet: Sheet) => `sheet_delay_${sheet}`;

export type SheetTimes = {
  onTime: number;
  late: number;
  missing: number;
  /** Mean days from the end of the day to the sheet, over the late ones; null without one. */
  meanDaysLate: number | null;
};
export type KitchenTimes = { scope: string; name: string; expected: number; sheets: Record<Sheet, SheetTimes> };

type Row = { expected: number } & Record<`${'ontime' | 'late'}_${Sheet}`, number> &
  Record<`days_${Sheet}`, number | null>;

const shape = (row: Row) => ({
  expected: row.expected,
  sheets: Object.fromEntries(
    sheets.map((sheet) => {
      const [onTime, late] = [row[`ontime_${sheet}`], row[`late_${sheet}`]];
      return [sheet, { onTime, late, missing: row.expected - onTime - late, meanDaysLate: row[`days_${sheet}`] }];
    }),
  ) as Record<Sheet, SheetTimes>,
});

/** Kitchens of a scope by how many sheets were late in [from, to], the most first; `totals` adds up all of them. */
export async function timeliness(
  warehouse: Warehouse,
  scope: Scope,
  range: { from: string; to: string },
  limit: number,
): Promise<{ totals: Omit<KitchenTimes, 'scope' | 'name'> & { kitchens: number }; kitchens: KitchenTimes[] }> {
  const base = `${dueSql(scope)},
    delays AS (
      SELECT sppg_id, day, ${sheets
        .map(
          (sheet) =>
            `countIf(kpi = '${delayKpi(sheet)}') > 0 AS has_${sheet}, sumIf(num, kpi = '${delayKpi(sheet)}') AS by_${sheet}`,
        )
        .join(', ')}
      FROM ${cellsOf(scope)} AS m FINAL
      WHERE m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL
        AND m.kpi IN (${sheets.map((sheet) => `'${delayKpi(sheet)}'`).join(', ')}) AND ${scopeCondition(scope, 'm.sppg_id')}
      GROUP BY sppg_id, day
    ),
    days AS (
      SELECT d.sppg_id AS sppg_id, d.day AS day, ${sheets.map((sheet) => `t.has_${sheet} AS has_${sheet}, t.by_${sheet} AS by_${sheet}`).join(', ')}
      FROM due AS d LEFT ANY JOIN delays AS t ON t.sppg_id = d.sppg_id AND t.day = d.day
    )`;
  const sums = `count() AS expected, ${sheets
    .map(
      (
        sheet,
      ) => `countIf(has_${sheet} AND by_${sheet} = 0) AS ontime_${sheet}, countIf(has_${sheet} AND by_${sheet} > 0) AS late_${sheet},
      avgOrNullIf(by_${sheet}, has_${sheet} AND by_${sheet} > 0) AS days_${sheet}`,
    )
    .join(', ')}`;
  const params = { ...range, limit, scopeId: scope.id };
  const [[all], rows] = await Promise.all([
    warehouse.query<Row & { kitchens: number }>(
      `${base} SELECT uniqExact(sppg_id) AS kitchens, ${sums} FROM days`,
      params,
    ),
    warehouse.query<Row & { sppg_id: string; name: string }>(
      `${base} SELECT t.*, k.name AS name FROM (SELECT sppg_id, ${sums} FROM days GROUP BY sppg_id) AS t
       LEFT ANY JOIN (SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted) AS k ON k.id = t.sppg_id
       ORDER BY ${sheets.map((sheet) => `late_${sheet}`).join(' + ')} DESC, sppg_id LIMIT {limit:UInt32}`,
      params,
    ),
  ]);
  // An aggregate without groups always has its one row.
  if (all === undefined) throw new Error('an aggregate has no row');
  return {
    totals: { kitchens: all.kitchens, ...shape(all) },
    kitchens: rows.map((row) => ({ scope: `sppg:${row.sppg_id}`, name: row.name, ...shape(row) })),
  };
}
