/**
 * Few parts where refreshes look keys up: a look-up costs a granule of every part that has more granules than there are keys, and a first copy
 * leaves half a dozen of them in each table. The engine merges by itself what is inserted in small pieces, and leaves large parts of like size alone.
 * Invariants: merging changes no row that is read (queries of these tables say FINAL, or ask for all versions), and nothing hangs on its success.
 */
import { messageOf } from '../platform/errors.ts';
import type { Warehouse } from './client.ts';

/** A part smaller than this, or than a twentieth of the largest one beside it, is not worth its neighbours' being written again. */
const LARGE_ROWS = 10_000;
const LARGE_SHARE = 20;

const LOOKED_UP = `(database IN ('raw', 'raw_local')
  OR database IN ('ops', 'ops_local') AND match(table, '^(places|placed|history)_')
  OR database IN ('mart', 'mart_local') AND table IN ('kpi_daily', 'kpi_members', 'kpi_areas', 'flow'))`;

/**
 * Merges the partitions that have more than `most` large parts (on a cluster: on the server that is asked), one after the other: about half a
 * million rows a second and core, and as much free space as the partition takes. Says what could not be merged, and why; a merge that took
 * longer than a statement may goes on in the engine.
 */
export async function mergeParts(
  warehouse: Warehouse,
  most: number,
  { largeRows = LARGE_ROWS, signal }: { largeRows?: number; signal?: AbortSignal } = {},
): Promise<string[]> {
  const failures: string[] = [];
  const found = await warehouse.query<{ name: string; partition: string }>(
    `SELECT concat(replaceOne(database, '_local', ''), '.', table) AS name, partition_id AS partition FROM system.parts
     WHERE active AND ${LOOKED_UP} GROUP BY database, table, partition_id
     HAVING arrayCount(n -> n >= greatest({largeRows:UInt64}, intDiv(max(rows), ${LARGE_SHARE})), groupArray(rows)) > {most:UInt64}
     ORDER BY name, partition`,
    { most, largeRows },
  );
  for (const { name, partition } of found) {
    if (signal?.aborted) break;
    await warehouse
      .command(`OPTIMIZE TABLE ${name} PARTITION ID '${partition}' FINAL`)
      .catch((error: unknown) => failures.push(`${name} ${partition}: ${messageOf(error)}`));
  }
  return failures;
}
