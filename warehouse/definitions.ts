/**
 * Definitions the rollups are computed by: the KPI registry, the facts, the service calendar and the settings; and the reference
 * data that answers are read with.
 * Invariant: cells computed by other definitions than these are computed again, without anyone asking.
 */
import { createHash } from 'node:crypto';
import type { Warehouse } from './client.ts';
import { feedHistories, kept } from './history.ts';
import { rolledUp } from './kpis/registry.ts';
import type { Reference } from './reference/files.ts';
import { relations } from './rollups/facts/cells.ts';
import { facts } from './rollups/facts.ts';
import { markEverything } from './rollups/refresh.ts';

/** Numbers that KPIs are computed with, by name. */
export type Settings = { team_size: number };

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Writes reference data and settings into mart and, when definitions differ from those of the cells, asks for all cells again. */
export async function applyDefinitions(warehouse: Warehouse, reference: Reference, settings: Settings): Promise<void> {
  const computedBy = digest([rolledUp, facts, relations, kept, reference.holidays, settings]);
  const fingerprint = `${computedBy}:${digest(reference)}`;
  const [known] = await warehouse.query<{ fingerprint: string; rolled: number }>(
    `SELECT (SELECT argMax(fingerprint, changed_at) FROM ops.definitions) AS fingerprint,
       (SELECT count() FROM ops.rollups) AS rolled`,
  );
  if (known?.fingerprint === fingerprint) return;
  const tables = { ...reference, settings: Object.entries(settings).map(([name, value]) => ({ name, value })) };
  for (const [table, rows] of Object.entries(tables)) {
    await warehouse.command(
      `INSERT INTO mart.${table} SELECT * REPLACE (false AS listed, now64(6) AS changed_at) FROM mart.${table} FINAL WHERE listed`,
    );
    await warehouse.insertRows(
      `mart.${table}`,
      rows.map((row) => ({ ...row, listed: true })),
    );
  }
  if ((known?.rolled ?? 0) > 0 && known?.fingerprint.split(':')[0] !== computedBy) {
    await feedHistories(warehouse);
    await markEverything(warehouse, 'definitions changed');
  }
  await warehouse.insertRows('ops.definitions', [{ fingerprint }]);
}
