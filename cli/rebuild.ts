/** `lumbung rollup --full` and `--verify`: a second computation of every cell, served or compared with. */
import { setTimeout as delay } from 'node:timers/promises';
import { LumbungError } from '../platform/errors.ts';
import { openQueue, PIPELINE, type PipelineJob, retryPolicy } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import {
  buildBeside,
  caughtUp,
  compareBeside,
  type Difference,
  dropBeside,
  type Rebuilt,
  standsBeside,
} from '../warehouse/rollups/rebuild.ts';
import { duration } from './text.ts';

type Print = (text: string) => void;
const CATCH_UP_MS = 10 * 60_000;
const SHOWN = 100;

/** Builds every cell beside the served ones and waits until refreshes have covered what came meanwhile. */
async function build(warehouse: Warehouse, slotId: string, print: Print): Promise<Rebuilt> {
  if ((await standsBeside(warehouse)).busy) {
    throw new LumbungError('bad_input', 'another rebuild is under way or ended in the last ten minutes; wait for it');
  }
  const beganAt = Date.now();
  let told = 0;
  const rebuilt = await buildBeside(warehouse, slotId, (share) => {
    if (Date.now() - told < 2_000 && share < 1) return;
    told = Date.now();
    const left = duration(((Date.now() - beganAt) / 1_000) * (1 / Math.max(share, 0.01) - 1));
    print(`${Math.floor(share * 100)} % computed${share < 1 ? `, about ${left} left` : ''}`);
  });
  const deadline = Date.now() + CATCH_UP_MS;
  while (!(await caughtUp(warehouse, slotId, rebuilt))) {
    if (Date.now() > deadline) {
      await dropBeside(warehouse);
      throw new LumbungError(
        'unreachable',
        'refreshes do not catch up with what was loaded meanwhile: is a worker running?',
      );
    }
    await delay(200);
  }
  return rebuilt;
}

/** Compares; returns the differences it printed. */
export async function verifyRollups(warehouse: Warehouse, slotId: string, print: Print): Promise<Difference[]> {
  const rebuilt = await build(warehouse, slotId, print);
  const differences = await compareBeside(warehouse, rebuilt, SHOWN);
  await dropBeside(warehouse);
  for (const { kpi, day, unit, split, served, rebuilt: computed } of differences) {
    print(
      `${kpi} ${day} ${unit}${split === '' ? '' : ` ${split}`}: served ${served.join(' / ')}, computed ${computed.join(' / ')}`,
    );
  }
  const more = differences.length >= SHOWN ? ' (more are not shown)' : '';
  print(
    differences.length === 0
      ? `${rebuilt.cells} cells compared: all of them are what a full computation gives.`
      : `${differences.length} differences${more}; "lumbung rollup --full" puts them right.`,
  );
  return differences;
}

/** Rebuilds and serves; resolves when it is served. */
export async function rebuildRollups(warehouse: Warehouse, redis: Redis, slotId: string, print: Print): Promise<void> {
  const rebuilt = await build(warehouse, slotId, print);
  const queue = openQueue(PIPELINE, redis);
  const job: PipelineJob = { kind: 'serve', slotId, builtSeq: rebuilt.seq };
  await queue.add('serve', job, { jobId: `serve-${rebuilt.seq}-${Date.now()}`, ...retryPolicy });
  const deadline = Date.now() + CATCH_UP_MS;
  while ((await standsBeside(warehouse)).stands) {
    if (Date.now() > deadline) throw new LumbungError('unreachable', 'no worker takes it up: is one running?');
    await delay(200);
  }
  await queue.close();
  print(`${rebuilt.cells} cells computed again; they are served from now on.`);
}
