/** A small, hand-made programme: three provinces in three zones, kitchens, programmes, menus and schools. */
import type pg from 'pg';

/** Inserts one row; `updatedAt` is filled in where the table wants it. */
export async function insert(source: pg.ClientBase, table: string, row: Record<string, unknown>): Promise<void> {
  const names = Object.keys(row);
  const values = names.map((_, index) => `$${index + 1}`);
  await source.query(
    `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${values.join(', ')})`,
    Object.values(row),
  );
}

export const NOW = '2026-03-01T00:00:00Z';

export async function seedProgramme(source: pg.ClientBase): Promise<void> {
  await source.query("SET timezone = 'UTC'");
  const provinces = [
    ['32', 'Jawa Barat', 'JAWA', 'WIB'],
    ['51', 'Bali', 'BALI_NUSRA', 'WITA'],
    ['94', 'Papua', 'PAPUA', 'WIT'],
  ] as const;
  for (const [id, name, region, zone] of provinces) {
    await insert(source, 'provinces_indonesia', {
      id,
      provinceCode: id,
      provinceName: name,
      region,
      timezone: zone,
      updatedAt: NOW,
    });
    await insert(source, 'regencies_indonesia', {
      id: `${id}01`,
      provinceId: id,
      regencyCode: `${id}01`,
      regencyName: `Kota ${name}`,
      regencyType: 'CITY',
      updatedAt: NOW,
    });
    for (const n of [1, 2]) await seedKitchen(source, `k${id}${n}`, id, n === 2 && id === '94');
  }
  // What the source does not keep and the warehouse does: since when a kitchen had which budget and alert.
  await source.query(`
    CREATE SCHEMA test_log;
    CREATE TABLE test_log.begun (yes boolean);
    CREATE TABLE test_log.budgets (id text, budget float8, alert float8, since timestamp, n int GENERATED ALWAYS AS IDENTITY);
    INSERT INTO test_log.budgets SELECT id, "monthlyBudget", "budgetAlertThreshold", clock_timestamp() AT TIME ZONE 'UTC' FROM sppg;
    CREATE FUNCTION test_log.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO test_log.budgets VALUES (NEW.id, NEW."monthlyBudget", NEW."budgetAlertThreshold", clock_timestamp() AT TIME ZONE 'UTC');
      RETURN NEW;
    END $$;
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON sppg FOR EACH ROW EXECUTE FUNCTION test_log.note()`);
}

async function seedKitchen(source: pg.ClientBase, id: string, province: string, demo: boolean): Promise<void> {
  await insert(source, 'sppg', {
    id,
    code: `C-${id}`,
    name: `SPPG ${id}`,
    provinceId: province,
    regencyId: `${province}01`,
    districtId: 'd',
    villageId: 'v',
    organizationType: 'YAYASAN',
    targetRecipients: 3000,
    maxRadius: 6,
    maxTravelTime: 30,
    operationStartDate: '2025-01-06T00:00:00Z',
    isDemoAccount: demo,
    updatedAt: NOW,
  });
  await insert(source, 'nutrition_programs', {
    id: `p-${id}`,
    sppgId: id,
    name: 'MBG',
    programCode: `P-${id}`,
    programType: 'SUPPLEMENTARY_FEEDING',
    targetGroup: 'SCHOOL_CHILDREN',
    startDate: '2025-01-06T00:00:00Z',
    feedingDays: [1, 2, 3, 4, 5, 6],
    targetRecipients: 3000,
    updatedAt: NOW,
  });
  await insert(source, 'sppg_virtual_accounts', { id: `va-${id}`, sppgId: id, bankCode: 'BRI', updatedAt: NOW });
  for (const n of [1, 2]) {
    await insert(source, 'nutrition_menus', {
      id: `m${n}-${id}`,
      programId: `p-${id}`,
      menuName: `Menu ${n}`,
      menuCode: `M${n}`,
      mealType: 'MAKAN_SIANG',
      servingSize: 1,
      costPerServing: 9000,
      updatedAt: NOW,
    });
    await insert(source, 'school_beneficiaries', {
      id: `s${n}-${id}`,
      programId: `p-${id}`,
      schoolName: `SDN ${n} "Merah\\Putih"\t${id}`,
      schoolType: n === 1 ? 'SD' : 'SMP',
      schoolStatus: 'NEGERI',
      villageId: 'v',
      totalStudents: 300,
      targetStudents: 300,
      activeStudents: 290,
      updatedAt: NOW,
    });
  }
  await insert(source, 'menu_nutrition_calculations', {
    id: `calc-${id}`,
    menuId: `m1-${id}`,
    meetsAKG: true,
    updatedAt: NOW,
  });
}

/** A completed batch on a day, with overrides. */
export function batch(
  kitchen: string,
  id: string,
  at: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    id,
    sppgId: kitchen,
    programId: `p-${kitchen}`,
    menuId: `m1-${kitchen}`,
    productionDate: at,
    batchNumber: `B-${id}`,
    plannedPortions: 1000,
    actualPortions: 990,
    plannedStartTime: at,
    plannedEndTime: at,
    actualEndTime: at,
    estimatedCost: 9_000_000,
    actualCost: 9_100_000,
    status: 'COMPLETED',
    updatedAt: NOW,
    ...more,
  };
}

/** Nine checks of a batch at that time all failed, where on the same weekdays of four weeks before all passed: outside of what was to be expected. */
export async function seedWarning(source: pg.ClientBase, batchId: string, at: string): Promise<void> {
  await source.query(
    `INSERT INTO quality_controls (id, "productionId", "checkType", "checkTime", "checkedBy", parameter, "actualValue", passed)
     SELECT 'odd-' || $1 || '-' || week || '-' || n, $1, 'TASTE', $2::timestamp - week * interval '7 days', 'x', 'rasa', 'ok', week > 0
     FROM generate_series(0, 4) week, generate_series(1, 9) n`,
    [batchId, at],
  );
}
