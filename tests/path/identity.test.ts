/** Replica identity: followed when the log tells the key of a row that goes, refused with the remedy when it does not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkTable } from '../../etl/postgres/catalog.ts';
import { expectEqualBytes } from '../support/bytes.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { copyNow, follow, plainSource } from '../support/tables.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack[Symbol.asyncDispose]());

const faultOf = async (table: string, columns = ['id', 'code'], key = ['id']) => {
  const check = await checkTable(stack.source, plainSource(table, columns, key));
  return 'fault' in check ? check.fault : undefined;
};

test('identity by an index that has the key is followed', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE indexed (id int PRIMARY KEY, code text NOT NULL, note text)');
  await source.query('CREATE UNIQUE INDEX indexed_id ON indexed (id)');
  await source.query('CREATE UNIQUE INDEX indexed_both ON indexed (code, id)');
  await source.query("INSERT INTO indexed VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  const shape = await copyNow(stack, plainSource('indexed', ['id', 'code', 'note']));
  await using following = await follow(stack, [shape]);
  for (const index of ['indexed_id', 'indexed_both', 'indexed_pkey']) {
    await source.query(`ALTER TABLE indexed REPLICA IDENTITY USING INDEX ${index}`);
    expect(await faultOf('indexed')).toBeUndefined();
    await source.query("UPDATE indexed SET code = code || 'x' WHERE id = 1");
    await source.query('UPDATE indexed SET id = id + 10 WHERE id = (SELECT max(id) FROM indexed)');
    await source.query('DELETE FROM indexed WHERE id = (SELECT max(id) FROM indexed WHERE id < 4 AND id > 1)');
    await source.query(`INSERT INTO indexed VALUES (${3}, 'again') ON CONFLICT DO NOTHING`);
    await following.load();
    await expectEqualBytes(stack, 'indexed', { id: 'int4', code: 'text', note: 'text' });
  }
});

test('identity FULL is followed: key changes, deletes, and large values that an update does not touch', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE whole (id int PRIMARY KEY, code text, large text)');
  await source.query('ALTER TABLE whole ALTER COLUMN large SET STORAGE EXTERNAL');
  await source.query('ALTER TABLE whole REPLICA IDENTITY FULL');
  await source.query(`INSERT INTO whole SELECT g, 'a', repeat(md5(g::text), 300) FROM generate_series(1, 4) g`);
  expect(await faultOf('whole')).toBeUndefined();
  const shape = await copyNow(stack, plainSource('whole', ['id', 'code', 'large']));
  await using following = await follow(stack, [shape]);
  await source.query("UPDATE whole SET code = 'b' WHERE id = 1");
  await source.query('UPDATE whole SET id = 20 WHERE id = 2');
  await source.query('UPDATE whole SET large = NULL WHERE id = 3');
  await source.query('DELETE FROM whole WHERE id = 4');
  await source.query("INSERT INTO whole VALUES (4, 'again', 'x')");
  await following.load();
  expect(await expectEqualBytes(stack, 'whole', { id: 'int4', code: 'text', large: 'text' })).toBe(4);
});

test('a unique index that is both key and identity will do where there is no primary key', async () => {
  await stack.source.query('CREATE TABLE keyed (id int NOT NULL UNIQUE, code text)');
  expect(await faultOf('keyed')).toContain('ALTER TABLE keyed ADD PRIMARY KEY ("id")');
  await stack.source.query('ALTER TABLE keyed REPLICA IDENTITY FULL');
  expect(await faultOf('keyed')).toContain('ALTER TABLE keyed ADD PRIMARY KEY ("id")');
  await stack.source.query('ALTER TABLE keyed REPLICA IDENTITY USING INDEX keyed_id_key');
  expect(await faultOf('keyed')).toBeUndefined();
});

test('columns that a primary key only includes are no part of it', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE covered (id int, code text, PRIMARY KEY (id) INCLUDE (code))');
  await source.query("INSERT INTO covered VALUES (1, 'a'), (2, 'b')");
  const shape = await copyNow(stack, plainSource('covered', ['id', 'code']));
  await using following = await follow(stack, [shape]);
  await source.query("UPDATE covered SET code = 'c' WHERE id = 1");
  await source.query('UPDATE covered SET id = 3 WHERE id = 2');
  await following.load();
  expect(await expectEqualBytes(stack, 'covered', { id: 'int4', code: 'text' })).toBe(2);
});

test('identity by an index without the key is refused with the remedy', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE coded (id int PRIMARY KEY, code text NOT NULL UNIQUE)');
  await source.query('ALTER TABLE coded REPLICA IDENTITY USING INDEX coded_code_key');
  expect(await faultOf('coded')).toMatch(/index on \(code\).*lacks.* id: ALTER TABLE coded REPLICA IDENTITY DEFAULT$/);
  await source.query('ALTER TABLE coded REPLICA IDENTITY DEFAULT');
  expect(await faultOf('coded')).toBeUndefined();
});

test('identity NOTHING, no key, another key, a deferrable key: refused, each with its remedy', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE nothing (id int PRIMARY KEY, code text)');
  await source.query('ALTER TABLE nothing REPLICA IDENTITY NOTHING');
  expect(await faultOf('nothing')).toMatch(/NOTHING.*ALTER TABLE nothing REPLICA IDENTITY DEFAULT$/);
  await source.query('CREATE TABLE keyless (id int, code text)');
  expect(await faultOf('keyless')).toContain('ALTER TABLE keyless ADD PRIMARY KEY ("id")');
  await source.query('ALTER TABLE keyless REPLICA IDENTITY FULL');
  expect(await faultOf('keyless')).toContain('ALTER TABLE keyless ADD PRIMARY KEY ("id")');
  await source.query('CREATE TABLE other (id int, code text, PRIMARY KEY (id, code))');
  expect(await faultOf('other')).toBe('the primary key of other is (id, code), expected (id)');
  expect(await faultOf('other', ['id', 'code'], ['id', 'code'])).toBeUndefined();
  expect(await faultOf('other', ['id', 'code'], ['code', 'id'])).toBeUndefined();
  await source.query('CREATE TABLE late (id int PRIMARY KEY DEFERRABLE, code text)');
  expect(await faultOf('late')).toContain('deferrable');
});

test('an index that identified rows and is gone, an unlogged table, a key of arrays: refused', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE unindexed (id int PRIMARY KEY, code text NOT NULL UNIQUE)');
  await source.query('ALTER TABLE unindexed REPLICA IDENTITY USING INDEX unindexed_code_key');
  await source.query('ALTER TABLE unindexed DROP CONSTRAINT unindexed_code_key');
  expect(await faultOf('unindexed')).toContain('ALTER TABLE unindexed REPLICA IDENTITY DEFAULT');
  await source.query('CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY, code text)');
  expect(await faultOf('unlogged')).toContain('ALTER TABLE unlogged SET LOGGED');
  await source.query('CREATE TABLE arrayed (id int[] PRIMARY KEY, code text)');
  expect(await faultOf('arrayed')).toContain('key column id is an array');
});

test('a partition whose identity lacks the key sets the table aside', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE parted (id int PRIMARY KEY, code text NOT NULL) PARTITION BY RANGE (id)');
  await source.query('CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10)');
  await source.query('CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (10) TO (20)');
  expect(await faultOf('parted')).toBeUndefined();
  await source.query('CREATE UNIQUE INDEX parted_high_code ON parted_high (code)');
  await source.query('ALTER TABLE parted_high REPLICA IDENTITY USING INDEX parted_high_code');
  expect(await faultOf('parted')).toContain('ALTER TABLE parted_high REPLICA IDENTITY DEFAULT');
});

test('an identity changed while streaming is noticed before a row is mistaken', async () => {
  const { source } = stack;
  await source.query('CREATE TABLE turned (id int PRIMARY KEY, code text NOT NULL UNIQUE)');
  await source.query("INSERT INTO turned VALUES (1, 'a'), (2, 'b')");
  const shape = await copyNow(stack, plainSource('turned', ['id', 'code']));
  await using following = await follow(stack, [shape]);
  await source.query("UPDATE turned SET code = 'c' WHERE id = 1");
  await following.load();
  await source.query('ALTER TABLE turned REPLICA IDENTITY USING INDEX turned_code_key');
  await source.query('DELETE FROM turned WHERE id = 2');
  await expect(following.load()).rejects.toThrow('ALTER TABLE turned REPLICA IDENTITY DEFAULT');
  expect(await stack.warehouse.query('SELECT id, code FROM raw.turned FINAL WHERE NOT _deleted ORDER BY id')).toEqual([
    { id: 1, code: 'c' },
    { id: 2, code: 'b' },
  ]);
});
