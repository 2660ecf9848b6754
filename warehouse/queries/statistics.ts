/**
 * What a number was to be expected to be, from the same weekdays before; what a series is made of; what the next days will
 * bring. Plain statistics over the rollups, each with the evidence it stands on.
 */
import type { Warehouse } from '../client.ts';
import { addDays } from '../days.ts';
import type { Kpi } from '../kpis/kpi.ts';
import type { Scope } from '../scopes.ts';
import { dailySql } from './sql.ts';

/** An expected range is told from this many weeks before, and only with so many of the same weekdays known. */
export const RANGE_WEEKS = 8;
export const RANGE_MINIMUM = 4;
/** Half the width of a range, in robust standard deviations (1.4826 × MAD). */
const RANGE_WIDTH = 3;

/**
 * A range reaches at least so far to either side: days that never differed would warn of every difference. Of a share 5 points
 * and what chance alone does to so many observations (three standard errors at most, 1.5 ÷ √n); of a count three standard
 * deviations of a Poisson count; of anything else 5 %. SQL over `middle` and `weight`, the usual denominator.
 */
const floors = {
  share: 'greatest(0.05, 1.5 / sqrt(greatest(1, weight)))',
  count: '3 * sqrt(abs(middle) + 1)',
  amount: '0.05 * abs(middle)',
} as const;
export const floorOf = (kpi: Kpi): keyof typeof floors =>
  kpi.unit === 'percent' ? 'share' : kpi.unit === 'count' ? 'count' : 'amount';

/**
 * [low, middle, high] from arrays of earlier values and denominators: median ± 3 × 1.4826 × MAD, at least the floor. `floor` is
 * SQL yielding the name of one.
 */
export const rangeSql = (values: string, weights: string, floor: string): string => `(
  arrayReduce('quantileExactInclusive(0.5)', ${values}) AS middle,
  arrayReduce('quantileExactInclusive(0.5)', ${weights}) AS weight,
  greatest(${RANGE_WIDTH} * 1.4826 * arrayReduce('quantileExactInclusive(0.5)', arrayMap(v -> abs(v - middle), ${values})),
    multiIf(${floor} = 'share', ${floors.share}, ${floor} = 'count', ${floors.count}, ${floors.amount})) AS reach,
  [if(arrayMin(${values}) >= 0, greatest(0, middle - reach), middle - reach), middle, middle + reach]
).4`;

export type Expected = { date: string; low: number; middle: number; high: number; observations: number };

/** The expected range of every day in [from, to] that has enough of the same weekdays before it. */
export async function expectedRanges(
  warehouse: Warehouse,
  kpi: Kpi,
  scope: Scope,
  from: string,
  to: string,
): Promise<Expected[]> {
  return warehouse.query<Expected>(
    `WITH held AS (${dailySql(kpi, scope).replace('{from:Date32}', `{from:Date32} - ${7 * RANGE_WEEKS}`)})
     SELECT toString(day) AS date, expected[1] AS low, expected[2] AS middle, expected[3] AS high, length(earlier) AS observations
     FROM (
       SELECT t.day AS day, groupArray(h.value) AS earlier, groupArray(h.weight) AS weights,
         ${rangeSql('earlier', 'weights', `'${floorOf(kpi)}'`)} AS expected
       FROM (SELECT toDate32({from:Date32}) + arrayJoin(range(toUInt32(dateDiff('day', {from:Date32}, {to:Date32}) + 1))) AS day) AS t
       INNER JOIN held AS h ON toDayOfWeek(h.day) = toDayOfWeek(t.day)
       WHERE h.day < t.day AND h.day >= t.day - ${7 * RANGE_WEEKS}
       GROUP BY t.day HAVING length(earlier) >= ${RANGE_MINIMUM}
     )
     ORDER BY day`,
    { kpi: kpi.id, from, to, scopeId: scope.id },
  );
}

export type Decomposition = {
  /** Weekdays (ISO) on which the series has values: the length of its season. */
  weekdays: number[];
  points: {
    date: string;
    value: number;
    /** The day had no value; the median of its weekday stands in for it. */
    filled: boolean;
    seasonal: number;
    trend: number;
    residual: number;
  }[];
};

/**
 * Seasonal decomposition (STL) over the weekdays on which the kitchen serves. Undefined with fewer than four seasons: the
 * method would find patterns in noise.
 */
export async function decomposition(
  warehouse: Warehouse,
  kpi: Kpi,
  scope: Scope,
  from: string,
  to: string,
): Promise<Decomposition | undefined> {
  const rows = await warehouse.query<{
    weekdays: number[];
    points: [string, number, boolean, number, number, number][];
  }>(
    `WITH held AS (${dailySql(kpi, scope)}),
       -- A weekday belongs to the season when at least a quarter of its days have a value.
       season AS (
         SELECT toDayOfWeek(day) AS weekday, quantileExactInclusive(0.5)(value) AS usual FROM held GROUP BY weekday
         HAVING count() * 4 >= dateDiff('week', (SELECT min(day) FROM held), (SELECT max(day) FROM held))
       ),
       line AS (
         SELECT d.day AS day, s.usual AS usual FROM (
           SELECT (SELECT min(day) FROM held) + arrayJoin(range(toUInt32(dateDiff('day', (SELECT min(day) FROM held), (SELECT max(day) FROM held)) + 1))) AS day
         ) AS d INNER JOIN season AS s ON s.weekday = toDayOfWeek(d.day)
       ),
       series AS (
         SELECT l.day AS day, h.day IS NULL AS filled, toFloat64(ifNull(h.value, l.usual)) AS value
         FROM line AS l LEFT JOIN (SELECT toNullable(day) AS day, toNullable(value) AS value FROM held) AS h ON h.day = l.day
         ORDER BY day
       ),
       whole AS (
         SELECT groupArray(day) AS days, groupArray(value) AS values, groupArray(filled) AS fills, (SELECT count() FROM season) AS period FROM series
       )
     SELECT (SELECT arraySort(groupArray(weekday)) FROM season) AS weekdays,
       arrayMap((d, v, f, s, t, r) -> (toString(d), v, toBool(f), toFloat64(s), toFloat64(t), toFloat64(r)), days, values, fills, parts[1], parts[2], parts[3]) AS points
     FROM (SELECT *, seriesDecomposeSTL(values, period) AS parts FROM whole WHERE period >= 2 AND length(values) >= 4 * period)`,
    { kpi: kpi.id, from, to, scopeId: scope.id },
  );
  const [row] = rows;
  return row === undefined
    ? undefined
    : {
        weekdays: row.weekdays,
        points: row.points.map(([date, value, filled, seasonal, trend, residual]) => ({
          date,
          value,
          filled,
          seasonal,
          trend,
          residual,
        })),
      };
}

/** Days ahead, weeks looked back at, and origins tried again to learn how wrong forecasts have been. */
const HORIZON = 7;
const FORECAST_WEEKS = 6;
const FORECAST_MINIMUM = 2;
const TRIED_ORIGINS = 28;
const INTERVAL = 0.9;

export type Forecast = {
  kpi: string;
  from: string;
  points: {
    date: string;
    /** The service calendar: no service is planned on a holiday, or on a weekday without service. */
    service: 'service' | 'holiday' | 'no_service';
    value: number | null;
    low: number | null;
    high: number | null;
  }[];
  /** Forecasts made in the same way for days that are known by now; null while there are too few. */
  backtest: { forecasts: number; meanAbsolutePercentageError: number; bias: number; interval: number } | null;
};

/**
 * Seven days from `from`: the median of the same weekday in the six weeks before, for days of service. The interval comes from
 * the errors of the same forecast at the 28 days before; they are published with it.
 */
export async function forecast(warehouse: Warehouse, kpi: Kpi, scope: Scope, from: string): Promise<Forecast> {
  const tried = `SELECT origin, origin + h AS day FROM (
      SELECT toDate32({to:Date32}) + 1 - arrayJoin(range(${TRIED_ORIGINS + 1})) AS origin
    ) ARRAY JOIN range(${HORIZON}) AS h`;
  const rows = await warehouse.query<{
    origin: string;
    date: string;
    known: number;
    value: number;
    actual: number | null;
    holiday: boolean;
  }>(
    `WITH held AS (${dailySql(kpi, scope)}),
       days_off AS (SELECT day FROM mart.holidays FINAL WHERE listed)
     SELECT * EXCEPT (pairs, found) FROM (
     SELECT toString(t.origin) AS origin, toString(t.day) AS date, count() AS known,
       quantileExactInclusive(0.5)(h.value) AS value, (SELECT groupArray((day, value)) FROM held) AS pairs,
       arrayFirst(p -> p.1 = t.day, pairs).2 AS found, if(has(pairs.1, t.day), found, NULL) AS actual,
       t.day IN (SELECT day FROM days_off) AS holiday
     FROM (${tried}) AS t INNER JOIN held AS h ON toDayOfWeek(h.day) = toDayOfWeek(t.day)
     WHERE h.day < t.origin AND h.day >= t.origin - ${7 * FORECAST_WEEKS} AND h.day NOT IN (SELECT day FROM days_off)
     GROUP BY t.origin, t.day HAVING known >= ${FORECAST_MINIMUM}
     ) ORDER BY origin, date`,
    { kpi: kpi.id, from: addDays(from, -7 * FORECAST_WEEKS - TRIED_ORIGINS), to: addDays(from, -1), scopeId: scope.id },
  );
  const tries = rows.filter((row) => row.origin < from && row.actual !== null && !row.holiday && row.value > 0);
  const errors = tries.map((row) => (row.actual as number) / row.value - 1).sort((a, b) => a - b);
  const backtest =
    tries.length < HORIZON * 2
      ? null
      : {
          forecasts: tries.length,
          meanAbsolutePercentageError:
            mean(tries.map((row) => Math.abs((row.actual as number) - row.value))) /
            mean(tries.map((row) => row.actual as number)),
          bias: mean(errors),
          interval: INTERVAL,
        };
  const [lowest, highest] = [quantile(errors, (1 - INTERVAL) / 2), quantile(errors, (1 + INTERVAL) / 2)];
  return {
    kpi: kpi.id,
    from,
    points: Array.from({ length: HORIZON }, (_, ahead) => addDays(from, ahead)).map((date) => {
      const row = rows.find((candidate) => candidate.origin === from && candidate.date === date);
      if (row === undefined || row.holiday) {
        return { date, service: row ? 'holiday' : 'no_service', value: null, low: null, high: null };
      }
      const { value } = row;
      const bounds =
        backtest === null ? { low: null, high: null } : { low: value * (1 + lowest), high: value * (1 + highest) };
      return { date, service: 'service', value, ...bounds };
    }),
    backtest,
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (sorted: readonly number[], share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? 0;
