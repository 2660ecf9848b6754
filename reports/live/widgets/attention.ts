/**
 * What needs attention now, the gravest first: measures outside their limits with the measure and the limit, then reports whose
 * lateness blocks a payment.
 * Invariant: it says so when nothing does; an item that stays is not drawn anew, so that who reads it keeps the place.
 */
import { type KpiValue, pathOf, type Summary } from '../api.ts';
import { button, el, setText } from '../dom.ts';
import { defined, limits, short, statusMark } from '../figure.ts';
import { wrongIn } from '../headline.ts';
import { createReader } from '../reader.ts';
import { type Desk, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

const SHOWN = 12;
const RISKS_GAP_MS = 60_000;
type Risks = { items: { scope: string; name: string; period: string; daysLeft: number }[] };

export function attention(desk: Desk): Widget {
  const list = el('ul', {
    class: 'told',
    'data-testid': 'attention',
    tabindex: '0',
    'aria-labelledby': 'heading-attention',
  });
  const none = el('p', { class: 'small', hidden: true }, words().nothingWrong);
  const more = button('', { class: 'link', hidden: true, click: () => expand() });
  const element = section('attention', none, list, more);
  let risks: Risks['items'] = [];
  let scope = '';
  let all = false;
  let shown = '';
  const expand = () => {
    all = true;
    const summary = desk.summary();
    if (summary) show(summary);
  };
  /** Who answers for money answers for its reports; others do not ask, because a refusal goes into the audit trail. */
  const answerable = () => !desk.session.todayOnly && desk.kpis().some(({ owner }) => owner === 'finance');
  const reader = createReader<Risks>({
    path: () => (answerable() ? pathOf('/payment-risks', { scope: desk.view().scope, limit: 50 }) : null),
    gapMs: RISKS_GAP_MS,
    told({ items }) {
      risks = items;
      const summary = desk.summary();
      if (summary) show(summary);
    },
    refused: () => {
      risks = [];
    },
  });
  const measure = (value: KpiValue): HTMLElement[] => {
    const kpi = desk.kpis().find(({ id }) => id === value.id);
    if (!kpi) return [];
    const target = limits(value.target ?? kpi.target, kpi.unit);
    const figure = `: ${short(value.value, kpi.unit)}${target === null ? '' : ` (${words().targetIs(target)})`}`;
    return [el('li', {}, statusMark(value.status, value), ' ', defined(kpi.id, kpi.name[language()]), figure)];
  };
  const report = ({ scope, name, period, daysLeft }: Risks['items'][number]): HTMLElement =>
    el(
      'li',
      {},
      el('span', { class: 'status', 'data-status': 'warn', 'aria-hidden': 'true' }, '▲ '),
      `${words().reportDue} ${period}, `,
      el('a', { href: desk.href({ scope }), dir: 'auto' }, name),
      `: ${words().dueIn(daysLeft)}`,
    );
  const show = (summary: Summary) => {
    const grave = { critical: 0, warn: 1, ok: 2, none: 3 } as const;
    const wrong = wrongIn(summary).toSorted((a, b) => grave[a.status] - grave[b.status]);
    const items = [...wrong, ...risks];
    const told = all ? items : items.slice(0, SHOWN);
    none.hidden = items.length > 0;
    more.hidden = told.length === items.length;
    setText(more, words().moreItems(items.length - told.length));
    const key = JSON.stringify(
      told.map((item) => ('status' in item ? [item.id, item.value, item.status, item.target] : item)),
    );
    if (key === shown) return;
    shown = key;
    list.replaceChildren(...told.flatMap((item) => ('status' in item ? measure(item) : [report(item)])));
  };
  return {
    id: 'attention',
    element,
    viewed(summary) {
      if (scope !== summary.scope) {
        scope = summary.scope;
        all = false;
        risks = [];
      }
      show(summary);
      reader.now();
    },
    changed(summary) {
      show(summary);
      reader.soon();
    },
    stop: reader.stop,
  };
}
