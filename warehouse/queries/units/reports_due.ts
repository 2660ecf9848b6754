/** Fortnightly financial reports that are out, of many units: while one is late the next tranche of its kitchen is blocked. */
import type { Warehouse } from '../../client.ts';
import { kitchensOfUnits, type Units, withinUnits } from './within.ts';

export type UnitReports = { unit: string; total: number; late: number; due: string };

/** Not submitted yet though their period ends within two weeks of the day, or has ended; `due` is the first day of grace to end. */
export async function unitReports(warehouse: Warehouse, { level, ids }: Units, date: string): Promise<UnitReports[]> {
  return warehouse.query<UnitReports>(
    `SELECT k.unit AS unit, count() AS total, countIf(r.due < {date:Date32}) AS late, toString(min(r.due)) AS due
     FROM (
       SELECT sppgId AS sppg_id, reportPeriod AS period,
         assumeNotNull(toDate32OrNull(extractAll(reportPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}')[2])) + 3 AS due
       FROM raw.sppg_operational_reports FINAL
       WHERE NOT _deleted AND reportType = 'FINANCIAL_BIWEEKLY' AND ${withinUnits(level)('sppgId')}
         AND toDate32OrNull(extractAll(reportPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}')[2]) IS NOT NULL
       GROUP BY sppg_id, period HAVING countIf(submittedAt IS NOT NULL) = 0 AND due <= {date:Date32} + 17
     ) AS r
     INNER JOIN (${kitchensOfUnits(level)}) AS k ON k.id = r.sppg_id
     GROUP BY k.unit`,
    { ids, date },
  );
}
