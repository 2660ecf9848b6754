/**
 * Facts: the relations KPIs aggregate, as SQL over deduplicated raw rows, limited to a set of dirty cells.
 * Invariants: a fact yields exactly the rows whose (SPPG, local day) is a dirty cell; rows are found by index
 * (places, then key), never by scanning; the local day is the UTC instant shifted by the zone of the SPPG's province.
 */
import type { FactName } from '../kpis/kpi.ts';
import type { Fact } from './facts/cells.ts';
import { flow } from './facts/flow.ts';
import { money } from './facts/money.ts';
import { operations } from './facts/operations.ts';
import { periods } from './facts/periods.ts';
import { states } from './facts/states.ts';

export const facts: Readonly<Record<FactName, Fact>> = { ...operations, ...money, ...states, ...periods, ...flow };
