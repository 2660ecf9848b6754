/**
 * Boards of cards: one number each, with its unit, status, change, trend, and since when it holds.
 * Invariants: every number the role sees is on one board; an update changes text in place, so nothing moves; sparklines are drawn
 * apart, a few at a time, because fifty changes a second must not become fifty drawings.
 */

import { type Board, boardOf } from '../../design/boards.ts';
import type { Kpi, KpiValue, Summary } from '../api.ts';
import { typeScale } from '../chart_box.ts';
import { button, el, setText } from '../dom.ts';
import { absent, change, defined, exact, limits, short, statusMark } from '../figure.ts';
import { glow, roll } from '../roll.ts';
import { createPainter } from '../sparks.ts';
import { type Desk, section, type Widget } from '../widget.ts';
import { language, timeText, words } from '../words/words.ts';

type Card = { kpi: Kpi; element: HTMLElement; update(value: KpiValue, at: string | null, told: boolean): void };

/** How many cards a board has for those who see all: its place is kept before the numbers are there. */
const EXPECTED: Readonly<Record<Board, number>> = {
  ...{ summary: 6, safety: 6, operations: 14, quality: 8 },
  ...{ finance: 14, voice: 2, data: 4 },
};

export function cardBoard(desk: Desk, id: Board): Widget {
  const list = el('ul', { class: 'cards' }, ...Array.from({ length: EXPECTED[id] }, skeleton));
  const element = section(id, list);
  const painter = createPainter();
  let cards = new Map<string, Card>();
  let built = '';
  let told = '';

  const build = () => {
    const own = desk.kpis().filter((kpi) => boardOf(kpi) === id);
    const key = own.map((kpi) => kpi.id).join();
    element.hidden = own.length === 0;
    if (built === key) return;
    built = key;
    cards = new Map(own.map((kpi) => [kpi.id, card(desk, kpi, painter.paint)]));
    list.replaceChildren(...[...cards.values()].map((each) => each.element));
  };
  const tell = (summary: Summary, moved: boolean) => {
    const { kpi: chosen } = desk.view();
    for (const value of summary.kpis) cards.get(value.id)?.update(value, summary.asOf.committedAt, !moved);
    for (const [kpi, { element: own }] of cards) {
      own.querySelector('.choose')?.setAttribute('aria-pressed', String(kpi === chosen));
    }
  };
  return {
    id,
    element,
    viewed(summary) {
      build();
      const of = `${summary.scope} ${summary.date}`;
      tell(summary, of !== told);
      told = of;
    },
    changed: (summary) => tell(summary, false),
    stop: painter.stop,
  };
}

const skeleton = () => el('li', { class: 'card skeleton', 'aria-hidden': 'true' });

function card(desk: Desk, kpi: Kpi, paint: ReturnType<typeof createPainter>['paint']): Card {
  const name = kpi.name[language()];
  const number = el('span', { class: 'value', 'data-testid': `value-${kpi.id}`, 'data-value': '' });
  const status = el('span', { class: 'line' });
  const compared = el('span', { class: 'line small' });
  const since = el('span', { class: 'line small since' });
  const spark = el('span', { class: 'spark', 'aria-hidden': 'true' });
  const choose = button(words().choose(name), {
    class: 'choose',
    'aria-label': words().choose(name),
    'aria-pressed': 'false',
    click: () => desk.go({ kpi: kpi.id }),
  });
  choose.replaceChildren();
  const element = el(
    'li',
    { class: 'card', 'data-kpi': kpi.id, 'data-testid': `card-${kpi.id}`, title: kpi.definition[language()] },
    el('h3', {}, defined(kpi.id, name)),
    number,
    status,
    compared,
    since,
    spark,
    choose,
  );
  let shown: number | null | undefined;
  let lastTrend = '';
  return {
    kpi,
    element,
    update(value, at, told) {
      const before = shown;
      const changed = before !== undefined && before !== value.value;
      if (before === undefined || changed || value.value === null) {
        shown = value.value;
        number.dataset.value = value.value === null ? '' : String(value.value);
        number.title = exact(value.value, kpi.unit) ?? '';
        number.classList.toggle('nodata', value.value === null);
        if (value.value === null) setText(number, absent(value.withheld));
        roll(number, told ? (before ?? null) : null, value.value, (part) => short(part, kpi.unit) ?? '');
      }
      if (changed && told) glow(element);
      if (before === undefined || changed || !told)
        setText(since, at === null || value.value === null ? '' : words().holdsSince(timeText(at)));
      const target = limits(value.target ?? kpi.target, kpi.unit);
      const beside = target === null ? '' : ` · ${words().targetIs(target)}`;
      const mark = statusMark(value.status, value);
      if (status.textContent !== `${mark.textContent}${beside}`) status.replaceChildren(mark, beside);
      const [earlier, than] =
        kpi.grain === undefined
          ? [value.sameWeekday, words().fromLastWeek]
          : [value.previousPeriod, words().fromLastPeriod];
      const moved = change(value.value, earlier?.value ?? null, kpi.unit);
      setText(compared, moved === null ? '' : `${moved} ${than}`);
      const trend = JSON.stringify([value.trend, value.target]);
      if (trend === lastTrend) return;
      lastTrend = trend;
      paint(spark, async () => {
        // One point is no trend.
        if (value.trend.filter((point) => point.value !== null).length < 2) return undefined;
        const { sparkline } = await import('../../charts/sparkline.ts');
        return sparkline(value.trend, {
          unit: kpi.unit,
          target: value.target ?? kpi.target,
          width: Math.max(80, spark.clientWidth),
          height: 36 * typeScale(),
          label: '',
          daily: kpi.grain === undefined,
        });
      });
    },
  };
}
