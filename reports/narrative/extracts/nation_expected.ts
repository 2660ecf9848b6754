/** What was each day of the nation to be expected to be? */

import { addDays } from '../../../warehouse/days.ts';
import { expectedRanges } from '../../../warehouse/queries/statistics.ts';
import type { Extract } from './extract.ts';
import { kpiColumn } from './figures.ts';
import { DAYS } from './nation_daily.ts';

/** The measures whose trend a page shows with its band. */
const banded = [
  'portions_delivered',
  'delivery_fulfilment',
  'on_time_delivery',
  'holding_time_4h',
  'serving_temperature',
  'qc_pass_rate',
  'akg_compliance',
  'consumption_rate',
  'food_waste_per_portion',
  'food_cost_per_portion',
  'logistics_cost_per_portion',
  'supplier_on_time',
  'order_in_full',
  'satisfaction',
  'complaints_answered_24h',
] as const;

export const nationExpected: Extract = {
  source: 'figures',
  table: 'nation_expected',
  question: 'Between which limits were the same weekdays before to lead one to expect each day?',
  columns: {
    ...kpiColumn,
    day: { type: 'Date32', meaning: 'local day' },
    low: { type: 'Float64', meaning: 'lower limit of the expected range' },
    high: { type: 'Float64', meaning: 'upper limit of the expected range' },
  },
  order: ['kpi', 'day'],
  async rows({ warehouse, kpis, last }) {
    const rows = [];
    for (const kpi of kpis.filter(({ id }) => (banded as readonly string[]).includes(id))) {
      const ranges = await expectedRanges(warehouse, kpi, { level: 'national', id: '' }, addDays(last, 1 - DAYS), last);
      rows.push(...ranges.map(({ date, low, high }) => ({ kpi: kpi.id, day: date, low, high })));
    }
    return rows;
  },
};
