/** Values round-trip from Postgres text to TSV without loss, or are refused. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arrayLiteral,
  type ColumnType,
  columnType,
  createWriter,
  unescapeCell,
  writeValue,
} from '../../etl/postgres/values.ts';

const write = (type: ColumnType, text: string): string => {
  const writer = createWriter(8);
  const bytes = Buffer.from(text);
  writeValue(writer, type, bytes, 0, bytes.length);
  return writer.bytes.toString('utf8', 0, writer.length);
};
const scalar = (name: string) => columnType({ name, kind: 'b', modifier: -1 });

test('any text survives escaping', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const text = raw.replaceAll('\0', '');
      const written = write(scalar('text'), text);
      expect(written).not.toMatch(/[\t\n\r]/);
      expect(unescapeCell(written)).toBe(Buffer.from(text).toString());
    }),
  );
});

test('instants outside what the warehouse can hold are refused, not clamped', () => {
  const timestamp = columnType({ name: 'timestamp', kind: 'b', modifier: 3 });
  expect(timestamp.clickhouse).toBe("DateTime64(3, 'UTC')");
  expect(write(timestamp, '2026-03-01 07:00:00.123')).toBe('2026-03-01 07:00:00.123');
  for (const text of [
    'infinity',
    '-infinity',
    '0044-03-15 00:00:00 BC',
    '2300-01-01 00:00:00',
    '1899-12-31 23:59:59',
  ]) {
    expect(() => write(timestamp, text)).toThrow(/cannot be stored/);
  }
});

test('arrays keep NULLs, quotes, escapes and the difference between empty and NULL', () => {
  expect(arrayLiteral('{}', 'verbatim')).toBe('[]');
  expect(arrayLiteral('{1,NULL,3}', 'verbatim')).toBe('[1,NULL,3]');
  expect(arrayLiteral('{a,"NULL",NULL,"x,\\"y\\"\\\\"}', 'text')).toBe(`['a','NULL',NULL,'x,"y"\\\\']`);
  expect(() => arrayLiteral('{{1},{2}}', 'verbatim')).toThrow(/dimension/);
});

test('an unknown type is an error that names it', () => {
  expect(() => scalar('hstore')).toThrow(/hstore/);
});
