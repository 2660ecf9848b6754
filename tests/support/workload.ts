/** A seeded workload over every table that rollups read: inserts, updates, moves, key changes, deletes, multi-row transactions. */
import type pg from 'pg';
import { batch, insert, NOW } from './rows.ts';

/** mulberry32: a small seeded generator, so that a failing run can be replayed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const KITCHENS = ['k321', 'k322', 'k511', 'k512', 'k941', 'k942'];

/** Runs `steps` random transactions. Rows that a step needs and does not find make it a no-op. */
export async function runWorkload(source: pg.ClientBase, seed: number, steps: number): Promise<void> {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const int = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  let serial = 0;
  const id = (prefix: string) => `${prefix}${seed}-${++serial}`;
  // Instants near the day boundaries of all three zones, and ordinary ones.
  const at = () => {
    const day = String(int(1, 6)).padStart(2, '0');
    return `2026-03-${day}T${pick(['00:00:00', '14:59:59.999', '15:00:00', '16:00:00', '17:00:00', '17:30:00', '05:12:34.567'])}Z`;
  };
  const maybe = <T>(value: T): T | null => (random() < 0.3 ? null : value);
  const anyOf = (table: string, column = 'id') =>
    `(SELECT "${column}" FROM ${table} ORDER BY md5(id || '${int(0, 1e6)}') LIMIT 1)`;

  // Hours before and after a day ago: a complaint of that age changes its cell as time passes.
  const recently = () => new Date(Date.now() - int(20, 28) * 3_600_000).toISOString();

  const inserts: (() => Promise<unknown>)[] = [
    () => {
      const kitchen = pick(KITCHENS);
      return insert(
        source,
        'food_productions',
        batch(kitchen, id('f'), at(), {
          menuId: `m${int(1, 2)}-${kitchen}`,
          plannedPortions: int(0, 3_000),
          actualPortions: maybe(int(-200, 4_500)),
          actualStartTime: maybe(at()),
          actualCost: maybe(int(0, 30_000_000)),
          actualEndTime: maybe(at()),
          status: pick(['PLANNED', 'COOKING', 'COMPLETED', 'COMPLETED', 'CANCELLED']),
        }),
      );
    },
    () =>
      source.query(
        `INSERT INTO quality_controls (id, "productionId", "checkType", "checkTime", "checkedBy", parameter, "actualValue", passed, score, severity, "actionTaken")
         SELECT $1, id, 'TASTE', $2, 'x', 'rasa', 'ok', $3, $4, $5, $6 FROM food_productions ORDER BY md5(id || $1) LIMIT 1`,
        [
          id('q'),
          at(),
          random() < 0.7,
          maybe(int(-5, 110)),
          maybe(pick(['LOW', 'HIGH', 'CRITICAL'])),
          maybe('ditangani'),
        ],
      ),
    () => {
      const kitchen = pick(KITCHENS);
      const code = id('x');
      return source.query(
        `INSERT INTO food_distributions (id, "sppgId", "programId", "productionId", "distributionDate", "distributionCode", "mealType",
           "distributionPoint", "plannedRecipients", "actualRecipients", "plannedStartTime", "plannedEndTime", "transportCost", "fuelCost",
           "menuItems", "totalPortions", "portionSize", "arrivalTemp", status, "actualEndTime", "arrivalTime", "departureTime", "updatedAt")
         SELECT $1, $2, 'p-' || $2, ${random() < 0.7 ? anyOf('food_productions') : 'NULL'}, $3, $1, 'MAKAN_SIANG', 'titik', $4, $5, $3, $6, $7, $8,
           '{}', 10, 1.5, $9, $10::"DistributionStatus", $11, $12, $13, $3
         WHERE EXISTS (SELECT FROM nutrition_programs WHERE id = 'p-' || $2)`,
        [
          code,
          kitchen,
          at(),
          int(1, 500),
          maybe(int(0, 500)),
          at(),
          maybe(int(0, 90_000)),
          maybe(int(0, 90_000)),
          maybe(pick([int(40, 80), -40, 150])),
          pick(['SCHEDULED', 'COMPLETED', 'COMPLETED', 'CANCELLED']),
          maybe(at()),
          maybe(at()),
          maybe(at()),
        ],
      );
    },
    () => {
      const kitchen = pick(KITCHENS);
      return source.query(
        `INSERT INTO school_distributions (id, "programId", "schoolId", "menuId", "distributionDate", "targetQuantity", "actualQuantity",
           "schoolName", "targetStudents", "menuName", "portionSize", "deliveryStatus", "updatedAt")
         SELECT $1, 'p-' || $2, $3, 'm1-' || $2, $4, $5, $6, 'x', 1, 'y', 1, $7, $4
         WHERE EXISTS (SELECT FROM school_beneficiaries WHERE id = $3) AND EXISTS (SELECT FROM nutrition_menus WHERE id = 'm1-' || $2)`,
        [
          id('d'),
          kitchen,
          `s${int(1, 2)}-${kitchen}`,
          at(),
          int(-20, 400),
          int(-20, 400),
          pick(['PLANNED', 'DELIVERED', 'CONFIRMED', 'ISSUE', 'terkirim']),
        ],
      );
    },
    () =>
      source.query(
        `INSERT INTO school_feeding_reports (id, "distributionId", "schoolId", "reportDate", "reportType", "totalStudentsServed",
           "totalPortionsServed", "totalPortionsConsumed", "updatedAt")
         SELECT $1, id, "schoolId", $2, $3, 1, $4, $5, $2 FROM school_distributions ORDER BY md5(id || $1) LIMIT 1`,
        [id('r'), at(), pick(['DAILY', 'DAILY', 'WEEKLY']), int(0, 300), int(0, 400)],
      ),
    () =>
      insert(source, 'waste_management', {
        id: id('w'),
        sppgId: pick(KITCHENS),
        wasteDate: at(),
        wasteType: pick(['FOOD_WASTE', 'ORGANIC_WASTE', 'COOKING_OIL']),
        wasteWeight: int(-200, 5_000) / 100,
        wasteSource: 'LEFTOVER',
        disposalMethod: 'COMPOST',
        updatedAt: NOW,
      }),
    () => {
      const kitchen = pick(KITCHENS);
      const code = id('o');
      return insert(source, 'procurements', {
        id: code,
        sppgId: kitchen,
        procurementCode: code,
        procurementDate: at(),
        expectedDelivery: maybe(at()),
        actualDelivery: maybe(at()),
        supplierName: pick(['CV Tani  Makmur', ' cv tani makmur ', 'UD Segar', 'PT PANGAN']),
        supplierType: maybe(pick(['LOCAL', 'COOPERATIVE', 'NATIONAL', 'INDIVIDUAL'])),
        purchaseMethod: pick(['DIRECT', 'EMERGENCY', 'CONTRACT']),
        subtotalAmount: 1,
        totalAmount: int(-1_000, 9_000_000),
        status: pick([
          'DRAFT',
          'APPROVED',
          'PARTIALLY_RECEIVED',
          'FULLY_RECEIVED',
          'COMPLETED',
          'COMPLETED',
          'CANCELLED',
          'REJECTED',
        ]),
        updatedAt: NOW,
      });
    },
    () =>
      source.query(
        `INSERT INTO procurement_items (id, "procurementId", "itemName", category, "orderedQuantity", "receivedQuantity", unit,
           "pricePerUnit", "totalPrice", "finalPrice", "returnedQuantity")
         SELECT $1, id, 'beras', 'KARBOHIDRAT', $2, $3, 'kg', 1, 1, 1, $4 FROM procurements ORDER BY md5(id || $1) LIMIT 1`,
        [id('i'), int(1, 20), maybe(int(0, 25)), pick([0, 0, 1, 2.5])],
      ),
    () => {
      const asked = pick([at(), recently()]);
      return insert(source, 'beneficiary_feedback', {
        id: id('fb'),
        sppgId: pick(KITCHENS),
        beneficiaryType: 'CHILD',
        feedbackType: pick(['COMPLAINT', 'QUALITY_ISSUE', 'PORTION_ISSUE', 'COMPLIMENT', 'SUGGESTION']),
        rating: maybe(int(0, 6)),
        priority: pick(['LOW', 'MEDIUM', 'CRITICAL']),
        createdAt: asked,
        respondedAt: maybe(
          new Date(Date.parse(asked) + pick([3_600_000, 86_400_000, 86_400_001, 200_000_000])).toISOString(),
        ),
        updatedAt: NOW,
      });
    },
    () =>
      source.query(
        `INSERT INTO program_monitoring (id, "programId", "monitoringMonth", "monitoringYear", "targetRecipients", "activeRecipients",
           "feedingDaysPlanned", "feedingDaysCompleted", "totalMealsProduced", "totalMealsDistributed", "wastePercentage",
           "budgetAllocated", "budgetUtilized", "foodSafetyIncidents", "staffAttendance", "updatedAt")
         SELECT $1, id, $2, 2026, 1, 1, 1, 1, 1, 1, 0, 1, 1, $3, 90, $4 FROM nutrition_programs ORDER BY md5(id || $1) LIMIT 1`,
        [id('pm'), pick(['2026-02', '2026-03', '3', '04', 'Maret']), int(0, 2), NOW],
      ),
    () =>
      insert(source, 'inventory_items', {
        id: id('st'),
        sppgId: pick(KITCHENS),
        itemName: 'beras',
        category: 'KARBOHIDRAT',
        unit: 'kg',
        currentStock: int(0, 20),
        minStock: 10,
        maxStock: 100,
        updatedAt: NOW,
      }),
    () =>
      insert(source, 'sppg_team_members', {
        id: id('tm'),
        sppgId: pick(KITCHENS),
        role: 'TIM_PACKING',
        isVolunteer: random() < 0.8,
        isActive: random() < 0.8,
        updatedAt: NOW,
      }),
    () => {
      const number = id('c');
      return insert(source, 'food_safety_certifications', {
        id: number,
        sppgId: pick(KITCHENS),
        certificationName: pick(['SLHS', 'Sertifikat Laik Higiene Sanitasi', 'sertifikat laik hijien', 'HACCP']),
        certifyingBody: 'Dinkes',
        certificateNumber: number,
        issuedDate: NOW,
        expiryDate: pick(['2026-03-01', '2099-01-01']),
        status: pick(['ACTIVE', 'ACTIVE', 'EXPIRED']),
        updatedAt: NOW,
      });
    },
    () => {
      const number = id('rp');
      return insert(source, 'sppg_operational_reports', {
        id: number,
        sppgId: pick(KITCHENS),
        reportNumber: number,
        reportType: pick(['FINANCIAL_BIWEEKLY', 'FINANCIAL_BIWEEKLY', 'DAILY_OPERATIONAL']),
        reportPeriod: pick(['2026-02-16 to 2026-03-01', '2026-02-20 - 2026-03-04', 'Maret pekan 1']),
        submittedAt: maybe(at()),
        updatedAt: NOW,
      });
    },
    () => {
      const number = id('br');
      const kitchen = pick(KITCHENS);
      return insert(source, 'banper_requests', {
        id: number,
        sppgId: kitchen,
        virtualAccountId: `va-${kitchen}`,
        requestNumber: number,
        operationalPeriod: pick(['2026-03-02 to 2026-03-15', '2026-03-01 s.d. 2026-03-14', 'Maret']),
        totalBeneficiaries: 1,
        beneficiaryBreakdown: '{}',
        dailyBudgetPerBeneficiary: 1,
        foodCostTotal: int(0, 9_000_000),
        operationalCost: int(0, 900_000),
        transportCost: maybe(int(0, 90_000)),
        staffCost: maybe(int(0, 90_000)),
        totalAmount: 1,
        status: pick(['DRAFT', 'SUBMITTED', 'DISBURSED', 'REJECTED']),
        updatedAt: NOW,
      });
    },
    () => {
      const number = id('bt');
      const kitchen = pick(KITCHENS);
      return insert(source, 'banper_transactions', {
        id: number,
        sppgId: kitchen,
        virtualAccountId: `va-${kitchen}`,
        transactionNumber: number,
        transactionDate: at(),
        transactionType: pick(['INBOUND', 'OUTBOUND', 'OUTBOUND', 'ADJUSTMENT']),
        amount: int(0, 9_000_000),
        balanceBefore: 0,
        balanceAfter: 0,
        purpose: 'x',
        category: pick(['FOOD_PROCUREMENT', 'OPERATIONAL', 'TRANSPORT', 'UTILITY', 'STAFF', 'OTHER', 'lain']),
        updatedAt: NOW,
      });
    },
    () => {
      const number = id('rc');
      return insert(source, 'beneficiary_receipts', {
        id: number,
        sppgId: pick(KITCHENS),
        receiptNumber: number,
        receiptDate: at(),
        beneficiaryCategory: pick(['TODDLER', 'ELEMENTARY_GRADE_1_3', 'ELEMENTARY_GRADE_4_6', 'PREGNANT_WOMAN']),
        mealType: 'MAKAN_SIANG',
        menuName: 'x',
        portionCount: int(0, 300),
        status: pick(['PENDING', 'RECEIVED', 'RECEIVED', 'LOST']),
        updatedAt: NOW,
      });
    },
  ];
  const changes: (() => Promise<unknown>)[] = [
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
      source.query(
        `UPDATE procurements SET "sppgId" = $1, "procurementDate" = $2 WHERE id = ${anyOf('procurements')}`,
        [pick(KITCHENS), at()],
      ),
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
        `UPDATE sppg SET "monthlyBudget" = $1 WHERE id = ${anyOf('sppg')} AND EXISTS (SELECT FROM test_log.begun)`,
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
  const steppers = [...inserts, ...changes];
  // Inserts come more often than the rest; a truncation now and then.
  const weights = steppers.map((_, index) => (index < inserts.length ? 5 : index === steppers.length - 1 ? 0.15 : 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const step = () => {
    let left = random() * total;
    const index = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return (steppers[index] as () => Promise<unknown>)();
  };
  for (let done = 0; done < steps; ) {
    const size = random() < 0.3 ? int(2, 12) : 1;
    const undo = random() < 0.1;
    await source.query('BEGIN');
    for (let n = 0; n < size; n++) {
      await source.query('SAVEPOINT s');
      try {
        await step();
      } catch (error) {
        // A constraint of the source refused the step (a parent is gone): the transaction goes on without it.
        if (!String((error as { code?: string }).code).startsWith('23')) throw error;
        await source.query('ROLLBACK TO s');
      }
    }
    if (undo) await source.query('ROLLBACK TO s');
    await source.query('COMMIT');
    done += size;
  }
}
