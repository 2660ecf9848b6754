/**
 * Buries rows at the places they have left (warehouse/placed.ts), before a refresh reads there.
 * Invariant: of the rows whose changes are worked off, each stands where its newest version is, and nowhere else, whatever is loaded again
 * later: the grave has that version. A row that was only ever at one place and is not gone needs nothing: its versions replace each other
 * there. Burying twice, or by two at once, changes nothing.
 */
import type { Warehouse } from '../client.ts';
import { ensurePlaced, feedSql, isPlaced, type PlacedTable, placed, placedTables, placeOf } from '../placed.ts';
import { keysChanged, keysMarked, type MarkRange, placesOf } from './dirty.ts';

/** Rows whose keys are looked at together when all are: bounds the memory of one statement. */
const ROWS_PER_CHUNK = 4_000_000;

/** The places of keys that changed, and a condition on the ids among them that may be gone. */
type Keys = { places: string; gone: string };
const among = (table: PlacedTable, { all, gone }: { all: string; gone: string }): Keys => ({
  places: `ops.places_${table} WHERE key IN (${all})`,
  gone: `id IN (${gone})`,
});

/** Feeds and settles the rows that were marked out of band: their writer may have been cut off between a row and its place. */
export async function settleMarked(warehouse: Warehouse, marked: readonly string[], range: MarkRange): Promise<void> {
  const tables = placedTables.filter((table) => marked.includes(table));
  await Promise.all(
    tables.map(async (table) => {
      await warehouse.command(feedSql(table, keysMarked(table).all), range);
      await warehouse.command(burySql(table, among(table, keysMarked(table))), range);
    }),
  );
}

/** Settles the rows that changed in the stream, of tables which one may have left a place of. */
export async function settleStreamed(
  warehouse: Warehouse,
  left: readonly PlacedTable[],
  range: MarkRange,
): Promise<void> {
  await Promise.all(left.map((table) => warehouse.command(burySql(table, among(table, keysChanged(table))), range)));
}

/** SELECTs of the names of those tables among the changed ones of which a row may have left a place: mostly none has. */
export const leftSql = (changed: readonly string[], few: boolean): string[] =>
  placedTables
    .filter((table) => changed.includes(table))
    .map((table) => {
      const { all, gone } = keysChanged(table);
      const suspects = suspectsSql(table, { places: placesOf(table, `(${all})`, few), gone: `id IN (${gone})` });
      return `SELECT '${table}' AS table FROM (${suspects}) GROUP BY table`;
    });

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
      await warehouse.command(
        burySql(name, { places: `ops.places_${name} WHERE ${within('key')}`, gone: within('id') }),
      );
    }
  }
}

/** SELECT of those keys that were at several places, or are gone. */
const suspectsSql = (table: PlacedTable, { places, gone }: Keys) => `
    SELECT key FROM ${places} GROUP BY key HAVING uniqExact(${placed[table].ownerPlace}, at) > 1
    UNION ALL
    SELECT id AS key FROM raw.${table} WHERE ${gone} AND _deleted`;

/** INSERT … SELECT of the graves of suspects. */
function burySql(table: PlacedTable, keys: Keys): string {
  const { ownerPlace } = placed[table];
  const { owner, at } = placeOf(table);
  const suspects = suspectsSql(table, keys);
  return `INSERT INTO ops.placed_${table} (owner, at, id, _version, _deleted)
    SELECT p.owner, p.at, p.key, r.version, true
    FROM (SELECT DISTINCT ${ownerPlace} AS owner, at, key FROM ops.places_${table} WHERE key IN (${suspects})) AS p
    INNER JOIN (
      SELECT id, max(_version) AS version, argMax((${owner}, ${at}, _deleted), _version) AS now
      FROM raw.${table} WHERE id IN (${suspects}) GROUP BY id
    ) AS r ON r.id = p.key
    WHERE r.now.3 OR p.owner != r.now.1 OR p.at != r.now.2`;
}
