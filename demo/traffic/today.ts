/**
 * The day under way: rows for a day nobody planned yet, and batches, runs and handovers moving on.
 * Invariant: things move when their planned time has come, and never before what they depend on; schools get less than was
 * cooked for them.
 */
import { holidays } from '../../warehouse/reference/holidays.ts';
import { type Action, between, localDay, newId, now, someId, type Traffic, transaction, write } from './traffic.ts';

const closed = new Set(holidays.map((holiday) => holiday.date));
const copied = (kind: string, source: string) => `('c' || substr(md5('${kind}' || $3::text || ${source}), 1, 24))`;

/** Plans the kitchen's local day after its last one, when it has none yet and the day is one of service. */
export async function openDay(traffic: Traffic): Promise<number> {
  const { client, kitchen } = traffic;
  const start = localDay(traffic);
  const day = new Date(Date.parse(`${start}Z`) + kitchen.zone * 3_600_000).toISOString().slice(0, 10);
  if (closed.has(day) || new Date(`${day}T00:00:00Z`).getUTCDay() === 0) return 0;
  const { rows } = await client.query<{ last: string | null; shift: number; fresh: boolean }>(
    `SELECT last::text, $3::date - last AS shift, last = $3::date AS fresh FROM (
       SELECT (max("productionDate") + interval '1 hour' * $2)::date AS last FROM food_productions
       WHERE "sppgId" = $1 AND "productionDate" < $4::timestamp + interval '1 day') x`,
    [kitchen.id, kitchen.zone, day, start],
  );
  const latest = rows[0];
  if (!latest?.last || latest.fresh) return 0;
  const values = [kitchen.id, latest.shift, day, latest.last, kitchen.zone];
  const from = (column: string) => `$4::date::timestamp - interval '1 hour' * $5 <= ${column}
    AND ${column} < $4::date::timestamp + interval '1 day' - interval '1 hour' * $5`;
  const later = (column: string) => `${column} + interval '1 day' * $2`;
  const coded = (column: string) =>
    `regexp_replace(${column}, '[0-9]{6}-([0-9]+)$', to_char($3::date, 'YYMMDD') || '-\\1')`;
  return transaction(traffic, async () => {
    const batches = await write(
      traffic,
      `INSERT INTO food_productions (id, "sppgId", "programId", "menuId", "productionDate", "batchNumber", "plannedPortions",
         "plannedStartTime", "plannedEndTime", "estimatedCost", "targetTemperature", status, "createdAt", "updatedAt")
       SELECT ${copied('batch', 'id')}, "sppgId", "programId", "menuId", ${later('"productionDate"')}, ${coded('"batchNumber"')},
         "plannedPortions", ${later('"plannedStartTime"')}, ${later('"plannedEndTime"')}, "estimatedCost", "targetTemperature",
         'PLANNED', ${now}, ${now}
       FROM food_productions WHERE "sppgId" = $1 AND ${from('"productionDate"')} ON CONFLICT DO NOTHING`,
      values,
    );
    const runs = await write(
      traffic,
      `INSERT INTO food_distributions (id, "sppgId", "programId", "productionId", "distributionDate", "distributionCode", "mealType",
         "distributionPoint", "plannedRecipients", "plannedStartTime", "plannedEndTime", "transportCost", "fuelCost", "menuItems",
         "totalPortions", "portionSize", status, "createdAt", "updatedAt")
       SELECT ${copied('run', 'id')}, "sppgId", "programId",
         (SELECT p.id FROM food_productions p WHERE p.id = ${copied('batch', 'x."productionId"')}), ${later('"distributionDate"')},
         ${coded('"distributionCode"')}, "mealType", "distributionPoint", "plannedRecipients", ${later('"plannedStartTime"')},
         ${later('"plannedEndTime"')}, "transportCost", "fuelCost", "menuItems", "totalPortions", "portionSize", 'SCHEDULED', ${now}, ${now}
       FROM food_distributions x WHERE "sppgId" = $1 AND ${from('"distributionDate"')} ON CONFLICT DO NOTHING`,
      values,
    );
    const handovers = await write(
      traffic,
      `INSERT INTO school_distributions (id, "programId", "schoolId", "menuId", "distributionDate", "targetQuantity", "schoolName",
         "targetStudents", "menuName", "portionSize", "totalWeight", "costPerPortion", "budgetAllocated", "createdAt", "updatedAt")
       SELECT ${copied('hand', 's.id')}, s."programId", "schoolId", "menuId", ${later('"distributionDate"')}, "targetQuantity",
         "schoolName", s."targetStudents", "menuName", "portionSize", "totalWeight", "costPerPortion", "budgetAllocated", ${now}, ${now}
       FROM school_distributions s JOIN nutrition_programs n ON n.id = s."programId"
       WHERE n."sppgId" = $1 AND n.status = 'ACTIVE' AND ${from('"distributionDate"')} ON CONFLICT DO NOTHING`,
      values,
    );
    return batches + runs + handovers;
  });
}

/** Batches under way: prepared, cooked, checked, finished. */
export const advanceBatch: Action = async (traffic) => {
  const values = [traffic.kitchen.id, localDay(traffic)];
  const open = `"sppgId" = $2 AND "productionDate" >= $3 AND "productionDate" < $3::timestamp + interval '1 day'
    AND CASE WHEN status IN ('PLANNED', 'PREPARING') THEN "plannedStartTime" WHEN status = 'COOKING'
      THEN "plannedEndTime" - interval '15 minutes' WHEN status = 'QUALITY_CHECK' THEN "plannedEndTime" END <= ${now}`;
  const id = await someId(traffic, 'food_productions', open, values);
  if (!id) return 0;
  return write(
    traffic,
    `UPDATE food_productions SET
       status = CASE WHEN $5 AND status = 'PLANNED' THEN 'CANCELLED' WHEN status = 'PLANNED' THEN 'PREPARING'
         WHEN status = 'PREPARING' THEN 'COOKING' WHEN status = 'COOKING' THEN 'QUALITY_CHECK' ELSE 'COMPLETED' END::"ProductionStatus",
       "actualStartTime" = CASE WHEN status = 'PREPARING' THEN least(${now}, "plannedStartTime" + interval '1 minute' * (18 * $2::float8)) ELSE "actualStartTime" END,
       "actualEndTime" = CASE WHEN status = 'QUALITY_CHECK' THEN least(${now}, "plannedEndTime" + interval '1 minute' * (25 * $3::float8)) ELSE "actualEndTime" END,
       "actualPortions" = CASE WHEN status = 'QUALITY_CHECK' THEN round("plannedPortions" * (0.965 + 0.04 * $2::float8)) ELSE "actualPortions" END,
       "actualCost" = CASE WHEN status = 'QUALITY_CHECK' AND $3::float8 > 0.04 THEN round("estimatedCost" * (0.94 + 0.11 * $3::float8)) ELSE "actualCost" END,
       "actualTemperature" = CASE WHEN status = 'QUALITY_CHECK' THEN 72 + round(80 * $4::float8) / 10 ELSE "actualTemperature" END,
       "qualityPassed" = CASE WHEN status = 'QUALITY_CHECK' THEN $4::float8 > 0.03 ELSE "qualityPassed" END, "updatedAt" = ${now}
     WHERE id = $1`,
    [id, traffic.random(), traffic.random(), traffic.random(), traffic.random() < 0.003],
  );
};

/** Runs under way: loaded, off, arrived, finished; a run leaves when its batch is done. */
export const advanceRun: Action = async (traffic) => {
  const open = `"sppgId" = $2 AND "distributionDate" >= $3 AND "distributionDate" < $3::timestamp + interval '1 day'
    AND status NOT IN ('COMPLETED', 'CANCELLED') AND "plannedStartTime" + CASE status WHEN 'SCHEDULED' THEN interval '-20 minutes'
      WHEN 'PREPARING' THEN interval '0' WHEN 'IN_TRANSIT' THEN interval '40 minutes' ELSE interval '70 minutes' END <= ${now}
    AND NOT EXISTS (SELECT FROM food_productions p WHERE p.id = "productionId" AND p.status NOT IN ('COMPLETED', 'CANCELLED'))`;
  const id = await someId(traffic, 'food_distributions', open, [traffic.kitchen.id, localDay(traffic)]);
  if (!id) return 0;
  const late = traffic.random() < 0.06 ? between(traffic, 35, 80) : 0;
  return write(
    traffic,
    `UPDATE food_distributions x SET status = CASE WHEN p.status = 'CANCELLED' THEN 'CANCELLED' WHEN x.status = 'SCHEDULED' THEN 'PREPARING'
         WHEN x.status = 'PREPARING' THEN 'IN_TRANSIT' WHEN x.status = 'IN_TRANSIT' THEN 'DISTRIBUTING' ELSE 'COMPLETED' END::"DistributionStatus",
       "departureTime" = CASE WHEN x.status = 'PREPARING' THEN t.departed ELSE x."departureTime" END,
       "actualStartTime" = CASE WHEN x.status = 'PREPARING' THEN t.departed ELSE x."actualStartTime" END,
       "departureTemp" = CASE WHEN x.status = 'PREPARING' THEN 70 + round(80 * $2::float8) / 10 ELSE x."departureTemp" END,
       "arrivalTime" = CASE WHEN x.status = 'IN_TRANSIT' THEN t.arrived ELSE x."arrivalTime" END,
       "arrivalTemp" = CASE WHEN x.status = 'IN_TRANSIT' AND $3::float8 > 0.05 THEN 59 + round(120 * $2::float8) / 10 ELSE x."arrivalTemp" END,
       "completionTime" = CASE WHEN x.status = 'DISTRIBUTING' THEN ${now} ELSE x."completionTime" END,
       "actualEndTime" = CASE WHEN x.status = 'DISTRIBUTING' THEN ${now} ELSE x."actualEndTime" END,
       "actualRecipients" = CASE WHEN x.status = 'DISTRIBUTING' THEN round(x."plannedRecipients" * (0.945 + 0.055 * $3::float8)) ELSE x."actualRecipients" END,
       "updatedAt" = ${now}
     FROM (SELECT d.id, least(${now}, d."plannedStartTime" + interval '1 minute' * (12 * $2::float8)) AS departed, greatest(d."departureTime",
         least(${now}, d."plannedStartTime" + interval '1 minute' * (34 + 20 * $3::float8 + $4))) AS arrived FROM food_distributions d WHERE d.id = $1) t
     LEFT JOIN food_distributions y ON y.id = t.id LEFT JOIN food_productions p ON p.id = y."productionId" WHERE x.id = t.id`,
    [id, traffic.random(), traffic.random(), late],
  );
};

/** Runs of the kitchen's day that bring a school its portions; the posyandu is named in none. */
const runsTo = (school: string) => `FROM food_distributions x WHERE x."sppgId" = $4 AND x."distributionDate" >= $3
  AND x."distributionDate" < $3::timestamp + interval '1 day' AND position(${school} IN x."distributionPoint") > 0`;

/** Schools of the kitchen confirm what came, with their report on it; up to three in one transaction. */
export const handOver: Action = (traffic) =>
  transaction(traffic, async () => {
    let rows = 0;
    for (let left = 1 + Math.floor(traffic.random() * 3); left > 0; left--) {
      const open = `"programId" = $2 AND "distributionDate" >= $3 AND "distributionDate" < $3::timestamp + interval '1 day'
        AND "deliveryStatus" IN ('PLANNED', 'IN_TRANSIT', 'DELIVERED') AND EXISTS (SELECT FROM food_distributions x WHERE x."sppgId" = $4
          AND x."distributionDate" >= $3 AND x.status = 'COMPLETED' AND x."arrivalTime" IS NOT NULL AND x."distributionDate" < $3::timestamp + interval '1 day')
        AND NOT EXISTS (SELECT ${runsTo('"schoolName"')} AND x.status NOT IN ('COMPLETED', 'CANCELLED'))`;
      const id = await someId(traffic, 'school_distributions', open, [
        traffic.kitchen.program,
        localDay(traffic),
        traffic.kitchen.id,
      ]);
      if (!id) return rows;
      const day = localDay(traffic);
      const stranded = await someId(
        traffic,
        'school_distributions',
        `id = $2 AND EXISTS (SELECT ${runsTo('"schoolName"')} AND x.status = 'CANCELLED')`,
        [id, day, traffic.kitchen.id],
      );
      rows += await write(
        traffic,
        `UPDATE school_distributions SET "deliveryStatus" = CASE WHEN $3 THEN 'ISSUE' WHEN "deliveryStatus" = 'DELIVERED' THEN 'CONFIRMED' ELSE 'DELIVERED' END,
           "actualQuantity" = CASE WHEN $3 THEN 0 WHEN "deliveryStatus" = 'DELIVERED' THEN "actualQuantity" ELSE round("targetQuantity" * (0.92 + 0.05 * $2::float8)) END,
           "totalCost" = "costPerPortion" * round("targetQuantity" * (0.92 + 0.05 * $2::float8)), "deliveryTime" = coalesce("deliveryTime", ${now}),
           "receivedAt" = coalesce("receivedAt", ${now}), "foodTemperature" = coalesce("foodTemperature", 57 + round(80 * $2::float8) / 10), "updatedAt" = ${now}
         WHERE id = $1`,
        [id, traffic.random(), stranded !== undefined || traffic.random() < 0.01],
      );
      rows += await write(
        traffic,
        `INSERT INTO school_feeding_reports (id, "distributionId", "schoolId", "reportDate", "totalStudentsServed", "totalPortionsServed",
           "totalPortionsConsumed", "wastePercentage", "attendanceRate", "participationRate", "createdAt", "updatedAt")
         SELECT $2, id, "schoolId", ${now}, "actualQuantity", "actualQuantity", floor("actualQuantity" * $3::float8), round(100 * (1 - $3::numeric), 2), 96, 98, ${now}, ${now}
         FROM school_distributions s WHERE id = $1 AND "deliveryStatus" = 'CONFIRMED' AND "actualQuantity" > 0
           AND NOT EXISTS (SELECT FROM school_feeding_reports r WHERE r."distributionId" = s.id)`,
        [id, newId(traffic), between(traffic, 0.86, 0.98)],
      );
    }
    return rows;
  });
