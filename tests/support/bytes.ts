/**
 * Compares a raw table with its source to the byte. Each database describes its own values (binary send functions, hex,
 * epochs); the product's encoders are not consulted.
 */
import { expect } from 'vitest';
import type { Stack } from './stack.ts';

/** How each database describes a value of a type, out of its own storage. */
type Probe = { postgres: (value: string) => string; clickhouse: (value: string) => string };
const text: Probe = {
  postgres: (v) => `encode(convert_to(format('%s', ${v}), 'UTF8'), 'hex')`,
  clickhouse: (v) => `lower(hex(toString(${v})))`,
};
const integer: Probe = { postgres: (v) => `${v}::text`, clickhouse: (v) => `toString(${v})` };
const float = (bits: 32 | 64): Probe => ({
  postgres: (v) => `CASE WHEN ${v} = 'NaN' THEN 'NaN' ELSE encode(float${bits / 8}send(${v}), 'hex') END`,
  clickhouse: (v) => `if(isNaN(${v}), 'NaN', leftPad(lower(hex(reinterpretAsUInt${bits}(${v}))), ${bits / 4}, '0'))`,
});
const instant: Probe = {
  postgres: (v) => `(extract(epoch FROM ${v}) * 1000000)::int8::text`,
  clickhouse: (v) => `toString(toUnixTimestamp64Micro(toDateTime64(${v}, 6, 'UTC')))`,
};
const probes: Record<string, Probe> = {
  bool: { postgres: (v) => `${v}::int::text`, clickhouse: (v) => `toString(toUInt8(${v}))` },
  int2: integer,
  int4: integer,
  int8: integer,
  few_portions: integer,
  float4: float(32),
  float8: float(64),
  timestamp: instant,
  'timestamp(0)': instant,
  'timestamp(3)': instant,
  timestamptz: instant,
  date: { postgres: (v) => `(${v} - '1970-01-01')::text`, clickhouse: (v) => `toString(toInt32(${v}))` },
};
function probeOf(type: string): Probe {
  if (type === 'moods') return probeOf('mood[]');
  if (!type.endsWith('[]')) return probes[type] ?? text;
  const element = probeOf(type.slice(0, -2));
  return {
    postgres: (v) =>
      `(SELECT '[' || coalesce(string_agg(CASE WHEN e IS NULL THEN 'NULL' ELSE ${element.postgres('e')} END, ',' ORDER BY o), '')
        || ']' FROM unnest(${v}) WITH ORDINALITY u (e, o))`,
    clickhouse: (v) =>
      `concat('[', arrayStringConcat(arrayMap(e -> if(isNull(e), 'NULL', ${element.clickhouse('assumeNotNull(e)')}), ${v}), ','), ']')`,
  };
}

/** Expects every row of the source table, and no other, in raw; returns their number. `columns` are name → type. */
export async function expectEqualBytes(stack: Stack, table: string, columns: Record<string, string>): Promise<number> {
  const described = Object.entries(columns).map(([name, type], n) => ({ name, probe: probeOf(type), alias: `v${n}` }));
  const { rows: expected } = await stack.source.query(
    `SELECT ${described
      .map(({ name, probe, alias }) => `CASE WHEN ${name} IS NOT NULL THEN ${probe.postgres(name)} END AS ${alias}`)
      .join(', ')} FROM ${table}`,
  );
  const types = await stack.warehouse.query<{ name: string; type: string }>(
    "SELECT name, type FROM system.columns WHERE database = 'raw' AND table = {table:String}",
    { table },
  );
  const actual = await stack.warehouse.query(
    `SELECT ${described
      .map(({ name, probe, alias }) => {
        const variant = /^Variant\((.*)\)$/.exec(types.find((column) => column.name === name)?.type ?? '')?.[1];
        const value = variant
          ? `variantElement(${name}, '${variant.replaceAll("'", "\\'")}')`
          : `assumeNotNull(${name})`;
        return `if(isNull(${name}), NULL, ${probe.clickhouse(value)}) AS ${alias}`;
      })
      .join(', ')} FROM raw.${table} FINAL WHERE NOT _deleted`,
  );
  const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
  expect(sorted(actual), `raw.${table}`).toEqual(sorted(expected));
  return actual.length;
}
