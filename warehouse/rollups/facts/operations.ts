/** Facts of a day of operations: batches, checks, delivery runs, handovers to schools, what was eaten, weighed, received and said. */
import type { FactName } from '../../kpis/kpi.ts';
import { type Fact, keysOf, placedOn, placedRows } from './cells.ts';

/** Columns that rules look at, beside those that figures are made of. */
const BATCH =
  `plannedStartTime plannedEndTime actualTemperature targetTemperature hygieneScore tasteRating appearanceRating textureRating
  costPerPortion wasteAmount productionDate`.split(/\s+/);
const CHECK = ['checkType', 'actionDate', 'checkTime'];
const RUN =
  `plannedStartTime actualStartTime actualEndTime completionTime distributionDate totalPortions departureTemp servingTemp hygieneScore`.split(
    ' ',
  );
const HANDOVER =
  `distributionDate totalWeight costPerPortion totalCost deliveryTime receivedAt foodTemperature satisfactionScore`.split(
    ' ',
  );
const REPORT = ['totalStudentsServed', 'wastePercentage', 'attendanceRate', 'participationRate'];
const taken = (alias: string, columns: readonly string[]) =>
  columns.map((column) => `${alias}.${column} AS ${column}`).join(', ');

export const operations = {
  production: {
    reads: ['batches'],
    select: `
      SELECT f.sppg_id AS sppg_id, f.day AS day, toString(f.status) AS status, status = 'COMPLETED' AS done,
        f.plannedPortions AS plannedPortions, f.actualPortions AS actualPortions,
        f.estimatedCost AS estimatedCost, f.actualCost AS actualCost,
        f.actualStartTime AS actualStartTime, f.actualEndTime AS actualEndTime,
        c.calculated = 1 AS calculated, c.meetsAKG = 1 AS meetsAKG, f.createdAt AS createdAt, f.dayEnds AS dayEnds, ${taken('f', BATCH)}
      FROM batches AS f
      LEFT ANY JOIN (
        SELECT menuId, 1 AS calculated, toUInt8(meetsAKG) AS meetsAKG
        FROM raw.menu_nutrition_calculations FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_menu_nutrition_calculations WHERE menu_id IN (SELECT menuId FROM batches)
        )
      ) AS c ON c.menuId = f.menuId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  quality: {
    with: {
      // A check may be of a batch of any day: which batches a kitchen ever had is asked for, and the day of the check finds it.
      checks: {
        columns: ['id', 'productionId', 'passed', 'score', 'severity', 'actionTaken', 'createdAt', ...CHECK],
        sql: `SELECT id, productionId, passed, score, severity, actionTaken, createdAt, ${CHECK.join(', ')}
        FROM ops.placed_quality_controls FINAL
        WHERE NOT _deleted AND ${placedOn('cells')}
          AND owner IN (SELECT key FROM ops.places_food_productions WHERE sppg_id IN (SELECT sppg_id FROM cells))`,
      },
      // Mostly of the same kitchen and day, or of the next, which begins in the evening: found with its neighbours, not one by one.
      checked: {
        columns: ['id', 'sppgId'],
        sql: `SELECT id, sppgId ${placedRows('food_productions', 'evening')} AND id IN (SELECT productionId FROM checks)`,
      },
    },
    select: `
      SELECT f.sppgId AS sppg_id, toDate32(q.checkTime + toIntervalHour(z.shift)) AS day,
        q.passed AS passed, q.score AS score, q.severity AS severity, q.actionTaken AS actionTaken, q.createdAt AS createdAt,
        toDateTime64(day + 1, 3, 'UTC') - toIntervalHour(z.shift) AS dayEnds, ${taken('q', CHECK)}
      FROM checks AS q
      LEFT ANY JOIN (
        SELECT id, sppgId FROM checked
        UNION ALL
        SELECT id, sppgId FROM raw.food_productions FINAL
        WHERE NOT _deleted AND id IN (SELECT productionId FROM checks WHERE productionId NOT IN (SELECT id FROM checked))
      ) AS f ON f.id = q.productionId
      INNER JOIN zones AS z ON z.sppg_id = f.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  distribution: {
    reads: ['runs'],
    with: {
      // Mostly of the same day of the same kitchen: found with its neighbours, not one by one.
      cooked: {
        columns: ['id', 'actualEndTime'],
        sql: `SELECT id, actualEndTime ${placedRows('food_productions')} AND id IN (SELECT productionId FROM runs)`,
      },
    },
    select: `
      SELECT x.sppg_id AS sppg_id, x.day AS day, toString(x.status) AS status, status = 'COMPLETED' AS done,
        x.plannedRecipients AS plannedRecipients, x.actualRecipients AS actualRecipients,
        x.plannedEndTime AS plannedEndTime, x.arrivalTime AS arrivalTime, x.arrivalTemp AS arrivalTemp, x.departureTime AS departureTime,
        coalesce(x.arrivalTime, x.actualEndTime) AS arrived, f.actualEndTime AS cookedAt, x.shift AS shift,
        x.transportCost AS transportCost, x.fuelCost AS fuelCost, x.otherCosts AS otherCosts, x.createdAt AS createdAt, x.dayEnds AS dayEnds,
        ${taken('x', RUN)}
      FROM runs AS x
      LEFT ANY JOIN (
        SELECT id, actualEndTime FROM cooked
        UNION ALL
        SELECT id, actualEndTime FROM raw.food_productions FINAL
        WHERE NOT _deleted AND id IN (SELECT productionId FROM runs WHERE productionId NOT IN (SELECT id FROM cooked))
      ) AS f ON f.id = x.productionId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
    stage: {
      stage: 'departed',
      at: 'coalesce(departureTime, actualStartTime)',
      portions: 'totalPortions',
      when: "status IN ('IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED')",
    },
  },
  school: {
    reads: ['programs', 'handovers'],
    select: `
      SELECT h.sppg_id AS sppg_id, h.day AS day, if(b.schoolType = '', 'UNKNOWN', toString(b.schoolType)) AS schoolType,
        h.targetQuantity AS targetQuantity, h.actualQuantity AS actualQuantity, h.deliveryStatus AS deliveryStatus,
        h.createdAt AS createdAt, h.dayEnds AS dayEnds, h.shift AS shift, ${taken('h', HANDOVER)}
      FROM handovers AS h
      LEFT ANY JOIN (
        SELECT id, schoolType FROM raw.school_beneficiaries FINAL
        WHERE NOT _deleted AND id IN (SELECT schoolId FROM handovers)
      ) AS b ON b.id = h.schoolId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
    stage: {
      stage: 'delivered',
      at: 'coalesce(deliveryTime, receivedAt)',
      portions: 'actualQuantity',
      when: "deliveryStatus IN ('DELIVERED', 'CONFIRMED')",
    },
  },
  feeding: {
    reads: ['programs', 'handovers'],
    select: `
      SELECT h.sppg_id AS sppg_id, h.day AS day, r.reportType AS reportType,
        r.totalPortionsServed AS totalPortionsServed, r.totalPortionsConsumed AS totalPortionsConsumed,
        ${taken('r', REPORT)}
      FROM (
        SELECT id, distributionId, reportType, totalPortionsServed, totalPortionsConsumed, ${REPORT.join(', ')}
        FROM raw.school_feeding_reports FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_school_feeding_reports WHERE distribution_id IN (SELECT id FROM handovers)
        )
      ) AS r
      INNER JOIN handovers AS h ON h.id = r.distributionId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  waste: {
    reads: ['programs', 'handovers'],
    select: `
      SELECT w.sppgId AS sppg_id, toDate32(w.wasteDate + toIntervalHour(z.shift)) AS day,
        w.wasteWeight AS wasteWeight, w.wasteType IN ('FOOD_WASTE', 'ORGANIC_WASTE') AS food, d.portions AS deliveredPortions
      FROM (
        SELECT id, sppgId, wasteDate, wasteType, wasteWeight FROM raw.waste_management FINAL
        WHERE NOT _deleted AND id IN (${keysOf('waste_management')})
      ) AS w
      INNER JOIN zones AS z ON z.sppg_id = w.sppgId
      LEFT ANY JOIN (
        SELECT sppg_id, day, sum(actualQuantity) AS portions FROM handovers
        WHERE deliveryStatus IN ('DELIVERED', 'CONFIRMED') GROUP BY sppg_id, day
      ) AS d ON d.sppg_id = w.sppgId AND d.day = toDate32(w.wasteDate + toIntervalHour(z.shift))
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  receipt: {
    select: `
      SELECT b.sppgId AS sppg_id, toDate32(b.receiptDate + toIntervalHour(z.shift)) AS day, toString(b.status) AS status,
        b.portionCount AS portionCount, toString(b.beneficiaryCategory) AS category,
        if(toString(b.beneficiaryCategory) IN ('TODDLER', 'EARLY_CHILDHOOD', 'KINDERGARTEN', 'ELEMENTARY_GRADE_1_3'), 'small', 'large') AS portionSize
      FROM (
        SELECT id, sppgId, receiptDate, status, portionCount, beneficiaryCategory
        FROM raw.beneficiary_receipts FINAL WHERE NOT _deleted AND id IN (${keysOf('beneficiary_receipts')})
      ) AS b
      INNER JOIN zones AS z ON z.sppg_id = b.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  feedback: {
    select: `
      SELECT b.sppgId AS sppg_id, toDate32(b.createdAt + toIntervalHour(z.shift)) AS day,
        toString(b.feedbackType) AS feedbackType, toString(b.priority) AS priority, b.rating AS rating,
        b.createdAt AS createdAt, b.respondedAt AS respondedAt, b.resolvedAt AS resolvedAt
      FROM (
        SELECT id, sppgId, feedbackType, priority, rating, createdAt, respondedAt, resolvedAt
        FROM raw.beneficiary_feedback FINAL WHERE NOT _deleted AND id IN (${keysOf('beneficiary_feedback')})
      ) AS b
      INNER JOIN zones AS z ON z.sppg_id = b.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
} as const satisfies Partial<Record<FactName, Fact>>;
