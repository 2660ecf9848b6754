/**
 * Provisional or final: a day is final when it is over and every sheet due is there, or when its grace period has ended.
 * A period is final when all its days are.
 */
import type { Warehouse } from '../client.ts';
import { addDays } from '../days.ts';
import type { Scope } from '../scopes.ts';
import { completeDays } from './completeness.ts';

export type State = 'provisional' | 'final';

/** The first day of a scope that is not final. `today` is the nation's (WIB). */
export async function firstProvisionalDay(
  warehouse: Warehouse,
  scope: Scope,
  today: string,
  graceDays: number,
): Promise<string> {
  const from = addDays(today, -graceDays);
  if (graceDays === 0) return today;
  const days = await completeDays(warehouse, scope, { from, to: addDays(today, -1) });
  for (let day = from; day < today; day = addDays(day, 1)) {
    // A day on which nobody was to serve has nothing to wait for.
    const known = days.find(({ date }) => date === day);
    if (known && known.complete < known.expected) return day;
  }
  return today;
}

export const stateOf = (lastDay: string, firstProvisional: string): State =>
  lastDay < firstProvisional ? 'final' : 'provisional';
