/** The value axis, whatever the values: it holds them all, amounts from zero, and no two ticks read alike. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { valueAxis } from '../../reports/charts/axis.ts';
import { units } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';

const kinds = Object.keys(units) as Unit[];
const relative = ['percent', 'score', 'rating'];

it('holds every value between ticks that differ when read', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e14, noNaN: true }), { maxLength: 8 });
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      values,
      fc.integer({ min: 2, max: 6 }),
      fc.constantFrom(1, 1e-3, 1e-9, 1e-13),
      (unit, large, count, by) => {
        // Shares, scores and ratings are small numbers.
        const held = large.map((value) => value * by * (relative.includes(unit) ? 1e-9 : 1));
        const { domain, ticks, format } = valueAxis(held, unit, count);
        const labels = ticks.map(format);
        expect(new Set(labels).size, labels.join(' · ')).toBe(ticks.length);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(count * 2 + 2);
        const slack = (domain[1] - domain[0]) * 1e-6;
        for (const value of held) {
          expect(value).toBeGreaterThanOrEqual(domain[0] - slack);
          expect(value).toBeLessThanOrEqual(domain[1] + slack);
        }
        if (!relative.includes(unit)) expect(domain[0]).toBe(0);
        expect(domain[0]).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 500 },
  );
});

it('ends a share at a hundred percent', () => {
  expect(valueAxis([0.97, 1], 'percent', 4).domain[1]).toBe(1);
  expect(valueAxis([0.97, 1.2], 'percent', 4).domain[1]).toBeGreaterThanOrEqual(1.2);
  expect(valueAxis([], 'percent', 4).domain).toEqual([0, 1]);
});
