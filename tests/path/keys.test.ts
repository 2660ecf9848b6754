/** Keys of every type, and large values that an update does not log again: found in the warehouse, the batch or the source. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectEqualBytes } from '../support/bytes.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { copyNow, follow, plainSource } from '../support/tables.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await source.query("ALTER DATABASE postgres SET datestyle = 'SQL, DMY'");
    await source.query("ALTER DATABASE postgres SET timezone = 'Asia/Jakarta'");
    await source.query(`CREATE TYPE part AS ENUM ('pagi', 'siang, sore', 'it''s "late"', 'back\\slash', 'a	tab', '')`);
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

/** A value too large for its row and stored apart from it, so that an update which leaves it alone does not log it. */
const large = (seed: string) => seed.repeat(Math.ceil(9_000 / seed.length));

type KeyType = { columns: Record<string, string>; values: readonly (readonly string[])[] };
const uuid = (n: number) => `0190b7b0-7e1a-7cc3-98c4-dc0c0c07398${n}`;
const keyTypes: Record<string, KeyType> = {
  int: { columns: { k: 'int4' }, values: [['1'], ['-2147483648'], ['2147483647'], ['0'], ['7'], ['8']] },
  bigint: {
    columns: { k: 'int8' },
    values: [['1'], ['9223372036854775807'], ['9007199254740993'], ['9007199254740992'], ['-1'], ['0']],
  },
  uuid: { columns: { k: 'uuid' }, values: [0, 1, 2, 3, 4, 5].map((n) => [uuid(n)]) },
  text: {
    columns: { k: 'text' },
    values: [["it's\ta \\ key\n"], ['\\N'], [''], ['NULL'], ['ünï 🌾\b\f'], [' ']],
  },
  enum: {
    columns: { k: 'part' },
    values: [['pagi'], ['siang, sore'], ['it\'s "late"'], ['back\\slash'], ['a\ttab'], ['']],
  },
  padded: { columns: { k: 'char(5)' }, values: [['a'], ['b'], [''], ['ab'], ['abc'], ['abcde']] },
  boolean: { columns: { k: 'bool', n: 'int4' }, values: ['t', 'f'].flatMap((b) => ['1', '2', '3'].map((n) => [b, n])) },
  instant: {
    columns: { k: 'timestamp(3)' },
    values: [
      '1900-01-01',
      '1969-12-31 23:59:59.5',
      '2026-03-01',
      '2026-03-01 00:00:00.1',
      '2299-12-31',
      '2000-01-01',
    ].map((at) => [at]),
  },
  zoned: {
    columns: { k: 'timestamptz' },
    values: [0, 1, 2, 3, 4, 5].map((n) => [`2026-03-01 00:00:00.00000${n}+07`]),
  },
  date: { columns: { k: 'date' }, values: [1, 2, 3, 4, 5, 6].map((n) => [`2026-03-0${n}`]) },
  numeric: { columns: { k: 'numeric' }, values: [['1.10'], ['1.100001'], ['NaN'], ['0'], ['-5'], ['1e40']] },
  float: { columns: { k: 'float8' }, values: [['0.1'], ['1e22'], ['NaN'], ['-0'], ['5e-324'], ['1e300']] },
  'text and int': {
    columns: { k: 'text', n: 'int4' },
    values: [
      ['a\tb', '1'],
      ['a', '1'],
      ["'", '2'],
      ['', '2'],
      ['a\tb', '2'],
      ['\\', '3'],
    ],
  },
  'enum, uuid and date': {
    columns: { k: 'part', u: 'uuid', d: 'date' },
    values: ['a\ttab', 'pagi'].flatMap((part) => [1, 2, 3].map((n) => [part, uuid(n), `2026-03-0${n}`])),
  },
};

for (const identity of ['DEFAULT', 'FULL'] as const) {
  test.each(Object.entries(keyTypes))(
    `key of %s, identity ${identity}: update, key change, delete, and large values that stay as they were`,
    async (name, { columns, values }) => {
      const table = `key_${identity}_${name.replaceAll(/\W+/g, '_')}`.toLowerCase();
      const key = Object.keys(columns);
      const list = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
      const { source } = stack;
      await source.query(
        `CREATE TABLE ${table} (note text, big text, ${list.join(', ')}, big2 text, PRIMARY KEY (${key.join(', ')}))`,
      );
      await source.query(
        `ALTER TABLE ${table} ALTER big SET STORAGE EXTERNAL, ALTER big2 SET STORAGE EXTERNAL, REPLICA IDENTITY ${identity}`,
      );
      const k = (n: number) => values[n] as readonly string[];
      const params = key.map((_, index) => `$${index + 1}`).join(', ');
      const where = `(${key.join(', ')}) = (${params})`;
      const insert = (n: number, seed: string) =>
        source.query(
          `INSERT INTO ${table} (${key.join(', ')}, note, big, big2) VALUES (${params}, '${seed}', $${key.length + 1}, NULL)`,
          [...k(n), large(seed)],
        );
      const note = (n: number, text: string) =>
        source.query(`UPDATE ${table} SET note = '${text}' WHERE ${where}`, [...k(n)]);
      const move = (from: number, to: number) =>
        source.query(
          `UPDATE ${table} SET ${key.map((column, i) => `${column} = $${key.length + i + 1}`).join(', ')} WHERE ${where}`,
          [...k(from), ...k(to)],
        );
      const remove = (n: number) => source.query(`DELETE FROM ${table} WHERE ${where}`, [...k(n)]);
      const equal = () => expectEqualBytes(stack, table, { ...columns, note: 'text', big: 'text', big2: 'text' });

      for (const n of [0, 1, 2]) await insert(n, `copied ${n}`);
      const shape = await copyNow(stack, plainSource(table, ['note', 'big', ...key, 'big2'], key));
      expect(await equal()).toBe(3);
      await using following = await follow(stack, [shape]);

      await note(0, 'its large value is in the warehouse only');
      await following.load();
      expect(following.sourceReads()).toBe(0);

      await insert(3, 'streamed');
      await note(3, 'its large value is in the batch');
      await move(1, 4);
      await remove(2);
      await following.load();
      expect(await equal()).toBe(3);

      await source.query('BEGIN');
      await note(4, 'twice');
      await move(4, 5);
      await note(5, 'moved within the batch');
      await move(5, 1);
      await source.query('COMMIT');
      await note(0, 'a hole before the large value changes');
      await remove(0);
      await insert(0, 'again');
      await note(0, 'the newer large value counts');
      await source.query(`UPDATE ${table} SET big2 = big, big = NULL WHERE ${where}`, [...k(3)]);
      await note(3, 'the other hole');
      await following.load();
      expect(await equal()).toBe(3);

      // What the warehouse does not hold comes from the source.
      const before = following.sourceReads();
      await stack.warehouse.command(`TRUNCATE TABLE raw.${table}`);
      for (const n of [0, 1, 3]) await note(n, 'read again');
      await following.load();
      expect(await equal()).toBe(3);
      expect(following.sourceReads()).toBe(before + 3);
    },
  );
}

test.each(['copied again', 'parked in part'])(
  'a hole is not filled from an older row while the table is %s: the value between may be missing',
  async (why) => {
    const { source, warehouse } = stack;
    const table = why === 'copied again' ? 'hole_copying' : 'hole_parked';
    await source.query(`CREATE TABLE ${table} (k int PRIMARY KEY, note text, big text)`);
    await source.query(`ALTER TABLE ${table} ALTER big SET STORAGE EXTERNAL`);
    await source.query(`INSERT INTO ${table} VALUES (1, 'before', $1)`, [large('old')]);
    const shape = await copyNow(stack, plainSource(table, ['k', 'note', 'big'], ['k']));
    // Nobody follows yet.
    await source.query(`UPDATE ${table} SET big = $1`, [large('new')]);
    await using following = await follow(stack, [shape]);
    await (why === 'copied again'
      ? warehouse.insertRows('ops.tables', [{ table, state: 'copying', reason: '', slot_id: '' }])
      : warehouse.insertRows('ops.parked', [{ id: table, reason: `${table}: a value`, state: 'parked' }]));
    await source.query(`UPDATE ${table} SET note = 'after'`);
    await following.load();
    expect(await expectEqualBytes(stack, table, { k: 'int4', note: 'text', big: 'text' })).toBe(1);
    expect(following.sourceReads()).toBe(1);
  },
);
