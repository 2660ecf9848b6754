/** What is claimed side by side: no cell twice, whatever changed. */
import { expect, test } from 'vitest';
import { sources } from '../../etl/sources/all.ts';
import { dirtyCellsSql, disjoint } from '../../warehouse/rollups/dirty.ts';

const tables = sources.filter(({ cells }) => cells).map(({ table }) => table);
const factsOf = (changed: readonly string[]) =>
  new Set(
    [
      ...dirtyCellsSql(changed, [])
        .join('\n')
        .matchAll(/[[ ]\('(\w+)', /g),
    ].map(([, fact]) => fact),
  );

test('groups of changed tables that are claimed at once have no fact in common, and every table is in one', () => {
  expect(factsOf(tables).size).toBeGreaterThan(20);
  for (const one of tables) {
    for (const other of tables) {
      const changed = [...new Set(['school_distributions', one, other])];
      const [left, right] = disjoint(changed);
      expect([...left, ...right].sort()).toEqual(changed.sort());
      const shared = [...factsOf(left)].filter((fact) => factsOf(right).has(fact));
      expect(shared, `${changed}`).toEqual([]);
    }
  }
  const [others, schools] = disjoint(['food_productions', 'school_distributions']);
  expect([others, schools]).toEqual([['food_productions'], ['school_distributions']]);
});
