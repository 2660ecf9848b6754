/** The nation or a province in one document: headline, trend, units ranked and side by side, and what was found. */
import { documentOf } from '../../../warehouse/exports/documents.ts';
import { ranking } from '../../../warehouse/queries/ranking.ts';
import { dailyValues } from '../../../warehouse/queries/values.ts';
import { findingsByRule } from '../findings.ts';
import { ALL } from '../missing.ts';
import { portionsByGroup } from '../portions.ts';
import { below, factOf, figures, kindOf, type Reading, startReading, trendOf, unitsTable, valueIn } from '../read.ts';
import type { Cell, ReportKind, TablePart } from '../report.ts';

const HEADLINE = [
  ...['portions_planned', 'portions_produced', 'portions_target', 'portions_delivered', 'delivery_fulfilment'],
  ...['on_time_delivery', 'holding_time_4h', 'serving_temperature', 'qc_pass_rate', 'open_critical_findings'],
  ...['suspected_incidents', 'satisfaction', 'active_beneficiaries', 'slhs_valid', 'funds_received', 'funds_used'],
];
const SIDE_BY_SIDE = [
  ...['portions_target', 'portions_delivered', 'delivery_fulfilment', 'on_time_delivery', 'holding_time_4h'],
  ...['qc_pass_rate', 'open_critical_findings'],
];
const RANKED_BY = 'delivery_fulfilment';

export const nationalSummary: ReportKind = {
  ...documentOf('national-summary'),
  async read(warehouse, of, signal) {
    const reading = await startReading(warehouse, 'national-summary', of, signal);
    const [sums, days] = await Promise.all([figures(reading), dailyValues(warehouse, of.scope, of.from, of.to)]);
    const level = below(of.scope) ?? 'regency';
    const table = (id: string, words: { id: string; en: string }, at: 'province' | 'regency' | 'sppg') =>
      unitsTable(reading, { id, title: words, level: at, kpis: SIDE_BY_SIDE });
    const headline = reading.seen(HEADLINE);
    const parts = [
      {
        ...({ kind: 'facts', id: 'headline', title: { id: 'Angka utama', en: 'Headline' } } as const),
        facts: headline.map((kpi) => factOf(kpi, valueIn(kpi, sums))),
      },
      await trendOf(reading, 'portions_delivered', days),
      await trendOf(reading, 'on_time_delivery', days),
      await portionsByGroup(reading),
      await ranked(reading, level),
      level === 'province' ? await table('provinces', { id: 'Provinsi', en: 'Provinces' }, 'province') : undefined,
      await table('regencies', { id: 'Kabupaten dan kota', en: 'Regencies and cities' }, 'regency'),
      await findingsByRule(reading),
    ];
    signal.throwIfAborted();
    return reading.report(parts);
  },
};

async function ranked(reading: Reading, level: 'province' | 'regency' | 'sppg'): Promise<TablePart | undefined> {
  const [kpi] = reading.seen([RANKED_BY]);
  if (kpi === undefined) return undefined;
  const { units } = await ranking(reading.warehouse, kpi, reading.of.scope, level, reading.range, 'desc', ALL);
  return {
    ...{ kind: 'table', id: 'ranking', keyColumns: 1 },
    title: { id: `Peringkat menurut ${kpi.name.id.toLowerCase()}`, en: `Ranking by ${kpi.name.en.toLowerCase()}` },
    columns: [
      { id: 'unit', name: { id: 'Unit', en: 'Unit' }, kind: 'text' },
      { id: 'rank', name: { id: 'Peringkat', en: 'Rank' }, kind: 'count' },
      { id: RANKED_BY, name: kpi.name, kind: kindOf(kpi), kpi: kpi.id },
    ],
    rows: units.map(({ name, rank, value }): Cell[] => [name, rank, value]),
  };
}
