/** Statistics and data quality over a generated programme, compared with SQL in Postgres on the source. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateDemo } from '../../demo/generate.ts';
import { insert, NOW } from '../support/rows.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';

let stack: Stack;
let token = '';
/** Yesterday in Jakarta: the last day that is over everywhere but in the far west. */
const day = (ago: number) => new Date(Date.now() + 7 * 3_600_000 - ago * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  stack = await startStack(async (source) => {
    await source.query("SET timezone = 'UTC'");
  });
  await generateDemo(stack.databaseUrl, { units: 60, days: 75, seed: 3 });
  const targets = join(stack.dataDir, 'targets.csv');
  writeFileSync(
    targets,
    `kpi,scope,since,low,high\nfood_cost_per_portion,region:PAPUA,2020-01-01,,60000\nfood_cost_per_portion,region:PAPUA,2099-01-01,,1\non_time_delivery,national,${day(10)},0.5,\n`,
  );
  stack.env.TARGETS_FILE = targets;
  await startPath(stack);
  await stack.settled();
  token = await stack.token('PLATFORM_ANALYST', ['national']);
});
afterAll(() => stack[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what they hold
const ask = async (path: string): Promise<any> => {
  const { status, body } = await stack.get(`/api/v1/${path}`, token);
  expect(status, `${path}: ${JSON.stringify(body).slice(0, 300)}`).toBe(200);
  return body;
};
const sql = async <Row>(text: string) => (await stack.source.query(text)).rows as Row[];

const LOCAL = (column: string) =>
  `((${column} + (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')::date)`;
const LOCAL_TIME = (column: string) =>
  `(${column} + (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')`;
/** Kitchens with their province, demo kitchens left out. */
const KITCHENS = `sppg s JOIN provinces_indonesia p ON p.id = s."provinceId" AND NOT s."isDemoAccount"`;
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
    const answer = await fetch(`${stack.api}/api/v1/insights/verdicts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ warning: found?.id, verdict, note: 'diperiksa' }),
    });
    expect(answer.status).toBe(201);
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

test('completeness: expected days by programme, calendar and status; missing sheets as SQL counts them', async () => {
  const off = await stack.warehouse.query<{ day: string }>(
    'SELECT toString(day) AS day FROM mart.holidays FINAL WHERE listed',
  );
  const has = (table: string, column: string, join = `x."sppgId" = s.id`, from = '') =>
    `EXISTS (SELECT FROM ${table} x ${from} WHERE ${join} AND ${LOCAL(column)} = d::date)`;
  const range = [day(20), day(2)];
  const due = `FROM ${KITCHENS} CROSS JOIN generate_series('${range[0]}'::date, '${range[1]}'::date, '1 day') d
    WHERE s.status = 'ACTIVE' AND d::date NOT IN (${off.map((row) => `'${row.day}'`).join(', ')})
      AND d::date >= ${LOCAL('s."operationStartDate"')} AND EXISTS (
        SELECT FROM nutrition_programs n WHERE n."sppgId" = s.id AND n.status = 'ACTIVE' AND extract(isodow FROM d)::int = ANY (n."feedingDays")
          AND d::date >= ${LOCAL('n."startDate"')} AND (n."endDate" IS NULL OR d::date <= ${LOCAL('n."endDate"')}))`;
  const [expected] = await sql<Record<string, number>>(
    `SELECT count(*)::int AS expected, count(*) FILTER (WHERE a AND b AND c AND e)::int AS complete, count(*) FILTER (WHERE NOT a)::int AS production,
       count(*) FILTER (WHERE NOT b)::int AS quality, count(*) FILTER (WHERE NOT c)::int AS distribution, count(*) FILTER (WHERE NOT e)::int AS schools
     FROM (SELECT s.id, d,
         ${has('food_productions', 'x."productionDate"')} AS a,
         ${has('quality_controls', 'x."checkTime"', 'f."sppgId" = s.id', 'JOIN food_productions f ON f.id = x."productionId"')} AS b,
         ${has('food_distributions', 'x."distributionDate"')} AS c,
         ${has('school_distributions', 'x."distributionDate"', 'n."sppgId" = s.id', 'JOIN nutrition_programs n ON n.id = x."programId"')} AS e
       ${due}) t`,
  );
  const { totals } = await ask(`completeness?from=${range[0]}&to=${range[1]}`);
  expect(totals).toMatchObject({
    expected: expected?.expected,
    complete: expected?.complete,
    missing: {
      production: expected?.production,
      quality: expected?.quality,
      distribution: expected?.distribution,
      schools: expected?.schools,
    },
  });
  expect(expected?.complete).toBeLessThan(expected?.expected as number);
  // And when they were there: by the end of the local day, or later.
  await stack.source.query(
    `UPDATE food_productions x SET "createdAt" = x."productionDate" + interval '60 hours' FROM ${KITCHENS}
     WHERE s.id = x."sppgId" AND x.id LIKE 'c1%' AND x."productionDate" >= '${range[0]}'`,
  );
  await stack.settled();
  const [times] = await sql<{ expected: number; ontime: number; late: number; missing: number; days: number }>(
    `SELECT count(*)::int AS expected, count(*) FILTER (WHERE by <= 0)::int AS ontime, count(*) FILTER (WHERE by > 0)::int AS late,
       count(*) FILTER (WHERE by IS NULL)::int AS missing, avg(by) FILTER (WHERE by > 0)::float8 AS days
     FROM (SELECT (SELECT extract(epoch FROM min(${LOCAL_TIME('x."createdAt"')}) - (d + interval '1 day')::timestamp) / 86400 FROM food_productions x
         WHERE x."sppgId" = s.id AND ${LOCAL('x."productionDate"')} = d::date) AS by ${due}) t`,
  );
  const { totals: told } = await ask(`timeliness?from=${range[0]}&to=${range[1]}`);
  expect(told.expected).toBe(times?.expected);
  const { meanDaysLate, ...counted } = told.sheets.production;
  expect(counted).toEqual({ onTime: times?.ontime, late: times?.late, missing: times?.missing });
  expect(times?.late).toBeGreaterThan(10);
  expect(meanDaysLate).toBeCloseTo(times?.days as number, 4);
  // A kitchen that has not opened yet is not waited for.
  const [one] = await sql<{ id: string }>(
    `SELECT s.id FROM ${KITCHENS} WHERE s.status = 'ACTIVE' ORDER BY s.id LIMIT 1`,
  );
  const expectedOfOne = async () =>
    (await ask(`completeness?scope=sppg:${one?.id}&from=${day(9)}&to=${day(2)}`)).totals.expected;
  expect(await expectedOfOne()).toBeGreaterThan(3);
  await stack.source.query(`UPDATE sppg SET "operationStartDate" = $1 WHERE id = $2`, [`${day(2)}T05:00:00Z`, one?.id]);
  await stack.settled();
  expect(await expectedOfOne()).toBeLessThan(2);
});

test('payment risks: fortnightly reports that are not submitted, by days left', async () => {
  const expected = await sql<{ sppg: string; period: string; left: number }>(
    `SELECT r."sppgId" AS sppg, r."reportPeriod" AS period, ((regexp_match(r."reportPeriod", '\\d{4}-\\d\\d-\\d\\d\\D+(\\d{4}-\\d\\d-\\d\\d)'))[1]::date + 3 - '${day(0)}'::date) AS left
     FROM sppg_operational_reports r JOIN ${KITCHENS} ON s.id = r."sppgId" WHERE r."reportType" = 'FINANCIAL_BIWEEKLY'
     GROUP BY 1, 2 HAVING count(r."submittedAt") = 0 AND (regexp_match(r."reportPeriod", '\\d{4}-\\d\\d-\\d\\d\\D+(\\d{4}-\\d\\d-\\d\\d)'))[1]::date <= '${day(0)}'::date + 14`,
  );
  const answer = await ask('payment-risks?limit=1000');
  const told = answer.items.map(
    (item: { scope: string; period: string; daysLeft: number }) => `${item.scope} ${item.period} ${item.daysLeft}`,
  );
  expect(told.sort()).toEqual(expected.map((row) => `sppg:${row.sppg} ${row.period} ${row.left}`).sort());
  expect(answer.total).toBe(expected.length);
  expect(answer.late).toBe(expected.filter((row) => row.left < 0).length);
});

test('findings: listed with their kitchen, answered for, and rows without a readable period', async () => {
  const [kitchen] = await sql<{ id: string; program: string }>(
    `SELECT s.id, n.id AS program FROM ${KITCHENS} JOIN nutrition_programs n ON n."sppgId" = s.id ORDER BY s.id LIMIT 1`,
  );
  const id = kitchen?.id ?? '';
  await insert(stack.source, 'waste_management', {
    id: 'negative',
    sppgId: id,
    wasteDate: `${day(3)}T04:00:00Z`,
    wasteType: 'FOOD_WASTE',
    wasteWeight: -4,
    wasteSource: 'LEFTOVER',
    disposalMethod: 'COMPOST',
    updatedAt: NOW,
  });
  await stack.source.query(
    `INSERT INTO program_monitoring (id, "programId", "monitoringMonth", "monitoringYear", "targetRecipients", "activeRecipients", "feedingDaysPlanned",
       "feedingDaysCompleted", "totalMealsProduced", "totalMealsDistributed", "wastePercentage", "budgetAllocated", "budgetUtilized", "foodSafetyIncidents", "staffAttendance", "updatedAt")
     VALUES ('odd', $1, 'bulan lalu', 2026, 1, 1, 1, 1, 1, 1, 0, 1, 1, 3, 90, now())`,
    [kitchen?.program],
  );
  await stack.settled();
  const list = () => ask(`findings?scope=sppg:${id}&from=${day(5)}&to=${day(1)}`);
  const { items, totals, undated, rules } = await list();
  const weight = (found: { rule: string }[]) => found.find((item) => item.rule === 'waste_negative_weight');
  expect(weight(items)).toMatchObject({ scope: `sppg:${id}`, date: day(3), count: 1, state: 'open' });
  expect(weight(totals)).toMatchObject({ kitchens: 1, findings: 1 });
  expect(undated).toContainEqual({
    table: 'program_monitoring',
    column: 'monitoringMonth',
    text: 'bulan lalu',
    rows: 1,
    example: 'odd',
  });
  expect(rules.length).toBeGreaterThan(15);
  const answer = await fetch(`${stack.api}/api/v1/findings/states`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      rule: 'waste_negative_weight',
      scope: `sppg:${id}`,
      date: day(3),
      state: 'explained',
      note: 'salah ketik',
    }),
  });
  expect(answer.status).toBe(201);
  expect(weight((await list()).items)).toMatchObject({ state: 'explained', note: 'salah ketik' });
  await stack.source.query(`DELETE FROM waste_management WHERE id = 'negative'`);
  await stack.settled();
  expect(weight((await list()).items)).toBeUndefined();
});

test('findings between two amounts of a day: delivered above produced, produced above capacity', async () => {
  const made = `SELECT s.id AS sppg, ${LOCAL('f."productionDate"')} AS day, sum(f."actualPortions") AS produced, max(s."targetRecipients") AS capacity
    FROM food_productions f JOIN ${KITCHENS} ON s.id = f."sppgId" WHERE f.status = 'COMPLETED' GROUP BY 1, 2`;
  const handed = `SELECT s.id AS sppg, ${LOCAL('d."distributionDate"')} AS day, sum(d."actualQuantity") AS delivered
    FROM school_distributions d JOIN nutrition_programs n ON n.id = d."programId" JOIN ${KITCHENS} ON s.id = n."sppgId"
    WHERE d."deliveryStatus" IN ('DELIVERED', 'CONFIRMED') GROUP BY 1, 2`;
  const [expected] = await sql<{ more: number; beyond: number }>(
    `SELECT count(*) FILTER (WHERE delivered > produced)::int AS more, count(*) FILTER (WHERE produced > 1.2 * capacity)::int AS beyond
     FROM (${made}) m LEFT JOIN (${handed}) h USING (sppg, day) WHERE day BETWEEN '${day(60)}' AND '${day(1)}'`,
  );
  const { totals } = await ask(`findings?from=${day(60)}&to=${day(1)}`);
  const count = (rule: string) => totals.find((total: { rule: string }) => total.rule === rule)?.findings ?? 0;
  expect([count('delivered_over_produced'), count('produced_over_capacity')]).toEqual([
    expected?.more,
    expected?.beyond,
  ]);
  expect(expected?.more).toBeGreaterThan(0);
});

test('targets by unit and date: the nearest unit above that has one, once it is in force', async () => {
  const target = async (scope: string, date: string, kpi: string) =>
    (await ask(`summary?scope=${scope}&date=${date}`)).kpis.find((entry: { id: string }) => entry.id === kpi).target;
  expect(await target('region:PAPUA', day(1), 'food_cost_per_portion')).toEqual({ low: null, high: 60_000 });
  expect(await target('national', day(1), 'food_cost_per_portion')).toEqual({ low: null, high: 10_000 });
  expect(await target('region:JAWA', day(1), 'on_time_delivery')).toEqual({ low: 0.5, high: null });
  expect(await target('region:JAWA', day(11), 'on_time_delivery')).toEqual({ low: 0.95, high: null });
});

test('a unit that moves: past periods as it is now, or as it was then', async () => {
  const [mover] = await sql<{ id: string; province: string }>(
    `SELECT s.id, s."provinceId" AS province FROM ${KITCHENS} WHERE p.region = 'JAWA' AND s."provinceId" <> '31' ORDER BY s.id LIMIT 1`,
  );
  const [target] = await sql<{ province: string; regency: string }>(
    `SELECT "provinceId" AS province, id AS regency FROM regencies_indonesia WHERE "provinceId" = '31' ORDER BY id LIMIT 1`,
  );
  const value = async (scope: string, hierarchy: string) => {
    const path = `kpis/portions_delivered/series?scope=${scope}&grain=day&from=${day(20)}&to=${day(2)}&hierarchy=${hierarchy}`;
    return (await ask(path)).points.reduce((sum: number, point: { num: number }) => sum + point.num, 0);
  };
  const home = `province:${mover?.province}`;
  const [before, there] = [await value(home, 'now'), await value('province:31', 'now')];
  const own = await value(`sppg:${mover?.id}`, 'now');
  expect(own).toBeGreaterThan(0);
  await stack.source.query('UPDATE sppg SET "provinceId" = $1, "regencyId" = $2 WHERE id = $3', [
    target?.province,
    target?.regency,
    mover?.id,
  ]);
  await stack.settled();
  expect(await value(home, 'now')).toBeCloseTo(before - own, 6);
  expect(await value('province:31', 'now')).toBeCloseTo(there + own, 6);
  expect(await value(home, 'then')).toBeCloseTo(before, 6);
  expect(await value('province:31', 'then')).toBeCloseTo(there, 6);
  expect(await value('national', 'then')).toBeCloseTo(await value('national', 'now'), 6);
});

test('provisional until the sheets are there or the days of grace are over', async () => {
  const { points } = await ask(`kpis/portions_delivered/series?from=${day(10)}&to=${day(0)}`);
  for (const { date, state } of points) {
    if (date < day(3)) expect(state, date).toBe('final');
    if (date >= day(0)) expect(state, date).toBe('provisional');
  }
});
