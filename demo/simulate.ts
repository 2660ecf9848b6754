/**
 * Plausible traffic in the demo programme: today's batches, runs and handovers move on, readings arrive late, past days
 * are corrected, rows move and vanish. It writes ordinary SQL, as the application would.
 * Invariant: it stops promptly and survives a source that goes away.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

type Options = { rate: number; signal: AbortSignal; onError?: (error: unknown) => void };

const id = () => `c${randomUUID().replaceAll('-', '').slice(0, 24)}`;
const roll = (low: number, high: number) => low + Math.random() * (high - low);

/** A random row of a table among the newest days, found by index and not by sorting everything. */
const someRow = (table: string, column: string, where: string) =>
  `(SELECT id FROM ${table} WHERE "${column}" >= now() AT TIME ZONE 'UTC' - interval '36 hours' AND ${where} ORDER BY random() LIMIT 1)`;
const oldRow = (table: string, column: string) =>
  `(SELECT id FROM ${table} WHERE "${column}" < now() AT TIME ZONE 'UTC' - interval '2 days' ORDER BY random() LIMIT 1)`;
const NOW = `date_trunc('milliseconds', now() AT TIME ZONE 'UTC')`;

type Action = { weight: number; run(client: pg.Client): Promise<unknown> };
const update = (weight: number, table: string, set: string, row: string): Action => ({
  weight,
  run: (client) => client.query(`UPDATE ${table} SET ${set}, "updatedAt" = ${NOW} WHERE id = ${row}`),
});

const actions: readonly Action[] = [
  update(
    6,
    'food_productions',
    `status = 'COOKING', "actualStartTime" = ${NOW}`,
    someRow('food_productions', 'productionDate', `status IN ('PLANNED', 'PREPARING')`),
  ),
  update(
    6,
    'food_productions',
    `status = 'COMPLETED', "actualEndTime" = ${NOW}, "actualCost" = "estimatedCost" * (0.95 + random() * 0.1),
     "actualPortions" = round("plannedPortions" * (0.96 + random() * 0.05))`,
    someRow('food_productions', 'productionDate', `status IN ('COOKING', 'QUALITY_CHECK')`),
  ),
  update(
    8,
    'food_distributions',
    `status = 'COMPLETED', "arrivalTime" = ${NOW}, "actualEndTime" = ${NOW}, "arrivalTemp" = 56 + random() * 16,
     "actualRecipients" = round("plannedRecipients" * (0.94 + random() * 0.06))`,
    someRow('food_distributions', 'distributionDate', `status NOT IN ('COMPLETED', 'CANCELLED')`),
  ),
  update(
    10,
    'school_distributions',
    `"deliveryStatus" = 'DELIVERED', "deliveryTime" = ${NOW}, "actualQuantity" = round("targetQuantity" * (0.95 + random() * 0.05))`,
    someRow('school_distributions', 'distributionDate', `"deliveryStatus" IN ('PLANNED', 'IN_TRANSIT')`),
  ),
  {
    weight: 6,
    run: (client) =>
      client.query(
        `INSERT INTO quality_controls (id, "productionId", "checkType", "checkTime", "checkedBy", parameter, "actualValue", passed, score, severity)
         SELECT $1, id, 'TASTE', ${NOW}, 'petugas', 'rasa', 'baik', $2, $3, $4
         FROM food_productions WHERE id = ${someRow('food_productions', 'productionDate', 'true')}`,
        [id(), Math.random() < 0.94, Math.round(roll(70, 98)), Math.random() < 0.97 ? 'LOW' : 'HIGH'],
      ),
  },
  {
    weight: 2,
    run: (client) =>
      client.query(
        `INSERT INTO waste_management (id, "sppgId", "wasteDate", "wasteType", "wasteWeight", "wasteSource", "disposalMethod", "updatedAt")
         SELECT $1, id, ${NOW}, 'FOOD_WASTE', $2, 'LEFTOVER', 'COMPOST', ${NOW} FROM sppg WHERE status = 'ACTIVE' ORDER BY random() LIMIT 1`,
        [id(), roll(5, 60)],
      ),
  },
  {
    weight: 2,
    run: (client) =>
      client.query(
        `INSERT INTO beneficiary_feedback (id, "sppgId", "beneficiaryType", "feedbackType", rating, "createdAt", "updatedAt")
         SELECT $1, id, 'CHILD', 'COMPLIMENT', $2, ${NOW}, ${NOW} FROM sppg WHERE status = 'ACTIVE' ORDER BY random() LIMIT 1`,
        [id(), Math.ceil(roll(2, 5))],
      ),
  },
  // Late corrections of past days.
  update(
    3,
    'food_productions',
    `"actualPortions" = greatest(0, "actualPortions" - 5)`,
    oldRow('food_productions', 'productionDate'),
  ),
  update(
    3,
    'school_distributions',
    `"actualQuantity" = greatest(0, "actualQuantity" - 1)`,
    oldRow('school_distributions', 'distributionDate'),
  ),
  update(
    1,
    'food_distributions',
    `"distributionDate" = "distributionDate" + interval '1 day'`,
    oldRow('food_distributions', 'distributionDate'),
  ),
  update(
    0.2,
    'menu_nutrition_calculations',
    `"meetsAKG" = NOT "meetsAKG"`,
    '(SELECT id FROM menu_nutrition_calculations ORDER BY random() LIMIT 1)',
  ),
  {
    weight: 0.5,
    run: (client) => client.query(`DELETE FROM waste_management WHERE id = ${oldRow('waste_management', 'wasteDate')}`),
  },
];

const total = actions.reduce((sum, action) => sum + action.weight, 0);

function pick(): Action {
  let left = Math.random() * total;
  for (const action of actions) {
    left -= action.weight;
    if (left < 0) return action;
  }
  return actions[0] as Action;
}

/** Starts writing; `done` resolves when it has stopped. */
export async function startSimulator(
  databaseUrl: string,
  options: Options,
): Promise<{ done: Promise<void>; changes(): number }> {
  let changes = 0;
  const run = async () => {
    while (!options.signal.aborted) {
      const client = new pg.Client({ connectionString: databaseUrl, application_name: 'lumbung simulator' });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await work(client);
      } catch (error) {
        if (!options.signal.aborted) options.onError?.(error);
        await delay(1_000, undefined, { signal: options.signal }).catch(() => undefined);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  };
  const work = async (client: pg.Client) => {
    const began = Date.now();
    let written = 0;
    while (!options.signal.aborted) {
      const due = ((Date.now() - began) / 1000) * options.rate;
      if (written >= due) {
        await delay(Math.min(200, 1_000 / options.rate), undefined, { signal: options.signal }).catch(() => undefined);
        continue;
      }
      await pick().run(client);
      written++;
      changes++;
    }
  };
  return { done: run(), changes: () => changes };
}
