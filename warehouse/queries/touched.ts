/**
 * Which scopes refreshes have touched, from the claims of the last day, and the version of the hierarchy.
 * Invariants: a claim older than the claims kept is also older than any answer cached under it; a kitchen that moved, or is gone,
 * touches the areas it belonged to as well as those it belongs to.
 */
import type { Warehouse } from '../client.ts';

const claimed = 'FROM ops.claims WHERE claim > {since:UInt64} AND claim <= {until:UInt64}';

/** Scopes with cells claimed by refreshes in (since, until], each with the last of them. */
export const readTouchedScopes = (warehouse: Warehouse, since: number, until: number) =>
  warehouse.query<{ scope: string; seq: number }>(
    `SELECT arrayJoin([concat('sppg:', c.sppg_id), concat('regency:', h.regency_id), concat('province:', h.province_id),
       concat('region:', toString(p.region)), concat('wilayah:', w.code), 'national']) AS scope, max(c.last) AS seq
     FROM (SELECT sppg_id, max(claim) AS last ${claimed} GROUP BY sppg_id) AS c
     LEFT JOIN (
       SELECT DISTINCT id, regency_id, province_id FROM ops.history_sppg WHERE NOT deleted AND id IN (SELECT sppg_id ${claimed})
     ) AS h ON h.id = c.sppg_id
     LEFT ANY JOIN (SELECT id, region FROM raw.provinces_indonesia FINAL) AS p ON p.id = h.province_id
     LEFT ANY JOIN (SELECT region, code FROM mart.wilayah FINAL WHERE listed) AS w ON w.region = toString(p.region)
     GROUP BY scope HAVING NOT endsWith(scope, ':')`,
    { since, until },
  );

/** A version of the hierarchy, with that of the kitchens in it, and what changes with any row of theirs that is written. */
export type HierarchyVersion = { version: string; kitchens: string; rows: string };

/**
 * Changes whenever what answers say of units beside their figures may have changed: which there are, their names and places,
 * what makes them peers, reference data. What else a kitchen's row holds changes with every budget and moves nothing here. Kitchens are looked
 * at only when a row has been written since `held` was read: seeing that costs a tenth.
 */
export async function readHierarchyVersion(warehouse: Warehouse, held?: HierarchyVersion): Promise<HierarchyVersion> {
  const newest = (table: string) => `(SELECT max(_version) FROM raw.${table})`;
  const [now] = await warehouse.query<{ rows: string; others: string }>(
    // Not the newest version of a row alone: copies bring older ones.
    `SELECT toString((SELECT (count(), sum(_version)) FROM raw.sppg)) AS rows,
       concat(toString(greatest(${['regencies_indonesia', 'provinces_indonesia'].map(newest).join(', ')})), '-',
         toString((SELECT toUnixTimestamp64Micro(max(changed_at)) FROM ops.definitions))) AS others`,
  );
  const { rows = '', others = '' } = now ?? {};
  const units = held?.rows === rows ? held : await hashKitchens(warehouse);
  return { version: `${units.kitchens}-${others}`, kitchens: units.kitchens, rows: units.rows };
}

/** In one pass, with the rows it is the hash of: another replica may have other rows. */
async function hashKitchens(warehouse: Warehouse): Promise<Omit<HierarchyVersion, 'version'>> {
  const [row] = await warehouse.query<{ kitchens: string; rows: string }>(
    // As text: the hash of a NULL among others is NULL.
    `SELECT toString(groupBitXorIf(newest.1, NOT newest.2)) AS kitchens, toString((sum(n), sum(versions))) AS rows
     FROM (
       SELECT count() AS n, sum(_version) AS versions, argMax((cityHash64(toString((id, name, code, provinceId, regencyId, status, isDemoAccount,
         targetRecipients, operationStartDate, operationEndDate))), _deleted), _version) AS newest
       FROM raw.sppg GROUP BY id
     )`,
  );
  return row ?? { kitchens: '0', rows: '' };
}
