/**
 * Few parts where refreshes look keys up: a look-up costs a granule of every part that is larger than the keys are many, and a first copy
 * leaves half a dozen of them in each table. The engine merges by itself what is inserted in small pieces, and leaves large parts of like size alone.
 * Merging changes no row that is read: queries of these tables say FINAL, or ask for all versions.
 */
import type { Warehouse } from './client.ts';

/** A part smaller than this is a few granules, whatever is looked up in it. */
const LARGE_ROWS = 10_000;

const LOOKED_UP = `(database IN ('raw', 'raw_local')
  OR database IN ('ops', 'ops_local') AND match(table, '^(places|placed|history)_')
  OR database IN ('mart', 'mart_local') AND table IN ('kpi_daily', 'kpi_members', 'kpi_areas', 'flow'))`;

/**
 * Merges the partitions that have more than `most` large parts, table by table: about half a million rows a second and core. One that is cut
 * off goes on in the engine, and a second run finds less to do.
 */
export async function mergeParts(warehouse: Warehouse, most: number, largeRows = LARGE_ROWS): Promise<void> {
  const tables = await warehouse.query<{ name: string }>(
    `SELECT DISTINCT concat(replaceOne(database, '_local', ''), '.', table) AS name FROM system.parts
     WHERE active AND rows >= {largeRows:UInt64} AND ${LOOKED_UP}
     GROUP BY database, table, partition_id HAVING count() > {most:UInt64} ORDER BY name`,
    { most, largeRows },
  );
  for (const { name } of tables) {
    await warehouse.command(`OPTIMIZE TABLE ${name} FINAL SETTINGS optimize_skip_merged_partitions = 1`);
  }
}
