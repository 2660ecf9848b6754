/** Which numbers stand where on a page. Names, units and definitions come from the registry; nothing here defines one. */

import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { findKpi, limitOf } from '../../warehouse/kpis/registry.ts';
import { comparisons, rules } from '../../warehouse/kpis/rules.ts';
import { visibleKpis } from '../../warehouse/permissions.ts';

/** As they are told outside the kitchen: sums that count few people are not. */
export const told: readonly Kpi[] = visibleKpis('BGN_LEADERSHIP');
const toldById = new Map(told.map((kpi) => [kpi.id, kpi]));
const named = (...ids: string[]): readonly Kpi[] => ids.flatMap((id) => toldById.get(id) ?? []);
export const toldKpi = (id: string): Kpi | undefined => toldById.get(id);

/** Everything that is read by day or period: what is told, and the limits of a kitchen's own it is held against. */
export const read: readonly Kpi[] = [...told, ...told.flatMap((kpi) => limitOf(findKpi(kpi.id) ?? kpi) ?? [])];

/** Drawn over time; the first of them in the calendar too. */
export const trends = named(
  'portions_delivered',
  'on_time_delivery',
  'holding_time_4h',
  'qc_pass_rate',
  'food_cost_per_portion',
);
/** Units are compared by these; the first of them in the picture. */
export const compared = named(
  'delivery_fulfilment',
  'portions_delivered',
  'on_time_delivery',
  'holding_time_4h',
  'serving_temperature',
  'qc_pass_rate',
  'food_cost_per_portion',
);
/** A kitchen beside kitchens of its size: by rates only. */
export const peered = compared.filter((kpi) => kpi.den !== undefined);

/** By whom portions are for, and by how large they are. */
export const byGroup = named('portions_target', 'portions_delivered');
export const bySize = named('portions_received');
/** The three rows of spending. */
export const byRow = named('funds_planned', 'funds_used');
export const SPENDING_ROWS = ['food', 'operations', 'rent_incentives'] as const;

export const findingRules = [...rules, ...comparisons];
