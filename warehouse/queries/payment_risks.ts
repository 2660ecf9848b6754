/**
 * Risk of a blocked payment: fortnightly financial reports not submitted, by days left. While one is late the next tranche is not paid.
 * Invariants: a report there is and that nobody has submitted is told by its own period; a fortnight that has ended, in which a
 * kitchen was to serve (by the days of completeness) and for which it has no report at all, is told as MISSING, the first one
 * from the kitchen's opening on. A report covers the fortnight its period ends in. Nothing is missing from before the source
 * kept such reports: the first fortnight that more than one kitchen has one of, and at least a hundredth as many as of the best
 * kept one, so that a mistyped year asks nobody for reports of the past.
 */
import type { Warehouse } from '../client.ts';
import { type Scope, scopeCondition } from '../scopes.ts';
import { dueSql } from './completeness.ts';

export type PaymentRisk = {
  scope: string;
  name: string;
  period: string;
  /** The last day on which the report is in time. */
  due: string;
  /** Days left until then; negative when it is late. */
  daysLeft: number;
  /** The report's own, or MISSING where there is none. */
  status: string;
};

/** Reports by kitchen and period, with whether one was submitted. */
const reports = (condition: string) => `
  SELECT sppgId AS sppg_id, reportPeriod AS period, any(toString(status)) AS held, countIf(submittedAt IS NOT NULL) > 0 AS sent,
    toDate32OrNull(extractAll(reportPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}')[2]) AS ends
  FROM raw.sppg_operational_reports FINAL
  WHERE NOT _deleted AND reportType = 'FINANCIAL_BIWEEKLY' AND ${condition}
  GROUP BY sppg_id, period HAVING ends IS NOT NULL`;
const fortnightDays = `
  SELECT starts, ends, starts + arrayJoin(range(toUInt32(dateDiff('day', starts, ends) + 1))) AS day
  FROM mart.fortnights FINAL WHERE listed AND ends < {date:Date32}`;
/** (sppg_id, starts) of the fortnights that have a report. */
const covered = (condition: string) => `
  SELECT DISTINCT r.sppg_id AS sppg_id, f.starts AS starts FROM (${reports(condition)}) AS r
  INNER JOIN (${fortnightDays}) AS f ON f.day = assumeNotNull(r.ends)`;

/** The first fortnight reports are kept for, by anybody; NULL where there is none: nothing is known then of any. */
const keptSince = `
  SELECT minOrNull(starts)
  FROM (SELECT starts, count() AS kitchens, max(kitchens) OVER () AS most FROM (${covered('1')}) GROUP BY starts)
  WHERE kitchens * 100 >= most AND (kitchens > 1 OR most = 1)`;

/** Days of fortnights without a report, for each kitchen `k`; binds date, scopeId. */
const uncovered = (scope: Scope) => {
  const kitchens = scopeCondition(scope, 'id');
  return `INNER JOIN (
    SELECT s.id AS sppg_id, f.day AS day FROM (SELECT id FROM raw.sppg FINAL WHERE NOT _deleted AND ${kitchens}) AS s
    CROSS JOIN (SELECT * FROM (${fortnightDays}) WHERE starts >= (${keptSince})) AS f
    WHERE (s.id, f.starts) NOT IN (${covered(scopeCondition(scope, 'sppgId'))})
  ) AS d ON d.sppg_id = k.id`;
};
const missing = (scope: Scope) => `
  ${dueSql(scope, uncovered(scope))}
  SELECT u.sppg_id AS sppg_id, concat(toString(greatest(u.starts, k.opens)), ' to ', toString(u.ends)) AS period, u.ends AS ends, 'MISSING' AS held
  FROM (
    SELECT DISTINCT d.sppg_id AS sppg_id, f.starts AS starts, f.ends AS ends FROM due AS d
    INNER JOIN (${fortnightDays}) AS f ON f.day = d.day
  ) AS u
  INNER JOIN (
    SELECT s.id AS id, toDate32(s.operationStartDate + toIntervalHour(transform(toString(z.timezone), ['WIB', 'WITA', 'WIT'], [7, 8, 9], 0))) AS opens
    FROM (SELECT * FROM raw.sppg FINAL WHERE NOT _deleted) AS s
    INNER JOIN (SELECT id, timezone FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS z ON z.id = s.provinceId
  ) AS k ON k.id = u.sppg_id`;

/** The most pressing first; `fewest`: of those with at least so many days left. */
export async function paymentRisks(
  warehouse: Warehouse,
  scope: Scope,
  date: string,
  limit: number,
  fewest = -36_500,
): Promise<{ total: number; late: number; items: PaymentRisk[] }> {
  const rows = await warehouse.query<PaymentRisk & { total: number; late: number }>(
    `SELECT concat('sppg:', r.sppg_id) AS scope, k.name AS name, r.period AS period, toString(r.ends + 3) AS due,
       dateDiff('day', {date:Date32}, r.ends + 3) AS daysLeft, r.held AS status, count() OVER () AS total,
       countIf(daysLeft < 0) OVER () AS late
     FROM (
       SELECT sppg_id, period, assumeNotNull(ends) AS ends, held FROM (${reports(scopeCondition(scope, 'sppgId'))})
       WHERE NOT sent AND ends <= {date:Date32} + 14
       UNION ALL SELECT sppg_id, period, ends, held FROM (${missing(scope)})
     ) AS r
     LEFT ANY JOIN (SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted) AS k ON k.id = r.sppg_id
     WHERE daysLeft >= {fewest:Int32}
     ORDER BY daysLeft, scope, period LIMIT {limit:UInt32}`,
    { date, limit, fewest, scopeId: scope.id },
  );
  return {
    total: rows[0]?.total ?? 0,
    late: rows[0]?.late ?? 0,
    items: rows.map(({ total: _total, late: _late, ...item }) => item),
  };
}
