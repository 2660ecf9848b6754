/** Facts of money: orders and their lines, and government funds. */
import type { FactName } from '../../kpis/kpi.ts';
import { type Fact, keysOf, monthOf } from './cells.ts';

/** Orders of the dirty cells, by the day or by the month of their delivery. */
const orders = (grain: 'day' | 'month') => {
  const local = 'toDate32(ifNull(o.actualDelivery, o.procurementDate) + toIntervalHour(z.shift))';
  return `
  SELECT o.id AS id, o.sppgId AS sppg_id, ${grain === 'day' ? local : monthOf(local)} AS day, toString(o.status) AS status,
    o.procurementDate AS procurementDate, o.expectedDelivery AS expectedDelivery, o.actualDelivery AS actualDelivery,
    o.totalAmount AS totalAmount, o.subtotalAmount AS subtotalAmount, o.taxAmount AS taxAmount, o.discountAmount AS discountAmount,
    o.shippingCost AS shippingCost, o.paidAmount AS paidAmount, ifNull(o.supplierType, 'UNKNOWN') AS supplierType,
    toString(o.purchaseMethod) AS purchaseMethod,
    o.supplierName AS supplierName, lowerUTF8(trimBoth(replaceRegexpAll(o.supplierName, '\\\\s+', ' '))) AS supplier
  FROM (
    SELECT id, sppgId, status, procurementDate, expectedDelivery, actualDelivery, totalAmount, subtotalAmount, taxAmount,
      discountAmount, shippingCost, paidAmount,
      toString(supplierType) AS supplierType, purchaseMethod, supplierName
    FROM raw.procurements FINAL
    WHERE NOT _deleted AND id IN (${keysOf('procurements', grain)})
  ) AS o
  INNER JOIN zones AS z ON z.sppg_id = o.sppgId
  WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`;
};

export const money = {
  order: { with: { orders: orders('day') }, select: 'SELECT * FROM orders' },
  order_line: {
    with: { orders: orders('day') },
    select: `
      SELECT o.sppg_id AS sppg_id, o.day AS day, o.status AS status, i.orderedQuantity AS orderedQuantity,
        i.receivedQuantity AS receivedQuantity, i.returnedQuantity AS returnedQuantity, i.pricePerUnit AS pricePerUnit,
        i.totalPrice AS totalPrice, i.finalPrice AS finalPrice, i.expiryDate AS expiryDate, o.actualDelivery AS actualDelivery
      FROM (
        SELECT id, procurementId, orderedQuantity, receivedQuantity, returnedQuantity, pricePerUnit, totalPrice, finalPrice, expiryDate FROM raw.procurement_items FINAL
        WHERE NOT _deleted AND id IN (
          SELECT key FROM ops.places_procurement_items WHERE order_id IN (SELECT id FROM orders)
        )
      ) AS i
      INNER JOIN orders AS o ON o.id = i.procurementId`,
  },
  order_month: {
    grain: 'month',
    with: { orders: orders('month') },
    select: `
      SELECT o.sppg_id AS sppg_id, o.day AS day, o.status AS status, o.totalAmount AS totalAmount, o.supplierName AS supplierName, o.supplier AS supplier,
        b.budget.1 AS monthlyBudget, b.alert AS alertThreshold
      FROM orders AS o
      LEFT ANY JOIN (
        -- In force at the end of the month; before the first version known, that one.
        SELECT c.sppg_id AS sppg_id, c.day AS day, if(countIf(h.committed_at < c.until) > 0,
            argMaxIf(tuple(h.monthly_budget), h.version, h.committed_at < c.until), argMin(tuple(h.monthly_budget), h.version)) AS budget,
          ifNull(argMaxIf(h.budget_alert_threshold, h.version, h.committed_at < c.until), argMin(h.budget_alert_threshold, h.version)) AS alert
        FROM (SELECT sppg_id, day, toDateTime64(addMonths(day, 1), 3, 'UTC') - toIntervalHour(shift) AS until FROM cells) AS c
        INNER JOIN (SELECT * FROM ops.history_sppg WHERE id IN (SELECT sppg_id FROM cells) AND NOT deleted) AS h ON h.id = c.sppg_id
        GROUP BY c.sppg_id, c.day
      ) AS b ON b.sppg_id = o.sppg_id AND b.day = o.day`,
  },
  ledger: {
    // The ministry's three rows: food; operations; rent and incentives.
    select: `
      SELECT t.sppgId AS sppg_id, toDate32(t.transactionDate + toIntervalHour(z.shift)) AS day, t.transactionType AS type, t.amount AS amount,
        t.category AS category, t.balanceBefore AS balanceBefore, t.balanceAfter AS balanceAfter,
        multiIf(t.category = 'FOOD_PROCUREMENT', 'food', t.category IN ('OPERATIONAL', 'TRANSPORT', 'UTILITY'), 'operations', 'rent_incentives') AS spendingRow
      FROM (
        SELECT id, sppgId, transactionDate, transactionType, amount, category, balanceBefore, balanceAfter
        FROM raw.banper_transactions FINAL WHERE NOT _deleted AND id IN (${keysOf('banper_transactions')})
      ) AS t
      INNER JOIN zones AS z ON z.sppg_id = t.sppgId
      WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)`,
  },
  tranche: {
    select: `
      SELECT r.sppgId AS sppg_id, assumeNotNull(r.starts) AS day, part.1 AS spendingRow, part.2 AS amount,
        r.submittedAt AS submittedAt, r.approvedAt AS approvedAt, r.disbursedAt AS disbursedAt
      FROM (
        SELECT id, sppgId, submittedAt, approvedAt, disbursedAt, foodCostTotal, operationalCost, transportCost, utilityCost, staffCost, otherCosts,
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
} as const satisfies Partial<Record<FactName, Fact>>;
