/**
 * Purchasing: month plans, orders with their lines, and the stock movements they and the cooking cause.
 * Invariant: an order's subtotal is the sum of its lines. Needs g_visit; leaves nothing behind that others read.
 */
import { bell, draw, hash, insert, key, minutes, pick, type Scene, type Step, touched } from './sql.ts';

export function purchasing(scene: Scene): Step[] {
  const u = (n: number) => draw('h', n);
  const l = (n: number) => draw('lh', n);
  const received = `status IN ('FULLY_RECEIVED', 'COMPLETED', 'PARTIALLY_RECEIVED')`;
  return [
    { sql: 'DROP TABLE IF EXISTS g_order, g_line' },
    {
      sql: `CREATE TEMP TABLE g_order AS
        SELECT *, CASE WHEN ${u(1)} < 0.015 THEN 'CANCELLED' WHEN ${u(1)} < 0.02 THEN 'REJECTED' WHEN d > ${scene.today} - 2 AND ${u(1)} > 0.9 THEN 'DRAFT'
            WHEN ordered > ${scene.now} THEN 'DRAFT' WHEN arrived <= ${scene.now} THEN CASE WHEN ${u(2)} < 0.03 THEN 'PARTIALLY_RECEIVED'
              WHEN ${u(2)} < 0.3 THEN 'FULLY_RECEIVED' ELSE 'COMPLETED' END
            WHEN ${u(2)} < 0.2 THEN 'PENDING_APPROVAL' WHEN ${u(2)} < 0.5 THEN 'APPROVED' ELSE 'ORDERED' END AS status
        FROM (SELECT *, expected + ${minutes(`-60 + 30 * ${bell('h', 3)} + CASE WHEN ${u(6)} < 0.03 + 0.16 * bad THEN 90 + 900 * ${u(7)} ELSE 0 END`)} AS arrived
          FROM (SELECT c.n, c.id, c.z, c.bad, c.cost, c.portions, c.regency, c.seq, c.place, d.d, d.dn, ${hash(scene, 40, 'c.n', 'd.dn')} AS h, ${key(scene, 'order', 'c.n', 'd.dn')} AS oid,
              d.d::timestamp - c.z + interval '13 hours' AS ordered, d.d::timestamp - c.z + interval '38 hours' AS expected
            FROM g_chunk c JOIN g_day d ON d.d BETWEEN c.opens - 2 AND c.closes AND d.d <= ${scene.today}
            WHERE c.status <> 'PENDING_APPROVAL' AND (d.dow < 7)) x
          WHERE ${u(8)} < 0.45) y`,
    },
    {
      sql: `CREATE TEMP TABLE g_line AS
        SELECT *, CASE WHEN ${received} THEN round((quantity * CASE WHEN ${l(1)} < 0.03 + 0.12 * bad THEN 0.9 ELSE 1 END)::numeric, 1) END AS got
        FROM (SELECT o.*, i.i, i.name AS item, i.category, i.unit, round((portions * i."perPortion" * (3.4 + 2 * ${l(2)}))::numeric, 1)::float8 AS quantity,
            round(i.price * (0.97 + 0.09 * ${l(3)} + 0.05 * bad) * greatest(1, cost / 9000)) AS price
          FROM (SELECT o.*, q, ${hash(scene, 41, 'n', 'dn', 'q')} AS lh FROM g_order o, generate_series(0, 4) q WHERE q < 3 + (n + dn) % 3) o
          JOIN g_item i ON i.i = (n + dn * 5 + q * 3) % 14) x`,
    },
    { sql: 'ANALYZE g_order, g_line' },
    insert(
      'procurement_plans',
      `id sppgId programId planName planMonth planYear planQuarter totalBudget allocatedBudget usedBudget remainingBudget targetRecipients
      targetMeals costPerMeal approvalStatus approvedAt createdAt updatedAt`,
      `SELECT ${key(scene, 'plan', 'n', "to_char(m, 'YYMM')")}, id, program, 'Rencana belanja ' || to_char(m, 'MM/YYYY'), to_char(m, 'YYYY-MM'),
        extract(year FROM m)::int, CASE WHEN n % 6 = 0 THEN NULL ELSE extract(quarter FROM m)::int END, round(portions * cost * 25),
        round(portions * cost * 24), 0, round(portions * cost * 24), portions, portions * 25, CASE WHEN n % 9 = 0 THEN NULL ELSE cost END,
        CASE WHEN n % 12 = 3 AND m >= date_trunc('month', ${scene.today}) THEN 'SUBMITTED' ELSE 'APPROVED' END,
        CASE WHEN n % 12 = 3 THEN NULL ELSE m - interval '3 days' END, m - interval '6 days', m - interval '3 days'
      FROM g_chunk, generate_series(date_trunc('month', ${scene.today} - ${scene.days - 1})::timestamp,
        date_trunc('month', ${scene.today})::timestamp, interval '1 month') m WHERE status <> 'PENDING_APPROVAL'`,
    ),
    insert(
      'procurements',
      `id sppgId planId procurementCode procurementDate expectedDelivery actualDelivery supplierName supplierType purchaseMethod subtotalAmount
      taxAmount discountAmount shippingCost totalAmount paidAmount paymentStatus paymentDue status deliveryStatus qualityGrade acceptanceStatus
      inspectedAt createdAt updatedAt`,
      `SELECT oid, id, CASE WHEN ${u(20)} < 0.1 THEN NULL ELSE ${key(scene, 'plan', 'n', "to_char(d, 'YYMM')")} END,
        'PO-' || regency || '-' || seq || '-' || to_char(d, 'YYMMDD'), ordered, CASE WHEN ${u(21)} < 0.04 THEN NULL ELSE expected END,
        CASE WHEN ${received} THEN arrived END,
        CASE WHEN s.s < 2 OR s.s = 3 THEN spelling ELSE spelling || CASE WHEN ${u(22)} < 0.5 THEN '' ELSE ' ' || place END END,
        CASE WHEN ${u(23)} < 0.06 THEN NULL ELSE s.type END::"SupplierType",
        CASE WHEN ${u(24)} < 0.03 + 0.06 * bad THEN 'EMERGENCY' WHEN ${u(24)} < 0.7 THEN 'DIRECT' WHEN ${u(24)} < 0.9 THEN 'CONTRACT' ELSE 'BULK' END::"ProcurementMethod",
        amount, tax, 0, 50000, amount + tax + 50000, CASE WHEN status = 'COMPLETED' THEN amount + tax + 50000 ELSE 0 END,
        CASE WHEN status = 'COMPLETED' THEN 'PAID' WHEN status = 'FULLY_RECEIVED' THEN 'PARTIAL' ELSE 'UNPAID' END, ordered + interval '14 days',
        status::"ProcurementStatus", CASE WHEN status = 'PARTIALLY_RECEIVED' THEN 'PARTIAL' WHEN ${received} THEN 'DELIVERED' ELSE 'ORDERED' END,
        CASE WHEN ${received} AND ${u(25)} > 0.08 THEN CASE WHEN ${u(26)} < 0.9 - 0.4 * bad THEN 'GOOD' WHEN ${u(26)} < 0.97 THEN 'FAIR' ELSE 'POOR' END END::"QualityGrade",
        CASE WHEN ${received} THEN CASE WHEN ${u(27)} < 0.96 THEN 'ACCEPTED' ELSE 'PARTIAL' END END,
        CASE WHEN ${received} THEN least(${scene.now}, arrived + interval '40 minutes') END, least(${scene.now}, ordered),
        ${touched(scene, 'h', `least(${scene.now}, CASE WHEN ${received} THEN arrived + interval '40 minutes' ELSE ordered END)`)}
      FROM (SELECT g.*, s.s, s.type, s.spellings[1 + floor(${draw('g.h', 28)} * cardinality(s.spellings))::int] AS spelling,
          amount, CASE WHEN s.type = 'NATIONAL' THEN round(amount * 0.11) ELSE 0 END AS tax
        FROM g_order g JOIN (SELECT oid, sum(round(quantity * price)) AS amount FROM g_line GROUP BY oid) t USING (oid)
        JOIN g_supplier s ON s.s = floor(6 * power(${draw('g.h', 29)}, 1.6))::int) s`,
    ),
    insert(
      'procurement_items',
      `id procurementId inventoryItemId itemName itemCode category orderedQuantity receivedQuantity unit pricePerUnit totalPrice discountAmount
      finalPrice expiryDate isAccepted returnedQuantity`,
      `SELECT ${key(scene, 'line', 'n', 'dn', 'q')}, oid, CASE WHEN ${l(10)} < 0.04 THEN NULL ELSE ${key(scene, 'item', 'n', 'i')} END, item,
        CASE WHEN ${l(11)} < 0.2 THEN NULL ELSE 'BRG-' || lpad(i::text, 2, '0') END, category::"InventoryCategory", quantity, got, unit, price,
        round(quantity * price), 0, round(quantity * price), CASE WHEN category IN ('LAINNYA', 'SAYURAN') THEN NULL ELSE expected + interval '20 days' END,
        ${l(12)} >= 0.02, CASE WHEN got IS NOT NULL AND ${l(12)} < 0.02 THEN round((got * 0.2)::numeric, 1) ELSE 0 END FROM g_line`,
    ),
    insert(
      'stock_movements',
      `id inventoryId movementType quantity unit stockBefore stockAfter unitCost totalCost referenceType referenceId batchNumber expiryDate
      movedBy movedAt approvedAt`,
      `SELECT ${key(scene, 'in', 'n', 'dn', 'q')}, ${key(scene, 'item', 'n', 'i')}, 'IN'::"MovementType", got, unit, held, held + got, price, round(got * price),
        'PROCUREMENT', oid, CASE WHEN ${l(13)} < 0.5 THEN NULL ELSE 'LOT-' || dn END, NULL::timestamp, 'Gudang', least(${scene.now}, arrived + interval '1 hour'),
        CASE WHEN ${l(14)} >= 0.1 AND arrived + interval '6 hours' <= ${scene.now} THEN arrived + interval '6 hours' END
      FROM (SELECT *, round((quantity * ${l(15)})::numeric, 1)::float8 AS held FROM g_line WHERE got IS NOT NULL) x
      UNION ALL
      SELECT ${key(scene, 'out', 'n', 'dn', 'q')}, ${key(scene, 'item', 'n', 'i')}, kind::"MovementType", used, unit, used * 3, CASE kind WHEN 'ADJUSTMENT' THEN used ELSE used * 2 END,
        CASE WHEN q = 0 THEN NULL ELSE price END, CASE WHEN q = 0 THEN NULL ELSE round(used * price) END,
        CASE kind WHEN 'OUT' THEN 'PRODUCTION' END, CASE kind WHEN 'OUT' THEN ${key(scene, 'batch', 'n', 'dn', '0')} END, NULL, NULL, 'Dapur', moved,
        CASE WHEN moved + interval '20 hours' <= ${scene.now} AND ${draw('h', 1)} > 0.05 THEN moved + interval '20 hours' END
      FROM (SELECT v.n, v.dn, q, i.i, i.unit, i.price, round((portions * i."perPortion")::numeric, 1)::float8 AS used, h,
          midnight + interval '2 hours' AS moved, CASE WHEN ${draw('h', 2)} < 0.96 THEN 'OUT' ELSE ${pick(draw('h', 3), ['EXPIRED', 'DAMAGED', 'ADJUSTMENT', 'TRANSFER'])} END AS kind
        FROM (SELECT v.*, q, ${hash(scene, 42, 'v.n', 'v.dn', 'q')} AS h FROM g_visit v, generate_series(0, 1) q) v JOIN g_item i ON i.i = (n + dn * 2 + q * 5) % 14) y
      WHERE moved <= ${scene.now}`,
    ),
  ];
}
