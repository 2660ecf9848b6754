/**
 * What needs attention in a scope on a day, composed of what is told elsewhere one by one: KPIs off their limits, statistical
 * warnings, impossible data, reports due.
 * Invariants: one entry a KPI, rule or kind of report, however many units it is true of; nothing a role does not see by itself;
 * what counts too few people has no value and so no status.
 */
import type { Claims } from '../platform/tokens.ts';
import { addDays } from '../warehouse/days.ts';
import { formatLimits, formatShort, type Language } from '../warehouse/kpis/format.ts';
import { comparisons, rules } from '../warehouse/kpis/rules.ts';
import { may, sees, seesFigures, visibleKpis } from '../warehouse/permissions.ts';
import { completeness } from '../warehouse/queries/completeness.ts';
import { openFindings } from '../warehouse/queries/findings.ts';
import { paymentRisks } from '../warehouse/queries/payment_risks.ts';
import { warnings } from '../warehouse/queries/warnings.ts';
import { verdictsOf } from '../warehouse/verdicts.ts';
import type { Place } from './access.ts';
import type { ApiContext } from './context.ts';
import { crossings, type Places } from './crossings.ts';

export type Attention = {
  kind: 'threshold' | 'warning' | 'finding' | 'report_due';
  severity: 'critical' | 'warn' | 'info';
  kpi?: string;
  rule?: string;
  reason_id: string;
  reason_en: string;
  since: string | null;
  scope: string;
  name: string;
  href: string;
  count: number;
};
type Question = { claims: Claims; place: Place; date: string; today: string };
type Item = Omit<Attention, 'href'> & { view?: Readonly<Record<string, string>> };

const FINDING_DAYS = 7;
/** Reports are told of from so many days before they are due, as notices do. */
const DUE_WITHIN_DAYS = 3;
const MOST_REPORTS = 50_000;
const MOST_WARNINGS = 2_000;
const SEVERITIES = ['critical', 'warn', 'info'] as const;
const KINDS = ['threshold', 'report_due', 'warning', 'finding'] as const;

/** Everything that needs attention, the most urgent first. */
export async function attention(
  { warehouse }: Pick<ApiContext, 'warehouse'>,
  question: Question,
): Promise<{ items: Attention[]; places: Places | null }> {
  const { place, date, today } = question;
  const [offLimits, ...found] = await Promise.all([
    crossed(warehouse, question),
    // Statistics stand on days that are over, and are not for those who see the present one only.
    place.onlyDay === undefined ? warned(warehouse, question) : [],
    impossible(warehouse, question),
    // Which reports are out is known of now only.
    date === today && place.onlyDay === undefined ? reports(warehouse, question) : [],
  ]);
  const order = (item: Item) => SEVERITIES.indexOf(item.severity) * KINDS.length + KINDS.indexOf(item.kind);
  const items = [...offLimits.items.map((crossing): Item => ({ ...crossing, kind: 'threshold' })), ...found.flat()]
    .sort((a, b) => order(a) - order(b) || b.count - a.count || (a.reason_id < b.reason_id ? -1 : 1))
    .map(({ view, ...item }) => ({ ...item, href: addressOf(item, date === today ? undefined : date, view) }));
  return { items, places: offLimits.places };
}

const crossed = (warehouse: ApiContext['warehouse'], { claims, place, date }: Question) =>
  crossings(warehouse, visibleKpis(claims.role), place, date, (level) => seesFigures(claims.role, level));

/** The view of the live screen: scope, measure, and the day where it is not the present one. */
function addressOf({ scope, kpi }: Item, date: string | undefined, view: Item['view']): string {
  const query = { scope, ...(kpi === undefined ? {} : { kpi }), ...(date === undefined ? {} : { date }), ...view };
  return `/?${new URLSearchParams(query)}`;
}

/** Values outside of what the same weekdays led to expect, by KPI; what somebody found to be no matter is left out. */
async function warned(warehouse: ApiContext['warehouse'], { claims, place, date, today }: Question): Promise<Item[]> {
  const day = date === today ? addDays(date, -1) : date;
  const kpis = visibleKpis(claims.role);
  const { warnings: all } = await warnings(warehouse, kpis, place.scope, day, MOST_WARNINGS);
  const verdicts = await verdictsOf(warehouse, all, day);
  const open = all.filter(({ id }) => verdicts.get(id)?.verdict !== 'false');
  return kpis.flatMap((kpi) => {
    const own = open.filter((warning) => warning.kpi === kpi.id);
    const [first] = own;
    if (first === undefined) return [];
    const reason = (language: Language) => {
      const value = formatShort(first.value, kpi.unit, language);
      const usual = formatLimits({ low: first.expected.low, high: first.expected.high }, kpi.unit, language);
      return language === 'id'
        ? `${kpi.name.id} ${value}, biasanya ${usual}`
        : `${kpi.name.en} ${value}, usually ${usual}`;
    };
    const told = {
      kind: 'warning',
      severity: 'warn',
      kpi: kpi.id,
      reason_id: reason('id'),
      reason_en: reason('en'),
    } as const;
    return [{ ...told, since: day, scope: first.scope, name: first.name, count: own.length, view: { date: day } }];
  });
}

/** Impossible data nobody has explained, by rule. */
async function impossible(warehouse: ApiContext['warehouse'], { claims, place, date }: Question): Promise<Item[]> {
  const seen = [...rules, ...comparisons].filter((rule) => sees(claims.role, rule.owner));
  const from = place.onlyDay === undefined ? addDays(date, 1 - FINDING_DAYS) : date;
  const found = await openFindings(warehouse, seen, place.scope, { from, to: date });
  return found.flatMap(({ rule: id, findings, kitchens, since, sppg, name }) => {
    const rule = seen.find((candidate) => candidate.id === id);
    if (rule === undefined) return [];
    return [
      {
        kind: 'finding' as const,
        severity: rule.severity === 'error' ? ('warn' as const) : ('info' as const),
        rule: id,
        reason_id: `${rule.name.id}: ${findings} temuan di ${kitchens} dapur`,
        reason_en: `${rule.name.en}: ${findings} findings in ${kitchens} kitchens`,
        ...{ since, scope: `sppg:${sppg}`, name, count: findings, view: { rule: id } },
      },
    ];
  });
}

/** Fortnightly reports late or about to be, and kitchens whose daily sheets of yesterday are missing. */
async function reports(warehouse: ApiContext['warehouse'], { claims, place, date }: Question): Promise<Item[]> {
  const { scope, text, path } = place;
  const yesterday = addDays(date, -1);
  const mayPay = may(claims.role, 'payment_risks', scope.level);
  const [risks, left, sheets] = await Promise.all([
    mayPay ? paymentRisks(warehouse, scope, date, 1) : undefined,
    mayPay ? paymentRisks(warehouse, scope, date, MOST_REPORTS, 0) : undefined,
    may(claims.role, 'completeness', scope.level)
      ? completeness(warehouse, scope, { from: yesterday, to: yesterday }, 1)
      : undefined,
  ]);
  const items: Item[] = [];
  const [first] = risks?.items ?? [];
  const report = { kind: 'report_due', kpi: 'fortnight_report_on_time' } as const;
  if (risks !== undefined && first !== undefined && risks.late > 0) {
    items.push({
      ...report,
      severity: 'warn',
      reason_id: `${risks.late} laporan dua mingguan terlambat: pencairan berikutnya tertahan`,
      reason_en: `${risks.late} fortnightly reports are late: the next tranche is blocked`,
      ...{ since: addDays(first.due, 1), scope: first.scope, name: first.name, count: risks.late },
    });
  }
  const soon = (left?.items ?? []).filter(({ daysLeft }) => daysLeft <= DUE_WITHIN_DAYS);
  const [next] = soon;
  if (next !== undefined) {
    items.push({
      ...report,
      severity: 'info',
      reason_id: `${soon.length} laporan dua mingguan jatuh tempo dalam ${DUE_WITHIN_DAYS} hari`,
      reason_en: `${soon.length} fortnightly reports are due within ${DUE_WITHIN_DAYS} days`,
      ...{ since: null, scope: next.scope, name: next.name, count: soon.length },
    });
  }
  const missing = (sheets?.totals.expected ?? 0) - (sheets?.totals.complete ?? 0);
  if (missing > 0) {
    items.push({
      kind: 'report_due',
      severity: 'info',
      reason_id: `${missing} dari ${sheets?.totals.expected} dapur belum melengkapi laporan harian kemarin`,
      reason_en: `${missing} of ${sheets?.totals.expected} kitchens have not completed yesterday's daily sheets`,
      ...{ since: yesterday, scope: text, name: path.at(-1)?.name ?? '', count: missing, view: { date: yesterday } },
    });
  }
  return items;
}
