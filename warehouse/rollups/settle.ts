/**
 * Buries rows at the places they have left (warehouse/placed.ts), before a refresh reads there.
 * Invariant: of the rows whose changes are worked off, each stands where its newest version is, and nowhere else. A row that was only ever
 * at one place and is not gone needs nothing: its versions replace each other there. Burying twice changes nothing.
 */
import { placed } from '../placed.ts';
import { keysChanged, keysMarked } from './dirty.ts';

/** One INSERT … SELECT for each of the tables that changed in the stream, or were marked out of band, and has placed rows. */
export function settleSql(changed: readonly string[], marked: readonly string[]): string[] {
  return Object.entries(placed).flatMap(([table, { owner, at, ownerPlace }]) => {
    const keys = [
      ...(changed.includes(table) ? [keysChanged(table)] : []),
      ...(marked.includes(table) ? [keysMarked(table)] : []),
    ];
    if (keys.length === 0) return [];
    const union = (of: readonly string[]) => of.join(' UNION ALL ');
    const suspects = `
      SELECT key FROM ops.places_${table} WHERE key IN (${union(keys.map(({ all }) => all))})
      GROUP BY key HAVING uniqExact(${ownerPlace}, at) > 1
      UNION ALL
      SELECT id AS key FROM raw.${table} WHERE id IN (${union(keys.map(({ gone }) => gone))}) AND _deleted`;
    return `INSERT INTO ops.placed_${table} (${owner}, ${at}, id, _version, _deleted)
      SELECT p.owner, p.at, p.key, r.version, true
      FROM (SELECT ${ownerPlace} AS owner, at, key FROM ops.places_${table} WHERE key IN (${suspects})) AS p
      INNER JOIN (
        SELECT id, max(_version) AS version, argMax((${owner}, ${at}, _deleted), _version) AS now
        FROM raw.${table} WHERE id IN (${suspects}) GROUP BY id
      ) AS r ON r.id = p.key
      WHERE r.now.3 OR p.owner != r.now.1 OR p.at != r.now.2`;
  });
}
