/** Ministry documents of a generated programme: their numbers compared with SQL in Postgres, and how they are asked for and fetched. */
import { execFile } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dsvFormat } from 'd3-dsv';
import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportKinds } from '../../reports/documents/catalogue.ts';
import { renderReport } from '../../reports/documents/render.ts';
import { type Cell, canonical, type FactsPart, type Report, type TablePart } from '../../reports/documents/report.ts';
import { registry } from '../../warehouse/kpis/registry.ts';
import { visibleKpis } from '../../warehouse/permissions.ts';
import { fortnights } from '../../warehouse/reference/fortnights.ts';
import { act, keepContent } from '../../warehouse/register/register.ts';
import { type Level, parseScope } from '../../warehouse/scopes.ts';
import { day, dueFrom, KITCHENS, LOCAL, type Programme, startProgramme } from '../support/programme.ts';
import { type Stack, until } from '../support/stack.ts';

let stack: Stack;
let sql: Programme['sql'];
const scopes = {} as Record<Level, string>;
const signal = new AbortController().signal;
/** The last fortnight that is over and whose grace has ended, and the month it begins in. */
const fortnight = fortnights.findLast(({ ends }) => ends < day(5)) ?? { starts: '', ends: '' };
const range = { from: fortnight.starts, to: fortnight.ends };
const firstOfMonth = `${range.from.slice(0, 7)}-01`;
const month = {
  from: firstOfMonth,
  to: new Date(Date.UTC(Number(range.from.slice(0, 4)), Number(range.from.slice(5, 7)), 0)).toISOString().slice(0, 10),
};
const periods = { day: { from: day(3), to: day(3) }, fortnight: range, month, range } as const;
const between = (column: string) => `${LOCAL(column)} BETWEEN '${range.from}' AND '${range.to}'`;

beforeAll(async () => {
  ({ stack, sql } = await startProgramme());
  const [most] = await sql<{ province: string; regency: string; sppg: string }>(
    `SELECT s."provinceId" AS province, s."regencyId" AS regency, min(s.id) AS sppg FROM ${KITCHENS} WHERE s.status = 'ACTIVE'
     GROUP BY 1, 2 ORDER BY count(*) DESC, 2 LIMIT 1`,
  );
  Object.assign(scopes, {
    ...{ national: 'national', province: `province:${most?.province}` },
    ...{ regency: `regency:${most?.regency}`, sppg: `sppg:${most?.sppg}` },
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

function read(id: string, level: Level, kpis = registry): Promise<Report> {
  const kind = reportKinds.find((candidate) => candidate.id === id);
  if (kind === undefined) throw new Error(id);
  return kind.read(stack.warehouse, { scope: parseScope(scopes[level]), ...periods[kind.period], kpis }, signal);
}
const table = (report: Report, id: string) => report.parts.find((part) => part.id === id) as TablePart;
const facts = (report: Report, id: string) =>
  (report.parts.find((part) => part.id === id) as FactsPart).facts.map(({ value }) => value);
/** A column by the first column of its rows. */
const column = ({ columns, rows }: TablePart, id: string): Record<string, Cell> =>
  Object.fromEntries(rows.map((row) => [row[0], row[columns.findIndex((one) => one.id === id)] ?? null]));
const rounded = (values: Record<string, Cell>) =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value === null ? null : Math.round(Number(value))]),
  );

test('every document of every unit it is made of has its parts, and is the same when it is read again', async () => {
  for (const { id, levels } of reportKinds) {
    for (const level of levels.filter((one) => one in scopes)) {
      const report = await read(id, level);
      expect(report.parts.length, `${id} of ${level}`).toBeGreaterThan(1);
      expect(report.unit).not.toBe('');
      expect(report.definitions.every((kpi) => registry.some((one) => one.id === kpi))).toBe(true);
      expect(canonical(report)).not.toContain(report.asOf.rolledUpAt);
      if (level === 'regency') expect(canonical(await read(id, level)), id).toBe(canonical(report));
    }
  }
});

test('use of funds: three rows, what is carried over, service days and portions by group as SQL adds them up', async () => {
  const report = await read('fortnight-funds', 'province');
  const [of] = [`s."provinceId" = '${scopes.province.slice(9)}'`];
  const funds = table(report, 'funds');
  const [plan] = await sql<Record<string, number>>(
    `SELECT sum(r."foodCostTotal")::float8 AS a, sum(r."operationalCost" + coalesce(r."transportCost", 0) + coalesce(r."utilityCost", 0))::float8 AS b,
       sum(coalesce(r."staffCost", 0) + coalesce(r."otherCosts", 0))::float8 AS c
     FROM banper_requests r JOIN ${KITCHENS} ON s.id = r."sppgId" WHERE ${of} AND r.status NOT IN ('DRAFT', 'REJECTED')
       AND substring(r."operationalPeriod" FROM '[0-9]{4}-[0-9]{2}-[0-9]{2}') BETWEEN '${range.from}' AND '${range.to}'`,
  );
  const money = (type: string, when: string, extra = '') =>
    `coalesce(sum(t.amount) FILTER (WHERE t."transactionType" = '${type}' AND ${when}${extra}), 0)::float8`;
  const during = between('t."transactionDate"');
  const before = `${LOCAL('t."transactionDate"')} < '${range.from}'`;
  const rest = `t.category NOT IN ('FOOD_PROCUREMENT', 'OPERATIONAL', 'TRANSPORT', 'UTILITY')`;
  const [spent] = await sql<Record<string, number>>(
    `SELECT ${money('OUTBOUND', during, ` AND t.category = 'FOOD_PROCUREMENT'`)} AS a,
       ${money('OUTBOUND', during, ` AND t.category IN ('OPERATIONAL', 'TRANSPORT', 'UTILITY')`)} AS b,
       ${money('OUTBOUND', during, ` AND ${rest}`)} AS c, ${money('INBOUND', during)} AS came,
       ${money('INBOUND', before)} - ${money('OUTBOUND', before)} AS opening
     FROM banper_transactions t JOIN ${KITCHENS} ON s.id = t."sppgId" WHERE ${of}`,
  );
  const named = (row?: Record<string, number>) => ({
    'Bahan Baku': Math.round(row?.a ?? 0),
    Operasional: Math.round(row?.b ?? 0),
    'Sewa/Insentif': Math.round(row?.c ?? 0),
  });
  expect(plan?.a).toBeGreaterThan(0);
  expect(rounded(column(funds, 'planned'))).toEqual(named(plan));
  expect(rounded(column(funds, 'realised'))).toEqual(named(spent));
  const used = (spent?.a ?? 0) + (spent?.b ?? 0) + (spent?.c ?? 0);
  const balance = facts(report, 'balance').map((value) => Math.round(Number(value)));
  const opening = spent?.opening ?? 0;
  expect(balance).toEqual(
    [opening, spent?.came, used, opening + (spent?.came ?? 0) - used].map((value) => Math.round(value ?? 0)),
  );

  const served = `SELECT DISTINCT s.id, ${LOCAL('x."distributionDate"')} AS day FROM food_distributions x JOIN ${KITCHENS} ON s.id = x."sppgId"
    WHERE ${of} AND x.status = 'COMPLETED' AND ${between('x."distributionDate"')}`;
  const [days] = await sql<Record<string, number>>(
    `WITH due AS (SELECT s.id, d::date AS day ${await dueFrom(stack, range.from, range.to)} AND ${of}), served AS (${served})
     SELECT (SELECT count(*) FROM due)::int AS planned, (SELECT count(*) FROM served JOIN due USING (id, day))::int AS served,
       (SELECT count(*) FROM served)::int AS "all"`,
  );
  expect(days?.served).toBeGreaterThan(0);
  expect(facts(report, 'service-days').slice(0, 3)).toEqual([
    days?.planned,
    days?.served,
    (days?.all ?? 0) - (days?.served ?? 0),
  ]);
  expect(report.completeness.due).toBe(days?.planned);

  const groups = await sql<{ part: string; target: number; delivered: number }>(
    `SELECT b."schoolType"::text AS part, sum(d."targetQuantity")::int AS target,
       (sum(d."actualQuantity") FILTER (WHERE d."deliveryStatus" IN ('DELIVERED', 'CONFIRMED')))::int AS delivered
     FROM school_distributions d JOIN school_beneficiaries b ON b.id = d."schoolId" JOIN nutrition_programs n ON n.id = d."programId"
     JOIN ${KITCHENS} ON s.id = n."sppgId" WHERE ${of} AND ${between('d."distributionDate"')} GROUP BY 1`,
  );
  const part = table(report, 'groups');
  expect(column(part, 'delivered')).toEqual(Object.fromEntries(groups.map((row) => [row.part, row.delivered])));
  expect(column(part, 'target')).toEqual(Object.fromEntries(groups.map((row) => [row.part, row.target])));
});

test('tables of units hold every unit: those without data say so, the others what SQL says', async () => {
  const regencies = table(await read('national-summary', 'national'), 'regencies');
  const rows = await sql<{ code: string; delivered: number | null }>(
    `SELECT r."regencyCode" AS code, k.delivered FROM regencies_indonesia r LEFT JOIN (
       SELECT s."regencyId" AS id, (sum(d."actualQuantity") FILTER (WHERE d."deliveryStatus" IN ('DELIVERED', 'CONFIRMED')))::int AS delivered
       FROM school_distributions d JOIN nutrition_programs n ON n.id = d."programId" JOIN ${KITCHENS} ON s.id = n."sppgId"
       WHERE ${between('d."distributionDate"')} GROUP BY 1) k ON k.id = r.id`,
  );
  expect(column(regencies, 'portions_delivered')).toEqual(
    Object.fromEntries(rows.map((row) => [row.code, row.delivered])),
  );
  expect(rows.filter(({ delivered }) => delivered === null).length).toBeGreaterThan(1);

  const risky = table(await read('safety-report', 'national'), 'kitchens');
  const open = await sql<{ code: string; n: number }>(
    `SELECT s.code, count(*)::int AS n FROM quality_controls q JOIN food_productions f ON f.id = q."productionId" JOIN ${KITCHENS} ON s.id = f."sppgId"
     WHERE NOT q.passed AND q.severity IN ('HIGH', 'CRITICAL') AND q."actionTaken" IS NULL AND ${between('q."checkTime"')} GROUP BY 1`,
  );
  const told = Object.entries(column(risky, 'open_critical_findings')).filter(([, value]) => Number(value) > 0);
  expect(open.length).toBeGreaterThan(0);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(open.map(({ code, n }) => [code, n])));

  const due = await sql<{ code: string; n: number }>(
    `SELECT s.code, count(*)::int AS n ${await dueFrom(stack, range.from, range.to)} GROUP BY 1`,
  );
  const missing = table(await read('data-quality', 'national'), 'missing');
  expect(column(missing, 'due')).toEqual(Object.fromEntries(due.map(({ code, n }) => [code, n])));
});

test('a role that does not see a field finds nothing of it in a document', async () => {
  const whole = await read('national-summary', 'national');
  const seen = visibleKpis('SPPG_VIEWER');
  const partial = await read('national-summary', 'national', seen);
  expect(canonical(whole)).toContain('funds_used');
  expect(canonical(partial)).not.toMatch(/funds_|"spend"|cost/);
  expect(partial.definitions.filter((id) => !seen.some((kpi) => kpi.id === id))).toEqual([]);
});

/** An export asked for through the API. */
async function asked(body: object, role = 'PLATFORM_ANALYST', scope = 'national') {
  const headers = { authorization: `Bearer ${await stack.token(role, [scope])}`, 'content-type': 'application/json' };
  const answer = await fetch(`${stack.api}/api/v1/exports`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as { id: string; detail?: string }, headers };
}

async function made(body: object, role?: string, scope?: string) {
  const { status, body: entry, headers } = await asked(body, role, scope);
  expect(status, JSON.stringify(entry)).toBe(202);
  const path = `${stack.api}/api/v1/exports/${entry.id}`;
  await until(`${JSON.stringify(body)} to be made`, async () => {
    const { state, reason } = (await (await fetch(path, { headers })).json()) as { state: string; reason: string };
    if (state === 'failed') expect.fail(reason);
    return state === 'done';
  });
  return (more: Record<string, string> = {}) => fetch(`${path}/file`, { headers: { ...headers, ...more } });
}

test('asked for through the API: every format, for whoever sees all of it, of whole periods only', async () => {
  const body = { report: 'fortnight-funds', scope: scopes.sppg, ...range };
  const own = ['SPPG_AKUNTAN', scopes.sppg] as const;
  const beginnings = { pdf: '%PDF-1.7', xlsx: 'PK', csv: 'part,measure,value', 'csv-id': '\ufeffBagian;Ukuran;Nilai' };
  for (const [format, begins] of Object.entries(beginnings)) {
    const answer = await (await made({ ...body, format }, ...own))();
    expect(answer.headers.get('content-disposition')).toMatch(
      new RegExp(`fortnight-funds_sppg-.*${format === 'csv-id' ? '_excel.csv' : `.${format}`}"$`),
    );
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.toString('utf8').startsWith(begins), format).toBe(true);
  }
  const refused = async (more: object, role = 'PLATFORM_ANALYST', scope = 'national') =>
    (await asked({ ...body, format: 'csv', ...more }, role, scope)).status;
  expect(await refused({ report: 'daily-operations', ...periods.day }, ...own)).toBe(403);
  expect(await refused({}, 'SPPG_VIEWER', scopes.sppg)).toBe(403);
  expect(await refused({}, 'KPPG', 'province:92')).toBe(403);
  expect(await refused({ report: 'national-summary', scope: scopes.sppg })).toBe(400);
  expect(await refused({ format: 'parquet' })).toBe(400);
  expect(await refused({ report: 'daily-operations' })).toBe(400);
  expect(await refused({ report: 'monthly-evaluation' })).toBe(400);
  const wrong = await asked({ ...body, format: 'csv', to: range.from });
  expect([wrong.status, JSON.stringify(wrong.body)]).toEqual([
    400,
    expect.stringContaining(`${range.from}..${range.to}`),
  ]);
});

/** As it came: decoding would take the byte order mark away. */
const textOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer()).toString('utf8');

test('data files as workbook and as CSV for Excel hold the same rows; a download that was cut off goes on', async () => {
  const name = '=1+1;"Dapur", Ñandú';
  await stack.source.query('UPDATE sppg SET name = $1 WHERE id = $2', [name, scopes.sppg.slice(5)]);
  await stack.settled();
  const machine = await made({ report: 'units', format: 'csv' });
  const excel = await textOf(await (await made({ report: 'units', format: 'csv-id' }))());
  const [plain, indonesian] = [
    dsvFormat(',').parseRows(await (await machine()).text()),
    dsvFormat(';').parseRows(excel.slice(1)),
  ];
  expect(excel.startsWith('\ufeff')).toBe(true);
  expect(indonesian.slice(1)).toEqual(plain.slice(1));
  expect(plain.find(([id]) => id === scopes.sppg.slice(5))?.[2]).toBe(`'${name}`);

  const sheet = await readXlsxFile(
    Buffer.from(await (await (await made({ report: 'units', format: 'xlsx' }))()).arrayBuffer()),
  );
  const cells = sheet[0]?.data.slice(1) ?? [];
  // A workbook needs no apostrophe: text is text there.
  expect(cells.map((row) => row.map((cell) => `${cell ?? ''}`))).toEqual(
    plain.slice(1).map((row) => row.map((cell) => cell.replace(/^'/, ''))),
  );
  expect(cells.every((row) => typeof row[6] === 'number')).toBe(true);

  const daily = { report: 'kpi_daily', ...range, scope: scopes.province };
  const [dot, comma] = await Promise.all(
    ['csv', 'csv-id'].map(async (format) => textOf(await (await made({ ...daily, format }))())),
  );
  const dots = dsvFormat(',')
    .parseRows(dot ?? '')
    .slice(1);
  const commas = dsvFormat(';')
    .parseRows(comma?.slice(1) ?? '')
    .slice(1);
  expect(commas.map((row) => row.map((cell) => cell.replace(',', '.')))).toEqual(dots);
  expect(comma).toMatch(/;"?\d+,\d+"?\r?\n/);

  const whole = Buffer.from(await (await machine()).arrayBuffer());
  const first = await machine({ range: 'bytes=0-99' });
  expect([first.status, first.headers.get('content-range')]).toEqual([206, `bytes 0-99/${whole.length}`]);
  const rest = await machine({ range: 'bytes=100-', 'if-range': first.headers.get('etag') ?? '' });
  const parts = [Buffer.from(await first.arrayBuffer()), Buffer.from(await rest.arrayBuffer())];
  expect(rest.status).toBe(206);
  expect(Buffer.concat(parts)).toEqual(whole);
  // Of another file nothing is gone on with.
  expect((await machine({ range: 'bytes=100-', 'if-range': '"other"' })).status).toBe(200);
});

const run = (...args: string[]) =>
  new Promise<{ code: number; out: string }>((resolve) => {
    execFile(
      process.execPath,
      [process.env.LUMBUNG_TEST_ENTRY ?? '', ...args],
      { env: stack.env },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, out: `${stdout}${stderr}` }),
    );
  });

test('the command line writes documents and knows which files were made here', async () => {
  const out = join(stack.dataDir, 'summary.pdf');
  const period = `${range.from}..${range.to}`;
  expect(await run('export', 'national-summary', '--format', 'pdf', '--period', period, '--out', out)).toEqual({
    code: 0,
    out: '',
  });
  const own = await run('verify', out);
  expect([own.code, own.out]).toEqual([
    0,
    expect.stringMatching(/national-summary \(pdf\)[\s\S]*document LMB-[-0-9A-F]+: Sementara/),
  ]);
  const refusedPeriod = await run('export', 'monthly-evaluation', '--format', 'csv', '--period', period);
  expect([refusedPeriod.code, refusedPeriod.out]).toEqual([1, expect.stringContaining('one calendar month')]);

  const file = join(stack.dataDir, 'fetched.csv');
  const fetched = await (await made({ report: 'data-quality', format: 'csv', scope: scopes.province, ...range }))();
  writeFileSync(file, Buffer.from(await fetched.arrayBuffer()));
  const genuine = await run('verify', file, '--json');
  expect([genuine.code, JSON.parse(genuine.out)]).toEqual([
    0,
    expect.objectContaining({
      known: true,
      made: [expect.objectContaining({ report: 'data-quality', scope: scopes.province })],
    }),
  ]);
  appendFileSync(file, ' ');
  expect(await run('verify', file)).toEqual({ code: 1, out: expect.stringContaining('none of the files made here') });
});

test('the command line keeps the register, schedules and deliveries', async () => {
  const named = ['safety-report', '--scope', scopes.province, '--period', `${range.from}..${range.to}`];
  expect((await run('reports', 'show', ...named)).out).toContain('it is not in the register');
  expect(await run('reports', 'add', ...named)).toEqual({
    code: 0,
    out: expect.stringContaining('its numbers are being read'),
  });
  await until('its numbers to be read', async () => (await run('reports', 'show', ...named)).code === 0);
  expect((await run('reports')).out).toMatch(
    new RegExp(`safety-report  ${scopes.province}  .*Sementara  [0-9a-f]{64}`),
  );
  const shown = JSON.parse((await run('reports', 'show', ...named, '--json')).out) as { numbers: Report; moved: [] };
  const kpis = visibleKpis('BGN_REGISTER');
  const kind = reportKinds.find(({ id }) => id === 'safety-report');
  const scope = parseScope(scopes.province);
  const own = await kind?.read(stack.warehouse, { scope, ...range, kpis }, signal);
  expect(shown.numbers.parts).toEqual(JSON.parse(canonical(own as Report)).parts);
  expect(shown.moved).toEqual([]);
  const unknown = await run('reports', 'add', 'nosuch', '--period', '2026-03');
  expect([unknown.code, unknown.out]).toEqual([1, expect.stringContaining('there is no report nosuch; there are')]);

  const file = join(stack.dataDir, 'schedule.json');
  const schedule = {
    ...{ id: 'harian', report: 'daily-operations', format: 'csv', cron: '0 7 * * *', period: 'day' },
    recipients: [{ scope: scopes.province, role: 'BGN_PUSAT', target: { kind: 'folder', folder: 'pusat' } }],
    owner: { name: 'Pemilik' },
  };
  writeFileSync(file, JSON.stringify(schedule));
  expect((await run('schedules')).out).toContain('There are no schedules');
  expect((await run('schedules', 'save', file)).out).toMatch(/^harian is due next at \d{4}-/);
  expect((await run('schedules')).out).toMatch(/^harian {2}daily-operations {2}csv {2}0 7 \* \* \*/);
  writeFileSync(file, JSON.stringify({ ...schedule, cron: 'often' }));
  const refused = await run('schedules', 'save', file);
  expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('cron')]);
  expect((await run('deliveries')).out).toContain('Nothing was delivered yet.');
  expect((await run('deliveries', 'again', 'nosuch')).out).toContain('there is no delivery nosuch');
  expect((await run('schedules', 'remove', 'harian')).out).toContain('harian is removed');
  expect((await run('schedules')).out).toContain('There are no schedules');
});

test('a locked report is exported with its frozen numbers for ever; who sees less of it gets figures that nobody has confirmed', async () => {
  const key = { report: 'daily-operations', scope: scopes.sppg, ...periods.day };
  const ofDay = `s.id = '${key.scope.slice(5)}' AND ${LOCAL('x."productionDate"')} = '${key.from}'`;
  const planned = async () => {
    const [row] = await sql<{ n: number }>(
      `SELECT sum(x."plannedPortions")::int AS n FROM food_productions x JOIN ${KITCHENS} ON s.id = x."sppgId" WHERE ${ofDay}`,
    );
    return row?.n ?? 0;
  };
  const exported = async (role: string) => {
    const rows = dsvFormat(',').parse(await (await made({ ...key, format: 'csv' }, role, key.scope))().then(textOf));
    const number = rows.find(({ value }) => value?.startsWith('LMB-'))?.value;
    const verified = await stack.get(`/api/v1/verify/${number}`);
    const told = rows.find(({ measure }) => measure === 'Porsi rencana')?.value;
    return { told: Number(told), state: (verified.body as { state?: string }).state };
  };
  const before = await planned();
  expect(before).toBeGreaterThan(0);
  const kpis = visibleKpis('BGN_REGISTER');
  const kind = reportKinds.find(({ id }) => id === key.report);
  const report = await kind?.read(stack.warehouse, { ...periods.day, scope: parseScope(key.scope), kpis }, signal);
  if (report === undefined) throw new Error(key.report);
  const sha256 = await keepContent(stack.warehouse, canonical(report));
  const { warehouse } = stack;
  await act(warehouse, key, { kind: 'read', actor: 'system', sha256, ...report.asOf });
  await act(warehouse, key, { kind: 'verified', actor: 'a', sha256 });
  await act(warehouse, key, { kind: 'approved', actor: 'b', sha256 });
  await stack.source.query(
    `UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 7 WHERE id = (
       SELECT min(x.id) FROM food_productions x JOIN ${KITCHENS} ON s.id = x."sppgId" WHERE ${ofDay})`,
  );
  await stack.settled();
  expect(await planned()).toBe(before + 7);
  expect(await exported('SPPG_KEPALA')).toEqual({ told: before, state: 'Disahkan' });
  expect(await exported('YAYASAN')).toEqual({ told: before + 7, state: 'Sementara' });
});

test('every document of the nation is set as PDF', async () => {
  for (const { id } of reportKinds) {
    const report = await read(id, 'national');
    const chunks: Buffer[] = [];
    for await (const chunk of await renderReport(report, 'pdf', signal)) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).subarray(0, 5).toString(), id).toBe('%PDF-');
    if (process.env.LUMBUNG_TEST_PAPERS)
      writeFileSync(join(process.env.LUMBUNG_TEST_PAPERS, `${id}.pdf`), Buffer.concat(chunks));
  }
});
