/** Numbers in the language of the reader: one place, so that cards, lists and sentences write them alike. */
import { formatChange, formatDate, formatExact, formatLimits, formatShort } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { isSafety } from '../design/boards.ts';
import { type Status as Look, statuses } from '../design/status.ts';
import type { Kpi, KpiValue, Status } from './api.ts';
import { el } from './dom.ts';
import { language, words } from './words/words.ts';

/** A number stays on one line with its sign and unit. */
const whole = (text: string | null) => text?.replaceAll(' ', '\u00a0') ?? null;
/** The same for numbers within a sentence of the server's. */
export const unbroken = (text: string) => text.replace(/(?<=[≥≤]) | (?=%)/g, '\u00a0');

export const short = (value: number | null, unit: Unit) => whole(formatShort(value, unit, language()));
export const exact = (value: number | null, unit: Unit) => formatExact(value, unit, language());
export const limits = (target: Kpi['target'], unit: Unit) =>
  // One sign for both ends: a card has little room.
  whole(formatLimits(target, unit, language())?.replace(/ ?% – /, ' – ') ?? null);
export const change = (value: number | null, before: number | null, unit: Unit) =>
  formatChange(value, before, unit, language());
export const dateText = (day: string) => formatDate(day, language());

/** What stands where there is no number. */
export const absent = (withheld: true | undefined): string => (withheld ? words().withheld : words().noData);

/** A KPI's or rule's name, leading to its definition. */
export const defined = (id: string, name: string): HTMLElement =>
  el('a', { class: 'name', href: `/dictionary${language() === 'en' ? '?lang=en' : ''}#${id}` }, name);

/** How a figure stands: shape and word, coloured by the style sheet. */
export function statusMark(
  status: Status,
  value: Pick<KpiValue, 'value' | 'withheld' | 'id'>,
  compact = false,
): HTMLElement {
  const look: Look = value.value === null ? 'missing' : status;
  const word = value.value === null ? absent(value.withheld) : statuses[look].word[language()];
  return el(
    'span',
    { class: 'status', 'data-status': look, ...(isSafety(value.id) ? { 'data-safety': true } : {}) },
    el('span', { 'aria-hidden': 'true' }, statuses[look].glyph),
    compact ? el('span', { class: 'unseen' }, ` ${word}`) : ` ${word}`,
  );
}

/** How a value stands to a target where only the value is known: as the server judges it, but for its degrees of gravity. */
export function judged(value: number | null, target: Kpi['target']): Status {
  if (value === null || target === null) return 'none';
  const { low, high } = target;
  return (low !== null && value < low) || (high !== null && value > high) ? 'warn' : 'ok';
}
