/**
 * The rows that refreshes read most, once more: beside each other by kitchen (or its programme, or batch) and time instead of by key, so that a
 * kitchen's day is a granule or two and not one for every row of it; by the day first where only days are asked for, so that a morning of all
 * kitchens is one range and not a granule of each of them. Copies of rows, not figures: nothing is added up here.
 * Invariants: whatever is written to raw.<table>, by whom ever, also reaches ops.placed_<table>, through the view between them. A new version
 * stands at its own place and replaces nothing elsewhere: what has left a place, or is gone, is buried there (rollups/settle.ts) before a
 * refresh reads. Nothing is ever taken away to be filled again: rows are written a second time, which changes none that is right.
 */
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from './client.ts';

/**
 * Settings of a table whose parts keep their columns in one file: what a batch inserts costs a third less, and a refresh, which reads rows
 * scattered over the table, a third of what a file for each column costs.
 */
export const COMPACT = 'min_bytes_for_wide_part = 1099511627776, min_rows_for_wide_part = 1000000000000';

/**
 * The local day of an instant in the western zone (+7), where four of five kitchens are: theirs is one day of these, others' lie in two. Written
 * with addHours: an interval is folded into a number when a question is planned, and the engine then sees no key in it.
 */
export const westernDay = (at: string) => `toDate32(addHours(${at}, 7))`;

const named = (columns: string) => columns.trim().split(/\s+/);

/**
 * Table → the columns that make a row's place, what ops.places_<table> calls the first of them, by what rows are ordered (`day` is westernDay), and what
 * facts read beside. A placed row has them all, and `owner` and `at` as its place has them (text, milliseconds, never NULL).
 */
export const placed = {
  food_productions: {
    owner: 'sppgId',
    at: 'productionDate',
    ownerPlace: 'sppg_id',
    first: 'day',
    columns:
      named(`menuId status plannedPortions actualPortions estimatedCost actualCost actualStartTime actualEndTime createdAt
      plannedStartTime plannedEndTime actualTemperature targetTemperature hygieneScore tasteRating appearanceRating textureRating
      costPerPortion wasteAmount`),
  },
  quality_controls: {
    owner: 'productionId',
    at: 'checkTime',
    ownerPlace: 'production_id',
    first: 'day',
    columns: named('checkType passed score severity actionTaken actionDate createdAt'),
  },
  food_distributions: {
    owner: 'sppgId',
    at: 'distributionDate',
    ownerPlace: 'sppg_id',
    first: 'owner',
    columns:
      named(`productionId status plannedRecipients actualRecipients plannedStartTime plannedEndTime departureTime arrivalTime
      arrivalTemp transportCost fuelCost otherCosts createdAt actualStartTime actualEndTime completionTime totalPortions departureTemp
      servingTemp hygieneScore`),
  },
  school_distributions: {
    owner: 'programId',
    at: 'distributionDate',
    ownerPlace: 'program_id',
    first: 'day',
    columns:
      named(`schoolId targetQuantity actualQuantity deliveryStatus createdAt totalWeight costPerPortion totalCost deliveryTime
      receivedAt foodTemperature satisfactionScore`),
  },
} as const;

export type PlacedTable = keyof typeof placed;
export const placedTables = Object.keys(placed) as PlacedTable[];
export const isPlaced = (table: string): table is PlacedTable => Object.hasOwn(placed, table);

/** Where a raw row stands, as its place says it. */
export const placeOf = (table: PlacedTable) => ({
  owner: `ifNull(toString(${placed[table].owner}), '')`,
  at: `ifNull(toDateTime64(${placed[table].at}, 3, 'UTC'), toDateTime64(0, 3, 'UTC'))`,
});

const rowColumns = (table: PlacedTable) => [
  ...['id', placed[table].owner, placed[table].at, ...placed[table].columns, '_version', '_deleted'],
];
const listed = (table: PlacedTable) => ['owner', 'at', ...rowColumns(table).map((name) => `\`${name}\``)].join(', ');
const selected = (table: PlacedTable) => {
  const { owner, at } = placeOf(table);
  return `SELECT ${[`${owner} AS owner`, `${at} AS at`, ...rowColumns(table).map((name) => `\`${name}\``)].join(', ')} FROM raw.${table}`;
};

/**
 * Makes the placed rows of a raw table that there is, and the view that feeds them, or lets their types follow those of the raw table. `onEmpty`
 * is called before a table or view is made beside raw rows that are not in it: nothing may be computed until they have been fed. `toBe`: types that
 * columns of the raw table are about to get; the copy gets them first, so that the view can hand on whatever raw takes. `schema` where the raw
 * table lacks a column.
 */
export async function ensurePlaced(
  warehouse: Warehouse,
  table: PlacedTable,
  onEmpty: () => Promise<void> = async () => undefined,
  toBe: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const found = await warehouse.query<{ database: string; name: string; type: string }>(
    `SELECT database, name, type FROM system.columns
     WHERE database = 'raw' AND table = {raw:String} OR database = 'ops' AND table = {placed:String}`,
    { raw: table, placed: `placed_${table}` },
  );
  const typesIn = (database: string) =>
    new Map(found.filter((column) => column.database === database).map(({ name, type }) => [name, type]));
  const [raw, held] = [typesIn('raw'), typesIn('ops')];
  if (raw.size === 0) return;
  const wanted = rowColumns(table).map((name) => {
    const type = toBe.get(name) ?? raw.get(name);
    if (type === undefined) throw new LumbungError('schema', `raw.${table} has no column ${name}, which rollups read`);
    return { name, type };
  });
  for (const { name, type } of held.size === 0 ? [] : wanted) {
    if (held.get(name) === type) continue;
    await warehouse.command(
      `ALTER TABLE ops.placed_${table} MODIFY COLUMN \`${name}\` ${type} SETTINGS mutations_sync = 1`,
    );
  }
  const [there] = await warehouse.query<{ view: number; rows: number }>(
    `SELECT (SELECT count() FROM system.tables WHERE database IN ('ops', 'ops_local') AND name = {view:String}) AS view,
       (SELECT count() FROM (SELECT 1 FROM raw.${table} LIMIT 1)) AS rows`,
    { view: `feed_placed_${table}` },
  );
  if (held.size > 0 && there?.view !== 0) return;
  if (there?.rows !== 0) await onEmpty();
  const declared = wanted.map(({ name, type }) => `\`${name}\` ${type}`).join(', ');
  await warehouse.command(
    `CREATE TABLE IF NOT EXISTS ops.placed_${table} (owner String, at DateTime64(3, 'UTC'), ${declared}) ENGINE = ReplacingMergeTree(_version, _deleted) ORDER BY (${placed[table].first === 'day' ? `${westernDay('at')}, ` : ''}owner, at, id)
     SETTINGS index_granularity = 256, ${COMPACT}`,
  );
  const select = selected(table);
  await warehouse.command(
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ops.feed_placed_${table} TO ops.placed_${table} AS ${select}`,
  );
}

/** Writes the present rows of a raw table to their places once more: all of them, or those whose keys the SQL yields. */
export const feedSql = (table: PlacedTable, keys?: string) =>
  `INSERT INTO ops.placed_${table} (${listed(table)})
   ${selected(table)} FINAL WHERE NOT _deleted${keys === undefined ? '' : ` AND id IN (${keys})`}`;
