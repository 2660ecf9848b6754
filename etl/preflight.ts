/**
 * Preflight: whether a source can be replicated, found out before anything is created in it. It only reads.
 * Invariant: running a finding's own SQL (and restarting where it says so) makes the finding go away.
 */
import type { ClientBase } from 'pg';
import type { Finding } from './preflight/finding.ts';
import { publicationFindings } from './preflight/publication.ts';
import { settingFindings, slotFindings, standbyFinding, versionFinding } from './preflight/server.ts';
import { roleFindings, tableFindings } from './preflight/tables.ts';
import { sources } from './sources/all.ts';

export type { Finding } from './preflight/finding.ts';

/** Everything found, for the role and database that `client` is connected as and to. */
export async function preflight(client: ClientBase): Promise<Finding[]> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const version = rows[0]?.version ?? 0;
  // The rest would speak of a server that cannot be used, or cannot even be asked there.
  const unusable = [...versionFinding(version), ...(await standbyFinding(client))];
  if (blocking(unusable).length > 0) return unusable;
  const settings = await settingFindings(client);
  const role = await roleFindings(client);
  // Without the schema no table can be looked at.
  if (role.some((finding) => finding.code === 'schema_right')) return [...unusable, ...settings, ...role];
  const tables = await tableFindings(client, sources);
  return [
    ...unusable,
    ...settings,
    ...role,
    ...tables.findings,
    ...(await publicationFindings(client, version, sources, tables.followed)),
    ...(await slotFindings(client)),
  ];
}

/** What a source that is only polled needs: a version that is supported, and tables that can be read. */
export async function schedulePreflight(client: ClientBase): Promise<Finding[]> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const role = await roleFindings(client);
  const rights = [...versionFinding(rows[0]?.version ?? 0), ...role.filter(({ code }) => code !== 'replication_right')];
  if (blocking(rights).length > 0) return rights;
  const { findings } = await tableFindings(client, sources);
  return [...rights, ...findings.filter(({ code }) => code !== 'replica_identity')];
}

/** Errors that concern more than one table: nothing can be replicated before they are mended. */
export function blocking(findings: readonly Finding[]): Finding[] {
  return findings.filter((finding) => finding.level === 'error' && finding.table === undefined);
}
