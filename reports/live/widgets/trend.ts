/**
 * Over time: the measure that is looked at over a period, with what is expected of it and, where asked for, another period or the
 * area above beside it.
 * Invariant: a series is drawn with its own comparison, never with one of another view.
 */
import { comparedRange, movedDay, rangeOf } from '../address.ts';
import { call, type Expected, type Kpi, pathOf, type Series } from '../api.ts';
import { chartBox, typeScale } from '../chart_box.ts';
import { el } from '../dom.ts';
import { comparePicker, measurePicker, periodPicker } from '../pickers.ts';
import { createReader } from '../reader.ts';
import { chosenKpi, type Desk, refusedText, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

const GAP_MS = 2_000;
const HEIGHT = 300;
/** Periods of a month need more days than one to be a line. */
const COARSE_DAYS = '365';
/** Values of areas of different size can be compared. */
const isRate = ({ unit }: Kpi) => unit === 'percent' || unit === 'score' || unit === 'rating';

export function trend(desk: Desk): Widget {
  const above = () => {
    const kpi = chosenKpi(desk);
    const path = desk.summary()?.path ?? [];
    return kpi && isRate(kpi) ? path.at(-2) : undefined;
  };
  const pickers = [measurePicker(desk), periodPicker(desk), comparePicker(desk, () => above() !== undefined)];
  const title = el('h3', {}, words().loading);
  const definition = el('p', { class: 'small' });
  const box = chartBox('trend', 'trend-chart');
  const element = section(
    'trend',
    el('div', { class: 'tools' }, ...pickers.map((picker) => picker.element)),
    title,
    definition,
    box.element,
  );

  const asked = () => {
    const summary = desk.summary();
    const kpi = chosenKpi(desk);
    if (!summary || !kpi || desk.session.todayOnly) return undefined;
    const { period, compare } = desk.view();
    const range = rangeOf(kpi.grain !== undefined && Number(period) < 365 ? COARSE_DAYS : period, summary.date);
    return { kpi, scope: summary.scope, compare, range, grain: kpi.grain ?? 'day' };
  };
  const seriesPath = (id: string, query: Record<string, string>) =>
    pathOf(`/kpis/${encodeURIComponent(id)}/series`, query);
  const reader = createReader<Series>({
    path() {
      const now = asked();
      return now ? seriesPath(now.kpi.id, { scope: now.scope, grain: now.grain, ...now.range }) : null;
    },
    gapMs: GAP_MS,
    told: (series) => void show(series),
    refused: (error) => box.empty(refusedText(error)),
    trouble(failing) {
      if (failing && definition.textContent === '') box.empty(words().widgetUnread);
    },
  });

  /** Beside the series: what comes late or not at all leaves it as it is. */
  let extras: { of: string; expected: Expected['points']; compared: Series['points']; label: string } | undefined;
  const readExtras = async (now: NonNullable<ReturnType<typeof asked>>, of: string) => {
    const { kpi, scope, range, compare, grain } = now;
    const other = compare === 'previous' || compare === 'year' ? comparedRange(range, compare) : undefined;
    const upper = compare === 'above' ? above() : undefined;
    const path = other
      ? seriesPath(kpi.id, { scope, grain, from: other.from, to: other.to })
      : upper
        ? seriesPath(kpi.id, { scope: upper.scope, grain, ...range })
        : null;
    const [expected, compared] = await Promise.all([
      grain === 'day'
        ? call<Expected>(pathOf(`/kpis/${encodeURIComponent(kpi.id)}/expected`, { scope, ...range })).catch(
            () => undefined,
          )
        : undefined,
      path === null ? undefined : call<Series>(path).catch(() => undefined),
    ]);
    const by = other?.by ?? 0;
    return {
      of,
      expected: expected?.points ?? [],
      compared: (compared?.points ?? []).map((point) => ({ ...point, date: movedDay(point.date, by) })),
      label: upper?.name ?? (compare === 'year' ? words().compareYear : words().comparePrevious),
    };
  };

  const show = async (series: Series) => {
    const now = asked();
    if (!now) return;
    const { kpi, grain } = now;
    const of = JSON.stringify([kpi.id, now.scope, now.range, now.compare]);
    const name = kpi.name[language()];
    title.textContent = `${name}, ${words().byGrain(grain)}`;
    definition.textContent = kpi.definition[language()];
    draw(series, now, of);
    if (extras?.of === of) return;
    const read = await readExtras(now, of);
    const still = asked();
    if (!still || JSON.stringify([still.kpi.id, still.scope, still.range, still.compare]) !== of) return;
    extras = read;
    draw(series, now, of);
  };
  const draw = (series: Series, { kpi, grain }: NonNullable<ReturnType<typeof asked>>, of: string) => {
    if (!series.points.some(({ value, withheld }) => value !== null || withheld)) return box.empty(words().noData);
    const beside = extras?.of === of ? extras : undefined;
    const expected = new Map(beside?.expected.map((point) => [point.date, point]));
    const points = series.points.map(({ state, ...point }) => ({
      ...point,
      provisional: state === 'provisional',
      expected: expected.get(point.date) ?? null,
    }));
    const target = desk.summary()?.kpis.find(({ id }) => id === kpi.id)?.target ?? kpi.target;
    const options = {
      ...{ unit: kpi.unit, target, daily: grain === 'day', language: language() },
      label: title.textContent ?? '',
      ...(beside && beside.compared.length > 0 ? { compared: { label: beside.label, points: beside.compared } } : {}),
    };
    box.show({
      key: JSON.stringify([points, options]),
      async draw({ room, ...frame }) {
        const { trendChart } = await import('../../charts/trend.ts');
        return trendChart(points, { ...frame, ...options, height: room ?? HEIGHT * typeScale() });
      },
      table: async () => (await import('../../charts/trend.ts')).trendTable(points, options),
    });
  };
  return {
    id: 'trend',
    element,
    viewed() {
      element.hidden = desk.session.todayOnly;
      for (const picker of pickers) picker.update();
      reader.now();
    },
    changed: () => reader.soon(),
    stop() {
      reader.stop();
      box.stop();
    },
  };
}
