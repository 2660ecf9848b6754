/** The daily sheets of many units: per day that is over, how many kitchens were to serve, and which sheets are missing. */
import type { Warehouse } from '../../client.ts';
import { daysSql, openSheets } from '../completeness.ts';
import { kitchensOfUnits, type Units, withinUnits } from './within.ts';

export type UnitSheets = {
  unit: string;
  /** Kitchens expected, complete, and without each sheet (in the order of `openSheets`), by day. */
  days: [day: string, expected: number, complete: number, ...missing: number[]][];
};

export async function unitSheets(
  warehouse: Warehouse,
  { level, ids }: Units,
  range: { from: string; to: string },
): Promise<UnitSheets[]> {
  const missing = openSheets.map((sheet) => `countIf(NOT d.has_${sheet}) AS no_${sheet}`).join(', ');
  return warehouse.query<UnitSheets>(
    `${daysSql(withinUnits(level))}
     SELECT unit, arraySort(groupArray((toString(day), expected, complete, ${openSheets.map((sheet) => `no_${sheet}`).join(', ')}))) AS days
     FROM (
       SELECT k.unit AS unit, d.day AS day, count() AS expected, countIf(${openSheets.map((sheet) => `d.has_${sheet}`).join(' AND ')}) AS complete, ${missing}
       FROM days AS d INNER JOIN (${kitchensOfUnits(level)}) AS k ON k.id = d.sppg_id
       GROUP BY k.unit, d.day
     ) GROUP BY unit`,
    { ...range, ids },
  );
}
