/**
 * What kitchens owe the ministry: the funds account and its ledger, fortnight requests, month figures and filed reports.
 * Invariant: fortnights are those of the built-in calendar (warehouse/reference/fortnights.ts), written "A to B"; the ledger's
 * balances follow from its amounts in order.
 */
import { fortnights as calendar } from '../../warehouse/reference/fortnights.ts';
import { draw, hash, insert, key, type Scene, type Step, touched } from './sql.ts';

export function ministry(scene: Scene): Step[] {
  const u = (n: number) => draw('h', n);
  const request = key(scene, 'request', 'n', 'f');
  const period = `to_char(a, 'YYYY-MM-DD') || ' to ' || to_char(a + 13, 'YYYY-MM-DD')`;
  const first = `DATE '${calendar[0]?.starts}'`;
  const fortnights = `(SELECT f, ${first} + 14 * f AS a FROM generate_series(
    (${scene.today} - ${scene.days - 1} - ${first}) / 14, (${scene.today} - ${first}) / 14) f) p`;
  const months = `generate_series(date_trunc('month', ${scene.today} - ${scene.days - 1})::timestamp, date_trunc('month', ${scene.today})::timestamp, interval '1 month') m`;
  const working = `status <> 'PENDING_APPROVAL' AND`;
  return [
    insert(
      'sppg_virtual_accounts',
      'id sppgId bankCode isActive activatedAt currentBalance lastUpdatedBalance createdAt updatedAt',
      `SELECT account, id, (ARRAY['BRI', 'BNI', 'MANDIRI'])[1 + n % 3], status = 'ACTIVE', CASE WHEN n % 17 = 4 THEN NULL ELSE opens::timestamp END,
        round(portions * cost * (2 + 6 * ${draw('uh', 70)})), ${scene.now} - interval '5 hours', least(opens, ${scene.today})::timestamp - interval '9 days',
        ${scene.now} - interval '5 hours' FROM g_chunk`,
    ),
    insert(
      'banper_requests',
      `id sppgId virtualAccountId requestNumber requestDate operationalPeriod totalBeneficiaries beneficiaryBreakdown dailyBudgetPerBeneficiary
      operationalDays foodCostTotal operationalCost transportCost utilityCost staffCost otherCosts totalAmount status submittedAt approvedAt
      disbursedAt createdAt updatedAt`,
      `SELECT ${request}, id, account, 'BP/' || regency || '/' || seq || '/' || f, asked, ${period}, portions,
        jsonb_build_object('SD', (portions * 0.6)::int, 'SMP', (portions * 0.16)::int, 'lain', NULL, 'catatan', 'kelompok "3B"'), 15000, 12, food,
        round(portions * 3000 * 12), CASE WHEN ${u(2)} < 0.2 THEN NULL ELSE round(portions * 700 * 12) END, round(portions * 300 * 12),
        round(47 * 115000 * 12), NULL, food + round(portions * 3000 * 12) + 6000000 * 12,
        CASE WHEN ${u(3)} < 0.02 THEN 'REJECTED' WHEN paid <= ${scene.now} THEN 'DISBURSED' WHEN agreed <= ${scene.now} THEN 'APPROVED' ELSE 'SUBMITTED' END::"BanperRequestStatus",
        asked, CASE WHEN ${u(3)} >= 0.02 AND agreed <= ${scene.now} THEN agreed END, CASE WHEN ${u(3)} >= 0.02 AND paid <= ${scene.now} THEN paid END,
        asked, least(${scene.now}, greatest(asked, CASE WHEN paid <= ${scene.now} THEN paid END))
      FROM (SELECT *, round(portions * cost * 12) AS food, a::timestamp - interval '6 days 15 hours' AS asked, a::timestamp - interval '4 days' AS agreed,
          a::timestamp - interval '1 day' + interval '1 hour' * (24 * 6 * bad * ${u(4)})::int AS paid
        FROM (SELECT c.*, f, a, ${hash(scene, 50, 'c.n', 'f')} AS h FROM g_chunk c, ${fortnights} WHERE ${working} a BETWEEN opens - 13 AND closes) x
          ) y WHERE asked <= ${scene.now}`,
    ),
    insert(
      'banper_transactions',
      `id sppgId virtualAccountId banperRequestId transactionNumber transactionDate transactionType amount balanceBefore balanceAfter purpose
      category approvedAt createdAt updatedAt`,
      `SELECT ${key(scene, 'transaction', 'n', 'f', 'q')}, id, account, request, 'TRX/' || regency || '/' || seq || '/' || f || '/' || q, at,
        CASE WHEN q = 0 THEN 'INBOUND' ELSE 'OUTBOUND' END, abs(amount), balance - amount, balance, purpose, category, at + interval '2 hours', at, at
      FROM (SELECT *, 50000000 + sum(amount) OVER (PARTITION BY n ORDER BY at, q) AS balance
        FROM (SELECT c.*, p.f, q, r.id AS request, CASE WHEN q = 0 THEN r."disbursedAt"
              ELSE p.a::timestamp + interval '1 day' * (q * 1.9) + interval '4 hours' END AS at,
            CASE q WHEN 0 THEN r."totalAmount" WHEN 5 THEN -6000000 * 12 WHEN 2 THEN -round(portions * 1400 * 12) WHEN 4 THEN -round(portions * 1400 * 12)
              ELSE -round(r."foodCostTotal" * (0.3 + 0.03 * ${draw(hash(scene, 51, 'c.n', 'p.f', 'q'), 1)})) END AS amount,
            (ARRAY['Dana banper', 'Bahan baku', 'Operasional', 'Bahan baku', 'Upah relawan', 'Sewa', 'Bahan baku'])[1 + q] AS purpose,
            (ARRAY['OTHER', 'FOOD_PROCUREMENT', 'OPERATIONAL', 'FOOD_PROCUREMENT', 'STAFF', 'OTHER', 'FOOD_PROCUREMENT'])[1 + q] AS category
          FROM g_chunk c CROSS JOIN ${fortnights} CROSS JOIN generate_series(0, 6) q
          JOIN banper_requests r ON r.id = ${key(scene, 'request', 'c.n', 'p.f')} AND r.status = 'DISBURSED') x
        WHERE at <= ${scene.now}) y`,
    ),
    insert(
      'budget_tracking',
      `id sppgId month year allocatedBudget spentBudget remainingBudget proteinSpent carbsSpent vegetablesSpent fruitsSpent otherSpent
      utilizationRate lastCalculated isActive createdAt updatedAt`,
      `SELECT ${key(scene, 'budget', 'n', "to_char(m, 'YYMM')")}, id, extract(month FROM m)::int, extract(year FROM m)::int, plan, spent, plan - spent,
        spent * 0.4, spent * 0.2, spent * 0.15, spent * 0.15, spent * 0.1, round((100 * spent / plan)::numeric, 1), last, true, least(m, last), last
      FROM (SELECT *, round(portions * cost * 25) AS plan, least(${scene.now}, m + interval '1 month') AS last,
          round(portions * cost * 25 * (0.85 + 0.1 * ${draw(hash(scene, 52, 'n', 'extract(month FROM m)::int'), 1)})
            * least(1, extract(epoch FROM ${scene.now} - m) / 2592000)) AS spent FROM g_chunk, ${months} WHERE status <> 'PENDING_APPROVAL') x`,
    ),
    insert(
      'program_monitoring',
      `id programId monitoringMonth monitoringYear reportingWeek targetRecipients activeRecipients feedingDaysPlanned feedingDaysCompleted
      totalMealsProduced totalMealsDistributed wastePercentage budgetAllocated budgetUtilized complaintCount foodSafetyIncidents
      temperatureCompliance staffAttendance createdAt updatedAt`,
      `SELECT ${key(scene, 'monitoring', 'n', "to_char(m, 'YYMM')")}, program, to_char(m, 'YYYY-MM'), extract(year FROM m)::int, NULL, portions,
        (portions * 0.98)::int, 25, 25 - (2 * ${u(1)})::int, portions * 24, (portions * 23.4)::int, round((3 + 6 * bad * ${u(2)})::numeric, 2),
        portions * cost * 25, portions * cost * 23, (10 * bad * ${u(3)})::int, CASE WHEN ${u(4)} < 0.01 + 0.03 * bad THEN 1 ELSE 0 END,
        CASE WHEN ${u(5)} < 0.2 THEN NULL ELSE round((97 - 8 * bad)::numeric, 1) END, round((98 - 5 * bad)::numeric, 1), least(${scene.now}, filed), ${touched(scene, 'h', 'filed')}
      FROM (SELECT c.*, m, m + interval '1 month 2 days 5 hours' AS filed, ${hash(scene, 53, 'n', 'extract(month FROM m)::int')} AS h
        FROM g_chunk c, ${months} WHERE c.status <> 'PENDING_APPROVAL') x
      WHERE filed <= ${scene.now} OR n % 5 = 1`,
    ),
    insert(
      'sppg_operational_reports',
      `id sppgId reportNumber reportType reportPeriod reportDate beneficiariesServed mealsDistributed totalExpenses foodSafetyScore
      distributionEfficiency budgetAllocated budgetUtilized status submittedAt approvedAt createdAt updatedAt`,
      `SELECT ${key(scene, 'daily', 'n', 'dn')}, sppg, 'LH/' || regency || '/' || seq || '/' || to_char(d, 'YYMMDD'), 'DAILY_OPERATIONAL'::"ReportType",
        to_char(d, 'YYYY-MM-DD'), day, (portions * attendance)::int, (portions * attendance)::int, NULL::float8,
        CASE WHEN ${draw('vh', 50)} < 0.3 THEN NULL ELSE round((95 - 12 * bad)::numeric, 1) END::float8, round((98 - 8 * bad)::numeric, 1)::float8,
        NULL::float8, NULL::float8, CASE WHEN ${draw('vh', 51)} < 0.9 THEN 'SUBMITTED' ELSE 'DRAFT' END,
        CASE WHEN ${draw('vh', 51)} < 0.9 THEN midnight + interval '16 hours' END, NULL::timestamp, midnight + interval '16 hours', midnight + interval '16 hours'
      FROM g_visit WHERE midnight + interval '16 hours' <= ${scene.now} AND ${draw('vh', 52)} >= 0.06 * (1 + bad)
      UNION ALL -- Now and then none is begun at all.
      SELECT ${key(scene, 'fortnight', 'n', 'f')}, id, 'DM/' || regency || '/' || seq || '/' || f, 'FINANCIAL_BIWEEKLY', ${period}, a + 13,
        CASE WHEN sent <= ${scene.now} THEN portions END, CASE WHEN sent <= ${scene.now} THEN portions * 12 END,
        CASE WHEN sent <= ${scene.now} THEN portions * cost * 11.7 END, NULL, NULL, portions * cost * 12, CASE WHEN sent <= ${scene.now} THEN portions * cost * 11.7 END,
        CASE WHEN sent + interval '5 days' <= ${scene.now} THEN 'APPROVED' WHEN sent <= ${scene.now} THEN 'SUBMITTED' ELSE 'DRAFT' END,
        CASE WHEN sent <= ${scene.now} THEN sent END, CASE WHEN sent + interval '5 days' <= ${scene.now} THEN sent + interval '5 days' END,
        least(${scene.now}, a::timestamp + interval '11 days'), least(${scene.now}, greatest(a::timestamp + interval '11 days', CASE WHEN sent <= ${scene.now} THEN sent END))
      FROM (SELECT *, (a + 14)::timestamp + interval '1 hour' * (6 + 55 * ${u(1)} + CASE WHEN ${u(2)} < 0.04 + 0.25 * bad THEN 40 + 150 * ${u(3)} ELSE 0 END) AS sent
        FROM (SELECT c.*, f, a, ${hash(scene, 54, 'c.n', 'f')} AS h FROM g_chunk c, ${fortnights} WHERE ${working} a BETWEEN opens - 13 AND closes AND a + 11 <= ${scene.today}) x
        WHERE ${u(4)} >= 0.03 * bad) y
      UNION ALL
      SELECT ${key(scene, 'monthly', 'n', "to_char(m, 'YYMM')")}, id, 'EB/' || regency || '/' || seq || '/' || to_char(m, 'YYMM'), 'MONTHLY_EVALUATION', to_char(m, 'YYYY-MM'),
        m + interval '1 month', portions, portions * 24, portions * cost * 23, NULL, NULL, portions * cost * 25, portions * cost * 23, 'SUBMITTED',
        m + interval '1 month 3 days', NULL, m + interval '1 month 1 day', m + interval '1 month 3 days'
      FROM g_chunk, ${months} WHERE ${working} m + interval '1 month 3 days' <= ${scene.now}`,
    ),
  ];
}
