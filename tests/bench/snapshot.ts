/**
 * Snapshot: rows per second from the start of capture on an empty warehouse to every table live, against ClickHouse's own
 * INSERT … SELECT FROM postgresql() of the same columns into tables of the same declaration, in the same engine and run.
 */

import { generateDemo } from '../../demo/generate.ts';
import { sources } from '../../etl/sources/all.ts';
import { type Stack, startStack, until } from '../support/stack.ts';
import { report } from './bench.ts';

export async function snapshot(quick: boolean): Promise<void> {
  await using stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: quick ? 200 : 500, days: 60, seed: 1 });
  await stack.start('capture');
  const began = Date.now();
  const live = async () => {
    const [row] = await stack.warehouse.query<{ n: number; rows: number }>(
      "SELECT countIf(state = 'live') AS n, sum(copied_rows) AS rows FROM ops.tables FINAL",
    );
    return row ?? { n: 0, rows: 0 };
  };
  await until('every table to be live', async () => (await live()).n === sources.length, 600_000);
  const own = (Date.now() - began) / 1_000;
  const { rows } = await live();
  await stack.kill('capture', 'SIGTERM');
  // Twice: a machine that others share is not the same from minute to minute.
  const first = await pulled(stack);
  const second = await pulled(stack);
  const copied = first.rows;
  const baselineSeconds = (first.seconds + second.seconds) / 2;
  const value = rows / own;
  const baseline = copied / baselineSeconds;
  const work = `${rows} rows of ${sources.length} tables; postgresql() copied ${copied} rows, arrays left out`;
  report({
    bench: 'snapshot',
    metric: 'rows/s',
    value,
    unit: 'rows/s',
    baseline,
    ratio: value / baseline,
    aim: { atLeast: 1 },
    work,
  });
}

/** ClickHouse reads every table from Postgres by itself. */
async function pulled(stack: Stack): Promise<{ rows: number; seconds: number }> {
  const { hostname, port, username, password, pathname } = new URL(stack.databaseUrl);
  await stack.warehouse.command('CREATE DATABASE bench');
  const began = Date.now();
  let rows = 0;
  for (const { table, columns } of sources) {
    const names = columns.map((column) => `"${column}"`).join(', ');
    await stack.warehouse.command(`CREATE TABLE bench.${table} AS raw.${table}`);
    const arrays = await stack.warehouse.query<{ name: string }>(
      "SELECT name FROM system.columns WHERE database = 'raw' AND table = {table:String} AND type LIKE 'Variant%'",
      { table },
    );
    const values = columns.map((column) => (arrays.some(({ name }) => name === column) ? 'NULL' : `"${column}"`));
    await stack.warehouse.command(
      `INSERT INTO bench.${table} (${names}, _version, _deleted, _committed_at) SELECT ${values.join(', ')}, 1, false, now64(6)
       FROM postgresql('${hostname}:${port}', '${pathname.slice(1)}', '${table}', '${username}', '${password}')`,
    );
    const [count] = await stack.warehouse.query<{ n: number }>(`SELECT count() AS n FROM bench.${table}`);
    rows += count?.n ?? 0;
  }
  const seconds = (Date.now() - began) / 1_000;
  await stack.warehouse.command('DROP DATABASE bench');
  return { rows, seconds };
}
