/**
 * What people are told without asking: toasts, and a list of all of them since the screen was opened.
 * Invariants: what comes in quick succession is told together; the same subject stands once; three toasts at most, each of which goes
 * by itself but not while it is looked at; nothing is only a toast.
 */
import type { Kpi } from './api.ts';
import type { Notice } from './connection.ts';
import { button, el, setText } from './dom.ts';
import { short } from './figure.ts';
import { language, timeText, words } from './words/words.ts';

const TOGETHER_MS = 1_500;
const SHOWN_MS = 12_000;
const MOST_TOASTS = 3;
const MOST_KEPT = 50;

type Told = { key: string; text: string; at: string; scope: string | undefined };
type Options = { kpis(): readonly Kpi[]; href(scope: string): string; say(text: string): void };

export function createNotices({ kpis, href, say }: Options) {
  const toasts = el('ol', { 'data-testid': 'toasts' });
  const corner = el('section', { class: 'toasts', 'aria-label': words().notices }, toasts);
  const list = el('ol', { class: 'history' });
  const none = el('p', { class: 'small' }, words().noNotices);
  const dialog = el(
    'dialog',
    { class: 'panel', 'aria-labelledby': 'heading-notices' },
    el('h2', { id: 'heading-notices' }, words().notices),
    none,
    list,
    button(words().close, { class: 'button', click: () => dialog.close() }),
  );
  const count = el('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  const open = button(
    words().notices,
    { class: 'tool', 'data-testid': 'notices', click: () => show() },
    words().notices,
    count,
  );
  const kept: Told[] = [];
  let fresh: Told[] = [];
  let unread = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const linked = (told: Told) => {
    const text = told.scope === undefined ? told.text : el('a', { href: href(told.scope) }, told.text);
    return [text, ' ', el('span', { class: 'small' }, timeText(told.at))];
  };
  const badge = () => {
    count.hidden = unread === 0;
    setText(count, String(unread));
    open.setAttribute('aria-label', unread === 0 ? words().notices : words().noticesNew(unread));
  };
  const show = () => {
    unread = 0;
    badge();
    none.hidden = kept.length > 0;
    list.replaceChildren(...kept.map((told) => el('li', {}, ...linked(told))));
    dialog.showModal();
  };
  const toast = (told: Told, more: number) => {
    const item = el(
      'li',
      {},
      el('p', {}, ...linked(told), more > 0 ? ` ${words().noticesMore(more)}` : ''),
      button(words().dismiss, { class: 'tool', 'aria-label': words().dismiss, click: () => item.remove() }, '×'),
    );
    const leave = () => {
      if (item.matches(':hover, :focus-within')) setTimeout(leave, SHOWN_MS);
      else item.remove();
    };
    setTimeout(leave, SHOWN_MS);
    toasts.append(item);
    while (toasts.childElementCount > MOST_TOASTS) toasts.firstElementChild?.remove();
  };
  const tell = () => {
    timer = undefined;
    const [first, ...rest] = fresh;
    if (!first) return;
    fresh = [];
    toast(first, rest.length);
    say(rest.length > 0 ? `${first.text} ${words().noticesMore(rest.length)}` : first.text);
    unread = Math.min(MOST_KEPT, unread + 1 + rest.length);
    badge();
  };
  return {
    corner,
    dialog,
    open,
    heard(notice: Notice): void {
      const told = wordsOf(notice, kpis());
      if (told === undefined || fresh.some(({ key }) => key === told.key)) return;
      const before = kept.findIndex(({ key }) => key === told.key);
      if (before >= 0) kept.splice(before, 1);
      kept.unshift(told);
      kept.splice(MOST_KEPT);
      fresh.push(told);
      timer ??= setTimeout(tell, TOGETHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** A notice in words; undefined where it is none that people need. */
export function wordsOf({ kind, channel, subject, at, detail = {} }: Notice, kpis: readonly Kpi[]): Told | undefined {
  const kpi = kpis.find(({ id }) => id === detail.kpi);
  const name = kpi?.name[language()];
  const common = { key: `${kind} ${channel} ${subject}`, at: at ?? new Date().toISOString() };
  const scope = typeof detail.scope === 'string' ? detail.scope : channel;
  const number = (key: string) => (typeof detail[key] === 'number' ? detail[key] : null);
  if (kind === 'threshold' && kpi && name) {
    const change = detail.status === 'ok' ? words().noticeBetter : words().noticeWorse;
    return { ...common, scope, text: `${name} ${change}: ${short(number('value'), kpi.unit) ?? words().noData}` };
  }
  if (kind === 'incident' && name) return { ...common, scope, text: `${name}: ${number('count') ?? ''}` };
  if (kind === 'quarantine') {
    const table = String(detail.table ?? '');
    const text = detail.state === 'quarantined' ? words().tableSetAside(table) : words().tableBack(table);
    return { ...common, scope: undefined, text };
  }
  if (kind === 'site') return { ...common, scope: undefined, text: words().siteFailed(String(detail.reason ?? '')) };
  if (kind !== 'report_due') return undefined;
  const days = number('daysLeft');
  const text =
    days === null
      ? words().reportsDue(number('total') ?? 0, number('late') ?? 0)
      : `${words().reportDue} ${detail.period ?? ''}: ${words().dueIn(days)}`;
  return { ...common, scope, text };
}
