/** A new row of every table that rollups read, plausible or not. */
import { batch, insert, NOW } from './rows.ts';
import { type Chance, KITCHENS, type Step } from './workload_chance.ts';

export const inserts = ({ source, random, pick, int, id, at, maybe, anyOf, recently }: Chance): readonly Step[] => [
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
