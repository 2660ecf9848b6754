/**
 * Which widgets stand where, how wide: the person's own, or the default of the role.
 * Invariant: an arrangement from anywhere is made whole: unknown widgets are dropped, and every widget there is occurs once.
 */
import type { Preferences } from '../../platform/preferences.ts';
import { WIDGETS, type WidgetId } from './widget.ts';

export type Size = 'full' | 'half';
export type Placed = { id: WidgetId; size: Size; shown: boolean };
export type Arrangement = readonly Placed[];

const HALF: readonly WidgetId[] = ['calendar', 'insights'];
/** What a role's day is about comes first; the rest follows in the common order. */
const FIRST: Readonly<Record<string, readonly WidgetId[]>> = {
  SPPG_AKUNTAN: ['attention', 'finance', 'trend'],
  SPPG_AHLI_GIZI: ['attention', 'quality', 'voice', 'safety'],
  SPPG_DISTRIBUSI_MANAGER: ['attention', 'summary', 'flow', 'safety', 'operations'],
  SPPG_HRD_MANAGER: ['attention', 'operations', 'trend'],
};

export function standard(role: string): Placed[] {
  const first = FIRST[role] ?? [];
  const order = [...first, ...WIDGETS.filter((id) => !first.includes(id))];
  return order.map((id) => ({ id, size: HALF.includes(id) ? 'half' : 'full', shown: true }));
}

type Kept = Preferences['widgets'];

/** What was kept lists the widgets that are shown; the others stand after them, not shown. */
export function whole(kept: Kept, role: string): Placed[] {
  const placed: Placed[] = [];
  for (const { id, size } of kept) {
    const known = WIDGETS.find((widget) => widget === id);
    if (known === undefined || placed.some((own) => own.id === known)) continue;
    placed.push({ id: known, size: size === 'wide' ? 'full' : 'half', shown: true });
  }
  const rest = standard(role).filter(({ id }) => !placed.some((own) => own.id === id));
  return [...placed, ...rest.map((widget) => ({ ...widget, shown: false }))];
}

export const keptOf = (arrangement: Arrangement): Kept =>
  arrangement.flatMap(({ id, size, shown }) => (shown ? [{ id, size: size === 'full' ? 'wide' : 'small' }] : []));

/** The arrangement with a widget moved to a place. */
export function movedTo(arrangement: Arrangement, id: WidgetId, place: number): Placed[] {
  const own = arrangement.find((widget) => widget.id === id);
  const rest = arrangement.filter((widget) => widget.id !== id);
  const at = Math.min(Math.max(0, place), rest.length);
  return own === undefined ? [...arrangement] : [...rest.slice(0, at), own, ...rest.slice(at)];
}

export const changed = (arrangement: Arrangement, id: WidgetId, change: Partial<Placed>): Placed[] =>
  arrangement.map((widget) => (widget.id === id ? { ...widget, ...change } : widget));
