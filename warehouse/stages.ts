/** How much each stage of the path has done, as its ledger says: loads, refreshes, exports. */
import type { Warehouse } from './client.ts';
import { countedSql } from './pruning.ts';

export type Stages = {
  rows: number;
  loadedAt: string | null;
  cells: number;
  refreshes: number;
  exports: { state: string; count: number }[];
};

export async function readStages(warehouse: Warehouse): Promise<Stages> {
  const [row] = await warehouse.query<Omit<Stages, 'exports'>>(
    `SELECT b.1 AS rows, if(b.2 > 0, formatDateTime(b.3, '%Y-%m-%dT%H:%i:%SZ'), NULL) AS loadedAt, r.1 AS cells, r.2 AS refreshes
     FROM (SELECT (SELECT ((SELECT sum(c.rows) FROM ${countedSql} AS c), count(), max(loaded_at)) FROM ops.batches) AS b,
       (SELECT (sum(cells), max(seq)) FROM ops.rollups) AS r)`,
  );
  const exports = await warehouse.query<Stages['exports'][number]>(
    'SELECT toString(state) AS state, count() AS count FROM ops.exports FINAL GROUP BY state ORDER BY state',
  );
  return { rows: 0, loadedAt: null, cells: 0, refreshes: 0, ...row, exports };
}
