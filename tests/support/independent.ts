/**
 * The KPI cells computed a second time, by SQL in Postgres written from the published definitions and sharing nothing
 * with the rollups.
 */
import { holidays } from '../../warehouse/reference/holidays.ts';
import { type Definition, findingDefinitions } from './independent_findings.ts';
import { type Cells, collect } from './mart_cells.ts';
import type { Stack } from './stack.ts';

const LOCAL = (column: string) =>
  `((${column} + (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')::date)::text`;
const JOIN = 'JOIN sppg s ON s.id = base."sppgId" JOIN provinces_indonesia p ON p.id = s."provinceId"';

const f = `(SELECT f.*, c.id AS calc, c."meetsAKG" AS akg FROM food_productions f
  LEFT JOIN menu_nutrition_calculations c ON c."menuId" = f."menuId") base ${JOIN}`;
const q = `(SELECT q.*, f."sppgId" FROM quality_controls q JOIN food_productions f ON f.id = q."productionId") base ${JOIN}`;
const x = `(SELECT x.*, f."actualEndTime" AS cooked, coalesce(x."arrivalTime", x."actualEndTime") AS arrived
  FROM food_distributions x LEFT JOIN food_productions f ON f.id = x."productionId") base ${JOIN}`;
const sd = `(SELECT d.*, n."sppgId", b."schoolType"::text AS school FROM school_distributions d
  JOIN nutrition_programs n ON n.id = d."programId" JOIN school_beneficiaries b ON b.id = d."schoolId") base ${JOIN}`;
const reports = (where: string) => `(SELECT r.*, d."distributionDate", n."sppgId" FROM school_feeding_reports r
  JOIN school_distributions d ON d.id = r."distributionId" JOIN nutrition_programs n ON n.id = d."programId"
  WHERE ${where}) base ${JOIN}`;
const r = reports(`r."reportType" = 'DAILY'`);

const sum = (value: string, where: string) => `sum(${value}) FILTER (WHERE ${where})`;
const zero = (value: string, where: string) => `coalesce(${sum(value, where)}, 0)`;
const count = (where: string) => `count(*) FILTER (WHERE ${where})`;
const done = `base.status = 'COMPLETED'`;
const handed = `base."deliveryStatus" IN ('DELIVERED', 'CONFIRMED')`;
const costs = '(base."transportCost" IS NOT NULL OR base."fuelCost" IS NOT NULL OR base."otherCosts" IS NOT NULL)';
const held = `${done} AND base."arrivalTime" IS NOT NULL AND base.cooked IS NOT NULL AND base."arrivalTime" >= base.cooked`;

const production = { from: f, day: LOCAL('base."productionDate"') };
const quality = { from: q, day: LOCAL('base."checkTime"') };
const distribution = { from: x, day: LOCAL('base."distributionDate"') };
const handover = { from: sd, day: LOCAL('base."distributionDate"') };
const school = { ...handover, split: 'base.school' };

const o = `procurements base ${JOIN}`;
const lines = `(SELECT i.*, o."sppgId", o.status, o."actualDelivery", o."procurementDate" FROM procurement_items i
  JOIN procurements o ON o.id = i."procurementId") base ${JOIN}`;
const fb = `beneficiary_feedback base ${JOIN}`;
const delivery = LOCAL('coalesce(base."actualDelivery", base."procurementDate")');
const order = { from: o, day: delivery };
const feedback = { from: fb, day: LOCAL('base."createdAt"') };
const FIRST = (day: string) => `date_trunc('month', (${day})::date)::date::text`;
const received = `base.status IN ('FULLY_RECEIVED', 'COMPLETED')`;
const standing = `base.status NOT IN ('CANCELLED', 'REJECTED')`;
const placed = `base.status NOT IN ('DRAFT', 'CANCELLED', 'REJECTED')`;
const promised = `${standing} AND base."actualDelivery" IS NOT NULL AND base."expectedDelivery" IS NOT NULL`;
const led = `${standing} AND base."actualDelivery" >= base."procurementDate"`;
const complaint = `base."feedbackType" IN ('COMPLAINT', 'QUALITY_ISSUE', 'SERVICE_ISSUE', 'PORTION_ISSUE', 'NUTRITION_CONCERN')`;
const supplierType = `coalesce(base."supplierType"::text, 'UNKNOWN')`;

const today = LOCAL(`(now() AT TIME ZONE 'UTC')`);
const schools = `(SELECT b."activeStudents" AS students, b."isActive" AND n.status = 'ACTIVE' AS active, n."sppgId"
  FROM school_beneficiaries b JOIN nutrition_programs n ON n.id = b."programId") base ${JOIN}`;
const enrolment = { from: schools, day: today };
const slhs = `(SELECT k.id AS "sppgId", EXISTS (SELECT FROM food_safety_certifications c WHERE c."sppgId" = k.id AND c.status = 'ACTIVE'
    AND c."expiryDate" > now() AT TIME ZONE 'UTC' AND c."certificationName" ~* 'slhs|laik (higiene|hijien)') AS valid
  FROM sppg k WHERE EXISTS (SELECT FROM food_safety_certifications)) base ${JOIN}`;

const feeding = { from: r, day: LOCAL('base."distributionDate"') };
const allReports = { from: reports('true'), day: feeding.day };
const relations = {
  production,
  quality,
  distribution,
  school: handover,
  feeding: allReports,
  order,
  lines: { from: lines, day: delivery },
  feedback,
};

/** Days from the end of the local day to the first row of its sheet. */
const delayOf = (
  column: string,
) => `greatest(0, extract(epoch FROM min(base."createdAt") - (max(${LOCAL(column)})::timestamp + interval '1 day'
  - max(CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')) / 86400)`;

const definitions: readonly Definition[] = [
  ...(
    [
      ['production', production, 'base."productionDate"'],
      ['quality', quality, 'base."checkTime"'],
      ['distribution', distribution, 'base."distributionDate"'],
      ['schools', handover, 'base."distributionDate"'],
    ] as const
  ).map(([sheet, relation, at]) => ({ ...relation, kpi: `sheet_delay_${sheet}`, num: delayOf(at), den: '1' })),
  ...findingDefinitions(relations, JOIN, LOCAL),
  { ...enrolment, kpi: 'active_beneficiaries', num: sum('base.students', 'base.active') },
  { ...enrolment, kpi: 'service_points', num: count('base.active') },
  { ...enrolment, kpi: 'coverage', num: zero('base.students', 'base.active'), den: 'max(s."targetRecipients")' },
  { ...enrolment, kpi: 'coverage_limit', num: '2500', den: 'max(s."targetRecipients")' },
  {
    from: `inventory_items base ${JOIN}`,
    day: today,
    kpi: 'critical_stock',
    num: count('base."isActive" AND base."currentStock" <= base."minStock"'),
    den: count('base."isActive"'),
  },
  {
    from: `sppg_team_members base ${JOIN}`,
    day: today,
    kpi: 'staffing',
    num: count('base."isActive" AND base."isVolunteer"'),
    den: '47',
  },
  { from: slhs, day: today, kpi: 'slhs_valid', num: count('base.valid'), den: 'count(*)' },
  { ...order, kpi: 'spend', split: supplierType, num: sum('base."totalAmount"', received) },
  {
    ...order,
    kpi: 'committed',
    split: supplierType,
    num: sum('base."totalAmount"', `base.status IN ('APPROVED', 'ORDERED', 'PARTIALLY_RECEIVED')`),
  },
  {
    from: o,
    day: FIRST(delivery),
    kpi: 'budget_absorption',
    num: zero('base."totalAmount"', received),
    den: 'max(BUDGET)',
  },
  {
    from: o,
    day: FIRST(delivery),
    kpi: 'budget_absorption_limit',
    num: 'max(BUDGET * ALERT / 100)',
    den: 'max(BUDGET)',
  },
  {
    ...order,
    kpi: 'supplier_on_time',
    num: count(`${promised} AND base."actualDelivery" <= base."expectedDelivery"`),
    den: count(promised),
  },
  {
    from: lines,
    day: delivery,
    kpi: 'order_in_full',
    num: count(`${placed} AND base."receivedQuantity" - base."returnedQuantity" >= base."orderedQuantity"`),
    den: count(`${placed} AND base."receivedQuantity" IS NOT NULL`),
  },
  {
    ...order,
    kpi: 'supplier_lead_time',
    num: sum('extract(epoch FROM base."actualDelivery" - base."procurementDate") / 86400', led),
    den: count(led),
  },
  {
    ...order,
    kpi: 'local_supplier_share',
    num: zero('base."totalAmount"', `${received} AND base."supplierType" IN ('LOCAL', 'COOPERATIVE', 'INDIVIDUAL')`),
    den: sum('base."totalAmount"', `${received} AND base."supplierType" IS NOT NULL`),
  },
  {
    ...order,
    kpi: 'emergency_purchase_share',
    num: count(`${placed} AND base."purchaseMethod" = 'EMERGENCY'`),
    den: count(placed),
  },
  { ...feedback, kpi: 'satisfaction', num: 'sum(base.rating)', den: 'count(base.rating)' },
  {
    ...feedback,
    kpi: 'complaints_answered_24h',
    num: count(`${complaint} AND base."respondedAt" - base."createdAt" <= interval '24 hours'`),
    den: count(`${complaint} AND (base."respondedAt" IS NOT NULL OR now() - base."createdAt" > interval '24 hours')`),
  },
  { ...feedback, kpi: 'suspected_incidents', num: count(`base.priority = 'CRITICAL'`) },
  { ...production, kpi: 'portions_planned', num: sum('base."plannedPortions"', `base.status <> 'CANCELLED'`) },
  { ...production, kpi: 'portions_produced', num: sum('base."actualPortions"', done) },
  {
    ...production,
    kpi: 'production_attainment',
    num: sum('base."actualPortions"', `${done} AND base."actualPortions" IS NOT NULL`),
    den: sum('base."plannedPortions"', `${done} AND base."actualPortions" IS NOT NULL`),
  },
  { ...production, kpi: 'batch_completion', num: count(done), den: count(`base.status <> 'CANCELLED'`) },
  { ...production, kpi: 'batches_cancelled', num: count(`base.status = 'CANCELLED'`) },
  {
    ...production,
    kpi: 'food_cost_per_portion',
    num: sum('base."actualCost"', `${done} AND base."actualCost" IS NOT NULL AND base."actualPortions" > 0`),
    den: sum('base."actualPortions"', `${done} AND base."actualCost" IS NOT NULL AND base."actualPortions" > 0`),
  },
  {
    ...production,
    kpi: 'cost_variance',
    num: sum('base."actualCost" - base."estimatedCost"', `${done} AND base."actualCost" IS NOT NULL`),
    den: sum('base."estimatedCost"', `${done} AND base."actualCost" IS NOT NULL`),
  },
  {
    ...production,
    kpi: 'akg_compliance',
    num: zero('base."actualPortions"', `${done} AND base.akg`),
    den: sum('base."actualPortions"', `${done} AND base.calc IS NOT NULL`),
  },
  { ...production, kpi: 'akg_unknown_portions', num: sum('base."actualPortions"', `${done} AND base.calc IS NULL`) },
  { ...quality, kpi: 'qc_pass_rate', num: count('base.passed'), den: 'count(*)' },
  { ...quality, kpi: 'qc_score', num: 'sum(base.score)', den: 'count(base.score)' },
  {
    ...quality,
    kpi: 'open_critical_findings',
    num: count(`NOT base.passed AND base.severity IN ('HIGH', 'CRITICAL') AND base."actionTaken" IS NULL`),
  },
  { ...distribution, kpi: 'distribution_runs', num: count(`base.status <> 'CANCELLED'`) },
  {
    ...distribution,
    kpi: 'distribution_reach',
    num: sum('base."actualRecipients"', `${done} AND base."actualRecipients" IS NOT NULL`),
    den: sum('base."plannedRecipients"', `${done} AND base."actualRecipients" IS NOT NULL`),
  },
  {
    ...distribution,
    kpi: 'on_time_delivery',
    num: count(`${done} AND base.arrived <= base."plannedEndTime"`),
    den: count(`${done} AND base.arrived IS NOT NULL`),
  },
  {
    ...distribution,
    kpi: 'holding_time_4h',
    num: count(`${held} AND base."arrivalTime" - base.cooked <= interval '4 hours'`),
    den: count(held),
  },
  {
    ...distribution,
    kpi: 'serving_temperature',
    num: count(`${done} AND base."arrivalTemp" >= 60`),
    den: count(`${done} AND base."arrivalTemp" IS NOT NULL`),
  },
  {
    ...distribution,
    kpi: 'logistics_cost_per_portion',
    num: sum(
      'coalesce(base."transportCost", 0) + coalesce(base."fuelCost", 0) + coalesce(base."otherCosts", 0)',
      `${done} AND base."actualRecipients" > 0 AND ${costs}`,
    ),
    den: sum('base."actualRecipients"', `${done} AND base."actualRecipients" > 0 AND ${costs}`),
  },
  { ...school, kpi: 'portions_target', num: 'sum(base."targetQuantity")' },
  { ...school, kpi: 'portions_delivered', num: sum('base."actualQuantity"', handed) },
  {
    ...school,
    kpi: 'delivery_fulfilment',
    num: zero('base."actualQuantity"', handed),
    den: 'sum(base."targetQuantity")',
  },
  { ...school, kpi: 'delivery_issues', num: count(`base."deliveryStatus" = 'ISSUE'`) },
  {
    ...feeding,
    kpi: 'consumption_rate',
    num: 'sum(least(base."totalPortionsConsumed", base."totalPortionsServed"))',
    den: 'sum(base."totalPortionsServed")',
  },
];

const waste = `
  SELECT w.sppg, w.day, 'food_waste_per_portion' AS kpi, '' AS split, w.num, d.den FROM (
    SELECT base."sppgId" AS sppg, ${LOCAL('base."wasteDate"')} AS day, sum(base."wasteWeight" * 1000) AS num
    FROM waste_management base ${JOIN} WHERE base."wasteType" IN ('FOOD_WASTE', 'ORGANIC_WASTE') GROUP BY 1, 2) w
  JOIN (SELECT base."sppgId" AS sppg, ${LOCAL('base."distributionDate"')} AS day, sum(base."actualQuantity") AS den
    FROM ${sd} WHERE ${handed} GROUP BY 1, 2) d USING (sppg, day)`;

const topSupplier = `
  SELECT sppg, day, 'top_supplier_share' AS kpi, '' AS split, max(amount) AS num, sum(amount) AS den FROM (
    SELECT base."sppgId" AS sppg, ${FIRST(delivery)} AS day, lower(btrim(regexp_replace(base."supplierName", '\\s+', ' ', 'g'))) AS name,
      sum(base."totalAmount") AS amount
    FROM ${o} WHERE ${received} GROUP BY 1, 2, 3) x GROUP BY 1, 2`;

const incidents = `
  SELECT n."sppgId" AS sppg, CASE WHEN m."monitoringMonth" LIKE '____-__' THEN m."monitoringMonth"
      ELSE m."monitoringYear" || '-' || lpad(m."monitoringMonth", 2, '0') END || '-01' AS day,
    'food_safety_incidents' AS kpi, '' AS split, sum(m."foodSafetyIncidents") AS num, NULL::float8 AS den
  FROM program_monitoring m JOIN nutrition_programs n ON n.id = m."programId" WHERE m."monitoringMonth" ~ '[0-9]' GROUP BY 1, 2`;

const serviceDays = (holidays: readonly string[]) => `
  WITH runs AS (
    SELECT base."sppgId" AS sppg, ${LOCAL('base."distributionDate"')}::date AS at, base.status::text AS status
    FROM food_distributions base ${JOIN}
  ), months AS (
    SELECT DISTINCT sppg, date_trunc('month', at)::date AS first FROM runs
    UNION
    SELECT sppg, m::date FROM (
      SELECT r.sppg, date_trunc('month', min(at)) AS first, max(${today}::date) AS here
      FROM runs r JOIN sppg s ON s.id = r.sppg JOIN provinces_indonesia p ON p.id = s."provinceId" GROUP BY 1
    ) x, generate_series(first, here, interval '1 month') m)
  SELECT m.sppg, m.first::text AS day, 'service_days' AS kpi, '' AS split,
    (SELECT count(DISTINCT at) FROM runs r WHERE r.sppg = m.sppg AND r.status = 'COMPLETED' AND date_trunc('month', r.at) = m.first) AS num,
    (SELECT count(*) FROM generate_series(m.first, m.first + interval '1 month' - interval '1 day', interval '1 day') d
     WHERE d::date <> ALL (ARRAY[${holidays.map((day) => `'${day}'`).join(', ')}]::date[]) AND EXISTS (
       SELECT FROM (SELECT n.* FROM nutrition_programs n) base ${JOIN} WHERE base."sppgId" = m.sppg AND base.status = 'ACTIVE'
         AND extract(isodow FROM d)::int = ANY (base."feedingDays") AND d::date >= ${LOCAL('base."startDate"')}::date
         AND (base."endDate" IS NULL OR d::date <= ${LOCAL('base."endDate"')}::date))) AS den
  FROM months m`;

const fortnights = `
  SELECT sppg, "end"::text AS day, 'fortnight_report_on_time' AS kpi, '' AS split, count(*) FILTER (WHERE sent::date <= "end" + 3) AS num,
    count(*) FILTER (WHERE sent IS NOT NULL OR here::date > "end" + 3) AS den
  FROM (
    SELECT base."sppgId" AS sppg, (regexp_matches(base."reportPeriod", '\\d{4}-\\d{2}-\\d{2}.*(\\d{4}-\\d{2}-\\d{2})'))[1]::date AS "end",
      base."reportPeriod", min(${LOCAL('base."submittedAt"')}) AS sent, max(${today}) AS here
    FROM sppg_operational_reports base ${JOIN} WHERE base."reportType" = 'FINANCIAL_BIWEEKLY' GROUP BY 1, 2, 3
  ) x GROUP BY 1, 2`;

/** What of a budget was in force at the end of an order's month: as logged, before that the first one known. */
const inForce = (logged: boolean, column: string, present: string) =>
  logged
    ? `(SELECT l.${column} FROM test_log.budgets l WHERE l.id = s.id ORDER BY (l.since < ${FIRST(delivery)}::timestamp + interval '1 month'
        - (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour') DESC,
        CASE WHEN l.since < ${FIRST(delivery)}::timestamp + interval '1 month' - interval '7 hours' THEN -l.n ELSE l.n END LIMIT 1)`
    : `s."${present}"`;

export async function independentCells(stack: Stack): Promise<Cells> {
  const { rows: logs } = await stack.source.query<{ logged: boolean }>(
    `SELECT to_regclass('test_log.budgets') IS NOT NULL AS logged`,
  );
  const logged = logs[0]?.logged ?? false;
  const budgeted = (sql: string) =>
    sql
      .replace('BUDGET', inForce(logged, 'budget', 'monthlyBudget'))
      .replace('ALERT', inForce(logged, 'alert', 'budgetAlertThreshold'));
  const parts = definitions.flatMap(({ kpi, from, day, num, den, split }) =>
    ["''", ...(split === undefined ? [] : [split])].map(
      (
        part,
      ) => `SELECT base."sppgId" AS sppg, ${day} AS day, '${kpi}' AS kpi, ${part} AS split, (${budgeted(num)})::float8 AS num,
        (${budgeted(den ?? 'NULL')})::float8 AS den FROM ${from} GROUP BY 1, 2, 4`,
    ),
  );
  const { rows } = await stack.source.query(
    [
      ...parts,
      waste,
      topSupplier,
      incidents,
      `SELECT * FROM (${serviceDays(holidays.map(({ date }) => date))}) x`,
      fortnights,
    ].join('\nUNION ALL\n'),
  );
  const ratios = new Set([
    'food_waste_per_portion',
    'top_supplier_share',
    'service_days',
    'fortnight_report_on_time',
    ...definitions.filter((d) => d.den !== undefined).map((d) => d.kpi),
  ]);
  return collect(rows, (kpi) => ratios.has(kpi));
}
