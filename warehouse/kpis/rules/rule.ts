/** What a rule is, and how one is written: a condition on the rows of a fact, in words of both languages. */
import type { Kpi } from '../kpi.ts';

type Severity = 'error' | 'warning';
export type Rule = Omit<Kpi, 'limit'> & { severity: Severity };

/** A rule between two amounts of the same kitchen and period, which are rolled up already: it is read, not rolled up. */
export type Comparison = Pick<Rule, 'id' | 'owner' | 'severity' | 'name' | 'definition'> & {
  /** The id of a KPI that must not exceed `factor` times … */
  amount: string;
  /** … another KPI, what the kitchen is made for, or the amount's own limit. */
  limit: string | 'targetRecipients' | 'own';
  factor: number;
};

const shared = {
  section: 'data',
  unit: 'count',
  direction: 'down',
  target: { low: null, high: 0 },
  supplement: true,
} as const;
type Told = Pick<Rule, 'id' | 'fact' | 'owner' | 'severity' | 'name' | 'definition' | 'sources'> &
  Partial<Pick<Rule, 'grain'>>;

/** Rows of the fact are counted where the condition is true (not where it is unknown), or by `num`. Days without a finding have no row. */
export const rule = ({
  when,
  num,
  ...told
}: Told & ({ when: string; num?: never } | { num: string; when?: never })): Rule => ({
  ...shared,
  ...told,
  num: num ?? `nullIf(countIf(ifNull(${when}, false)), 0)`,
});
