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
  return value;
}

export async function expectSourceEqualsRaw(stack: Stack): Promise<void> {
  await stack.source.query("SET timezone = 'UTC'");
  for (const { table, columns, key } of sources) {
    const list = columns.map((column) => `"${column}"`).join(', ');
    const { rows: types } = await stack.source.query<{ column_name: string; data_type: string }>(
      `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`,
      [table],
    );
    const jsonColumns = new Set(
      types.filter((type) => type.data_type.startsWith('json')).map((type) => type.column_name),
    );
    const { rows: expected } = await stack.source.query<Row>(
      `SELECT ${columns
        .map((column) => {
          if (jsonColumns.has(column)) return `"${column}"::text AS "${column}"`;
          const type = types.find((candidate) => candidate.column_name === column)?.data_type ?? '';
          if (type.startsWith('timestamp')) return `to_char("${column}", 'YYYY-MM-DD HH24:MI:SS.MS') AS "${column}"`;
          if (type === 'bigint') return `"${column}"::float8 AS "${column}"`;
          return type === 'ARRAY' ? `to_json("${column}") AS "${column}"` : `"${column}"`;
        })
        .join(', ')} FROM public.${table}`,
    );
    const actual = await stack.warehouse.query<Row>(`SELECT ${list} FROM raw.${table} FINAL WHERE NOT _deleted`);
    const sorted = (rows: Row[]) =>
      rows
        .map((row) => Object.fromEntries(columns.map((column) => [column, canonical(row[column])])))
        .sort((a, b) => (JSON.stringify(key.map((k) => a[k])) < JSON.stringify(key.map((k) => b[k])) ? -1 : 1));
    expect(sorted(actual), `raw.${table}`).toEqual(sorted(expected));
  }
}

/** Waits until everything committed is rolled up; then raw tables and cells must be what Postgres says. */
export async function expectExact(stack: Stack): Promise<void> {
  await stack.settled();
  await expectSourceEqualsRaw(stack);
  expect(await martCells(stack)).toEqual(await independentCells(stack));
}
