/** Compares every raw table with its source table, value by value, and every cell, computed by the two databases themselves. */
import { expect } from 'vitest';
import { sources } from '../../etl/sources/all.ts';
import { independentCells } from './independent.ts';
import { martCells } from './mart_cells.ts';
import type { Stack } from './stack.ts';

type Row = Record<string, unknown>;

/** Values in one notation: instants as ISO text, everything else as JSON gives it. */
function canonical(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/.test(value)) {
    return `${value.replace(' ', 'T')}Z`;
  }
  // JSON has no notation of its own for these.
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) return `number ${value}`;
  return value;
}

/** Of all tables, or of those named. */
export async function expectSourceEqualsRaw(stack: Stack, only?: readonly string[]): Promise<void> {
  await stack.source.query("SET timezone = 'UTC'");
  const { rows: types } = await stack.source.query<{ table: string; column: string; type: string }>(
    `SELECT table_name AS table, column_name AS column, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public'`,
  );
  const typeOf = new Map(types.map(({ table, column, type }) => [`${table}.${column}`, type]));
  /** One text for each row, so that sorting and comparing many of them costs little. */
  const texts = (rows: Row[], columns: readonly string[]) =>
    rows.map((row) => JSON.stringify(columns.map((column) => canonical(row[column])))).sort();
  for (const { table, columns } of sources.filter((source) => only?.includes(source.table) ?? true)) {
    const printed = columns.map((column) => {
      const type = typeOf.get(`${table}.${column}`) ?? '';
      if (type.startsWith('json')) return `"${column}"::text AS "${column}"`;
      if (type.startsWith('timestamp')) return `to_char("${column}", 'YYYY-MM-DD HH24:MI:SS.MS') AS "${column}"`;
      if (type === 'bigint') return `"${column}"::float8 AS "${column}"`;
      return type === 'ARRAY' ? `to_json("${column}") AS "${column}"` : `"${column}"`;
    });
    const list = columns.map((column) => `"${column}"`).join(', ');
    const [{ rows: expected }, actual] = await Promise.all([
      stack.source.query<Row>(`SELECT ${printed.join(', ')} FROM public.${table}`),
      stack.warehouse.query<Row>(`SELECT ${list} FROM raw.${table} FINAL WHERE NOT _deleted`),
    ]);
    expect(texts(actual, columns), `raw.${table}`).toEqual(texts(expected, columns));
  }
}

/** Waits until everything committed is rolled up; then raw tables and cells must be what Postgres says. */
export async function expectExact(stack: Stack): Promise<void> {
  await stack.settled();
  await expectSourceEqualsRaw(stack);
  expect(await martCells(stack)).toEqual(await independentCells(stack));
}
