/**
 * Rows that belong to no kitchen: provinces down to villages, the intake table and the platform's own accounts.
 * Invariant: the id of a place is its official code.
 */
import { insert, key, type Scene, type Step } from './sql.ts';

const long = `TIMESTAMP '2025-01-06 02:00:00'`;

export function geography(scene: Scene): Step[] {
  return [
    insert(
      'provinces_indonesia',
      'id provinceCode provinceName region timezone isActive createdAt updatedAt',
      `SELECT code, code, name, region::"IndonesiaRegion", zone::"Timezone", true, ${long}, ${long} FROM g_province`,
    ),
    insert(
      'regencies_indonesia',
      'id provinceId regencyCode regencyName regencyType population isActive createdAt updatedAt',
      `SELECT code, "provinceCode", code, CASE WHEN city THEN 'Kota ' ELSE 'Kabupaten ' END || name,
        CASE WHEN city THEN 'CITY' ELSE 'REGENCY' END::"RegencyType",
        CASE WHEN code::int % 13 = 5 THEN NULL ELSE 90000 + code::int * 7919 % 2400000 END, true, ${long}, ${long}
      FROM g_regency`,
    ),
    insert(
      'districts_indonesia',
      'id regencyId districtCode districtName isActive createdAt updatedAt',
      `SELECT code || lpad(q::text, 2, '0') || '0', code, code || lpad(q::text, 2, '0') || '0',
        name || CASE q WHEN 1 THEN ' Utara' ELSE ' Selatan' END, true, ${long}, ${long}
      FROM g_regency, generate_series(1, 2) q`,
    ),
    insert(
      'villages_indonesia',
      'id districtId villageCode villageName villageType isActive createdAt updatedAt',
      `SELECT code || lpad(q::text, 2, '0') || '0001', code || lpad(q::text, 2, '0') || '0',
        code || lpad(q::text, 2, '0') || '0001', (ARRAY['Sukamaju', 'Mekarsari', 'Karanganyar', 'Sumber Rejeki'])
          [1 + (code::int + q) % 4], CASE WHEN city THEN 'URBAN_VILLAGE' ELSE 'RURAL_VILLAGE' END::"VillageType",
        true, ${long}, ${long}
      FROM g_regency, generate_series(1, 2) q`,
    ),
    insert(
      'nutrition_requirements',
      `id ageGroupMin ageGroupMax gender specialCondition caloriesPerDay proteinPerDay fatPerDay carbsPerDay fiberPerDay
      createdAt updatedAt`,
      `SELECT ${key(scene, 'akg', 'i')}, low, high, gender, condition, calories, protein, fat, carbs, fiber, ${long}, ${long}
      FROM (VALUES (1, 12, 47, 'ALL', NULL, 1350, 20, 45, 215, 19), (2, 48, 83, 'ALL', NULL, 1400, 25, 50, 220, 20),
        (3, 84, 119, 'ALL', NULL, 1650, 40, 55, 250, 23), (4, 120, 155, 'MALE', NULL, 2000, 50, 65, 300, 28),
        (5, 120, 155, 'FEMALE', NULL, 1900, 55, 65, 280, 27), (6, 156, 191, 'MALE', NULL, 2400, 70, 80, 350, 34),
        (7, 156, 191, 'FEMALE', NULL, 2050, 65, 70, 300, 29), (8, 192, 227, 'MALE', NULL, 2650, 75, 85, 400, 37),
        (9, 192, 227, 'FEMALE', NULL, 2100, 65, 70, 300, 29), (10, 228, 359, 'FEMALE', 'PREGNANT', 2550, 90, 67, 400, 36),
        (11, 228, 359, 'FEMALE', 'BREASTFEEDING', 2650, 80, 67, 405, 38))
        AS x (i, low, high, gender, condition, calories, protein, fat, carbs, fiber)`,
    ),
  ];
}

/** Platform accounts and, in kitchen 1, one account for every role a kitchen has; needs the kitchens. */
export function accounts(scene: Scene): Step[] {
  return [
    insert(
      'users',
      'id email name userType userRole sppgId isActive lastLogin timezone createdAt updatedAt',
      `SELECT ${key(scene, 'user', 'account')}, account || '@demo.lumbung.id', full_name,
        CASE WHEN role = 'PLATFORM_SUPERADMIN' THEN 'SUPERADMIN' WHEN role = 'SPPG_ADMIN' THEN 'SPPG_ADMIN'
          WHEN role = 'DEMO_USER' THEN 'DEMO_REQUEST' ELSE 'SPPG_USER' END::"UserType",
        role::"UserRole", CASE WHEN role LIKE 'PLATFORM%' THEN NULL ELSE (SELECT id FROM g_unit WHERE n = 1) END,
        true, ${scene.now} - interval '3 hours', 'Asia/Jakarta', ${long}, ${scene.now} - interval '3 hours'
      FROM (VALUES ('superadmin', 'Sri Wahyuni', 'PLATFORM_SUPERADMIN'), ('dukungan', 'Agus Salim', 'PLATFORM_SUPPORT'),
        ('analis', 'Dewi Lestari', 'PLATFORM_ANALYST'), ('kepala', 'Budi Santoso', 'SPPG_KEPALA'),
        ('admin', 'Rina Marlina', 'SPPG_ADMIN'), ('gizi', 'Putri Ayu, S.Gz', 'SPPG_AHLI_GIZI'),
        ('akuntan', 'Hendra Gunawan', 'SPPG_AKUNTAN'), ('produksi', 'Yanto', 'SPPG_PRODUKSI_MANAGER'),
        ('distribusi', 'Asep Sunandar', 'SPPG_DISTRIBUSI_MANAGER'), ('hrd', 'Lina Marpaung', 'SPPG_HRD_MANAGER'),
        ('dapur', 'Ibu Neneng', 'SPPG_STAFF_DAPUR'), ('sopir', 'Ujang O''Hara', 'SPPG_STAFF_DISTRIBUSI'),
        ('tatausaha', 'Fitri', 'SPPG_STAFF_ADMIN'), ('qc', 'Nur Aini', 'SPPG_STAFF_QC'),
        ('viewer', 'Tamu Pengamat', 'SPPG_VIEWER'), ('coba', 'Akun Coba', 'DEMO_USER')) AS x (account, full_name, role)`,
    ),
  ];
}
