/**
 * What every action of the simulator works with: the connection, one kitchen, chance, and a few statements' parts.
 * Invariant: rows are found through a kitchen's or programme's index, never by sorting a table, so that traffic costs
 * the same in a programme of any size.
 */
import type pg from 'pg';

/** A kitchen that serves; `zone` is its offset from UTC in hours. */
export type Kitchen = { id: string; program: string; zone: number };

export type Traffic = {
  client: pg.Client;
  kitchen: Kitchen;
  /** Another kitchen, for what moves between two. */
  other: Kitchen;
  random: () => number;
};

/** Writes something plausible; resolves with the number of rows written, 0 when there was nothing to do. */
export type Action = (traffic: Traffic) => Promise<number>;

export const now = `date_trunc('milliseconds', clock_timestamp() AT TIME ZONE 'UTC')`;

/** A new key in the shape the application's client makes. */
export function newId({ random }: Traffic): string {
  return `c${Array.from({ length: 24 }, () => Math.floor(random() * 16).toString(16)).join('')}`;
}

export function between({ random }: Traffic, low: number, high: number): number {
  return low + random() * (high - low);
}

export function oneOf<T>({ random }: Traffic, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** First instant (UTC) of the kitchen's local day, `back` days ago. */
export function localDay({ kitchen }: Pick<Traffic, 'kitchen'>, back = 0): string {
  const offset = kitchen.zone * 3_600_000;
  const midnight = Math.floor((Date.now() + offset) / 86_400_000) * 86_400_000;
  return new Date(midnight - back * 86_400_000 - offset).toISOString().replace('Z', '');
}

export async function write({ client }: Traffic, sql: string, values: unknown[] = []): Promise<number> {
  return (await client.query(sql, values)).rowCount ?? 0;
}

/** All of it or nothing. */
export async function transaction(traffic: Traffic, work: () => Promise<number>): Promise<number> {
  await traffic.client.query('BEGIN');
  const rows = await work();
  await traffic.client.query('COMMIT');
  return rows;
}

/** Key of one row chosen by chance among those that `where` leaves; parameter 1 is the salt of the choice. */
export async function someId(
  { client, random }: Traffic,
  table: string,
  where: string,
  values: unknown[],
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM ${table} WHERE ${where} ORDER BY md5(id || $1::text) LIMIT 1`,
    [String(random()), ...values],
  );
  return rows[0]?.id;
}
