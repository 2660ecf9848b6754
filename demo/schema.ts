/** The operational schema of the demo programme, and the mark that says its load has finished. */
import { readFileSync } from 'node:fs';
import pg from 'pg';

const FILES = ['0001_operational.sql', '0002_operational_ext.sql'] as const;
const FINISHED = 'lumbung demo programme: complete';

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates the tables from scratch, in one transaction; what an unfinished load left is dropped. */
export async function applyDemoSchema(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query('BEGIN');
    await client.query('DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public');
    for (const file of FILES) await client.query(readFileSync(new URL(`./schema/${file}`, import.meta.url), 'utf8'));
    await client.query('COMMIT');
  });
}

/** True when a load has run to its end. */
export async function demoIsLoaded(databaseUrl: string): Promise<boolean> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ mark: string | null }>(
      "SELECT obj_description(to_regnamespace('public'), 'pg_namespace') AS mark",
    );
    return rows[0]?.mark === FINISHED;
  });
}

/** Sets the mark; the last step of a load. */
export async function markDemoLoaded(client: pg.ClientBase): Promise<void> {
  await client.query(`COMMENT ON SCHEMA public IS '${FINISHED}'`);
}
