/** Findings of the validation rules over the period: by rule, and every kitchen and day of those not explained yet. */
import { comparisons, rules } from '../../warehouse/kpis/rules.ts';
import { type FINDING_STATES, findings } from '../../warehouse/queries/findings.ts';
import { ALL, kitchenColumns, kitchensOf } from './missing.ts';
import type { Reading } from './read.ts';
import type { Cell, TablePart } from './report.ts';

const severities = { error: 'mustahil', warning: 'perlu diperiksa' } as const;
const states: Readonly<Record<(typeof FINDING_STATES)[number], string>> = {
  open: 'terbuka',
  explained: 'dijelaskan',
  corrected: 'diperbaiki',
};

/** Parts that hold what every field of work has found, whichever KPIs the document is made of. */
export const PARTS_OF_EVERY_FIELD: readonly string[] = ['findings', 'found', 'undated'];

/** Rules of the fields of work that this audience sees figures of. */
function seenRules({ of }: Reading) {
  const owners = new Set(of.kpis.map(({ owner }) => owner));
  return [...rules, ...comparisons].filter(({ owner }) => owners.has(owner));
}

export async function findingsByRule(reading: Reading): Promise<TablePart> {
  const seen = seenRules(reading);
  const { totals } = await findings(reading.warehouse, seen, reading.of.scope, reading.range, 1);
  return {
    ...{ kind: 'table', id: 'findings', title: { id: 'Temuan mutu data', en: 'Findings' }, keyColumns: 1 },
    columns: [
      { id: 'rule', name: { id: 'Temuan', en: 'Finding' }, kind: 'text' },
      { id: 'severity', name: { id: 'Tingkat', en: 'Severity' }, kind: 'text' },
      { id: 'kitchens', name: { id: 'SPPG', en: 'Kitchens' }, kind: 'count' },
      { id: 'findings', name: { id: 'Jumlah', en: 'Count' }, kind: 'count', total: true },
    ],
    rows: totals.map((total): Cell[] => {
      const rule = seen.find(({ id }) => id === total.rule);
      return [rule?.name.id ?? total.rule, severities[rule?.severity ?? 'error'], total.kitchens, total.findings];
    }),
  };
}

export async function findingsByKitchen(reading: Reading): Promise<TablePart> {
  const seen = seenRules(reading);
  const [names, { items }] = await Promise.all([
    kitchensOf(reading),
    findings(reading.warehouse, seen, reading.of.scope, reading.range, ALL),
  ]);
  return {
    ...{ kind: 'table', id: 'found', keyColumns: kitchenColumns.length + 2 },
    title: { id: 'Temuan per SPPG dan hari', en: 'Findings by kitchen and day' },
    columns: [
      ...kitchenColumns,
      { id: 'rule', name: { id: 'Temuan', en: 'Finding' }, kind: 'text' },
      { id: 'date', name: { id: 'Tanggal', en: 'Date' }, kind: 'date' },
      { id: 'count', name: { id: 'Jumlah', en: 'Count' }, kind: 'count', total: true },
      { id: 'state', name: { id: 'Keadaan', en: 'State' }, kind: 'text' },
    ],
    rows: items.map(({ scope, name, rule, date, count, state }): Cell[] => {
      const unit = names.get(scope);
      const ruleName = seen.find(({ id }) => id === rule)?.name.id ?? rule;
      return [unit?.code ?? scope, unit?.name ?? name, unit?.regency ?? null, ruleName, date, count, states[state]];
    }),
  };
}
