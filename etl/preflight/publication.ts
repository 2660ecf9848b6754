/** Preflight of the publication: there or ours to create, with every followed table, all operations, rows and columns. */
import type { ClientBase } from 'pg';
import type { Source } from '../source.ts';
import { PUBLICATION } from '../source_setup.ts';
import { type Finding, identifier, tableName } from './finding.ts';

type Publication = { ours: boolean; operations: boolean; via_root: boolean };
/** `foreign`: tables this role does not own; `generated`: columns computed by the source, as table.column. */
type Rights = {
  create: boolean;
  foreign: string[] | null;
  partitioned: string[] | null;
  generated: string[] | null;
};
type Published = { name: string; columns: string[] | null; filter: string | null };

export async function publicationFindings(
  client: ClientBase,
  version: number,
  sources: readonly Source[],
  followed: readonly string[],
): Promise<Finding[]> {
  if (followed.length === 0) return [];
  const rights = await readRights(client, followed);
  const publication = await readPublication(client);
  if (publication === undefined) {
    // The capture creates it where it may: nothing to be found then.
    if (rights.create && rights.foreign === null) return [];
    const list = followed.map(tableName).join(', ');
    return [
      {
        level: 'error',
        code: 'publication_missing',
        what: `there is no publication "${PUBLICATION}", and this role may not create it`,
        why: 'It takes CREATE on the database and ownership of every table. An owner can create it once instead.',
        sql: [`CREATE PUBLICATION ${PUBLICATION} FOR TABLE ${list} WITH (publish_via_partition_root = true)`],
      },
    ];
  }
  const published = new Map((await readPublished(client, version)).map((row) => [row.name, row]));
  const partitioned = rights.partitioned ?? [];
  const findings = optionFindings(publication, partitioned);
  // A partitioned table is listed by its leaves until the publication goes by its root.
  const absent = followed.filter(
    (table) => !published.has(table) && !(partitioned.includes(table) && !publication.via_root),
  );
  for (const table of absent) {
    if (publication.ours && !rights.foreign?.includes(table)) continue;
    findings.push({
      level: 'error',
      code: 'publication_table',
      table,
      what: `the publication "${PUBLICATION}" lacks public.${table}`,
      why: 'Its changes do not reach the stream, and this role may not add it.',
      sql: [`ALTER PUBLICATION ${PUBLICATION} ADD TABLE ${tableName(table)}`],
    });
  }
  for (const { table, columns } of sources) {
    const row = followed.includes(table) ? published.get(table) : undefined;
    if (row === undefined) continue;
    const hidden = row.columns === null ? [] : columns.filter((column) => !row.columns?.includes(column));
    if (row.filter === null && hidden.length === 0) continue;
    const generated = hidden.filter((column) => rights.generated?.includes(`${table}.${column}`));
    const again = [
      'BEGIN',
      `ALTER PUBLICATION ${PUBLICATION} DROP TABLE ${tableName(table)}`,
      `ALTER PUBLICATION ${PUBLICATION} ADD TABLE ${tableName(table)}`,
      'COMMIT',
    ];
    const withGenerated =
      version >= 180_000 ? [`ALTER PUBLICATION ${PUBLICATION} SET (publish_generated_columns = stored)`] : [];
    findings.push({
      level: 'error',
      code: row.filter === null ? 'publication_columns' : 'publication_rows',
      table,
      what:
        row.filter === null
          ? `the publication "${PUBLICATION}" leaves out columns of public.${table}: ${hidden.join(', ')}`
          : `the publication "${PUBLICATION}" passes only rows of public.${table} where ${row.filter}`,
      why:
        generated.length > 0
          ? `${generated.join(', ')}: generated columns are published from Postgres 18 on, and only if asked for.`
          : 'The warehouse would differ from the source without a word. What was left out so far: "lumbung reconcile".',
      sql:
        generated.length === 0
          ? again
          : generated.length < hidden.length
            ? [...again, ...withGenerated]
            : withGenerated,
    });
  }
  return [...findings, ...(await keylessFindings(client, sources))];
}

function optionFindings(publication: Publication, partitioned: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  if (!publication.operations) {
    findings.push({
      level: 'error',
      code: 'publication_operations',
      what: `the publication "${PUBLICATION}" does not publish every operation`,
      why: 'Inserts, updates, deletes and truncates all change what the warehouse must hold.',
      sql: [`ALTER PUBLICATION ${PUBLICATION} SET (publish = 'insert, update, delete, truncate')`],
    });
  }
  if (!publication.via_root && partitioned.length > 0) {
    findings.push({
      level: 'error',
      code: 'publication_partitions',
      what: `the publication "${PUBLICATION}" publishes partitions under their own names`,
      why: `Changes of ${partitioned.join(', ')} would not be recognised as theirs.`,
      sql: [`ALTER PUBLICATION ${PUBLICATION} SET (publish_via_partition_root = true)`],
    });
  }
  return findings;
}

/** Tables of others in the publication that have no identity: Postgres refuses every update and delete of them. */
async function keylessFindings(client: ClientBase, sources: readonly Source[]): Promise<Finding[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT p.schemaname::text AS schema, p.tablename::text AS name FROM pg_publication_tables p
     JOIN pg_namespace n ON n.nspname = p.schemaname
     JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
     WHERE p.pubname = $1 AND NOT (p.schemaname = 'public' AND p.tablename = ANY($2)) AND (c.relreplident = 'n' OR
       c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))`,
    [PUBLICATION, sources.map((source) => source.table)],
  );
  return rows.map(({ schema, name }) => ({
    level: 'warning',
    code: 'publication_keyless',
    what: `the publication "${PUBLICATION}" holds ${schema}.${name}, which has no key`,
    why: 'Postgres refuses every UPDATE and DELETE of a published table without a replica identity.',
    sql: [`ALTER TABLE ${identifier(schema)}.${identifier(name)} REPLICA IDENTITY FULL`],
  }));
}

async function readRights(client: ClientBase, tables: readonly string[]): Promise<Rights> {
  const { rows } = await client.query<Rights>(
    `SELECT has_database_privilege(current_database(), 'CREATE') AS create,
       array_agg(c.relname::text) FILTER (WHERE NOT pg_has_role(c.relowner, 'USAGE')) AS foreign,
       array_agg(c.relname::text) FILTER (WHERE c.relkind = 'p') AS partitioned,
       (SELECT array_agg(g.relname || '.' || a.attname) FROM pg_attribute a
        JOIN pg_class g ON g.oid = a.attrelid AND g.relnamespace = 'public'::regnamespace
        WHERE g.relname = ANY($1) AND a.attgenerated <> '') AS generated
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relname = ANY($1)`,
    [tables],
  );
  return rows[0] as Rights;
}

async function readPublication(client: ClientBase): Promise<Publication | undefined> {
  const { rows } = await client.query<Publication>(
    `SELECT pg_has_role(pubowner, 'USAGE') AS ours, pubviaroot AS via_root,
       pubinsert AND pubupdate AND pubdelete AND pubtruncate AS operations
     FROM pg_publication WHERE pubname = $1`,
    [PUBLICATION],
  );
  return rows[0];
}

async function readPublished(client: ClientBase, version: number): Promise<Published[]> {
  // Row filters and column lists came with 15.
  const limits = version >= 150_000 ? 'attnames::text[] AS columns, rowfilter' : 'NULL AS columns, NULL';
  const { rows } = await client.query<Published>(
    `SELECT tablename::text AS name, ${limits} AS filter FROM pg_publication_tables
     WHERE pubname = $1 AND schemaname = 'public'`,
    [PUBLICATION],
  );
  return rows;
}
