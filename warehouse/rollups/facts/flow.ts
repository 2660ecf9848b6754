/**
 * The day as it happens: portions of a kitchen by stage and hour of its own clock, a fact for each kind of row the stages are of.
 * Invariants: a stage's day is that of its own row, like its KPI's: planned and cooked are portions_planned and portions_produced,
 * delivered is portions_delivered; what has no time has hour 255; what was done before its day counts in the first hour,
 * after it in the last.
 */
import type { FactName, FlowName } from '../../kpis/kpi.ts';
import { westernDay } from '../../placed.ts';
import type { Fact } from './cells.ts';

const hoursInto = (at: string) =>
  `dateDiff('hour', toDateTime64(day, 3, 'UTC') - toIntervalHour(shift), assumeNotNull(${at}))`;
/** The hour of an instant on the local day `day` of a kitchen with this `shift`; servers differ in what they make of a NULL among the least. */
const hourOf = (at: string) => `if(${at} IS NULL, 255, toUInt8(least(greatest(${hoursInto(at)}, 0), 23)))`;
/** Rows (sppg_id, day, stage, hour, portions) of source rows, as far as they have come. */
const stages = (from: string, ...all: { stage: string; at: string; portions: string; when: string }[]) => {
  const cells = all.map(
    ({ stage, at, portions, when }) =>
      `('${stage}', ${hourOf(at)}, toFloat64(ifNull(${portions}, 0)), toUInt8(ifNull(${when}, 0)) AND ${portions} IS NOT NULL)`,
  );
  return `SELECT sppg_id, day, cell.1 AS stage, cell.2 AS hour, cell.3 AS portions
    FROM (SELECT sppg_id, day, arrayJoin([${cells.join(', ')}]) AS cell ${from} WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells))
    WHERE cell.4`;
};

export const flow = {
  flow_production: {
    reads: ['batches'],
    select: stages(
      `FROM batches AS f
        LEFT ANY JOIN (
          SELECT productionId, countIf(passed) AS good, countIf(NOT passed AND actionTaken IS NULL) AS open, maxIf(checkTime, passed) AS checkedAt
          FROM ops.placed_quality_controls FINAL WHERE NOT _deleted AND (owner, ${westernDay('at')}) IN (
            SELECT production_id, ${westernDay('at')} FROM ops.places_quality_controls WHERE production_id IN (SELECT id FROM batches)
          ) GROUP BY productionId
        ) AS q ON q.productionId = f.id`,
      { stage: 'planned', at: 'f.plannedEndTime', portions: 'f.plannedPortions', when: "f.status != 'CANCELLED'" },
      { stage: 'cooked', at: 'f.actualEndTime', portions: 'f.actualPortions', when: "f.status = 'COMPLETED'" },
      // Passed: something was checked and found good, and nothing found bad is left without an action.
      {
        stage: 'checked',
        at: 'if(q.good > 0, toNullable(q.checkedAt), NULL)',
        portions: 'f.actualPortions',
        when: "f.status = 'COMPLETED' AND q.good > 0 AND q.open = 0",
      },
    ),
  },
  flow_distribution: {
    reads: ['runs'],
    select: stages('FROM runs', {
      stage: 'departed',
      at: 'coalesce(departureTime, actualStartTime)',
      portions: 'totalPortions',
      when: "status IN ('IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED')",
    }),
  },
  flow_school: {
    reads: ['programs', 'handovers'],
    select: stages('FROM handovers', {
      stage: 'delivered',
      at: 'coalesce(deliveryTime, receivedAt)',
      portions: 'actualQuantity',
      when: "deliveryStatus IN ('DELIVERED', 'CONFIRMED')",
    }),
  },
} as const satisfies Record<FlowName, Fact>;

export const isFlow = (fact: FactName): fact is FlowName => Object.hasOwn(flow, fact);
