/**
 * What a KPI is. One definition feeds rollup SQL, API, pages, files and the data dictionary (invariant 8).
 * A KPI is a numerator over a denominator, or a plain amount, aggregated over the rows of one fact in one cell.
 */

/** The relations KPIs aggregate; their SQL is in warehouse/rollups/facts/. */
export type FactName =
  | 'production'
  | 'quality'
  | 'distribution'
  | 'school'
  | 'feeding'
  | 'waste'
  | 'order'
  | 'order_line'
  | 'order_month'
  | 'feedback'
  | 'incident_month'
  | 'enrolment'
  | 'growth_month'
  | 'stock'
  | 'crew'
  | 'certificate'
  | 'service_month'
  | 'fortnight_report'
  | 'ledger'
  | 'tranche'
  | 'receipt'
  /** Of no KPI: the day by the hour (warehouse/rollups/facts/flow.ts). */
  | 'flow_production';
export type Unit = 'portions' | 'percent' | 'idr' | 'count' | 'score' | 'gram' | 'days' | 'rating' | 'people';
export type Section =
  | 'production'
  | 'quality'
  | 'distribution'
  | 'schools'
  | 'procurement'
  | 'voice'
  | 'kitchen'
  | 'funds'
  | 'data';
/** The field of work that answers for a number; roles see by field (warehouse/permissions.ts). What is made of money is finance. */
export type Owner =
  | 'production'
  | 'quality'
  | 'nutrition'
  | 'distribution'
  | 'finance'
  | 'procurement'
  | 'voice'
  | 'staff';
type Text = { id: string; en: string };
type Sum = 'num' | 'den';

/** Sums of fewer people than this are not told outside the kitchen. */
export const FEW_PEOPLE = 5;

export type Kpi = {
  id: string;
  section: Section;
  owner: Owner;
  name: Text;
  /** What is counted, in words: shown beside every number. */
  definition: Text;
  unit: Unit;
  /** Which way is better; `band` means inside the target's limits. */
  direction: 'up' | 'down' | 'band' | 'none';
  /** Limits in the unit of the value (fractions for percent); null = no limit on that side. */
  target: { low: number | null; high: number | null } | null;
  /** A matter of food safety: critical, not only a warning, wherever it is `outside` the target, or `far` (10 points) below it. */
  critical?: 'outside' | 'far';
  /** Caps where they differ by portion size; a value over both sizes is held against the target. */
  caps?: { small: number; large: number };
  /**
   * An upper limit of the kitchen's own, as a numerator over the same denominator: rolled up beside the KPI, so that an area's is
   * what those of its kitchens add up to. `reached`: the limit itself is already too much.
   */
  limit?: { num: string; reached?: true };
  fact: FactName;
  /** The finest period it is published for; a month's cell stands on its first day. Default: the local day. */
  grain?: 'fortnight' | 'month';
  /** It tells the state at the end of a day: a longer period has that of its last day, not a sum of days. */
  state?: true;
  /** With fewer observations (den) than this the value is not shown. */
  minimum?: number;
  /** Which of its sums count people (beneficiaries, recipients, those who gave feedback). */
  people?: readonly Sum[];
  /** Set for those outside the kitchen: sums that make the figure untold while they are fewer than five people. */
  withheld?: readonly Sum[];
  /** SQL aggregate over the fact's columns. A plain sum over nothing is null ("no data"); a count over rows is 0. */
  num: string;
  /** SQL aggregate; absent for plain amounts. 0 or null makes the cell "no data" (rule 2). */
  den?: string;
  /** A column of the fact by which the amount is also kept (empty string = total). */
  split?: string;
  /** Ours, beyond the ministry's definitions: served like the others, and not part of its daily dataset. */
  supplement?: true;
  /** Source tables, for lineage and completeness. */
  sources: readonly string[];
};

export const sections: Readonly<Record<Section, Text>> = {
  production: { id: 'Produksi', en: 'Production' },
  quality: { id: 'Mutu', en: 'Quality' },
  distribution: { id: 'Distribusi', en: 'Distribution' },
  schools: { id: 'Sekolah', en: 'Schools' },
  procurement: { id: 'Pengadaan', en: 'Procurement' },
  voice: { id: 'Suara penerima', en: 'Voice of beneficiaries' },
  kitchen: { id: 'Keadaan dapur', en: 'State of the kitchen' },
  funds: { id: 'Dana', en: 'Funds' },
  data: { id: 'Mutu data', en: 'Data quality' },
};
