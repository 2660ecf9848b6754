/**
 * Units whose figures may have changed since a refresh: what it and those after it have claimed, with every area it belongs or belonged to.
 * Invariant: where the claims of a refresh may no longer be kept (they are for a day), everything has changed.
 */
import type { Warehouse } from '../../client.ts';
import { readTouchedScopes } from '../touched.ts';
import { listAreas, listKitchens } from './listing.ts';

export async function changedScopes(
  warehouse: Warehouse,
  since: number,
): Promise<{ scopes: ReadonlySet<string>; seq: number; everything: boolean }> {
  const [row] = await warehouse.query<{ seq: number; untold: number }>(
    `SELECT max(r.seq) AS seq, countIf(r.seq > {since:UInt64}
       AND (r.rolled_at < now() - INTERVAL 23 HOUR OR r.cells > 0 AND r.seq NOT IN (SELECT claim FROM ops.claims))) AS untold
     FROM ops.rollups AS r`,
    { since },
  );
  const seq = row?.seq ?? 0;
  if ((row?.untold ?? 0) === 0) {
    const touched = await readTouchedScopes(warehouse, since, seq);
    return { scopes: new Set(touched.map(({ scope }) => scope)), seq, everything: false };
  }
  const [areas, kitchens] = await Promise.all([listAreas(warehouse), listKitchens(warehouse)]);
  const scopes = new Set([
    ...areas.map(({ level, id }) => (level === 'national' ? level : `${level}:${id}`)),
    ...kitchens.map(({ id }) => `sppg:${id}`),
  ]);
  return { scopes, seq, everything: true };
}
