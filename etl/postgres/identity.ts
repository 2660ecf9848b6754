/**
 * Replica identity: what the log tells of a row that is updated or deleted.
 * Invariant: a table is followed only when its old rows carry every column of its key; otherwise an old row would not be
 * found, or would be mistaken for another.
 */
import type { Relation } from '../decode.ts';
import type { Source } from '../source.ts';

/** `kind` as in pg_class.relreplident; `columns` are those that old rows carry, not looked at when the kind is full. */
type Identity = { kind: string; columns: readonly string[] };

/** Why a table of this identity cannot be followed by its key, with the remedy; undefined when it can. */
export function identityOf(table: string, key: readonly string[], { kind, columns }: Identity): string | undefined {
  if (kind === 'f') return undefined;
  const remedy = `ALTER TABLE ${table} REPLICA IDENTITY DEFAULT`;
  if (kind === 'n')
    return `the replica identity of ${table} is NOTHING, so updates and deletes cannot be followed: ${remedy}`;
  const lacking = key.filter((column) => !columns.includes(column));
  if (kind === 'd')
    return lacking.length > 0 || columns.length > key.length ? keyFault(table, key, columns) : undefined;
  if (lacking.length === 0) return undefined;
  return `the replica identity of ${table} is an index on (${columns.join(', ')}), which lacks the key column(s) ${lacking.join(', ')}: ${remedy}`;
}

/** Says that the primary key is another than expected, or none. */
export function keyFault(table: string, key: readonly string[], found: readonly string[]): string {
  const expected = key.map((column) => `"${column}"`).join(', ');
  return found.length === 0
    ? `${table} has no primary key (a deferrable one does not count), so its rows cannot be told apart: ALTER TABLE ${table} ADD PRIMARY KEY (${expected})`
    : `the primary key of ${table} is (${found.join(', ')}), expected (${key.join(', ')})`;
}

/** The same of a relation as the stream announces it: identities change while streaming. */
export function identityFault(relation: Relation, { source }: { source: Source }): string | undefined {
  const columns = relation.columns.filter((_, index) => relation.keys[index]);
  return identityOf(relation.table, source.key, { kind: relation.identity, columns });
}
