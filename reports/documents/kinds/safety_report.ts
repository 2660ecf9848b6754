/** Food safety: holding time and temperature, checks, incidents and certificates; every kitchen that gives a reason to act. */
import { documentOf } from '../../../warehouse/exports/documents.ts';
import { dailyValues } from '../../../warehouse/queries/values.ts';
import { below, factOf, figures, startReading, trendOf, unitsTable, valueIn } from '../read.ts';
import type { ReportKind } from '../report.ts';

const SAFETY = [
  ...['holding_time_4h', 'serving_temperature', 'qc_pass_rate', 'qc_score', 'open_critical_findings'],
  ...['suspected_incidents', 'food_safety_incidents', 'slhs_valid'],
];
/** Of which a kitchen should have all. */
const WHOLE = ['holding_time_4h', 'serving_temperature', 'slhs_valid'];
/** Of which a kitchen should have none. */
const NONE = ['open_critical_findings', 'suspected_incidents', 'food_safety_incidents'];

export const safetyReport: ReportKind = {
  ...documentOf('safety-report'),
  async read(warehouse, of, signal) {
    const reading = await startReading(warehouse, 'safety-report', of, signal);
    const [sums, days] = await Promise.all([figures(reading), dailyValues(warehouse, of.scope, of.from, of.to)]);
    const level = below(of.scope);
    const parts = [
      {
        ...({ kind: 'facts', id: 'safety', title: { id: 'Keamanan pangan', en: 'Food safety' } } as const),
        facts: reading.seen(SAFETY).map((kpi) => factOf(kpi, valueIn(kpi, sums))),
      },
      await trendOf(reading, 'holding_time_4h', days),
      await trendOf(reading, 'serving_temperature', days),
      level === undefined || level === 'sppg'
        ? undefined
        : await unitsTable(reading, {
            ...{ id: 'units', title: { id: 'Keamanan pangan per unit', en: 'Food safety by unit' } },
            ...{ level, kpis: SAFETY },
          }),
      await unitsTable(reading, {
        ...{ id: 'kitchens', title: { id: 'SPPG yang perlu tindakan', en: 'Kitchens that need action' } },
        ...{ level: 'sppg', kpis: [...WHOLE, ...NONE] },
        only: (figure) => WHOLE.some((kpi) => (figure(kpi) ?? 1) < 1) || NONE.some((kpi) => (figure(kpi) ?? 0) > 0),
      }),
    ];
    signal.throwIfAborted();
    return reading.report(parts);
  },
};
