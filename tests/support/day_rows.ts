/** A kitchen's day from batch to handover, in three zones, and what may happen to it. */
import type pg from 'pg';
import { batch, insert, NOW } from './rows.ts';

/** Over wherever and whenever a test runs; hourly stamps below are of this day. */
export const DAY = '2025-03-03';
export const KITCHENS = ['k321', 'k322', 'k511', 'k512', 'k941', 'k942'];
type Row = Record<string, unknown>;
export const run = (kitchen: string, id: string, at: string, more: Row = {}): Row => ({
  ...{ id, sppgId: kitchen, programId: `p-${kitchen}`, distributionDate: at, distributionCode: id },
  ...{ mealType: 'MAKAN_SIANG', distributionPoint: 'titik', plannedRecipients: 300, actualRecipients: 290 },
  ...{ plannedStartTime: at, plannedEndTime: at, menuItems: '[]', totalPortions: 500, portionSize: 1, updatedAt: NOW },
  ...{ status: 'COMPLETED', departureTime: at, arrivalTime: at, ...more },
});
export const handover = (kitchen: string, id: string, at: string, more: Row = {}): Row => ({
  ...{ id, programId: `p-${kitchen}`, schoolId: `s1-${kitchen}`, menuId: `m1-${kitchen}`, distributionDate: at },
  ...{ targetQuantity: 300, actualQuantity: 290, schoolName: 'x', targetStudents: 300, menuName: 'y', portionSize: 1 },
  ...{ deliveryStatus: 'DELIVERED', deliveryTime: at, updatedAt: NOW, ...more },
});
const check = (production: string, id: string, at: string, more: Row = {}): Row => ({
  ...{ id, productionId: production, checkType: 'TASTE', checkTime: at, checkedBy: 'x', parameter: 'rasa' },
  ...{ actualValue: 'baik', passed: true, createdAt: at, ...more },
});

/** The day on all kitchens of `seedProgramme`, and what is early, late, without a time or not so far. */
export async function seedDay(source: pg.ClientBase): Promise<void> {
  for (const [n, kitchen] of KITCHENS.entries()) {
    // Midnight UTC is 07:00, 08:00 or 09:00 of the same local day; what happens is spread over it.
    const at = `${DAY}T00:00:00Z`;
    const time = (hour: number) => `${DAY}T0${hour}:${10 + n}:00Z`;
    await insert(
      source,
      'food_productions',
      batch(kitchen, `b-${kitchen}`, at, {
        plannedPortions: 1_000 + n,
        plannedEndTime: time(0),
        actualEndTime: time(1),
      }),
    );
    await insert(source, 'quality_controls', check(`b-${kitchen}`, `q-${kitchen}`, time(2)));
    await insert(source, 'food_distributions', run(kitchen, `x-${kitchen}`, at, { departureTime: time(3) }));
    await insert(source, 'school_distributions', handover(kitchen, `d-${kitchen}`, at, { deliveryTime: time(4) }));
  }
  // Cooked the evening before, without a time, cancelled, on the road without a stamp, and after the local midnight.
  await insert(
    source,
    'food_productions',
    batch('k321', 'early', `${DAY}T00:00:00Z`, { actualEndTime: '2025-03-02T12:00:00Z' }),
  );
  await insert(source, 'food_productions', batch('k321', 'untimed', `${DAY}T00:00:00Z`, { actualEndTime: null }));
  await insert(source, 'food_productions', batch('k321', 'cancelled', `${DAY}T00:00:00Z`, { status: 'CANCELLED' }));
  await insert(
    source,
    'food_productions',
    batch('k511', 'cooking', `${DAY}T00:00:00Z`, { status: 'COOKING', actualPortions: null }),
  );
  await insert(
    source,
    'food_distributions',
    run('k511', 'unstamped', `${DAY}T01:00:00Z`, { status: 'IN_TRANSIT', departureTime: null }),
  );
  await insert(source, 'food_distributions', run('k511', 'waiting', `${DAY}T01:00:00Z`, { status: 'SCHEDULED' }));
  await insert(
    source,
    'school_distributions',
    handover('k941', 'late', '2025-03-02T15:30:00Z', { deliveryTime: `${DAY}T16:00:00Z` }),
  );
}

/** Of `DAY`, in order: each moves it, or could. */
export const dayChanges: readonly [name: string, sql: string][] = [
  ['nothing yet', 'SELECT 1'],
  ['a check is found bad', `UPDATE quality_controls SET passed = false WHERE id = 'q-k321'`],
  [
    'it is checked again, on another day',
    `INSERT INTO quality_controls (id, "productionId", "checkType", "checkTime", "checkedBy", parameter, "actualValue", passed)
     VALUES ('again', 'b-k321', 'TASTE', '2025-03-04 05:00', 'x', 'rasa', 'baik', true)`,
  ],
  ['what was found bad is acted on', `UPDATE quality_controls SET "actionTaken" = 'ulang' WHERE id = 'q-k321'`],
  ['a check belongs to another batch', `UPDATE quality_controls SET "productionId" = 'b-k512' WHERE id = 'again'`],
  [
    'a run leaves',
    `UPDATE food_distributions SET status = 'IN_TRANSIT', "departureTime" = '2025-03-03 06:30' WHERE id = 'waiting'`,
  ],
  [
    'a handover came later',
    `UPDATE school_distributions SET "deliveryTime" = NULL, "receivedAt" = '2025-03-03 09:30' WHERE id = 'd-k511'`,
  ],
  ['a handover has an issue', `UPDATE school_distributions SET "deliveryStatus" = 'ISSUE' WHERE id = 'd-k322'`],
  [
    'a batch is finished',
    `UPDATE food_productions SET status = 'COMPLETED', "actualPortions" = 700, "actualEndTime" = '2025-03-03 02:59:59' WHERE id = 'cooking'`,
  ],
  ['a batch moves to another day', `UPDATE food_productions SET "productionDate" = '2025-03-05' WHERE id = 'b-k322'`],
  ['a batch moves to another kitchen', `UPDATE food_productions SET "sppgId" = 'k511' WHERE id = 'b-k512'`],
  ['a programme moves to another kitchen', `UPDATE nutrition_programs SET "sppgId" = 'k321' WHERE id = 'p-k511'`],
  ['a zone is corrected', `UPDATE provinces_indonesia SET timezone = 'WITA' WHERE id = '94'`],
  ['a kitchen turns out to be a demo', `UPDATE sppg SET "isDemoAccount" = true WHERE id = 'k511'`],
  ['a batch is deleted, with its checks', `DELETE FROM food_productions WHERE id = 'b-k941'`],
];
