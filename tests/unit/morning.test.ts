/** The shape of the national morning: who writes how much, and when. */
import { expect, test } from 'vitest';
import { crowds } from '../../demo/morning.ts';
import { type Due, type Group, kinds, localHour, morningPlan } from '../../demo/traffic/morning_plan.ts';

const SECONDS = 660; // a minute an hour
const CHANGES = 100_000;
const groups: Group[] = [
  { zone: 7, away: false, kitchens: 600 },
  { zone: 7, away: true, kitchens: 100 },
  { zone: 8, away: false, kitchens: 200 },
  { zone: 9, away: false, kitchens: 100 },
];
const planned = (those = groups) => [...morningPlan(those, CHANGES, SECONDS)];
const sum = (dues: readonly Due[]) => dues.reduce((total, { changes }) => total + changes, 0);
/** Changes of a group between two of its local hours. */
const between = (plan: Due[][], group: number, from: number, to: number) =>
  sum(
    plan.flatMap((dues, second) => {
      const hour = localHour((second + 1) / SECONDS, groups[group]?.zone ?? 0);
      return hour > from + 1e-9 && hour <= to + 1e-9 ? dues.filter((due) => due.group === group) : [];
    }),
  );

test('every change is planned once, whatever the rounding', () => {
  for (const total of [0, 1, 7, 999, 100_000]) {
    for (const seconds of [1, 3, 660]) {
      expect(sum([...morningPlan(groups, total, seconds)].flat())).toBe(total);
    }
  }
});

test('each zone writes by its kitchens, between 01:00 and 10:00 on its own clock', () => {
  const plan = planned();
  for (const [n, { kitchens }] of groups.entries()) {
    const share = between(plan, n, -24, 24) / CHANGES;
    expect(share).toBeCloseTo(kitchens / 1_000, 3);
    expect(between(plan, n, -24, 1) + between(plan, n, 10, 24)).toBe(0);
  }
});

test('kinds come in the order of a kitchen’s day', () => {
  const plan = planned();
  const middle = (kind: string) => {
    const seconds = plan.flatMap((dues, second) =>
      dues.filter((due) => due.kind === kind && due.group === 0).map(({ changes }) => [second, changes] as const),
    );
    const weight = seconds.reduce((total, [, changes]) => total + changes, 0);
    return seconds.reduce((total, [second, changes]) => total + second * changes, 0) / weight;
  };
  const order = ['plan', 'cook', 'check', 'deliver', 'handOver'].map(middle);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(new Set(plan.flat().map(({ kind }) => kind))).toEqual(new Set(kinds));
});

test('an hour brings half of its changes in its first quarter', () => {
  const plan = planned();
  for (const hour of [3, 5, 8]) {
    const share = between(plan, 0, hour, hour + 0.25) / between(plan, 0, hour, hour + 1);
    expect(share).toBeGreaterThan(0.48);
    expect(share).toBeLessThan(0.52);
  }
});

test('a province that is away from 06:00 to 07:00 writes nothing then, and all of it until 07:15', () => {
  const plan = planned();
  const usual = planned(groups.map((group) => ({ ...group, away: false })));
  expect(between(plan, 1, 6, 7)).toBe(0);
  expect(between(usual, 1, 6, 7)).toBeGreaterThan(500);
  expect(between(plan, 1, 7, 7.25)).toBe(between(usual, 1, 6, 7.25));
  expect(between(plan, 1, 7.25, 10)).toBe(between(usual, 1, 7.25, 10));
  expect(between(plan, 0, 6, 7)).toBe(between(usual, 0, 6, 7));
});

test('one province of the west is away, always the same of a seed', () => {
  const kitchens = Array.from({ length: 60 }, (_, n) => ({
    ...{ id: `k${n}`, program: `p${n}`, zone: 7 + (n % 3), province: `v${n % 12}` },
  }));
  const made = crowds(kitchens, 3);
  expect(made.filter(({ away }) => away).map(({ zone }) => zone)).toEqual([7]);
  expect(made.find(({ away }) => away)?.kitchens).toBe(5);
  expect(made.reduce((total, group) => total + group.kitchens, 0)).toBe(60);
  expect(crowds(kitchens, 3)).toEqual(made);
});
