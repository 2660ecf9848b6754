/** SQL that several questions share. Values are bound by the caller: `scopeId`, and what each function names. */
import { FEW_PEOPLE, type Kpi } from '../kpis/kpi.ts';
import { figuresOf, type Scope } from '../scopes.ts';

/** The end of a SELECT: one kitchen's cells are a few granules, where threads would cost more than they save. */
export const threadsFor = (scope: Scope) => (scope.level === 'sppg' ? 'SETTINGS max_threads = 1' : '');

const few = (sum: string) => `(${sum} > 0 AND ${sum} < ${FEW_PEOPLE})`;

/** The value of a KPI from its sums (columns `num`, `den`); NULL where there is too little to be shown. */
export function valueSql(kpi: Kpi, num = 'num', den = 'den'): string {
  const hidden = (kpi.withheld ?? []).map((sum) => few(sum === 'num' ? num : den));
  if (kpi.den === undefined) return hidden.length === 0 ? num : `if(${hidden.join(' OR ')}, NULL, ${num})`;
  const scarce = kpi.minimum === undefined ? [] : [`${den} < ${kpi.minimum}`];
  return `if(${[`ifNull(${den}, 0) = 0`, ...scarce, ...hidden].join(' OR ')}, NULL, ${num} / ${den})`;
}

/** SQL conditions on the sums of a KPI known by its id (column `kpi`); they bind what `scarceParams` yields. */
export const hiddenSql = (num: string, den: string): string =>
  `(has({people_num:Array(String)}, toString(kpi)) AND ifNull(${few(num)}, 0) OR has({people_den:Array(String)}, toString(kpi)) AND ifNull(${few(den)}, 0))`;
/** Too little to show a value. */
export const scarceSql = (num: string, den: string): string =>
  `(ifNull(${den} < transform(toString(kpi), {scarce:Array(String)}, {minimum:Array(Int64)}, toInt64(-9223372036854775807)), 0) OR ${hiddenSql(num, den)})`;
export function scarceParams(kpis: readonly Kpi[]) {
  const scarce = kpis.filter((kpi) => kpi.minimum !== undefined);
  const people = (sum: 'num' | 'den') => kpis.filter((kpi) => kpi.withheld?.includes(sum)).map((kpi) => kpi.id);
  return {
    scarce: scarce.map((kpi) => kpi.id),
    minimum: scarce.map((kpi) => kpi.minimum ?? 0),
    people_num: people('num'),
    people_den: people('den'),
  };
}

/** (day, value, weight) of a KPI in a scope, the weight being its denominator; binds kpi, from, to, scopeId. Days without a value are absent. */
export function dailySql(kpi: Kpi, scope: Scope): string {
  const figures = figuresOf(scope);
  return `SELECT day, assumeNotNull(held) AS value, weight FROM (
    SELECT m.day AS day, ${valueSql(kpi, 'sum(m.num)', 'sum(m.den)')} AS held, toFloat64(ifNull(sum(m.den), 0)) AS weight
    FROM ${figures.from}
    WHERE m.kpi = {kpi:String} AND m.day BETWEEN {from:Date32} AND {to:Date32} AND m.split = '' AND m.num IS NOT NULL
      AND ${figures.where}
    GROUP BY m.day
  ) WHERE held IS NOT NULL`;
}
