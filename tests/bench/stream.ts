/**
 * Stream: changes per second from the slot through load (durable in raw, marks made) and rollup, against pg_recvlogical of
 * the same WAL to /dev/null, and one transaction against the engine's own MaterializedPostgreSQL, in the same run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { generateDemo } from '../../demo/generate.ts';
import { parseLsn } from '../../etl/postgres/lsn.ts';
import { currentSlot, readFreshness } from '../../warehouse/ledger.ts';
import { readWatermark } from '../../warehouse/watermark.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';
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
  const rounds = quick ? 6 : 30;
  await using stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 200, days: 20, seed: 1 });
  await startPath(stack);
  await stack.settled();
  await stack.kill('capture', 'SIGTERM');
  const { source } = stack;
  for (const slot of ['bench_before', 'bench_after']) {
    await source.query('SELECT pg_create_logical_replication_slot($1, $2)', [slot, 'pgoutput']);
  }
  const changes = await updateAll(stack, rounds);
  const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn');
  const lsn = rows[0]?.lsn ?? '0/0';

  /** Seconds in which the client program reads the same WAL. */
  const received = async (slot: string) => {
    const args = ['-d', stack.databaseUrl, '--slot', slot, '--start', '--endpos', lsn, '--no-loop', '-f', '/dev/null'];
    const options = ['-o', 'proto_version=1', '-o', 'publication_names=lumbung'];
    const began = performance.now();
    const child = spawn(program, [...args, ...options], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('exit', resolve));
    const seconds = (performance.now() - began) / 1_000;
    await source.query('SELECT pg_drop_replication_slot($1)', [slot]);
    return seconds;
  };
  // Before and after: a machine that others share is not the same from minute to minute.
  const before = await received('bench_before');

  const slotId = (await currentSlot(stack.warehouse)) ?? '';
  await stack.start('capture');
  // Sustained: from the moment the server sends, as for the client program; starting a process is not streaming.
  await until('the stream', async () => {
    const { rowCount } = await source.query(
      "SELECT FROM pg_stat_replication WHERE application_name = 'lumbung capture'",
    );
    return rowCount === 1;
  });
  const began = performance.now();
  await until(
    'the load',
    async () => BigInt((await readWatermark(stack.warehouse, slotId)).lsn) >= parseLsn(lsn),
    600_000,
  );
  const loaded = perSecond(changes, began);
  await until(
    'the rollup',
    async () => BigInt((await readFreshness(stack.warehouse)).watermark) >= parseLsn(lsn),
    600_000,
  );
  const rolled = perSecond(changes, began);
  await stack.kill('capture', 'SIGTERM');
  const baseline = (2 * changes) / (before + (await received('bench_after')));
  await stack.start('capture');
  const work = `${changes} updates of 24 columns in ${rounds} transactions, against pg_recvlogical to /dev/null`;
  const line = { bench: 'stream', unit: 'changes/s', work };
  report({ ...line, metric: 'loaded', value: loaded, baseline, ratio: loaded / baseline, aim: { atLeast: 0.8 } });
  report({ ...line, metric: 'rolled up', value: rolled, baseline, ratio: rolled / baseline });

  await againstMaterialized(stack, slotId, quick ? 2 : 6);
}

const perSecond = (changes: number, began: number) => changes / ((performance.now() - began) / 1_000);

async function updateAll({ source }: Stack, rounds: number): Promise<number> {
  let changes = 0;
  for (let round = 0; round < rounds; round++) {
    const { rowCount } = await source.query(`UPDATE school_distributions SET "actualQuantity" = "actualQuantity" + 1`);
    changes += rowCount ?? 0;
  }
  return changes;
}

/** One transaction, from its commit until `arrived`. */
async function committedRate(stack: Stack, rounds: number, arrived: () => Promise<boolean>): Promise<number> {
  await stack.source.query('BEGIN');
  const changes = await updateAll(stack, rounds);
  await stack.source.query('COMMIT');
  const began = performance.now();
  await until('the transaction to arrive', arrived, 600_000);
  return perSecond(changes, began);
}

/** The same transaction of the same table through the engine's own replication, one after the other. */
async function againstMaterialized(stack: Stack, slotId: string, rounds: number): Promise<void> {
  const { warehouse, source, clickhouseUrl, databaseUrl } = stack;
  const own = await committedRate(stack, rounds, async () => {
    const { rows } = await source.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
    return BigInt((await readWatermark(warehouse, slotId)).lsn) >= parseLsn(rows[0]?.lsn ?? 'FFFFFFFF/0');
  });
  await stack.settled();
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('worker', 'SIGTERM');

  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const created = await fetch(`${clickhouseUrl}/?allow_experimental_database_materialized_postgresql=1`, {
    method: 'POST',
    body: `CREATE DATABASE bench
      ENGINE = MaterializedPostgreSQL('${hostname}:${port}', '${pathname.slice(1)}', '${username}', '${password}')
      SETTINGS materialized_postgresql_tables_list = 'school_distributions'`,
  });
  if (!created.ok) throw new Error(await created.text());
  const same = async () => {
    const { rows } = await source.query<{ total: string }>(
      'SELECT sum("actualQuantity")::text AS total FROM school_distributions',
    );
    const held = await warehouse.query<{ total: string }>(
      'SELECT toString(sum(actualQuantity)) AS total FROM bench.school_distributions',
    );
    return held[0]?.total === rows[0]?.total;
  };
  await until('the first copy', same, 600_000);
  const baseline = await committedRate(stack, rounds, same);
  await warehouse.command('DROP DATABASE bench');
  report({
    bench: 'stream',
    metric: 'one transaction, against MaterializedPostgreSQL',
    value: own,
    unit: 'changes/s',
    baseline,
    ratio: own / baseline,
    work: `${rounds} updates of every row of school_distributions in one transaction, from its commit to the warehouse`,
  });
}
