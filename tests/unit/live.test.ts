/** What the live screen decides without a browser: views and addresses, arrangements, boards, words, sentences. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { preferences } from '../../platform/preferences.ts';
import { BOARDS, boardOf } from '../../reports/design/boards.ts';
import { addressOf, comparedRange, PERIODS, rangeOf, readView, type View } from '../../reports/live/address.ts';
import type { KpiValue, Summary } from '../../reports/live/api.ts';
import { changed, movedTo, whole } from '../../reports/live/arrangement.ts';
import { headline } from '../../reports/live/headline.ts';
import { isKiosk, namedScopes, secondsOf } from '../../reports/live/kiosk.ts';
import { wordsOf } from '../../reports/live/notices.ts';
import { WIDGETS } from '../../reports/live/widget.ts';
import { en } from '../../reports/live/words/en.ts';
import { id } from '../../reports/live/words/id.ts';
import { registry, statusOf } from '../../warehouse/kpis/registry.ts';
import { defaultWidgets } from '../../warehouse/preferences.ts';

const day = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2030-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const scope = fc.oneof(
  fc.constant('national'),
  fc
    .tuple(fc.constantFrom('wilayah', 'region', 'province', 'regency', 'sppg'), fc.stringMatching(/^[\w.-]{1,64}$/))
    .map((parts) => parts.join(':')),
);
const view: fc.Arbitrary<View> = fc.record({
  scope,
  date: fc.option(day),
  kpi: fc.constantFrom(...registry.map((kpi) => kpi.id)),
  period: fc.oneof(
    fc.constantFrom<string>(...PERIODS),
    fc.tuple(day, day).map((days) => days.join('..')),
  ),
  compare: fc.constantFrom('none', 'previous', 'year', 'above'),
});
const query = (address: string) => address.slice(1);

describe('the address', () => {
  test('holds every view: what is written is read again', () => {
    fc.assert(
      fc.property(view, (given) => {
        expect(readView(query(addressOf(given)), 'sppg:own')).toEqual(given);
      }),
    );
  });
  test('whatever stands in it, the view is one there can be', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('<b>', 'province:', 'national:1', '9999-99-99', '60..', '../..'),
    );
    fc.assert(
      fc.property(text, text, text, text, text, (...given) => {
        const [first = '', date = '', kpi = '', period = '', compare = ''] = given;
        const read = readView(`?${new URLSearchParams({ scope: first, date, kpi, period, compare })}`, 'sppg:own');
        expect(readView(query(addressOf(read)), 'sppg:own')).toEqual(read);
        expect(read.scope).toMatch(/^(national|\w+:[\w.-]+)$/);
        expect(() => rangeOf(read.period, '2026-11-25')).not.toThrow();
      }),
    );
  });
  test('a period ends on the day told and has as many days as it says; a comparison keeps weekdays', () => {
    expect(rangeOf('7', '2026-03-03')).toEqual({ from: '2026-02-25', to: '2026-03-03' });
    expect(rangeOf('2026-03-09..2026-03-01', '2026-11-25')).toEqual({ from: '2026-03-01', to: '2026-03-09' });
    const weekday = (text: string) => new Date(text).getUTCDay();
    fc.assert(
      fc.property(
        fc.constantFrom<string>(...PERIODS),
        day,
        fc.constantFrom('previous', 'year'),
        (period, to, compare) => {
          const range = rangeOf(period, to);
          const other = comparedRange(range, compare as 'previous' | 'year');
          expect(weekday(other.from)).toBe(weekday(range.from));
          expect(Date.parse(other.to) - Date.parse(other.from)).toBe(Date.parse(range.to) - Date.parse(range.from));
          if (compare === 'previous') expect(other.to < range.from).toBe(true);
        },
      ),
    );
  });
});

describe('the arrangement', () => {
  const all = whole(defaultWidgets('BGN_LEADERSHIP'), defaultWidgets('BGN_LEADERSHIP'));
  const given = fc.array(
    fc.record({
      id: fc.oneof(fc.constantFrom<string>(...WIDGETS), fc.string()),
      size: fc.constantFrom('full' as const, 'half' as const),
      shown: fc.boolean(),
    }),
  );
  test('the defaults of who sees all are every widget there is', () => {
    expect(all.map(({ id }) => id).toSorted()).toEqual([...WIDGETS].toSorted());
  });
  test('from anywhere is made whole: what was kept first, every other widget of the role once and not shown', () => {
    fc.assert(
      fc.property(given, fc.constantFrom('SPPG_KEPALA', 'SPPG_AKUNTAN', 'KPPG'), (widgets, role) => {
        const defaults = defaultWidgets(role);
        const ids = defaults.map(({ id }) => id);
        const placed = whole(widgets, defaults);
        expect(placed.map((widget) => widget.id).toSorted()).toEqual(ids.toSorted());
        const known = [...new Set(widgets.map(({ id }) => id))].filter((id) => ids.includes(id));
        const first = known.map((id) => widgets.find((widget) => widget.id === id));
        expect(placed.slice(0, known.length)).toEqual(first);
        expect(placed.slice(known.length).some(({ shown }) => shown)).toBe(false);
      }),
    );
  });
  test('is what the server takes, and comes back the same', () => {
    fc.assert(
      fc.property(given, (widgets) => {
        const placed = whole(widgets, all);
        const kept = preferences.parse({ widgets: placed }).widgets;
        expect(whole(kept ?? [], all)).toEqual(placed);
      }),
    );
  });
  test('a widget moves to the place asked for, and the others keep their order', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WIDGETS), fc.integer({ min: -3, max: 20 }), (widget, place) => {
        const after = movedTo(all, widget, place);
        expect(after.findIndex((own) => own.id === widget)).toBe(Math.min(Math.max(0, place), WIDGETS.length - 1));
        expect(after.filter((own) => own.id !== widget)).toEqual(all.filter((own) => own.id !== widget));
      }),
    );
    expect(changed(all, 'flow', { shown: false }).filter(({ shown }) => !shown)).toHaveLength(1);
  });
});

test('every number of the registry stands on one board, and every board has some', () => {
  const boards = new Set(registry.map((kpi) => boardOf(kpi)));
  expect([...boards].toSorted()).toEqual([...BOARDS].toSorted());
  // What can be critical to the health of children is not hidden among operations.
  const critical = registry.filter(
    (kpi) => kpi.target !== null && statusOf(kpi, kpi.direction === 'down' ? 99 : 0) === 'critical',
  );
  expect(critical.length).toBeGreaterThanOrEqual(5);
  expect(critical.map((kpi) => boardOf(kpi))).toEqual(critical.map(() => 'safety'));
});

test('both languages say the same things, each in its own words', () => {
  const same = Object.entries(id).filter(
    ([key, text]) => typeof text === 'string' && text === en[key as keyof typeof en],
  );
  expect(Object.keys(en).toSorted()).toEqual(Object.keys(id).toSorted());
  expect(same.map(([key]) => key)).toEqual([]);
});

describe('the first sentence', () => {
  const kpi = (name: string, value: number | null, status: KpiValue['status'] = 'none') =>
    ({ id: name, value, status, trend: [] }) as unknown as KpiValue;
  const summary = (...kpis: KpiValue[]) => ({ date: '2026-11-25', kpis }) as unknown as Summary;
  const delivered = kpi('portions_delivered', 61_800_000);
  const target = kpi('portions_target', 63_000_000);

  test('says how much arrived of what is due, and what is wrong', () => {
    expect(headline(summary(delivered, target), true)).toBe(
      'Hari ini 61,8\u00a0jt dari 63\u00a0jt porsi sudah tersalur; semua ukuran dalam batas.',
    );
    expect(headline(summary(delivered, target, kpi('x', 1, 'critical')), false)).toBe(
      '25 Nov 2026 61,8\u00a0jt dari 63\u00a0jt porsi sudah tersalur; 1 ukuran perlu perhatian.',
    );
  });
  test('tells of places below before it tells of measures', () => {
    const wrong = summary(delivered, target, kpi('x', 1, 'warn'));
    expect(headline(wrong, true, { level: 'province', critical: 3 })).toContain('; 3 provinsi perlu perhatian.');
    expect(headline(wrong, true, { level: 'province', critical: 0 })).toContain('; 1 ukuran perlu perhatian.');
  });
  test('says so when nothing is known, and is silent on deliveries for who does not see them', () => {
    expect(headline(summary(kpi('portions_delivered', null), kpi('portions_target', null)), true)).toContain(
      'belum ada data penyaluran',
    );
    expect(headline(summary(kpi('spend', 5)), true)).toBe('Hari ini: semua ukuran dalam batas.');
  });
});

test('a notice is told by its measure, its table or its report; what nobody needs is not told', () => {
  const kpis = registry.map((own) => ({ ...own, sectionName: own.name }));
  const told = (kind: string, detail: Record<string, string | number | null>, channel = 'province:32') =>
    wordsOf({ kind, channel, subject: 'x', at: '2026-11-25T01:00:00Z', detail }, kpis as never)?.text;
  expect(told('threshold', { kpi: 'serving_temperature', status: 'critical', value: 0.8 })).toBe(
    'Kepatuhan suhu melewati batas: 80\u00a0%',
  );
  expect(told('threshold', { kpi: 'serving_temperature', status: 'ok', value: 1 })).toBe(
    'Kepatuhan suhu kembali dalam batas: 100\u00a0%',
  );
  expect(told('incident', { kpi: 'suspected_incidents', count: 2, scope: 'sppg:k1' })).toBe('Dugaan insiden: 2');
  expect(told('quarantine', { table: 'sppg', state: 'quarantined' })).toContain('Tabel sppg dikesampingkan');
  expect(told('report_due', { period: '1–14 Nov', daysLeft: -2 })).toContain('terlambat 2 hari');
  expect(told('report_due', { total: 12, late: 3 })).toBe('12 laporan dua mingguan belum masuk, 3 terlambat');
  expect(told('threshold', { kpi: 'spend_of_others', status: 'warn', value: 1 })).toBeUndefined();
  expect(told('token_expires', {})).toBeUndefined();
});

test('a wall screen rotates through what the address names, at a pace people can read', () => {
  expect(isKiosk('?kiosk')).toBe(true);
  expect(isKiosk('?scope=national')).toBe(false);
  expect(namedScopes('?kiosk=national,province:32,%3Cb%3E,sppg:')).toEqual(['national', 'province:32']);
  expect(namedScopes('?kiosk')).toEqual([]);
  expect([secondsOf('?kiosk'), secondsOf('?seconds=0'), secondsOf('?seconds=x'), secondsOf('?seconds=90')]).toEqual([
    20, 2, 20, 90,
  ]);
});
