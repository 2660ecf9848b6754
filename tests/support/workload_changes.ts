/** Updates, moves, key changes and deletes of rows there are, of rows they join to, and of what decides their day. */
import { type Chance, KITCHENS, type Step } from './workload_chance.ts';

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
