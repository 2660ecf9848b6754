/** What stands in the way is told in both languages, with all of its facts. */
import { expect, test } from 'vitest';
import { CODES, type Condition, tellCondition } from '../../platform/conditions.ts';

const facts = {
  ...{ cause: 'type of "total" changed', tables: ['orders', 'users'], total: 41, seconds: 97, bytes: 5_309 },
};

test('every code has a sentence of its own in each language, and every number and cause is in it', () => {
  for (const language of ['id', 'en'] as const) {
    const told = CODES.map((code) => tellCondition({ code, ...facts } as unknown as Condition, language) ?? '');
    expect(new Set(told).size).toBe(CODES.length);
    expect(told.join('\n')).not.toMatch(/undefined|null|NaN|^$/m);
    const of = (code: Condition['code']) => told[CODES.indexOf(code)];
    expect(of('clickhouse_away')).toContain(facts.cause);
    expect(of('copying')).toMatch(/orders, users$/);
    expect(of('behind')).toContain('97');
    expect(of('parked')).toContain('41');
    for (const code of ['quarantined', 'stale'] as const)
      expect(of(code)).toMatch(/orders (and|dan) 1 .*: type of "total" changed$/);
    expect(of('slot_budget')).toMatch(/5309.*97/);
  }
  const endless = { code: 'slot_budget', bytes: 7, seconds: null } as const;
  expect(tellCondition(endless, 'id')).toMatch(/7 bita$/);
  expect(tellCondition({ code: 'quarantined', tables: ['orders'], cause: 'gone' }, 'en')).toBe(
    'orders is quarantined: gone',
  );
});
