/** The drill of one of each role: killed, its engines stopped, restarted and emptied at random while a random workload runs. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';
import { seeded } from '../support/workload_chance.ts';
import { compareWithSource, type Drilled, NEVER } from './compare.ts';

const kill = (role: 'capture' | 'worker' | 'warehouse' | 'scheduler' | 'api') => async (stack: Stack) => {
  await stack.kill(role);
  await stack.start(role);
};

const faults: Readonly<Record<string, (stack: Stack, random: () => number) => Promise<void>>> = {
  'kill capture': kill('capture'),
  'kill worker': kill('worker'),
  'kill warehouse': kill('warehouse'),
  'kill scheduler': kill('scheduler'),
  'kill api': kill('api'),
  'kill capture and worker': async (stack) => {
    await Promise.all([stack.kill('capture'), stack.kill('worker')]);
    await stack.start('worker');
    await stack.start('capture');
  },
  'flush Redis': async (stack) => {
    const redis = new Redis(stack.redisUrl);
    await redis.flushall();
    redis.disconnect();
  },
  'kill Redis': (stack) => stack.restartRedis(),
  'stop engine for a while': async (stack, random) => {
    await stack.kill('warehouse', 'SIGTERM');
    await delay(500 + 4_000 * random());
    await stack.start('warehouse');
  },
  'restart Postgres': (stack) => stack.restartPostgres(),
};

/** `made` takes the names of the faults as they are made. */
export async function drillSingle(seed: number, made: string[]): Promise<Drilled> {
  const random = seeded(seed);
  const names = Object.keys(faults);
  await using stack = await startStack(seedProgramme);
  // What is lost must not be repaired before it is looked for.
  stack.env.SCHEDULE_RECONCILE = NEVER;
  await runWorkload(stack.source, seed * 1_000, 100);
  await startPath(stack);
  await stack.start('scheduler');
  for (let round = 1; round <= 5; round++) {
    const after = 600 * random();
    const name = names[Math.floor(random() * names.length)] as string;
    // A restart of Postgres ends the workload of its round: its last transaction is rolled back. Nothing else may.
    const writing = runWorkload(stack.source, seed * 1_000 + round, 120).catch((error: unknown) => {
      if (name !== 'restart Postgres') throw error;
    });
    writing.catch(() => undefined);
    await delay(after);
    made.push(name);
    await faults[name]?.(stack, random);
    await writing;
  }
  await stack.settled();
  // Awaited here: the stack ends with this function.
  return await compareWithSource(stack);
}
