/**
 * Numbered, immutable SQL migrations of the warehouse (databases ops and mart; raw follows the source catalog).
 * Invariant: each runs once, in order; a database that is ahead of this code is refused, not touched.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from './client.ts';

const directory = new URL('./migrations/', import.meta.url);

type Applied = { id: string; hash: string };

/** Applies what is missing, up to `last` where it is named; returns the ids it applied. */
export async function migrate(warehouse: Warehouse, last?: string): Promise<string[]> {
  // An account that may only read can still see that everything is applied.
  const [begun] = await warehouse.query<{ n: number }>(
    "SELECT count() AS n FROM system.tables WHERE database = 'ops' AND name = 'migrations'",
  );
  if (begun?.n !== 1) {
    await warehouse.command('CREATE DATABASE IF NOT EXISTS ops');
    await warehouse.command(`CREATE TABLE IF NOT EXISTS ops.migrations
      (id String, hash String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = MergeTree ORDER BY id`);
  }
  const files = migrationIds();
  const applied = await warehouse.query<Applied>('SELECT id, hash FROM ops.migrations ORDER BY id');
  for (const { id, hash } of applied) {
    if (!files.includes(id)) {
      throw new LumbungError('config', `the warehouse has migration ${id}, which this version lacks: upgrade first`);
    }
    if (hash !== hashOf(id)) throw new LumbungError('config', `migration ${id} was edited after it had been applied`);
  }
  const done = new Set(applied.map((row) => row.id));
  const fresh = files.filter((name) => !done.has(name) && (last === undefined || name <= last));
  for (const id of fresh) {
    for (const statement of migrationStatements(id)) await warehouse.command(statement);
    await warehouse.insertRows('ops.migrations', [{ id, hash: hashOf(id) }]);
  }
  return fresh;
}

function hashOf(id: string): string {
  return createHash('sha256')
    .update(readFileSync(new URL(id, directory)))
    .digest('hex');
}

/** Every migration there is, in order. */
export function migrationIds(): string[] {
  return readdirSync(directory)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort();
}

/** Statements end with a semicolon at the end of a line; comment lines are dropped. */
export function migrationStatements(id: string): string[] {
  return readFileSync(new URL(id, directory), 'utf8')
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
