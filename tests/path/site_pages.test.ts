/**
 * The pages of units on the real path: their numbers are those of the source, computed by SQL in Postgres, and those of the API at the same
 * watermark; what is rendered again follows what changed.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateDemo } from '../../demo/generate.ts';
import { trends } from '../../reports/units/measures.ts';
import { changedUnits, type Rendered, renderUnits } from '../../reports/units/render_units.ts';
import { addDays } from '../../warehouse/days.ts';
import { findKpi } from '../../warehouse/kpis/registry.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { independentCells } from '../support/independent.ts';
import type { Cells } from '../support/mart_cells.ts';
import { type Stack, startPath, startStack } from '../support/stack.ts';

let stack: Stack;
let rendered: Rendered;
let cells: Cells;
type Kitchen = { id: string; province: string; regency: string };
let kitchens: Kitchen[];
const out = mkdtempSync(join(tmpdir(), 'lumbung-pages-'));
const signal = new AbortController().signal;
const render = (units: 'all' | ReadonlySet<string>) => renderUnits({ warehouse: stack.warehouse, out, units, signal });

beforeAll(async () => {
  stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 8, days: 45, seed: 3 });
  await startPath(stack);
  await stack.settled();
  kitchens = (
    await stack.source.query<Kitchen>(
      `SELECT id, "provinceId" AS province, "regencyId" AS regency FROM sppg WHERE NOT "isDemoAccount" AND status = 'ACTIVE' ORDER BY id`,
    )
  ).rows;
  [rendered, cells] = [await render('all'), await independentCells(stack)];
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  rmSync(out, { recursive: true, force: true });
});

const folder = (scope: string) => join(out, 'unit', scope === 'national' ? scope : scope.replace(':', '/'));
const read = (scope: string, file: string) =>
  brotliDecompressSync(readFileSync(join(folder(scope), `${file}.br`))).toString();
const html = (scope: string) => read(scope, 'index.html');
type Line = Record<
  'kpi' | 'period' | 'from' | 'to' | 'num' | 'den' | 'value' | 'target_low' | 'target_high' | 'status' | 'state',
  string
>;
function csv(scope: string): Line[] {
  const [head = '', ...lines] = read(scope, 'data.csv').trim().split('\n');
  return lines.map(
    (line) => Object.fromEntries(line.split(',').map((value, at) => [head.split(',')[at], value])) as Line,
  );
}
const number = (text: string | undefined) => (text === undefined || text === '' ? null : Number(text));
const near = (a: number | null, b: number | null) =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
const scopes = () => {
  const [one] = kitchens as [Kitchen];
  return ['national', `province:${one.province}`, `regency:${one.regency}`, `sppg:${one.id}`];
};
// biome-ignore lint/suspicious/noExplicitAny: answers are checked by what they hold
const ask = async (path: string): Promise<any> => {
  const { status, body } = await stack.get(`/api/v1/${path}`, await stack.token('BGN_LEADERSHIP', ['national']));
  expect(status, path).toBe(200);
  return body;
};

test('every unit has a page in both languages, its data, and areas a feed', async () => {
  const { rows } = await stack.source.query<{ scope: string }>(
    `SELECT 'national' AS scope UNION ALL SELECT 'province:' || id FROM provinces_indonesia
     UNION ALL SELECT 'regency:' || id FROM regencies_indonesia UNION ALL SELECT 'sppg:' || id FROM sppg`,
  );
  expect(rendered.pages).toBe(2 * rows.length);
  for (const { scope } of rows) {
    for (const file of ['index.html.br', 'data.csv.br', ...(scope.startsWith('sppg') ? [] : ['feed.xml.br'])])
      expect(existsSync(join(folder(scope), file)), `${scope} ${file}`).toBe(true);
    expect(existsSync(join(folder(scope).replace('/unit/', '/en/unit/'), 'index.html.br')), scope).toBe(true);
  }
  // The watermark goes on by itself.
  const { committedAt } = await readFreshness(stack.warehouse);
  expect((rendered.asOf.committedAt ?? '') <= (committedAt ?? '')).toBe(true);
  expect(html('national')).toContain(`<time datetime="${rendered.asOf.committedAt}">`);
});

test('numbers equal the source: the day, the week before and the month so far, computed in Postgres', () => {
  const { date } = rendered;
  for (const scope of scopes()) {
    const [level = '', id = ''] = scope.split(':');
    const inside = (own: Kitchen) =>
      level === 'national' || (level === 'sppg' ? own.id : own[level as 'province' | 'regency']) === id;
    const own = new Set(kitchens.filter(inside).map((kitchen) => kitchen.id));
    const summed = new Map<string, [number, number | null]>();
    for (const [name, [num = null, den = null]] of Object.entries(cells)) {
      const [day = '', sppg = '', kpi = '', split] = name.split(' ');
      if (!own.has(sppg) || split !== undefined) continue;
      const periods = [
        ...(day === date ? ['day'] : []),
        ...(day === addDays(date, -7) ? ['week_before'] : []),
        ...(day.slice(0, 7) === date.slice(0, 7) && day <= date ? ['month_to_date'] : []),
      ];
      for (const period of periods) {
        const [n, d] = summed.get(`${kpi} ${period}`) ?? [0, null];
        summed.set(`${kpi} ${period}`, [n + (num ?? 0), den === null ? d : (d ?? 0) + den]);
      }
    }
    const told = csv(scope).filter(
      ({ period, state }) => ['day', 'week_before', 'month_to_date'].includes(period) && state !== 'withheld',
    );
    expect(told.length, scope).toBeGreaterThan(50);
    const wrong = told.filter(({ kpi, period, num, den, value }) => {
      const [n, d] = summed.get(`${kpi} ${period}`) ?? [null, null];
      const expected = n === null || findKpi(kpi)?.den === undefined ? n : d ? n / d : null;
      const scarce = value === '' && findKpi(kpi)?.minimum !== undefined;
      return !near(number(num), n) || !near(number(den), d) || (!scarce && !near(number(value), expected));
    });
    expect(wrong, scope).toEqual([]);
  }
});

test('numbers, targets, status and state equal the API at the same watermark', async () => {
  for (const scope of scopes()) {
    const answer = await ask(`summary?scope=${scope}&date=${rendered.date}`);
    const lines = csv(scope);
    for (const kpi of answer.kpis) {
      const of = (...periods: string[]) => lines.find((line) => line.kpi === kpi.id && periods.includes(line.period));
      const now = of('day', 'month', 'fortnight');
      expect(number(now?.value), `${scope} ${kpi.id}`).toEqual(kpi.value);
      if (kpi.value !== null) {
        expect([now?.status, now?.state], `${scope} ${kpi.id}`).toEqual([kpi.status, answer.state]);
        expect([number(now?.target_low), number(now?.target_high)]).toEqual([
          kpi.target?.low ?? null,
          kpi.target?.high ?? null,
        ]);
      }
      const before = kpi.sameWeekday ?? kpi.previousPeriod;
      expect(number(of('week_before', 'period_before')?.value), `${scope} ${kpi.id} before`).toEqual(
        before?.value ?? null,
      );
      const month = of('month_to_date');
      if (month)
        expect(near(number(month.value), kpi.monthToDate?.value ?? null), `${scope} ${kpi.id} month`).toBe(true);
    }
    const html_ = html(scope);
    expect(html_.includes(`<span class="chip">${answer.state === 'final' ? 'final' : 'sementara'}</span>`)).toBe(true);
  }
});

test('series, expected ranges, peers, parts and findings equal the API', async () => {
  const { date } = rendered;
  const from = addDays(date, -27);
  for (const scope of scopes()) {
    for (const { id } of trends) {
      const { points } = await ask(`kpis/${id}/series?scope=${scope}&from=${from}&to=${date}`);
      const own = csv(scope).filter(
        (line) => line.kpi === id && line.period === 'series' && line.from >= from && line.from <= date,
      );
      const pair = (rows: { day: string; value: number | null; state: string }[]) =>
        rows.map((row) => [row.day, row.value, row.state]);
      const ours = own.map((line) => ({ day: line.from, value: number(line.value), state: line.state }));
      const theirs = points
        .filter((point: { value: number | null }) => point.value !== null)
        .map((point: { date: string; value: number; state: string }) => ({
          day: point.date,
          value: point.value,
          state: point.state,
        }));
      expect(pair(ours), `${scope} ${id}`).toEqual(pair(theirs));
    }
  }
  const [kitchen] = kitchens as [Kitchen];
  const page = html(`sppg:${kitchen.id}`);
  const rows = (section: string) =>
    [
      ...(new RegExp(`<section id="${section}">.*?</section>`, 's').exec(page)?.[0] ?? '').matchAll(
        /<tr><th scope="row">(.*?)<\/tr>/gs,
      ),
    ].map(([text]) => text);
  const { findings } = await ask(`findings?scope=sppg:${kitchen.id}&from=${addDays(date, -6)}&to=${date}`).then(
    (answer) => ({ findings: answer.totals as { rule: string; findings: number }[] }),
  );
  expect(rows('findings').length).toBe(findings.length);
  const { comparisons } = await ask(`peers?scope=sppg:${kitchen.id}&from=${from}&to=${date}`);
  const peers = rows('peers');
  for (const { kpi, peers: of } of comparisons as { kpi: string; peers: { median: number } | null }[]) {
    const row = peers.find((text) => text.includes(`#${kpi}"`));
    if (row === undefined || of === null) continue;
    const unit = findKpi(kpi)?.unit;
    if (unit === 'percent') {
      const shown = new Intl.NumberFormat('id-ID', { maximumFractionDigits: 1 }).format(100 * of.median);
      expect(row, kpi).toContain(`>${shown}\u00a0%<`);
    }
  }
  const expected = await ask(`kpis/portions_delivered/expected?scope=sppg:${kitchen.id}&from=${from}&to=${date}`);
  const last = expected.points.at(-1) as { date: string; low: number; high: number };
  const short = (value: number) => new Intl.NumberFormat('id-ID', { maximumFractionDigits: 0 }).format(value);
  expect(page).toContain(`<td>${short(last.low)} – ${short(last.high)}</td>`);
});

test('a release that begins empty tells what was corrected since the one before, and goes on with its feed', async () => {
  const next = mkdtempSync(join(tmpdir(), 'lumbung-next-'));
  const final = csv('national').find(({ period, state }) => period === 'series' && state === 'final');
  const told = read('national', 'data.csv');
  const line = told.split('\n').find((text) => text.startsWith(`${final?.kpi},series,${final?.from},`)) ?? '';
  const before = told.replace(line, line.replace(`,${final?.value},`, ',1234567,'));
  writeFileSync(join(folder('national'), 'data.csv.br'), brotliCompressSync(before));
  const item = '<item><title>a</title><guid isPermaLink="false">earlier/1</guid></item>';
  const feed = read('national', 'feed.xml').replace('</channel>', `${item}</channel>`);
  writeFileSync(join(folder('national'), 'feed.xml.br'), brotliCompressSync(feed));
  await renderUnits({ warehouse: stack.warehouse, out: next, previous: out, units: new Set(['national']), signal });
  const now = brotliDecompressSync(readFileSync(join(next, 'unit/national/feed.xml.br'))).toString();
  expect(now).toContain(`>correction/${final?.kpi}/${final?.from}/${final?.value}</guid>`);
  expect(now).toContain('earlier/1');
  rmSync(next, { recursive: true });
});

test('a change is on the pages of its kitchen and areas, and only these are written again', async () => {
  const { seq } = rendered;
  const [kitchen, other] = kitchens as [Kitchen, Kitchen];
  const inode = (scope: string) => statSync(join(folder(scope), 'index.html.br')).ino;
  const away = kitchens.find(({ regency }) => regency !== kitchen.regency) ?? other;
  const before = { away: inode(`sppg:${away.id}`), own: inode(`sppg:${kitchen.id}`) };
  const { rows } = await stack.source.query<{ actual: number }>(
    `UPDATE food_productions SET "actualPortions" = coalesce("actualPortions", 0) + 7, status = 'COMPLETED' WHERE id = (
       SELECT id FROM food_productions WHERE "sppgId" = $1 AND ("productionDate" + interval '7 hours')::date::text <= $2 ORDER BY "productionDate" DESC LIMIT 1
     ) RETURNING "actualPortions" AS actual`,
    [kitchen.id, rendered.date],
  );
  expect(rows).toHaveLength(1);
  await stack.settled();
  const changed = await changedUnits({ warehouse: stack.warehouse, since: seq });
  for (const scope of ['national', `province:${kitchen.province}`, `regency:${kitchen.regency}`, `sppg:${kitchen.id}`])
    expect(changed.has(scope), scope).toBe(true);
  expect(changed.has(`sppg:${away.id}`)).toBe(false);
  const again = await render(changed);
  expect(again.pages).toBeLessThan(rendered.pages);
  expect(inode(`sppg:${kitchen.id}`)).not.toBe(before.own);
  expect(inode(`sppg:${away.id}`)).toBe(before.away);
  const { kpis } = await ask(`summary?scope=sppg:${kitchen.id}&date=${again.date}`);
  const value = kpis.find((own: { id: string }) => own.id === 'portions_produced').monthToDate?.value ?? null;
  expect(
    number(
      csv(`sppg:${kitchen.id}`).find((line) => line.kpi === 'portions_produced' && line.period === 'month_to_date')
        ?.value,
    ),
  ).toBe(value);
  expect(html(`sppg:${kitchen.id}`)).toContain(`<time datetime="${again.asOf.committedAt}">`);
});

test('a kitchen that moves changes the areas it left; everything has changed where claims are no longer told', async () => {
  const { seq } = await readFreshness(stack.warehouse);
  const [kitchen] = kitchens as [Kitchen];
  const to = kitchens.find(({ province }) => province !== kitchen.province);
  if (to === undefined) throw new Error('the demo has kitchens in one province only');
  await stack.source.query('UPDATE sppg SET "provinceId" = $2, "regencyId" = $3 WHERE id = $1', [
    kitchen.id,
    to.province,
    to.regency,
  ]);
  await stack.settled();
  const changed = await changedUnits({ warehouse: stack.warehouse, since: seq });
  for (const scope of [kitchen, to].flatMap(({ province, regency }) => [`province:${province}`, `regency:${regency}`]))
    expect(changed.has(scope), scope).toBe(true);
  await stack.warehouse.command('ALTER TABLE ops.claims DELETE WHERE claim > 0 SETTINGS mutations_sync = 2');
  const all = await changedUnits({ warehouse: stack.warehouse, since: seq });
  expect(all.size).toBe(rendered.pages / 2);
});

test('the page of a unit that is gone goes, whatever was asked for', async () => {
  const [, gone] = kitchens as [Kitchen, Kitchen];
  await stack.source.query('DELETE FROM sppg WHERE id = $1', [gone.id]);
  await stack.settled();
  await render(new Set());
  expect(existsSync(folder(`sppg:${gone.id}`))).toBe(false);
  expect(existsSync(folder(`sppg:${kitchens[0]?.id}`))).toBe(true);
});

test('a run that is stopped ends with the reason and leaves no file half written', async () => {
  const stopped = renderUnits({
    warehouse: stack.warehouse,
    out,
    units: 'all',
    signal: AbortSignal.abort(new Error('stopped')),
  });
  await expect(stopped).rejects.toThrow('stopped');
  for (const scope of scopes()) expect(html(scope).endsWith('</html>\n')).toBe(true);
});
