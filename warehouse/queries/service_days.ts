/**
 * Service days of a range, by the definition of the KPI `service_days`, which is published for months: days of a kitchen with a
 * completed delivery, and days on which it was to serve.
 * Invariant: what was to be served is what completeness waits for, so that both say the same of one period.
 */
import type { Warehouse } from '../client.ts';
import { type Scope, scopeCondition } from '../scopes.ts';
import { dueSql } from './completeness.ts';

/** Days of kitchens: planned, served among those planned, and served on other days. */
export type ServiceDays = { planned: number; served: number; extra: number };

export async function serviceDays(
  warehouse: Warehouse,
  scope: Scope,
  range: { from: string; to: string },
): Promise<ServiceDays> {
  const [row] = await warehouse.query<ServiceDays>(
    `${dueSql(scope)},
     service AS (
       SELECT DISTINCT x.sppgId AS sppg_id, toDate32(x.distributionDate + toIntervalHour(k.shift)) AS day
       FROM (
         SELECT sppgId, distributionDate FROM raw.food_distributions FINAL
         WHERE NOT _deleted AND toString(status) = 'COMPLETED' AND ${scopeCondition(scope, 'sppgId')}
           AND distributionDate >= toDateTime64({from:Date32} - 1, 3, 'UTC') AND distributionDate < toDateTime64({to:Date32} + 1, 3, 'UTC')
       ) AS x
       INNER JOIN (
         SELECT s.id AS id, transform(toString(z.timezone), ['WIB', 'WITA', 'WIT'], [7, 8, 9], 0) AS shift
         FROM (SELECT id, provinceId FROM raw.sppg FINAL WHERE NOT _deleted) AS s
         INNER JOIN (SELECT id, timezone FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS z ON z.id = s.provinceId
       ) AS k ON k.id = x.sppgId
       WHERE k.shift > 0 AND day BETWEEN {from:Date32} AND {to:Date32}
     )
     SELECT d.planned AS planned, s.kept AS served, s.every - s.kept AS extra
     FROM (SELECT count() AS planned FROM due) AS d
     CROSS JOIN (
       SELECT count() AS every, countIf((sppg_id, day) IN (SELECT sppg_id, day FROM due)) AS kept FROM service
     ) AS s`,
    { ...range, scopeId: scope.id },
  );
  return { planned: row?.planned ?? 0, served: row?.served ?? 0, extra: row?.extra ?? 0 };
}
