import { expect, it } from 'vitest';
import { sources } from '../../etl/sources/all.ts';
import { dictionary } from '../../warehouse/dictionary.ts';
import { measures } from '../../warehouse/kpis/registry.ts';
import { comparisons } from '../../warehouse/kpis/rules.ts';

const columns = new Map(sources.map((source) => [source.table, source.columns]));
const entries = dictionary((table) => columns.get(table) ?? []);
const lineage = (id: string) =>
  Object.fromEntries(entries.find((entry) => entry.id === id)?.lineage.map((l) => [l.table, l.columns]) ?? []);

it('tells every measure, with words, formula and a lineage that reaches the tables it names', () => {
  expect(entries.map(({ id }) => id)).toEqual([...measures, ...comparisons].map(({ id }) => id));
  for (const { id, sources: named } of measures) {
    for (const table of named) expect(Object.keys(lineage(id)), id).toContain(table);
  }
  for (const { id, name, definition } of entries) {
    for (const text of [name.id, name.en, definition.id, definition.en]) expect(text.length, id).toBeGreaterThan(2);
  }
});

it('follows a number through renamed and computed columns, and leaves out what it does not stand on', () => {
  expect(lineage('holding_time_4h')).toMatchObject({
    food_distributions: expect.arrayContaining(['arrivalTime', 'distributionDate', 'status', 'productionId']),
    food_productions: ['id', 'actualEndTime'],
    provinces_indonesia: ['id', 'timezone'],
  });
  expect(lineage('holding_time_4h').food_distributions).not.toContain('fuelCost');
  expect(lineage('active_beneficiaries').school_beneficiaries).toContain('activeStudents');
  expect(lineage('budget_absorption')).toMatchObject({
    procurements: expect.arrayContaining(['actualDelivery', 'totalAmount']),
    sppg: expect.arrayContaining(['monthlyBudget']),
  });
});
