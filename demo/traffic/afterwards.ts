/**
 * What happens to rows long written: corrections, moves between days and kitchens, deletions, changes of joined rows.
 * Invariant: it stays rare and small, so that a demo that runs for weeks still looks like the programme: corrections may be
 * repeated without end, and what leaves a mark (a row moved or deleted) happens to few rows, however long the demo runs.
 */
import { type Action, between, localDay, now, oneOf, someId, transaction, write } from './traffic.ts';

const past = (column: string, days: number) =>
  `"${column}" >= $3::timestamp - interval '${days} days' AND "${column}" < $3::timestamp`;

/** One row in 64, always the same ones. */
const fewRows = `md5(id) < '04'`;

export const correctBatch: Action = async (traffic) => {
  const where = `"sppgId" = $2 AND ${past('productionDate', 14)} AND status = 'COMPLETED'`;
  const id = await someId(traffic, 'food_productions', where, [traffic.kitchen.id, localDay(traffic)]);
  if (!id) return 0;
  // Written past the application once in a while: then the stamp stays where it was.
  const stamp = traffic.random() < 0.2 ? '' : `, "updatedAt" = ${now}`;
  const set = oneOf(traffic, [
    `"actualPortions" = round("plannedPortions" * (0.965 + 0.04 * $2::float8))`,
    `"actualCost" = round("estimatedCost" * (0.95 + 0.1 * $2::float8))`,
    `"actualEndTime" = "plannedEndTime" + interval '1 minute' * round(-10 + 40 * $2::float8)`,
  ]);
  return write(traffic, `UPDATE food_productions SET ${set}${stamp} WHERE id = $1`, [id, traffic.random()]);
};

export const correctHandover: Action = async (traffic) => {
  const where = `"programId" = $2 AND ${past('distributionDate', 14)} AND "deliveryStatus" IN ('DELIVERED', 'CONFIRMED')`;
  const id = await someId(traffic, 'school_distributions', where, [traffic.kitchen.program, localDay(traffic)]);
  if (!id) return 0;
  return write(
    traffic,
    `UPDATE school_distributions SET "actualQuantity" = round("targetQuantity" * (0.92 + 0.05 * $2::float8)), "updatedAt" = ${now} WHERE id = $1`,
    [id, traffic.random()],
  );
};

/** A reading comes in late, on a row whose large value stays as it is. */
export const lateReading: Action = async (traffic) => {
  const where = `"sppgId" = $2 AND ${past('distributionDate', 7)} AND status = 'COMPLETED'`;
  const id = await someId(traffic, 'food_distributions', where, [traffic.kitchen.id, localDay(traffic)]);
  if (!id) return 0;
  return write(
    traffic,
    `UPDATE food_distributions SET "arrivalTemp" = $2, "arrivalTime" = coalesce("arrivalTime", "plannedEndTime"), "updatedAt" = ${now} WHERE id = $1`,
    [id, Math.round(between(traffic, 590, 720)) / 10],
  );
};

export const moveRunToOtherDay: Action = async (traffic) => {
  const where = `"sppgId" = $2 AND ${past('distributionDate', 6)} AND ${fewRows}`;
  const id = await someId(traffic, 'food_distributions', where, [traffic.kitchen.id, localDay(traffic)]);
  if (!id) return 0;
  return write(
    traffic,
    `UPDATE food_distributions SET "distributionDate" = "distributionDate" - interval '1 day', "updatedAt" = ${now} WHERE id = $1`,
    [id],
  );
};

/** The batch was cooked by the neighbour: its kitchen, programme and menu become theirs. */
export const moveBatchToOtherKitchen: Action = async (traffic) => {
  const where = `"sppgId" = $2 AND ${past('productionDate', 6)} AND ${fewRows}`;
  const id = await someId(traffic, 'food_productions', where, [traffic.kitchen.id, localDay(traffic)]);
  if (!id) return 0;
  return write(
    traffic,
    `UPDATE food_productions f SET "sppgId" = n."sppgId", "programId" = n.id, "menuId" = m.id, "updatedAt" = ${now}
     FROM nutrition_programs n JOIN nutrition_menus m ON m."programId" = n.id WHERE n.id = $2 AND f.id = $1
       AND m.id = (SELECT id FROM nutrition_menus WHERE "programId" = $2 ORDER BY md5(id || $1) LIMIT 1)`,
    [id, traffic.other.program],
  );
};

/** A row is deleted for real, with what hangs on it. */
export const deleteRow: Action = async (traffic) => {
  const [table, tenant, column] = oneOf(traffic, [
    ['waste_management', 'sppgId', 'wasteDate'],
    ['waste_management', 'sppgId', 'wasteDate'],
    ['beneficiary_feedback', 'sppgId', 'createdAt'],
    ['school_distributions', 'programId', 'distributionDate'],
    ['food_distributions', 'sppgId', 'distributionDate'],
    ['food_productions', 'sppgId', 'productionDate'],
    ['procurements', 'sppgId', 'procurementDate'],
  ]);
  const owner = tenant === 'programId' ? traffic.kitchen.program : traffic.kitchen.id;
  const where = `"${tenant}" = $2 AND ${past(column, 20)} AND ${fewRows}`;
  const id = await someId(traffic, table, where, [owner, localDay(traffic)]);
  return id ? write(traffic, `DELETE FROM ${table} WHERE id = $1`, [id]) : 0;
};

export const recalculateMenu: Action = (traffic) =>
  write(
    traffic,
    `UPDATE menu_nutrition_calculations c SET "totalCalories" = kcal, "caloriesDV" = round((kcal / 20)::numeric, 1), "meetsCalorieAKG" = kcal >= 640,
       "meetsAKG" = kcal >= 640 AND "totalProtein" >= 20, "calculatedAt" = ${now}, "updatedAt" = ${now}
     FROM (SELECT c.id, round(600 + 140 * $2::float8) AS kcal FROM nutrition_menus m JOIN menu_nutrition_calculations c ON c."menuId" = m.id
       WHERE m."programId" = $1 ORDER BY md5(c.id || $2::text) LIMIT 1) t WHERE c.id = t.id`,
    [traffic.kitchen.program, Math.sqrt(traffic.random())],
  );

/** A school is put under another type, or its pupils are counted again. */
export const updateSchool: Action = async (traffic) => {
  const id = await someId(traffic, 'school_beneficiaries', '"programId" = $2', [traffic.kitchen.program]);
  if (!id) return 0;
  const set =
    traffic.random() < 0.15
      ? `"schoolType" = CASE "schoolType" WHEN 'SMA' THEN 'SMK' WHEN 'SMK' THEN 'SMA' WHEN 'PAUD' THEN 'TK' WHEN 'TK' THEN 'PAUD' ELSE "schoolType" END`
      : `"activeStudents" = round("targetStudents" * (0.96 + 0.04 * $2::float8))`;
  return write(
    traffic,
    `UPDATE school_beneficiaries SET ${set}, "updatedAt" = ${now} WHERE id = $1 AND $2::float8 IS NOT NULL`,
    [id, traffic.random()],
  );
};

/** The office's evening tidying: several rows of one kitchen in one transaction, one of them thought better of. */
export const tidyUp: Action = (traffic) =>
  transaction(traffic, async () => {
    const day = localDay(traffic, 1 + Math.floor(traffic.random() * 5));
    const rows = await write(
      traffic,
      `UPDATE food_distributions SET "otherCosts" = coalesce("otherCosts", 0) + 1000, "updatedAt" = ${now}
       WHERE "sppgId" = $1 AND "distributionDate" >= $2 AND "distributionDate" < $2::timestamp + interval '1 day' AND status = 'COMPLETED'`,
      [traffic.kitchen.id, day],
    );
    await traffic.client.query('SAVEPOINT second_thought');
    await write(traffic, `UPDATE sppg SET "budgetAlertThreshold" = 1 WHERE id = $1`, [traffic.kitchen.id]);
    await traffic.client.query('ROLLBACK TO SAVEPOINT second_thought');
    return rows;
  });

export const changeBudget: Action = (traffic) =>
  write(
    traffic,
    `UPDATE sppg SET "monthlyBudget" = round("monthlyBudget" * (0.98 + 0.04 * $2::float8) / 1000000) * 1000000, "updatedAt" = ${now} WHERE id = $1`,
    [traffic.kitchen.id, traffic.random()],
  );
