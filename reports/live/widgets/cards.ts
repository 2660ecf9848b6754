/**
 * Boards of cards: one number each, with its unit, status, change, trend, and since when it holds.
 * Invariants: every number the role sees is on one board; an update changes text in place, so nothing moves; sparklines are drawn
 * apart, a few at a time, because fifty changes a second must not become fifty drawings.
 */

import { type Board, boardOf } from '../../design/boards.ts';
import type { Kpi, KpiValue, Summary } from '../api.ts';
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
  const fromYesterday = el('span', { class: 'line small yesterday' });
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
    // Who sees the present day only has nothing to compare it with.
    ...(desk.session.todayOnly ? [] : [fromYesterday, compared]),
    since,
    ...(desk.session.todayOnly ? [] : [spark]),
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
      // When a number was first seen is not since when it holds; only a change tells that.
      if (before === undefined || changed || !told) {
        const seen = changed && told ? words().holdsSince : words().sameSince;
        setText(since, at === null || value.value === null ? '' : seen(timeText(at)));
      }
      const aim = value.target ?? kpi.target;
      const target = limits(aim, kpi.unit);
      // What only must not be exceeded is no aim.
      const named = words().aim(aim?.low === null);
      const beside = target === null ? '' : ` · ${named} ${target}`;
      const mark = statusMark(value.status, value);
      if (status.textContent !== `${mark.textContent}${beside}`) {
        // A phone has no room for the word; the sign says as much.
        const word = target === null ? [] : [' · ', el('span', { class: 'wide-only' }, `${named} `), target];
        status.replaceChildren(mark, ...word);
      }
      const than = (earlier: KpiValue['sameWeekday'], name: string) => {
        const moved = change(value.value, earlier?.value ?? null, kpi.unit);
        return moved === null ? '' : `${moved} ${name}`;
      };
      if (kpi.grain === undefined) {
        setText(
          fromYesterday,
          than(value.previousDay, desk.view().date === null ? words().fromYesterday : words().fromDayBefore),
        );
        setText(compared, than(value.sameWeekday, words().fromLastWeek));
      } else setText(compared, than(value.previousPeriod, words().fromLastPeriod));
      const trend = JSON.stringify([value.trend, value.target]);
      if (trend === lastTrend) return;
      lastTrend = trend;
      paint(spark, async () => {
        // One point is no trend.
        if (value.trend.filter((point) => point.value !== null).length < 2) return undefined;
        const { sparkline } = await import('../../charts/sparkline.ts');
        return sparkline(value.trend, {
          unit: kpi.unit,
          target: aim,
          width: Math.max(80, spark.clientWidth),
          height: Math.max(16, spark.clientHeight),
          label: '',
          daily: kpi.grain === undefined,
        });
      });
    },
  };
}
