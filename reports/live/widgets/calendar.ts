/** The measure that is looked at, a tile a day, half a year back: rhythms and single bad days. Only measures of days have it. */
import { rangeOf } from '../address.ts';
import { pathOf, type Series } from '../api.ts';
import { chartBox } from '../chart_box.ts';
import { el, setText } from '../dom.ts';
import { createReader } from '../reader.ts';
import { chosenKpi, type Desk, refusedText, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

/** Half a year; a phone has room for a quarter. */
const DAYS = { wide: 182, narrow: 91 };
const GAP_MS = 30_000;

export function calendarWidget(desk: Desk): Widget {
  const title = el('h3', {}, words().loading);
  const box = chartBox('calendar', 'calendar-chart');
  const element = section('calendar', title, box.element);
  const days = innerWidth < 700 ? DAYS.narrow : DAYS.wide;
  const reader = createReader<Series>({
    path() {
      const kpi = chosenKpi(desk);
      const summary = desk.summary();
      if (!kpi || kpi.grain !== undefined || !summary || desk.session.todayOnly) return null;
      const range = rangeOf(String(days), summary.date);
      return pathOf(`/kpis/${encodeURIComponent(kpi.id)}/series`, { scope: summary.scope, grain: 'day', ...range });
    },
    gapMs: GAP_MS,
    told({ points }) {
      const kpi = chosenKpi(desk);
      if (!kpi) return;
      const name = kpi.name[language()];
      setText(title, name);
      if (!points.some(({ value }) => value !== null)) return box.empty(words().noData);
      const target = desk.summary()?.kpis.find(({ id }) => id === kpi.id)?.target ?? kpi.target;
      const options = { unit: kpi.unit, target, language: language(), label: `${words().calendar}: ${name}` };
      const marked = points.map(({ state, ...point }) => ({ ...point, provisional: state === 'provisional' }));
      box.show({
        key: JSON.stringify([marked, options]),
        draw: async (frame) => (await import('../../charts/calendar.ts')).calendar(marked, { ...frame, ...options }),
        table: async () => (await import('../../charts/trend.ts')).trendTable(marked, { ...options, daily: true }),
      });
    },
    refused: (error) => box.empty(refusedText(error)),
    trouble(failing) {
      if (failing && title.textContent === words().loading) box.empty(words().widgetUnread);
    },
  });
  return {
    id: 'calendar',
    element,
    viewed() {
      element.hidden = desk.session.todayOnly || chosenKpi(desk)?.grain !== undefined;
      reader.now();
    },
    changed: () => reader.soon(),
    stop() {
      reader.stop();
      box.stop();
    },
  };
}
