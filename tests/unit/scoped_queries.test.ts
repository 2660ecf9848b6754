/**
 * Every question asked of figures stays inside its scope: the statement names the scope, and its value is bound, never spliced.
 * Statements are read as they are sent; what they answer is compared with the source in tests/path.
 */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Params, Warehouse } from '../../warehouse/client.ts';
import { registry } from '../../warehouse/kpis/registry.ts';
import { comparisons, rules } from '../../warehouse/kpis/rules.ts';
import { completeDays, completeness } from '../../warehouse/queries/completeness.ts';
import { unitDays } from '../../warehouse/queries/crossings.ts';
import { provisionalDays, stateOfDay } from '../../warehouse/queries/finality.ts';
import { findings, openFindings, undatedRows } from '../../warehouse/queries/findings.ts';
import { flow, STAGES } from '../../warehouse/queries/flow.ts';
import { childrenOf, zoneHours } from '../../warehouse/queries/hierarchy.ts';
import { paymentRisks } from '../../warehouse/queries/payment_risks.ts';
import { peers, ranking } from '../../warehouse/queries/ranking.ts';
import { searchUnits } from '../../warehouse/queries/search.ts';
import { serviceDays } from '../../warehouse/queries/service_days.ts';
import { decomposition, expectedRanges, forecast } from '../../warehouse/queries/statistics.ts';
import { timeliness } from '../../warehouse/queries/timeliness.ts';
import { unitFigures, unitsAt } from '../../warehouse/queries/units_table.ts';
import { dailyValues, datasetStream, rangeValues, seriesValues } from '../../warehouse/queries/values.ts';
import { isWarnedOf, warnings } from '../../warehouse/queries/warnings.ts';
import { formatScope, LEVELS, type Scope } from '../../warehouse/scopes.ts';

const [from, to] = ['2026-03-01', '2026-03-05'];
const range = { from, to };
const kpi = registry[0] as (typeof registry)[number];
const daily = registry.filter((candidate) => candidate.grain === undefined);

/** Every question that reads figures or rows of kitchens, by the file it is in. */
const questions: Record<string, Record<string, (warehouse: Warehouse, scope: Scope) => unknown>> = {
  'completeness.ts': {
    completeness: (w, scope) => completeness(w, scope, range, 10),
    completeDays: (w, scope) => completeDays(w, scope, range),
  },
  'crossings.ts': {
    unitDays: (w, scope) =>
      unitDays(w, [kpi.id], scope, scope.level === 'regency' || scope.level === 'sppg' ? 'sppg' : 'province', range),
  },
  'finality.ts': {
    provisionalDays: (w, scope) => provisionalDays(w, scope, to, 3),
    stateOfDay: (w, scope) => stateOfDay(w, scope, from, to, 3),
  },
  'findings.ts': {
    findings: (w, scope) => findings(w, [...rules, ...comparisons], scope, range, 10),
    openFindings: (w, scope) => openFindings(w, [...rules, ...comparisons], scope, range),
    undatedRows: (w, scope) => undatedRows(w, scope),
  },
  'flow.ts': { flow: (w, scope) => flow(w, scope, to, STAGES) },
  'hierarchy.ts': {
    childrenOf: (w, scope) => childrenOf(w, scope),
    zoneHours: (w, scope) => (scope.level === 'sppg' ? zoneHours(w, scope.id) : undefined),
  },
  'payment_risks.ts': { paymentRisks: (w, scope) => paymentRisks(w, scope, to, 10) },
  'ranking.ts': {
    ranking: (w, scope) => ranking(w, kpi, scope, 'sppg', range, 'asc', 10),
    peers: (w, scope) => (scope.level === 'sppg' ? peers(w, daily, scope.id, range) : undefined),
  },
  // Of several scopes at once.
  'search.ts': { searchUnits: (w, scope) => searchUnits(w, [formatScope(scope)], LEVELS, 'kota', 10) },
  'statistics.ts': {
    expectedRanges: (w, scope) => expectedRanges(w, kpi, scope, from, to),
    decomposition: (w, scope) => decomposition(w, kpi, scope, from, to),
    forecast: (w, scope) => forecast(w, kpi, scope, from),
  },
  'service_days.ts': { serviceDays: (w, scope) => serviceDays(w, scope, range) },
  // Its totals are an aggregate, which a real engine answers with a row.
  'timeliness.ts': { timeliness: (w, scope) => timeliness(w, scope, range, 10).catch(() => undefined) },
  'units_table.ts': {
    unitsAt: (w, scope) => unitsAt(w, scope, 'sppg'),
    unitFigures: (w, scope) => unitFigures(w, daily, scope, 'sppg', range),
  },
  'values.ts': {
    dailyValues: (w, scope) => dailyValues(w, scope, from, to),
    seriesNow: (w, scope) => seriesValues(w, [kpi], scope, 'day', from, to, 'now'),
    seriesThen: (w, scope) => seriesValues(w, [kpi], scope, 'month', from, to, 'then'),
    rangeNow: (w, scope) => rangeValues(w, kpi, scope, range),
    rangeThen: (w, scope) => rangeValues(w, kpi, scope, range, 'then'),
    datasetStream: (w, scope) => datasetStream(w, scope, from, to, daily, new AbortController().signal),
  },
  'warnings.ts': {
    warnings: (w, scope) => warnings(w, daily, scope, to, 10),
    isWarnedOf: (w, scope) => isWarnedOf(w, kpi, scope, to),
  },
};
/**
 * Not about a scope: reference data, people, the caller's own place in the hierarchy (which decides the scope), and what workers
 * watch of all kitchens (each notice goes to the channel of its unit), and what the report site asks of many units at once (its
 * pages are told apart when they are served; tests/path/site_pages.test.ts compares them with the source).
 */
const others = [
  ...['demo_scope.ts', 'source_columns.ts', 'sql.ts', 'targets.ts', 'touched.ts', 'units', 'users.ts', 'watched.ts'],
  'words.ts',
];

test('every file of questions is known here', () => {
  expect(readdirSync('warehouse/queries').sort()).toEqual([...Object.keys(questions), ...others].sort());
});

const SECRET = 'X-id-of-a-unit';
test.each(Object.values(questions).flatMap((file) => Object.entries(file)))('%s', async (_name, ask) => {
  for (const level of LEVELS) {
    const sent: { sql: string; params: Params }[] = [];
    const note = async (sql: string, params: Params = {}) => {
      sent.push({ sql, params });
      return [];
    };
    const warehouse = { query: note, stream: note } as unknown as Warehouse;
    await ask(warehouse, { level, id: level === 'national' ? '' : SECRET });
    for (const { sql, params } of sent) {
      expect(sql).not.toContain(SECRET);
      if (level === 'national' || !/\b(mart\.kpi|raw\.|ops\.)/.test(sql)) continue;
      expect(sql, `${level}: ${sql}`).toMatch(/\{((scopeId|id):String|own:Array\(String\))\}/);
      expect([params.scopeId, params.id, String(params.own)]).toContainEqual(expect.stringContaining(SECRET));
    }
  }
});
