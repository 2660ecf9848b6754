/** The kitchens that demo sign-ins of kitchen roles belong to: the first active ones that count, by code. */
import type { Warehouse } from '../client.ts';

export async function demoKitchens(warehouse: Warehouse, count: number): Promise<{ sppg: string; province: string }[]> {
  return warehouse.query<{ sppg: string; province: string }>(
    `SELECT id AS sppg, provinceId AS province FROM raw.sppg FINAL
     WHERE NOT _deleted AND NOT isDemoAccount AND status = 'ACTIVE' ORDER BY code LIMIT {count:UInt32}`,
    { count },
  );
}
