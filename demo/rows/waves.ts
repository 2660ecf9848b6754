/**
 * The second view of a day's deliveries: waves, their stops, receipts by category, waste, feedback and the action trail.
 * Invariant: reads g_visit and g_run, so that it agrees with the runs.
 */
import { draw, hash, insert, key, pick, type Scene, type Step, touched } from './sql.ts';

const categories = [
  'EARLY_CHILDHOOD',
  'ELEMENTARY_GRADE_1_3',
  'ELEMENTARY_GRADE_4_6',
  'JUNIOR_HIGH',
  'SENIOR_HIGH',
  'PREGNANT_WOMAN',
];

export function waves(scene: Scene): Step[] {
  const u = (n: number) => draw('h', n);
  const created = `least(${scene.now} - interval '1 minute', midnight - interval '9 hours')`;
  return [
    insert(
      'distribution_schedules',
      `id sppgId distributionDate wave targetCategories estimatedBeneficiaries menuName portionSize totalPortions deliveryMethod
      packagingCost fuelCost status startedAt completedAt createdAt updatedAt`,
      `SELECT ${key(scene, 'wave', 'n', 'dn', 'w')}, sppg, day, CASE w WHEN 0 THEN 'MORNING' ELSE 'MIDDAY' END::"DistributionWave",
        CASE WHEN n % 11 = 5 THEN ARRAY[NULL, 'JUNIOR_HIGH'] WHEN w = 0 THEN ARRAY['EARLY_CHILDHOOD', 'KINDERGARTEN', 'ELEMENTARY_GRADE_1_3']
          ELSE ARRAY['ELEMENTARY_GRADE_4_6', 'JUNIOR_HIGH', 'SENIOR_HIGH'] END::"BeneficiaryCategory"[],
        people, m.name, CASE w WHEN 0 THEN 250 ELSE 350 END, people, CASE WHEN n % 3 = 0 THEN 'MOTOR' ELSE 'MOBIL_BOX' END,
        CASE WHEN n % 4 = 0 THEN NULL ELSE people * 120 END, CASE WHEN n % 5 = 0 THEN NULL ELSE people * 200 END,
        CASE WHEN over THEN 'COMPLETED' WHEN first_left <= ${scene.now} THEN 'IN_PROGRESS' ELSE 'PLANNED' END,
        CASE WHEN first_left <= ${scene.now} THEN first_left END, CASE WHEN over THEN last_done END, ${created},
        CASE WHEN over THEN last_done WHEN first_left <= ${scene.now} THEN first_left ELSE ${created} END
      FROM (SELECT n, dn, w, min(sppg) AS sppg, min(day) AS day, min(midnight) AS midnight, min(menu) AS menu, sum(planned)::int AS people,
          min(departed) AS first_left, max(completed) AS last_done, max(completed) <= ${scene.now} AS over
        FROM (SELECT *, CASE WHEN point < 3 THEN 0 ELSE 1 END AS w FROM g_run) x GROUP BY n, dn, w) y JOIN g_menu m ON m.m = y.menu`,
    ),
    insert(
      'distribution_deliveries',
      `id scheduleId targetType targetName estimatedArrival actualArrival portionsDelivered status deliveredAt createdAt updatedAt`,
      `SELECT ${key(scene, 'stop', 'n', 'dn', 'point')}, ${key(scene, 'wave', 'n', 'dn', 'CASE WHEN point < 3 THEN 0 ELSE 1 END')},
        'SCHOOL', names, planned_start + interval '50 minutes', CASE WHEN here THEN arrived END,
        CASE WHEN here THEN (planned * attendance)::int ELSE 0 END,
        CASE WHEN status = 'CANCELLED' THEN 'FAILED' WHEN here THEN 'DELIVERED' WHEN status = 'IN_TRANSIT' THEN 'EN_ROUTE' ELSE 'ASSIGNED' END,
        CASE WHEN here THEN arrived + interval '5 minutes' END, ${created},
        CASE WHEN here THEN least(${scene.now}, arrived + interval '5 minutes') ELSE ${created} END
      FROM (SELECT *, arrived <= ${scene.now} AND status <> 'CANCELLED' AS here FROM g_run) x WHERE point > 0`,
    ),
    insert(
      'beneficiary_receipts',
      'id sppgId deliveryId receiptNumber receiptDate beneficiaryCategory mealType menuName portionCount status receivedAt mealQuality createdAt updatedAt',
      `SELECT ${key(scene, 'receipt', 'n', 'dn', 'point')}, sppg, ${key(scene, 'stop', 'n', 'dn', 'point')},
        'R-' || regency || '-' || seq || '-' || to_char(d, 'YYMMDD') || '-' || point, arrived,
        ${pick(u(60), categories)}::"BeneficiaryCategory", 'MAKAN_SIANG', 'Paket ' || menu, (planned * attendance)::int,
        CASE WHEN ${u(61)} < 0.9 THEN 'RECEIVED' WHEN ${u(61)} < 0.985 THEN 'PENDING' WHEN ${u(61)} < 0.995 THEN 'DISPUTED' ELSE 'LOST' END::"ReceiptStatus",
        CASE WHEN ${u(61)} < 0.9 THEN arrived + interval '9 minutes' END, CASE WHEN ${u(62)} < 0.4 THEN NULL ELSE round((3 + 2 * ${u(63)})::numeric, 1) END,
        arrived, ${touched(scene, 'h', 'arrived')}
      FROM g_run WHERE point IN (1, 4) AND status <> 'CANCELLED' AND arrived + interval '10 minutes' <= ${scene.now}`,
    ),
    insert(
      'waste_management',
      'id sppgId wasteDate wasteType wasteWeight wasteSource ingredientValue disposalCost disposalMethod createdAt updatedAt',
      `SELECT ${key(scene, 'waste', 'n', 'dn', 'q')}, sppg, CASE WHEN ${u(1)} < 0.3 THEN day ELSE weighed END,
        CASE WHEN q = 1 THEN 'FOOD_WASTE' ELSE ${pick(u(2), ['ORGANIC_WASTE', 'ORGANIC_WASTE', 'PACKAGING_WASTE', 'COOKING_OIL'])} END::"WasteType",
        round((portions * CASE WHEN q = 1 THEN 0.016 ELSE 0.007 END * (0.7 + 0.8 * bad + 0.6 * ${u(3)}))::numeric, 1),
        CASE WHEN q = 1 THEN 'LEFTOVER' ELSE ${pick(u(4), ['PREPARATION', 'COOKING', 'PACKAGING'])} END::"WasteSource",
        CASE WHEN ${u(5)} < 0.4 THEN NULL ELSE round(portions * 80 * ${u(6)}) END, CASE WHEN ${u(7)} < 0.5 THEN NULL ELSE 25000 END,
        ${pick(u(8), ['COMPOST', 'ANIMAL_FEED', 'LANDFILL', 'BIOGAS'])}::"DisposalMethod", weighed, ${touched(scene, 'h', 'weighed')}
      FROM (SELECT v.*, q, midnight + interval '14 hours' AS weighed, ${hash(scene, 30, 'v.n', 'v.dn', 'q')} AS h
        FROM g_visit v, generate_series(1, 2) q) x
      WHERE weighed <= ${scene.now} AND CASE q WHEN 1 THEN ${u(9)} >= 0.04 + 0.08 * bad ELSE ${u(9)} < 0.25 END`,
    ),
    insert(
      'beneficiary_feedback',
      `id sppgId programId beneficiaryId beneficiaryType feedbackType rating menuId distributionId anonymous status priority category
      sentiment responseRequired respondedAt resolved resolvedAt createdAt updatedAt`,
      `SELECT ${key(scene, 'feedback', 'n', 'dn')}, sppg, CASE WHEN ${u(1)} < 0.05 THEN NULL ELSE program END,
        CASE WHEN ${u(2)} < 0.12 THEN NULL ELSE ${key(scene, 'school', 'n', '(n + dn) % 8')} END, 'CHILD', kind::"FeedbackType",
        CASE WHEN ${u(3)} < 0.12 THEN NULL WHEN complaint THEN 1 + floor(${u(4)} * 3)::int ELSE least(5, 3 + floor(${u(4)} * 2.9))::int END,
        CASE WHEN ${u(5)} < 0.3 THEN NULL ELSE ${key(scene, 'menu', 'n', '((dn + n) % 12)')} END,
        CASE WHEN ${u(6)} < 0.3 THEN NULL ELSE ${key(scene, 'run', 'n', 'dn', '((n + dn) % 5)')} END, ${u(7)} < 0.3,
        CASE WHEN solved <= ${scene.now} THEN 'RESOLVED' WHEN answered <= ${scene.now} THEN 'RESPONDED' WHEN ${u(8)} < 0.3 THEN 'IN_REVIEW'
          ELSE 'PENDING' END::"FeedbackStatus",
        CASE WHEN complaint AND ${u(9)} < 0.02 THEN 'CRITICAL' WHEN complaint AND ${u(9)} < 0.2 THEN 'HIGH' WHEN complaint THEN 'MEDIUM'
          ELSE 'LOW' END::"FeedbackPriority", ${pick(u(10), ['rasa', 'porsi', 'waktu', 'kemasan'])},
        CASE WHEN complaint THEN 'NEGATIVE' WHEN ${u(11)} < 0.2 THEN NULL ELSE 'POSITIVE' END, complaint,
        CASE WHEN answered <= ${scene.now} THEN answered END, coalesce(solved <= ${scene.now}, false),
        CASE WHEN solved <= ${scene.now} THEN solved END, told, greatest(told, CASE WHEN solved <= ${scene.now} THEN solved
          WHEN answered <= ${scene.now} THEN answered END)
      FROM (SELECT *, answered + interval '1 hour' * (2 + 60 * ${u(12)}) AS solved
        FROM (SELECT *, CASE WHEN complaint AND ${u(13)} >= 0.05 + 0.2 * bad
              THEN told + interval '1 hour' * (1 + 20 * ${u(14)} + CASE WHEN ${u(15)} < 0.1 + 0.2 * bad THEN 30 ELSE 0 END) END AS answered
          FROM (SELECT *, kind NOT IN ('SUGGESTION', 'COMPLIMENT', 'INQUIRY') AS complaint
            FROM (SELECT v.n, v.dn, v.sppg, v.program, v.bad, h, midnight + interval '1 hour' * (10.5 + 8 * ${u(16)}) AS told,
                CASE WHEN ${u(17)} < 0.14 + 0.3 * bad
                  THEN ${pick(u(18), ['COMPLAINT', 'QUALITY_ISSUE', 'SERVICE_ISSUE', 'PORTION_ISSUE', 'NUTRITION_CONCERN'])}
                  ELSE ${pick(u(18), ['COMPLIMENT', 'COMPLIMENT', 'SUGGESTION', 'INQUIRY'])} END AS kind
              FROM (SELECT *, ${hash(scene, 31, 'n', 'dn')} AS h FROM g_visit) v) w) x) y) z
      WHERE told <= ${scene.now} AND ${u(19)} < 0.55`,
    ),
    insert(
      'audit_logs',
      'id entityType entityId action description oldValues newValues userId sppgId ipAddress metadata createdAt',
      `SELECT ${key(scene, 'audit', 'n', 'dn')}, 'FoodProduction', ${key(scene, 'batch', 'n', 'dn', '0')},
        ${pick(draw('vh', 40), ['UPDATE', 'UPDATE', 'CREATE', 'EXPORT', 'LOGIN'])}::"AuditAction",
        CASE WHEN ${draw('vh', 41)} < 0.5 THEN NULL ELSE E'Porsi dibetulkan:\\t"' || portions || E'"\\nC:\\\\data' END,
        jsonb_build_object('actualPortions', NULL), jsonb_build_object('actualPortions', portions, 'oleh', 'kepala'),
        ${key(scene, 'user', 'n', '1')}, sppg, '10.' || n % 250 || '.' || dn % 250 || '.7',
        CASE WHEN ${draw('vh', 42)} < 0.3 THEN '{}'::jsonb END, midnight + interval '12 hours'
      FROM g_visit WHERE midnight + interval '12 hours' <= ${scene.now} AND ${draw('vh', 43)} < 0.8`,
    ),
  ];
}
