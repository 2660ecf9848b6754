/**
 * The sheets a kitchen sends in through its service day, each all rows of its kind at once: planned, cooked, checked, delivered,
 * handed over. Of its newest day, whatever the clock says, because the morning that is played has a clock of its own.
 * Invariant: a sheet moves rows forward only (a plan that is there is revised until the cooking begins), and one that has nothing to
 * move writes nothing.
 */
import * as afterwards from './afterwards.ts';
import type { Kind } from './morning_plan.ts';
import { openDay } from './today.ts';
import { type Action, between, now, oneOf, transaction, write } from './traffic.ts';

const newest = (table: string, column: string, tenant: string) =>
  `"${tenant}" = $1 AND "${column}" > (SELECT max("${column}") - interval '12 hours' FROM ${table} WHERE "${tenant}" = $1)`;

/** Pupils the schools expect and prices of the morning's market, in a plan that was made before. */
const revisePlan: Action = (traffic) =>
  transaction(traffic, async () => {
    const batches = await write(
      traffic,
      `UPDATE food_productions SET "estimatedCost" = round("estimatedCost" * (0.99 + 0.02 * $2::float8)), "updatedAt" = ${now}
       WHERE ${newest('food_productions', 'productionDate', 'sppgId')} AND status = 'PLANNED'`,
      [traffic.kitchen.id, traffic.random()],
    );
    if (batches === 0) return 0;
    const handovers = await write(
      traffic,
      `UPDATE school_distributions SET "targetQuantity" = round(coalesce("targetStudents", "targetQuantity") * (0.97 + 0.03 * $2::float8)), "updatedAt" = ${now}
       WHERE ${newest('school_distributions', 'distributionDate', 'programId')} AND "deliveryStatus" = 'PLANNED'`,
      [traffic.kitchen.program, traffic.random()],
    );
    return batches + handovers;
  });

const plan: Action = async (traffic) => (await openDay(traffic)) || (await revisePlan(traffic));

const cook: Action = (traffic) =>
  write(
    traffic,
    `UPDATE food_productions SET
       status = CASE status WHEN 'PLANNED' THEN 'PREPARING' WHEN 'PREPARING' THEN 'COOKING' WHEN 'COOKING' THEN 'QUALITY_CHECK'
         ELSE 'COMPLETED' END::"ProductionStatus",
       "actualStartTime" = coalesce("actualStartTime", "plannedStartTime" + interval '1 minute' * round(15 * $2::float8)),
       "actualEndTime" = CASE WHEN status = 'QUALITY_CHECK' THEN "plannedEndTime" + interval '1 minute' * round(20 * $2::float8) ELSE "actualEndTime" END,
       "actualPortions" = CASE WHEN status = 'QUALITY_CHECK' THEN round("plannedPortions" * (0.965 + 0.04 * $2::float8)) ELSE "actualPortions" END,
       "actualCost" = CASE WHEN status = 'QUALITY_CHECK' THEN round("estimatedCost" * (0.94 + 0.11 * $2::float8)) ELSE "actualCost" END,
       "qualityPassed" = CASE WHEN status = 'QUALITY_CHECK' THEN $2::float8 < 0.97 ELSE "qualityPassed" END, "updatedAt" = ${now}
     WHERE ${newest('food_productions', 'productionDate', 'sppgId')} AND status NOT IN ('COMPLETED', 'CANCELLED')`,
    [traffic.kitchen.id, traffic.random()],
  );

const check: Action = (traffic) =>
  write(
    traffic,
    `INSERT INTO quality_controls (id, "productionId", "checkType", "checkTime", "checkedBy", parameter, "actualValue", passed, score, "actionRequired", "createdAt")
     SELECT 'c' || substr(md5('check' || f.id || $2::text), 1, 24), f.id, 'TEMPERATURE', ${now}, 'Petugas QC', 'Uji harian', 'baik', true, $3::int, false, ${now}
     FROM food_productions f WHERE ${newest('food_productions', 'productionDate', 'sppgId')} AND status != 'CANCELLED'
       AND (SELECT count(*) FROM quality_controls q WHERE q."productionId" = f.id) < 6 ON CONFLICT DO NOTHING`,
    [traffic.kitchen.id, traffic.random(), Math.round(between(traffic, 78, 99))],
  );

const deliver: Action = (traffic) =>
  write(
    traffic,
    `UPDATE food_distributions SET
       status = CASE status WHEN 'SCHEDULED' THEN 'PREPARING' WHEN 'PREPARING' THEN 'IN_TRANSIT' WHEN 'IN_TRANSIT' THEN 'DISTRIBUTING'
         ELSE 'COMPLETED' END::"DistributionStatus",
       "departureTime" = CASE WHEN status = 'PREPARING' THEN "plannedStartTime" + interval '1 minute' * round(12 * $2::float8) ELSE "departureTime" END,
       "arrivalTime" = CASE WHEN status = 'IN_TRANSIT' THEN greatest("departureTime", "plannedStartTime" + interval '1 minute' * round(34 + 40 * $2::float8)) ELSE "arrivalTime" END,
       "completionTime" = CASE WHEN status = 'DISTRIBUTING' THEN "arrivalTime" + interval '30 minutes' ELSE "completionTime" END,
       "actualRecipients" = CASE WHEN status = 'DISTRIBUTING' THEN round("plannedRecipients" * (0.945 + 0.055 * $2::float8)) ELSE "actualRecipients" END,
       "updatedAt" = ${now}
     WHERE ${newest('food_distributions', 'distributionDate', 'sppgId')} AND status NOT IN ('COMPLETED', 'CANCELLED')`,
    [traffic.kitchen.id, traffic.random()],
  );

/** Schools sign for what came; those that had signed send their report. */
const handOver: Action = (traffic) =>
  transaction(traffic, async () => {
    const day = newest('school_distributions', 'distributionDate', 'programId');
    const values = [traffic.kitchen.program, traffic.random()];
    const reports = await write(
      traffic,
      `INSERT INTO school_feeding_reports (id, "distributionId", "schoolId", "reportDate", "totalStudentsServed", "totalPortionsServed",
         "totalPortionsConsumed", "wastePercentage", "attendanceRate", "participationRate", "createdAt", "updatedAt")
       SELECT 'c' || substr(md5('report' || id), 1, 24), id, "schoolId", ${now}, "actualQuantity", "actualQuantity",
         floor("actualQuantity" * (0.86 + 0.12 * $2::float8)), round((14 - 12 * $2::float8)::numeric, 2), 96, 98, ${now}, ${now}
       FROM school_distributions s WHERE ${day} AND "deliveryStatus" = 'CONFIRMED' AND "actualQuantity" > 0
         AND NOT EXISTS (SELECT FROM school_feeding_reports r WHERE r."distributionId" = s.id) ON CONFLICT DO NOTHING`,
      values,
    );
    return (
      reports +
      (await write(
        traffic,
        `UPDATE school_distributions SET "deliveryStatus" = CASE WHEN "deliveryStatus" = 'DELIVERED' THEN 'CONFIRMED' ELSE 'DELIVERED' END,
           "actualQuantity" = coalesce("actualQuantity", round("targetQuantity" * (0.92 + 0.05 * $2::float8))),
           "deliveryTime" = coalesce("deliveryTime", ${now}), "receivedAt" = coalesce("receivedAt", ${now}), "updatedAt" = ${now}
         WHERE ${day} AND "deliveryStatus" IN ('PLANNED', 'IN_TRANSIT', 'DELIVERED')`,
        values,
      ))
    );
  });

const correct: Action = (traffic) =>
  oneOf(traffic, [afterwards.correctHandover, afterwards.correctBatch, afterwards.lateReading])(traffic);

export const sheets: Readonly<Record<Kind, Action>> = { plan, cook, check, deliver, handOver, correct };
