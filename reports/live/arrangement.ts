/**
 * Which widgets stand where, how wide: the person's own, or what the server gives the role.
 * Invariant: an arrangement from anywhere is made whole: what the role or this screen does not know is dropped, and every
 * widget of the role occurs once.
 */
import type { Widget } from '../../platform/preferences.ts';
import { WIDGETS, type WidgetId } from './widget.ts';

export type Size = Widget['size'];
export type Placed = Widget & { id: WidgetId };
export type Arrangement = readonly Placed[];

const isKnown = (widget: Widget): widget is Placed => WIDGETS.some((id) => id === widget.id);

/** What was kept, first and in its order; widgets of the role that came since stand after them, not shown. */
export function whole(kept: readonly Widget[], defaults: readonly Widget[]): Placed[] {
  const own = kept
    .filter(isKnown)
    .filter(({ id }, index, all) => all.findIndex((widget) => widget.id === id) === index)
    .filter(({ id }) => defaults.some((widget) => widget.id === id));
  const rest = defaults.filter(isKnown).filter(({ id }) => !own.some((widget) => widget.id === id));
  return [...own, ...rest.map((widget) => ({ ...widget, shown: false }))];
}

/** The arrangement with a widget moved to a place. */
export function movedTo(arrangement: Arrangement, id: WidgetId, place: number): Placed[] {
  const own = arrangement.find((widget) => widget.id === id);
  const rest = arrangement.filter((widget) => widget.id !== id);
  const at = Math.min(Math.max(0, place), rest.length);
  return own === undefined ? [...arrangement] : [...rest.slice(0, at), own, ...rest.slice(at)];
}

export const changed = (arrangement: Arrangement, id: WidgetId, change: Partial<Placed>): Placed[] =>
  arrangement.map((widget) => (widget.id === id ? { ...widget, ...change } : widget));
