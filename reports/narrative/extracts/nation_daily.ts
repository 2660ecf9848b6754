/** How did every measure of the nation run, day by day? */
import { type Extract, figureParams } from './extract.ts';
import { figureColumns, figureSql, kpiColumn } from './figures.ts';

/** Days told: four months of weeks, and the same weekdays stand below each other. */
export const DAYS = 119;

export const nationDaily: Extract = {
  source: 'figures',
  table: 'nation_daily',
  question: 'How did every measure of the nation run, day by day, over seventeen weeks to the last day of service?',
  columns: {
    ...kpiColumn,
    day: { type: 'Date32', meaning: 'local day of the kitchens' },
    ...figureColumns,
    provisional: { type: 'Bool', meaning: 'sheets of the day are still due' },
  },
  order: ['kpi', 'day'],
  select: ({ kpis, last, provisional }) => {
    const daily = kpis.filter((kpi) => kpi.grain === undefined);
    return {
      sql: `SELECT kpi, day, ${figureSql}, has({waiting:Array(String)}, toString(day)) AS provisional FROM (
          SELECT toString(m.kpi) AS kpi, m.day AS day, sum(m.num) AS nums, sum(m.den) AS dens FROM mart.kpi_areas AS m FINAL
          WHERE m.kpi IN ({kpis:Array(String)}) AND m.day BETWEEN {last:Date32} - ${DAYS - 1} AND {last:Date32} AND m.split = '' AND m.num IS NOT NULL
          GROUP BY m.kpi, m.day
        )`,
      params: { ...figureParams(daily), last, waiting: provisional.waiting },
    };
  },
};
