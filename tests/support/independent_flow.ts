/** The day by the hour computed a second time, by SQL in Postgres written from the published words and sharing nothing with the rollups. */
import type { Stack } from './stack.ts';

const ROWS = `
  SELECT f."sppgId" AS kitchen, 'planned' AS stage, f."productionDate" AS anchor, f."plannedEndTime" AS at, f."plannedPortions" AS portions
  FROM food_productions f WHERE f.status <> 'CANCELLED'
  UNION ALL
  SELECT f."sppgId", 'cooked', f."productionDate", f."actualEndTime", f."actualPortions" FROM food_productions f WHERE f.status = 'COMPLETED'
  UNION ALL
  SELECT f."sppgId", 'checked', f."productionDate",
    (SELECT max(q."checkTime") FROM quality_controls q WHERE q."productionId" = f.id AND q.passed), f."actualPortions"
  FROM food_productions f
  WHERE f.status = 'COMPLETED' AND EXISTS (SELECT FROM quality_controls q WHERE q."productionId" = f.id AND q.passed)
    AND NOT EXISTS (SELECT FROM quality_controls q WHERE q."productionId" = f.id AND NOT q.passed AND q."actionTaken" IS NULL)
  UNION ALL
  SELECT x."sppgId", 'departed', x."distributionDate", coalesce(x."departureTime", x."actualStartTime"), x."totalPortions"
  FROM food_distributions x WHERE x.status IN ('IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED')
  UNION ALL
  SELECT n."sppgId", 'delivered', d."distributionDate", coalesce(d."deliveryTime", d."receivedAt"), d."actualQuantity"
  FROM school_distributions d JOIN nutrition_programs n ON n.id = d."programId" WHERE d."deliveryStatus" IN ('DELIVERED', 'CONFIRMED')`;
const INSIDE: Readonly<Record<string, string>> = {
  national: `NOT s."isDemoAccount" AND $2::text = ''`,
  region: `NOT s."isDemoAccount" AND p.region::text = $2`,
  province: `NOT s."isDemoAccount" AND p.id = $2`,
  regency: `NOT s."isDemoAccount" AND s."regencyId" = $2`,
  sppg: 's.id = $2',
};
const STAGES = ['planned', 'cooked', 'checked', 'departed', 'delivered'];

/** As /flow tells it to somebody who sees every stage, of a day that is over. */
export async function independentFlow(stack: Stack, scope: string, day: string): Promise<object> {
  const [level = '', id = ''] = scope.split(':');
  const { rows } = await stack.source.query<{ stage: string; hour: number | null; portions: number }>(
    `SELECT stage, hour, sum(portions)::float8 AS portions
     FROM (
       SELECT r.stage, r.portions,
         CASE WHEN at IS NOT NULL THEN least(23, greatest(0, floor(extract(epoch FROM at - $1::date + z.hours * interval '1 hour') / 3600)))::int END AS hour
       FROM (${ROWS}) r JOIN sppg s ON s.id = r.kitchen JOIN provinces_indonesia p ON p.id = s."provinceId"
       CROSS JOIN LATERAL (SELECT CASE p.timezone WHEN 'WIB' THEN 7 WHEN 'WITA' THEN 8 ELSE 9 END AS hours) z
       WHERE portions IS NOT NULL AND (anchor + z.hours * interval '1 hour')::date = $1::date AND ${INSIDE[level]}
     ) t GROUP BY stage, hour`,
    [day, id],
  );
  const of = (stage: string, within: (hour: number | null) => boolean) => {
    const own = rows.filter((row) => row.stage === stage);
    return own.length === 0 ? null : own.reduce((sum, row) => sum + (within(row.hour) ? row.portions : 0), 0);
  };
  return {
    stages: STAGES.map((stage) => ({
      stage,
      total: of(stage, () => true),
      untimed: of(stage, (hour) => hour === null) ?? 0,
    })),
    hours: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      ...Object.fromEntries(STAGES.map((stage) => [stage, of(stage, (own) => own !== null && own <= hour)])),
    })),
  };
}
