/**
 * The day as it happens: portions of a kitchen by stage and hour of its own clock. A stage that is of the rows of a fact with KPIs is counted with
 * them; those of batches, of which the checks tell as well, are a fact of their own.
 * Invariants: a stage's day is that of its own row, like its KPI's: planned and cooked are portions_planned and portions_produced,
 * delivered is portions_delivered; what has no time has hour 255; what was done before its day counts in the first hour,
 * after it in the last.
 */
import type { FactName } from '../../kpis/kpi.ts';
import { westernDay } from '../../placed.ts';
import type { Fact, Stage } from './cells.ts';

/** How rows of stages are told from KPIs' where both are computed (ops.cells): no KPI has such an id. */
export const STAGE = 'stage:';
/** Portions of a row that count in a stage, NULL where it has not come so far. */
export const counted = ({ portions, when }: Stage) => `toFloat64(if(${when}, ${portions}, NULL))`;

const hoursInto = (at: string) =>
  `dateDiff('hour', toDateTime64(day, 3, 'UTC') - toIntervalHour(shift), assumeNotNull(${at}))`;
/** The hour of a row on the local day `day` of a kitchen with this `shift`; servers differ in what they make of a NULL among the least. */
export const hourOf = ({ at }: Stage) => `if(${at} IS NULL, 255, toUInt8(least(greatest(${hoursInto(at)}, 0), 23)))`;

/** Rows (sppg_id, day, stage, hour, portions) of source rows, as far as they have come. */
const stages = (from: string, ...all: Stage[]) => {
  const cells = all.map((stage) => `('${stage.stage}', ${hourOf(stage)}, ${counted(stage)})`);
  return `SELECT sppg_id, day, cell.1 AS stage, cell.2 AS hour, cell.3 AS portions
    FROM (SELECT sppg_id, day, arrayJoin([${cells.join(', ')}]) AS cell ${from} WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells))
    WHERE cell.3 IS NOT NULL`;
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
} as const satisfies Partial<Record<FactName, Fact>>;

/** Whether a fact is of stages alone, and of no KPI. */
export const isFlow = (fact: FactName): fact is keyof typeof flow => Object.hasOwn(flow, fact);
