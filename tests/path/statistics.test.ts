/** Statistics over a generated programme, compared with SQL in Postgres on the source. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { day, KITCHENS, LOCAL, type Programme, startProgramme } from '../support/programme.ts';
import type { Stack } from '../support/stack.ts';

let programme: Programme;
let stack: Stack;
let ask: Programme['ask'];
let sql: Programme['sql'];
beforeAll(async () => {
  programme = await startProgramme();
  ({ stack, ask, sql } = programme);
});
afterAll(() => stack[Symbol.asyncDispose]());

const ON_TIME = `SELECT ${LOCAL('x."distributionDate"')} AS day, s.id AS sppg, s."provinceId" AS province, s."regencyId" AS regency, p.region::text AS region,
    count(*) FILTER (WHERE coalesce(x."arrivalTime", x."actualEndTime") <= x."plannedEndTime")::float8 AS num,
    count(coalesce(x."arrivalTime", x."actualEndTime"))::float8 AS den
  FROM food_distributions x JOIN ${KITCHENS} ON s.id = x."sppgId" WHERE x.status = 'COMPLETED' GROUP BY 1, 2, 3, 4, 5`;

test('ranking: every level, by sums over sums, best or worst first', async () => {
  const range = `from=${day(30)}&to=${day(1)}`;
  const wilayah = `CASE region WHEN 'SUMATERA' THEN 'I' WHEN 'JAWA' THEN 'II' WHEN 'KALIMANTAN' THEN 'II' ELSE 'III' END`;
  for (const [level, unit] of [
    ['sppg', 'sppg'],
    ['regency', 'regency'],
    ['province', 'province'],
    ['region', 'region'],
    ['wilayah', wilayah],
  ] as const) {
    const expected = await sql<{ unit: string; value: number }>(
      `SELECT ${unit} AS unit, sum(num) / sum(den) AS value FROM (${ON_TIME}) x
       WHERE day BETWEEN '${day(30)}' AND '${day(1)}' GROUP BY 1 HAVING sum(den) > 0 ORDER BY 2, (${unit}) COLLATE "C"`,
    );
    const worst = await ask(`kpis/on_time_delivery/ranking?level=${level}&${range}&order=asc&limit=1000`);
    expect(worst.total, level).toBe(expected.length);
    expect(worst.units.map(({ scope }: { scope: string }) => scope)).toEqual(
      expected.map((row) => `${level}:${row.unit}`),
    );
    worst.units.forEach(({ value, name }: { value: number; name: string }, index: number) => {
      expect(value).toBeCloseTo(expected[index]?.value as number, 12);
      expect(name.length).toBeGreaterThan(0);
    });
    const best = await ask(`kpis/on_time_delivery/ranking?level=${level}&${range}&order=desc&limit=3`);
    expect(best.units[0].value).toBeCloseTo(Math.max(...expected.map((row) => row.value)), 12);
    expect(best.units.length).toBe(Math.min(3, expected.length));
  }
});

test('expected range: median of the same weekdays before, and three times their spread', async () => {
  const { points } = await ask(`kpis/on_time_delivery/expected?from=${day(7)}&to=${day(1)}`);
  const expected = await sql<{ date: string; mid: number; mad: number; n: number; weight: number }>(
    `WITH d AS (SELECT day, sum(num) / sum(den) AS v, sum(den) AS w FROM (${ON_TIME}) x GROUP BY 1 HAVING sum(den) > 0),
       h AS (SELECT t::date AS day, d.v, d.w FROM generate_series('${day(7)}'::date, '${day(1)}'::date, '1 day') t JOIN d
         ON extract(isodow FROM d.day) = extract(isodow FROM t) AND d.day < t::date AND d.day >= t::date - 56),
       m AS (SELECT day, percentile_cont(0.5) WITHIN GROUP (ORDER BY v) AS mid, percentile_cont(0.5) WITHIN GROUP (ORDER BY w) AS weight, count(*) AS n FROM h GROUP BY 1)
     SELECT m.day::text AS date, m.mid, m.weight, m.n::int AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(h.v - m.mid)) AS mad
     FROM m JOIN h USING (day) GROUP BY m.day, m.mid, m.weight, m.n HAVING m.n >= 4 ORDER BY 1`,
  );
  expect(points.length).toBe(expected.length);
  expect(points.length).toBeGreaterThan(0);
  for (const [index, { date, mid, mad, n, weight }] of expected.entries()) {
    const reach = Math.max(3 * 1.4826 * mad, 0.05, 1.5 / Math.sqrt(weight));
    const point = points[index];
    expect([point.date, point.observations]).toEqual([date, n]);
    expect(point.middle).toBeCloseTo(mid, 9);
    expect(point.low).toBeCloseTo(Math.max(0, mid - reach), 9);
    expect(point.high).toBeCloseTo(mid + reach, 9);
  }
});

test('decomposition: the parts add up to the series; too short a series has none', async () => {
  const { points, weekdays } = await ask(`kpis/portions_delivered/decomposition?from=${day(70)}&to=${day(1)}`);
  expect(weekdays.length).toBeGreaterThanOrEqual(5);
  expect(points.length).toBeGreaterThan(40);
  for (const { value, seasonal, trend, residual } of points) expect(seasonal + trend + residual).toBeCloseTo(value, -1);
  expect((await ask(`kpis/portions_delivered/decomposition?from=${day(8)}&to=${day(1)}`)).points).toEqual([]);
});

test('forecast: medians of the same weekdays, none on holidays, with the error of forecasts of days since known', async () => {
  const delivered = `SELECT ${LOCAL('d."distributionDate"')} AS day, sum(d."actualQuantity")::float8 AS v FROM school_distributions d
    JOIN nutrition_programs n ON n.id = d."programId" JOIN ${KITCHENS} ON s.id = n."sppgId"
    WHERE d."deliveryStatus" IN ('DELIVERED', 'CONFIRMED') GROUP BY 1`;
  const off = await stack.warehouse.query<{ day: string }>(
    'SELECT toString(day) AS day FROM mart.holidays FINAL WHERE listed',
  );
  const holidays = off.map((row) => `'${row.day}'`).join(', ');
  const from = day(0);
  const rows = await sql<{ origin: string; date: string; f: number; actual: number | null; holiday: boolean }>(
    `WITH d AS (${delivered}), o AS (SELECT '${from}'::date - g AS origin, '${from}'::date - g + h AS day FROM generate_series(0, 28) g, generate_series(0, 6) h)
     SELECT o.origin::text, o.day::text AS date, percentile_cont(0.5) WITHIN GROUP (ORDER BY d.v) AS f,
       (SELECT v FROM d a WHERE a.day = o.day AND a.day < '${from}') AS actual, o.day IN (${holidays}) AS holiday
     FROM o JOIN d ON extract(isodow FROM d.day) = extract(isodow FROM o.day) AND d.day < o.origin AND d.day >= o.origin - 42 AND d.day NOT IN (${holidays})
     GROUP BY 1, 2, 4, 5 HAVING count(*) >= 2`,
  );
  const answer = await ask('kpis/portions_delivered/forecast');
  expect(answer.points.length).toBe(7);
  let served = 0;
  for (const point of answer.points) {
    const row = rows.find(({ origin, date }) => origin === from && date === point.date);
    if (row === undefined || row.holiday) {
      expect(point.value, point.date).toBeNull();
      continue;
    }
    served++;
    expect(point.value).toBeCloseTo(row.f, 6);
    expect(point.low).toBeLessThanOrEqual(point.high);
  }
  expect(served).toBeGreaterThan(0);
  expect(answer.points.find(({ date }: { date: string }) => date === day(-2))).toMatchObject({ value: null });
  const tries = rows.filter((row) => row.origin < from && row.actual !== null && !row.holiday);
  const sum = (pick: (row: (typeof tries)[number]) => number) => tries.reduce((total, row) => total + pick(row), 0);
  expect(answer.backtest.forecasts).toBe(tries.length);
  expect(answer.backtest.meanAbsolutePercentageError).toBeCloseTo(
    sum((row) => Math.abs((row.actual as number) - row.f)) / sum((row) => row.actual as number),
    9,
  );
});

test('warnings: a kitchen that falls out of its range is told, with its evidence; verdicts make the precision', async () => {
  const [late] = await sql<{ sppg: string; province: string }>(
    `SELECT sppg, province FROM (${ON_TIME}) x WHERE day BETWEEN '${day(60)}' AND '${day(1)}' AND den > 0
     GROUP BY 1, 2 HAVING count(*) >= 40 ORDER BY sum(num) / sum(den) DESC LIMIT 1`,
  );
  const [last] = await sql<{ date: string }>(
    `SELECT max(day)::text AS date FROM (${ON_TIME}) x WHERE sppg = '${late?.sppg}' AND day <= '${day(1)}'`,
  );
  const date = last?.date ?? '';
  await stack.source.query(
    `UPDATE food_distributions x SET "arrivalTime" = "plannedEndTime" + interval '3 hours' FROM ${KITCHENS}
     WHERE s.id = x."sppgId" AND s.id = $1 AND ${LOCAL('x."distributionDate"')} = $2::date`,
    [late?.sppg, date],
  );
  await stack.settled();
  const scope = `sppg:${late?.sppg}`;
  const told = async () => {
    const { warnings, precision } = await ask(`insights?scope=province:${late?.province}&date=${date}&limit=500`);
    type Told = {
      kpi: string;
      scope: string;
      id: string;
      value: number;
      expected: { low: number };
      verdict: { verdict: string } | null;
    };
    const items = warnings.items as Told[];
    return { precision, found: items.find((item) => item.kpi === 'on_time_delivery' && item.scope === scope) };
  };
  const { found } = await told();
  expect(found).toMatchObject({ value: 0, verdict: null });
  expect(found?.expected.low).toBeGreaterThan(0);
  const judge = async (verdict: string) => {
    await programme.post('insights/verdicts', { warning: found?.id, verdict, note: 'diperiksa' });
  };
  await judge('false');
  await judge('confirmed');
  const after = await told();
  expect(after.found?.verdict).toMatchObject({ verdict: 'confirmed', note: 'diperiksa' });
  expect(after.precision).toEqual([
    { method: 'same_weekday_median_mad', kpi: 'on_time_delivery', confirmed: 1, false: 0, precision: 1 },
  ]);
  // Better than expected warns of nothing.
  const all = await ask(`insights?date=${date}&limit=500`);
  for (const { kpi, value, expected } of all.warnings.items) {
    if (kpi === 'on_time_delivery') expect(value).toBeLessThan(expected.low);
  }
});

test('peers: kitchens of the same island group nearest in size, told without their names', async () => {
  const [me] = await sql<{ id: string; region: string; size: number }>(
    `SELECT s.id, p.region, s."targetRecipients" AS size FROM ${KITCHENS} WHERE p.region = 'JAWA' AND s.status = 'ACTIVE' ORDER BY s.id LIMIT 1`,
  );
  const expected = await sql<{ value: number }>(
    `SELECT sum(num) / sum(den) AS value FROM (${ON_TIME}) x WHERE day BETWEEN '${day(30)}' AND '${day(1)}' AND sppg IN (
       SELECT s.id FROM ${KITCHENS} WHERE p.region = 'JAWA' AND s.status = 'ACTIVE' AND s.id <> '${me?.id}'
       ORDER BY abs(s."targetRecipients" - ${me?.size}), s.id COLLATE "C" LIMIT 30) GROUP BY sppg HAVING sum(den) > 0 ORDER BY 1`,
  );
  const answer = await ask(`peers?scope=sppg:${me?.id}&from=${day(30)}&to=${day(1)}`);
  const { peers } = answer.comparisons.find(({ kpi }: { kpi: string }) => kpi === 'on_time_delivery');
  expect(peers.kitchens).toBe(expected.length);
  expect(peers.median).toBeCloseTo(expected[Math.round((expected.length - 1) / 2)]?.value as number, 12);
});

test('series by week, fortnight, month, quarter and year are sums over sums of the days in them', async () => {
  const [from, to] = [day(70), day(1)];
  // Two ISO weeks each from Monday 1 January 2024, as docs/configure.md says of the ministry's fortnights.
  const starts = {
    week: `date_trunc('week', day)`,
    fortnight: `date '2024-01-01' + 14 * ((day - date '2024-01-01') / 14)`,
    month: `date_trunc('month', day)`,
    quarter: `date_trunc('quarter', day)`,
    year: `date_trunc('year', day)`,
  };
  for (const [grain, start] of Object.entries(starts)) {
    const expected = await sql<{ date: string; num: number; den: number }>(
      `SELECT (${start})::date::text AS date, sum(num) AS num, sum(den) AS den FROM (${ON_TIME}) x
       WHERE day BETWEEN '${from}' AND '${to}' GROUP BY 1 HAVING sum(den) > 0 ORDER BY 1`,
    );
    const { points } = await ask(`kpis/on_time_delivery/series?grain=${grain}&from=${from}&to=${to}`);
    const told = points
      .filter(({ den }: { den: number | null }) => den !== null)
      .map(({ date, num, den }: { date: string; num: number; den: number }) => ({ date, num, den }));
    expect(told, grain).toEqual(expected);
    expect(expected.length, grain).toBeGreaterThan(0);
    for (const { value, num, den } of points) if (den !== null) expect(value).toBeCloseTo(num / den, 12);
  }
});

test('summary: a day beside the day before, the same weekday last week and the month so far', async () => {
  const date = day(2);
  const { kpis } = await ask(`summary?date=${date}`);
  const told = kpis.find(({ id }: { id: string }) => id === 'on_time_delivery');
  const between = async (from: string, to: string) => {
    const [row] = await sql<{ num: number | null; den: number | null }>(
      `SELECT sum(num) AS num, sum(den) AS den FROM (${ON_TIME}) x WHERE day BETWEEN '${from}' AND '${to}'`,
    );
    return row?.den ? { num: row.num, den: row.den } : null;
  };
  const sums = (figure: { num: number | null; den: number | null } | null) =>
    figure?.den ? { num: figure.num, den: figure.den } : null;
  expect(sums(told)).toEqual(await between(date, date));
  expect(sums(told.previousDay)).toEqual(await between(day(3), day(3)));
  expect(sums(told.sameWeekday)).toEqual(await between(day(9), day(9)));
  expect(sums(told.monthToDate)).toEqual(await between(`${date.slice(0, 8)}01`, date));
  // The programme is younger than a year.
  expect(sums(told.yearAgo)).toBeNull();
});
