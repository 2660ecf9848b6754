/** Preflight of the role's rights and of every listed table: readable, all rows visible, columns, key, identity. */
import type { ClientBase } from 'pg';
import { checkTable } from '../postgres/catalog.ts';
import type { Source } from '../source.ts';
import { type Finding, identifier, tableName } from './finding.ts';

export async function roleFindings(client: ClientBase): Promise<Finding[]> {
  const { rows } = await client.query<{ name: string; may: boolean; rds: boolean; schema: boolean }>(
    `SELECT r.rolname::text AS name, r.rolsuper OR r.rolreplication OR (
         EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication')
         AND pg_has_role(r.oid, (SELECT oid FROM pg_roles WHERE rolname = 'rds_replication'), 'MEMBER')) AS may,
       EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication') AS rds,
       coalesce(has_schema_privilege((SELECT oid FROM pg_namespace WHERE nspname = 'public'), 'USAGE'), false) AS schema
     FROM pg_roles r WHERE r.rolname = current_user`,
  );
  const role = rows[0] as { name: string; may: boolean; rds: boolean; schema: boolean };
  const findings: Finding[] = [];
  if (!role.may) {
    findings.push({
      level: 'error',
      code: 'replication_right',
      what: `the role "${role.name}" may not replicate`,
      why: 'Creating a slot and reading it needs the attribute REPLICATION (on Amazon RDS: the role rds_replication).',
      sql: [
        role.rds
          ? `GRANT rds_replication TO ${identifier(role.name)}`
          : `ALTER ROLE ${identifier(role.name)} REPLICATION`,
      ],
    });
  }
  if (!role.schema) {
    findings.push({
      level: 'error',
      code: 'schema_right',
      what: `the role "${role.name}" has no USAGE on the schema "public"`,
      why: 'No table in it can be read.',
      sql: [`GRANT USAGE ON SCHEMA public TO ${identifier(role.name)}`],
    });
  }
  return findings;
}

type Table = {
  name: string;
  role: string;
  identity: string;
  /** Of the table, its partitions and children: those that this role may not read. */
  unreadable: string[] | null;
  /** And those of which row security hides rows from it. */
  hidden: string[] | null;
  key: string[] | null;
  constraint: string | null;
  identity_columns: string[] | null;
};

const COLUMNS_OF = 'SELECT array_agg(a.attname::text) FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid';

const SQL = `
  SELECT c.relname::text AS name, current_user::text AS role, c.relreplident::text AS identity,
    f.unreadable, f.hidden,
    (${COLUMNS_OF} AND a.attnum = ANY(i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
    (SELECT conname::text FROM pg_constraint WHERE conrelid = c.oid AND contype = 'p') AS constraint,
    (${COLUMNS_OF} AND a.attnum = ANY(i.indkey) WHERE i.indrelid = c.oid AND i.indisreplident) AS identity_columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL (
    WITH RECURSIVE family (oid) AS (
      SELECT c.oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN family p ON p.oid = i.inhparent
    )
    SELECT array_agg(format('%I.%I', m.relnamespace::regnamespace, m.relname))
        FILTER (WHERE NOT has_table_privilege(m.oid, 'SELECT')) AS unreadable,
      array_agg(m.relname::text) FILTER (WHERE row_security_active(m.oid)) AS hidden
    FROM family JOIN pg_class m ON m.oid = family.oid
  ) f
  WHERE n.nspname = 'public' AND c.relname = ANY($1) AND c.relkind IN ('r', 'p')`;

export type TableFindings = {
  findings: Finding[];
  /** Tables that replication can follow, whether or not this role may read them yet. */
  followed: string[];
};

export async function tableFindings(client: ClientBase, sources: readonly Source[]): Promise<TableFindings> {
  const { rows } = await client.query<Table>(SQL, [sources.map((source) => source.table)]);
  const byName = new Map(rows.map((row) => [row.name, row]));
  if (rows.length === 0) {
    const why = 'DATABASE_URL may name another database of this server, or its tables are in another schema.';
    const what = 'none of the listed tables is in the schema "public"';
    return { findings: [{ level: 'error', code: 'no_tables', what, why, sql: [] }], followed: [] };
  }
  const findings: Finding[] = [];
  const followed: string[] = [];
  for (const source of sources) {
    const { table } = source;
    const row = byName.get(table);
    if (row === undefined) {
      findings.push({
        level: 'warning',
        code: 'table_missing',
        table,
        what: `there is no table public.${table}`,
        why: 'What is computed from it stays empty. It is copied when it appears.',
        sql: [],
      });
      continue;
    }
    const faults = shapeFindings(source, row);
    const check = await checkTable(client, source);
    // A fault that no statement is known for: the catalog check says in words what it is.
    if (faults.length === 0 && 'fault' in check) {
      const why = `The table is set aside until it is mended there, or its list in etl/sources/${table}.ts follows it.`;
      faults.push({
        level: 'error',
        code: 'table_shape',
        table,
        what: `public.${table}: ${check.fault}`,
        why,
        sql: [],
      });
    }
    if (faults.length === 0) followed.push(table);
    findings.push(...faults, ...accessFindings(row));
  }
  return { findings, followed };
}

function shapeFindings({ table, key }: Source, row: Table): Finding[] {
  const findings: Finding[] = [];
  const held = row.key ?? [];
  if (!sameColumns(held, key)) {
    const wanted = key.map(identifier).join(', ');
    const drop = row.constraint === null ? '' : `DROP CONSTRAINT ${identifier(row.constraint)}, `;
    findings.push({
      level: 'error',
      code: held.length === 0 ? 'no_primary_key' : 'other_primary_key',
      table,
      what:
        held.length === 0
          ? `public.${table} has no primary key`
          : `public.${table} has the primary key (${held.join(', ')}), expected (${key.join(', ')})`,
      why: 'Rows are found by this key: without it an update or delete cannot be followed, and publishing it would make them fail.',
      sql: [`ALTER TABLE ${tableName(table)} ${drop}ADD PRIMARY KEY (${wanted})`],
    });
  }
  // FULL and DEFAULT name the key of the old row; an index does when it holds the key.
  const index = row.identity_columns ?? [];
  if (row.identity === 'n' || (row.identity === 'i' && !key.every((column) => index.includes(column)))) {
    findings.push({
      level: 'error',
      code: 'replica_identity',
      table,
      what: `public.${table} has replica identity ${row.identity === 'n' ? 'NOTHING' : `INDEX (${index.join(', ')})`}`,
      why: 'The WAL then does not name the key of an updated or deleted row.',
      sql: [`ALTER TABLE ${tableName(table)} REPLICA IDENTITY DEFAULT`],
    });
  }
  return findings;
}

/** The copy reads partitions one by one, so rights on the parent alone are not enough. */
function accessFindings({ name: table, role, unreadable, hidden }: Table): Finding[] {
  const findings: Finding[] = [];
  if (unreadable !== null) {
    findings.push({
      level: 'error',
      code: 'select_right',
      table,
      what: `the role "${role}" may not read ${unreadable.join(', ')}`,
      why: 'The copy and reconciliation read tables, partitions one by one.',
      sql: [`GRANT SELECT ON ${unreadable.join(', ')} TO ${identifier(role)}`],
    });
  }
  if (hidden !== null) {
    findings.push({
      level: 'error',
      code: 'row_security',
      table,
      what: `row security hides rows of ${hidden.map((name) => `public.${name}`).join(', ')} from the role "${role}"`,
      why: 'The copy would lack them while the stream carries them, and reconciliation would delete them.',
      sql: [`ALTER ROLE ${identifier(role)} BYPASSRLS`],
    });
  }
  return findings;
}

const sameColumns = (one: readonly string[], two: readonly string[]) =>
  one.length === two.length && one.every((column) => two.includes(column));
