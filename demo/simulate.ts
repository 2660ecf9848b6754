/**
 * Plausible traffic in the demo programme, by ordinary SQL as the application would write it: the day under way, what
 * goes on around it, and what happens to rows long written.
 * Invariant: it keeps to its rate, survives a database that goes away, and stops promptly when told to.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import * as afterwards from './traffic/afterwards.ts';
import * as around from './traffic/around.ts';
import { chance } from './traffic/chance.ts';
import { servingKitchens } from './traffic/kitchens.ts';
import { advanceBatch, advanceRun, handOver, openDay } from './traffic/today.ts';
import type { Action, Traffic } from './traffic/traffic.ts';

export type SimulatorOptions = {
  /** Rows written per second. */
  rate: number;
  seed?: number;
  signal: AbortSignal;
  onError?: (error: unknown) => void;
};

export type Simulator = { stop(): Promise<void>; done: Promise<void>; changes(): number };

const actions: readonly [weight: number, action: Action][] = [
  [14, advanceBatch],
  [22, advanceRun],
  [18, handOver],
  [7, around.checkQuality],
  [3, around.actOnFinding],
  [4, around.hearFeedback],
  [3, around.answerFeedback],
  [2, around.weighWaste],
  [0.6, around.placeOrder],
  [2, around.receiveOrder],
  [3, around.approveMovement],
  [4, afterwards.correctBatch],
  [5, afterwards.correctHandover],
  [4, afterwards.lateReading],
  [0.4, afterwards.moveRunToOtherDay],
  [0.2, afterwards.moveBatchToOtherKitchen],
  [0.5, afterwards.deleteRow],
  [0.5, afterwards.recalculateMenu],
  [1, afterwards.updateSchool],
  [0.3, afterwards.tidyUp],
  [0.1, afterwards.changeBudget],
];
const totalWeight = actions.reduce((sum, [weight]) => sum + weight, 0);
const kitchensAreKnownFor = 60_000;

/** Starts writing; `done` resolves when it has stopped, which the signal or `stop` brings about. */
export async function startSimulator(databaseUrl: string, options: SimulatorOptions): Promise<Simulator> {
  const own = new AbortController();
  const signal = AbortSignal.any([options.signal, own.signal]);
  const random = chance(options.seed ?? Date.now());
  let changes = 0;
  const count = (rows: number) => {
    changes += rows;
  };
  const done = (async () => {
    for (let failures = 0; !signal.aborted; ) {
      const before = changes;
      try {
        await session(databaseUrl, options.rate, random, signal, count);
      } catch (error) {
        if (signal.aborted) break;
        options.onError?.(error);
        failures = changes > before ? 0 : failures + 1;
        await pause(Math.min(10_000, 250 * 2 ** failures), signal);
      }
    }
  })();
  return {
    async stop() {
      own.abort();
      await done;
    },
    done,
    changes: () => changes,
  };
}

/** One connection's life: throws what ends it, so that a failed transaction dies with its connection. */
async function session(
  databaseUrl: string,
  rate: number,
  random: () => number,
  signal: AbortSignal,
  count: (rows: number) => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    application_name: 'lumbung simulator',
    options: '-c timezone=UTC -c lock_timeout=5s -c statement_timeout=15s',
  });
  client.on('error', () => undefined);
  const hangUp = () => void client.end().catch(() => undefined);
  signal.addEventListener('abort', hangUp, { once: true });
  try {
    await untilAborted(client.connect(), signal);
    let kitchens = await servingKitchens(client);
    let readAt = Date.now();
    let opened = 0;
    let owed = Date.now();
    while (!signal.aborted) {
      if (Date.now() - readAt > kitchensAreKnownFor) {
        kitchens = await servingKitchens(client);
        readAt = Date.now();
        opened = 0;
      }
      const kitchen = kitchens[Math.floor(random() * kitchens.length)];
      const other = kitchens[Math.floor(random() * kitchens.length)];
      if (!kitchen || !other) {
        await pause(5_000, signal);
        readAt = 0;
        continue;
      }
      const traffic: Traffic = { client, kitchen, other, random };
      const unopened = kitchens[opened];
      if (unopened) opened += 1;
      const planned = unopened ? await openDay({ ...traffic, kitchen: unopened }) : 0;
      const rows = planned + (await choose(random)(traffic));
      count(rows);
      // Time lost to a slow or absent database is not made up for in a burst.
      owed = Math.max(owed, Date.now() - 1_000) + (Math.min(rows, 20) * 1_000) / rate;
      if (rows === 0) await pause(2, signal);
      else if (owed > Date.now()) await pause(owed - Date.now(), signal);
    }
  } finally {
    signal.removeEventListener('abort', hangUp);
    await untilAborted(client.end(), AbortSignal.timeout(1_000)).catch(() => undefined);
  }
}

function choose(random: () => number): Action {
  let left = random() * totalWeight;
  for (const [weight, action] of actions) {
    left -= weight;
    if (left < 0) return action;
  }
  return advanceRun;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** The promise's outcome, or a rejection as soon as the signal aborts. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(new Error('stopped'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
