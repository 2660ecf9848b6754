/** Rows for charts, and a document to draw them into. Days and values are fixed: golden files hold what comes of them. */
import { Window } from 'happy-dom';
import { provinces } from '../../demo/reference/provinces.ts';
import type { FlowRow } from '../../reports/charts/flow.ts';
import type { Point } from '../../reports/charts/points.ts';
import type { Place } from '../../reports/charts/tile.ts';
import type { Status } from '../../reports/design/status.ts';

export const document = new Window().document as unknown as Document;

/** Twenty days: the sixth has no value, the tenth no row, the last two are not final. */
export const days: Point[] = Array.from({ length: 20 }, (_, at): Point => {
  const value = 0.88 + ((at * 7) % 13) / 100;
  return {
    date: new Date(Date.UTC(2026, 9, 20 + at)).toISOString().slice(0, 10),
    value: at === 5 ? null : value,
    expected: { low: 0.92, high: 0.98 },
    provisional: at >= 18,
  };
}).filter((_, at) => at !== 9);

/** The same days as amounts, one of them zero. */
export const amounts: Point[] = days.map((point, at) => ({
  date: point.date,
  value: point.value === null ? null : at === 2 ? 0 : Math.round(point.value * 3_000_000) - at * 40_000,
  provisional: point.provisional === true,
}));

const standing: readonly Status[] = ['ok', 'ok', 'warn', 'ok', 'critical'];
/** All provinces; one has no data. */
export const places: Place[] = provinces.map(({ code, name }, at) => ({
  scope: `province:${code}`,
  code,
  name,
  value: code === '74' ? null : 0.78 + ((at * 5) % 23) / 100,
  status: standing[at % standing.length] ?? 'ok',
}));

/** A morning until ten o'clock. */
export const morning: FlowRow[] = Array.from({ length: 24 }, (_, hour) => {
  const by = (from: number) => (hour > 9 ? null : Math.max(0, Math.min(3_200, (hour - from) * 900)));
  return { hour, planned: 3_200, cooked: by(3), checked: by(4), departed: by(5), delivered: by(6) };
});

export const hostile = `<img src=x onerror=alert(1)><b>&"'\u202e ${'panjang 🍚 '.repeat(20)}`;
