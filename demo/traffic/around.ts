/**
 * What goes on around the day's meals at any hour: checks, voices, waste, purchasing and stock.
 * Invariant: an order's total is the sum of its lines, and a line received is in stock, in the same transaction.
 */
import {
  type Action,
  between,
  localDay,
  newId,
  now,
  oneOf,
  someId,
  type Traffic,
  transaction,
  write,
} from './traffic.ts';

const startedLately = `"sppgId" = $2 AND "productionDate" >= $3::timestamp - interval '1 day' AND status IN ('COOKING', 'QUALITY_CHECK', 'COMPLETED')
  AND (SELECT count(*) FROM quality_controls q WHERE q."productionId" = food_productions.id) < 6`;

/** Whether the kitchen has fewer rows than this since its day began: a demo that writes fast must not have dozens of everything. */
async function fewerThan(most: number, table: string, column: string, { client, kitchen }: Traffic): Promise<boolean> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM ${table} WHERE "sppgId" = $1 AND "${column}" >= $2`,
    [kitchen.id, localDay({ kitchen })],
  );
  return (rows[0]?.n ?? 0) < most;
}

export const checkQuality: Action = async (traffic) => {
  const batch = await someId(traffic, 'food_productions', startedLately, [traffic.kitchen.id, localDay(traffic)]);
  if (!batch) return 0;
  const passed = traffic.random() < 0.94;
  const kind = oneOf(traffic, ['HYGIENE', 'TEMPERATURE', 'TASTE', 'APPEARANCE', 'SAFETY']);
  const severity = passed ? null : oneOf(traffic, ['LOW', 'MEDIUM', 'MEDIUM', 'HIGH', 'CRITICAL']);
  return write(
    traffic,
    `INSERT INTO quality_controls (id, "productionId", "checkType", "checkTime", "checkedBy", parameter, "actualValue", passed, score, severity, "actionRequired", "createdAt")
     VALUES ($1, $2, $3, ${now}, 'Petugas QC', 'Uji harian', $4, $5, $6, $7, NOT $5, ${now})`,
    [
      newId(traffic),
      batch,
      kind,
      passed ? 'baik' : 'kurang',
      passed,
      Math.round(between(traffic, passed ? 78 : 45, passed ? 99 : 65)),
      severity,
    ],
  );
};

/** A finding is acted on; no stamp of the row moves. */
export const actOnFinding: Action = (traffic) =>
  write(
    traffic,
    `UPDATE quality_controls SET "actionTaken" = 'Dibersihkan & dicek ulang', "actionDate" = ${now} WHERE id = (
       SELECT q.id FROM food_productions f JOIN quality_controls q ON q."productionId" = f.id
       WHERE f."sppgId" = $1 AND f."productionDate" >= $2::timestamp - interval '10 days' AND NOT q.passed AND q."actionTaken" IS NULL LIMIT 1)`,
    [traffic.kitchen.id, localDay(traffic)],
  );

export const hearFeedback: Action = async (traffic) => {
  if (!(await fewerThan(8, 'beneficiary_feedback', 'createdAt', traffic))) return 0;
  const complaint = traffic.random() < 0.25;
  const kind = complaint
    ? oneOf(traffic, ['COMPLAINT', 'QUALITY_ISSUE', 'SERVICE_ISSUE', 'PORTION_ISSUE', 'NUTRITION_CONCERN'])
    : oneOf(traffic, ['COMPLIMENT', 'COMPLIMENT', 'SUGGESTION', 'INQUIRY']);
  const priority = complaint ? (traffic.random() < 0.02 ? 'CRITICAL' : 'MEDIUM') : 'LOW';
  const rating =
    traffic.random() < 0.1 ? null : Math.round(complaint ? between(traffic, 1, 3) : between(traffic, 3, 5));
  const school = await someId(traffic, 'school_beneficiaries', '"programId" = $2', [traffic.kitchen.program]);
  return write(
    traffic,
    `INSERT INTO beneficiary_feedback (id, "sppgId", "programId", "beneficiaryId", "beneficiaryType", "feedbackType", rating, priority, "responseRequired", "createdAt", "updatedAt")
     VALUES ($1, $2, $3, $4, 'CHILD', $5, $6, $7, $8, ${now}, ${now})`,
    [newId(traffic), traffic.kitchen.id, traffic.kitchen.program, school ?? null, kind, rating, priority, complaint],
  );
};

export const answerFeedback: Action = (traffic) =>
  write(
    traffic,
    `UPDATE beneficiary_feedback SET status = CASE WHEN "respondedAt" IS NULL THEN 'RESPONDED' ELSE 'RESOLVED' END::"FeedbackStatus",
       resolved = "respondedAt" IS NOT NULL, "resolvedAt" = CASE WHEN "respondedAt" IS NOT NULL THEN ${now} END,
       "respondedAt" = coalesce("respondedAt", ${now}), "updatedAt" = ${now}
     WHERE id = (SELECT id FROM beneficiary_feedback WHERE "sppgId" = $1 AND status IN ('PENDING', 'IN_REVIEW', 'RESPONDED') AND "responseRequired"
       ORDER BY "createdAt" DESC LIMIT 1)`,
    [traffic.kitchen.id],
  );

export const weighWaste: Action = async (traffic) => {
  if (!(await fewerThan(4, 'waste_management', 'wasteDate', traffic))) return 0;
  return write(
    traffic,
    `INSERT INTO waste_management (id, "sppgId", "wasteDate", "wasteType", "wasteWeight", "wasteSource", "disposalMethod", "createdAt", "updatedAt")
     VALUES ($1, $2, ${now}, $3, $4, $5, $6, ${now}, ${now})`,
    [
      newId(traffic),
      traffic.kitchen.id,
      oneOf(traffic, ['FOOD_WASTE', 'ORGANIC_WASTE', 'PACKAGING_WASTE']),
      Math.round(between(traffic, 20, 90)) / 10,
      oneOf(traffic, ['LEFTOVER', 'PREPARATION', 'COOKING']),
      oneOf(traffic, ['COMPOST', 'ANIMAL_FEED', 'LANDFILL']),
    ],
  );
};

/** An order of two to four lines; a line that came out wrong is taken back with a savepoint. */
export const placeOrder: Action = async (traffic) => {
  if (!(await fewerThan(3, 'procurements', 'procurementDate', traffic))) return 0;
  return transaction(traffic, async () => {
    const { client, kitchen } = traffic;
    const order = newId(traffic);
    await write(
      traffic,
      `INSERT INTO procurements (id, "sppgId", "procurementCode", "procurementDate", "expectedDelivery", "supplierName", "supplierType", "purchaseMethod",
         "subtotalAmount", "totalAmount", status, "createdAt", "updatedAt")
       VALUES ($1, $2, $3, ${now}, ${now} + interval '1 day', $4, $5, $6, 0, 0, 'ORDERED', ${now}, ${now})`,
      [
        order,
        kitchen.id,
        `PO-${order.slice(1, 13).toUpperCase()}`,
        oneOf(traffic, [
          'UD Tani Makmur',
          'UD. Tani  Makmur',
          'Koperasi Merah Putih',
          'Toko "Berkah"',
          'CV Sumber Pangan',
        ]),
        oneOf(traffic, ['LOCAL', 'COOPERATIVE', 'REGIONAL']),
        traffic.random() < 0.05 ? 'EMERGENCY' : 'DIRECT',
      ],
    );
    const line = async () =>
      write(
        traffic,
        `INSERT INTO procurement_items (id, "procurementId", "inventoryItemId", "itemName", "itemCode", category, "orderedQuantity", unit, "pricePerUnit", "totalPrice", "finalPrice")
         SELECT $1, $2, id, "itemName", "itemCode", category, quantity, unit, price, round(quantity * price), round(quantity * price)
         FROM (SELECT *, round("minStock" * $4) AS quantity, coalesce("lastPrice", 15000) AS price FROM inventory_items WHERE "sppgId" = $3 ORDER BY md5(id || $1) LIMIT 1) x`,
        [newId(traffic), order, kitchen.id, between(traffic, 1, 3)],
      );
    let rows = 1;
    for (let left = 2 + Math.floor(traffic.random() * 3); left > 0; left--) rows += await line();
    if (traffic.random() < 0.3) {
      await client.query('SAVEPOINT wrong_line');
      await line();
      await client.query('ROLLBACK TO SAVEPOINT wrong_line');
    }
    const sums = await write(
      traffic,
      `UPDATE procurements o SET "subtotalAmount" = t.sum, "totalAmount" = t.sum, "updatedAt" = ${now}
       FROM (SELECT coalesce(sum("finalPrice"), 0) AS sum FROM procurement_items WHERE "procurementId" = $1) t WHERE o.id = $1`,
      [order],
    );
    return rows + sums;
  });
};

/** Goods arrive: the order, its lines (which have no stamp) and the stock change together. */
export const receiveOrder: Action = async (traffic) => {
  const order = await someId(
    traffic,
    'procurements',
    `"sppgId" = $2 AND "procurementDate" >= $3::timestamp - interval '20 days' AND status IN ('APPROVED', 'ORDERED') AND "procurementDate" < ${now} - interval '1 hour'`,
    [traffic.kitchen.id, localDay(traffic)],
  );
  if (!order) return 0;
  return transaction(traffic, async () => {
    const orders = await write(
      traffic,
      `UPDATE procurements SET status = 'FULLY_RECEIVED', "deliveryStatus" = 'DELIVERED', "actualDelivery" = ${now}, "qualityGrade" = 'GOOD',
         "acceptanceStatus" = 'ACCEPTED', "inspectedAt" = ${now}, "updatedAt" = ${now} WHERE id = $1`,
      [order],
    );
    const lines = await write(
      traffic,
      `UPDATE procurement_items SET "receivedQuantity" = "orderedQuantity" * $2 WHERE "procurementId" = $1`,
      [order, traffic.random() < 0.9 ? 1 : 0.9],
    );
    const movements = await write(
      traffic,
      `INSERT INTO stock_movements (id, "inventoryId", "movementType", quantity, unit, "stockBefore", "stockAfter", "unitCost", "totalCost", "referenceType", "referenceId", "movedBy", "movedAt")
       SELECT 'c' || substr(md5('move' || l.id), 1, 24), i.id, 'IN', l."receivedQuantity", l.unit, i."currentStock", i."currentStock" + l."receivedQuantity", l."pricePerUnit",
         round(l."pricePerUnit" * l."receivedQuantity"), 'PROCUREMENT', $1, 'Gudang', ${now}
       FROM procurement_items l JOIN inventory_items i ON i.id = l."inventoryItemId" WHERE l."procurementId" = $1 ON CONFLICT DO NOTHING`,
      [order],
    );
    const stock = await write(
      traffic,
      `UPDATE inventory_items i SET "currentStock" = i."currentStock" + l.got, "updatedAt" = ${now}
       FROM (SELECT "inventoryItemId", sum("receivedQuantity") AS got FROM procurement_items WHERE "procurementId" = $1 GROUP BY 1) l WHERE i.id = l."inventoryItemId"`,
      [order],
    );
    return orders + lines + movements + stock;
  });
};

/** A movement is approved; no stamp that a scan could follow moves. */
export const approveMovement: Action = (traffic) =>
  write(
    traffic,
    `UPDATE stock_movements SET "approvedAt" = ${now} WHERE id = (SELECT m.id FROM inventory_items i JOIN stock_movements m ON m."inventoryId" = i.id
       WHERE i."sppgId" = $1 AND m."approvedAt" IS NULL LIMIT 1)`,
    [traffic.kitchen.id],
  );
