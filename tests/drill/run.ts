/**
 * The fault drill: `npm run drill -- --seeds 20`. A random workload while processes are killed, Redis is flushed and killed,
 * the engine is stopped and Postgres restarted; afterwards every raw table and every KPI cell has to equal the source.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { Redis } from 'ioredis';
import { sources } from '../../etl/sources/all.ts';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { martCells } from '../support/mart_cells.ts';
import { seedProgramme } from '../support/rows.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';
import { seeded } from '../support/workload_chance.ts';

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
async function drill(seed: number, made: string[]): Promise<{ rows: number; cells: number }> {
  const random = seeded(seed);
  const names = Object.keys(faults);
  await using stack = await startStack(seedProgramme);
  // What is lost must not be repaired before it is looked for.
  stack.env.SCHEDULE_RECONCILE = '0 0 1 1 *';
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
  await expectSourceEqualsRaw(stack);
  const expected = await independentCells(stack);
  const actual = await martCells(stack);
  const wrong = Object.keys({ ...expected, ...actual }).filter(
    (cell) => JSON.stringify(expected[cell]) !== JSON.stringify(actual[cell]),
  );
  if (wrong.length > 0) {
    const examples = wrong.slice(0, 3).map((cell) => `${cell} is [${actual[cell]}], of the source [${expected[cell]}]`);
    throw new Error(`${wrong.length} cells differ: ${examples.join('; ')}`);
  }
  let rows = 0;
  for (const { table } of sources) {
    const answer = await stack.source.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    rows += answer.rows[0]?.n ?? 0;
  }
  return { rows, cells: Object.keys(expected).length };
}

const positive = (text: string) => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a positive whole number');
  return Number(text);
};
const { seeds, seed } = new Command('drill')
  .option('--seeds <n>', 'how many seeds to run, from 1', positive, 5)
  .option('--seed <n>', 'replay one seed', positive)
  .parse()
  .opts<{ seeds: number; seed?: number }>();
const list = seed === undefined ? Array.from({ length: seeds }, (_, index) => index + 1) : [seed];
let failed = 0;
for (const one of list) {
  const began = Date.now();
  const made: string[] = [];
  try {
    const result = await drill(one, made);
    const seconds = ((Date.now() - began) / 1_000).toFixed(0);
    process.stdout.write(
      `seed ${one}  ok  ${result.rows} rows and ${result.cells} cells equal the source  ${seconds} s  [${made.join(', ')}]\n`,
    );
  } catch (error) {
    failed++;
    process.stdout.write(
      `seed ${one}  FAILED  [${made.join(', ')}]  ${(error as Error).message}\n  replay: npm run drill -- --seed ${one}\n`,
    );
  }
}
process.stdout.write(`${list.length - failed} seeds passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
