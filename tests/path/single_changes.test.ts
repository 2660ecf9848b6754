/**
 * Every kind of change alone in its refresh: what it does not mark as dirty stays wrong, where in a mixed workload another
 * change of the same kitchen would hide it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { independentCells } from '../support/independent.ts';
import { LONG } from '../support/long.ts';
import { expectAreas, martCells } from '../support/mart_cells.ts';
import { batch, insert, NOW, seedProgramme } from '../support/rows.ts';
import { type Stack, startReplication, startStack, until } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    const at = '2026-03-02T03:00:00Z';
    for (const kitchen of ['k321', 'k322', 'k511', 'k941']) {
      await insert(source, 'food_productions', batch(kitchen, `b-${kitchen}`, at));
      // 22:30 in the west, half past midnight of the next day in the east.
      await insert(source, 'food_productions', batch(kitchen, `late-${kitchen}`, '2026-03-03T15:30:00Z'));
      await insert(source, 'quality_controls', {
        id: `q-${kitchen}`,
        productionId: `b-${kitchen}`,
        checkType: 'TASTE',
        checkTime: at,
        checkedBy: 'x',
        parameter: 'rasa',
        actualValue: 'ok',
        passed: false,
        severity: 'CRITICAL',
        score: 80,
      });
      await insert(source, 'food_distributions', {
        id: `x-${kitchen}`,
        sppgId: kitchen,
        programId: `p-${kitchen}`,
        productionId: `b-${kitchen}`,
        distributionDate: at,
        distributionCode: `x-${kitchen}`,
        mealType: 'MAKAN_SIANG',
        distributionPoint: 'titik',
        plannedRecipients: 300,
        actualRecipients: 290,
        plannedStartTime: at,
        plannedEndTime: '2026-03-02T05:00:00Z',
        menuItems: '[]',
        totalPortions: 300,
        portionSize: 1,
        arrivalTemp: 63,
        transportCost: 1_000,
        status: 'COMPLETED',
        arrivalTime: '2026-03-02T04:30:00Z',
        updatedAt: NOW,
      });
      await insert(source, 'school_distributions', {
        id: `d-${kitchen}`,
        programId: `p-${kitchen}`,
        schoolId: `s1-${kitchen}`,
        menuId: `m1-${kitchen}`,
        distributionDate: at,
        targetQuantity: 300,
        actualQuantity: 290,
        schoolName: 'x',
        targetStudents: 300,
        menuName: 'y',
        portionSize: 1,
        deliveryStatus: 'DELIVERED',
        updatedAt: NOW,
      });
      await insert(source, 'school_feeding_reports', {
        id: `r-${kitchen}`,
        distributionId: `d-${kitchen}`,
        schoolId: `s1-${kitchen}`,
        reportDate: at,
        reportType: 'DAILY',
        totalStudentsServed: 290,
        totalPortionsServed: 290,
        totalPortionsConsumed: 270,
        updatedAt: NOW,
      });
      await insert(source, 'waste_management', {
        id: `w-${kitchen}`,
        sppgId: kitchen,
        wasteDate: at,
        wasteType: 'FOOD_WASTE',
        wasteWeight: 12.5,
        wasteSource: 'LEFTOVER',
        disposalMethod: 'COMPOST',
        updatedAt: NOW,
      });
      await insert(source, 'procurements', {
        id: `o-${kitchen}`,
        sppgId: kitchen,
        procurementCode: `o-${kitchen}`,
        procurementDate: at,
        expectedDelivery: '2026-03-04T03:00:00Z',
        actualDelivery: '2026-03-03T03:00:00Z',
        supplierName: 'CV Tani',
        supplierType: 'LOCAL',
        purchaseMethod: 'DIRECT',
        subtotalAmount: 900_000,
        totalAmount: 1_000_000,
        status: 'COMPLETED',
        updatedAt: NOW,
      });
      await insert(source, 'procurement_items', {
        id: `i-${kitchen}`,
        procurementId: `o-${kitchen}`,
        itemName: 'beras',
        category: 'KARBOHIDRAT',
        orderedQuantity: 10,
        receivedQuantity: 10,
        unit: 'kg',
        pricePerUnit: 1,
        totalPrice: 10,
        finalPrice: 10,
      });
      await insert(source, 'beneficiary_feedback', {
        id: `fb-${kitchen}`,
        sppgId: kitchen,
        beneficiaryType: 'CHILD',
        feedbackType: 'COMPLAINT',
        rating: 2,
        createdAt: at,
        updatedAt: NOW,
      });
      await insert(source, 'program_monitoring', {
        id: `pm-${kitchen}`,
        programId: `p-${kitchen}`,
        monitoringMonth: '2026-03',
        monitoringYear: 2026,
        targetRecipients: 1,
        activeRecipients: 1,
        feedingDaysPlanned: 1,
        feedingDaysCompleted: 1,
        totalMealsProduced: 1,
        totalMealsDistributed: 1,
        wastePercentage: 0,
        budgetAllocated: 1,
        budgetUtilized: 1,
        foodSafetyIncidents: 1,
        staffAttendance: 90,
        updatedAt: NOW,
      });
      await insert(source, 'inventory_items', {
        id: `st-${kitchen}`,
        sppgId: kitchen,
        itemName: 'beras',
        category: 'KARBOHIDRAT',
        unit: 'kg',
        currentStock: 20,
        minStock: 10,
        maxStock: 100,
        updatedAt: NOW,
      });
      await insert(source, 'sppg_team_members', {
        id: `tm-${kitchen}`,
        sppgId: kitchen,
        role: 'TIM_PACKING',
        updatedAt: NOW,
      });
      await insert(source, 'sppg_operational_reports', {
        id: `rp-${kitchen}`,
        sppgId: kitchen,
        reportNumber: `rp-${kitchen}`,
        reportType: 'FINANCIAL_BIWEEKLY',
        reportPeriod: '2026-02-16 to 2026-03-01',
        submittedAt: '2026-03-04T16:59:00Z',
        updatedAt: NOW,
      });
    }
    // An order of this month, for which the budget of now is in force.
    await insert(source, 'procurements', {
      id: 'o-now',
      sppgId: 'k322',
      procurementCode: 'o-now',
      procurementDate: new Date().toISOString(),
      supplierName: 'CV Tani',
      purchaseMethod: 'DIRECT',
      subtotalAmount: 1,
      totalAmount: 1_000_000,
      status: 'COMPLETED',
      updatedAt: NOW,
    });
  });
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

/** In order: each is alone in its refresh and moves at least one number. */
const changes: readonly [name: string, sql: string][] = [
  ['a batch ends later', `UPDATE food_productions SET "actualEndTime" = '2026-03-02T00:00:00Z' WHERE id = 'b-k321'`],
  ['a run loses its batch', `UPDATE food_distributions SET "productionId" = NULL WHERE id = 'x-k321'`],
  ['a run gets a batch', `UPDATE food_distributions SET "productionId" = 'b-k322' WHERE id = 'x-k321'`],
  ['a batch moves to another kitchen', `UPDATE food_productions SET "sppgId" = 'k511' WHERE id = 'b-k322'`],
  ['a batch moves back', `UPDATE food_productions SET "sppgId" = 'k322' WHERE id = 'b-k322'`],
  ['a batch moves to another day', `UPDATE food_productions SET "productionDate" = '2026-03-05' WHERE id = 'b-k322'`],
  ['a batch changes its menu', `UPDATE food_productions SET "menuId" = 'm2-k322' WHERE id = 'b-k322'`],
  [
    'a calculation moves to another menu',
    `UPDATE menu_nutrition_calculations SET "menuId" = 'm2-k322' WHERE id = 'calc-k322'`,
  ],
  [
    'a calculation turns out different',
    `UPDATE menu_nutrition_calculations SET "meetsAKG" = false WHERE id = 'calc-k322'`,
  ],
  ['a calculation is deleted', `DELETE FROM menu_nutrition_calculations WHERE id = 'calc-k321'`],
  [
    'a calculation is made',
    `INSERT INTO menu_nutrition_calculations (id, "menuId", "meetsAKG", "updatedAt") VALUES ('calc-new', 'm1-k321', true, now())`,
  ],
  ['a check belongs to another batch', `UPDATE quality_controls SET "productionId" = 'b-k511' WHERE id = 'q-k321'`],
  [
    'a check was made on another day',
    `UPDATE quality_controls SET "checkTime" = '2026-03-07T18:00:00Z' WHERE id = 'q-k321'`,
  ],
  ['a finding is acted on', `UPDATE quality_controls SET "actionTaken" = 'selesai' WHERE id = 'q-k322'`],
  ['a check changes its key', `UPDATE quality_controls SET id = 'q-new', score = 10 WHERE id = 'q-k322'`],
  ['a check is deleted', `DELETE FROM quality_controls WHERE id = 'q-new'`],
  [
    'a run moves to another day',
    `UPDATE food_distributions SET "distributionDate" = '2026-03-09T16:30:00Z' WHERE id = 'x-k941'`,
  ],
  ['a run moves to another kitchen', `UPDATE food_distributions SET "sppgId" = 'k322' WHERE id = 'x-k941'`],
  ['a run is deleted', `DELETE FROM food_distributions WHERE id = 'x-k941'`],
  // Months without a delivery have data from the first one on: here that is an earlier month, and then none before May.
  [
    'the first run of a kitchen was months before',
    `UPDATE food_distributions SET "distributionDate" = '2025-11-20T03:00:00Z' WHERE id = 'x-k511'`,
  ],
  [
    'it was corrected a hundred times, and in the end stands months later',
    `DO $$ BEGIN FOR n IN 1..100 LOOP
       UPDATE food_distributions SET "distributionDate" = timestamp '2025-10-01 03:00' + n * interval '1 hour' WHERE id = 'x-k511';
     END LOOP; UPDATE food_distributions SET "distributionDate" = '2026-05-11T03:00:00Z' WHERE id = 'x-k511'; END $$`,
  ],
  ['the only run of a kitchen is deleted', `DELETE FROM food_distributions WHERE id = 'x-k511'`],
  [
    'a handover moves to another day',
    `UPDATE school_distributions SET "distributionDate" = '2026-03-04T03:00:00Z' WHERE id = 'd-k321'`,
  ],
  [
    'a handover moves to another programme',
    `UPDATE school_distributions SET "programId" = 'p-k322' WHERE id = 'd-k321'`,
  ],
  ['a handover has an issue', `UPDATE school_distributions SET "deliveryStatus" = 'ISSUE' WHERE id = 'd-k322'`],
  ['a handover is for another school', `UPDATE school_distributions SET "schoolId" = 's2-k511' WHERE id = 'd-k511'`],
  ['a school is of another type', `UPDATE school_beneficiaries SET "schoolType" = 'SMA' WHERE id = 's2-k511'`],
  ['a report is corrected', `UPDATE school_feeding_reports SET "totalPortionsConsumed" = 100 WHERE id = 'r-k511'`],
  [
    'a report belongs to another handover',
    `UPDATE school_feeding_reports SET "distributionId" = 'd-k941' WHERE id = 'r-k511'`,
  ],
  ['a report is a weekly one', `UPDATE school_feeding_reports SET "reportType" = 'WEEKLY' WHERE id = 'r-k511'`],
  ['a report is deleted', `DELETE FROM school_feeding_reports WHERE id = 'r-k941'`],
  ['waste is weighed again', `UPDATE waste_management SET "wasteWeight" = 1 WHERE id = 'w-k511'`],
  ['waste is of another kind', `UPDATE waste_management SET "wasteType" = 'COOKING_OIL' WHERE id = 'w-k511'`],
  ['waste was another kitchen’s', `UPDATE waste_management SET "sppgId" = 'k511' WHERE id = 'w-k941'`],
  [
    'a delivered portion is also under waste',
    `UPDATE school_distributions SET "actualQuantity" = 5 WHERE id = 'd-k511'`,
  ],
  [
    'an order is received on another day',
    `UPDATE procurements SET "actualDelivery" = '2026-04-02' WHERE id = 'o-k321'`,
  ],
  ['an order is not delivered after all', `UPDATE procurements SET "actualDelivery" = NULL WHERE id = 'o-k321'`],
  ['an order is cancelled', `UPDATE procurements SET status = 'CANCELLED' WHERE id = 'o-k321'`],
  ['an order was another kitchen’s', `UPDATE procurements SET "sppgId" = 'k322' WHERE id = 'o-k511'`],
  [
    'a supplier is of another type and name',
    `UPDATE procurements SET "supplierType" = NULL, "supplierName" = 'PT X' WHERE id = 'o-k511'`,
  ],
  ['goods are returned', `UPDATE procurement_items SET "returnedQuantity" = 1 WHERE id = 'i-k322'`],
  ['a line belongs to another order', `UPDATE procurement_items SET "procurementId" = 'o-k941' WHERE id = 'i-k322'`],
  ['a line is deleted', `DELETE FROM procurement_items WHERE id = 'i-k322'`],
  ['an order is deleted, with its lines', `DELETE FROM procurements WHERE id = 'o-k941'`],
  ['a budget changes', `UPDATE sppg SET "monthlyBudget" = 1000000 WHERE id = 'k322'`],
  [
    'a complaint is answered in time',
    `UPDATE beneficiary_feedback SET "respondedAt" = '2026-03-02T09:00:00Z' WHERE id = 'fb-k321'`,
  ],
  ['feedback is critical', `UPDATE beneficiary_feedback SET priority = 'CRITICAL' WHERE id = 'fb-k321'`],
  ['feedback is about another kitchen', `UPDATE beneficiary_feedback SET "sppgId" = 'k322' WHERE id = 'fb-k511'`],
  ['feedback came on another day', `UPDATE beneficiary_feedback SET "createdAt" = '2026-03-08' WHERE id = 'fb-k511'`],
  ['feedback is deleted', `DELETE FROM beneficiary_feedback WHERE id = 'fb-k322'`],
  ['incidents are about another month', `UPDATE program_monitoring SET "monitoringMonth" = '4' WHERE id = 'pm-k321'`],
  ['monitoring of another programme', `UPDATE program_monitoring SET "programId" = 'p-k322' WHERE id = 'pm-k321'`],
  ['monitoring is deleted', `DELETE FROM program_monitoring WHERE id = 'pm-k941'`],
  ['stock runs low', `UPDATE inventory_items SET "currentStock" = 10 WHERE id = 'st-k321'`],
  ['an item is of another kitchen', `UPDATE inventory_items SET "sppgId" = 'k512' WHERE id = 'st-k321'`],
  ['an item is deleted', `DELETE FROM inventory_items WHERE id = 'st-k511'`],
  ['a volunteer leaves', `UPDATE sppg_team_members SET "isActive" = false WHERE id = 'tm-k321'`],
  ['a volunteer works elsewhere', `UPDATE sppg_team_members SET "sppgId" = 'k512' WHERE id = 'tm-k322'`],
  ['a report comes late', `UPDATE sppg_operational_reports SET "submittedAt" = '2026-03-05' WHERE id = 'rp-k321'`],
  [
    'a report is about another period',
    `UPDATE sppg_operational_reports SET "reportPeriod" = '2026-03-02 - 2026-03-15' WHERE id = 'rp-k322'`,
  ],
  [
    'a report turns out to be a daily one',
    `UPDATE sppg_operational_reports SET "reportType" = 'DAILY_OPERATIONAL' WHERE id = 'rp-k322'`,
  ],
  [
    'the first certificate there is',
    `INSERT INTO food_safety_certifications (id, "sppgId", "certificationName", "certifyingBody", "certificateNumber", "issuedDate", "expiryDate", "updatedAt")
     VALUES ('c1', 'k321', 'SLHS', 'x', 'c1', now(), '2099-01-01', now())`,
  ],
  ['a certificate is revoked', `UPDATE food_safety_certifications SET status = 'REVOKED' WHERE id = 'c1'`],
  ['the last certificate is gone', `DELETE FROM food_safety_certifications WHERE id = 'c1'`],
  ['a school has fewer students', `UPDATE school_beneficiaries SET "activeStudents" = 5 WHERE id = 's1-k321'`],
  ['a school is of another programme', `UPDATE school_beneficiaries SET "programId" = 'p-k322' WHERE id = 's2-k321'`],
  ['a school is suspended', `UPDATE school_beneficiaries SET "isActive" = false WHERE id = 's2-k322'`],
  ['a kitchen has another target', `UPDATE sppg SET "targetRecipients" = 100 WHERE id = 'k321'`],
  ['a programme is paused', `UPDATE nutrition_programs SET status = 'PAUSED' WHERE id = 'p-k322'`],
  ['a programme serves on other days', `UPDATE nutrition_programs SET "feedingDays" = '{1,2}' WHERE id = 'p-k321'`],
  ['a run is not completed', `UPDATE food_distributions SET status = 'CANCELLED' WHERE id = 'x-k322'`],
  ['a programme moves to another kitchen', `UPDATE nutrition_programs SET "sppgId" = 'k321' WHERE id = 'p-k511'`],
  ['a kitchen moves to another zone', `UPDATE sppg SET "provinceId" = '94' WHERE id = 'k322'`],
  ['a zone is corrected', `UPDATE provinces_indonesia SET timezone = 'WITA' WHERE id = '94'`],
  ['a handover is deleted, with its reports', `DELETE FROM school_distributions WHERE id = 'd-k321'`],
  ['a batch is deleted, with its checks', `DELETE FROM food_productions WHERE id = 'b-k511'`],
  ['a table is emptied', `TRUNCATE waste_management`],
  ['a kitchen is deleted, with everything of it', `DELETE FROM sppg WHERE id = 'k941'`],
];

/** What the last change led to, before the next one. */
let expected: Awaited<ReturnType<typeof independentCells>> | undefined;

/** Each alone; where there is little time three that follow each other, which seldom hide one another's cells. */
const APART = LONG ? 1 : 3;
const groups = Array.from({ length: Math.ceil(changes.length / APART) }, (_, at) => {
  const group = changes.slice(at * APART, (at + 1) * APART);
  return { name: group.map(([name]) => name).join(', '), sqls: group.map(([, sql]) => sql) };
});

test.each(groups)('alone: $name', async ({ sqls }) => {
  let now = expected ?? (await independentCells(stack));
  for (const sql of sqls) {
    const before = now;
    await stack.source.query(sql);
    now = await independentCells(stack);
    expect(now, `a change moves a number: ${sql}`).not.toEqual(before);
  }
  expected = now;
  await stack.settled();
  expect(await martCells(stack)).toEqual(expected);
  await expectAreas(stack, expected);
});

test('alone: a kitchen moves to another regency, which moves no cell of its own', async () => {
  await stack.source.query(`UPDATE sppg SET "regencyId" = '3201' WHERE id = 'k511'`);
  await stack.settled();
  await expectAreas(stack, await independentCells(stack));
});

test('alone: a kitchen turns out to be a demo', async () => {
  await stack.source.query(`UPDATE sppg SET "isDemoAccount" = true WHERE id = 'k511'`);
  await stack.settled();
  await expectAreas(stack, await independentCells(stack));
});

test('a cell that changes by time alone: an unanswered complaint grows a day old', async () => {
  const almostADayAgo = new Date(Date.now() - 86_400_000 + 10_000).toISOString();
  await insert(stack.source, 'beneficiary_feedback', {
    id: 'fb-old',
    sppgId: 'k512',
    beneficiaryType: 'CHILD',
    feedbackType: 'COMPLAINT',
    createdAt: almostADayAgo,
    updatedAt: NOW,
  });
  await stack.settled();
  const unanswered = async () =>
    Object.entries(await martCells(stack)).filter(([cell]) => cell.endsWith('k512 complaints_answered_24h'));
  expect(await unanswered()).toEqual([]);
  // Nothing happens in the source meanwhile.
  await until('the complaint to count', async () => (await unanswered()).length === 1);
  expect((await unanswered())[0]?.[1]).toEqual([0, 1]);
  expect(await martCells(stack)).toEqual(await independentCells(stack));
});
