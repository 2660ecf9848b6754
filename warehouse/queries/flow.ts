/** The day of a scope as it happens: portions by stage and hour of each kitchen's own clock, and how far the day has come. */
import type { Warehouse } from '../client.ts';
import { type Scope, scopeCondition } from '../scopes.ts';

export const STAGES = ['planned', 'cooked', 'checked', 'departed', 'delivered'] as const;
export type Stage = (typeof STAGES)[number];
export type Hour = { hour: number } & Record<Stage, number | null>;
export type StageTotal = { stage: Stage; total: number | null; untimed: number };

const UNTIMED = 255;
const HOUR_MS = 3_600_000;

/**
 * Totals of the stages, and sums from midnight to the end of each hour: null without data, and for what is done (not for what is
 * planned) in hours that have not begun at `now` anywhere in the scope.
 */
export async function flow(
  warehouse: Warehouse,
  scope: Scope,
  date: string,
  seen: readonly Stage[],
  now = Date.now(),
): Promise<{ stages: StageTotal[]; hours: Hour[] }> {
  const params = { date, scopeId: scope.id };
  const [rows, [zone]] = await Promise.all([
    warehouse.query<{ stage: Stage; hour: number; portions: number }>(
      `SELECT toString(c.1) AS stage, c.2 AS hour, sum(c.3) AS portions
       FROM (SELECT cells FROM mart.flow_stages FINAL WHERE day = {date:Date32} AND ${scopeCondition(scope, 'sppg_id')})
       ARRAY JOIN cells AS c GROUP BY stage, hour`,
      params,
    ),
    // The day begins first where clocks are furthest ahead.
    warehouse.query<{ ahead: number }>(
      `SELECT max(transform(toString(timezone), ['WIB', 'WITA', 'WIT'], [7, 8, 9], 7)) AS ahead FROM raw.provinces_indonesia FINAL
       WHERE NOT _deleted AND id IN (SELECT provinceId FROM raw.sppg FINAL WHERE NOT _deleted AND ${scopeCondition(scope, 'id')})`,
      params,
    ),
  ]);
  const begins = Date.parse(`${date}T00:00:00Z`) - (zone?.ahead ?? 7) * HOUR_MS;
  const sum = (stage: Stage, within: (hour: number) => boolean) =>
    rows.reduce((total, row) => total + (row.stage === stage && within(row.hour) ? row.portions : 0), 0);
  const known = seen.filter((stage) => rows.some((row) => row.stage === stage));
  const upTo = (stage: Stage, hour: number) => {
    if (!known.includes(stage)) return null;
    return stage !== 'planned' && begins + hour * HOUR_MS > now ? null : sum(stage, (own) => own <= hour);
  };
  return {
    stages: seen.map((stage) => ({
      stage,
      total: known.includes(stage) ? sum(stage, () => true) : null,
      untimed: sum(stage, (hour) => hour === UNTIMED),
    })),
    hours: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      planned: upTo('planned', hour),
      cooked: upTo('cooked', hour),
      checked: upTo('checked', hour),
      departed: upTo('departed', hour),
      delivered: upTo('delivered', hour),
    })),
  };
}
