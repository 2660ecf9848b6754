/** RowBinary: what is written reads back, and the same values are refused as in TabSeparated. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { binaryColumns, readRow, writeBinary, writeNull } from '../../etl/postgres/binary.ts';
import type { TableShape } from '../../etl/postgres/catalog.ts';
import { columnType, createWriter } from '../../etl/postgres/values.ts';

const typed = (name: string, modifier = -1) => columnType({ name, kind: 'b', modifier });
const shapeOf = (types: ReturnType<typeof typed>[]): TableShape => ({
  source: { table: 't', columns: types.map((_, index) => `c${index}`), key: ['c0'], cells: false },
  oid: 1,
  columns: types.map((type, index) => ({ name: `c${index}`, type, notNull: false, typeOid: 1, modifier: -1 })),
});
const columnsOf = (types: ReturnType<typeof typed>[]) => binaryColumns(shapeOf(types)) ?? [];

/** Writes one optional value behind a key and reads it back. */
function roundTrip(type: ReturnType<typeof typed>, text: string | null): string | null | undefined {
  const columns = columnsOf([typed('int4'), type]);
  const writer = createWriter(4);
  const write = (index: number, value: string | null) => {
    const column = columns[index];
    if (column === undefined) throw new Error('no such column');
    const bytes = Buffer.from(value ?? '');
    if (value === null) writeNull(writer);
    else writeBinary(writer, column, bytes, 0, bytes.length);
  };
  write(0, '7');
  write(1, text);
  const row = Buffer.concat([writer.bytes.subarray(0, writer.length), Buffer.alloc(25)]);
  const { cells, end } = readRow(columns, row, 0);
  expect(cells[0]).toBe('7');
  expect(end).toBe(row.length);
  return cells[1];
}

test('texts, whole numbers and NULL read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      expect(roundTrip(typed('text'), text)).toBe(text);
    }),
  );
  const whole = (name: string, least: bigint, most: bigint) =>
    fc.assert(
      fc.property(fc.bigInt({ min: least, max: most }), (value) => {
        expect(roundTrip(typed(name), String(value))).toBe(String(value));
      }),
    );
  whole('int2', -(2n ** 15n), 2n ** 15n - 1n);
  whole('int4', -(2n ** 31n), 2n ** 31n - 1n);
  whole('int8', -(2n ** 63n), 2n ** 63n - 1n);
  for (const text of ['9007199254740993', '-9223372036854775808', '999999999999999', '-1000000000000000', null])
    expect(roundTrip(typed('int8'), text)).toBe(text);
  expect(roundTrip(typed('bool'), 't')).toBe('t');
  expect(roundTrip(typed('bool'), 'f')).toBe('f');
});

test('floats are the nearest double of their text', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const text = Object.is(value, -0) ? '-0' : String(value);
      expect(roundTrip(typed('float8'), text)).toBe(text);
    }),
  );
  // Decimal texts of up to 15 digits take the short way: it has to give what the long way gives.
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999_99 }), fc.nat(13), (digits, places) => {
      const padded = String(digits).padStart(places + 1, '0');
      const text = places === 0 ? padded : `${padded.slice(0, -places)}.${padded.slice(-places)}`;
      expect(Number(roundTrip(typed('float8'), text))).toBe(Number(text));
      expect(Number(roundTrip(typed('float8'), `-${text}`))).toBe(-Number(text));
    }),
  );
});

test('dates and instants read back to the microsecond from 1900 to 2299', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: BigInt(Date.UTC(1900, 0, 1)) * 1000n, max: BigInt(Date.UTC(2300, 0, 1)) * 1000n - 1n }),
      (micros) => {
        const milliseconds = Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n);
        const rest = String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0');
        const text = `${new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')}${rest}`;
        expect(roundTrip(typed('timestamp', 6), text)).toBe(text);
        expect(roundTrip(typed('timestamptz', 6), `${text}+00`)).toBe(text);
        // Postgres leaves trailing zeros out.
        expect(
          roundTrip(
            typed('timestamp', 6),
            text.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : '')),
          ),
        ).toBe(text);
        expect(roundTrip(typed('date'), text.slice(0, 10))).toBe(text.slice(0, 10));
      },
    ),
  );
  expect(roundTrip(typed('timestamp', 3), '2026-03-01 07:00:00.12')).toBe('2026-03-01 07:00:00.120');
  expect(roundTrip(typed('timestamp', 0), '1969-12-31 23:59:59')).toBe('1969-12-31 23:59:59');
});

test('what the warehouse cannot hold exactly is refused', () => {
  for (const text of [
    'infinity',
    '-infinity',
    '0044-03-15 00:00:00 BC',
    '2300-01-01 00:00:00',
    '1899-12-31 23:59:59',
    '10000-01-01 00:00:00',
  ])
    expect(() => roundTrip(typed('timestamp', 3), text), text).toThrow(/cannot be stored/);
  for (const text of ['infinity', '2300-01-01', '0044-03-15 BC', '12026-01-01'])
    expect(() => roundTrip(typed('date'), text), text).toThrow(/cannot be stored/);
});

test('a table with a column that has no binary form keeps to text', () => {
  const array = columnType({
    name: '_int4',
    kind: 'b',
    modifier: -1,
    element: { name: 'int4', kind: 'b', modifier: -1 },
  });
  expect(binaryColumns(shapeOf([typed('int4'), array]))).toBeUndefined();
  expect(binaryColumns(shapeOf([typed('int4'), typed('float4')]))).toBeUndefined();
});
