/** Reconciliation: drift of every kind is found and repaired, nothing else is, and a killed run is continued. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateDemo } from '../../demo/generate.ts';
import { takeReconcileTurn } from '../../etl/reconcile.ts';
import { sources } from '../../etl/sources/all.ts';
import { createLogger } from '../../platform/log.ts';
import { JOBS, openQueue, type ScheduledJob } from '../../platform/queues.ts';
import { connectRedis } from '../../platform/redis.ts';
import { expectExact } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { longTest } from '../support/long.ts';
import { martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startReplication, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  // A quarter of it by day: never so many at once that the table of 6,000 rows below is one chunk.
  stack.env.RECONCILE_ROWS_PER_SECOND = '20000';
  await runWorkload(stack.source, 1, 200);
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

type Ledger = { table: string; checked: number; missing: number; extra: number; different: number; repaired: number };
const reconcile = async (on: Stack, ...args: string[]): Promise<Map<string, Ledger>> => {
  const { code, out } = await lumbung(on, ['reconcile', '--json', ...args]);
  expect(code, out).toBe(0);
  const rows = JSON.parse(out.slice(out.indexOf('\n['))) as Ledger[];
  return new Map(rows.map((row) => [row.table, row]));
};
const exact = expectExact;

/** The smallest change of a value, in ClickHouse; NULL and empty values are told apart. */
function drifted(name: string, type: string): string {
  const value = `\`${name}\``;
  const held = `assumeNotNull(${value})`;
  const other = /Variant/.test(type)
    ? `if(isNull(${value}), CAST(CAST([], '${type.slice(8, -1)}'), '${type}'), NULL)`
    : /Float64/.test(type)
      ? `reinterpretAsFloat64(reinterpretAsUInt64(${held}) + 1)`
      : /DateTime64/.test(type)
        ? `${held} + toIntervalMillisecond(1)`
        : /Bool/.test(type)
          ? `NOT ${held}`
          : /String/.test(type)
            ? `concat(${held}, ' ')`
            : `${held} + 1`;
  return /Nullable\(/.test(type) && !/Variant/.test(type)
    ? `if(isNull(${value}), ${/String/.test(type) ? "''" : `CAST(0, '${type.replaceAll("'", "\\'")}')`}, ${other})`
    : other;
}

longTest(
  'drift in every column of every table, missing and extra rows: all found, all repaired, cells exact',
  async () => {
    await using demo = await startStack();
    await generateDemo(demo.databaseUrl, { units: 3, days: 12, seed: 3, today: '2026-03-20' });
    await startReplication(demo);
    await demo.settled();
    const found = await reconcile(demo);
    expect([...found.values()].filter((row) => row.missing + row.extra + row.different > 0)).toEqual([]);

    const expected = new Map<string, Ledger>();
    let columnsDrifted = 0;
    for (const { table, columns } of sources) {
      const types = await demo.warehouse.query<{ name: string; type: string }>(
        "SELECT name, type FROM system.columns WHERE database = 'raw' AND table = {table:String}",
        { table },
      );
      const keys = await demo.warehouse.query<{ id: string }>(`SELECT id FROM raw.${table} FINAL ORDER BY id LIMIT 60`);
      const free = keys.map((row) => row.id);
      const counts = { table, checked: 0, missing: 0, extra: 0, different: 0, repaired: 0 };
      const drifts: string[] = [];
      const ids: Record<string, string> = {};
      const write = (names: readonly string[], replace: string) => {
        const list = names.map((name) => `{${name}:String}`).join(', ');
        drifts.push(`SELECT * REPLACE (${replace}) FROM (SELECT * FROM raw.${table} FINAL WHERE id IN (${list})) AS t`);
      };
      const lost = free.pop();
      if (lost !== undefined) {
        ids.lost = lost;
        write(['lost'], `'ghost' AS id`);
        counts.extra++;
        write(['lost'], '_version + 1 AS _version, true AS _deleted');
        counts.missing++;
      }
      // Each column in a row of its own.
      const columnOf: Record<string, string> = {};
      for (const name of columns.filter((column) => column !== 'id')) {
        const id = free.pop();
        if (id === undefined) break;
        const other = drifted(name, types.find((type) => type.name === name)?.type ?? '');
        const row = `row${counts.different}`;
        ids[row] = id;
        columnOf[row] = `if(t.id = {${row}:String}, ${other}, \`${name}\`) AS \`${name}\``;
        counts.different++;
        columnsDrifted++;
      }
      if (counts.different > 0)
        write(Object.keys(columnOf), `${Object.values(columnOf).join(', ')}, _version + 1 AS _version`);
      if (drifts.length > 0) {
        await demo.warehouse.command(`INSERT INTO raw.${table} SELECT * FROM (${drifts.join(' UNION ALL ')})`, ids);
      }
      counts.repaired = counts.missing + counts.extra + counts.different;
      const { rows } = await demo.source.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
      counts.checked = rows[0]?.n ?? 0;
      expected.set(table, counts);
    }
    expect(columnsDrifted).toBeGreaterThan(300);
    const repaired = await reconcile(demo);
    for (const [table, counts] of expected) expect(repaired.get(table), table).toMatchObject(counts);
    await exact(demo);
    const ledger = await demo.warehouse.query<{ n: number; checked: number }>(
      `SELECT sum(repaired) AS n, sum(checked_rows) AS checked FROM ops.reconciliations WHERE complete`,
    );
    const sum = (pick: (row: Ledger) => number) => [...expected.values()].reduce((total, row) => total + pick(row), 0);
    expect(ledger[0]).toEqual({ n: sum((row) => row.repaired), checked: 2 * sum((row) => row.checked) });
    const again = await reconcile(demo, 'food_productions');
    expect([...again.values()]).toMatchObject([{ table: 'food_productions', missing: 0, extra: 0, different: 0 }]);
  },
);

test('nothing is repaired while changes are on their way', async () => {
  const before = await stack.warehouse.query<{ n: number }>('SELECT count() AS n FROM ops.reconciliations');
  let writing = true;
  const workload = runWorkload(stack.source, 2, 300).finally(() => {
    writing = false;
  });
  let runs = 0;
  for (; writing || runs === 0; runs++) await reconcile(stack, 'food_productions', 'quality_controls', 'sppg');
  await workload;
  const ledger = await stack.warehouse.query<{ runs: number; repaired: number }>(
    'SELECT count() AS runs, sum(repaired + missing + extra + different) AS repaired FROM ops.reconciliations',
  );
  expect(ledger).toEqual([{ runs: (before[0]?.n ?? 0) + 3 * runs, repaired: 0 }]);
  await exact(stack);
});

test('what the stream has yet to bring is waited for, not repaired', async () => {
  await stack.kill('worker');
  await runWorkload(stack.source, 3, 100);
  const staged = async () =>
    (await stack.warehouse.query<{ n: number }>('SELECT count() AS n FROM ops.reconcile_keys'))[0]?.n ?? 0;
  const before = await staged();
  const running = reconcile(stack, 'food_productions');
  await until('the first look', async () => (await staged()) > before);
  await stack.start('worker');
  const found = (await running).get('food_productions');
  expect(found).toMatchObject({ missing: 0, extra: 0, different: 0, repaired: 0 });
  await exact(stack);
});

test('whoever comes second waits until the first has finished: they would share the places of the passes', async () => {
  const first = new pg.Client({ connectionString: stack.databaseUrl });
  await first.connect();
  expect(await takeReconcileTurn(first)).toBe(true);
  const ledger = async () =>
    (await stack.warehouse.query<{ n: number }>('SELECT count() AS n FROM ops.reconciliations'))[0]?.n;
  const before = await ledger();
  const second = reconcile(stack, 'sppg');
  // It has asked, and asked again.
  const asked = async () => {
    const { rows } = await stack.source.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%' AND pid <> $1 AND state = 'idle'`,
      [(first as unknown as { processID: number }).processID],
    );
    return (rows[0]?.n ?? 0) > 0;
  };
  await until('the second to ask for its turn', asked);
  expect(await ledger()).toBe(before);
  await first.end();
  expect((await second).get('sppg')).toMatchObject({ missing: 0, extra: 0, different: 0 });
});

test('a row with a value that cannot be stored is counted, and the rest is compared', async () => {
  await insert(
    stack.source,
    'food_productions',
    batch('k321', 'far', '2026-03-02T03:00:00Z', { actualEndTime: '9999-01-01' }),
  );
  await stack.settled();
  const found = await reconcile(stack, 'food_productions');
  expect(found.get('food_productions')).toMatchObject({ unstorable: 1, missing: 0, extra: 0, different: 0 });
  await stack.source.query(`DELETE FROM food_productions WHERE id = 'far'`);
  await stack.settled();
});

/** Runs a scheduled reconciliation in a worker that dies at a named place; then lets another finish it. */
async function killedAt(place: string): Promise<() => Promise<void>> {
  await stack.kill('worker');
  stack.failpoint(place);
  await stack.start('worker');
  stack.failpoint(undefined);
  const redis = connectRedis(
    stack.redisUrl,
    createLogger({ LOG_LEVEL: 'silent', LOG_PRETTY: 'off' }, 'test'),
    'blocking',
  );
  const queue = openQueue(JOBS, redis);
  const job = await queue.add('reconcile', { kind: 'reconcile', due: new Date().toISOString() } satisfies ScheduledJob);
  await until(`the worker to die at ${place}`, async () => !stack.running('worker'));
  return async () => {
    await stack.start('worker');
    await until('the job to be finished by another worker', async () => (await job.getState()) === 'completed', 60_000);
    await queue.close();
    redis.disconnect();
  };
}

test('a killed run is continued where it was, by another worker', async () => {
  await stack.source.query(
    `INSERT INTO audit_logs (id, "sppgId", action, "entityType", "entityId", "createdAt")
     SELECT 'a' || g, 'k321', 'UPDATE', 'x', 'y' || g, '2026-03-01' FROM generate_series(1, 6000) g`,
  );
  await stack.settled();
  await stack.warehouse.command('TRUNCATE TABLE ops.reconcile_progress');
  const finish = await killedAt('reconcile:chunk of audit_logs saved');
  const [half] = await stack.warehouse.query<{ pass: string; checked: number }>(
    "SELECT toString(pass_id) AS pass, checked FROM ops.reconcile_progress FINAL WHERE table = 'audit_logs' AND phase = 'source'",
  );
  expect(half?.checked).toBeGreaterThan(0);
  expect(half?.checked).toBeLessThan(6_000);
  await finish();
  const ledger = await stack.warehouse.query<{ checked: number; complete: boolean }>(
    "SELECT checked_rows AS checked, complete FROM ops.reconciliations WHERE table = 'audit_logs' AND run_id = {pass:UUID}",
    { pass: half?.pass ?? '' },
  );
  expect(ledger).toEqual([{ checked: 6_000, complete: true }]);
});

test('a run killed after it repaired rows and before it marked them: the cells are recomputed all the same', async () => {
  await stack.source.query('TRUNCATE audit_logs');
  await stack.settled();
  await stack.warehouse.command(
    `INSERT INTO raw.food_productions SELECT * REPLACE (plannedPortions + 5 AS plannedPortions, 'CANCELLED' AS status, _version + 1 AS _version)
     FROM raw.food_productions FINAL`,
  );
  expect((await lumbung(stack, ['rollup', '--full'])).code).toBe(0);
  await stack.settled();
  expect(await martCells(stack)).not.toEqual(await independentCells(stack));
  const finish = await killedAt('reconcile:rows repaired');
  await finish();
  await exact(stack);
});
