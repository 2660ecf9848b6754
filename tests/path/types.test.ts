/** Types through copy and stream, equal to the byte. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare, connectComparison, nextSourceRows } from '../../etl/compare.ts';
import type { TableShape } from '../../etl/postgres/catalog.ts';
import { createLogger } from '../../platform/log.ts';
import { expectEqualBytes } from '../support/bytes.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { copyNow, follow, parkedReasons, plainSource, shapeOf } from '../support/tables.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    // Sessions opened from now on print everything differently, unless they say how they want it.
    for (const setting of [
      "timezone = 'Asia/Jakarta'",
      "datestyle = 'SQL, DMY'",
      "intervalstyle = 'sql_standard'",
      "bytea_output = 'escape'",
      'extra_float_digits = -15',
      'standard_conforming_strings = off',
    ]) {
      await source.query(`ALTER DATABASE postgres SET ${setting}`);
    }
    await source.query(
      `CREATE TYPE mood AS ENUM ('ok', 'so, so', 'it''s "fine"', 'back\\slash', ' ', '', 'NULL', '{x}', 'ünï 🌾')`,
    );
    await source.query('CREATE DOMAIN portions AS int CHECK (VALUE >= 0)');
    await source.query('CREATE DOMAIN few_portions AS portions CHECK (VALUE < 10)');
    await source.query('CREATE DOMAIN moods AS mood[]');
  });
  await stack.source.query("SET intervalstyle = 'iso_8601'");
});
afterAll(() => stack[Symbol.asyncDispose]());

/** Column → [type, values as Postgres reads them]; columns shorter than the longest end in NULLs. */
type Columns = Record<string, readonly [type: string, values: readonly (string | null)[]]>;

async function createTable(table: string, columns: Columns): Promise<void> {
  const list = Object.entries(columns).map(([name, [type]]) => `${name} ${type}`);
  await stack.source.query(`CREATE TABLE ${table} (id int PRIMARY KEY, ${list.join(', ')})`);
}

async function fill(table: string, columns: Columns, firstId: number): Promise<void> {
  const names = Object.keys(columns);
  await stack.source.query(
    `INSERT INTO ${table} (id, ${names.join(', ')})
     SELECT ${firstId} + o, ${names.map((name) => `${name}::${columns[name]?.[0]}`).join(', ')}
     FROM unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(', ')}) WITH ORDINALITY u (${names.join(', ')}, o)`,
    // One NULL at least in every column.
    Object.values(columns).map(([, values]) => [...values, null]),
  );
}

/** The same values copied and streamed; both have to be what the source holds. */
async function throughBoth(table: string, columns: Columns): Promise<TableShape> {
  await createTable(table, columns);
  await fill(table, columns, 0);
  const shape = await copyNow(stack, plainSource(table, ['id', ...Object.keys(columns)]));
  await using following = await follow(stack, [shape]);
  await fill(table, columns, 1_000_000);
  await following.load();
  const count = Math.max(...Object.values(columns).map(([, values]) => values.length)) + 1;
  const types = Object.fromEntries(Object.entries(columns).map(([name, [type]]) => [name, type]));
  expect(await expectEqualBytes(stack, table, { id: 'int4', ...types })).toBe(2 * count);
  expect(await parkedReasons(stack, table)).toEqual([]);
  return shape;
}

/** Source and warehouse hash every row alike, so reconciliation has nothing to repair. */
async function expectReconciled(shape: TableShape): Promise<void> {
  const source = await connectComparison(stack.databaseUrl);
  try {
    const context = {
      source,
      warehouse: stack.warehouse,
      log: createLogger({ LOG_LEVEL: 'silent', LOG_PRETTY: 'off' }, 'test'),
    };
    const looks = await nextSourceRows(context, shape, [], 100_000);
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.filter((look) => look.hash === null)).toEqual([]);
    expect(await compare(context, shape, looks)).toEqual([]);
  } finally {
    await source.end();
  }
}

const texts = [
  '',
  ' ',
  'NULL',
  '\\N',
  '\\\\',
  '\\t',
  "it's",
  '"quoted"',
  'tab\there',
  'line\nbreak\r\nand return\r',
  'bell\u0007 back\b feed\f vertical\v escape\u001b unit\u001f delete\u007f',
  'pangan 🍚 keluarga 👨‍👩‍👧',
  'e\u0301 and \u00e9 are not the same',
  '\u200b\u202e\ufeff\u{10ffff}',
  '{a,b}',
  '[1,2]',
  'x'.repeat(100_000),
];
const literal = (items: readonly (string | null)[]) =>
  `{${items.map((item) => (item === null ? 'NULL' : `"${item.replaceAll(/[\\"]/g, '\\$&')}"`)).join(',')}}`;
const floats8 = [
  '0',
  '-0',
  'NaN',
  'Infinity',
  '-Infinity',
  '5e-324',
  '-5e-324',
  '2.2250738585072011e-308',
  '2.2250738585072014e-308',
  '1.7976931348623157e308',
  '-1.7976931348623157e308',
  '0.1',
  '0.30000000000000004',
  '9007199254740993',
  '123456789012345680',
  '1e22',
  '1e23',
  '8.41e21',
  '9.5367431640625e-07',
  '3.141592653589793',
];
const floats4 = [
  '0',
  '-0',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e-45',
  '1.1754942e-38',
  '3.4028235e38',
  '0.1',
  '16777217',
  '7.038531e-26',
];
const numerics = [
  '0',
  '0.00',
  '-0.0000000000000000000000001',
  '1.10',
  'NaN',
  'Infinity',
  '-Infinity',
  '9'.repeat(1_000),
  `-${'1234567890'.repeat(100)}.${'0987654321'.repeat(100)}`,
];
const instants = [
  '1900-01-01 00:00:00',
  '1900-01-01 00:00:00.000001',
  '1969-12-31 23:59:59.999999',
  '1969-12-31 23:59:59.5',
  '1970-01-01 00:00:00',
  '2000-02-29 12:34:56.123456',
  '2026-03-01 17:30:00.1',
  '2026-03-01 17:30:00.000100',
  '2262-04-11 23:47:16.854776',
  '2299-12-31 23:59:59.999999',
];
const zoned = instants.flatMap((at) => [
  `${at}+00`,
  ...(at.startsWith('1900') || at.startsWith('2299') ? [] : [`${at}+07`, `${at}-03:30`]),
]);
const dates = ['1900-01-01', '1969-12-31', '1970-01-01', '2000-02-29', '2026-03-01', '2299-12-31'];
const moods = ['ok', 'so, so', 'it\'s "fine"', 'back\\slash', ' ', '', 'NULL', '{x}', 'ünï 🌾'];
const uuids = [
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '0190b7b0-7e1a-7cc3-98c4-dc0c0c07398f',
];

test('numbers: limits of integers, numerics of any precision, edge values of floats, booleans', async () => {
  const shape = await throughBoth('numbers', {
    b: ['bool', ['true', 'false']],
    i2: ['int2', ['-32768', '32767', '0']],
    i4: ['int4', ['-2147483648', '2147483647', '0']],
    i8: ['int8', ['-9223372036854775808', '9223372036854775807', '9007199254740993']],
    f4: ['float4', floats4],
    f8: ['float8', floats8],
    n: ['numeric', numerics],
    n2: ['numeric(12,2)', ['0', '1.1', '-9999999999.99', 'NaN']],
  });
  await expectReconciled(shape);
});

test('text: empty against NULL, unicode, control characters, padding, enums with odd labels, uuid, bytea', async () => {
  const shape = await throughBoth('texts', {
    t: ['text', texts],
    v: ['varchar(20)', ['', 'a', 'trailing   ', '20 characters 🍚🍚🍚🍚🍚🍚']],
    c: ['char(6)', ['', 'a', ' b', 'sixsix']],
    u: ['uuid', uuids],
    m: ['mood', moods],
    y: ['bytea', ['\\x', '\\x00', '\\x0001ff5c6e0a0d09', '\\xdeadbeef', '\\x27225c']],
    d: ['few_portions', ['0', '9']],
  });
  await expectReconciled(shape);
});

test('JSON null against SQL NULL; JSON keeps its text', async () => {
  const documents = [
    'null',
    '""',
    '"null"',
    '{}',
    '[]',
    '[null]',
    '{"a": "\\u0007\\t\\"\\\\ é 🍚", "n": 1.10, "big": 12345678901234567890123}',
  ];
  const shape = await throughBoth('documents', {
    j: ['json', [...documents, ' { "a" :\n\t1, "a": 2 } ']],
    b: ['jsonb', documents],
  });
  await expectReconciled(shape);
});

test('instants: both ends of what fits, microseconds, before 1970, other zones than UTC', async () => {
  const shape = await throughBoth('instants', {
    at: ['timestamp', instants],
    at0: ['timestamp(0)', instants.slice(0, -1)],
    at3: ['timestamp(3)', instants.slice(0, -1)],
    z: ['timestamptz', zoned],
    d: ['date', dates],
    t: ['time', ['00:00:00', '24:00:00', '12:34:56.000001']],
    tz: ['timetz', ['00:00:00+07', '23:59:59.999999-12:30']],
    i: ['interval', ['0', '1 year 2 mons -3 days 04:05:06.000007', '-1 microsecond', '178000000 years']],
  });
  await expectReconciled(shape);
});

test('arrays: NULL, empty, NULLs inside, quotes, escapes, every kind of element', async () => {
  await throughBoth('arrays', {
    t: ['text[]', [literal([]), literal([null]), literal(texts), literal(['']), literal(['NULL', null])]],
    v: ['varchar(9)[]', [literal(['a', ' b ']), '{}']],
    c: ['char(4)[]', [literal(['a', ' b', null]), '{}']],
    m: ['mood[]', [literal(moods), literal([null, 'so, so'])]],
    dm: ['moods', [literal(moods), '{}']],
    b: ['bool[]', ['{t,f,NULL}', '{}']],
    i: ['int4[]', ['{1,NULL,-2147483648}', '{}', '{2147483647}']],
    i8: ['int8[]', ['{-9223372036854775808,9223372036854775807}']],
    f4: ['float4[]', [`{${floats4.join(',')},NULL}`]],
    f8: ['float8[]', [`{${floats8.join(',')},NULL}`]],
    n: ['numeric[]', [`{${numerics.join(',')},NULL}`]],
    at: ['timestamp[]', [literal([...instants, null])]],
    z: ['timestamptz[]', [literal([...zoned, null])]],
    d: ['date[]', [literal([...dates, null])]],
    u: ['uuid[]', [literal([...uuids, null])]],
    j: ['jsonb[]', [literal(['null', '{"a": "b,\\"c\\\\"}', null])]],
    y: ['bytea[]', [literal(['\\x00', '\\x5c27', null])]],
  });
});

test('any value of a type: generated, all in one copy and one batch', async () => {
  const sample = <T>(values: fc.Arbitrary<T>, print: (value: T) => string) =>
    fc.sample(values, { numRuns: 3_000, seed: 20_260_301 }).map(print);
  const anyText = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
  const number = (value: number) => (Object.is(value, -0) ? '-0' : String(value));
  const micros = fc.bigInt({ min: -2_208_988_800_000_000n, max: 10_413_791_999_999_999n });
  const anyInstant = (value: bigint) => {
    const rest = ((value % 1_000n) + 1_000n) % 1_000n;
    return new Date(Number((value - rest) / 1_000n)).toISOString().replace('Z', String(rest).padStart(3, '0'));
  };
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 60 });
  await throughBoth('anything', {
    t: ['text', sample(anyText, String)],
    f4: ['float4', sample(fc.float(), number)],
    f8: ['float8', sample(fc.double(), number)],
    i8: ['int8', sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), String)],
    n: ['numeric', sample(fc.tuple(digits, digits), ([whole, part]) => `-${whole}.${part}`)],
    at: ['timestamp', sample(micros, anyInstant)],
    z: ['timestamptz', sample(micros, (value) => `${anyInstant(value)}+00`)],
    at3: ['timestamp(3)', sample(micros, (value) => anyInstant(value - (value % 1_000n)))],
    j: ['jsonb', sample(fc.json(), (json) => json.replaceAll('\\u0000', '').replaceAll(/\\ud[89a-f]../gi, ''))],
    y: ['bytea', sample(fc.uint8Array(), (bytes) => `\\x${Buffer.from(bytes).toString('hex')}`)],
    ts: ['text[]', sample(fc.array(fc.option(anyText), { maxLength: 5 }), literal)],
    fs: ['float8[]', sample(fc.array(fc.double(), { maxLength: 5 }), (items) => `{${items.map(number).join(',')}}`)],
    ms: ['mood[]', sample(fc.array(fc.option(fc.constantFrom(...moods)), { maxLength: 5 }), literal)],
  });
});

test('what cannot be stored exactly is parked with its reason, by copy and stream alike; the rest flows', async () => {
  const refused: [string, string][] = [
    ['at', 'infinity'],
    ['at', '-infinity'],
    ['at', '0044-03-15 00:00:00 BC'],
    ['at', '1899-12-31 23:59:59.999999'],
    ['at', '2300-01-01 00:00:00'],
    ['at', '9999-12-31 23:59:59'],
    ['at', '294276-12-31 23:59:59'],
    ['z', '1900-01-01 00:00:00+07'],
    ['z', '2299-12-31 23:59:59-01'],
    ['z', 'infinity'],
    ['d', 'infinity'],
    ['d', '0001-01-01 BC'],
    ['d', '1899-12-31'],
    ['d', '2300-01-01'],
    ['d', '5874897-12-31'],
    ['ats', '{"2026-01-01 00:00:00",infinity}'],
    ['zs', '{"1900-01-01 00:00:00+07"}'],
    ['ds', '{9999-12-31,NULL}'],
    ['i', '{{1,2},{3,4}}'],
    ['i', '[0:1]={1,2}'],
    ['t', '[2:2]={x}'],
  ];
  await stack.source.query(
    `CREATE TABLE refused (id int PRIMARY KEY, at timestamp, z timestamptz, d date, ats timestamp[], zs timestamptz[],
       ds date[], i int[], t text[])`,
  );
  const insert = async (firstId: number) => {
    for (const [n, [column, value]] of refused.entries()) {
      await stack.source.query(`INSERT INTO refused (id, ${column}) VALUES ($1, $2)`, [firstId + n, value]);
    }
    await stack.source.query(`INSERT INTO refused (id, at, i) VALUES ($1, '2026-03-01', '{1}')`, [firstId + 500]);
  };
  await insert(0);
  const shape = await copyNow(stack, plainSource('refused', ['id', 'at', 'z', 'd', 'ats', 'zs', 'ds', 'i', 't']));
  expect(await parkedReasons(stack, 'refused')).toHaveLength(refused.length);
  await using following = await follow(stack, [shape]);
  await insert(1_000);
  await following.load();
  const parked = await parkedReasons(stack, 'refused');
  expect(parked).toHaveLength(2 * refused.length);
  for (const reason of parked) expect(reason).toMatch(/cannot be stored exactly|not supported/);
  expect(await stack.warehouse.query('SELECT id FROM raw.refused FINAL WHERE NOT _deleted ORDER BY id')).toEqual([
    { id: 500 },
    { id: 1_500 },
  ]);
});

test('a type the product does not know sets its table aside, naming column and type', async () => {
  await stack.source.query('CREATE DOMAIN cost AS money');
  await stack.source.query('CREATE TABLE odd (id int PRIMARY KEY, place point, c cost, spans int4range[])');
  for (const [column, type] of [
    ['place', 'point'],
    ['c', 'money'],
    ['spans', 'int4range'],
  ] as const) {
    await expect(shapeOf(stack, plainSource('odd', ['id', column]))).rejects.toThrow(
      new RegExp(`column ${column}.*type ${type}`),
    );
  }
});
