/**
 * Facts: the relations KPIs aggregate, as SQL over deduplicated raw rows, limited to a set of dirty cells.
 * Invariants: a fact yields exactly the rows whose (SPPG, local day) is a dirty cell; rows are found by index
 * (places, then key), never by scanning; the local day is the UTC instant shifted by the zone of the SPPG's province.
 *
 * Every fact has sppg_id, day and the columns its KPIs use. `cells` is the name of a CTE with (sppg_id, day).
 */
import type { FactName } from '../kpis/kpi.ts';

/** SPPGs of the dirty cells with the offset of their province in hours, as the claim found it; kitchens without one have no cells. */
const zones = 'zones AS (SELECT DISTINCT sppg_id, shift FROM cells WHERE shift > 0)';

/** The instant at which the local day of a row ends. */
const rowDayEnds = "toDateTime64(day + 1, 3, 'UTC') - toIntervalHour(z.shift) AS dayEnds";

/** UTC days a dirty cell may reach into: a local day begins at most 9 hours before the UTC day of the same name. */
const utcDays = 'SELECT sppg_id, arrayJoin([day - 1, day]) AS utc_day FROM cells';

/** Programme → SPPG for the kitchens of the dirty cells. */
const programs = `programs AS (
  SELECT id AS program_id, sppgId AS sppg_id FROM raw.nutrition_programs FINAL
  WHERE NOT _deleted AND id IN (SELECT key FROM ops.places_nutrition_programs WHERE sppg_id IN (SELECT sppg_id FROM cells))
)`;

/** (program_id, utc_day) of the dirty cells: not every programme on every day, but each on its own. */
const programDays = `SELECT p.program_id AS program_id, c.utc_day AS utc_day FROM (${utcDays}) AS c INNER JOIN programs AS p ON p.sppg_id = c.sppg_id`;

/** Handovers to schools in the dirty cells. */
const handovers = `handovers AS (
  SELECT p.sppg_id AS sppg_id, toDate32(sd.distributionDate + toIntervalHour(z.shift)) AS day,
    sd.id AS id, sd.schoolId AS schoolId, sd.targetQuantity AS targetQuantity, sd.actualQuantity AS actualQuantity,
    sd.deliveryStatus AS deliveryStatus, sd.createdAt AS createdAt, ${rowDayEnds}
  FROM (
    SELECT id, programId, schoolId, distributionDate, targetQuantity, actualQuantity, deliveryStatus, createdAt
    FROM raw.school_distributions FINAL
    WHERE NOT _deleted AND id IN (
      SELECT key FROM ops.places_school_distributions
      WHERE program_id IN (SELECT program_id FROM programs) AND (program_id, toDate32(at)) IN (${programDays})
    )
  ) AS sd
  INNER JOIN programs AS p ON p.program_id = sd.programId
  INNER JOIN zones AS z ON z.sppg_id = p.sppg_id
  WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
)`;

/** Keys of a table placed by (sppg_id, at). The kitchens are named once more alone: only so is the primary key used. */
const keysOf = (table: string, inside = utcDays) =>
  `SELECT key FROM ops.places_${table}
   WHERE sppg_id IN (SELECT sppg_id FROM cells) AND (sppg_id, toDate32(at)) IN (${inside})`;

/** The same for cells that are months, which stand on their first day. */
const utcDaysOfMonth = `SELECT sppg_id, arrayJoin(arrayMap(n -> day + n - 1, range(33))) AS utc_day FROM cells`;

/** First day of a day's month; unlike toStartOfMonth it holds for every Date32. */
export const monthOf = (day: string) => `toDate32(${day} - toDayOfMonth(${day}) + 1)`;

/** Orders of the dirty cells, by the day or by the month of their delivery. */
const orders = (grain: 'day' | 'month') => {
  const local = 'toDate32(ifNull(o.actualDelivery, o.procurementDate) + toIntervalHour(z.shift))';
  return `orders AS (
  SELECT o.id AS id, o.sppgId AS sppg_id, ${grain === 'day' ? local : monthOf(local)} AS day, toString(o.status) AS status,
    o.procurementDate AS procurementDate, o.expectedDelivery AS expectedDelivery, o.actualDelivery AS actualDelivery,
    o.totalAmount AS totalAmount, ifNull(o.supplierType, 'UNKNOWN') AS supplierType,
    toString(o.purchaseMethod) AS purchaseMethod,
    o.supplierName AS supplierName, lowerUTF8(trimBoth(replaceRegexpAll(o.supplierName, '\\\\s+', ' '))) AS supplier
  FROM (
    SELECT id, sppgId, status, procurementDate, expectedDelivery, actualDelivery, totalAmount,
      toString(supplierType) AS supplierType, purchaseMethod, supplierName
    FROM raw.procurements FINAL
    WHERE NOT _deleted AND id IN (${keysOf('procurements', grain === 'day' ? utcDays : utcDaysOfMonth)})
  ) AS o
  INNER JOIN zones AS z ON z.sppg_id = o.sppgId
  WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
)`;
};

/** The month a monitoring row is about: '2026-03', or a month's number beside its year; anything else is no month. */
export const monitoredMonth = (month: string, year: string) => `multiIf(
  match(${month}, '^\\\\d{4}-(0[1-9]|1[0-2])$'), toDate32OrNull(concat(${month}, '-01')),
  match(${month}, '^(0?[1-9]|1[0-2])$'), makeDate32(${year}, toUInt8(${month}), 1), NULL)`;

/** Kitchens' state is told at the end of the local day of a cell; days that have not begun have none. */
const dayEnds = `instants AS (
  SELECT sppg_id, day, 'now' AS which, toDateTime64(day + 1, 3, 'UTC') - toIntervalHour(shift) AS until FROM cells
  WHERE shift > 0 AND until - INTERVAL 1 DAY <= {now:DateTime64(6, 'UTC')}
)`;
/** A month's cell looks at its last day and at that of the month before. */
const monthEnds = `instants AS (
  SELECT c.sppg_id AS sppg_id, c.day AS day, e.1 AS which, e.2 - toIntervalHour(c.shift) AS until
  FROM cells AS c
  ARRAY JOIN [('now', toDateTime64(addMonths(c.day, 1), 3, 'UTC')), ('before', toDateTime64(c.day, 3, 'UTC'))] AS e
  WHERE c.shift > 0 AND toDateTime64(c.day, 3, 'UTC') - toIntervalHour(c.shift) <= {now:DateTime64(6, 'UTC')}
)`;

/**
 * The rows of a table as they were at the instants of the kitchens they belonged to then. `candidates` yields (sppg_id, key)
 * of the rows that ever belonged to a kitchen of the cells.
 */
const asOfInstants = (table: string, columns: readonly string[], candidates: string) => `
  SELECT i.sppg_id AS sppg_id, i.day AS day, i.which AS which, h.id AS id,
    argMax((${['deleted', ...columns].map((name) => `h.${name}`).join(', ')}), h.version) AS held, max(i.until) AS ends
  FROM instants AS i
  INNER JOIN (
    SELECT c.sppg_id AS owner, x.* FROM (
      SELECT * FROM ops.history_${table} WHERE id IN (SELECT key FROM (${candidates}))
    ) AS x
    INNER JOIN (SELECT DISTINCT sppg_id, key FROM (${candidates})) AS c ON c.key = x.id
  ) AS h ON h.owner = i.sppg_id
  WHERE h.committed_at < i.until
  GROUP BY i.sppg_id, i.day, i.which, h.id
  HAVING NOT held.1`;
const placedIn = (table: string) =>
  `SELECT sppg_id, key FROM ops.places_${table} WHERE sppg_id IN (SELECT sppg_id FROM cells)`;
const schoolsPlaced = `
  SELECT p.sppg_id AS sppg_id, b.key AS key FROM ops.places_school_beneficiaries AS b
  INNER JOIN (${placedIn('nutrition_programs')}) AS p ON p.key = b.program_id
  WHERE b.program_id IN (SELECT key FROM (${placedIn('nutrition_programs')}))`;

/** Schools of running programmes at the instants. */
const enrolled = `enrolled AS (
  SELECT s.sppg_id AS sppg_id, s.day AS day, s.which AS which, s.held.3 AS students, s.held.4 AND p.held.3 AS active
  FROM (${asOfInstants('school_beneficiaries', ['program_id', 'students', 'active'], schoolsPlaced)}) AS s
  INNER JOIN (
    ${asOfInstants('nutrition_programs', ['sppg_id', 'running'], placedIn('nutrition_programs'))} AND held.2 = i.sppg_id
  ) AS p ON p.sppg_id = s.sppg_id AND p.day = s.day AND p.which = s.which AND p.id = s.held.2
)`;
/** Rows of a table that belonged to the kitchen at the end of the day, with a condition that held. */
const heldAtDayEnd = (table: string, columns: readonly string[], select: string) => `
  SELECT sppg_id, day, ${select}
  FROM (${asOfInstants(table, ['sppg_id', ...columns], placedIn(table))} AND held.2 = i.sppg_id)`;

type Fact = { with: readonly string[]; select: string; grain?: 'month' };

export const facts: Readonly<Record<FactName, Fact>> = {
  production: {
    with: [zones],
    select: `
      SELECT f.sppgId AS sppg_id, toDate32(f.productionDate + toIntervalHour(z.shift)) AS day,
        toString(f.status) AS status, status = 'COMPLETED' AS done,
        f.plannedPortions AS plannedPortions, f.actualPortions AS actualPortions,
        f.estimatedCost AS estimatedCost, f.actualCost AS actualCost,
        f.actualStartTime AS actualStartTime, f.actualEndTime AS actualEndTime,
        c.calculated = 1 AS calculated, c.meetsAKG = 1 AS meetsAKG, f.createdAt AS createdAt, ${rowDayEnds}
      FROM (
        SELECT id, sppgId, menuId, productionDate, status, plannedPortions, actualPortions, estimatedCost, actualCost,
          actualStartTime, actualEndTime, createdAt
        FROM raw.food_productions FINAL WHERE NOT _deleted AND id IN (${keysOf('food_productions')})
      ) AS f
      INNER JOIN zones AS z ON z.sppg_id = f.sppgId
      LEFT ANY JOIN (
        SELECT menuId, 1 AS calculated, toUInt8(meetsAKG) AS meetsAKG
        FROM raw.menu_nutrition_calculations FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_menu_nutrition_calculations WHERE menu_id IN (
            SELECT menu_id FROM ops.places_food_productions WHERE sppg_id IN (SELECT sppg_id FROM cells)
          )
        )
      ) AS c ON c.menuId = f.menuId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  quality: {
    with: [zones],
    select: `
      SELECT f.sppgId AS sppg_id, toDate32(q.checkTime + toIntervalHour(z.shift)) AS day,
        q.passed AS passed, q.score AS score, q.severity AS severity, q.actionTaken AS actionTaken, q.createdAt AS createdAt, ${rowDayEnds}
      FROM (
        SELECT id, productionId, checkTime, passed, score, severity, actionTaken, createdAt FROM raw.quality_controls FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_quality_controls
          WHERE toDate32(at) IN (SELECT arrayJoin([day - 1, day]) FROM cells) AND production_id IN (
            SELECT key FROM ops.places_food_productions WHERE sppg_id IN (SELECT sppg_id FROM cells)
          )
        )
      ) AS q
      INNER JOIN (
        SELECT id, sppgId FROM raw.food_productions FINAL
        WHERE NOT _deleted AND id IN (
          SELECT production_id FROM ops.places_quality_controls
          WHERE toDate32(at) IN (SELECT arrayJoin([day - 1, day]) FROM cells) AND production_id IN (
            SELECT key FROM ops.places_food_productions WHERE sppg_id IN (SELECT sppg_id FROM cells)
          )
        )
      ) AS f ON f.id = q.productionId
      INNER JOIN zones AS z ON z.sppg_id = f.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  distribution: {
    with: [zones],
    select: `
      SELECT x.sppgId AS sppg_id, toDate32(x.distributionDate + toIntervalHour(z.shift)) AS day,
        toString(x.status) AS status, status = 'COMPLETED' AS done,
        x.plannedRecipients AS plannedRecipients, x.actualRecipients AS actualRecipients,
        x.plannedEndTime AS plannedEndTime, x.arrivalTime AS arrivalTime, x.arrivalTemp AS arrivalTemp, x.departureTime AS departureTime,
        coalesce(x.arrivalTime, x.actualEndTime) AS arrived, f.actualEndTime AS cookedAt,
        x.transportCost AS transportCost, x.fuelCost AS fuelCost, x.otherCosts AS otherCosts, x.createdAt AS createdAt, ${rowDayEnds}
      FROM (
        SELECT id, sppgId, productionId, distributionDate, status, plannedRecipients, actualRecipients, plannedEndTime,
          actualEndTime, departureTime, arrivalTime, arrivalTemp, transportCost, fuelCost, otherCosts, createdAt
        FROM raw.food_distributions FINAL WHERE NOT _deleted AND id IN (${keysOf('food_distributions')})
      ) AS x
      INNER JOIN zones AS z ON z.sppg_id = x.sppgId
      LEFT ANY JOIN (
        SELECT id, actualEndTime FROM raw.food_productions FINAL
        WHERE NOT _deleted AND id IN (
          SELECT production_id FROM ops.places_food_distributions
          WHERE sppg_id IN (SELECT sppg_id FROM cells) AND (sppg_id, toDate32(at)) IN (${utcDays})
        )
      ) AS f ON f.id = x.productionId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  school: {
    with: [zones, programs, handovers],
    select: `
      SELECT h.sppg_id AS sppg_id, h.day AS day, if(b.schoolType = '', 'UNKNOWN', toString(b.schoolType)) AS schoolType,
        h.targetQuantity AS targetQuantity, h.actualQuantity AS actualQuantity, h.deliveryStatus AS deliveryStatus,
        h.createdAt AS createdAt, h.dayEnds AS dayEnds
      FROM handovers AS h
      LEFT ANY JOIN (
        SELECT id, schoolType FROM raw.school_beneficiaries FINAL
        WHERE NOT _deleted AND id IN (
          SELECT school_id FROM ops.places_school_distributions
          WHERE program_id IN (SELECT program_id FROM programs) AND (program_id, toDate32(at)) IN (${programDays})
        )
      ) AS b ON b.id = h.schoolId`,
  },
  feeding: {
    with: [zones, programs, handovers],
    select: `
      SELECT h.sppg_id AS sppg_id, h.day AS day, r.reportType AS reportType,
        r.totalPortionsServed AS totalPortionsServed, r.totalPortionsConsumed AS totalPortionsConsumed
      FROM (
        SELECT id, distributionId, reportType, totalPortionsServed, totalPortionsConsumed
        FROM raw.school_feeding_reports FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_school_feeding_reports WHERE distribution_id IN (SELECT id FROM handovers)
        )
      ) AS r
      INNER JOIN handovers AS h ON h.id = r.distributionId`,
  },
  waste: {
    with: [zones, programs, handovers],
    select: `
      SELECT w.sppgId AS sppg_id, toDate32(w.wasteDate + toIntervalHour(z.shift)) AS day,
        w.wasteWeight AS wasteWeight, d.portions AS deliveredPortions
      FROM (
        SELECT id, sppgId, wasteDate, wasteType, wasteWeight FROM raw.waste_management FINAL
        WHERE NOT _deleted AND wasteType IN ('FOOD_WASTE', 'ORGANIC_WASTE') AND id IN (${keysOf('waste_management')})
      ) AS w
      INNER JOIN zones AS z ON z.sppg_id = w.sppgId
      LEFT ANY JOIN (
        SELECT sppg_id, day, sum(actualQuantity) AS portions FROM handovers
        WHERE deliveryStatus IN ('DELIVERED', 'CONFIRMED') GROUP BY sppg_id, day
      ) AS d ON d.sppg_id = w.sppgId AND d.day = toDate32(w.wasteDate + toIntervalHour(z.shift))
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  order: { with: [zones, orders('day')], select: 'SELECT * FROM orders' },
  order_line: {
    with: [zones, orders('day')],
    select: `
      SELECT o.sppg_id AS sppg_id, o.day AS day, o.status AS status, i.orderedQuantity AS orderedQuantity,
        i.receivedQuantity AS receivedQuantity, i.returnedQuantity AS returnedQuantity
      FROM (
        SELECT id, procurementId, orderedQuantity, receivedQuantity, returnedQuantity FROM raw.procurement_items FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_procurement_items WHERE order_id IN (SELECT id FROM orders)
        )
      ) AS i
      INNER JOIN orders AS o ON o.id = i.procurementId`,
  },
  order_month: {
    grain: 'month',
    with: [zones, orders('month')],
    select: `
      SELECT o.sppg_id AS sppg_id, o.day AS day, o.status AS status, o.totalAmount AS totalAmount, o.supplierName AS supplierName, o.supplier AS supplier,
        b.budget.1 AS monthlyBudget
      FROM orders AS o
      LEFT ANY JOIN (
        -- In force at the end of the month; before the first version known, that one.
        SELECT c.sppg_id AS sppg_id, c.day AS day, if(countIf(h.committed_at < c.until) > 0,
            argMaxIf(tuple(h.monthly_budget), h.version, h.committed_at < c.until), argMin(tuple(h.monthly_budget), h.version)) AS budget
        FROM (SELECT sppg_id, day, toDateTime64(addMonths(day, 1), 3, 'UTC') - toIntervalHour(shift) AS until FROM cells) AS c
        INNER JOIN (SELECT * FROM ops.history_sppg WHERE id IN (SELECT sppg_id FROM cells) AND NOT deleted) AS h ON h.id = c.sppg_id
        GROUP BY c.sppg_id, c.day
      ) AS b ON b.sppg_id = o.sppg_id AND b.day = o.day`,
  },
  feedback: {
    with: [zones],
    select: `
      SELECT b.sppgId AS sppg_id, toDate32(b.createdAt + toIntervalHour(z.shift)) AS day,
        toString(b.feedbackType) AS feedbackType, toString(b.priority) AS priority, b.rating AS rating,
        b.createdAt AS createdAt, b.respondedAt AS respondedAt
      FROM (
        SELECT id, sppgId, feedbackType, priority, rating, createdAt, respondedAt
        FROM raw.beneficiary_feedback FINAL WHERE NOT _deleted AND id IN (${keysOf('beneficiary_feedback')})
      ) AS b
      INNER JOIN zones AS z ON z.sppg_id = b.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  incident_month: {
    grain: 'month',
    with: [programs],
    select: `
      SELECT p.sppg_id AS sppg_id, assumeNotNull(m.month) AS day, m.foodSafetyIncidents AS foodSafetyIncidents
      FROM (
        SELECT id, programId, ${monitoredMonth('monitoringMonth', 'monitoringYear')} AS month, foodSafetyIncidents
        FROM raw.program_monitoring FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_program_monitoring WHERE program_id IN (SELECT program_id FROM programs)
        )
      ) AS m
      INNER JOIN programs AS p ON p.program_id = m.programId
      WHERE m.month IS NOT NULL AND (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  enrolment: {
    with: [dayEnds, enrolled],
    select: `
      SELECT e.sppg_id AS sppg_id, e.day AS day, e.students AS students, e.active AS active, k.target AS targetRecipients
      FROM enrolled AS e
      LEFT ANY JOIN (
        SELECT i.sppg_id AS sppg_id, i.day AS day, argMax(h.target_recipients, h.version) AS target
        FROM instants AS i
        INNER JOIN (SELECT * FROM ops.history_sppg WHERE id IN (SELECT sppg_id FROM cells) AND NOT deleted) AS h ON h.id = i.sppg_id
        WHERE h.committed_at < i.until GROUP BY i.sppg_id, i.day
      ) AS k ON k.sppg_id = e.sppg_id AND k.day = e.day`,
  },
  growth_month: {
    grain: 'month',
    with: [monthEnds, enrolled],
    select: `
      SELECT sppg_id, day, sumIf(students, active AND which = 'now') AS studentsNow,
        sumOrNullIf(students, active AND which = 'before') AS studentsBefore
      FROM enrolled GROUP BY sppg_id, day`,
  },
  stock: {
    with: [dayEnds],
    select: heldAtDayEnd('inventory_items', ['active', 'critical'], 'held.3 AS active, held.4 AS critical'),
  },
  crew: {
    with: [dayEnds],
    select: heldAtDayEnd(
      'sppg_team_members',
      ['volunteer'],
      `held.3 AS volunteer,
      (SELECT any(value) FROM mart.settings FINAL WHERE listed AND name = 'team_size') AS teamSize`,
    ),
  },
  certificate: {
    with: [dayEnds],
    // A kitchen without a certificate counts, unless the source keeps no certificates at all.
    select: `
      SELECT i.sppg_id AS sppg_id, i.day AS day, coalesce(c.valid, 0) = 1 AS valid
      FROM instants AS i
      LEFT ANY JOIN (
        SELECT t.sppg_id AS sppg_id, t.day AS day, max(t.good) AS valid FROM (
          ${heldAtDayEnd(
            'food_safety_certifications',
            ['hygiene', 'active', 'expires_at'],
            "held.3 AND held.4 AND held.5 > least({now:DateTime64(6, 'UTC')}, ends) AS good",
          )}
        ) AS t GROUP BY t.sppg_id, t.day
      ) AS c ON c.sppg_id = i.sppg_id AND c.day = i.day
      WHERE (SELECT count() FROM raw.food_safety_certifications FINAL WHERE NOT _deleted) > 0
        AND i.until > (SELECT min(committed_at) FROM ops.history_sppg)`,
  },
  service_month: {
    grain: 'month',
    with: [
      zones,
      `runs AS (
        SELECT x.sppgId AS sppg_id, toDate32(x.distributionDate + toIntervalHour(z.shift)) AS service_day,
          ${monthOf('service_day')} AS day, x.status = 'COMPLETED' AS served
        FROM (
          SELECT id, sppgId, distributionDate, toString(status) AS status FROM raw.food_distributions FINAL
          WHERE NOT _deleted AND id IN (${keysOf('food_distributions', utcDaysOfMonth)})
        ) AS x
        INNER JOIN zones AS z ON z.sppg_id = x.sppgId
        WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
      )`,
    ],
    // A month in which the kitchen has no deliveries at all, planned or made, is no data.
    select: `
      SELECT sppg_id, day, service_day, max(served) AS served, max(planned) AS planned
      FROM (
        SELECT sppg_id, day, service_day, served, 0 AS planned FROM runs
        UNION ALL
        SELECT p.sppgId AS sppg_id, c.day AS day,
          arrayJoin(arrayMap(n -> c.day + n, range(dateDiff('day', c.day, addMonths(c.day, 1))))) AS service_day, 0 AS served,
          has(p.weekdays, toDayOfWeek(service_day)) AND service_day >= toDate32(p.startDate + toIntervalHour(c.shift))
            AND service_day <= ifNull(toDate32(p.endDate + toIntervalHour(c.shift)), toDate32('2299-12-31'))
            AND service_day NOT IN (SELECT day FROM mart.holidays FINAL WHERE listed) AS planned
        FROM (
          SELECT id, sppgId, JSONExtract(ifNull(toString(feedingDays), '[]'), 'Array(Nullable(Int32))') AS weekdays, startDate, endDate
          FROM raw.nutrition_programs FINAL
          WHERE NOT _deleted AND status = 'ACTIVE' AND id IN (SELECT key FROM (${placedIn('nutrition_programs')}))
        ) AS p
        INNER JOIN cells AS c ON c.sppg_id = p.sppgId
        WHERE c.shift > 0
      )
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM runs)
      GROUP BY sppg_id, day, service_day`,
  },
  ledger: {
    with: [zones],
    // The ministry's three rows: food; operations; rent and incentives.
    select: `
      SELECT t.sppgId AS sppg_id, toDate32(t.transactionDate + toIntervalHour(z.shift)) AS day, t.transactionType AS type, t.amount AS amount,
        multiIf(t.category = 'FOOD_PROCUREMENT', 'food', t.category IN ('OPERATIONAL', 'TRANSPORT', 'UTILITY'), 'operations', 'rent_incentives') AS spendingRow
      FROM (
        SELECT id, sppgId, transactionDate, transactionType, amount, category
        FROM raw.banper_transactions FINAL WHERE NOT _deleted AND id IN (${keysOf('banper_transactions')})
      ) AS t
      INNER JOIN zones AS z ON z.sppg_id = t.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  tranche: {
    with: [],
    select: `
      SELECT r.sppgId AS sppg_id, assumeNotNull(r.starts) AS day, part.1 AS spendingRow, part.2 AS amount
      FROM (
        SELECT id, sppgId, foodCostTotal, operationalCost, transportCost, utilityCost, staffCost, otherCosts,
          toDate32OrNull(extract(operationalPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}')) AS starts
        FROM raw.banper_requests FINAL
        WHERE NOT _deleted AND status NOT IN ('DRAFT', 'REJECTED') AND id IN (
          SELECT key FROM ops.places_banper_requests WHERE sppg_id IN (SELECT sppg_id FROM cells)
        )
      ) AS r
      ARRAY JOIN [('food', r.foodCostTotal), ('operations', r.operationalCost + ifNull(r.transportCost, 0) + ifNull(r.utilityCost, 0)),
        ('rent_incentives', ifNull(r.staffCost, 0) + ifNull(r.otherCosts, 0))] AS part
      WHERE r.starts IS NOT NULL AND (sppg_id, day) IN (SELECT sppg_id, day FROM cells WHERE shift > 0)`,
  },
  receipt: {
    with: [zones],
    select: `
      SELECT b.sppgId AS sppg_id, toDate32(b.receiptDate + toIntervalHour(z.shift)) AS day, toString(b.status) AS status,
        b.portionCount AS portionCount,
        if(toString(b.beneficiaryCategory) IN ('TODDLER', 'EARLY_CHILDHOOD', 'KINDERGARTEN', 'ELEMENTARY_GRADE_1_3'), 'small', 'large') AS portionSize
      FROM (
        SELECT id, sppgId, receiptDate, status, portionCount, beneficiaryCategory
        FROM raw.beneficiary_receipts FINAL WHERE NOT _deleted AND id IN (${keysOf('beneficiary_receipts')})
      ) AS b
      INNER JOIN zones AS z ON z.sppg_id = b.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  fortnight_report: {
    with: [zones],
    select: `
      SELECT r.sppgId AS sppg_id, assumeNotNull(r.ends) AS day, r.reportPeriod AS period,
        min(toDate32(r.submittedAt + toIntervalHour(z.shift))) AS submitted,
        toDateTime64(day + 4, 3, 'UTC') - toIntervalHour(any(z.shift)) <= {now:DateTime64(6, 'UTC')} AS overdue
      FROM (
        SELECT id, sppgId, reportPeriod, submittedAt,
          toDate32OrNull(extractAll(reportPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}')[2]) AS ends
        FROM raw.sppg_operational_reports FINAL
        WHERE NOT _deleted AND toString(reportType) = 'FINANCIAL_BIWEEKLY' AND id IN (
          SELECT key FROM ops.places_sppg_operational_reports
          WHERE type = 'FINANCIAL_BIWEEKLY' AND (sppg_id, ends) IN (SELECT sppg_id, toNullable(day) FROM cells)
        )
      ) AS r
      INNER JOIN zones AS z ON z.sppg_id = r.sppgId
      WHERE r.ends IS NOT NULL AND (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
      GROUP BY sppg_id, day, period`,
  },
};
