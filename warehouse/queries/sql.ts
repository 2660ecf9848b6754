/** SQL that several questions share. Values are bound by the caller: `scopeId`, and what each function names. */
import type { Kpi } from '../kpis/kpi.ts';
import { figuresOf, type Scope } from '../scopes.ts';

/** The value of a KPI from its sums (columns `num`, `den`); NULL where there is too little to be shown. */
export function valueSql(kpi: Kpi, num = 'num', den = 'den'): string {
  if (kpi.den === undefined) return num;
  const scarce = kpi.minimum === undefined ? '' : ` OR ${den} < ${kpi.minimum}`;
  return `if(ifNull(${den}, 0) = 0${scarce}, NULL, ${num} / ${den})`;
}

/** SQL of the least denominator a KPI (by its id, column `kpi`) is shown with; binds what `scarceParams` yields. */
export const leastDen =
  'transform(toString(kpi), {scarce:Array(String)}, {minimum:Array(Int64)}, toInt64(-9223372036854775807))';
export function scarceParams(kpis: readonly Kpi[]): { scarce: string[]; minimum: number[] } {
  const scarce = kpis.filter((kpi) => kpi.minimum !== undefined);
  return { scarce: scarce.map((kpi) => kpi.id), minimum: scarce.map((kpi) => kpi.minimum ?? 0) };
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
