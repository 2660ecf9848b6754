/**
 * Cooking of the days: batches, quality checks and retained samples.
 * Invariant: a row's state is what its own planned and actual times say at `now`, so that past days are over, today is
 * half done and tomorrow is planned; a batch is planned for the schools it feeds. Leaves g_visit (service days of the kitchens) and g_batch for the deliveries.
 */
import { bell, draw, hash, insert, key, minutes, pick, type Scene, type Step, servedOn, touched } from './sql.ts';

export function production(scene: Scene): Step[] {
  const v = (n: number) => draw('vh', n);
  const b = (n: number) => draw('h', n);
  const done = `status = 'COMPLETED'`;
  return [
    { sql: 'DROP TABLE IF EXISTS g_visit, g_batch' },
    {
      sql: `CREATE TEMP TABLE g_visit AS
        SELECT *, d::timestamp - z AS midnight, d::timestamp + mid AS day, 0.945 + 0.055 * ${v(1)} AS attendance
        FROM (SELECT c.n, c.id AS sppg, c.program, c.program2, c.z, c.mid, c.bad, c.portions, c.batches, c.cost, c.account,
            c.regency, c.seq, d.d, d.dn, d.dow, ${hash(scene, 10, 'c.n', 'd.dn')} AS vh
          FROM g_chunk c JOIN g_day d ON d.d BETWEEN c.opens AND c.closes
          WHERE d.service AND c.status <> 'PENDING_APPROVAL') x
        WHERE ${v(2)} >= 0.004 * (1 + 3 * bad) OR d >= ${scene.today}`,
    },
    {
      sql: `CREATE TEMP TABLE g_batch AS
        SELECT *, CASE WHEN dropped AND planned_end - interval '10 hours' <= ${scene.now} THEN 'CANCELLED'
          WHEN ended <= ${scene.now} THEN 'COMPLETED' WHEN ended - interval '20 minutes' <= ${scene.now} THEN 'QUALITY_CHECK'
          WHEN started <= ${scene.now} THEN 'COOKING' WHEN started - interval '30 minutes' <= ${scene.now} THEN 'PREPARING'
          ELSE 'PLANNED' END AS status, round(planned * (0.958 + 0.05 * ${b(1)} - 0.02 * bad * ${b(2)}))::int AS actual
        FROM (SELECT *, planned_start + ${minutes(`4 + 7 * ${bell('h', 3)}`)} AS started,
            planned_end + ${minutes(`8 * bad + 9 * ${bell('h', 6)}`)} AS ended, ${b(9)} < 0.004 + 0.012 * bad AS dropped
          FROM (SELECT v.*, b, ${hash(scene, 11, 'n', 'dn', 'b')} AS h, ${key(scene, 'batch', 'n', 'dn', 'b')} AS id,
              wanted, ceil(wanted * (1.01 + 0.02 * ${v(3)}))::int AS planned,
              midnight + ${minutes(`CASE b WHEN 0 THEN 160 ELSE 350 END + 30 * ${v(4)}`)} AS planned_start,
              midnight + ${minutes(`CASE WHEN batches = 1 THEN 430 WHEN b = 0 THEN 395 ELSE 555 END + 20 * ${v(5)}`)} AS planned_end,
              (dn + n + 5 * b) % 12 AS menu
            FROM g_visit v, generate_series(0, 1) b, LATERAL (SELECT sum(target) AS wanted FROM g_school s
              WHERE s.n = v.n AND (v.batches = 1 OR (s.point >= 3) = (b = 1)) AND ${servedOn('s.k', 'v.dow')}) w
            WHERE b < batches) x) y`,
    },
    { sql: 'ANALYZE g_visit, g_batch' },
    insert(
      'food_productions',
      `id sppgId programId menuId productionDate batchNumber plannedPortions actualPortions plannedStartTime plannedEndTime
      actualStartTime actualEndTime estimatedCost actualCost costPerPortion targetTemperature actualTemperature hygieneScore
      tasteRating appearanceRating textureRating status qualityPassed rejectionReason wasteAmount createdAt updatedAt`,
      `SELECT id, sppg, program, ${key(scene, 'menu', 'n', 'menu')}, day, 'B-' || regency || '-' || seq || '-' ||
          to_char(d, 'YYMMDD') || '-' || b + 1, planned,
        CASE WHEN ${done} AND ${b(10)} >= 0.003 THEN actual END, planned_start, planned_end,
        CASE WHEN status IN ('COOKING', 'QUALITY_CHECK', 'COMPLETED') THEN started END,
        CASE WHEN ${done} AND ${b(11)} >= 0.02 THEN ended END, round(planned * cost),
        CASE WHEN ${done} AND ${b(12)} >= 0.03 THEN round(actual * spent) END,
        CASE WHEN ${done} AND ${b(12)} >= 0.06 THEN spent END, 75,
        CASE WHEN ${done} AND ${b(13)} >= 0.05 THEN round((77 - 4 * bad + 2.5 * ${bell('h', 14)})::numeric, 1) END,
        CASE WHEN ${done} AND ${b(17)} >= 0.1 THEN round(93 - 16 * bad + 6 * ${b(18)})::int END,
        CASE WHEN ${done} AND ${b(19)} >= 0.3 THEN 3 + (${b(20)} * 2.4)::int END,
        CASE WHEN ${done} AND ${b(19)} >= 0.3 THEN 3 + (${b(21)} * 2.4)::int END,
        CASE WHEN ${done} AND ${b(19)} >= 0.4 THEN 3 + (${b(22)} * 2.4)::int END, status::"ProductionStatus",
        CASE WHEN ${done} THEN ${b(23)} >= 0.01 + 0.04 * bad END,
        CASE WHEN ${done} AND ${b(23)} < 0.01 + 0.04 * bad THEN ${pick(b(24), ['Suhu kurang', 'Rasa "asam"', 'Bau\\tidak segar'])} END,
        CASE WHEN ${done} AND ${b(25)} >= 0.2 THEN round((actual * 0.008 * ${b(26)})::numeric, 1) END, created,
        CASE WHEN status = 'PLANNED' THEN created ELSE ${touched(scene, 'h', 'least(ended, greatest(created, started - ' + "interval '30 minutes'" + '))')} END
      FROM (SELECT *, least(${scene.now} - interval '1 minute', midnight - interval '9 hours') AS created,
          cost * (1.0 + 0.05 * bad + 0.03 * ${bell('h', 27)} + CASE WHEN ${b(30)} < 0.01 + 0.03 * bad THEN 0.24 ELSE 0 END) AS spent
        FROM g_batch) x`,
    ),
    insert(
      'quality_controls',
      `id productionId checkType checkTime checkedBy parameter expectedValue actualValue passed score severity actionRequired
      actionTaken actionDate followUpRequired followUpDate createdAt`,
      `SELECT ${key(scene, 'check', 'n', 'dn', 'b', 'q')}, batch, kind, checked, ${pick(draw('h', 1), ['Nur Aini', 'Ahli gizi', 'Petugas QC'])},
        CASE kind WHEN 'TEMPERATURE' THEN 'Suhu inti' WHEN 'HYGIENE' THEN 'APD & kebersihan' ELSE 'Uji organoleptik' END,
        CASE WHEN kind = 'TEMPERATURE' THEN '≥ 75 °C' WHEN ${draw('h', 2)} < 0.3 THEN NULL ELSE 'baik' END,
        CASE WHEN kind = 'TEMPERATURE' THEN round((76 + 4 * ${draw('h', 3)} - CASE WHEN passed THEN 0 ELSE 9 END)::numeric, 1)::text
          WHEN passed THEN 'baik' ELSE 'kurang' END, passed,
        CASE WHEN ${draw('h', 4)} < 0.06 THEN NULL ELSE round(CASE WHEN passed THEN 82 ELSE 48 END + 16 * ${draw('h', 5)} - 5 * bad)::int END,
        CASE WHEN NOT passed THEN ${pick(draw('h', 6), ['LOW', 'MEDIUM', 'MEDIUM', 'HIGH', 'HIGH', 'CRITICAL'])} END, NOT passed,
        CASE WHEN acted <= ${scene.now} THEN 'Dipanaskan ulang dan dicek kembali' END,
        CASE WHEN acted <= ${scene.now} THEN acted END, NOT passed AND ${draw('h', 7)} < 0.4,
        CASE WHEN NOT passed AND ${draw('h', 7)} < 0.3 THEN checked + interval '3 days' END, checked
      FROM (SELECT *, CASE WHEN NOT passed AND ${draw('h', 8)} >= 0.12 + 0.1 * bad
            THEN checked + interval '1 hour' * (0.3 + 40 * power(${draw('h', 9)}, 4)) END AS acted
        FROM (SELECT n, dn, b, q, bad, id AS batch, ended - ${minutes('12 * (3 - q)')} AS checked, h,
            (ARRAY['TEMPERATURE', 'TASTE', 'HYGIENE', 'APPEARANCE', 'SAFETY'])[1 + (q + dn + n) % 5] AS kind,
            ${draw('h', 10)} >= 0.012 + 0.13 * bad AS passed
          FROM (SELECT g.n, g.dn, g.b, q, g.bad, g.id, g.ended, g.status, g.batches, ${hash(scene, 12, 'g.n', 'g.dn', 'g.b * 8 + q')} AS h
            FROM g_batch g, generate_series(1, 2) q) w
          WHERE status <> 'CANCELLED' AND (q = 1 OR batches = 1 OR ${draw('h', 11)} < 0.5)) x
        WHERE checked <= ${scene.now}) y`,
    ),
    insert(
      'daily_food_samples',
      `id sppgId sampleDate menuName batchNumber collectionTime storageTemp storageDuration overallQuality acceptabilityScore
      testedInLab labTestId disposalDate createdAt updatedAt`,
      `SELECT ${key(scene, 'sample', 'n', 'dn')}, sppg, day, (SELECT name FROM g_menu WHERE m = menu),
        'B-' || regency || '-' || seq || '-' || to_char(d, 'YYMMDD') || '-1', CASE WHEN ${b(40)} < 0.04 THEN NULL ELSE ended END,
        CASE WHEN ${b(41)} < 0.07 THEN NULL ELSE round((3.5 + ${bell('h', 42)})::numeric, 1) END, 72,
        CASE WHEN ${b(45)} < 0.5 THEN NULL ELSE round((3 + 2 * ${b(46)})::numeric, 1) END, NULL,
        (dn + n) % 15 = 0, CASE WHEN (dn + n) % 15 = 0 THEN ${key(scene, 'lab', 'n', 'dn')} END,
        CASE WHEN ended + interval '72 hours' <= ${scene.now} THEN ended + interval '72 hours' END, ended,
        CASE WHEN ended + interval '72 hours' <= ${scene.now} THEN ended + interval '72 hours' ELSE ended END
      FROM g_batch WHERE b = 0 AND ${done} AND ${b(47)} >= 0.05`,
    ),
    insert(
      'laboratory_tests',
      'id sppgId testDate testType sampleId testStatus isCompliant retestRequired createdAt updatedAt',
      `SELECT ${key(scene, 'lab', 'n', 'dn')}, sppg, day, ${pick(b(48), ['FOOD_SAMPLE', 'WATER_QUALITY', 'MICROBIOLOGICAL'])}::"TestType",
        ${key(scene, 'sample', 'n', 'dn')}, CASE WHEN result <= ${scene.now} THEN 'COMPLETED' ELSE 'IN_PROGRESS' END::"TestStatus",
        CASE WHEN result <= ${scene.now} THEN ${b(49)} >= 0.03 + 0.08 * bad END, ${b(49)} < 0.03 + 0.08 * bad,
        ended, least(result, ${scene.now})
      FROM (SELECT *, ended + interval '4 days' AS result FROM g_batch) x
      WHERE b = 0 AND ${done} AND ${b(47)} >= 0.05 AND ((dn + n) % 15 = 0)`,
    ),
  ];
}
