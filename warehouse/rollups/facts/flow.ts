/**
 * The day as it happens: portions of a kitchen by stage and hour of its own clock.
 * Invariants: a stage's day is that of its own row, like its KPI's: planned and cooked are portions_planned and portions_produced,
 * delivered is portions_delivered; what has no time has hour 255; what was done before its day counts in the first hour,
 * after it in the last.
 */
import { type Fact, placedRows, programs, zones } from './cells.ts';

const hoursInto = (at: string) =>
  `dateDiff('hour', toDateTime64(day, 3, 'UTC') - toIntervalHour(z.shift), assumeNotNull(${at}))`;
/** The hour of an instant on the local day `day` of a kitchen `z`; servers differ in what they make of a NULL among the least. */
const hourOf = (at: string) => `if(${at} IS NULL, 255, toUInt8(least(greatest(${hoursInto(at)}, 0), 23)))`;
/** Rows (stage, hour, portions) of a source row, as far as it has come. */
const stages = (...all: { stage: string; at: string; portions: string; when: string }[]) =>
  `arrayJoin(arrayFilter(s -> s.4, [${all
    .map(
      ({ stage, at, portions, when }) =>
        `('${stage}', ${hourOf(at)}, toFloat64(ifNull(${portions}, 0)), toUInt8(ifNull(${when}, 0)) AND ${portions} IS NOT NULL)`,
    )
    .join(', ')}])) AS cell`;

export const flow = {
  flow: {
    with: [
      zones,
      programs,
      `stages AS (
        SELECT f.sppgId AS sppg_id, toDate32(f.productionDate + toIntervalHour(z.shift)) AS day, ${stages(
          {
            stage: 'planned',
            at: 'f.plannedEndTime',
            portions: 'f.plannedPortions',
            when: "f.status != 'CANCELLED'",
          },
          { stage: 'cooked', at: 'f.actualEndTime', portions: 'f.actualPortions', when: "f.status = 'COMPLETED'" },
          // Passed: something was checked and found good, and nothing found bad is left without an action.
          {
            stage: 'checked',
            at: 'if(q.good > 0, toNullable(q.checkedAt), NULL)',
            portions: 'f.actualPortions',
            when: "f.status = 'COMPLETED' AND q.good > 0 AND q.open = 0",
          },
        )}
        FROM (
          SELECT id, sppgId, productionDate, toString(status) AS status, plannedPortions, actualPortions, plannedEndTime, actualEndTime
          ${placedRows('food_productions')}
        ) AS f
        INNER JOIN zones AS z ON z.sppg_id = f.sppgId
        LEFT ANY JOIN (
          SELECT productionId, countIf(passed) AS good, countIf(NOT passed AND actionTaken IS NULL) AS open, maxIf(checkTime, passed) AS checkedAt
          FROM raw.quality_controls FINAL WHERE NOT _deleted AND id IN (
            SELECT key FROM ops.places_quality_controls WHERE production_id IN (SELECT id ${placedRows('food_productions')})
          ) GROUP BY productionId
        ) AS q ON q.productionId = f.id
        WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
        UNION ALL
        SELECT x.sppgId AS sppg_id, toDate32(x.distributionDate + toIntervalHour(z.shift)) AS day, ${stages({
          stage: 'departed',
          at: 'coalesce(x.departureTime, x.actualStartTime)',
          portions: 'x.totalPortions',
          when: "x.status IN ('IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED')",
        })}
        FROM (
          SELECT id, sppgId, distributionDate, toString(status) AS status, totalPortions, departureTime, actualStartTime
          ${placedRows('food_distributions')}
        ) AS x
        INNER JOIN zones AS z ON z.sppg_id = x.sppgId
        WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
        UNION ALL
        SELECT p.sppg_id AS sppg_id, toDate32(h.distributionDate + toIntervalHour(z.shift)) AS day, ${stages({
          stage: 'delivered',
          at: 'coalesce(h.deliveryTime, h.receivedAt)',
          portions: 'h.actualQuantity',
          when: "h.deliveryStatus IN ('DELIVERED', 'CONFIRMED')",
        })}
        FROM (
          SELECT id, programId, distributionDate, actualQuantity, deliveryStatus, deliveryTime, receivedAt
          ${placedRows('school_distributions')}
        ) AS h
        INNER JOIN programs AS p ON p.program_id = h.programId
        INNER JOIN zones AS z ON z.sppg_id = p.sppg_id
        WHERE (sppg_id, day) IN (SELECT sppg_id, day FROM cells)
      )`,
    ],
    select: 'SELECT sppg_id, day, cell.1 AS stage, cell.2 AS hour, cell.3 AS portions FROM stages',
  },
} as const satisfies Record<'flow', Fact>;
