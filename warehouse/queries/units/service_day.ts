/** The last day in a range on which anything was planned or handed over in the nation; undefined where there is none. */
import type { Warehouse } from '../../client.ts';

export async function lastServiceDay(warehouse: Warehouse, from: string, to: string): Promise<string | undefined> {
  const [row] = await warehouse.query<{ day: string }>(
    `SELECT toString(max(m.day)) AS day FROM mart.kpi_areas AS m FINAL
     WHERE m.kpi IN ('portions_planned', 'portions_target') AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num > 0
     HAVING count() > 0`,
    { from, to },
  );
  return row?.day;
}
