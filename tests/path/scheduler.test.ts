/** The scheduler: what was missed is made up for once, and nothing is run twice. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createLogger } from '../../platform/log.ts';
import { JOBS, openQueue } from '../../platform/queues.ts';
import { connectRedis } from '../../platform/redis.ts';
import { readSourceFacts } from '../../platform/source_facts.ts';
import { seedProgramme } from '../support/rows.ts';
import { type Stack, startStack, until } from '../support/stack.ts';

const entry = fileURLToPath(new URL('../../bin/lumbung.mjs', import.meta.url));
const runs = (stack: Stack) =>
  stack.warehouse.query<{ due: string; ran: boolean }>(
    "SELECT toString(due) AS due, ran FROM ops.schedule_runs WHERE kind = 'prune' ORDER BY due",
  );

test('missed times after downtime are run once, a failed run again; two schedulers, a killed one and an emptied Redis run nothing twice', async () => {
  await using stack = await startStack(seedProgramme);
  // Due every hour, last five minutes ago: no other time falls into the test. The last run was two days ago.
  const minute = (new Date().getUTCMinutes() + 55) % 60;
  stack.env.SCHEDULE_PRUNE = `${minute} * * * *`;
  stack.env.SCHEDULE_RECONCILE = '0 0 1 1 *';
  await stack.warehouse.command(
    "INSERT INTO ops.schedule_runs (kind, due, started_at, ran) VALUES ('prune', now() - INTERVAL 2 DAY, now(), true)",
  );
  // What it needs is not there at first: the run fails.
  await stack.warehouse.command('RENAME TABLE ops.changes TO ops.changes_away');
  await stack.start('scheduler');
  await stack.start('worker');
  const redis = connectRedis(
    stack.redisUrl,
    createLogger({ LOG_LEVEL: 'silent', LOG_PRETTY: 'off' }, 'test'),
    'blocking',
  );
  const queue = openQueue(JOBS, redis);
  await until('the failed run to wait for its next attempt', async () => (await queue.getDelayedCount()) === 1);
  // The job itself comes back, whoever scheduled it.
  await stack.kill('scheduler');
  const [failed] = await queue.getDelayed();
  expect([failed?.attemptsMade, await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'failed')]).toEqual([
    1, 1,
  ]);
  expect(await runs(stack)).toHaveLength(1);
  await stack.warehouse.command('RENAME TABLE ops.changes_away TO ops.changes');
  await failed?.promote();
  await until('the missed run', async () => (await runs(stack)).length === 2);
  expect(stack.log('worker').match(/job failed/g)).toHaveLength(1);
  await queue.close();
  await stack.start('scheduler');
  const once = await runs(stack);
  // A restart, with Redis empty, finds nothing more to do.
  await stack.kill('scheduler');
  await stack.restartRedis();
  await stack.start('scheduler');
  // The facts of the source are kept at the end of a round, after what is due was decided.
  await until('a round of the scheduler', async () => (await readSourceFacts(redis)) !== undefined);
  redis.disconnect();

  // Due every second, two schedulers; one is killed on the way.
  await stack.kill('scheduler');
  stack.env.SCHEDULE_PRUNE = '* * * * * *';
  const other = fork(entry, ['start', 'scheduler'], { env: stack.env, stdio: 'ignore' });
  await stack.start('scheduler');
  const since = once.length;
  await until('a few runs', async () => (await runs(stack)).length >= since + 4);
  await stack.kill('scheduler');
  const then = (await runs(stack)).length;
  await until('runs by the one that is left', async () => (await runs(stack)).length >= then + 4, 60_000);
  other.kill('SIGKILL');
  const all = await runs(stack);
  expect(new Set(all.map((run) => run.due)).size).toBe(all.length);
});
