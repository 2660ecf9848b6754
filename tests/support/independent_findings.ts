/** Funds, receipts and findings computed a second time in Postgres, from their published definitions. */

type Relations = Readonly<
  Record<
    'production' | 'quality' | 'distribution' | 'school' | 'feeding' | 'order' | 'lines' | 'feedback',
    { from: string; day: string }
  >
>;
export type Definition = { kpi: string; from: string; day: string; num: string; den?: string; split?: string };

const off = (time: string, date: string) =>
  `base."${time}" NOT BETWEEN base."${date}" - interval '2 days' AND base."${date}" + interval '2 days'`;
const outside = (columns: string, low: number, high: number) =>
  columns
    .split(' ')
    .map((column) => `base."${column}" NOT BETWEEN ${low} AND ${high}`)
    .join(' OR ');
const below = (columns: string) => `least(${columns.replace(/\w+/g, 'base."$&"').replaceAll(' ', ', ')}) < 0`;
const differs = (a: string, b: string) => `abs((${a}) - base."${b}") > 1 + abs(base."${b}") / 100`;
const strange = (column: string, known: string) => `base."${column}"::text <> ALL ('{${known.replaceAll(' ', ',')}}')`;

/** Relation → rule → what is wrong with a row, from the words of the rule. */
const rulesOf: Record<string, Record<string, string>> = {
  production: {
    batch_negative_amount: below('plannedPortions actualPortions estimatedCost actualCost costPerPortion wasteAmount'),
    batch_ends_before_start: 'base."actualEndTime" < base."actualStartTime"',
    batch_plan_out_of_order: 'base."plannedStartTime" > base."plannedEndTime"',
    batch_time_off_day: `${off('actualStartTime', 'productionDate')} OR ${off('actualEndTime', 'productionDate')}`,
    batch_unknown_status: strange('status', 'PLANNED PREPARING COOKING QUALITY_CHECK COMPLETED CANCELLED'),
    batch_done_without_portions: `base.status = 'COMPLETED' AND base."actualPortions" IS NULL`,
    batch_far_over_plan: 'base."actualPortions" > base."plannedPortions" * 2',
    batch_implausible_temperature: outside('actualTemperature targetTemperature', -10, 250),
    batch_score_out_of_range: `${outside('hygieneScore', 0, 100)} OR ${outside('tasteRating appearanceRating textureRating', 1, 5)}`,
    batch_cost_does_not_add_up: differs('base."costPerPortion" * base."actualPortions"', 'actualCost'),
  },
  quality: {
    check_score_out_of_range: outside('score', 0, 100),
    check_unknown_kind: `${strange('checkType', 'HYGIENE TEMPERATURE TASTE APPEARANCE SAFETY')} OR ${strange('severity', 'LOW MEDIUM HIGH CRITICAL')}`,
    check_failed_without_severity: 'base.passed = false AND base.severity IS NULL',
    check_action_before_check: 'base."checkTime" > base."actionDate"',
  },
  waste: { waste_negative_weight: 'base."wasteWeight" < 0', waste_implausible_weight: 'base."wasteWeight" > 1000' },
  distribution: {
    run_implausible_temperature: outside('arrivalTemp departureTemp servingTemp', -10, 110),
    run_warmed_on_the_way: 'base."arrivalTemp" - base."departureTemp" > 5',
    run_times_out_of_order: 'base."arrivalTime" < greatest(base."departureTime", base.cooked)',
    run_ends_before_start:
      'base."actualStartTime" > base."actualEndTime" OR base."arrivalTime" > base."completionTime" OR base."plannedStartTime" > base."plannedEndTime"',
    run_time_off_day: `${off('departureTime', 'distributionDate')} OR ${off('arrivalTime', 'distributionDate')}`,
    run_negative_amount: below('plannedRecipients actualRecipients totalPortions transportCost fuelCost otherCosts'),
    run_more_people_than_portions: 'base."totalPortions" < base."actualRecipients"',
    run_done_without_recipients: `base.status = 'COMPLETED' AND base."actualRecipients" IS NULL`,
    run_unknown_status: strange('status', 'SCHEDULED PREPARING IN_TRANSIT DISTRIBUTING COMPLETED CANCELLED'),
    run_score_out_of_range: outside('hygieneScore', 0, 100),
  },
  school: {
    handover_negative_amount: below('targetQuantity actualQuantity totalWeight costPerPortion totalCost'),
    handover_unknown_status: strange(
      'deliveryStatus',
      'PLANNED SCHEDULED IN_TRANSIT DELIVERED CONFIRMED ISSUE CANCELLED',
    ),
    handover_unknown_school_type: strange('school', 'PAUD TK SD SMP SMA SMK'),
    handover_far_over_target: 'base."targetQuantity" > 0 AND base."actualQuantity" > base."targetQuantity" * 2',
    handover_without_portions: `base."deliveryStatus" IN ('DELIVERED', 'CONFIRMED') AND base."actualQuantity" = 0`,
    handover_implausible_temperature: outside('foodTemperature', -10, 110),
    handover_times_out_of_order: `base."receivedAt" < base."deliveryTime" OR ${off('deliveryTime', 'distributionDate')} OR ${off('receivedAt', 'distributionDate')}`,
    handover_score_out_of_range: outside('satisfactionScore', 1, 5),
  },
  feeding: {
    feeding_consumed_over_served: 'base."totalPortionsConsumed" > base."totalPortionsServed"',
    feeding_negative_amount: below('totalStudentsServed totalPortionsServed totalPortionsConsumed'),
    feeding_share_out_of_range: outside('wastePercentage attendanceRate participationRate', 0, 100),
  },
  receipt: {
    receipt_negative_amount: 'base."portionCount" < 0',
    receipt_unknown_kind: `${strange('status', 'PENDING RECEIVED LOST DISPUTED')} OR base."beneficiaryCategory" > 'BREASTFEEDING_MOTHER'`,
  },
  order: {
    order_negative_amount: below('totalAmount subtotalAmount taxAmount discountAmount shippingCost paidAmount'),
    order_does_not_add_up: differs(
      'base."subtotalAmount" + base."taxAmount" + base."shippingCost" - base."discountAmount"',
      'totalAmount',
    ),
    order_paid_over_total: 'base."paidAmount" > 1 + base."totalAmount" * 1.01',
    order_delivered_before_ordered: 'base."procurementDate" > least(base."actualDelivery", base."expectedDelivery")',
    order_received_without_date: `base.status IN ('COMPLETED', 'FULLY_RECEIVED') AND base."actualDelivery" IS NULL`,
    order_without_supplier: `base."supplierName" ~ '^\\s*$'`,
    order_unknown_kind: `${strange('status', 'DRAFT PENDING_APPROVAL APPROVED ORDERED PARTIALLY_RECEIVED FULLY_RECEIVED COMPLETED CANCELLED REJECTED')}
      OR base."purchaseMethod" > 'BULK' OR base."supplierType" > 'INDIVIDUAL'`,
  },
  lines: {
    order_over_received: 'base."receivedQuantity" > 2 * base."orderedQuantity"',
    line_negative_amount: below('orderedQuantity receivedQuantity returnedQuantity pricePerUnit totalPrice finalPrice'),
    line_returned_over_received: 'coalesce(base."receivedQuantity", 0) < base."returnedQuantity"',
    line_does_not_add_up: differs('base."pricePerUnit" * base."orderedQuantity"', 'totalPrice'),
    line_expired_on_delivery: 'base."actualDelivery" > base."expiryDate"',
  },
  ledger: {
    funds_negative_amount: `base."transactionType" <> 'ADJUSTMENT' AND base."transactionType" <> 'PINDAH' AND base.amount < 0`,
    funds_unknown_kind: `${strange('transactionType', 'INBOUND OUTBOUND ADJUSTMENT')} OR ${strange('category', 'FOOD_PROCUREMENT OPERATIONAL TRANSPORT UTILITY STAFF OTHER')}`,
    funds_balance_does_not_add_up: `abs(base."balanceAfter" - base."balanceBefore" - CASE base."transactionType" WHEN 'INBOUND' THEN base.amount WHEN 'OUTBOUND' THEN -base.amount END) > 1`,
  },
  part: { tranche_negative_amount: 'base.amount < 0' },
  tranche: { tranche_out_of_order: 'base."submittedAt" > base."approvedAt" OR base."approvedAt" > base."disbursedAt"' },
  feedback: {
    rating_out_of_range: outside('rating', 1, 5),
    feedback_answered_before_given: 'base."createdAt" > least(base."respondedAt", base."resolvedAt")',
    feedback_unknown_kind: `base."feedbackType" > 'NUTRITION_CONCERN' OR base.priority > 'CRITICAL'`,
  },
  monitoring: {
    monitoring_negative_amount: below(
      'foodSafetyIncidents complaintCount feedingDaysPlanned feedingDaysCompleted totalMealsProduced totalMealsDistributed',
    ),
    monitoring_implausible: `greatest(base."feedingDaysPlanned", base."feedingDaysCompleted") > 31 OR base."totalMealsProduced" < base."totalMealsDistributed"
      OR ${outside('wastePercentage staffAttendance temperatureCompliance', 0, 100)}`,
  },
  fortnight: {
    report_sent_early: `(base.sent + (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')::date < base.ends::date`,
  },
};

const found = (condition: string) => `nullif(count(*) FILTER (WHERE ${condition}), 0)`;

export function findingDefinitions(
  relations: Relations,
  join: string,
  local: (column: string) => string,
): readonly Definition[] {
  const { school, order } = relations;
  const ledger = { from: `banper_transactions base ${join}`, day: local('base."transactionDate"') };
  const row = `CASE WHEN base.category = 'FOOD_PROCUREMENT' THEN 'food'
    WHEN base.category IN ('OPERATIONAL', 'TRANSPORT', 'UTILITY') THEN 'operations' ELSE 'rent_incentives' END`;
  const tranche = {
    from: `(SELECT r."sppgId", (regexp_match(r."operationalPeriod", '\\d{4}-\\d{2}-\\d{2}'))[1] AS starts, part.* FROM banper_requests r,
      LATERAL (VALUES ('food', r."foodCostTotal"),
        ('operations', r."operationalCost" + coalesce(r."transportCost", 0) + coalesce(r."utilityCost", 0)),
        ('rent_incentives', coalesce(r."staffCost", 0) + coalesce(r."otherCosts", 0))) part(name, amount)
      WHERE r.status NOT IN ('DRAFT', 'REJECTED') AND r."operationalPeriod" ~ '\\d{4}-\\d{2}-\\d{2}') base ${join}`,
    day: 'base.starts',
  };
  const receipt = { from: `beneficiary_receipts base ${join}`, day: local('base."receiptDate"') };
  const own = {
    ...{ ledger, receipt },
    waste: { from: `waste_management base ${join}`, day: local('base."wasteDate"') },
    tranche: {
      from: `(SELECT r.*, (regexp_match(r."operationalPeriod", '\\d{4}-\\d{2}-\\d{2}'))[1] AS starts FROM banper_requests r
        WHERE r.status NOT IN ('DRAFT', 'REJECTED') AND r."operationalPeriod" ~ '\\d{4}-\\d{2}-\\d{2}') base ${join}`,
      day: 'base.starts',
    },
    part: tranche,
    monitoring: {
      from: `(SELECT m.*, n."sppgId", CASE WHEN m."monitoringMonth" LIKE '____-__' THEN m."monitoringMonth"
          ELSE m."monitoringYear" || '-' || lpad(m."monitoringMonth", 2, '0') END || '-01' AS first
        FROM program_monitoring m JOIN nutrition_programs n ON n.id = m."programId" WHERE m."monitoringMonth" ~ '[0-9]') base ${join}`,
      day: 'base.first',
    },
    fortnight: {
      from: `(SELECT x."sppgId", (regexp_matches(x."reportPeriod", '\\d{4}-\\d{2}-\\d{2}.*(\\d{4}-\\d{2}-\\d{2})'))[1] AS ends,
          min(x."submittedAt") AS sent FROM sppg_operational_reports x WHERE x."reportType" = 'FINANCIAL_BIWEEKLY' GROUP BY x."sppgId", x."reportPeriod") base ${join}`,
      day: 'base.ends',
    },
  };
  return [
    {
      ...school,
      kpi: 'delivery_issue_rate',
      split: 'base.school',
      num: `count(*) FILTER (WHERE base."deliveryStatus" = 'ISSUE')`,
      den: 'count(*)',
    },
    { ...tranche, kpi: 'funds_planned', split: 'base.name', num: 'sum(base.amount)' },
    { ...ledger, kpi: 'funds_received', num: `sum(base.amount) FILTER (WHERE base."transactionType" = 'INBOUND')` },
    {
      ...ledger,
      kpi: 'funds_used',
      split: row,
      num: `sum(base.amount) FILTER (WHERE base."transactionType" = 'OUTBOUND')`,
    },
    {
      ...receipt,
      kpi: 'portions_received',
      split: `CASE WHEN base."beneficiaryCategory" <= 'ELEMENTARY_GRADE_1_3' THEN 'small' ELSE 'large' END`,
      num: `sum(base."portionCount") FILTER (WHERE base.status = 'RECEIVED')`,
    },
    ...Object.entries(rulesOf).flatMap(([relation, conditions]) =>
      Object.entries(conditions).map(([kpi, condition]) => ({
        ...(relation in own ? own[relation as keyof typeof own] : relations[relation as keyof Relations]),
        ...{ kpi, num: found(condition) },
      })),
    ),
    {
      from: order.from,
      day: `date_trunc('month', (${order.day})::date)::date::text`,
      kpi: 'supplier_spelled_twice',
      num: `nullif(count(DISTINCT base."supplierName") - count(DISTINCT lower(btrim(regexp_replace(base."supplierName", '\\s+', ' ', 'g')))), 0)`,
    },
  ];
}
