/**
 * What needs attention now, the most urgent first: reason, since when, where to look.
 * Invariants: the list keeps its height, so that nothing below it moves; an item that stays is not drawn anew, so that who reads it
 * keeps the place; it says so when nothing needs attention, and only once that is known.
 */

import { isSafety } from '../../design/boards.ts';
import { statuses } from '../../design/status.ts';
import { type Attention, pathOf, type Status } from '../api.ts';
import { button, el, setText } from '../dom.ts';
import { dateText, unbroken } from '../figure.ts';
import { createReader } from '../reader.ts';
import { type Desk, refusedText, section, type Widget } from '../widget.ts';
import { language, words } from '../words/words.ts';

type Item = Attention['items'][number];
const GAP_MS = 3_000;
const SHOWN = 12;
const ASKED = 100;
const LOOKS: Readonly<Record<Item['severity'], Status>> = { critical: 'critical', warn: 'warn', info: 'none' };

export function attention(desk: Desk): Widget {
  const list = el('ul', {
    class: 'told',
    'data-testid': 'attention',
    tabindex: '0',
    'aria-labelledby': 'heading-attention',
  });
  const none = el('li', { class: 'small' }, words().loading);
  list.append(none);
  const more = button('', { class: 'link', hidden: true, click: () => expand() });
  const element = section('attention', list, more);
  let held: Pick<Attention, 'total' | 'items'> = { total: 0, items: [] };
  let all = false;
  let shown = '';
  const expand = () => {
    all = true;
    show();
  };
  const line = (item: Item): HTMLElement => {
    const look = LOOKS[item.severity];
    const safety = item.kpi !== undefined && isSafety(item.kpi);
    return el(
      'li',
      {},
      el(
        'span',
        { class: 'why' },
        el(
          'span',
          { class: 'status', 'data-status': look, ...(safety ? { 'data-safety': true } : {}) },
          el('span', { 'aria-hidden': 'true' }, statuses[look].glyph),
          el('span', { class: 'unseen' }, statuses[look].word[language()]),
        ),
        ' ',
        el('a', { href: item.href }, unbroken(language() === 'en' ? item.reason_en : item.reason_id)),
      ),
      el(
        'span',
        { class: 'small where' },
        // Where it is, unless that is what is looked at.
        ...(item.scope === desk.view().scope ? [] : [el('bdi', { class: 'place' }, item.name)]),
        item.since === null ? null : el('span', {}, words().since(dateText(item.since))),
      ),
    );
  };
  const show = () => {
    const told = all ? held.items : held.items.slice(0, SHOWN);
    const left = held.total - told.length;
    more.hidden = left === 0 || all;
    setText(more, words().moreItems(left));
    const key = JSON.stringify([language(), desk.view().scope, told]);
    if (key === shown) return;
    shown = key;
    setText(none, words().nothingWrong);
    list.replaceChildren(...(told.length === 0 ? [none] : told.map(line)));
  };
  const unread = (text: string) => {
    shown = '';
    more.hidden = true;
    setText(none, text);
    list.replaceChildren(none);
  };
  const reader = createReader<Attention>({
    path: () => {
      const { scope, date } = desk.view();
      return pathOf('/attention', { scope, date, limit: ASKED });
    },
    gapMs: GAP_MS,
    told(answer) {
      held = answer;
      desk.places(answer.places);
      show();
    },
    refused: (error) => unread(refusedText(error)),
    trouble: (failing) => {
      if (failing && shown === '') unread(words().widgetUnread);
    },
  });
  return { id: 'attention', element, viewed: () => reader.now(), changed: () => reader.soon(), stop: reader.stop };
}
