/**
 * Findings of the validation rules, as they are rolled up, with what people have made of them; and rows whose text names no
 * day, which therefore stand in no cell.
 */
import type { Warehouse } from '../client.ts';
import { findKpi, limitOf } from '../kpis/registry.ts';
import type { Comparison, Rule } from '../kpis/rules/rule.ts';
import { monthOf } from '../rollups/facts/cells.ts';
import { cellsOf, type Scope, scopeCondition } from '../scopes.ts';
import type { Within } from './completeness.ts';

export const FINDING_STATES = ['open', 'explained', 'corrected'] as const;
export type Finding = {
  rule: string;
  scope: string;
  name: string;
  /** The local day; of a monthly rule the month's first. */
  date: string;
  count: number;
  state: (typeof FINDING_STATES)[number];
  note: string;
  by: string;
};

/**
 * The kitchens' periods in which an amount exceeds its limit; of a state only its last day is told, for it goes on. Ids come from
 * our own list of rules.
 */
function exceededSql({ id, amount, limit, factor }: Comparison, held: string): string {
  const kpi = findKpi(amount);
  const bound = limit === 'own' ? kpi && limitOf(kpi)?.id : limit;
  const ofKitchen = limit === 'targetRecipients';
  const pair = `SELECT m.sppg_id AS sppg_id, m.day AS day, maxIf(m.num, m.kpi = '${amount}') AS amount,
    ${ofKitchen ? '0' : `maxIf(m.num, m.kpi = '${bound}')`} AS bound
    ${held} AND m.kpi IN ('${amount}'${ofKitchen ? '' : `, '${bound}'`}) GROUP BY m.sppg_id, m.day HAVING uniqExact(m.kpi) = ${ofKitchen ? 1 : 2}
    ${kpi?.state ? 'ORDER BY m.day DESC LIMIT 1 BY m.sppg_id' : ''}`;
  return ofKitchen
    ? `SELECT '${id}', p.sppg_id, p.day, 1 FROM (${pair}) AS p
       INNER JOIN (SELECT id, targetRecipients FROM raw.sppg FINAL WHERE NOT _deleted) AS k ON k.id = p.sppg_id
       WHERE p.amount > ${factor} * k.targetRecipients`
    : `SELECT '${id}', sppg_id, day, 1 FROM (${pair}) WHERE amount ${kpi?.limit?.reached ? '>=' : '>'} ${factor} * bound`;
}

type Rules = readonly (Rule | Comparison)[];
type Range = { from: string; to: string };

/** (rule, sppg_id, day, amount) of findings in [from, to], those of the months it reaches into among them; binds `params`. */
export function foundSql(rules: Rules, within: Within, range: Range, cells = 'mart.kpi_daily') {
  const counted = rules.filter((rule) => 'fact' in rule);
  const params = {
    ...range,
    rules: counted.map((rule) => rule.id),
    monthly: counted.filter((rule) => rule.grain === 'month').map((rule) => rule.id),
  };
  const held = (first: string) => `FROM ${cells} AS m FINAL
    WHERE m.day BETWEEN ${first} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL AND ${within('m.sppg_id')}`;
  const day = '{from:Date32}';
  const month = monthOf(day);
  const found = [
    `SELECT toString(m.kpi) AS rule, m.sppg_id AS sppg_id, m.day AS day, m.num AS amount ${held(month)}
       AND m.kpi IN ({rules:Array(String)}) AND (m.day >= ${day} OR m.kpi IN ({monthly:Array(String)}))`,
    ...rules.flatMap((rule) =>
      'limit' in rule ? [exceededSql(rule, held(findKpi(rule.amount)?.grain === 'month' ? month : day))] : [],
    ),
  ].join('\nUNION ALL\n');
  return { found, params };
}

function foundIn(rules: Rules, scope: Scope, range: Range) {
  const { found, params } = foundSql(rules, (column) => scopeCondition(scope, column), range, cellsOf(scope));
  return { found, params: { ...params, scopeId: scope.id } };
}

/** What has been said of findings, by rule, kitchen and day. */
export const said = `(SELECT toString(rule) AS rule, sppg_id, day, toString(state) AS state, note, by FROM ops.finding_states FINAL)`;

/** Findings in [from, to], errors first, the newest first; `totals` counts all of them by rule. */
export async function findings(
  warehouse: Warehouse,
  rules: Rules,
  scope: Scope,
  range: Range,
  limit: number,
): Promise<{ totals: { rule: string; kitchens: number; findings: number }[]; items: Finding[] }> {
  const { found, params: bound } = foundIn(rules, scope, range);
  const errors = rules.filter((rule) => rule.severity === 'error').map((rule) => rule.id);
  const params = { ...bound, limit, errors };
  const [totals, items] = await Promise.all([
    warehouse.query<{ rule: string; kitchens: number; findings: number }>(
      `SELECT rule, uniqExact(sppg_id) AS kitchens, sum(amount) AS findings FROM (${found}) GROUP BY rule ORDER BY findings DESC, rule`,
      params,
    ),
    warehouse.query<Finding>(
      `SELECT f.rule AS rule, concat('sppg:', f.sppg_id) AS scope, k.name AS name, toString(f.day) AS date, f.amount AS count,
         if(w.state = '', 'open', w.state) AS state, w.note AS note, w.by AS by
       FROM (${found}) AS f
       LEFT ANY JOIN (SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted) AS k ON k.id = f.sppg_id
       LEFT ANY JOIN ${said} AS w
         ON w.rule = f.rule AND w.sppg_id = f.sppg_id AND w.day = f.day
       ORDER BY state != 'open', f.rule NOT IN ({errors:Array(String)}), f.day DESC, f.rule, f.sppg_id LIMIT {limit:UInt32}`,
      params,
    ),
  ]);
  return { totals, items };
}

export type OpenFindings = {
  rule: string;
  kitchens: number;
  findings: number;
  since: string;
  sppg: string;
  name: string;
};

/** Findings in [from, to] that nobody has explained or corrected, by rule: since when, and the kitchen that has most of them. */
export async function openFindings(
  warehouse: Warehouse,
  rules: Rules,
  scope: Scope,
  range: Range,
): Promise<OpenFindings[]> {
  const { found, params } = foundIn(rules, scope, range);
  return warehouse.query<OpenFindings>(
    `SELECT o.rule AS rule, o.kitchens AS kitchens, o.findings AS findings, toString(o.first) AS since, o.most AS sppg, k.name AS name
     FROM (
       SELECT rule, count() AS kitchens, sum(amount) AS findings, min(first) AS first, argMax(sppg_id, (amount, sppg_id)) AS most
       FROM (
         SELECT f.rule AS rule, f.sppg_id AS sppg_id, sum(f.amount) AS amount, min(f.day) AS first FROM (${found}) AS f
         LEFT ANY JOIN ${said} AS w ON w.rule = f.rule AND w.sppg_id = f.sppg_id AND w.day = f.day
         WHERE w.state IN ('', 'open') GROUP BY f.rule, f.sppg_id
       ) GROUP BY rule
     ) AS o
     LEFT ANY JOIN (SELECT id, name FROM raw.sppg FINAL WHERE NOT _deleted) AS k ON k.id = o.most
     ORDER BY findings DESC, rule`,
    params,
  );
}

/** Keeps what somebody made of a finding. */
export async function noteFinding(
  warehouse: Warehouse,
  finding: { rule: string; sppgId: string; date: string },
  { state, note, by }: Pick<Finding, 'state' | 'note' | 'by'>,
): Promise<void> {
  const { rule, sppgId, date } = finding;
  await warehouse.insertRows('ops.finding_states', [{ rule, sppg_id: sppgId, day: date, state, note, by }]);
}

export type Undated = { table: string; column: string; text: string; rows: number; example: string };

/** Rows whose period cannot be read: they count nowhere until it is corrected. */
export async function undatedRows(warehouse: Warehouse, scope: Scope): Promise<Undated[]> {
  const kitchens = scopeCondition(scope, 'sppgId');
  return warehouse.query<Undated>(
    `SELECT * FROM (
       SELECT 'program_monitoring' AS table, 'monitoringMonth' AS column, toString(monitoringMonth) AS text, count() AS rows, min(id) AS example
       FROM raw.program_monitoring FINAL
       WHERE NOT _deleted AND NOT match(monitoringMonth, '^(\\\\d{4}-)?(0?[1-9]|1[0-2])$')
         AND programId IN (SELECT id FROM raw.nutrition_programs FINAL WHERE NOT _deleted AND ${kitchens})
       GROUP BY text
       UNION ALL
       SELECT 'sppg_operational_reports', 'reportPeriod', reportPeriod AS text, count(), min(id) FROM raw.sppg_operational_reports FINAL
       WHERE NOT _deleted AND reportType = 'FINANCIAL_BIWEEKLY' AND length(extractAll(reportPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}')) < 2 AND ${kitchens}
       GROUP BY text
       UNION ALL
       SELECT 'banper_requests', 'operationalPeriod', operationalPeriod AS text, count(), min(id) FROM raw.banper_requests FINAL
       WHERE NOT _deleted AND extract(operationalPeriod, '[0-9]{4}-[0-9]{2}-[0-9]{2}') = '' AND ${kitchens}
       GROUP BY text
     ) ORDER BY table, text LIMIT 200`,
    { scopeId: scope.id },
  );
}
