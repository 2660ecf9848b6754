/**
 * Deliveries of the days: runs to the points, portions per school, and what the schools report back.
 * Invariant: runs, school rows and reports of a day tell one story, since all follow from g_batch and g_school;
 * no more is handed over than was cooked.
 * Leaves g_run for the rows about waves and receipts.
 */
import { bell, draw, hash, insert, key, minutes, type Scene, type Step, servedOn, touched } from './sql.ts';

export function delivery(scene: Scene): Step[] {
  const r = (n: number) => draw('h', n);
  const done = `status = 'COMPLETED'`;
  return [
    { sql: 'DROP TABLE IF EXISTS g_run' },
    {
      sql: `CREATE TEMP TABLE g_run AS
        SELECT *, CASE
          WHEN (batch_status = 'CANCELLED' OR ${r(1)} < 0.002 + 0.006 * bad) AND planned_start - interval '3 hours' <= ${scene.now}
            THEN 'CANCELLED'
          WHEN completed <= ${scene.now} THEN 'COMPLETED' WHEN arrived <= ${scene.now} THEN 'DISTRIBUTING'
          WHEN departed <= ${scene.now} THEN 'IN_TRANSIT' WHEN planned_start - interval '30 minutes' <= ${scene.now} THEN 'PREPARING'
          ELSE 'SCHEDULED' END AS status
        FROM (SELECT *, arrived + ${minutes(`20 + 25 * ${r(2)}`)} AS completed
          FROM (SELECT *, planned_start + ${minutes(`5 * ${bell('h', 3)}`)} AS departed,
              planned_start + ${minutes(`42 + 8 * ${bell('h', 6)} + CASE WHEN ${r(9)} < 0.015 + 0.15 * bad
                THEN 34 + 60 * ${r(10)} * ${r(11)} ELSE 0 END`)} AS arrived
            FROM (SELECT v.*, p.point, p.planned, p.names, g.id AS batch, g.b, g.status AS batch_status, g.menu, g.ended AS cooked,
                least(1, g.actual / g.wanted::float8) AS supply,
                ${hash(scene, 20, 'v.n', 'v.dn', 'p.point')} AS h, ${key(scene, 'run', 'v.n', 'v.dn', 'p.point')} AS id,
                v.midnight + ${minutes(`CASE WHEN p.point < 3 THEN 445 + 14 * p.point WHEN v.batches = 1 THEN 624 ELSE 600 END
                  + 12 * ${draw('v.vh', 6)}`)} AS planned_start
              FROM g_visit v
              JOIN (SELECT n, point, sum(target)::int AS planned, string_agg(name, ' & ' ORDER BY k) AS names
                FROM g_school WHERE k < 8 GROUP BY n, point) p ON p.n = v.n
              JOIN g_batch g ON g.n = v.n AND g.dn = v.dn AND g.b = CASE WHEN v.batches = 2 AND p.point >= 3 THEN 1 ELSE 0 END
            ) w) x) y`,
    },
    { sql: 'ANALYZE g_run' },
    insert(
      'food_distributions',
      `id sppgId programId productionId distributionDate distributionCode mealType distributionPoint plannedRecipients
      actualRecipients plannedStartTime plannedEndTime transportCost fuelCost otherCosts menuItems totalPortions portionSize
      departureTemp arrivalTemp servingTemp status actualStartTime actualEndTime departureTime arrivalTime completionTime
      foodQuality hygieneScore packagingCondition createdAt updatedAt`,
      `SELECT id, sppg, program, CASE WHEN ${r(12)} >= 0.015 THEN batch END, day,
        'D-' || regency || '-' || seq || '-' || to_char(d, 'YYMMDD') || '-' || point + 1,
        CASE WHEN point = 0 THEN 'SNACK_PAGI' ELSE 'MAKAN_SIANG' END::"MealType", names, planned,
        CASE WHEN ${done} AND ${r(13)} >= 0.03 THEN least(planned, round(planned * attendance * (0.985 + 0.03 * ${r(14)})))::int END,
        planned_start, planned_start + interval '75 minutes',
        CASE WHEN ${r(15)} >= 0.08 THEN round(planned * (350 + 200 * ${r(16)}) * far) END,
        CASE WHEN ${r(15)} >= 0.08 THEN round(planned * (180 + 90 * ${r(17)}) * far) END,
        CASE WHEN ${r(18)} < 0.2 THEN round(25000 * ${r(19)}) END,
        CASE WHEN n % 20 = 1 AND dn % 7 = 3 AND point = 4 THEN (SELECT jsonb_agg(jsonb_build_object('nama', 'Komponen ' || i, 'gram', 20 + i,
              'kode', md5(n || '/' || i), 'catatan', E'baris\\n"' || md5(i || '/' || dn) || E'"\\t\\\\')) FROM generate_series(1, 110) i)
          ELSE jsonb_build_array(jsonb_build_object('menu', menu, 'porsi', planned), jsonb_build_object('kotak', 'stainless')) END,
        planned, CASE WHEN point < 2 THEN 250 ELSE 350 END, CASE WHEN rolling AND ${r(20)} >= 0.05 THEN round((74 + 2 * ${bell('h', 21)})::numeric, 1) END,
        CASE WHEN here AND ${r(24)} >= 0.05 THEN round((68.8 - 7 * bad + 3.6 * ${bell('h', 25)})::numeric, 1) END,
        CASE WHEN ${done} AND ${r(28)} >= 0.4 THEN round((63 - 6 * bad + 3 * ${bell('h', 29)})::numeric, 1) END,
        status::"DistributionStatus", CASE WHEN rolling THEN departed END, CASE WHEN ${done} THEN completed END,
        CASE WHEN rolling THEN departed END, CASE WHEN here AND ${r(32)} >= 0.035 THEN arrived END, CASE WHEN ${done} THEN completed END,
        CASE WHEN ${done} AND ${r(33)} >= 0.1 THEN (ARRAY['EXCELLENT', 'GOOD', 'GOOD', 'GOOD', 'FAIR', 'POOR'])[1 + floor(${r(34)} * (4.4 + 1.6 * bad))::int] END::"QualityGrade",
        CASE WHEN ${done} AND ${r(35)} >= 0.2 THEN round(92 - 15 * bad + 7 * ${r(36)})::int END,
        CASE WHEN ${done} AND ${r(37)} >= 0.5 THEN CASE WHEN ${r(38)} < 0.93 THEN 'BAIK' ELSE 'RUSAK' END END, created,
        CASE WHEN ${done} THEN ${touched(scene, 'h', 'completed')} WHEN status = 'SCHEDULED' THEN created ELSE least(${scene.now},
          greatest(created, planned_start - interval '30 minutes', CASE WHEN here THEN arrived WHEN rolling THEN departed END)) END
      FROM (SELECT *, status IN ('IN_TRANSIT', 'DISTRIBUTING', 'COMPLETED') AS rolling, status IN ('DISTRIBUTING', 'COMPLETED') AS here,
          CASE WHEN cost > 20000 THEN 8 ELSE 1 END AS far,
          least(${scene.now} - interval '1 minute', midnight - interval '9 hours') AS created FROM g_run) x`,
    ),
    { sql: 'DROP TABLE IF EXISTS g_hand' },
    {
      sql: `CREATE TEMP TABLE g_hand AS
        SELECT *, CASE WHEN run_status = 'CANCELLED' THEN 'ISSUE' WHEN arrived > ${scene.now} THEN CASE WHEN departed <= ${scene.now}
            THEN 'IN_TRANSIT' ELSE 'PLANNED' END WHEN ${r(1)} < 0.004 + 0.015 * bad THEN 'ISSUE'
          WHEN ${r(2)} < 0.72 AND arrived + interval '90 minutes' <= ${scene.now} THEN 'CONFIRMED' ELSE 'DELIVERED' END AS state,
          least(floor(target * supply), round(target * attendance * (0.985 + 0.035 * ${r(3)})))::int AS given
        FROM (SELECT s.n, v.dn, s.k, s.id AS school, s.program, s.name, s.target, v.day, v.cost, v.bad, v.attendance, v.midnight,
            v.arrived, v.departed, v.status AS run_status, v.supply, CASE WHEN s.k = 8 THEN 12 + (v.dn + v.n) % 2 ELSE v.menu END AS menu,
            ${hash(scene, 21, 's.n', 'v.dn', 's.k')} AS h
          FROM g_school s JOIN g_run v ON v.n = s.n AND v.point = s.point WHERE ${servedOn('s.k', 'v.dow')}) x`,
    },
    insert(
      'school_distributions',
      `id programId schoolId menuId distributionDate targetQuantity actualQuantity schoolName targetStudents menuName
      portionSize totalWeight costPerPortion totalCost budgetAllocated deliveryTime deliveryStatus temperatureCheck
      foodTemperature qualityStatus receivedAt satisfactionScore createdAt updatedAt`,
      `SELECT ${key(scene, 'hand', 'n', 'dn', 'k')}, program, school, ${key(scene, 'menu', 'n', 'h.menu')}, day, target,
        CASE WHEN ok THEN given WHEN state = 'ISSUE' AND run_status <> 'CANCELLED' THEN (given * 0.6)::int ELSE 0 END, h.name, target, m.name,
        CASE WHEN k < 3 OR k = 8 THEN 250 ELSE 350 END, target * CASE WHEN k < 3 OR k = 8 THEN 0.25 ELSE 0.35 END, round(cost),
        CASE WHEN ok THEN round(cost * given) ELSE 0 END, CASE WHEN ${r(4)} < 0.1 THEN NULL ELSE round(cost * target) END,
        CASE WHEN ok OR state = 'IN_TRANSIT' THEN arrived END, state, ok AND ${r(5)} < 0.8,
        CASE WHEN ok AND ${r(5)} < 0.75 THEN round((62 - 6 * bad + 3 * ${bell('h', 6)})::numeric, 1) END,
        CASE WHEN ok AND ${r(9)} < 0.9 THEN CASE WHEN ${r(10)} < 0.95 THEN 'BAIK' ELSE 'CUKUP' END END,
        CASE WHEN ok AND ${r(11)} >= 0.03 THEN arrived + interval '6 minutes' END,
        CASE WHEN ok AND ${r(12)} < 0.5 THEN least(5, 3 + floor(${r(13)} * (3 - bad)))::int END, created,
        CASE WHEN ok THEN ${touched(scene, 'h.h', `least(${scene.now}, arrived + CASE WHEN state = 'CONFIRMED' THEN interval '90 minutes' ELSE interval '6 minutes' END)`)}
          WHEN state = 'PLANNED' THEN created ELSE least(${scene.now}, greatest(created, departed)) END
      FROM (SELECT *, state IN ('DELIVERED', 'CONFIRMED') AS ok,
          least(${scene.now} - interval '1 minute', midnight - interval '9 hours') AS created FROM g_hand) h JOIN g_menu m ON m.m = h.menu`,
    ),
    insert(
      'school_feeding_reports',
      `id distributionId schoolId reportDate reportType totalStudentsServed totalPortionsServed totalPortionsConsumed wastePercentage
      attendanceRate participationRate foodTemperature tasteRating overallRating reportStatus createdAt updatedAt`,
      `SELECT ${key(scene, 'report', 'n', 'dn', 'k')}, ${key(scene, 'hand', 'n', 'dn', 'k')}, school, CASE WHEN ${r(31)} < 0.5 THEN day ELSE told END,
        CASE WHEN ${r(20)} < 0.97 THEN 'DAILY' ELSE 'WEEKLY' END, given, given, CASE WHEN ${r(21)} < 0.004 THEN given + 3 ELSE eaten END,
        round((100 * (given - eaten) / given::float8)::numeric, 2), round((100 * attendance)::numeric, 1), round((96 + 4 * ${r(22)})::numeric, 1),
        CASE WHEN ${r(23)} < 0.3 THEN NULL ELSE round((58 - 5 * bad + 4 * ${r(24)})::numeric, 1) END,
        CASE WHEN ${r(25)} < 0.15 THEN NULL ELSE round((4.6 - 0.8 * bad - 0.9 * ${r(26)})::numeric, 1) END,
        CASE WHEN ${r(25)} < 0.2 THEN NULL ELSE round((4.7 - 0.8 * bad - 0.8 * ${r(27)})::numeric, 1) END,
        CASE WHEN ${r(28)} < 0.8 THEN 'SUBMITTED' ELSE 'VERIFIED' END, told, ${touched(scene, 'h', 'told')}
      FROM (SELECT *, arrived + interval '1 hour' * (1.5 + 3 * ${r(29)}) AS told,
          floor(given * (0.97 - 0.07 * bad - 0.06 * ${r(30)}))::int AS eaten
        FROM g_hand WHERE state IN ('DELIVERED', 'CONFIRMED') AND ${r(19)} < 0.86 - 0.2 * bad AND given > 0) x
      WHERE told <= ${scene.now}`,
    ),
  ];
}
