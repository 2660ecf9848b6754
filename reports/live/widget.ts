/**
 * A part of the screen: what it is called, where it stands, and what it is told. Widgets know nothing of each other.
 * Invariant: a widget answers for its own trouble; the rest of the screen stays.
 */

import type { View } from './address.ts';
import type { ApiError, Attention, Kpi, Session, Summary } from './api.ts';
import { el } from './dom.ts';
import { words } from './words/words.ts';

export const WIDGETS = [
  'attention',
  'summary',
  'safety',
  'flow',
  'where',
  'trend',
  'operations',
  'quality',
  'finance',
  'voice',
  'calendar',
  'insights',
  'data',
  'units',
] as const;
export type WidgetId = (typeof WIDGETS)[number];

/** What widgets work with. */
export type Desk = {
  session: Session;
  view(): View;
  /** The definitions this role sees; empty until they are read. */
  kpis(): readonly Kpi[];
  /** The summary of the view; undefined until it is read. */
  summary(): Summary | undefined;
  go(change: Partial<View>): void;
  /** The address of the view with a change, for links. */
  href(change: Partial<View>): string;
  say(text: string): void;
  /** How many places below need attention, where somebody has asked. */
  places(places: Attention['places']): void;
};
export type Widget = {
  id: WidgetId;
  element: HTMLElement;
  /** Another view is looked at, of which the summary is there. */
  viewed(summary: Summary): void;
  /** Something of the scope has changed; `summary` is the newest. */
  changed?(summary: Summary): void;
  stop?(): void;
};

/** The frame every widget has: a section with a heading of its own. */
export function section(id: WidgetId, ...children: (Node | string)[]): HTMLElement {
  const heading = `heading-${id}`;
  return el(
    'section',
    { class: `widget widget-${id}`, 'data-widget': id, 'data-testid': `widget-${id}`, 'aria-labelledby': heading },
    el('h2', { id: heading }, words()[id]),
    ...children,
  );
}

/** Why a widget has nothing to show, in the reader's language. */
export const refusedText = ({ status }: ApiError): string =>
  status === 403 ? words().widgetRefused : words().refusal(status);

/** The definition of the measure that is looked at. */
export function chosenKpi(desk: Desk): Kpi | undefined {
  const kpis = desk.kpis();
  return kpis.find(({ id }) => id === desk.view().kpi) ?? kpis[0];
}
