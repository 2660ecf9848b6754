/** What the sections of the page are built of. */
import { numbers } from '../../../warehouse/kpis/format.ts';
import { type Status, statuses } from '../../design/status.ts';
import { el } from '../dom.ts';
import { dateText } from '../figure.ts';
import { language } from '../words/words.ts';
import type { Exportable } from './answers.ts';
import { documentWords } from './words.ts';

export const say = () => documentWords(language());

/** A state: shape, word and colour. */
export const chip = (status: Status, text: string): HTMLElement =>
  el(
    'span',
    { class: 'status', 'data-status': status },
    el('span', { 'aria-hidden': 'true' }, statuses[status].glyph),
    ` ${text}`,
  );

export const periodOf = (from: string | null, to: string | null): string =>
  from === null || to === null ? '' : from === to ? dateText(from) : `${dateText(from)} – ${dateText(to)}`;

/** The name of a document or data file; the server may know some that this page does not. */
export const nameOf = (reports: readonly Exportable[], id: string): string =>
  reports.find((one) => one.id === id)?.name[language()] ?? id;

export const labelled = (name: string, control: HTMLElement): HTMLElement =>
  el('label', { class: 'field' }, el('span', {}, name), control);

/** What the parts say, one after the other, without those that say nothing. */
export const told = (...parts: (string | null | false)[]): string => parts.filter(Boolean).join(' · ');

export function sizeText(bytes: number): string {
  const [size, unit] = bytes >= 1e6 ? [1e6, 'megabyte'] : bytes >= 1e3 ? [1e3, 'kilobyte'] : [1, 'byte'];
  return numbers(language(), { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / size);
}

export const exactText = (value: string | number | null): string =>
  // Shares move by little.
  typeof value === 'number'
    ? numbers(language(), { maximumFractionDigits: Math.abs(value) < 10 ? 4 : 2 }).format(value)
    : (value ?? '');

/** Makes the children anew where what they are made of differs; what somebody has opened or is writing in stays otherwise. */
export function fill<Item>(parent: HTMLElement, items: readonly Item[], make: (item: Item) => HTMLElement): void {
  const key = JSON.stringify([language(), items]);
  if (parent.dataset.key === key) return;
  parent.dataset.key = key;
  parent.replaceChildren(...items.map(make));
}

/** A table that scrolls by itself where the screen is narrow. */
export function sheet(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return el(
    'div',
    { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': title },
    el(
      'table',
      {},
      el('caption', {}, title),
      el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
      el(
        'tbody',
        {},
        ...rows.map(([first = '', ...rest]) =>
          el('tr', {}, el('th', { scope: 'row' }, first), ...rest.map((text) => el('td', {}, text))),
        ),
      ),
    ),
  );
}
