/**
 * What is explored and the address are one: a choice can be sent as a link.
 * Invariant: what is read from an address is within bounds, whatever somebody wrote there.
 */
import { isDay, movedDay } from '../../live/address.ts';

/** The event by which the box of the frame tells which unit was found. */
export const FOUND = 'lumbung:found';

export const GRAINS = ['day', 'week', 'fortnight', 'month', 'quarter', 'year'] as const;
export const COMPARISONS = ['none', 'previous', 'year'] as const;
export type Choice = {
  kpi: string;
  scope: string;
  grain: (typeof GRAINS)[number];
  from: string;
  to: string;
  compare: (typeof COMPARISONS)[number];
};

const SCOPE = /^(national|(wilayah|region|province|regency|sppg):[\w.-]{1,64})$/;
const DAYS = 89;

/** The choice of an address; what it does not say, or says wrongly, is as usual: ninety days to `today`. */
export function readChoice(search: string, ownScope: string, today: string): Choice {
  const query = new URLSearchParams(search);
  const read = <T extends string>(name: string, fits: (text: string) => boolean, standard: T): T => {
    const text = query.get(name);
    return text !== null && fits(text) ? (text as T) : standard;
  };
  const to = read('to', isDay, today);
  const from = read('from', isDay, movedDay(to, -DAYS));
  return {
    kpi: read('kpi', (text) => /^[a-z0-9_]{1,60}$/.test(text), 'portions_delivered'),
    scope: read('scope', (text) => SCOPE.test(text), ownScope),
    grain: read('grain', (text) => (GRAINS as readonly string[]).includes(text), 'day'),
    ...(from <= to ? { from, to } : { from: to, to: from }),
    compare: read('compare', (text) => (COMPARISONS as readonly string[]).includes(text), 'none'),
  };
}

export const addressOf = (choice: Choice): string => `?${new URLSearchParams(choice)}`;
