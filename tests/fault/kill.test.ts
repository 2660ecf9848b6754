/** Processes are killed at random moments while the source changes; nothing is lost and nothing is counted twice. */

import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { martCells } from '../support/mart_cells.ts';
import { seedProgramme } from '../support/rows.ts';
import { startPath, startStack } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

test('kill -9 of each role and a flushed Redis lose nothing', async () => {
  await using stack = await startStack(seedProgramme);
  await startPath(stack);
  await stack.start('scheduler');
  await stack.settled();
  let seed = 10;
  for (const role of ['worker', 'capture', 'warehouse', 'scheduler', 'api'] as const) {
    const writing = runWorkload(stack.source, ++seed, 250);
    await stack.kill(role);
    await stack.start(role);
    await writing;
  }
  const redis = new Redis(stack.redisUrl);
  const writing = runWorkload(stack.source, ++seed, 250);
  await redis.flushall();
  await writing;
  redis.disconnect();
  await stack.settled();
  await expectSourceEqualsRaw(stack);
  expect(await martCells(stack)).toEqual(await independentCells(stack));
});
