// @vitest-environment happy-dom
/** The operators' page: what it says of a state, and that it keeps saying what it knows when the next reading fails. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { showOperators } from '../../reports/live/operators.ts';
import { ageText, type Operations, reportOf } from '../../reports/live/operators_report.ts';

const session = {
  sub: 'o',
  name: 'Operator',
  role: 'PLATFORM_SUPPORT',
  scopes: ['national'],
  figures: false,
  todayOnly: false,
  documents: [],
  widgets: [],
};
const table = { reason: '', loadedAt: '2026-11-25T04:49:57Z', lagMs: 420, reconciledAt: '2026-11-25T04:00:00Z' };
const jobs = { waiting: 2, active: 1, delayed: 0, failed: 0 };
const well: Operations = {
  ready: true,
  reasons: [],
  warnings: [],
  asOf: { lagMs: 800 },
  engines: [
    { engine: 'clickhouse', up: true },
    { engine: 'redis', up: true },
  ],
  source: { keptBytes: 48_000_000, budgetSeconds: 90_000 },
  tables: [
    { table: 'sppg', state: 'live', ...table },
    { table: 'orders', state: 'quarantined', ...table, reason: '<b>type of "total" changed</b>' },
  ],
  batches: { waiting: 0, active: 1, delayed: 0 },
  queues: [{ queue: 'pipeline', jobs }],
  parked: { total: 0, first: [] },
  cache: { hitRate: 0.9731, bytes: 3_200_000 },
  live: { sockets: 12, subscriptions: 14 },
  uptime: { day: 1, month: 0.99957 },
  site: null,
};
const rowsOf = (now: Operations, id: string, language: 'id' | 'en' = 'id') =>
  reportOf(now, language).sheets.find((sheet) => sheet.id === id)?.rows ?? [];
const measure = (now: Operations, name: string) => rowsOf(now, 'measures').find(([first]) => first?.text === name)?.[1];

it('says in one sentence whether all is well, and what is not', () => {
  expect(reportOf(well, 'id')).toMatchObject({ status: 'ok', headline: 'Sistem siap', notes: [] });
  expect(reportOf({ ...well, warnings: [{ code: 'parked', total: 3, text: '3 parked' }] }, 'en')).toMatchObject({
    status: 'warn',
    headline: 'The system is ready; 1 thing needs a look',
  });
  const away = reportOf({ ...well, ready: false, reasons: [{ code: 'redis_away', text: '' }] }, 'id');
  expect(away).toMatchObject({ status: 'critical', headline: 'Sistem belum siap' });
  expect(away.notes).toEqual([{ status: 'critical', text: '■ Redis tidak menjawab' }]);
  // A server newer than the page tells of what the page has no words for.
  const newer = { code: 'moon_is_full', text: 'the moon is full' } as unknown as Operations['reasons'][number];
  expect(reportOf({ ...well, ready: false, reasons: [newer] }, 'id').notes[0]?.text).toBe('■ the moon is full');
});

it('puts what is wrong first, with shape and word', () => {
  expect(rowsOf(well, 'tables').map(([name, state]) => [name?.text, state?.text, state?.status])).toEqual([
    ['orders', '■ dikesampingkan', 'critical'],
    ['sppg', '● mengikuti', 'ok'],
  ]);
  expect(measure({ ...well, asOf: { lagMs: 240_000 } }, 'Umur data')).toEqual({ text: '▲ 4 menit', status: 'warn' });
  const short = { ...well, source: { keptBytes: 9e9, budgetSeconds: 1_800 } };
  expect(measure(short, 'Anggaran WAL sumber cukup untuk')).toEqual({ text: '■ 30 menit', status: 'critical' });
  const failing = { ...well, queues: [{ queue: 'pipeline', jobs: { ...jobs, failed: 3 } }] };
  expect(rowsOf(failing, 'queues')[0]?.at(-1)).toEqual({ text: '▲ 3', status: 'warn' });
});

it('never makes a zero of what could not be read', () => {
  const blind: Operations = {
    ...well,
    ...{ asOf: null, source: null, tables: null, batches: null, parked: null, cache: { hitRate: null, bytes: 0 } },
    engines: [{ engine: 'source', up: null }],
    queues: [{ queue: 'pipeline', jobs: null }],
    uptime: { day: null, month: null },
  };
  for (const name of ['Umur data', 'Baris yang disisihkan', 'Kumpulan yang belum dimuat', 'WAL yang ditahan sumber'])
    expect(measure(blind, name), name).toEqual({ text: '○ tidak terbaca', status: 'missing' });
  for (const name of ['Jawaban dari tembolok', 'Siap dalam 24 jam', 'Siap dalam 30 hari'])
    expect(measure(blind, name), name).toEqual({ text: '○ belum ada data', status: 'missing' });
  expect(
    rowsOf(blind, 'queues')[0]
      ?.slice(1)
      .every(({ status }) => status === 'missing'),
  ).toBe(true);
  expect(rowsOf(blind, 'engines')[0]?.[1]?.status).toBe('missing');
  expect(rowsOf(blind, 'tables')).toEqual([[{ text: '○ tidak terbaca', status: 'missing' }]]);
});

it('tells uptime to a hundredth and ages in words', () => {
  expect(measure(well, 'Siap dalam 30 hari')?.text).toBe('99,96 %');
  expect(['en', 'id'].map((language) => ageText(800, language as 'en' | 'id'))).toEqual(['0.8 seconds', '0,8 detik']);
  expect([45_000, 240_000, 7_200_000, 259_200_000].map((ms) => ageText(ms, 'en'))).toEqual([
    '45 seconds',
    '4 minutes',
    '2 hours',
    '3 days',
  ]);
});

it('lists the first of what is parked and counts the rest', () => {
  const first = Array.from({ length: 40 }, (_, at) => ({ id: `b${at}`, reason: 'cannot be stored exactly' }));
  const rows = rowsOf({ ...well, parked: { total: 1_200, first } }, 'parked');
  expect(rows).toHaveLength(11);
  expect(rows.at(-1)?.[1]?.text).toContain('1.190');
  expect(rowsOf(well, 'parked')).toEqual([]);
});

/** What the server answers next: a state, a problem by its status, or nothing at all. */
let next: Operations | number | undefined;
let asked = 0;
let stop: (() => void) | undefined;
const root = () => document.getElementById('app') as HTMLElement;
const part = (id: string) => root().querySelector<HTMLElement>(`[data-testid="operators-${id}"]`);

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = '<div id="app"></div>';
  asked = 0;
  vi.stubGlobal('fetch', async () => {
    asked++;
    if (next === undefined) throw new TypeError('network');
    if (typeof next === 'number') return Response.json({ detail: 'no' }, { status: next });
    return Response.json(next);
  });
});
afterEach(() => {
  stop?.();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it('shows the shape of what comes while it loads, then the state, with hostile text as text', async () => {
  next = well;
  stop = showOperators(root(), session);
  expect(part('headline')?.textContent).toBe('memuat …');
  expect(root().querySelectorAll('.skeleton').length).toBeGreaterThan(3);
  await pass(0);
  expect(part('headline')?.textContent).toBe('● Sistem siap');
  expect(root().querySelectorAll('.skeleton')).toHaveLength(0);
  expect(part('tables')?.querySelector('tbody')?.textContent).toContain('<b>type of');
  expect(part('tables')?.querySelectorAll('b')).toHaveLength(0);
});

it('reads again every five seconds and touches only what differs', async () => {
  next = well;
  stop = showOperators(root(), session);
  await pass(0);
  const queue = part('queues')?.querySelector('tbody tr');
  const parked = part('measures')?.querySelector('tbody tr');
  next = { ...well, asOf: { lagMs: 3_000 } };
  await pass(5_000);
  expect(asked).toBe(2);
  expect(part('measures')?.textContent).toContain('3 detik');
  expect(part('measures')?.querySelector('tbody tr')).not.toBe(parked);
  expect(part('queues')?.querySelector('tbody tr')).toBe(queue);
  stop();
  await pass(60_000);
  expect(asked).toBe(2);
});

it('keeps what it knows while the server is away, says since when, and comes back by itself', async () => {
  next = undefined;
  stop = showOperators(root(), session);
  await pass(0);
  expect(part('trouble')?.textContent).toContain('belum dapat dibaca');
  next = well;
  await pass(5_000);
  expect(part('trouble')?.hidden).toBe(true);
  next = 503;
  await pass(5_000);
  expect(part('trouble')?.textContent).toContain('tidak dapat dibaca sejak');
  expect(part('queues')?.textContent).toContain('pipeline');
  next = well;
  await pass(5_000);
  expect(part('trouble')?.hidden).toBe(true);
});

it('tells who may not look that they may not, and asks no more', async () => {
  next = 403;
  stop = showOperators(root(), session);
  await pass(60_000);
  expect(asked).toBe(1);
  expect(part('trouble')?.textContent).toContain('Minta peran platform');
  expect(part('headline')?.hidden).toBe(true);
});
