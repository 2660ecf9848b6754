/**
 * Buries rows at the places they have left (warehouse/placed.ts), before a refresh reads there.
 * Invariant: of the rows whose changes are worked off, each stands where its newest version is, and nowhere else, whatever is loaded again
 * later: the grave has that version. A row that was only ever at one place and is not gone needs nothing: its versions replace each other
 * there. Burying twice, or by two at once, changes nothing.
 */
import type { Warehouse } from '../client.ts';
import { ensurePlaced, feedSql, isPlaced, type PlacedTable, placed, placedTables, placeOf } from '../placed.ts';
import { keysChanged, keysMarked, type MarkRange } from './dirty.ts';

/** Rows whose keys are looked at together when all are: bounds the memory of one statement. */
const ROWS_PER_CHUNK = 4_000_000;

/** Conditions on a column with keys: those that changed, and those among them that may be gone. */
type Keys = { changed: (key: string) => string; gone: (key: string) => string };
const among = ({ all, gone }: { all: string; gone: string }): Keys => ({
  changed: (key) => `${key} IN (${all})`,
  gone: (key) => `${key} IN (${gone})`,
});

/**
 * Settles the rows of tables that changed in the stream, or were marked out of band, before cells are read. What was marked is fed as well:
 * its writer may have been cut off between a row and its place. Of the tables of the stream those are asked for first in which a row may have
 * left a place: mostly none has.
 */
export async function settle(
  warehouse: Warehouse,
  changed: readonly string[],
  marked: readonly string[],
  range: MarkRange,
): Promise<void> {
  const bury = (table: PlacedTable, keys: Keys) => warehouse.command(burySql(table, keys), range);
  const ofMarks = placedTables
    .filter((table) => marked.includes(table))
    .map(async (table) => {
      await warehouse.command(feedSql(table, keysMarked(table).all), range);
      await bury(table, among(keysMarked(table)));
    });
  const ofStream = async () => {
    const tables = placedTables.filter((table) => changed.includes(table));
    if (tables.length === 0) return;
    const left = await warehouse.query<{ table: PlacedTable }>(
      tables
        .map(
          (table) =>
            `SELECT '${table}' AS table FROM (${suspectsSql(table, among(keysChanged(table)))}) GROUP BY table`,
        )
        .join('\nUNION ALL\n'),
      range,
    );
    await Promise.all(left.map(({ table }) => bury(table, among(keysChanged(table)))));
  };
  await Promise.all([...ofMarks, ofStream()]);
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

/** SELECT of those keys that were at several places, or are gone. */
const suspectsSql = (table: PlacedTable, keys: Keys) => `
    SELECT key FROM ops.places_${table} WHERE ${keys.changed('key')} GROUP BY key HAVING uniqExact(${placed[table].ownerPlace}, at) > 1
    UNION ALL
    SELECT id AS key FROM raw.${table} WHERE ${keys.gone('id')} AND _deleted`;

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
