/** The kitchen that demo sign-ins of kitchen roles belong to: the first active one that counts, by code. */
import type { Warehouse } from '../client.ts';

export async function demoKitchen(warehouse: Warehouse): Promise<{ sppg: string; province: string } | undefined> {
  const [row] = await warehouse.query<{ sppg: string; province: string }>(
    `SELECT id AS sppg, provinceId AS province FROM raw.sppg FINAL
     WHERE NOT _deleted AND NOT isDemoAccount AND status = 'ACTIVE' ORDER BY code LIMIT 1`,
  );
  return row;
}
