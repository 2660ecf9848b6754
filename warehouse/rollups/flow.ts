/**
 * Recomputes the flow of the claimed kitchens and days (warehouse/rollups/facts/flow.ts) into one row each; a day on which nothing
 * is left becomes an empty one.
 */
import { facts } from './facts.ts';

/** One INSERT … SELECT over the CTE `cells`, like those of KPIs, with these settings; rows carry `seq`. */
export function flowSql(cellsCte: string, into: string, settings: string): string {
  const { with: ctes, select } = facts.flow;
  return `INSERT INTO ${into} (day, sppg_id, cells, seq) ${settings}
    WITH ${[cellsCte, ...ctes].join(',\n')}, fact AS (${select})
    SELECT day, sppg_id, arraySort(groupArrayIf((stage, hour, portions), stage != '')), {seq:UInt64}
    FROM (
      SELECT day, sppg_id, stage, hour, sum(portions) AS portions FROM fact GROUP BY day, sppg_id, stage, hour
      UNION ALL
      SELECT day, sppg_id, '', 0, 0 FROM cells
    )
    GROUP BY day, sppg_id`;
}
