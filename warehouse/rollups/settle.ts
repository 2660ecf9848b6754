/**
 * Buries rows at the places they have left (warehouse/placed.ts), before a refresh reads there.
 * Invariant: of the rows whose changes are worked off, each stands where its newest version is, and nowhere else, whatever is loaded again
 * later: the grave has that version. A row that was only ever at one place and is not gone needs nothing: its versions replace each other
 * there. Burying twice, or by two at once, changes nothing.
 */
import type { Warehouse } from '../client.ts';
import { ensurePlaced, feedSql, isPlaced, type PlacedTable, placed, placedTables, placeOf } from '../placed.ts';
import { keysChanged, keysMarked } from './dirty.ts';

/** Rows whose keys are looked at together when all are: bounds the memory of one statement. */
const ROWS_PER_CHUNK = 4_000_000;

/** Conditions on a column with keys: those that changed, and those among them that may be gone. */
type Keys = { changed: (key: string) => string; gone: (key: string) => string };
const among = ({ all, gone }: { all: string; gone: string }): Keys => ({
  changed: (key) => `${key} IN (${all})`,
  gone: (key) => `${key} IN (${gone})`,
});

/**
 * The statements that settle the rows of tables that changed in the stream, or were marked out of band: each list to be run in its order
 * before cells are read. What was marked is fed as well: its writer may have been cut off between a row and its place.
 */
export function settleSql(changed: readonly string[], marked: readonly string[]): string[][] {
  return placedTables
    .map((table) => [
      ...(marked.includes(table)
        ? [feedSql(table, keysMarked(table).all), burySql(table, among(keysMarked(table)))]
        : []),
      ...(changed.includes(table) ? [burySql(table, among(keysChanged(table)))] : []),
    ])
    .filter((statements) => statements.length > 0);
}

/** Feeds and settles every row of every placed table: after copies, whose rows nobody was told of one by one. */
export async function settleEverything(warehouse: Warehouse): Promise<void> {
  const held = await warehouse.query<{ name: string; rows: number }>(
    `SELECT name, max(ifNull(total_rows, 0)) AS rows FROM system.tables WHERE database IN ('raw', 'raw_local') GROUP BY name`,
  );
  for (const { name, rows } of held) {
    if (!isPlaced(name)) continue;
    await ensurePlaced(warehouse, name);
    await warehouse.command(feedSql(name));
    const chunks = Math.max(1, Math.ceil(rows / ROWS_PER_CHUNK));
    for (let chunk = 0; chunk < chunks; chunk++) {
      const within = (key: string) => `cityHash64(${key}) % ${chunks} = ${chunk}`;
      await warehouse.command(burySql(name, { changed: within, gone: within }));
    }
  }
}

/** INSERT … SELECT of the graves of those keys that were at several places, or are gone. */
function burySql(table: PlacedTable, keys: Keys): string {
  const { ownerPlace } = placed[table];
  const { owner, at } = placeOf(table);
  const suspects = `
    SELECT key FROM ops.places_${table} WHERE ${keys.changed('key')} GROUP BY key HAVING uniqExact(${ownerPlace}, at) > 1
    UNION ALL
    SELECT id AS key FROM raw.${table} WHERE ${keys.gone('id')} AND _deleted`;
  return `INSERT INTO ops.placed_${table} (owner, at, id, _version, _deleted)
    SELECT p.owner, p.at, p.key, r.version, true
    FROM (SELECT DISTINCT ${ownerPlace} AS owner, at, key FROM ops.places_${table} WHERE key IN (${suspects})) AS p
    INNER JOIN (
      SELECT id, max(_version) AS version, argMax((${owner}, ${at}, _deleted), _version) AS now
      FROM raw.${table} WHERE id IN (${suspects}) GROUP BY id
    ) AS r ON r.id = p.key
    WHERE r.now.3 OR p.owner != r.now.1 OR p.at != r.now.2`;
}
