/** The day of a kitchen or of an area: what was cooked, checked, brought and eaten, by whom it was not told. */
import { documentOf } from '../../../warehouse/exports/documents.ts';
import { type Section, sections } from '../../../warehouse/kpis/kpi.ts';
import { missingSheets } from '../missing.ts';
import { portionsByGroup } from '../portions.ts';
import { below, factOf, figures, startReading, unitsTable, valueIn } from '../read.ts';
import type { FactsPart, ReportKind } from '../report.ts';

const SHOWN: Readonly<Partial<Record<Section, readonly string[]>>> = {
  production: [
    ...['portions_planned', 'portions_produced', 'production_attainment', 'batch_completion', 'batches_cancelled'],
    ...['akg_compliance', 'akg_unknown_portions', 'food_cost_per_portion'],
  ],
  quality: ['qc_pass_rate', 'qc_score', 'open_critical_findings'],
  distribution: [
    ...['distribution_runs', 'distribution_reach', 'on_time_delivery', 'holding_time_4h', 'serving_temperature'],
    'logistics_cost_per_portion',
  ],
  schools: [
    ...['portions_target', 'portions_delivered', 'delivery_fulfilment', 'delivery_issues', 'consumption_rate'],
    'food_waste_per_portion',
  ],
  voice: ['satisfaction', 'suspected_incidents'],
  kitchen: ['active_beneficiaries', 'service_points', 'critical_stock', 'staffing', 'slhs_valid'],
};

export const dailyOperations: ReportKind = {
  ...documentOf('daily-operations'),
  async read(warehouse, of, signal) {
    const reading = await startReading(warehouse, 'daily-operations', of, signal);
    const sums = await figures(reading);
    const facts = Object.entries(SHOWN).flatMap(([section, ids]): FactsPart[] => {
      const kpis = reading.seen(ids);
      if (kpis.length === 0) return [];
      const told = kpis.map((kpi) => factOf(kpi, valueIn(kpi, sums)));
      return [{ kind: 'facts', id: section, title: sections[section as Section], facts: told }];
    });
    const level = below(of.scope);
    const parts = [
      ...facts,
      await portionsByGroup(reading),
      level &&
        (await unitsTable(reading, {
          ...{ id: 'units', title: { id: 'Hari ini per unit', en: 'The day by unit' }, level },
          kpis: [
            ...[
              'portions_planned',
              'portions_produced',
              'portions_delivered',
              'delivery_fulfilment',
              'on_time_delivery',
            ],
            ...['holding_time_4h', 'open_critical_findings'],
          ],
        })),
      await missingSheets(reading, { complete: false }),
    ];
    signal.throwIfAborted();
    return reading.report(parts);
  },
};
