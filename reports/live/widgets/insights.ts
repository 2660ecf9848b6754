/**
 * What the data itself says of a scope: statistical warnings of a day and findings of the week before it, the gravest first.
 * Invariant: it is asked when the scope or day changes, and once a minute at most besides.
 */
import type { Unit } from '../../../warehouse/kpis/kpi.ts';
import { call, pathOf } from '../api.ts';
import { el, setText } from '../dom.ts';
import { dateText, defined, short } from '../figure.ts';
import { createReader } from '../reader.ts';
import { type Desk, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

type Text = { id: string; en: string };
type Entry = { id: string; name: Text; unit: Unit };
type Told = { scope: string; name: string; date: string };
type Warning = Told & { kpi: string; value: number; expected: { low: number; high: number } };
type Finding = Told & { rule: string; count: number; state: string };
type Insights = {
  date: string;
  warnings: { total: number; items: Warning[] };
  findings: { items: Finding[]; totals: { findings: number }[] };
};

const SHOWN = 6;
const GAP_MS = 60_000;
/** Rules are not in the registry of numbers: their names come with the dictionary, once for all screens. */
let entries: Promise<Map<string, Entry>> | undefined;
const dictionary = () => {
  entries ??= call<{ entries: Entry[] }>('/dictionary?fields=id,name,unit').then(
    (answer) => new Map(answer.entries.map((entry) => [entry.id, entry])),
  );
  entries.catch(() => {
    entries = undefined;
  });
  return entries;
};

export function insights(desk: Desk): Widget {
  const list = el('ul', { class: 'told', 'data-testid': 'insights' }, el('li', { class: 'small' }, words().loading));
  const more = el('p', { class: 'small' });
  const element = section('insights', list, more);
  /** They are about days that are over. */
  const mine = () => !desk.session.todayOnly;

  let shown = '';
  const show = async (told: Insights) => {
    const { date, warnings, findings } = told;
    const named = await dictionary();
    const key = JSON.stringify([date, warnings, findings]);
    if (key === shown) return;
    shown = key;
    const line = (of: Told, id: string, reason: string) =>
      el(
        'li',
        {},
        el('span', { class: 'status', 'data-status': 'warn', 'aria-hidden': 'true' }, '▲ '),
        defined(id, named.get(id)?.name[language()] ?? id),
        ', ',
        el('a', { href: desk.href({ scope: of.scope, date: of.date }), dir: 'auto' }, of.name),
        `: ${reason}, ${dateText(of.date)}`,
      );
    const open = findings.items.filter(({ state }) => state === 'open').slice(0, SHOWN);
    const lines = [
      ...open.map((finding) => line(finding, finding.rule, words().findings(finding.count))),
      ...warnings.items.slice(0, SHOWN).map((warning) => {
        const unit = named.get(warning.kpi)?.unit ?? 'count';
        const { low, high } = warning.expected;
        const usual = words().usually(short(low, unit) ?? '', short(high, unit) ?? '');
        return line(warning, warning.kpi, `${short(warning.value, unit)}, ${usual}`);
      }),
    ];
    list.replaceChildren(
      ...(lines.length > 0 ? lines : [el('li', { class: 'small' }, words().noInsights(dateText(date)))]),
    );
    const counted = findings.totals.reduce((sum, total) => sum + total.findings, 0);
    setText(more, lines.length > 0 ? words().insightsTotal(warnings.total, counted) : '');
  };
  const unread = (text: string) => {
    shown = '';
    list.replaceChildren(el('li', { class: 'small' }, text));
    setText(more, '');
  };
  let asked = '';
  const reader = createReader<Insights>({
    path: () => {
      const { scope, date } = desk.view();
      return mine() ? pathOf('/insights', { scope, date, limit: 50 }) : null;
    },
    gapMs: GAP_MS,
    told: (answer) => void show(answer).catch(() => unread(words().widgetUnread)),
    // Some roles see figures and no judgements on them.
    refused: (error) => {
      element.hidden = error.status === 403;
      unread(words().widgetRefused);
    },
    trouble: (failing) => {
      if (failing && list.childElementCount <= 1) unread(words().widgetUnread);
    },
  });
  return {
    id: 'insights',
    element,
    viewed() {
      element.hidden = !mine();
      const { scope, date } = desk.view();
      if (asked !== `${scope} ${date}`) reader.now();
      asked = `${scope} ${date}`;
    },
    changed: () => reader.soon(),
    stop: reader.stop,
  };
}
