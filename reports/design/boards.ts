/**
 * Which board a number stands on, and which numbers are about food safety. Invariant: every number has a board, those of a deployment's
 * own too.
 */
import type { Kpi } from '../../warehouse/kpis/kpi.ts';

/** Food safety is what may be red. */
const SAFETY: readonly string[] = [
  'holding_time_4h',
  'serving_temperature',
  'open_critical_findings',
  'suspected_incidents',
  'food_safety_incidents',
  'slhs_valid',
];
export const isSafety = (kpi: string): boolean => SAFETY.includes(kpi);

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
