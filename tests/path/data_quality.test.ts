/** Data quality, targets and the hierarchy over a generated programme, compared with SQL in Postgres on the source. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { day, dueFrom, KITCHENS, LOCAL, type Programme, startProgramme } from '../support/programme.ts';
import { insert, NOW } from '../support/rows.ts';
import { type Stack, until } from '../support/stack.ts';

let programme: Programme;
let stack: Stack;
let ask: Programme['ask'];
let sql: Programme['sql'];
beforeAll(async () => {
  programme = await startProgramme([
    'food_cost_per_portion,region:PAPUA,2020-01-01,,60000',
    'food_cost_per_portion,region:PAPUA,2099-01-01,,1',
    `on_time_delivery,national,${day(10)},0.5,`,
  ]);
  ({ stack, ask, sql } = programme);
});
afterAll(() => stack[Symbol.asyncDispose]());

const LOCAL_TIME = (column: string) =>
  `(${column} + (CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END) * interval '1 hour')`;
/** Every day a kitchen was to serve, with whether each of its four sheets is there. */
async function sheetsDue(from: string, to: string): Promise<string> {
  const has = (table: string, column: string, join = `x."sppgId" = s.id`, with_ = '') =>
    `EXISTS (SELECT FROM ${table} x ${with_} WHERE ${join} AND ${LOCAL(column)} = d::date)`;
  return `SELECT s.id, d::date::text AS day,
      ${has('food_productions', 'x."productionDate"')} AS a,
      ${has('quality_controls', 'x."checkTime"', 'f."sppgId" = s.id', 'JOIN food_productions f ON f.id = x."productionId"')} AS b,
      ${has('food_distributions', 'x."distributionDate"')} AS c,
      ${has('school_distributions', 'x."distributionDate"', 'n."sppgId" = s.id', 'JOIN nutrition_programs n ON n.id = x."programId"')} AS e
    ${await dueFrom(stack, from, to)}`;
}

test('completeness: expected days by programme, calendar and status; missing sheets as SQL counts them', async () => {
  const range = [day(20), day(2)] as const;
  const [expected] = await sql<Record<string, number>>(
    `SELECT count(*)::int AS expected, count(*) FILTER (WHERE a AND b AND c AND e)::int AS complete, count(*) FILTER (WHERE NOT a)::int AS production,
       count(*) FILTER (WHERE NOT b)::int AS quality, count(*) FILTER (WHERE NOT c)::int AS distribution, count(*) FILTER (WHERE NOT e)::int AS schools
     FROM (${await sheetsDue(...range)}) t`,
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

test('timeliness: every sheet by the end of its day, later or missing, per kitchen and in all, as SQL counts them', async () => {
  const range = [day(20), day(2)] as const;
  // All sheets of some kitchens came late, each of them by another time; a part of one kitchen's does not make its day late.
  for (const [table, column, late, owner] of [
    ['food_productions', '"productionDate"', '60 hours', 'x."sppgId"'],
    [
      'quality_controls',
      '"checkTime"',
      '30 hours',
      '(SELECT "sppgId" FROM food_productions f WHERE f.id = "productionId")',
    ],
    ['food_distributions', '"distributionDate"', '100 hours', 'x."sppgId"'],
    [
      'school_distributions',
      '"distributionDate"',
      '49 hours',
      '(SELECT "sppgId" FROM nutrition_programs n WHERE n.id = "programId")',
    ],
  ] as const) {
    await stack.source.query(
      `UPDATE ${table} x SET "createdAt" = ${column} + interval '${late}' + ascii(substr(id, 3)) * interval '1 minute'
       WHERE ${column} >= '${range[0]}' AND (${owner} IN (SELECT id FROM sppg WHERE id < 'c4') OR id LIKE 'c8%')`,
    );
  }
  await stack.settled();
  const first = (table: string, column: string, join = `x."sppgId" = s.id`, with_ = '') =>
    `(SELECT CASE WHEN count(*) > 0 THEN extract(epoch FROM greatest(interval '0', min(${LOCAL_TIME('x."createdAt"')}) - (d + interval '1 day')::timestamp)) / 86400 END FROM ${table} x ${with_} WHERE ${join} AND ${LOCAL(column)} = d::date)`;
  const sheets = {
    production: first('food_productions', 'x."productionDate"'),
    quality: first(
      ...(['quality_controls', 'x."checkTime"', 'f."sppgId" = s.id'] as const),
      'JOIN food_productions f ON f.id = x."productionId"',
    ),
    distribution: first('food_distributions', 'x."distributionDate"'),
    schools: first(
      ...(['school_distributions', 'x."distributionDate"', 'n."sppgId" = s.id'] as const),
      'JOIN nutrition_programs n ON n.id = x."programId"',
    ),
  };
  const names = Object.keys(sheets);
  const rows = await sql<{ id: string | null; expected: number; kitchens: number } & Record<string, number | null>>(
    `SELECT id, count(*)::int AS expected, count(DISTINCT id)::int AS kitchens, ${names
      .map(
        (
          name,
        ) => `count(*) FILTER (WHERE ${name} = 0)::int AS ontime_${name}, count(*) FILTER (WHERE ${name} > 0)::int AS late_${name},
          count(*) FILTER (WHERE ${name} IS NULL)::int AS missing_${name}, (avg(${name}) FILTER (WHERE ${name} > 0))::float8 AS days_${name}`,
      )
      .join(', ')}
     FROM (SELECT s.id, ${Object.entries(sheets)
       .map(([name, text]) => `${text} AS ${name}`)
       .join(', ')} ${await dueFrom(stack, ...range)}) t GROUP BY GROUPING SETS ((id), ())`,
  );
  const near = (days: number | null | undefined) => (typeof days === 'number' ? Number(days.toFixed(4)) : null);
  const expectedOf = (row: (typeof rows)[number]) => ({
    expected: row.expected,
    sheets: Object.fromEntries(
      names.map((name) => [
        name,
        {
          ...{ onTime: row[`ontime_${name}`], late: row[`late_${name}`], missing: row[`missing_${name}`] },
          meanDaysLate: near(row[`days_${name}`]),
        },
      ]),
    ),
  });
  type Told = { expected: number; sheets: Record<string, { meanDaysLate: number | null }> };
  const toldOf = ({ expected, sheets }: Told) => ({
    expected,
    sheets: Object.fromEntries(
      Object.entries(sheets).map(([name, times]) => [name, { ...times, meanDaysLate: near(times.meanDaysLate) }]),
    ),
  });
  const { totals, kitchens } = await ask(`timeliness?from=${range[0]}&to=${range[1]}&limit=1000`);
  const all = rows.find(({ id }) => id === null) as (typeof rows)[number];
  expect(toldOf(totals)).toEqual(expectedOf(all));
  expect(totals.kitchens).toBe(all.kitchens);
  for (const name of names) {
    expect(all[`late_${name}`], name).toBeGreaterThan(10);
    expect(all[`ontime_${name}`], name).toBeGreaterThan(10);
    expect(all[`missing_${name}`], name).toBeGreaterThan(0);
  }
  const each = (list: [string, object][]) => Object.fromEntries(list.sort(([a], [b]) => (a < b ? -1 : 1)));
  expect(each(kitchens.map((one: Told & { scope: string }) => [one.scope, toldOf(one)]))).toEqual(
    each(rows.filter(({ id }) => id !== null).map((row) => [`sppg:${row.id}`, expectedOf(row)])),
  );
});

test('payment risks: fortnightly reports that are not submitted, or not there at all, by days left', async () => {
  const fortnights = `(SELECT starts::date AS starts, starts::date + 13 AS ends FROM generate_series('2024-01-01'::date, '${day(14)}'::date, '14 days') starts) f`;
  // What the demo programme reports and asks for is of the calendar's fortnights.
  const periods = await sql<{ off: number; n: number }>(
    `SELECT count(*) FILTER (WHERE (left(period, 10)::date - '2024-01-01'::date) % 14 <> 0 OR right(period, 10)::date <> left(period, 10)::date + 13)::int AS off,
       count(*)::int AS n FROM (SELECT "reportPeriod" AS period FROM sppg_operational_reports WHERE "reportType" = 'FINANCIAL_BIWEEKLY'
       UNION ALL SELECT "operationalPeriod" FROM banper_requests) x`,
  );
  expect(periods[0]?.off).toBe(0);
  expect(periods[0]?.n).toBeGreaterThan(100);
  const [last] = await sql<{ starts: string }>(`SELECT max(starts)::text AS starts FROM ${fortnights}`);
  const starts = last?.starts ?? '';
  const within = (days: number) => new Date(Date.parse(starts) + days * 86_400_000).toISOString().slice(0, 10);
  const kitchens = await sql<{ id: string }>(
    `SELECT s.id FROM ${KITCHENS} WHERE s.status = 'ACTIVE' AND s."operationStartDate" < '${day(60)}' ORDER BY s.id LIMIT 5`,
  );
  const [never, opened, short, lapsed, typed] = kitchens.map(({ id }) => id);
  const reported = `sppg_operational_reports WHERE "reportType" = 'FINANCIAL_BIWEEKLY' AND "sppgId" =`;
  // One has none at all, one opened in the middle of the last period, one wrote down its twelve service days only.
  await stack.source.query(`DELETE FROM ${reported} '${never}'`);
  await stack.source.query(`DELETE FROM ${reported} '${opened}'`);
  await stack.source.query(`UPDATE sppg SET "operationStartDate" = '${within(4)}T05:00:00Z' WHERE id = '${opened}'`);
  await stack.source.query(
    `UPDATE sppg_operational_reports SET "reportPeriod" = '${starts} s.d. ${within(12)}' WHERE "reportPeriod" LIKE '${starts}%' AND "sppgId" = '${short}'`,
  );
  // One that is suspended has none either, and one has mistyped a year: nobody else owes reports of it.
  await stack.source.query(`DELETE FROM ${reported} (SELECT min(id) FROM sppg WHERE status = 'SUSPENDED')`);
  await stack.source.query(`DELETE FROM ${reported} '${lapsed}' AND "reportPeriod" LIKE '${starts}%'`);
  await insert(stack.source, 'sppg_operational_reports', {
    ...{ id: 'typed', sppgId: typed, reportNumber: 'typed', reportType: 'FINANCIAL_BIWEEKLY', updatedAt: NOW },
    ...{ reportPeriod: '2024-01-01 to 2024-01-14', submittedAt: `${day(20)}T05:00:00Z` },
  });
  await stack.settled();
  const ends = `(regexp_match(r."reportPeriod", '\\d{4}-\\d\\d-\\d\\d\\D+(\\d{4}-\\d\\d-\\d\\d)'))[1]::date`;
  const expected = await sql<{ sppg: string; period: string; left: number; status: string }>(
    `WITH due AS (SELECT s.id AS sppg, d::date AS day, ${LOCAL('s."operationStartDate"')} AS opens ${await dueFrom(stack, '2024-01-01', day(1))}),
       kept AS (SELECT r."sppgId" AS sppg, ${ends} AS ends FROM sppg_operational_reports r WHERE r."reportType" = 'FINANCIAL_BIWEEKLY')
     SELECT r."sppgId" AS sppg, r."reportPeriod" AS period, ${ends} + 3 - '${day(0)}'::date AS left, min(r.status) AS status
     FROM sppg_operational_reports r JOIN ${KITCHENS} ON s.id = r."sppgId" WHERE r."reportType" = 'FINANCIAL_BIWEEKLY'
     GROUP BY 1, 2 HAVING count(r."submittedAt") = 0 AND ${ends} <= '${day(0)}'::date + 14
     UNION ALL
     SELECT sppg, greatest(starts, min(opens)) || ' to ' || ends, ends + 3 - '${day(0)}'::date, 'MISSING'
     FROM due JOIN ${fortnights} ON day BETWEEN starts AND ends
     WHERE starts > (SELECT min(ends) FROM kept WHERE ends > '2024-12-31') - 14
       AND NOT EXISTS (SELECT FROM kept k WHERE k.sppg = due.sppg AND k.ends BETWEEN f.starts AND f.ends)
     GROUP BY sppg, starts, ends`,
  );
  const answer = await ask('payment-risks?limit=1000');
  type Risk = { scope: string; period: string; daysLeft: number; status: string };
  const told = answer.items.map((item: Risk) => `${item.scope} ${item.period} ${item.daysLeft} ${item.status}`);
  const list = expected.map((row) => `sppg:${row.sppg} ${row.period} ${row.left} ${row.status}`);
  expect(told.sort()).toEqual(list.sort());
  expect(answer.total).toBe(expected.length);
  expect(answer.late).toBe(expected.filter((row) => row.left < 0).length);
  const missing = (id: string | undefined) =>
    expected.filter((row) => row.sppg === id && row.status === 'MISSING').map(({ period }) => period);
  expect(missing(never).length).toBeGreaterThan(2);
  expect(missing(opened)).toEqual([`${within(4)} to ${within(13)}`]);
  expect([missing(short), missing(typed)]).toEqual([[], []]);
  expect(missing(lapsed)).toHaveLength(1);
  // Of one kitchen the same as of the nation.
  const own = await ask(`payment-risks?scope=sppg:${never}`);
  expect(own.items).toEqual(answer.items.filter(({ scope }: Risk) => scope === `sppg:${never}`));
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
  await programme.post('findings/states', {
    rule: 'waste_negative_weight',
    scope: `sppg:${id}`,
    date: day(3),
    state: 'explained',
    note: 'salah ketik',
  });
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

test('any range, whole and by its parts: school type, supplier type, spending row, portion size', async () => {
  const range = `from=${day(33)}&to=${day(4)}`;
  const between = (column: string) => `${LOCAL(column)} BETWEEN '${day(33)}' AND '${day(4)}'`;
  const questions = {
    portions_delivered: `SELECT b."schoolType"::text AS part, sum(d."actualQuantity")::float8 AS num FROM school_distributions d
      JOIN school_beneficiaries b ON b.id = d."schoolId" JOIN nutrition_programs n ON n.id = d."programId" JOIN ${KITCHENS} ON s.id = n."sppgId"
      WHERE d."deliveryStatus" IN ('DELIVERED', 'CONFIRMED') AND ${between('d."distributionDate"')} GROUP BY 1 ORDER BY 1`,
    spend: `SELECT coalesce(o."supplierType"::text, 'UNKNOWN') AS part, sum(o."totalAmount") AS num FROM procurements o JOIN ${KITCHENS} ON s.id = o."sppgId"
      WHERE o.status IN ('FULLY_RECEIVED', 'COMPLETED') AND ${between('coalesce(o."actualDelivery", o."procurementDate")')} GROUP BY 1 ORDER BY 1`,
    funds_used: `SELECT CASE WHEN t.category = 'FOOD_PROCUREMENT' THEN 'food' WHEN t.category IN ('OPERATIONAL', 'TRANSPORT', 'UTILITY') THEN 'operations'
      ELSE 'rent_incentives' END AS part, sum(t.amount) AS num FROM banper_transactions t JOIN ${KITCHENS} ON s.id = t."sppgId"
      WHERE t."transactionType" = 'OUTBOUND' AND ${between('t."transactionDate"')} GROUP BY 1 ORDER BY 1`,
    portions_received: `SELECT CASE WHEN r."beneficiaryCategory" <= 'ELEMENTARY_GRADE_1_3' THEN 'small' ELSE 'large' END AS part, sum(r."portionCount")::float8 AS num
      FROM beneficiary_receipts r JOIN ${KITCHENS} ON s.id = r."sppgId" WHERE r.status = 'RECEIVED' AND ${between('r."receiptDate"')} GROUP BY 1 ORDER BY 1`,
  };
  for (const [kpi, text] of Object.entries(questions)) {
    const expected = await sql<{ part: string; num: number }>(text);
    const { total, parts } = await ask(`kpis/${kpi}/breakdown?${range}`);
    const told = parts.map((row: { part: string; num: number }) => [row.part, Math.round(row.num)]);
    expect(told.sort(), kpi).toEqual(expected.map(({ part, num }) => [part, Math.round(num)]).sort());
    expect(total.num).toBeCloseTo(
      expected.reduce((sum, { num }) => sum + num, 0),
      1,
    );
    expect(parts.length, kpi).toBeGreaterThan(1);
  }
  // A ratio over a range is a ratio of sums; where there is nothing there is no data, never zero.
  const [ratio] = await sql<{ value: number }>(
    `SELECT sum(num) / sum(den) AS value FROM (SELECT ${LOCAL('x."distributionDate"')} AS day,
       count(*) FILTER (WHERE coalesce(x."arrivalTime", x."actualEndTime") <= x."plannedEndTime")::float8 AS num,
       count(coalesce(x."arrivalTime", x."actualEndTime"))::float8 AS den
     FROM food_distributions x JOIN ${KITCHENS} ON s.id = x."sppgId" WHERE x.status = 'COMPLETED' GROUP BY 1) d WHERE day BETWEEN '${day(33)}' AND '${day(4)}'`,
  );
  expect((await ask(`kpis/on_time_delivery/breakdown?${range}`)).total.value).toBeCloseTo(ratio?.value as number, 12);
  const nothing = await ask('kpis/portions_delivered/breakdown?from=2020-01-01&to=2020-12-31');
  expect([nothing.total, nothing.parts]).toEqual([null, []]);
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
  // The notice of a refresh may reach the API a little after the refresh is written.
  await until('the move to be answered', async () => (await value(home, 'now')) !== before);
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

test('a day within its grace is final once its own sheets are complete, whatever an earlier day waits for', async () => {
  // A kitchen with two complete days; the sheet of the first one is taken away.
  const [kitchen] = await sql<{ id: string; first: string; last: string }>(
    `SELECT id, min(day) AS first, max(day) AS last FROM (${await sheetsDue(day(3), day(1))}) t
     GROUP BY 1 HAVING bool_and(a AND b AND c AND e) AND count(*) > 1 ORDER BY 1 LIMIT 1`,
  );
  expect(kitchen).toBeDefined();
  const { id, first, last } = kitchen as { id: string; first: string; last: string };
  const states = async (grain = 'day') => {
    const { points } = await ask(
      `kpis/portions_delivered/series?scope=sppg:${id}&grain=${grain}&from=${first}&to=${last}`,
    );
    return points
      .filter(({ date }: { date: string }) => grain !== 'day' || date === first || date === last)
      .map(({ state }: { state: string }) => state);
  };
  expect(await states()).toEqual(['final', 'final']);
  await stack.source.query(
    `DELETE FROM quality_controls q USING food_productions f, ${KITCHENS}
     WHERE f.id = q."productionId" AND s.id = f."sppgId" AND s.id = '${id}' AND ${LOCAL('q."checkTime"')} = '${first}'`,
  );
  await stack.settled();
  expect(await states()).toEqual(['provisional', 'final']);
  expect((await ask(`summary?scope=sppg:${id}&date=${last}`)).state).toBe('final');
  expect((await ask(`summary?scope=sppg:${id}&date=${first}`)).state).toBe('provisional');
  // A year that holds a day that waits, and is not over, is provisional.
  expect((await states('year')).at(-1)).toBe('provisional');
});
