/**
 * The demo programme's operational database: its tables, and the mark that says whether it is loaded.
 * Invariant: the mark (a comment on schema public) turns to "loaded" last, so that a half-finished load is seen as such
 * and made again from scratch; a database holding tables of anybody else is refused.
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { LumbungError } from '../platform/errors.ts';

const files = ['0001_operational.sql', '0002_operational_ext.sql'] as const;
const loading = 'lumbung demo: loading';
const loaded = 'lumbung demo: loaded';

/** Creates the tables in an empty database, or anew in one whose load was not finished. */
export async function applyDemoSchema(databaseUrl: string): Promise<void> {
  const sql = files.map((name) => readFileSync(new URL(`./schema/${name}`, import.meta.url), 'utf8')).join('\n');
  await withClient(databaseUrl, async (client) => {
    await client.query('BEGIN');
    if ((await readMark(client)) === loading) {
      const tables = namesAfter(sql, /^CREATE TABLE (\w+)/gm);
      const types = namesAfter(sql, /^CREATE TYPE "(\w+)"/gm).map((name) => `"${name}"`);
      await client.query(`DROP TABLE IF EXISTS ${tables.join(', ')} CASCADE`);
      await client.query(`DROP TYPE IF EXISTS ${types.join(', ')} CASCADE`);
    }
    const { rows } = await client.query<{ tablename: string }>(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' LIMIT 1`,
    );
    if (rows[0]) {
      throw new LumbungError('config', `the demo needs an empty database; this one has a table "${rows[0].tablename}"`);
    }
    await client.query(sql);
    await mark(client, loading);
    await client.query('COMMIT');
  });
}

/** True when a load ran to its end. */
export async function demoIsLoaded(databaseUrl: string): Promise<boolean> {
  return withClient(databaseUrl, async (client) => (await readMark(client)) === loaded);
}

/** Sets the finished mark; the last act of a load. */
export async function markDemoLoaded(client: pg.Client): Promise<void> {
  await mark(client, loaded);
}

async function mark(client: pg.Client, text: string): Promise<void> {
  await client.query(`COMMENT ON SCHEMA public IS '${text}'`);
}

async function readMark(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ mark: string | null }>(
    `SELECT obj_description('public'::regnamespace, 'pg_namespace') AS mark`,
  );
  return rows[0]?.mark ?? undefined;
}

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function namesAfter(sql: string, pattern: RegExp): string[] {
  return [...sql.matchAll(pattern)].flatMap((match) => match[1] ?? []);
}
