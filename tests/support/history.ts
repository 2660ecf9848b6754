/** Raw history, grown in the warehouse itself: what a refresh must not become dearer by. */
import type { Warehouse } from '../../warehouse/client.ts';

const COPY_ROWS = 1_000_000;

/**
 * Adds handovers of other programmes, or of other days of the same ones, with their places, until raw.school_distributions has about `rows`: copies
 * of those of the demo programme, which are set aside first. Each insert holds all copies of a range of keys, so that parts do not overlap: a
 * growth costs what it writes, not what is there already.
 */
export async function growHandovers(
  warehouse: Warehouse,
  rows: number,
  others: 'programmes' | 'days' = 'programmes',
): Promise<void> {
  await warehouse.command(
    `CREATE TABLE IF NOT EXISTS ops.bench_handovers ENGINE = Memory AS SELECT * FROM raw.school_distributions FINAL WHERE NOT _deleted`,
  );
  const [held] = await warehouse.query<{ base: number; there: number }>(
    'SELECT (SELECT count() FROM ops.bench_handovers) AS base, (SELECT count() FROM raw.school_distributions) AS there',
  );
  if (held === undefined || held.base === 0) throw new Error('the demo programme has no handovers');
  const copies = Math.ceil((rows - held.there) / held.base);
  const size = Math.max(1, Math.floor(COPY_ROWS / copies));
  const named = (column: string) => `concat(${column}, '~', toString(copy))`;
  const owned = (column: string) => (others === 'days' ? column : named(column));
  const at = others === 'days' ? 'distributionDate - toIntervalDay(1 + copy - {first:UInt64})' : 'distributionDate';
  for (let offset = 0; offset < held.base; offset += size) {
    const copied = (
      order: string,
    ) => `FROM (SELECT * FROM ops.bench_handovers ORDER BY ${order} LIMIT {size:UInt64} OFFSET {offset:UInt64}) AS d
      CROSS JOIN (SELECT number AS copy FROM numbers({first:UInt64}, {copies:UInt64})) AS c`;
    const params = { size, offset, copies, first: held.there };
    await warehouse.command(
      `INSERT INTO ops.places_school_distributions (program_id, school_id, at, key)
       SELECT ${owned('programId')}, ${owned('schoolId')}, ${at}, ${named('id')} ${copied('programId, distributionDate')}`,
      params,
    );
    await warehouse.command(
      `INSERT INTO raw.school_distributions
       SELECT d.* REPLACE (${named('id')} AS id, ${owned('programId')} AS programId, ${owned('schoolId')} AS schoolId, ${at} AS distributionDate)
       ${copied('id')}`,
      params,
    );
  }
  // What is measured is the refresh, not the merges that the growth left behind.
  for (const table of ['ops.places_school_distributions', 'raw.school_distributions']) {
    await warehouse.command(`OPTIMIZE TABLE ${table} FINAL`);
  }
}
