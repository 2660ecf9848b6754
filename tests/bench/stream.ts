/**
 * Stream: changes per second from the slot through load (durable in raw, marks made) and rollup, against pg_recvlogical of
 * the same WAL to /dev/null in the same run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { generateDemo } from '../../demo/generate.ts';
import { parseLsn } from '../../etl/postgres/lsn.ts';
import { currentSlot, readFreshness } from '../../warehouse/ledger.ts';
import { readWatermark } from '../../warehouse/watermark.ts';
import { startPath, startStack, until } from '../support/stack.ts';
import { report } from './bench.ts';

/** The client program: on the PATH, or in Debian's version folder. */
function recvlogical(): string {
  if (spawnSync('pg_recvlogical', ['--version']).status === 0) return 'pg_recvlogical';
  const root = '/usr/lib/postgresql';
  const found = existsSync(root)
    ? readdirSync(root)
        .map((version) => `${root}/${version}/bin/pg_recvlogical`)
        .filter((file) => existsSync(file))
    : [];
  const program = found.at(-1);
  if (program === undefined) throw new Error('pg_recvlogical is missing: apt-get install postgresql-client');
  return program;
}

export async function stream(quick: boolean): Promise<void> {
  const program = recvlogical();
  const rounds = quick ? 4 : 20;
  await using stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 200, days: 20, seed: 1 });
  await startPath(stack);
  await stack.settled();
  await stack.kill('capture', 'SIGTERM');
  const { source } = stack;
  await source.query(`SELECT pg_create_logical_replication_slot('bench', 'pgoutput')`);
  let changes = 0;
  for (let round = 0; round < rounds; round++) {
    const { rowCount } = await source.query(`UPDATE school_distributions SET "actualQuantity" = "actualQuantity" + 1`);
    changes += rowCount ?? 0;
  }
  const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  const lsn = rows[0]?.lsn ?? '0/0';

  let began = performance.now();
  const args = ['-d', stack.databaseUrl, '--slot', 'bench', '--start', '--endpos', lsn, '--no-loop', '-f', '/dev/null'];
  const options = ['-o', 'proto_version=1', '-o', 'publication_names=lumbung'];
  const child = spawn(program, [...args, ...options], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  const baseline = changes / ((performance.now() - began) / 1000);
  await source.query(`SELECT pg_drop_replication_slot('bench')`);

  const slotId = (await currentSlot(stack.warehouse)) ?? '';
  began = performance.now();
  await stack.start('capture');
  await until(
    'the load',
    async () => BigInt((await readWatermark(stack.warehouse, slotId)).lsn) >= parseLsn(lsn),
    600_000,
  );
  const loaded = changes / ((performance.now() - began) / 1000);
  await until(
    'the rollup',
    async () => BigInt((await readFreshness(stack.warehouse)).watermark) >= parseLsn(lsn),
    600_000,
  );
  const rolled = changes / ((performance.now() - began) / 1000);
  const work = `${changes} updates of 24 columns, capture process start included`;
  report({
    bench: 'stream',
    metric: 'loaded',
    value: loaded,
    unit: 'changes/s',
    baseline,
    ratio: loaded / baseline,
    work,
  });
  report({
    bench: 'stream',
    metric: 'rolled up',
    value: rolled,
    unit: 'changes/s',
    baseline,
    ratio: rolled / baseline,
    work,
  });
}
