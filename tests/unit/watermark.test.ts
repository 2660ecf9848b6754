/** LSNs, versions and the contiguous watermark. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLsn, parseLsn, versionOf } from '../../etl/postgres/lsn.ts';
import { extendWatermark } from '../../warehouse/watermark.ts';

test('LSNs round-trip', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (lsn) => {
      expect(parseLsn(formatLsn(lsn))).toBe(lsn);
    }),
  );
  expect(() => parseLsn('xyz')).toThrow(/not an LSN/);
});

test('a later commit beats any ordinal of an earlier one', () => {
  expect(versionOf(2n, 0) > versionOf(1n, 2 ** 31)).toBe(true);
  expect(versionOf(2n, 1) > versionOf(2n, 0)).toBe(true);
});

test('a gap stops the watermark, in whatever order batches finish', () => {
  const batches = Array.from({ length: 20 }, (_, i) => ({ start: BigInt(i * 10), end: BigInt(i * 10 + 10) }));
  fc.assert(
    fc.property(fc.subarray(batches), (finished) => {
      const done = new Set(finished.map((batch) => batch.start));
      let expected = 0n;
      while (done.has(expected)) expected += 10n;
      expect(extendWatermark(0n, [...finished].reverse())).toBe(expected);
    }),
  );
});
