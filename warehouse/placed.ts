/**
 * The rows that refreshes read most, once more: beside each other by kitchen (or its programme) and time instead of by key, so that a
 * kitchen's day is a granule or two and not one for every row of it.
 * Invariants: whatever is written to raw.<table>, by whom ever, also reaches ops.placed_<table>, through the view between them; types are
 * those of the raw table; a row that has left a place, or is gone, is buried there (rollups/settle.ts) before a refresh reads, for the
 * new version stands elsewhere and replaces nothing. A table whose filling was cut off is filled anew.
 */
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from './client.ts';

type Placed = {
  /** Columns of the raw row that make its place, and what ops.places_<table> calls them. */
  owner: string;
  at: string;
  ownerPlace: 'sppg_id' | 'program_id';
  /** What facts read beside. */
  columns: readonly string[];
};

const named = (columns: string) => columns.trim().split(/\s+/);

/** Tables, in no order. */
export const placed: Readonly<Record<string, Placed>> = {
  food_productions: {
    owner: 'sppgId',
    at: 'productionDate',
    ownerPlace: 'sppg_id',
    columns:
      named(`menuId status plannedPortions actualPortions estimatedCost actualCost actualStartTime actualEndTime createdAt
      plannedStartTime plannedEndTime actualTemperature targetTemperature hygieneScore tasteRating appearanceRating textureRating
      costPerPortion wasteAmount`),
  },
  food_distributions: {
    owner: 'sppgId',
    at: 'distributionDate',
    ownerPlace: 'sppg_id',
    columns:
      named(`productionId status plannedRecipients actualRecipients plannedStartTime plannedEndTime departureTime arrivalTime
      arrivalTemp transportCost fuelCost otherCosts createdAt actualStartTime actualEndTime completionTime totalPortions departureTemp
      servingTemp hygieneScore`),
  },
  school_distributions: {
    owner: 'programId',
    at: 'distributionDate',
    ownerPlace: 'program_id',
    columns:
      named(`schoolId targetQuantity actualQuantity deliveryStatus createdAt totalWeight costPerPortion totalCost deliveryTime
      receivedAt foodTemperature satisfactionScore`),
  },
};

const FILLED = 'filled';

/** Lets every raw table there is feed its placed rows; what is in order is left alone, except with `anew`: then nothing may read them. */
export async function feedEveryPlaced(warehouse: Warehouse, anew = false): Promise<void> {
  const held = await warehouse.query<{ name: string }>("SELECT name FROM system.tables WHERE database = 'raw'");
  for (const { name } of held) await feedPlaced(warehouse, name, anew);
}
export const isPlaced = (table: string): boolean => placed[table] !== undefined;

/**
 * Makes the placed rows of a table, by the types its raw table has, and fills them from there; where they are so already nothing happens,
 * except with `anew`. `schema` where the raw table lacks a column.
 */
export async function feedPlaced(warehouse: Warehouse, table: string, anew = false): Promise<void> {
  const rows = placed[table];
  if (rows === undefined) return;
  const { owner, at, columns } = rows;
  const found = await warehouse.query<{ database: string; name: string; type: string }>(
    `SELECT database, name, type FROM system.columns
     WHERE database = 'raw' AND table = {raw:String} OR database = 'ops' AND table = {placed:String}`,
    { raw: table, placed: `placed_${table}` },
  );
  const typesIn = (database: string) =>
    new Map(found.filter((column) => column.database === database).map(({ name, type }) => [name, type]));
  const [raw, held] = [typesIn('raw'), typesIn('ops')];
  const wanted = [owner, at, 'id', ...columns, '_version', '_deleted'].map((name) => {
    const type = raw.get(name);
    if (type === undefined) throw new LumbungError('schema', `raw.${table} has no column ${name}, which rollups read`);
    return [name, type] as const;
  });
  const fits = held.size === wanted.length && wanted.every(([name, type]) => held.get(name) === type);
  if (fits && !anew) {
    // On a cluster it is the local table that carries the comment (cluster.ts).
    const [filled] = await warehouse.query<{ n: number }>(
      `SELECT countIf(name = {placed:String} AND comment = '${FILLED}') * countIf(name = {view:String}) AS n
       FROM system.tables WHERE database IN ('ops', 'ops_local')`,
      { placed: `placed_${table}`, view: `feed_placed_${table}` },
    );
    if ((filled?.n ?? 0) > 0) return;
  }
  const names = wanted.map(([name]) => `\`${name}\``).join(', ');
  const declared = wanted.map(([name, type]) => `\`${name}\` ${type}`).join(', ');
  await warehouse.command(`DROP VIEW IF EXISTS ops.feed_placed_${table} SYNC`);
  await warehouse.command(`DROP TABLE IF EXISTS ops.placed_${table} SYNC`);
  await warehouse.command(
    `CREATE TABLE ops.placed_${table} (${declared}) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY (${owner}, ${at}, id)
     SETTINGS index_granularity = 256, min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000`,
  );
  await warehouse.command(
    `CREATE MATERIALIZED VIEW ops.feed_placed_${table} TO ops.placed_${table} AS SELECT ${names} FROM raw.${table}`,
  );
  await warehouse.command(
    `INSERT INTO ops.placed_${table} (${names}) SELECT ${names} FROM raw.${table} FINAL WHERE NOT _deleted`,
  );
  await warehouse.command(`ALTER TABLE ops.placed_${table} MODIFY COMMENT '${FILLED}'`);
}
