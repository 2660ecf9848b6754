/**
 * SQL that figures of many KPIs share. One rule of value with `valueSql` (warehouse/queries/sql.ts), told for KPIs known by a column:
 * numerator over denominator, nothing where there is too little, nothing of too few people.
 */
import { hiddenSql, scarceSql } from '../../../warehouse/queries/sql.ts';
import type { Columns } from './extract.ts';

/** Columns num, den, value, withheld from sums `nums`, `dens` of a KPI in column `kpi`; binds `figureParams`. */
export const figureSql = `if(${hiddenSql('nums', 'dens')}, NULL, nums) AS num, if(${hiddenSql('nums', 'dens')}, NULL, dens) AS den,
  toFloat64(multiIf(${scarceSql('nums', 'dens')}, NULL, NOT has({ratios:Array(String)}, toString(kpi)), nums,
    ifNull(dens, 0) = 0, NULL, nums / dens)) AS value,
  toBool(${hiddenSql('nums', 'dens')}) AS withheld`;

/** Of a state the last day known, of anything else the sum of days. */
export const pickSql = (column: string) =>
  `if(has({states:Array(String)}, toString(kpi)), argMax(tuple(${column}), day).1, sum(${column}))`;

export const kpiColumn = {
  kpi: { type: 'String', meaning: 'KPI of the registry (reference.kpis)' },
} as const satisfies Columns;
export const figureColumns = {
  num: { type: 'Nullable(Float64)', meaning: 'sum of numerators; null where untold' },
  den: { type: 'Nullable(Float64)', meaning: 'sum of denominators; null for plain amounts' },
  value: { type: 'Nullable(Float64)', meaning: 'num ÷ den, or num; null = no data' },
  withheld: { type: 'Bool', meaning: 'there is data, of fewer than five people' },
} as const satisfies Columns;
