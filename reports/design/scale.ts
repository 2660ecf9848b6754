/**
 * The step of a colour scale a value stands on. Around a target the steps say how far it is missed or met; without a target
 * an amount is grey, darker with its share of the largest. The colour repeats what shape and number say.
 */
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import type { Colour } from './colours.ts';

/** How far from the limit, as a share of it, each step reaches. */
const WORSE = [0.05, 0.15] as const;
const BETTER = [0.01, 0.03, 0.08] as const;

const share = (distance: number, limit: number): number =>
  distance === 0 ? 0 : limit === 0 ? Math.sign(distance) * Number.POSITIVE_INFINITY : distance / Math.abs(limit);

/** The share by which a value misses its target (below zero), or by which it keeps clear of its nearest limit. */
function clearance(value: number, { low, high }: NonNullable<Kpi['target']>): number {
  const room = [
    ...(low === null ? [] : [share(value - low, low)]),
    ...(high === null ? [] : [share(high - value, high)]),
  ];
  return Math.min(...room);
}

export function stepOf(value: number, target: Kpi['target'], largest: number): Colour {
  if (target === null || (target.low === null && target.high === null)) {
    const part = largest > 0 ? value / largest : 0;
    return part <= 0 ? 'amount-0' : part <= 1 / 3 ? 'amount-1' : part <= 2 / 3 ? 'amount-2' : 'amount-3';
  }
  const clear = clearance(value, target);
  if (clear < 0) return -clear <= WORSE[0] ? 'worse-1' : -clear <= WORSE[1] ? 'worse-2' : 'worse-3';
  if (clear < BETTER[0]) return 'even';
  return clear < BETTER[1] ? 'better-1' : clear < BETTER[2] ? 'better-2' : 'better-3';
}
