/** Findings of the validation rules that nobody has explained, of many units. */
import type { Warehouse } from '../../client.ts';
import type { Comparison, Rule } from '../../kpis/rules/rule.ts';
import { cellsOf } from '../../scopes.ts';
import { foundSql, said } from '../findings.ts';
import { kitchensOfUnits, type Units, withinUnits } from './within.ts';

export type UnitFindings = {
  unit: string;
  rule: string;
  kitchens: number;
  findings: number;
  first: string;
  last: string;
};

/** By rule, the most first. */
export async function unitFindings(
  warehouse: Warehouse,
  rules: readonly (Rule | Comparison)[],
  { level, ids }: Units,
  range: { from: string; to: string },
): Promise<UnitFindings[]> {
  const { found, params } = foundSql(rules, withinUnits(level), range, cellsOf({ level }));
  return warehouse.query<UnitFindings>(
    `SELECT k.unit AS unit, f.rule AS rule, uniqExact(f.sppg_id) AS kitchens, sum(f.amount) AS findings,
       toString(min(f.day)) AS first, toString(max(f.day)) AS last
     FROM (${found}) AS f
     INNER JOIN (${kitchensOfUnits(level)}) AS k ON k.id = f.sppg_id
     LEFT ANY JOIN ${said} AS w ON w.rule = f.rule AND w.sppg_id = f.sppg_id AND w.day = f.day
     WHERE w.state IN ('', 'open')
     GROUP BY k.unit, f.rule ORDER BY findings DESC, rule`,
    { ...params, ids },
  );
}
