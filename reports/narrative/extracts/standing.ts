/** How do the nation and every province stand, and how did they stand before? */

import { statusOf } from '../../../warehouse/kpis/registry.ts';
import { targetOf } from '../../../warehouse/queries/targets.ts';
import { type Columns, type Context, type Extract, figureParams, type Row } from './extract.ts';
import { figureColumns, figureSql, kpiColumn, pickSql } from './figures.ts';

const unitColumns = {
  level: { type: 'String', meaning: 'national or province' },
  unit: { type: 'String', meaning: 'id of the province; empty for the nation' },
  ...kpiColumn,
  span: {
    type: 'String',
    meaning:
      'day (the last day of service), week (7 days to it), week_before, month (28 days to it; of a monthly measure the calendar month), month_before',
  },
} as const satisfies Columns;

/**
 * Names and limits of the spans a day is counted in. A month's cell stands on its first day; a state is that of the last day known,
 * the present one among them: its history begins when the warehouse first saw it.
 */
const spans = `multiIf(has({monthly:Array(String)}, toString(m.kpi)),
  [('month', toStartOfMonth({last:Date32}), toStartOfMonth({last:Date32})),
   ('month_before', addMonths(toStartOfMonth({last:Date32}), -1), addMonths(toStartOfMonth({last:Date32}), -1))],
  has({states:Array(String)}, toString(m.kpi)),
  [('day', {last:Date32} - 6, {today:Date32}), ('week', {last:Date32} - 6, {today:Date32}), ('week_before', {last:Date32} - 13, {last:Date32} - 7),
   ('month', {last:Date32} - 27, {today:Date32}), ('month_before', {last:Date32} - 55, {last:Date32} - 28)],
  [('day', {last:Date32}, {last:Date32}), ('week', {last:Date32} - 6, {last:Date32}), ('week_before', {last:Date32} - 13, {last:Date32} - 7),
   ('month', {last:Date32} - 27, {last:Date32}), ('month_before', {last:Date32} - 55, {last:Date32} - 28)])`;

const standingSql = `SELECT level, unit, kpi, span, ${figureSql} FROM (
    SELECT level, unit, kpi, span, ${pickSql('day_num')} AS nums, ${pickSql('day_den')} AS dens FROM (
      SELECT u.1 AS level, u.2 AS unit, toString(m.kpi) AS kpi, s.1 AS span, m.day AS day, sum(m.num) AS day_num, sum(m.den) AS day_den
      FROM mart.kpi_areas AS m FINAL
      ARRAY JOIN [('national', ''), ('province', m.province_id)] AS u
      ARRAY JOIN arrayFilter(each -> m.day BETWEEN each.2 AND each.3, ${spans}) AS s
      WHERE m.kpi IN ({kpis:Array(String)}) AND m.split = '' AND m.num IS NOT NULL
        AND m.day BETWEEN least({last:Date32} - 55, addMonths(toStartOfMonth({last:Date32}), -1)) AND {today:Date32}
      GROUP BY level, unit, kpi, span, day
    ) GROUP BY level, unit, kpi, span
  )`;
const standingParams = ({ kpis, last, today }: Pick<Context, 'kpis' | 'last' | 'today'>) => ({
  ...figureParams(kpis),
  monthly: kpis.filter((kpi) => kpi.grain === 'month').map((kpi) => kpi.id),
  last,
  today,
});

export const standing: Extract = {
  source: 'figures',
  table: 'standing',
  question:
    'How do the nation and every province stand by every measure, and how did they stand a week and a month before?',
  columns: { ...unitColumns, ...figureColumns },
  order: ['kpi', 'level', 'unit', 'span'],
  select: (context) => ({ sql: standingSql, params: standingParams(context) }),
};

export const targets: Extract = {
  source: 'figures',
  table: 'targets',
  question: 'Which target is in force for the nation and every province, and is it met?',
  columns: {
    ...unitColumns,
    low: { type: 'Nullable(Float64)', meaning: 'least value of the target; null = no lower limit' },
    high: { type: 'Nullable(Float64)', meaning: 'largest value of the target; null = no upper limit' },
    status: { type: 'String', meaning: 'ok, warn, critical, or none without a value' },
  },
  order: ['kpi', 'level', 'unit', 'span'],
  async rows({ warehouse, signal, ...context }) {
    const set = new Set(context.targets.map(({ kpi }) => kpi));
    const kpis = context.kpis.filter((kpi) => kpi.target !== null || set.has(kpi.id));
    const groups = await warehouse.query<{ id: string; path: string[] }>(
      `SELECT p.id AS id, arrayFilter(s -> NOT endsWith(s, ':'), [concat('wilayah:', w.code), concat('region:', toString(p.region)), concat('province:', p.id)]) AS path
       FROM (SELECT id, region FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS p
       LEFT ANY JOIN (SELECT region, code FROM mart.wilayah FINAL WHERE listed) AS w ON w.region = toString(p.region)`,
      {},
      signal,
    );
    const paths = new Map(groups.map(({ id, path }) => [id, path]));
    const figures = await warehouse.query<{
      level: string;
      unit: string;
      kpi: string;
      span: string;
      value: number | null;
    }>(
      `SELECT level, unit, kpi, span, value FROM (${standingSql}) WHERE span IN ('day', 'week', 'month')`,
      standingParams({ ...context, kpis }),
      signal,
    );
    return figures.flatMap(({ level, unit, kpi: id, span, value }): Row[] => {
      const kpi = kpis.find((candidate) => candidate.id === id);
      const target = kpi && targetOf(kpi, context.targets, ['national', ...(paths.get(unit) ?? [])], context.last);
      if (kpi === undefined || !target) return [];
      const status = statusOf({ ...kpi, target }, value);
      return [{ level, unit, kpi: id, span, low: target.low, high: target.high, status }];
    });
  },
};
