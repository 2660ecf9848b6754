/** The registry: ids are unique, values follow rule 2, statuses follow targets. */
import { expect, test } from 'vitest';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { findKpi, kpiValue, registry, statusOf } from '../../warehouse/kpis/registry.ts';

const kpi = (id: string): Kpi => {
  const found = findKpi(id);
  if (!found) throw new Error(`no KPI ${id}`);
  return found;
};

test('every KPI has a unique id, both names and a definition', () => {
  expect(new Set(registry.map((entry) => entry.id)).size).toBe(registry.length);
  for (const entry of registry) {
    for (const text of [entry.name, entry.definition]) expect(text.id.length * text.en.length).toBeGreaterThan(0);
    expect(entry.sources.length).toBeGreaterThan(0);
  }
});

test('no denominator is no data, never zero', () => {
  expect(kpiValue(kpi('qc_pass_rate'), 0, 0)).toBeNull();
  expect(kpiValue(kpi('qc_pass_rate'), null, null)).toBeNull();
  expect(kpiValue(kpi('qc_pass_rate'), 0, 4)).toBe(0);
  expect(kpiValue(kpi('portions_planned'), 5, null)).toBe(5);
});

test('status follows the target; safety can be critical', () => {
  expect(statusOf(kpi('production_attainment'), 1)).toBe('ok');
  expect(statusOf(kpi('production_attainment'), 0.8)).toBe('warn');
  expect(statusOf(kpi('holding_time_4h'), 0.5)).toBe('critical');
  expect(statusOf(kpi('holding_time_4h'), null)).toBe('none');
  expect(statusOf(kpi('open_critical_findings'), 1)).toBe('critical');
});
