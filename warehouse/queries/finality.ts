/**
 * Provisional or final: a day is final when it is over and every sheet due is there, or when its grace period has ended. Each
 * day by itself: one that waits for a sheet holds no other back. A period is final when all its days are.
 */
import type { Warehouse } from '../client.ts';
import { addDays } from '../days.ts';
import type { Scope } from '../scopes.ts';
import { completeDays } from './completeness.ts';

export type State = 'provisional' | 'final';

/** The days of a scope that are over and wait for sheets within their grace, and the first day that is not over. */
export type Provisional = { waiting: readonly string[]; today: string };

/** What of a scope is provisional. `today` is the nation's (WIB). */
export async function provisionalDays(
  warehouse: Warehouse,
  scope: Scope,
  today: string,
  graceDays: number,
): Promise<Provisional> {
  if (graceDays === 0) return { waiting: [], today };
  const range = { from: addDays(today, -graceDays), to: addDays(today, -1) };
  // A day on which nobody was to serve is not among them: it has nothing to wait for.
  const days = await completeDays(warehouse, scope, range);
  return { waiting: days.flatMap(({ date, expected, complete }) => (complete < expected ? [date] : [])), today };
}

/** The state of the days from the first to the last. */
export const stateOf = (first: string, last: string, { waiting, today }: Provisional): State =>
  last < today && !waiting.some((day) => first <= day && day <= last) ? 'final' : 'provisional';

/** The state of a day: of one that is not over it is known without asking. `today` is the nation's (WIB). */
export const stateOfDay = async (
  warehouse: Warehouse,
  scope: Scope,
  day: string,
  today: string,
  graceDays: number,
): Promise<State> =>
  day < today ? stateOf(day, day, await provisionalDays(warehouse, scope, today, graceDays)) : 'provisional';
