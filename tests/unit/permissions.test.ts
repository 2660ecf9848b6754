/**
 * The role table of the programme, written down by hand from its words, against the matrix: every role × every KPI × every level,
 * and everything else that can be looked at or done.
 */
import { expect, test } from 'vitest';
import { registry } from '../../warehouse/kpis/registry.ts';
import {
  FIELDS,
  type Field,
  isRole,
  matrix,
  may,
  seesFigures,
  seesTodayOnly,
  visibleKpis,
} from '../../warehouse/permissions.ts';
import { LEVELS, type Level } from '../../warehouse/scopes.ts';

/** What each KPI is about; one that is new must be written down here before anybody sees it. */
const about: Record<string, string[]> = {
  production: [
    'portions_planned',
    'portions_produced',
    'production_attainment',
    'batch_completion',
    'batches_cancelled',
    'critical_stock',
    'sheet_delay_production',
  ],
  nutrition: ['akg_compliance', 'akg_unknown_portions', 'consumption_rate', 'food_waste_per_portion'],
  quality: [
    'qc_pass_rate',
    'qc_score',
    'open_critical_findings',
    'suspected_incidents',
    'food_safety_incidents',
    'slhs_valid',
    'sheet_delay_quality',
  ],
  distribution: [
    ...['distribution_runs', 'distribution_reach', 'on_time_delivery', 'holding_time_4h', 'serving_temperature'],
    ...['portions_target', 'portions_delivered', 'delivery_fulfilment', 'delivery_issues', 'delivery_issue_rate'],
    ...[
      'portions_received',
      'active_beneficiaries',
      'coverage',
      'service_points',
      'beneficiary_growth',
      'service_days',
      'sheet_delay_distribution',
      'sheet_delay_schools',
    ],
  ],
  finance: [
    ...[
      'food_cost_per_portion',
      'cost_variance',
      'logistics_cost_per_portion',
      'spend',
      'committed',
      'budget_absorption',
    ],
    ...[
      'local_supplier_share',
      'top_supplier_share',
      'fortnight_report_on_time',
      'funds_planned',
      'funds_received',
      'funds_used',
    ],
  ],
  procurement: ['supplier_on_time', 'order_in_full', 'supplier_lead_time', 'emergency_purchase_share'],
  voice: ['satisfaction', 'complaints_answered_24h'],
  staff: ['staffing'],
};
const months = [
  'budget_absorption',
  'top_supplier_share',
  'food_safety_incidents',
  'beneficiary_growth',
  'service_days',
];
const byPeriod = [...months, 'fortnight_report_on_time'];
const whole = Object.keys(about);
const doing = ['production', 'nutrition', 'quality', 'distribution', 'staff'];
const withoutMoney = whole.filter((field) => field !== 'finance');
const everywhere: Level[] = ['national', 'wilayah', 'region', 'province', 'regency', 'sppg'];
const answering: Field[] = ['completeness', 'payment_risks', 'judgement', 'exports'];
/** Who confirms and locks a report, and runs deliveries. */
const deciding: Field[] = ['verification', 'approval', 'delivery'];

type Expected = { at: Level[]; figures: string[]; more: Field[]; today?: true; smallNumbers?: true };
const kitchen = (figures: string[], more: Field[] = []): Expected => ({
  at: ['sppg'],
  figures,
  more,
  smallNumbers: true,
});
const expected: Record<string, Expected> = {
  // nation: everything aggregated, drill-down to SPPG, exports
  BGN_LEADERSHIP: { at: everywhere, figures: whole, more: [...answering, ...deciding] },
  BGN_ANALYST: { at: everywhere, figures: whole, more: [...answering, ...deciding] },
  // its provinces or regencies: the same within scope
  KPPG: { at: ['province', 'regency', 'sppg'], figures: whole, more: [...answering, 'verification'] },
  // its SPPGs: operations and finance of its kitchens
  YAYASAN: { at: ['sppg'], figures: [...doing, 'procurement', 'finance'], more: answering },
  // own SPPG: all of it
  SPPG_KEPALA: kitchen(whole, [...answering, 'verification']),
  SPPG_ADMIN: kitchen(whole, answering),
  // finance, procurement
  SPPG_AKUNTAN: kitchen(['finance', 'procurement'], ['payment_risks', 'judgement', 'exports']),
  // nutrition, quality, feedback
  SPPG_AHLI_GIZI: kitchen(['nutrition', 'quality', 'voice'], ['judgement']),
  // own field
  SPPG_PRODUKSI_MANAGER: kitchen(['production'], ['judgement']),
  SPPG_DISTRIBUSI_MANAGER: kitchen(['distribution'], ['judgement']),
  SPPG_HRD_MANAGER: kitchen(['staff'], ['judgement']),
  // today's operations only
  SPPG_STAFF_DAPUR: { ...kitchen(doing), today: true },
  SPPG_STAFF_DISTRIBUSI: { ...kitchen(doing), today: true },
  SPPG_STAFF_ADMIN: { ...kitchen(doing), today: true },
  SPPG_STAFF_QC: { ...kitchen(doing), today: true },
  // non-financial KPIs
  SPPG_VIEWER: kitchen(withoutMoney, ['completeness']),
  DEMO_USER: kitchen(withoutMoney, ['completeness']),
  // health; all data for SUPERADMIN and ANALYST; health only for SUPPORT
  PLATFORM_SUPERADMIN: {
    ...{ at: everywhere, figures: whole, smallNumbers: true },
    more: [...answering, 'delivery', 'ledger', 'audit', 'health', 'operation'],
  },
  PLATFORM_ANALYST: { at: everywhere, figures: whole, more: [...answering, 'health'], smallNumbers: true },
  PLATFORM_SUPPORT: { at: ['national'], figures: [], more: ['health'] },
  // nation: audit trail, exports ledger
  AUDITOR: { at: ['national'], figures: [], more: ['audit', 'ledger'] },
  // Not in the table.
  SPPG_TAMU: { at: [], figures: [], more: [] },
  BGN: { at: [], figures: [], more: [] },
  'SPPG_STAFF_*': { at: ['sppg'], figures: doing, more: [], today: true, smallNumbers: true },
  constructor: { at: [], figures: [], more: [] },
};

test('every KPI is written down once, under what its owner is', () => {
  const written = Object.entries(about).flatMap(([owner, ids]) => ids.map((id) => `${owner} ${id}`));
  expect(written.sort()).toEqual(registry.map((kpi) => `${kpi.owner} ${kpi.id}`).sort());
});

test.each(Object.entries(expected))(
  '%s: every KPI and field at every level',
  (role, { at, figures, more, today, smallNumbers }) => {
    const ids = figures.flatMap((field) => about[field] ?? []).filter((id) => !today || !byPeriod.includes(id));
    for (const level of LEVELS) {
      for (const kpi of registry) {
        const seen = seesFigures(role, level) && visibleKpis(role).some(({ id }) => id === kpi.id);
        expect(seen, `${kpi.id} at ${level}`).toBe(at.includes(level) && ids.includes(kpi.id));
        // A field is a row of the matrix, whichever way it is asked for.
        if (!today) expect(may(role, kpi.owner, level), `${kpi.owner} at ${level}`).toBe(seen);
      }
      for (const field of FIELDS.filter((candidate) => !whole.includes(candidate))) {
        expect(may(role, field, level), `${field} at ${level}`).toBe(at.includes(level) && more.includes(field));
      }
    }
    expect(seesTodayOnly(role)).toBe(today === true);
    const counted = visibleKpis(role).filter((kpi) => kpi.people !== undefined);
    for (const kpi of counted) expect(kpi.withheld, kpi.id).toEqual(smallNumbers ? undefined : kpi.people);
  },
);

test('every row of the matrix is expected, and nothing else is a role', () => {
  for (const name of Object.keys(matrix)) {
    expect(
      Object.keys(expected).some((role) => role === name || (name.endsWith('*') && role.startsWith(name.slice(0, -1)))),
      name,
    ).toBe(true);
  }
  for (const [role, { at }] of Object.entries(expected)) expect(isRole(role), role).toBe(at.length > 0);
});

test('what is made of money belongs to finance', () => {
  const money = /amount|cost|budget|price/i;
  const made = registry.filter((kpi) => money.test(`${kpi.num} ${kpi.den ?? ''}`) && kpi.owner !== 'finance');
  expect(made.map((kpi) => kpi.id)).toEqual([]);
});
