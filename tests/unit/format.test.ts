import { describe, expect, it } from 'vitest';
import { formatChange, formatShort } from '../../warehouse/kpis/format.ts';

describe('numbers as people read them', () => {
  it('says changes of percentages in points, of amounts in percent', () => {
    expect(formatChange(0.931, 0.94, 'percent')).toBe('-0,9 poin');
    expect(formatChange(110, 100, 'portions')).toBe('+10 %');
    expect(formatChange(3.6, 3.4, 'rating')).toBe('+0,2');
    expect(formatChange(1, 2, 'days')).toBe('-1 hari');
  });
  it('says nothing where there is nothing to compare with', () => {
    expect(formatChange(5, null, 'count')).toBeNull();
    expect(formatChange(null, 5, 'count')).toBeNull();
    expect(formatChange(5, 0, 'count')).toBeNull();
    expect(formatChange(2715, 100, 'idr')).toBeNull();
    expect(formatChange(0, 0, 'count')).toBe('0 %');
  });
  it('rounds nothing to all or to nothing that is not', () => {
    expect([0.9996, 1, 1.0004, 0.0004, 0, 0.9994].map((share) => formatShort(share, 'percent'))).toEqual([
      '99,9 %',
      '100 %',
      '100 %',
      '0,1 %',
      '0 %',
      '99,9 %',
    ]);
  });
  it('keeps missing data missing', () => {
    expect(formatShort(null, 'idr')).toBeNull();
    expect(formatShort(0, 'count')).toBe('0');
    expect(formatShort(61_800_000, 'portions')).toBe('61,8 jt');
  });
});
