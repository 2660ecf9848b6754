/** The life of a report: whoever reads the events, in whatever order they came, sees the same; what does not fit is no event. */
import { expect, it } from 'vitest';
import { doubts } from '../../reports/delivery/gate.ts';
import type { Report } from '../../reports/documents/report.ts';
import { dueTimes, scheduleInput, target } from '../../warehouse/deliveries/schedules.ts';
import { demandHost, demandUrl } from '../../warehouse/deliveries/targets.ts';
import { answerOf, foldLife, type ReportEvent } from '../../warehouse/register/life.ts';

const event = (
  seq: number,
  kind: ReportEvent['kind'],
  actor: string,
  more: Partial<ReportEvent> = {},
): ReportEvent => ({
  ...{
    id: `${seq}-${kind}-${actor}`,
    seq,
    kind,
    actor,
    role: '',
    sha256: 'a',
    committedAt: '',
    rolledUpAt: '',
    until: '',
    reason: '',
  },
  ...{ at: `2026-03-0${seq}T00:00:00.000000Z`, ...more },
});
const locked = [event(1, 'read', 'system'), event(2, 'verified', 'v'), event(3, 'approved', 'p')];

it('goes from Sementara to Disahkan by two people, and never by one', () => {
  expect(locked.map((_, n) => answerOf(foldLife(locked.slice(0, n + 1)))?.state)).toEqual([
    'Sementara',
    'Diverifikasi',
    'Disahkan',
  ]);
  expect(answerOf(foldLife([...locked.slice(0, 2), event(3, 'approved', 'v')]))?.state).toBe('Diverifikasi');
});

it('numbers that changed after they were verified are Sementara again, and cannot be approved unseen', () => {
  const changed = [...locked.slice(0, 2), event(3, 'read', 'system', { sha256: 'b' }), event(4, 'approved', 'p')];
  expect(answerOf(foldLife(changed))).toMatchObject({ state: 'Sementara', sha256: 'b' });
});

it('of two who act at the same time one counts, in whatever order they are read', () => {
  const both = [...locked, event(3, 'rejected', 'r', { at: '2026-03-04T00:00:00.000000Z' })];
  expect(answerOf(foldLife(both))?.state).toBe('Disahkan');
  expect(foldLife([...both].reverse()).applied).toEqual(foldLife(both).applied);
});

it('a locked report keeps its numbers; a revision needs an exception, which expires and lets one revision through', () => {
  const late = event(4, 'read', 'system', { sha256: 'b' });
  const excepted = event(5, 'excepted', 'p', { until: '2026-03-07T00:00:00.000000Z' });
  const verified = event(6, 'verified', 'v', { sha256: 'b' });
  const approved = event(7, 'approved', 'p', { sha256: 'b' });
  expect(answerOf(foldLife([...locked, late, verified, approved]))).toMatchObject({ sha256: 'a', state: 'Disahkan' });
  // It expired on the 7th, before it was approved.
  expect(answerOf(foldLife([...locked, late, excepted, verified, approved]))).toMatchObject({ sha256: 'a' });
  const inTime = [...locked, late, excepted, verified, { ...approved, at: '2026-03-06T12:00:00.000000Z' }];
  expect(answerOf(foldLife(inTime))).toMatchObject({ sha256: 'b', state: 'Revisi 1' });
  expect(foldLife(inTime).exception).toBeUndefined();
  expect(answerOf(foldLife(inTime, '2026-03-05T23:59:59Z'))).toMatchObject({ sha256: 'a', state: 'Disahkan' });
});

const report = (rows: number[], total: number, present: number, table = 't'): Report => ({
  ...{ report: 'x', scope: 'national', unit: 'x', from: '2026-03-01', to: '2026-03-01', final: true, definitions: [] },
  ...{ asOf: { committedAt: '', rolledUpAt: '' }, completeness: { due: 100, present } },
  parts: [
    {
      kind: 'facts',
      id: 'f',
      title: { id: '', en: '' },
      facts: [{ name: { id: '', en: '' }, kind: 'count', value: total, kpi: 'k' }],
    },
    {
      ...{ kind: 'table', id: table, title: { id: '', en: '' }, keyColumns: 0, rows: rows.map((value) => [value]) },
      columns: [{ id: 'c', name: { id: '', en: '' }, kind: 'count', kpi: 'k', total: true }],
    },
  ],
});

it('the gate holds what is incomplete, empty or does not add up', () => {
  const gate = { completeness: 0.95, rows: 1, state: 'Sementara' as const };
  expect(doubts(report([1, 2], 3, 95), gate)).toEqual([]);
  expect(doubts(report([1, 2], 3, 94), gate)).toEqual(['baru 94 dari 100 laporan ada; dibutuhkan 95']);
  expect(doubts(report([], 0, 100), gate)).toEqual([expect.stringContaining('0 baris; dibutuhkan 1')]);
  // Of a list of what is wrong, none is what everybody hopes for.
  expect(doubts(report([], 0, 100, 'missing'), gate)).toEqual([]);
  expect(doubts({ ...report([], 0, 100, 'missing'), report: 'data-quality' }, gate)).toHaveLength(1);
  expect(doubts(report([1, 2], 4, 100), gate)).toEqual([
    expect.stringContaining('adalah 3, sedangkan laporan menyebut 4'),
  ]);
});

it('only named hosts are called, and no folder is left', () => {
  const post = { DELIVERY_HOSTS: 'sftp.contoh.go.id:22, kait.contoh.go.id' };
  expect(() => demandHost(post, 'SFTP.contoh.go.id', 22)).not.toThrow();
  expect(() => demandHost(post, 'sftp.contoh.go.id', 2222)).toThrow('DELIVERY_HOSTS');
  for (const url of [
    'http://169.254.169.254/',
    'http://localhost:8123/',
    'http://[::1]/',
    'https://kait.contoh.go.id.jahat.id/',
    'https://kait.contoh.go.id@jahat.id/',
  ])
    expect(() => demandUrl(post, url)).toThrow();
  expect(demandUrl(post, 'https://kait.contoh.go.id/masuk').host).toBe('kait.contoh.go.id');
  expect(target.safeParse({ kind: 'folder', folder: 'a/../../b' }).success).toBe(false);
  expect(target.safeParse({ kind: 'webhook', url: 'file:///etc/passwd', secret: 'x' }).success).toBe(false);
});

it('a schedule is due by the clock of its reader', () => {
  const base = { id: 's', report: 'r', format: 'csv', cron: '0 7 * * *', period: 'day', owner: { name: 'o' } };
  const recipients = [{ scope: 'national', role: 'BGN_PUSAT', target: { kind: 'folder', folder: 'x' } }];
  const due = (zone: string) =>
    dueTimes(scheduleInput.parse({ ...base, recipients, zone }), new Date('2026-03-05T00:00:00Z'));
  expect(due('Asia/Jakarta')).toEqual({ last: '2026-03-05T00:00:00.000Z', next: '2026-03-06T00:00:00.000Z' });
  expect(due('Asia/Jayapura')).toEqual({ last: '2026-03-04T22:00:00.000Z', next: '2026-03-05T22:00:00.000Z' });
  expect(scheduleInput.safeParse({ ...base, recipients, cron: 'daily' }).success).toBe(false);
});
