/** Which board a number stands on. Invariant: every number has one, those of a deployment's own too. */
import type { Kpi } from '../api.ts';
import { isSafety } from '../figure.ts';

export const BOARDS = ['summary', 'safety', 'operations', 'quality', 'finance', 'voice', 'data'] as const;
export type Board = (typeof BOARDS)[number];

/** What the programme is about, before everything else. */
const FIRST: readonly string[] = [
  'portions_planned',
  'portions_produced',
  'portions_target',
  'portions_delivered',
  'delivery_fulfilment',
  'coverage',
];

export function boardOf({ id, section, owner }: Pick<Kpi, 'id' | 'section' | 'owner'>): Board {
  if (FIRST.includes(id)) return 'summary';
  if (isSafety(id)) return 'safety';
  if (section === 'data') return 'data';
  if (owner === 'finance' || owner === 'procurement') return 'finance';
  if (owner === 'quality' || owner === 'nutrition') return 'quality';
  return owner === 'voice' ? 'voice' : 'operations';
}
