/**
 * Which scopes refreshes have touched, from the claims of the last day.
 * Invariant: a claim older than the claims kept is also older than any answer cached under it.
 */
import type { Warehouse } from '../client.ts';

export type TouchedScopes = {
  /** Changes whenever a unit, its name or its place in the hierarchy, or reference data may have changed. */
  hierarchy: string;
  /** Scopes with cells claimed by refreshes in (since, until], and the last of them. */
  scopes: { scope: string; seq: number }[];
};

export async function readTouchedScopes(warehouse: Warehouse, since: number, until: number): Promise<TouchedScopes> {
  const newest = (table: string) => `(SELECT max(_version) FROM raw.${table})`;
  const [row] = await warehouse.query<{ hierarchy: string }>(
    `SELECT concat(toString(greatest(${['sppg', 'regencies_indonesia', 'provinces_indonesia'].map(newest).join(', ')})),
       '-', (SELECT toString(toUnixTimestamp64Micro(max(changed_at))) FROM ops.definitions)) AS hierarchy`,
  );
  if (since === until) return { hierarchy: row?.hierarchy ?? '0', scopes: [] };
  const scopes = await warehouse.query<{ scope: string; seq: number }>(
    `SELECT arrayJoin([concat('sppg:', c.sppg_id), concat('regency:', s.regencyId), concat('province:', s.provinceId),
       concat('region:', toString(p.region)), concat('wilayah:', w.code), 'national']) AS scope, max(c.last) AS seq
     FROM (
       SELECT sppg_id, max(claim) AS last FROM ops.claims WHERE claim > {since:UInt64} AND claim <= {until:UInt64}
       GROUP BY sppg_id
     ) AS c
     LEFT ANY JOIN (SELECT id, regencyId, provinceId FROM raw.sppg FINAL) AS s ON s.id = c.sppg_id
     LEFT ANY JOIN (SELECT id, region FROM raw.provinces_indonesia FINAL) AS p ON p.id = s.provinceId
     LEFT ANY JOIN (SELECT region, code FROM mart.wilayah FINAL WHERE listed) AS w ON w.region = toString(p.region)
     GROUP BY scope`,
    { since, until },
  );
  return { hierarchy: row?.hierarchy ?? '0', scopes };
}
