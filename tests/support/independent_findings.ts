/** Funds, receipts and findings computed a second time in Postgres, from their published definitions. */

type Relations = Readonly<
  Record<
    'production' | 'quality' | 'distribution' | 'school' | 'feeding' | 'order' | 'lines' | 'feedback',
    { from: string; day: string }
  >
>;
export type Definition = { kpi: string; from: string; day: string; num: string; den?: string; split?: string };

const found = (condition: string) => `nullif(count(*) FILTER (WHERE ${condition}), 0)`;

export function findingDefinitions(
  relations: Relations,
  join: string,
  local: (column: string) => string,
): readonly Definition[] {
  const { production, quality, distribution, school, feeding, order, lines, feedback } = relations;
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
  const waste = {
    from: `(SELECT * FROM waste_management WHERE "wasteType" IN ('FOOD_WASTE', 'ORGANIC_WASTE')) base ${join}`,
    day: local('base."wasteDate"'),
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
      from: `beneficiary_receipts base ${join}`,
      day: local('base."receiptDate"'),
      kpi: 'portions_received',
      split: `CASE WHEN base."beneficiaryCategory" <= 'ELEMENTARY_GRADE_1_3' THEN 'small' ELSE 'large' END`,
      num: `sum(base."portionCount") FILTER (WHERE base.status = 'RECEIVED')`,
    },
    {
      ...production,
      kpi: 'batch_negative_amount',
      num: found('least(base."plannedPortions", base."actualPortions", base."estimatedCost", base."actualCost") < 0'),
    },
    {
      ...production,
      kpi: 'batch_unknown_status',
      num: found(
        `base.status::text NOT IN ('PLANNED', 'PREPARING', 'COOKING', 'QUALITY_CHECK', 'COMPLETED', 'CANCELLED')`,
      ),
    },
    {
      ...distribution,
      kpi: 'run_unknown_status',
      num: found(
        `base.status::text NOT IN ('SCHEDULED', 'PREPARING', 'IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED', 'CANCELLED')`,
      ),
    },
    { ...production, kpi: 'batch_ends_before_start', num: found('base."actualEndTime" < base."actualStartTime"') },
    {
      ...production,
      kpi: 'batch_done_without_portions',
      num: found(`base.status = 'COMPLETED' AND base."actualPortions" IS NULL`),
    },
    { ...quality, kpi: 'check_score_out_of_range', num: found('base.score NOT BETWEEN 0 AND 100') },
    { ...distribution, kpi: 'run_implausible_temperature', num: found('base."arrivalTemp" NOT BETWEEN -10 AND 110') },
    {
      ...distribution,
      kpi: 'run_times_out_of_order',
      num: found('base."arrivalTime" < greatest(base."departureTime", base.cooked)'),
    },
    {
      ...distribution,
      kpi: 'run_negative_amount',
      num: found(
        'least(base."plannedRecipients", base."actualRecipients", base."transportCost", base."fuelCost", base."otherCosts") < 0',
      ),
    },
    {
      ...school,
      kpi: 'handover_negative_amount',
      num: found('least(base."targetQuantity", base."actualQuantity") < 0'),
    },
    { ...school, kpi: 'handover_unknown_status', num: found(`base."deliveryStatus" = 'terkirim'`) },
    { ...waste, kpi: 'waste_negative_weight', num: found('base."wasteWeight" < 0') },
    {
      ...feeding,
      kpi: 'feeding_consumed_over_served',
      num: found('base."totalPortionsConsumed" > base."totalPortionsServed"'),
    },
    { ...order, kpi: 'order_negative_amount', num: found('base."totalAmount" < 0') },
    { ...order, kpi: 'order_delivered_before_ordered', num: found('base."actualDelivery" < base."procurementDate"') },
    { ...lines, kpi: 'order_over_received', num: found('base."receivedQuantity" > 2 * base."orderedQuantity"') },
    { ...feedback, kpi: 'rating_out_of_range', num: found('base.rating NOT BETWEEN 1 AND 5') },
    {
      from: order.from,
      day: `date_trunc('month', (${order.day})::date)::date::text`,
      kpi: 'supplier_spelled_twice',
      num: `nullif(count(DISTINCT base."supplierName") - count(DISTINCT lower(btrim(regexp_replace(base."supplierName", '\\s+', ' ', 'g')))), 0)`,
    },
  ];
}
