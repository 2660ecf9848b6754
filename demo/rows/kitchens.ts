/**
 * Lasting rows of the kitchens in a chunk: the kitchen, its people, programmes, schools, menus, stock and certificates.
 * Invariant: reads the working table g_chunk (kitchens of the chunk) and leaves g_school for the daily rows.
 */
import { draw, hash, insert, key, pick, type Scene, type Step, touched } from './sql.ts';

export function kitchens(scene: Scene): Step[] {
  const u = (n: number) => draw('uh', n);
  const made = `(least(opens, ${scene.today})::timestamp - interval '20 days' - z + interval '9 hours')`;
  const blob = (what: string) => `(SELECT jsonb_agg(jsonb_build_object('pos', i, 'uraian', md5(n || '.' || i),
    'catatan', md5(i || '-' || n), '${what}', 1000 * i)) FROM generate_series(1, 140) i)`;
  return [
    insert(
      'sppg',
      `id code name provinceId regencyId districtId villageId coordinates organizationType targetRecipients maxRadius
      maxTravelTime operationStartDate operationEndDate status isDemoAccount demoParentId monthlyBudget yearlyBudget
      budgetStartDate budgetEndDate budgetAllocation budgetAutoReset budgetAlertThreshold createdAt updatedAt`,
      `SELECT id, 'SPPG-' || regency || '-' || lpad(seq::text, 3, '0'),
        'SPPG ' || place || ' ' || lpad(seq::text, 2, '0') || CASE WHEN demo THEN ' (demo)' ELSE '' END,
        province, regency, regency || '0' || 1 + n % 2 || '0', regency || '0' || 1 + n % 2 || '0001',
        CASE WHEN ${u(20)} < 0.1 THEN NULL ELSE round((-8 + 12 * ${u(21)})::numeric, 5) || ',' ||
          round((96 + 44 * ${u(22)})::numeric, 5) END,
        ${pick(u(23), ['YAYASAN', 'YAYASAN', 'YAYASAN', 'PEMERINTAH', 'SWASTA', 'KOMUNITAS'])}::"OrganizationType",
        (portions * (1.0 + 0.06 * ${u(24)}))::int, 6, 30, opens::timestamp + mid,
        CASE WHEN status = 'TERMINATED' THEN closes::timestamp + mid END, status::"SppgStatus", demo,
        CASE WHEN demo THEN ${key(scene, 'sppg', `1`)} END,
        CASE WHEN ${u(25)} < 0.05 THEN NULL ELSE round(portions * cost * 25 / 1000000) * 1000000 END,
        round(portions * cost * 300 / 1000000) * 1000000, TIMESTAMP '2026-01-01', TIMESTAMP '2026-12-31',
        CASE WHEN n % 40 = 1 THEN jsonb_build_object('bahanBaku', 0.7, 'operasional', 0.2, 'rincian', ${blob('rupiah')})
          WHEN ${u(26)} < 0.2 THEN NULL ELSE jsonb_build_object('bahanBaku', 70, 'operasional', 20, 'sewa', 10) END,
        ${u(27)} < 0.9, CASE WHEN ${u(28)} < 0.3 THEN 90 ELSE 80 END, ${made}, ${touched(scene, 'uh', made)}
      FROM g_chunk`,
    ),
    insert(
      'users',
      'id email name userType userRole sppgId isActive lastLogin timezone createdAt updatedAt',
      `SELECT ${key(scene, 'user', 'n', 'r')}, CASE r WHEN 1 THEN 'kepala.' ELSE 'akuntan.' END || regency || '.' || seq ||
          '@demo.lumbung.id', ${pick(draw('uh', 30), ['Siti Aminah', 'Joko Susilo', 'Maria Ulfa', 'I Made Arta', 'Yosef Kogoya'])},
        'SPPG_USER', CASE r WHEN 1 THEN 'SPPG_KEPALA' ELSE 'SPPG_AKUNTAN' END::"UserRole", id, status <> 'TERMINATED',
        CASE WHEN ${u(31)} < 0.2 THEN NULL ELSE ${scene.now} - interval '1 hour' * (60 * ${u(32)})::int END,
        CASE zone WHEN 'WIB' THEN 'Asia/Jakarta' WHEN 'WITA' THEN 'Asia/Makassar' ELSE 'Asia/Jayapura' END, ${made}, ${made}
      FROM g_chunk, generate_series(1, 2) r`,
    ),
    insert(
      'nutrition_programs',
      `id sppgId name programCode programType targetGroup calorieTarget proteinTarget carbTarget fatTarget fiberTarget
      startDate endDate feedingDays mealsPerDay totalBudget budgetPerMeal targetRecipients currentRecipients status
      createdAt updatedAt`,
      `SELECT program, id, 'Makan bergizi anak sekolah', 'MBG-' || regency || '-' || seq, 'SUPPLEMENTARY_FEEDING'::"ProgramType",
        'SCHOOL_CHILDREN'::"TargetGroup", 650, 20, 90, 20, 6, opens::timestamp + mid, NULL::timestamp, ARRAY[1, 2, 3, 4, 5, 6], 1,
        portions * cost * 300, round(cost), portions, portions,
        CASE WHEN status IN ('ACTIVE', 'PENDING_APPROVAL') THEN 'ACTIVE' WHEN status = 'SUSPENDED' THEN 'PAUSED'
          ELSE 'COMPLETED' END, ${made}, ${touched(scene, 'uh', made)} FROM g_chunk
      UNION ALL
      SELECT program2, id, 'Ibu hamil, menyusui & balita', '3B-' || regency || '-' || seq, 'STUNTING_INTERVENTION',
        CASE WHEN n % 2 = 0 THEN 'PREGNANT_WOMAN' ELSE 'TODDLER' END::"TargetGroup", 450, 16, 60, 14, NULL,
        opens::timestamp + mid, DATE '2026-12-31'::timestamp + mid, CASE WHEN n % 7 = 3 THEN NULL
          WHEN n % 7 = 4 THEN ARRAY[1, NULL, 5] ELSE ARRAY[1, 3, 5] END, 1, NULL, 8000, 80, 70,
        CASE WHEN status <> 'ACTIVE' OR n % 23 = 5 THEN 'PAUSED' ELSE 'ACTIVE' END, ${made}, ${made} FROM g_chunk`,
    ),
    { sql: 'DROP TABLE IF EXISTS g_school' },
    {
      sql: `CREATE TEMP TABLE g_school AS
        SELECT n, k, point, type, ${hash(scene, 2, 'n', '0', 'k')} AS h, CASE k WHEN 8 THEN program2 ELSE program END AS program,
          ${key(scene, 'school', 'n', 'k')} AS id, made_at, regency || '0' || 1 + (n + k) % 2 || '0001' AS village,
          greatest(8, round(portions * share * (0.85 + 0.3 * ${draw(hash(scene, 2, 'n', '0', 'k'), 1)})))::int AS target,
          CASE WHEN n % 25 = 1 AND k = 2 THEN 'SDN "Merah\\Putih" 01'
            WHEN n % 25 = 1 AND k = 1 THEN E'TK Kasih Ibu\\t“Ceria” – 🌻'
            WHEN n % 25 = 1 AND k = 7 THEN E'SMK Bina Karya\\nKampus ''Timur'''
            ELSE name || ' ' || lpad(seq::text, 2, '0') || ' ' || place END AS name
        FROM (SELECT c.*, p.k, p.point, p.type, p.share, p.name, ${made} AS made_at FROM g_chunk c, g_point p) x`,
    },
    insert(
      'school_beneficiaries',
      `id programId schoolName schoolCode schoolType schoolStatus villageId totalStudents targetStudents activeStudents
      students4to6Years students7to12Years students13to15Years students16to18Years feedingDays mealsPerDay enrollmentDate
      isActive suspendedAt beneficiaryType createdAt updatedAt`,
      `SELECT id, program, name, CASE WHEN ${draw('h', 3)} < 0.1 THEN NULL ELSE 'NPSN' || 20000000 + (n * 9 + k) END, type,
        CASE WHEN k IN (1, 4, 7) THEN 'SWASTA' ELSE 'NEGERI' END, village, (target * 1.04)::int, target,
        (target * (0.96 + 0.04 * ${draw('h', 4)}))::int,
        CASE WHEN k IN (0, 1) THEN target ELSE 0 END, CASE WHEN type = 'SD' THEN target ELSE 0 END,
        CASE WHEN type = 'SMP' THEN target ELSE 0 END, CASE WHEN type IN ('SMA', 'SMK') THEN target ELSE 0 END,
        CASE WHEN k = 8 THEN ARRAY[1, 3, 5] WHEN ${draw('h', 5)} < 0.1 THEN NULL WHEN ${draw('h', 5)} < 0.4 THEN ARRAY[1, 2, 3, 4, 5]
          ELSE ARRAY[1, 2, 3, 4, 5, 6] END, 1, made_at, ${draw('h', 6)} >= 0.02,
        CASE WHEN ${draw('h', 6)} < 0.02 THEN made_at + interval '12 days' END,
        CASE WHEN k = 8 THEN 'PREGNANT_MOTHER' ELSE 'CHILD' END::"BeneficiaryType", made_at, ${touched(scene, 'h', 'made_at')}
      FROM g_school`,
    ),
    insert(
      'nutrition_menus',
      'id programId menuName menuCode mealType servingSize costPerServing isActive createdAt updatedAt',
      `SELECT ${key(scene, 'menu', 'n', 'm')}, CASE WHEN m < 12 THEN program ELSE program2 END, name,
        'M' || lpad(m::text, 2, '0'), CASE WHEN m = 12 THEN 'SNACK_PAGI' ELSE 'MAKAN_SIANG' END::"MealType",
        CASE WHEN m < 12 THEN 350 ELSE 220 END, round(cost * (0.93 + 0.01 * m)), (n + m) % 37 <> 0, ${made}, ${made}
      FROM g_chunk, g_menu`,
    ),
    insert(
      'menu_nutrition_calculations',
      `id menuId requirementId totalCalories totalProtein totalCarbs totalFat totalFiber caloriesDV proteinDV meetsCalorieAKG
      meetsProteinAKG meetsAKG calculatedAt createdAt updatedAt`,
      `SELECT ${key(scene, 'calculation', 'n', 'm')}, ${key(scene, 'menu', 'n', 'm')},
        CASE WHEN m % 5 = 4 THEN NULL ELSE ${key(scene, 'akg', '(1 + m % 9)')} END, kcal, protein, carbs, fat, 5 + m * 0.25,
        round((kcal / 20)::numeric, 1), round((protein * 100 / 50.0)::numeric, 1), kcal >= 640, protein >= 20,
        kcal >= 640 AND protein >= 20, ${made}, ${made}, ${touched(scene, hash(scene, 3, 'n', '0', 'm'), made)}
      FROM (SELECT c.*, m.m, m.protein, m.carbs, m.fat,
          m.calories * (1 + 0.06 * (${draw(hash(scene, 3, 'n', '0', 'm'), 1)} - 0.5)) AS kcal FROM g_chunk c, g_menu m) x
      WHERE (n + m) % 13 <> 4`,
    ),
    insert(
      'inventory_items',
      `id sppgId itemName itemCode category unit currentStock minStock maxStock lastPrice averagePrice hasExpiry shelfLife
      isActive createdAt updatedAt`,
      `SELECT ${key(scene, 'item', 'n', 'i')}, id, name, CASE WHEN ${draw('ih', 1)} < 0.06 THEN NULL ELSE 'BRG-' || lpad(i::text, 2, '0') END,
        category::"InventoryCategory", unit, round((portions * "perPortion" * (0.7 + 6 * ${draw('ih', 2)}))::numeric, 1),
        round((portions * "perPortion")::numeric, 1), round((portions * "perPortion" * 8)::numeric, 1),
        price, CASE WHEN ${draw('ih', 3)} < 0.08 THEN NULL ELSE round(price * 0.985) END, category <> 'LAINNYA',
        CASE WHEN category IN ('SAYURAN', 'BUAH') THEN 3 WHEN category = 'LAINNYA' THEN NULL ELSE 30 END,
        ${draw('ih', 4)} >= 0.03, ${made}, ${touched(scene, 'ih', made)}
      FROM (SELECT c.*, i.i, i.name, i.category, i.unit, i."perPortion", i.price, ${hash(scene, 4, 'c.n', '0', 'i.i')} AS ih
        FROM g_chunk c, g_item i) x`,
    ),
    insert(
      'sppg_team_members',
      'id sppgId role isVolunteer recruitmentSource dailyWage isActive joinDate leaveDate createdAt updatedAt',
      `SELECT ${key(scene, 'crew', 'n', 'c', 'q')}, id, role::"SppgRole", volunteer,
        CASE WHEN ${draw('ch', 1)} < 0.15 THEN NULL ELSE ${pick(draw('ch', 2), ['WARGA_SEKITAR', 'PKK', 'KARANG_TARUNA', 'MITRA'])} END,
        wage, ${draw('ch', 3)} >= 0.05 AND status <> 'TERMINATED', opens::timestamp + mid,
        CASE WHEN ${draw('ch', 3)} < 0.05 THEN least(${scene.now}, opens::timestamp + interval '50 days') END, ${made}, ${made}
      FROM (SELECT u.*, c.c, c.role, c.wage, c.volunteer, q, ${hash(scene, 5, 'u.n', 'c.c', 'q')} AS ch
        FROM g_chunk u, g_crew c, generate_series(1, c.heads) q) x`,
    ),
    insert(
      'food_safety_certifications',
      `id sppgId certificationName certifyingBody certificateNumber issuedDate expiryDate status assessmentScore createdAt
      updatedAt`,
      `SELECT ${key(scene, 'certificate', 'n', 'kind')}, id, CASE kind WHEN 1 THEN ${pick(u(40), [
        'SLHS',
        'Sertifikat Laik Higiene Sanitasi',
        'Sertifikat Laik Hijien Sanitasi (SLHS)',
      ])} WHEN 2 THEN 'Sertifikat Halal' ELSE 'HACCP' END,
        CASE kind WHEN 1 THEN 'Dinas Kesehatan' WHEN 2 THEN 'BPJPH' ELSE 'PT Sucofindo' END,
        CASE kind WHEN 1 THEN 'SLHS' WHEN 2 THEN 'HALAL' ELSE 'HACCP' END || '/' || regency || '/' || seq,
        issued, issued + interval '1 year' * CASE WHEN kind = 1 AND ${u(41)} < 0.1 THEN 0.25 ELSE 3 END,
        CASE WHEN status = 'SUSPENDED' THEN 'SUSPENDED' WHEN kind = 1 AND ${u(41)} < 0.05 THEN 'EXPIRED'
          WHEN ${u(42)} < 0.03 THEN 'RENEWAL_PENDING' ELSE 'ACTIVE' END::"CertificationStatus",
        CASE WHEN ${u(43)} < 0.2 THEN NULL ELSE round((70 + 30 * ${u(44)})::numeric, 1) END, issued, issued
      FROM (SELECT c.*, kind, least(${scene.today} - 2, c.opens + 20)::timestamp AS issued FROM g_chunk c, generate_series(1, 3) kind) x
      WHERE n = 1 OR kind = 1 AND ${u(45)} < 0.86 OR kind = 2 AND ${u(46)} < 0.5 OR kind = 3 AND ${u(47)} < 0.1`,
    ),
  ];
}
