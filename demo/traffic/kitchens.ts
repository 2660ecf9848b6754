/** The kitchens that serve schools, with what traffic needs to know of them. */
import type pg from 'pg';
import type { Kitchen } from './traffic.ts';

export async function servingKitchens(client: pg.Client): Promise<(Kitchen & { province: string })[]> {
  const { rows } = await client.query<Kitchen & { province: string }>(
    `SELECT s.id, n.id AS program, p.id AS province, CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END AS zone
     FROM sppg s JOIN provinces_indonesia p ON p.id = s."provinceId"
     JOIN nutrition_programs n ON n."sppgId" = s.id AND n.status = 'ACTIVE' AND n."targetGroup" = 'SCHOOL_CHILDREN'
     WHERE s.status = 'ACTIVE' ORDER BY s.id`,
  );
  return rows;
}
