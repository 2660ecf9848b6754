/** The replicated columns of each source table, as the raw tables have them. */
import type { Warehouse } from '../client.ts';

export async function sourceColumns(warehouse: Warehouse): Promise<Map<string, string[]>> {
  const rows = await warehouse.query<{ table: string; names: string[] }>(
    `SELECT table, groupArray(name) AS names FROM (
       SELECT table, name FROM system.columns WHERE database = 'raw' AND NOT startsWith(name, '_') ORDER BY table, position
     ) GROUP BY table`,
  );
  return new Map(rows.map(({ table, names }) => [table, names]));
}
