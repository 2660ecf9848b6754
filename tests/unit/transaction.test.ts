import fc from 'fast-check';
import { expect, it } from 'vitest';
import { versionOf } from '../../etl/postgres/lsn.ts';
import { beginTransaction, versionText } from '../../etl/transaction.ts';

it('the text of a version is the number, digit by digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer({ min: 1, max: 2 ** 31 }), (lsn, ordinal) => {
      const transaction = { ...beginTransaction(lsn, 0n), ordinal };
      expect(versionText(transaction)).toBe(versionOf(lsn, ordinal).toString().padStart(16, '0'));
    }),
  );
  // Carried over the last digits.
  const edge = { ...beginTransaction(1n, 0n), high: '12', low: 999_999_999_999_999, ordinal: 3 };
  expect(versionText(edge)).toBe('13000000000000002');
});
