/** Updates, moves, key changes and deletes of rows there are, of rows they join to, and of what decides their day. */
import { type Chance, KITCHENS, type Step } from './workload_chance.ts';

/** What rules look for, in columns that nothing else of the workload sets; what an enum may not hold was added to it (exactness.test.ts). */
const odd: readonly [table: string, set: string][] = [
  ['food_productions', `"plannedStartTime" = "plannedEndTime" + interval '1 hour'`],
  ['food_productions', `"actualTemperature" = 400`],
  ['food_productions', `"targetTemperature" = -40, "actualTemperature" = 77`],
  ['food_productions', `"hygieneScore" = 101, "tasteRating" = 3`],
  ['food_productions', `"textureRating" = 0`],
  ['food_productions', `"costPerPortion" = 9000`],
  ['food_productions', `"wasteAmount" = -1`],
  ['food_productions', `status = 'LAIN'`],
  ['quality_controls', `"checkType" = 'BAU'`],
  ['quality_controls', `severity = 'PARAH'`],
  ['quality_controls', `passed = false, severity = NULL`],
  ['quality_controls', `"actionDate" = "checkTime" - interval '1 minute'`],
  ['waste_management', `"wasteWeight" = 1200, "wasteType" = 'COOKING_OIL'`],
  ['waste_management', `"wasteWeight" = -3, "wasteType" = 'PACKAGING_WASTE'`],
  ['food_distributions', `"departureTemp" = 50, "arrivalTemp" = 56`],
  ['food_distributions', `"servingTemp" = 600`],
  ['food_distributions', `"actualStartTime" = "actualEndTime" + interval '1 second'`],
  ['food_distributions', `"completionTime" = "arrivalTime" - interval '1 second'`],
  ['food_distributions', `"hygieneScore" = -1`],
  ['food_distributions', `status = 'COMPLETED', "actualRecipients" = NULL`],
  ['food_distributions', `"totalPortions" = -5`],
  ['food_distributions', `status = 'LAIN'`],
  ['school_distributions', `"totalWeight" = -1`],
  ['school_distributions', `"deliveryStatus" = 'CONFIRMED', "actualQuantity" = 0`],
  ['school_distributions', `"foodTemperature" = 160`],
  [
    'school_distributions',
    `"deliveryTime" = "distributionDate", "receivedAt" = "distributionDate" - interval '1 minute'`,
  ],
  ['school_distributions', `"deliveryTime" = "distributionDate" + interval '3 days'`],
  ['school_distributions', `"satisfactionScore" = 9`],
  ['school_beneficiaries', `"schoolType" = 'POSYANDU'`],
  ['school_feeding_reports', `"totalStudentsServed" = -1`],
  ['school_feeding_reports', `"attendanceRate" = 130`],
  ['beneficiary_receipts', `"portionCount" = -2`],
  ['beneficiary_receipts', `status = 'LAIN'`],
  ['procurements', `"paidAmount" = "totalAmount" * 2 + 9`],
  [
    'procurements',
    `"subtotalAmount" = "totalAmount" - 500, "taxAmount" = 300, "shippingCost" = 300, "discountAmount" = 100`,
  ],
  ['procurements', `"discountAmount" = -10`],
  ['procurements', `"supplierName" = '  '`],
  ['procurements', `status = 'COMPLETED', "actualDelivery" = NULL`],
  ['procurements', `"purchaseMethod" = 'LAIN'`],
  ['procurement_items', `"returnedQuantity" = coalesce("receivedQuantity", 0) + 1`],
  ['procurement_items', `"pricePerUnit" = 2, "totalPrice" = "orderedQuantity" * 2`],
  ['procurement_items', `"finalPrice" = -1`],
  ['procurement_items', `"expiryDate" = '2026-03-03'`],
  ['banper_transactions', `amount = -9`],
  ['banper_transactions', `"transactionType" = 'INBOUND', "balanceAfter" = "balanceBefore" + amount`],
  ['banper_transactions', `"transactionType" = 'OUTBOUND', "balanceAfter" = "balanceBefore" - amount`],
  ['banper_transactions', `"transactionType" = 'PINDAH'`],
  ['banper_requests', `"staffCost" = -1, status = 'SUBMITTED'`],
  ['banper_requests', `"submittedAt" = '2026-03-02', "approvedAt" = '2026-03-01', status = 'SUBMITTED'`],
  ['banper_requests', `"approvedAt" = '2026-03-02', "disbursedAt" = '2026-03-01', status = 'DISBURSED'`],
  ['beneficiary_feedback', `"resolvedAt" = "createdAt" - interval '1 minute'`],
  ['beneficiary_feedback', `"feedbackType" = 'LAIN'`],
  ['program_monitoring', `"complaintCount" = -1`],
  ['program_monitoring', `"totalMealsProduced" = 10, "totalMealsDistributed" = 11`],
  ['program_monitoring', `"temperatureCompliance" = 100.5`],
  ['sppg_operational_reports', `"submittedAt" = '2026-02-20'`],
];
/** One row of such a table gets one of these values; the weight of a whole group of other changes. */
export const oddChange = ({ source, pick, anyOf }: Chance): Step => {
  return () => {
    const [table, set] = pick(odd);
    return source.query(`UPDATE ${table} SET ${set} WHERE id = ${anyOf(table)}`);
  };
};

export const changes = ({ source, random, pick, int, id, at, maybe, anyOf }: Chance): readonly Step[] => [
  () =>
    source.query(
      `UPDATE food_productions SET status = $1, "actualPortions" = $2 WHERE id = ${anyOf('food_productions')}`,
      [pick(['COMPLETED', 'CANCELLED']), maybe(int(0, 900))],
    ),
  () =>
    source.query(`UPDATE food_productions SET "actualEndTime" = $1 WHERE id = ${anyOf('food_productions')}`, [
      maybe(at()),
    ]),
  () =>
    source.query(
      `UPDATE food_productions SET "sppgId" = $1, "productionDate" = $2 WHERE id = ${anyOf('food_productions')}`,
      [pick(KITCHENS), at()],
    ),
  () =>
    source.query(
      `UPDATE food_distributions SET "distributionDate" = $1, "sppgId" = $2 WHERE id = ${anyOf('food_distributions')}`,
      [at(), pick(KITCHENS)],
    ),
  () =>
    source.query(
      `UPDATE quality_controls SET "actionTaken" = $1, "checkTime" = $2 WHERE id = ${anyOf('quality_controls')}`,
      [maybe('selesai'), at()],
    ),
  () =>
    source.query(
      `UPDATE school_distributions SET "deliveryStatus" = $1, "actualQuantity" = $2, "distributionDate" = $3 WHERE id = ${anyOf('school_distributions')}`,
      [pick(['DELIVERED', 'ISSUE']), int(0, 400), at()],
    ),
  () =>
    source.query(
      `UPDATE menu_nutrition_calculations SET "meetsAKG" = NOT "meetsAKG" WHERE id = ${anyOf('menu_nutrition_calculations')}`,
    ),
  () =>
    source.query(
      `UPDATE menu_nutrition_calculations SET "menuId" = 'm2-' || substr("menuId", 4) WHERE id = ${anyOf('menu_nutrition_calculations')}`,
    ),
  () =>
    source.query(`UPDATE school_beneficiaries SET "schoolType" = $1 WHERE id = ${anyOf('school_beneficiaries')}`, [
      pick(['SD', 'SMP', 'SMK', 'TK']),
    ]),
  () =>
    source.query(`UPDATE nutrition_programs SET "sppgId" = $1 WHERE id = ${anyOf('nutrition_programs')}`, [
      pick(KITCHENS),
    ]),
  () =>
    source.query(`UPDATE provinces_indonesia SET timezone = $1 WHERE id = ${anyOf('provinces_indonesia')}`, [
      pick(['WIB', 'WITA', 'WIT']),
    ]),
  () => source.query(`UPDATE sppg SET "provinceId" = $1 WHERE id = ${anyOf('sppg')}`, [pick(['32', '51', '94'])]),
  () =>
    source.query(
      `UPDATE food_productions SET id = $1 WHERE id = (SELECT id FROM food_productions f WHERE NOT EXISTS (SELECT FROM quality_controls WHERE "productionId" = f.id) AND NOT EXISTS (SELECT FROM food_distributions WHERE "productionId" = f.id) LIMIT 1)`,
      [id('f')],
    ),
  // Rows are stamped before, at and after the end of their day, and stamps are corrected.
  () => {
    const table = pick(['food_productions', 'quality_controls', 'food_distributions', 'school_distributions']);
    return source.query(`UPDATE ${table} SET "createdAt" = $1 WHERE id = ${anyOf(table)}`, [at()]);
  },
  // Every kind of joined row changes: what a row hangs on, and what hangs on it.
  () =>
    source.query(
      `UPDATE food_distributions SET "productionId" = ${anyOf('food_productions')} WHERE id = ${anyOf('food_distributions')}`,
    ),
  () =>
    source.query(
      `UPDATE quality_controls SET "productionId" = f.id FROM (SELECT id FROM food_productions ORDER BY md5(id || $1) LIMIT 1) f
         WHERE quality_controls.id = ${anyOf('quality_controls')}`,
      [id('any')],
    ),
  () =>
    source.query(
      `UPDATE school_feeding_reports SET "distributionId" = d.id, "totalPortionsConsumed" = $2, "reportType" = $3
         FROM (SELECT id FROM school_distributions ORDER BY md5(id || $1) LIMIT 1) d WHERE school_feeding_reports.id = ${anyOf('school_feeding_reports')}`,
      [id('any'), int(0, 400), pick(['DAILY', 'WEEKLY'])],
    ),
  () =>
    source.query(
      `UPDATE school_distributions SET "schoolId" = b.id, "programId" = b."programId"
         FROM (SELECT id, "programId" FROM school_beneficiaries ORDER BY md5(id || $1) LIMIT 1) b WHERE school_distributions.id = ${anyOf('school_distributions')}`,
      [id('any')],
    ),
  () =>
    source.query(
      `UPDATE food_productions SET "menuId" = 'm' || $1 || substr("menuId", 3) WHERE id = ${anyOf('food_productions')}`,
      [pick(['1', '2'])],
    ),
  () =>
    source.query(
      `UPDATE waste_management SET "wasteWeight" = $1, "wasteType" = $2, "sppgId" = $3, "wasteDate" = $4 WHERE id = ${anyOf('waste_management')}`,
      [int(-100, 900) / 10, pick(['FOOD_WASTE', 'COOKING_OIL']), pick(KITCHENS), at()],
    ),
  () => source.query(`UPDATE sppg SET "isDemoAccount" = NOT "isDemoAccount" WHERE id = ${anyOf('sppg')}`),
  () => source.query(`DELETE FROM food_distributions WHERE id = ${anyOf('food_distributions')}`),
  () => source.query(`DELETE FROM quality_controls WHERE id = ${anyOf('quality_controls')}`),
  () => source.query(`DELETE FROM school_feeding_reports WHERE id = ${anyOf('school_feeding_reports')}`),
  () =>
    source.query(
      `DELETE FROM menu_nutrition_calculations WHERE id = ${anyOf('menu_nutrition_calculations')} AND (SELECT count(*) FROM menu_nutrition_calculations) > 3`,
    ),
  () => source.query(`DELETE FROM food_productions WHERE id = ${anyOf('food_productions')}`),
  () => source.query(`DELETE FROM school_distributions WHERE id = ${anyOf('school_distributions')}`),
  () => source.query(`DELETE FROM waste_management WHERE id = ${anyOf('waste_management')}`),
  () =>
    source.query(
      `UPDATE procurements SET status = $1, "actualDelivery" = $2, "totalAmount" = $3 WHERE id = ${anyOf('procurements')}`,
      [pick(['COMPLETED', 'CANCELLED', 'ORDERED']), maybe(at()), int(0, 9_000_000)],
    ),
  () =>
    source.query(`UPDATE procurements SET "sppgId" = $1, "procurementDate" = $2 WHERE id = ${anyOf('procurements')}`, [
      pick(KITCHENS),
      at(),
    ]),
  () =>
    source.query(
      `UPDATE procurement_items SET "receivedQuantity" = $1, "procurementId" = ${anyOf('procurements')} WHERE id = ${anyOf('procurement_items')}`,
      [maybe(int(0, 25))],
    ),
  () =>
    source.query(
      `UPDATE beneficiary_feedback SET "respondedAt" = $1, rating = $2, "sppgId" = $3 WHERE id = ${anyOf('beneficiary_feedback')}`,
      [maybe(at()), maybe(int(1, 5)), pick(KITCHENS)],
    ),
  () =>
    source.query(
      `UPDATE program_monitoring SET "monitoringMonth" = $1, "foodSafetyIncidents" = $2 WHERE id = ${anyOf('program_monitoring')}`,
      [pick(['2026-03', '2026-05', '12']), int(0, 3)],
    ),
  // History begins with the first copy: what a budget was before nobody knows (stack.settled notes that it has begun).
  () =>
    source.query(
      `UPDATE sppg SET "monthlyBudget" = $1::float8, "budgetAlertThreshold" = 50 + coalesce($1::float8, 0)::int % 50 WHERE id = ${anyOf('sppg')} AND EXISTS (SELECT FROM test_log.begun)`,
      [maybe(int(0, 90_000_000))],
    ),
  () =>
    source.query(
      `UPDATE school_beneficiaries SET "activeStudents" = $1, "isActive" = $2 WHERE id = ${anyOf('school_beneficiaries')}`,
      [int(0, 500), random() < 0.8],
    ),
  () =>
    source.query(`UPDATE school_beneficiaries SET "programId" = $1 WHERE id = ${anyOf('school_beneficiaries')}`, [
      `p-${pick(KITCHENS)}`,
    ]),
  () =>
    source.query(
      `UPDATE nutrition_programs SET status = $1, "feedingDays" = $2, "endDate" = $3 WHERE id = ${anyOf('nutrition_programs')}`,
      [
        pick(['ACTIVE', 'ACTIVE', 'PAUSED']),
        maybe(
          pick([
            [1, 2, 3],
            [5, 6, 7],
          ]),
        ),
        maybe(at()),
      ],
    ),
  () => source.query(`UPDATE sppg SET "targetRecipients" = $1 WHERE id = ${anyOf('sppg')}`, [int(0, 3_000)]),
  () =>
    source.query(
      `UPDATE inventory_items SET "currentStock" = $1, "isActive" = $2, "sppgId" = $3 WHERE id = ${anyOf('inventory_items')}`,
      [int(0, 20), random() < 0.9, pick(KITCHENS)],
    ),
  () =>
    source.query(
      `UPDATE sppg_team_members SET "isActive" = $1, "sppgId" = $2 WHERE id = ${anyOf('sppg_team_members')}`,
      [random() < 0.8, pick(KITCHENS)],
    ),
  () =>
    source.query(
      `UPDATE food_safety_certifications SET status = $1::"CertificationStatus", "expiryDate" = $2, "sppgId" = $3
         WHERE id = ${anyOf('food_safety_certifications')}`,
      [pick(['ACTIVE', 'ACTIVE', 'REVOKED']), pick(['2020-01-01', '2099-01-01']), pick(KITCHENS)],
    ),
  () =>
    source.query(
      `UPDATE sppg_operational_reports SET "submittedAt" = $1, "reportPeriod" = $2 WHERE id = ${anyOf('sppg_operational_reports')}`,
      [maybe(at()), pick(['2026-02-16 to 2026-03-01', '2026-02-18 s.d. 2026-03-03'])],
    ),
  () => source.query(`DELETE FROM inventory_items WHERE id = ${anyOf('inventory_items')}`),
  () => source.query(`DELETE FROM sppg_team_members WHERE id = ${anyOf('sppg_team_members')}`),
  () => source.query(`DELETE FROM food_safety_certifications WHERE id = ${anyOf('food_safety_certifications')}`),
  () => source.query(`DELETE FROM sppg_operational_reports WHERE id = ${anyOf('sppg_operational_reports')}`),
  () =>
    source.query(
      `UPDATE banper_requests SET status = $1, "operationalPeriod" = $2, "sppgId" = $3 WHERE id = ${anyOf('banper_requests')}`,
      [pick(['APPROVED', 'REJECTED']), pick(['2026-03-03 to 2026-03-16', '?']), pick(KITCHENS)],
    ),
  () =>
    source.query(
      `UPDATE banper_transactions SET amount = $1, "transactionDate" = $2, category = $3, "sppgId" = $4 WHERE id = ${anyOf('banper_transactions')}`,
      [int(0, 9_000_000), at(), pick(['FOOD_PROCUREMENT', 'STAFF']), pick(KITCHENS)],
    ),
  () =>
    source.query(
      `UPDATE beneficiary_receipts SET "portionCount" = $1, "receiptDate" = $2, "sppgId" = $3, status = $4 WHERE id = ${anyOf('beneficiary_receipts')}`,
      [int(0, 300), at(), pick(KITCHENS), pick(['RECEIVED', 'DISPUTED'])],
    ),
  () => source.query(`DELETE FROM banper_requests WHERE id = ${anyOf('banper_requests')}`),
  () => source.query(`DELETE FROM banper_transactions WHERE id = ${anyOf('banper_transactions')}`),
  () => source.query(`DELETE FROM beneficiary_receipts WHERE id = ${anyOf('beneficiary_receipts')}`),
  () => source.query(`DELETE FROM procurements WHERE id = ${anyOf('procurements')}`),
  () => source.query(`DELETE FROM procurement_items WHERE id = ${anyOf('procurement_items')}`),
  () => source.query(`DELETE FROM beneficiary_feedback WHERE id = ${anyOf('beneficiary_feedback')}`),
  () => source.query(`DELETE FROM program_monitoring WHERE id = ${anyOf('program_monitoring')}`),
  () => source.query('TRUNCATE school_feeding_reports'),
];
