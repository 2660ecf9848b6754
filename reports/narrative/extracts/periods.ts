/** What did each month bring, and how is it split? */
import { type Extract, figureParams } from './extract.ts';
import { figureColumns, figureSql, kpiColumn, pickSql } from './figures.ts';

export const nationMonthly: Extract = {
  source: 'figures',
  table: 'nation_monthly',
  question: 'What did every month of the last thirteen bring the nation, measure by measure?',
  columns: {
    ...kpiColumn,
    month: { type: 'Date32', meaning: 'first day of the month' },
    ...figureColumns,
    provisional: { type: 'Bool', meaning: 'the month is not over, or sheets of its days are still due' },
  },
  order: ['kpi', 'month'],
  select: ({ kpis, last, today, provisional }) => ({
    sql: `SELECT kpi, month, ${figureSql},
        month = toStartOfMonth({today:Date32}) OR has(arrayMap(d -> toStartOfMonth(toDate32(d)), {waiting:Array(String)}), month) AS provisional FROM (
        SELECT kpi, toDate32(toStartOfMonth(day)) AS month, ${pickSql('day_num')} AS nums, ${pickSql('day_den')} AS dens FROM (
          SELECT toString(m.kpi) AS kpi, m.day AS day, sum(m.num) AS day_num, sum(m.den) AS day_den FROM mart.kpi_areas AS m FINAL
          WHERE m.kpi IN ({kpis:Array(String)}) AND m.day BETWEEN addMonths(toStartOfMonth({last:Date32}), -12) AND {last:Date32}
            AND m.split = '' AND m.num IS NOT NULL
          GROUP BY m.kpi, m.day
        ) GROUP BY kpi, month
      )`,
    params: { ...figureParams(kpis), last, today, waiting: provisional.waiting },
  }),
};

export const nationSplits: Extract = {
  source: 'figures',
  table: 'nation_splits',
  question:
    'How are portions and money of the last 28 days split: by school type, portion size, supplier type, spending row?',
  columns: {
    ...kpiColumn,
    part: { type: 'String', meaning: 'the part, as the source names it' },
    ...figureColumns,
  },
  order: ['kpi', 'part'],
  select: ({ kpis, last }) => ({
    sql: `SELECT kpi, part, ${figureSql} FROM (
        SELECT toString(m.kpi) AS kpi, toString(m.split) AS part, sum(m.num) AS nums, sum(m.den) AS dens FROM mart.kpi_areas AS m FINAL
        WHERE m.kpi IN ({kpis:Array(String)}) AND m.day BETWEEN {last:Date32} - 27 AND {last:Date32} AND m.split != '' AND m.num IS NOT NULL
        GROUP BY kpi, part
      )`,
    params: { ...figureParams(kpis.filter((kpi) => kpi.split !== undefined)), last },
  }),
};
