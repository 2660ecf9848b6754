/** A month beside the one before: every KPI with its target and how it stands, the trend of the main ones, and the units below. */
import { addDays } from '../../../warehouse/days.ts';
import { documentOf } from '../../../warehouse/exports/documents.ts';
import { formatLimits } from '../../../warehouse/kpis/format.ts';
import { sections } from '../../../warehouse/kpis/kpi.ts';
import { registry, statusOf } from '../../../warehouse/kpis/registry.ts';
import { dailyValues } from '../../../warehouse/queries/values.ts';
import { statuses } from '../../design/status.ts';
import { below, figures, kindOf, type Reading, startReading, trendOf, unitsTable, valueIn } from '../read.ts';
import type { Cell, ColumnKind, ReportKind, TablePart, Text } from '../report.ts';

/** A column has one kind: so KPIs are told by kind, a table each. */
const KINDS: readonly { kind: ColumnKind; title: Text }[] = [
  { kind: 'percent', title: { id: 'Persentase', en: 'Percentages' } },
  { kind: 'count', title: { id: 'Jumlah', en: 'Counts' } },
  { kind: 'rupiah', title: { id: 'Rupiah', en: 'Rupiah' } },
  { kind: 'number', title: { id: 'Skor, nilai, dan hari', en: 'Scores, ratings and days' } },
  { kind: 'grams', title: { id: 'Gram', en: 'Grams' } },
];
const TRENDS = ['portions_delivered', 'delivery_fulfilment', 'on_time_delivery', 'holding_time_4h'];

export const monthlyEvaluation: ReportKind = {
  ...documentOf('monthly-evaluation'),
  async read(warehouse, of, signal) {
    const reading = await startReading(warehouse, 'monthly-evaluation', of, signal);
    const end = addDays(of.from, -1);
    const [now, before, days] = await Promise.all([
      figures(reading),
      figures(reading, { from: `${end.slice(0, 7)}-01`, to: end }),
      dailyValues(warehouse, of.scope, of.from, of.to),
    ]);
    const level = below(of.scope);
    const parts = [
      ...KINDS.map(({ kind, title }) => compared(reading, kind, title, now, before)),
      ...(await Promise.all(TRENDS.map((id) => trendOf(reading, id, days)))),
      level &&
        (await unitsTable(reading, {
          ...{ id: 'units', title: { id: 'Bulan ini per unit', en: 'The month by unit' }, level },
          kpis: [
            ...['portions_delivered', 'delivery_fulfilment', 'on_time_delivery', 'holding_time_4h', 'qc_pass_rate'],
            ...['satisfaction', 'service_days'],
          ],
        })),
    ];
    signal.throwIfAborted();
    return reading.report(parts);
  },
};

function compared(
  reading: Reading,
  kind: ColumnKind,
  title: Text,
  now: Parameters<typeof valueIn>[1],
  before: Parameters<typeof valueIn>[1],
): TablePart | undefined {
  const kpis = reading.seen(registry.map(({ id }) => id)).filter((kpi) => kindOf(kpi) === kind);
  if (kpis.length === 0) return undefined;
  return {
    ...{ kind: 'table', id: `compared-${kind}`, title, keyColumns: 2 },
    columns: [
      { id: 'section', name: { id: 'Bidang', en: 'Field' }, kind: 'text' },
      { id: 'measure', name: { id: 'Ukuran', en: 'Measure' }, kind: 'text' },
      { id: 'value', name: { id: 'Bulan ini', en: 'This month' }, kind },
      { id: 'before', name: { id: 'Bulan lalu', en: 'Month before' }, kind },
      { id: 'target', name: { id: 'Target', en: 'Target' }, kind: 'text' },
      { id: 'status', name: { id: 'Keadaan', en: 'Status' }, kind: 'text' },
    ],
    rows: kpis.map((kpi): Cell[] => {
      const target = reading.target(kpi);
      const value = valueIn(kpi, now);
      const status = value === null ? 'missing' : statusOf({ ...kpi, target }, value);
      return [
        ...[sections[kpi.section].id, kpi.name.id, value, valueIn(kpi, before)],
        ...[formatLimits(target, kpi.unit) ?? '', statuses[status].word.id],
      ];
    }),
  };
}
