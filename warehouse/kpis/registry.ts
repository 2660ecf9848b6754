/** The KPI registry: every KPI, in the order in which screens show them. */

import { LumbungError } from '../../platform/errors.ts';
import { distribution } from './distribution.ts';
import { funds } from './funds.ts';
import { kitchen } from './kitchen.ts';
import { FEW_PEOPLE, type Kpi } from './kpi.ts';
import { ownKpis } from './own.ts';
import { procurement } from './procurement.ts';
import { production } from './production.ts';
import { quality } from './quality.ts';
import { receipts } from './receipts.ts';
import { rules } from './rules.ts';
import { schools } from './schools.ts';
import { sheets } from './sheets.ts';
import { voice } from './voice.ts';

export const registry: readonly Kpi[] = [
  ...production,
  ...quality,
  ...distribution,
  ...schools,
  ...procurement,
  ...voice,
  ...kitchen,
  ...receipts,
  ...funds,
  ...sheets,
  ...(await ownKpis()),
];

/** The KPIs and the counts of findings: what the dictionary explains. */
export const measures: readonly Kpi[] = [...registry, ...rules];

/** The limit of a KPI that has one of its own, as a measure beside it. */
export function limitOf({ limit, ...kpi }: Kpi): Kpi | undefined {
  return limit && { ...kpi, id: `${kpi.id}_limit`, num: limit.num, supplement: true };
}

/** Everything that is rolled up. */
export const rolledUp: readonly Kpi[] = [...measures, ...registry.flatMap((kpi) => limitOf(kpi) ?? [])];

const byId = new Map(registry.map((kpi) => [kpi.id, kpi]));
const ids = rolledUp.map((kpi) => kpi.id);
const twice = ids.find((id, index) => ids.indexOf(id) !== index);
if (twice !== undefined) throw new LumbungError('config', `two KPIs have the id ${twice}`);

/** The KPI with this id, or undefined. */
export function findKpi(id: string): Kpi | undefined {
  return byId.get(id);
}

/** The value of a KPI: num ÷ den, or num of a plain amount; null where there is no data (rule 2) or too little to be shown. */
export function kpiValue(kpi: Kpi, num: number | null, den: number | null): number | null {
  if (num === null || isWithheld(kpi, num, den)) return null;
  if (kpi.den === undefined) return num;
  const scarce = kpi.minimum !== undefined && den !== null && den < kpi.minimum;
  return den === null || den === 0 || scarce ? null : num / den;
}

/** Whether the sums count so few people that this audience is not told them. */
function isWithheld(kpi: Kpi, num: number | null, den: number | null): boolean {
  const few = (sum: number | null) => sum !== null && sum > 0 && sum < FEW_PEOPLE;
  return (kpi.withheld ?? []).some((sum) => few(sum === 'num' ? num : den));
}

export type Figure = {
  num: number | null;
  den: number | null;
  value: number | null;
  /** There is data, of too few people to be told. */
  withheld?: true;
};

/** A figure as it is told to the audience the KPI was made visible for. */
export function figureOf(kpi: Kpi, num: number | null, den: number | null): Figure {
  if (isWithheld(kpi, num, den)) return { num: null, den: null, value: null, withheld: true };
  return { num, den, value: kpiValue(kpi, num, den) };
}

export type Status = 'ok' | 'warn' | 'critical' | 'none';

/**
 * Where a value stands against its target. Outside the target is `warn`; `critical` is reserved for food safety:
 * an incident, an open critical finding, or a safety share more than 10 points below its target.
 */
export function statusOf(kpi: Kpi, value: number | null): Status {
  if (value === null || kpi.target === null) return 'none';
  const { low, high } = kpi.target;
  const below = low !== null && value < low;
  const above = high !== null && (kpi.limit?.reached ? value >= high : value > high);
  if (!below && !above) return 'ok';
  if (kpi.critical === 'outside') return 'critical';
  return kpi.critical === 'far' && low !== null && value < low - 0.1 ? 'critical' : 'warn';
}
