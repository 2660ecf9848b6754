/**
 * Generates the demo programme: master rows, then chunk by chunk of kitchens everything the database holds about them.
 * Invariant: the rows depend on units, days, seed, today and now only; the database marks itself as loaded last, after
 * the indexes are back.
 */
import pg from 'pg';
import { delivery } from './rows/delivery.ts';
import { accounts, geography } from './rows/geography.ts';
import { kitchens } from './rows/kitchens.ts';
import { ministry } from './rows/ministry.ts';
import { production } from './rows/production.ts';
import { purchasing } from './rows/purchasing.ts';
import type { Scene, Step } from './rows/sql.ts';
import { stage } from './rows/stage.ts';
import { waves } from './rows/waves.ts';
import { markDemoLoaded } from './schema.ts';

export type DemoProgress = { step: string; done: number; total: number };

export type DemoOptions = {
  units: number;
  days: number;
  seed: number;
  /** Last day of the programme's past, YYYY-MM-DD in WIB; by default the day of `now`. */
  today?: string;
  /** Up to when things have happened; by default the clock's time, or 10:00 WIB of a given `today`. */
  now?: Date;
  onProgress?: (progress: DemoProgress) => void;
  signal?: AbortSignal;
};

const wibOffset = 7 * 3_600_000;
const connections = 2;
const unitDaysPerChunk = 1_500;

/** Fills a database prepared by applyDemoSchema; resolves with the number of rows written. */
export async function generateDemo(databaseUrl: string, options: DemoOptions): Promise<{ rows: number }> {
  const { units, onProgress, signal } = options;
  const scene = sceneOf(options);
  const step = Math.max(1, Math.floor(unitDaysPerChunk / options.days));
  const chunks = Math.ceil(units / step);
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(databaseUrl)));
  let rows = 0;
  try {
    const [lead] = clients;
    if (!lead) return { rows };
    await Promise.all(clients.map((client) => stage(client, scene, units)));
    const indexes = await dropIndexes(lead);
    rows += await runAll(lead, geography(scene));
    let next = 0;
    let done = 0;
    await together(clients, async (client, stopped) => {
      while (next < chunks && !stopped()) {
        signal?.throwIfAborted();
        const first = 1 + next++ * step;
        const written = await writeChunk(client, scene, first, Math.min(units, first + step - 1));
        rows += written;
        done += 1;
        onProgress?.({ step: `${units} kitchens`, done, total: chunks });
      }
    });
    rows += await runAll(lead, accounts(scene));
    await finish(clients, 'indexes', indexes, options);
    await finish(clients, 'statistics', await analyses(lead), options);
    signal?.throwIfAborted();
    await markDemoLoaded(lead);
    onProgress?.({ step: 'ready', done: 1, total: 1 });
    return { rows };
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

function sceneOf({ days, seed, today, now }: DemoOptions): Scene {
  const instant = now ?? (today ? new Date(`${today}T03:00:00Z`) : new Date());
  const day = today ?? new Date(instant.getTime() + wibOffset).toISOString().slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new TypeError(`not a date: ${day}`);
  const stamp = instant.toISOString().replace('T', ' ').replace('Z', '');
  return { seed: Math.trunc(seed), days, now: `TIMESTAMP '${stamp}'`, today: `DATE '${day}'` };
}

/** A connection for loading: commits do not wait for the disk, and keys made by this program are not looked up again. */
async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`SET timezone = 'UTC'`);
  await client.query('SET synchronous_commit = off');
  await client.query(`SET work_mem = '64MB'`);
  await client.query(`SET maintenance_work_mem = '128MB'`);
  await client.query('SET jit = off');
  const { rows } = await client.query<{ super: boolean }>(
    'SELECT rolsuper AS super FROM pg_roles WHERE rolname = current_user',
  );
  if (rows[0]?.super) await client.query('SET session_replication_role = replica');
  return client;
}

async function writeChunk(client: pg.Client, scene: Scene, first: number, last: number): Promise<number> {
  const begin: Step[] = [
    { sql: 'DROP TABLE IF EXISTS g_chunk' },
    { sql: `CREATE TEMP TABLE g_chunk AS SELECT * FROM g_unit WHERE n BETWEEN ${first} AND ${last}` },
    { sql: 'ANALYZE g_chunk' },
  ];
  const families = [kitchens, production, delivery, waves, purchasing, ministry].flatMap((family) => family(scene));
  await client.query('BEGIN');
  const rows = await runAll(client, [...begin, ...families]);
  await client.query('COMMIT');
  return rows;
}

async function runAll(client: pg.Client, steps: readonly Step[]): Promise<number> {
  let rows = 0;
  for (const { table, sql } of steps) {
    const result = await client.query(sql);
    if (table !== undefined) rows += result.rowCount ?? 0;
  }
  return rows;
}

/** Drops the indexes that enforce nothing, for the time of the load; returns their definitions. */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique ORDER BY c.relname, i.indexrelid`,
  );
  if (rows.length > 0) await client.query(`DROP INDEX ${rows.map((row) => row.name).join(', ')}`);
  return rows.map((row) => row.definition);
}

/** One ANALYZE for every table, the largest first. */
async function analyses(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY pg_relation_size(oid) DESC`,
  );
  return rows.map((row) => `ANALYZE ${row.name}`);
}

/** Runs statements that do not depend on each other, shared out over the connections. */
async function finish(
  clients: readonly pg.Client[],
  step: string,
  statements: readonly string[],
  { onProgress, signal }: DemoOptions,
): Promise<void> {
  const waiting = [...statements];
  let done = 0;
  await together(clients, async (client, stopped) => {
    for (let statement = waiting.shift(); statement && !stopped(); statement = waiting.shift()) {
      signal?.throwIfAborted();
      await client.query(statement);
      done += 1;
      onProgress?.({ step, done, total: statements.length });
    }
  });
}

/** Runs the work on every connection; the first failure stops the others before it is thrown. */
async function together(
  clients: readonly pg.Client[],
  work: (client: pg.Client, stopped: () => boolean) => Promise<void>,
): Promise<void> {
  let failed = false;
  const runs = clients.map((client) =>
    work(client, () => failed).catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const results = await Promise.allSettled(runs);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
