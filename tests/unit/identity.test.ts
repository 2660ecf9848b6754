/** A relation of the stream is followed only when its old rows carry the key. */
import { expect, test } from 'vitest';
import type { Relation } from '../../etl/decode.ts';
import { identityFault } from '../../etl/postgres/identity.ts';

const source = { table: 'kitchens', columns: ['id', 'code'], key: ['id'], cells: false };
/** A relation message of (id, code, note) whose `flagged` columns are part of the identity. */
const relation = (identity: string, flagged: readonly string[]): Relation => {
  const columns = ['id', 'code', 'note'];
  const keys = columns.map((column) => flagged.includes(column));
  const { table } = source;
  return { oid: 1, schema: 'public', table, identity, columns, keys, typeOids: [23, 25, 25], modifiers: [-1, -1, -1] };
};
const fault = (identity: string, flagged: readonly string[], key = ['id']) =>
  identityFault(relation(identity, flagged), { source: { ...source, key } });

test('old rows that carry the whole key are followed', () => {
  expect(fault('d', ['id'])).toBeUndefined();
  expect(fault('d', ['id', 'code'], ['code', 'id'])).toBeUndefined();
  expect(fault('f', ['id', 'code', 'note'])).toBeUndefined();
  expect(fault('i', ['id'])).toBeUndefined();
  expect(fault('i', ['code', 'id'])).toBeUndefined();
});

test('an identity without the key names the remedy', () => {
  const remedy = /: ALTER TABLE kitchens REPLICA IDENTITY DEFAULT$/;
  expect(fault('n', [])).toMatch(remedy);
  expect(fault('i', ['code'])).toMatch(remedy);
  expect(fault('i', ['code'])).toContain('lacks the key column(s) id');
  expect(fault('i', ['id'], ['id', 'code'])).toMatch(remedy);
  // The index is gone.
  expect(fault('i', [])).toMatch(remedy);
});

test('another primary key, or none, is said', () => {
  expect(fault('d', [])).toContain('ALTER TABLE kitchens ADD PRIMARY KEY ("id")');
  expect(fault('d', ['id', 'code'])).toBe('the primary key of kitchens is (id, code), expected (id)');
  expect(fault('d', ['code'])).toBe('the primary key of kitchens is (code), expected (id)');
});
