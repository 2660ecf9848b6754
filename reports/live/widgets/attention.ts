/**
 * What needs attention now, the gravest first: which measure, how it stands, since when, where to look.
 * Invariant: it says so when nothing does; an item that stays is not drawn anew, so that who reads it keeps the place.
 */
import type { Summary } from '../api.ts';
import { button, el, setText } from '../dom.ts';
import { defined, limits, short, statusMark } from '../figure.ts';
import { wrongIn } from '../headline.ts';
import { type Desk, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

const SHOWN = 8;

export function attention(desk: Desk): Widget {
  const list = el('ul', { class: 'told', 'data-testid': 'attention' });
  const none = el('p', { class: 'small', hidden: true }, words().nothingWrong);
  const more = button('', { class: 'link', hidden: true, click: () => expand() });
  const element = section('attention', none, list, more);
  let all = false;
  let shown = '';
  const expand = () => {
    all = true;
    const summary = desk.summary();
    if (summary) show(summary);
  };
  const show = (summary: Summary) => {
    const grave = { critical: 0, warn: 1, ok: 2, none: 3 } as const;
    const wrong = wrongIn(summary).toSorted((a, b) => grave[a.status] - grave[b.status]);
    const told = all ? wrong : wrong.slice(0, SHOWN);
    none.hidden = wrong.length > 0;
    more.hidden = told.length === wrong.length;
    setText(more, words().moreItems(wrong.length - told.length));
    const key = JSON.stringify(told.map(({ id, value, status, target }) => [id, value, status, target]));
    if (key === shown) return;
    shown = key;
    list.replaceChildren(
      ...told.flatMap((value) => {
        const kpi = desk.kpis().find(({ id }) => id === value.id);
        if (!kpi) return [];
        const target = limits(value.target ?? kpi.target, kpi.unit);
        const figure = `: ${short(value.value, kpi.unit)}${target === null ? '' : ` (${words().targetIs(target)})`}`;
        return [el('li', {}, statusMark(value.status, value), ' ', defined(kpi.id, kpi.name[language()]), figure)];
      }),
    );
  };
  return {
    id: 'attention',
    element,
    viewed(summary) {
      all = false;
      show(summary);
    },
    changed: show,
  };
}
