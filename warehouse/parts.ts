/**
 * Few parts where refreshes look keys up: a look-up costs a granule of every part that has more granules than there are keys, and a first copy
 * leaves half a dozen of them in each table. The engine merges by itself what is inserted in small pieces, and leaves large parts of like size alone.
 * Invariants: merging changes no row that is read (queries of these tables say FINAL, or ask for all versions), and nothing hangs on its success.
 */
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Warehouse } from './client.ts';

/** A part smaller than this, or than a twentieth of the largest one beside it, is not worth its neighbours' being written again. */
const LARGE_ROWS = 10_000;
const LARGE_SHARE = 20;

const RAW = `(database IN ('raw', 'raw_local') OR database IN ('ops', 'ops_local') AND match(table, '^(places|placed|history)_'))`;
const MART = `(database IN ('mart', 'mart_local') AND table IN ('kpi_daily', 'kpi_kitchens', 'kpi_members', 'kpi_areas', 'flow_stages'))`;

/**
 * Merges the partitions that have more than `most` large parts (on a cluster: on the server that is asked), one after the other: about half a
 * million rows a second and core, and as much free space as the partition takes. Never throws: says what is not merged afterwards, and why as
 * far as is known. Without `mart` the tables of figures are left: where all are about to be computed anew. A merge that takes longer than a statement may goes on in the engine; an engine that does not answer is asked no more.
 */
export async function mergeParts(
  warehouse: Warehouse,
  most: number,
  { largeRows = LARGE_ROWS, mart = true, signal }: { largeRows?: number; mart?: boolean; signal?: AbortSignal } = {},
): Promise<string[]> {
  const crowded = () =>
    warehouse.query<{ name: string; partition: string }>(
      `SELECT concat(replaceOne(database, '_local', ''), '.', table) AS name, partition_id AS partition FROM system.parts
       WHERE active AND (${mart ? `${RAW} OR ${MART}` : RAW}) GROUP BY database, table, partition_id
       HAVING arrayCount(n -> n >= greatest({largeRows:UInt64}, intDiv(max(rows), ${LARGE_SHARE})), groupArray(rows)) > {most:UInt64}
       ORDER BY name, partition`,
      { most, largeRows },
    );
  const reasons = new Map<string, string>();
  try {
    const found = await crowded();
    for (const { name, partition } of found) {
      if (signal?.aborted) return [];
      try {
        await warehouse.command(
          `OPTIMIZE TABLE ${name} PARTITION ID '${partition}' FINAL SETTINGS optimize_skip_merged_partitions = 1`,
        );
      } catch (error) {
        reasons.set(`${name} ${partition}`, messageOf(error));
        if (error instanceof LumbungError && error.kind === 'unreachable') break;
      }
    }
    // The engine calls it a success, too, when it merges nothing, for want of space as an example.
    const left = found.length === 0 ? [] : await crowded();
    return left
      .map(({ name, partition }) => `${name} ${partition}`)
      .map((each) => (reasons.has(each) ? `${each}: ${reasons.get(each)}` : each));
  } catch (error) {
    return [messageOf(error)];
  }
}
