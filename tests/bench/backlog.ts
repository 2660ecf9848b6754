/**
 * Backlog: changes that pile up while nobody captures, in many small transactions, then one transaction of many rows; how fast
 * both are worked off and how much memory capture and worker take (peak resident set, from the kernel).
 */
import { readFileSync } from 'node:fs';
import { generateDemo } from '../../demo/generate.ts';
import { parseLsn } from '../../etl/postgres/lsn.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';
import { report } from './bench.ts';

const LIMIT_MIB = 1_024;

export async function backlog(quick: boolean): Promise<void> {
  const small = quick ? 200_000 : 5_000_000;
  const large = quick ? 200_000 : 2_000_000;
  await using stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 100, days: 20, seed: 1 });
  await startPath(stack);
  await stack.settled();
  const { source } = stack;
  await source.query(
    'CREATE TABLE bench_ids AS SELECT id, row_number() OVER (ORDER BY id) AS n FROM school_distributions',
  );
  await source.query('CREATE INDEX ON bench_ids (n)');
  const { rows: ids } = await source.query<{ n: number }>('SELECT count(*)::int AS n FROM bench_ids');
  const available = ids[0]?.n ?? 1;

  await stack.kill('capture', 'SIGTERM');
  // Transactions of 100 rows, committed inside one procedure.
  await source.query(`CREATE PROCEDURE bench_changes(total int, rows int) LANGUAGE plpgsql AS $$
    DECLARE done int := 0;
    BEGIN
      WHILE done < total LOOP
        UPDATE school_distributions SET "actualQuantity" = "actualQuantity" + 1
        WHERE id IN (SELECT id FROM bench_ids WHERE n > done % ${available} AND n <= done % ${available} + rows);
        COMMIT;
        done := done + rows;
      END LOOP;
    END $$`);
  await source.query(`CALL bench_changes(${small}, 100)`);
  await workOff(stack, 'small transactions', `backlog of ${small} changes in transactions of 100`, small);

  await stack.kill('capture', 'SIGTERM');
  await source.query('BEGIN');
  for (let done = 0; done < large; done += available) {
    await source.query(
      `UPDATE school_distributions SET "actualQuantity" = "actualQuantity" + 1 WHERE id IN (SELECT id FROM bench_ids WHERE n <= $1)`,
      [large - done],
    );
  }
  await source.query('COMMIT');
  await workOff(stack, 'one transaction', `one transaction of ${large} rows`, large);
}

async function workOff(stack: Stack, name: string, work: string, changes: number): Promise<void> {
  const { rows } = await stack.source.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  const target = parseLsn(rows[0]?.lsn ?? '0/0');
  const began = performance.now();
  await stack.start('capture');
  await until(work, async () => BigInt((await readFreshness(stack.warehouse)).watermark) >= target, 3_600_000);
  const rate = changes / ((performance.now() - began) / 1_000);
  report({
    bench: 'backlog',
    metric: `${name}: rolled up`,
    value: rate,
    unit: 'changes/s',
    baseline: null,
    ratio: null,
    work,
  });
  const value = peakMiB(stack.pid('capture')) + peakMiB(stack.pid('worker'));
  const metric = `${name}: peak memory of capture and worker`;
  report({
    bench: 'backlog',
    metric,
    value,
    unit: 'MiB',
    baseline: LIMIT_MIB,
    ratio: value / LIMIT_MIB,
    aim: { atMost: 1 },
    work,
  });
}

function peakMiB(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1_024;
}
