/**
 * The summary of a scope: every KPI for a day, beside the day before, the same weekday and the month so far. What is published
 * by fortnight or month is shown for its period, beside the one before.
 */
import { addDays } from '../warehouse/days.ts';
import type { Kpi } from '../warehouse/kpis/kpi.ts';
import { figureOf, kpiValue, limitOf, statusOf } from '../warehouse/kpis/registry.ts';
import { stateOfDay } from '../warehouse/queries/finality.ts';
import { readTargets, targetOf } from '../warehouse/queries/targets.ts';
import { dailyValues, seriesValues } from '../warehouse/queries/values.ts';
import type { Place } from './access.ts';
import type { ApiContext } from './context.ts';
import { today } from './inputs.ts';

const TREND_DAYS = 30;
/** The same weekday a year ago. */
const YEAR_DAYS = 364;
const PERIODS_BACK_DAYS = 400;
/** A fortnight is told when it has ended: the last one may lie this far back. */
const LAST_FORTNIGHT_DAYS = 28;

type Row = { date: string; num: number | null; den: number | null };

export async function summary(
  { warehouse, graceDays }: Pick<ApiContext, 'warehouse' | 'graceDays'>,
  visible: readonly Kpi[],
  place: Place,
  date: string,
) {
  const todayOnly = place.onlyDay !== undefined;
  const monthStart = todayOnly ? date : `${date.slice(0, 8)}01`;
  const trendStart = todayOnly ? date : addDays(date, 1 - TREND_DAYS);
  const yearAgo = todayOnly ? date : addDays(date, -YEAR_DAYS);
  const told = [...visible, ...visible.flatMap((kpi) => limitOf(kpi) ?? [])];
  const grains = [...new Set(told.flatMap(({ grain }) => grain ?? []))];
  const [daily, targets, state, ...series] = await Promise.all([
    dailyValues(warehouse, place.scope, [monthStart, trendStart].sort()[0] ?? date, date, yearAgo),
    readTargets(warehouse),
    stateOfDay(warehouse, place.scope, date, today(), graceDays),
    ...grains.map((grain) => {
      const kpis = told.filter((kpi) => kpi.grain === grain);
      return seriesValues(warehouse, kpis, place.scope, grain, addDays(date, -PERIODS_BACK_DAYS), date);
    }),
  ]);
  const byPeriod = series.flat();
  const rowsOf = ({ id, grain }: Kpi): readonly Row[] =>
    (grain === undefined ? daily : byPeriod).filter((row) => row.kpi === id);
  /** What is set for the unit, else its own limit in force in the period that is told. */
  const targetFor = (kpi: Kpi, period: string | undefined): Kpi['target'] => {
    const stated = targetOf(kpi, targets, place.ancestors, date);
    const limit = limitOf(kpi);
    if (stated !== null || limit === undefined) return stated;
    const row = rowsOf(limit).find((own) => own.date === period);
    const high = row === undefined ? null : kpiValue(limit, row.num, row.den);
    return high === null ? null : { low: null, high };
  };
  const kpis = visible.map((kpi) => {
    const figure = (row: Row | undefined) => (row === undefined ? null : figureOf(kpi, row.num, row.den));
    const answer = (
      period: string | undefined,
      now: ReturnType<typeof figure>,
      rows: readonly Row[],
      compared: object,
    ) => ({
      id: kpi.id,
      ...(now ?? { num: null, den: null, value: null }),
      status: statusOf({ ...kpi, target: targetFor(kpi, period) }, now?.value ?? null),
      target: targetFor(kpi, period),
      ...{ previousDay: null, sameWeekday: null, yearAgo: null, monthToDate: null, previousPeriod: null },
      ...compared,
      trend: rows.map((row) => ({ date: row.date, value: kpiValue(kpi, row.num, row.den) })),
    });
    if (kpi.grain !== undefined) {
      const rows = rowsOf(kpi);
      const last = rows.at(-1);
      const current = last && last.date >= (kpi.grain === 'month' ? monthStart : addDays(date, -LAST_FORTNIGHT_DAYS));
      const now = figure(current ? last : undefined);
      const monthToDate = kpi.grain === 'month' ? now : null;
      return answer(last?.date, now, rows, { monthToDate, previousPeriod: figure(rows.at(current ? -2 : -1)) });
    }
    const own = rowsOf(kpi);
    const at = (day: string) => figure(own.find((row) => row.date === day));
    const month = own.filter((row) => row.date >= monthStart);
    const sum = (pick: (row: Row) => number | null) =>
      month.some((row) => pick(row) !== null) ? month.reduce((total, row) => total + (pick(row) ?? 0), 0) : null;
    const added = { date: monthStart, num: sum((row) => row.num), den: sum((row) => row.den) };
    const now = at(date);
    return answer(
      date,
      now,
      own.filter((row) => row.date >= trendStart),
      {
        previousDay: at(addDays(date, -1)),
        sameWeekday: at(addDays(date, -7)),
        yearAgo: todayOnly ? null : at(yearAgo),
        // A state does not add up: the month so far is what it is now.
        monthToDate: todayOnly ? null : kpi.state ? now : month.length === 0 ? null : figure(added),
      },
    );
  });
  const unit = place.path.at(-1);
  return {
    scope: place.text,
    name: unit?.name ?? '',
    level: unit?.level,
    date,
    state,
    path: place.path,
    kpis,
  };
}
