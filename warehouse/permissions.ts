/**
 * Who looks at what: the programme's role table as one matrix, role × field × level. Nothing else decides it: API, cache key,
 * live channel, exports and the accounts of a ClickHouse server all ask here.
 * Invariants: a role that is not listed sees nothing; a level is that of the unit looked at; which units a person has is in the
 * token's scope and is checked beside this. Outside the kitchen, sums that count fewer than five people are not told.
 */
import type { Kpi, Owner } from './kpis/kpi.ts';
import { registry } from './kpis/registry.ts';
import { LEVELS, type Level } from './scopes.ts';

/** Fields of work, by which numbers, rules and their findings are told, and what else can be looked at or done. */
export const FIELDS = [
  'production',
  'quality',
  'nutrition',
  'distribution',
  'finance',
  'procurement',
  'voice',
  'staff',
  /** Which daily sheets are missing. */
  'completeness',
  /** Fortnightly reports that block the next tranche. */
  'payment_risks',
  /** Verdicts on warnings, words on findings. */
  'judgement',
  /** Ministry documents and data files. */
  'exports',
  /** Confirming that a report's numbers are right: Diverifikasi. */
  'verification',
  /** Locking a report: Disahkan, revisions, exceptions to a lock. */
  'approval',
  /** Schedules of deliveries and what became of them. */
  'delivery',
  /** Everybody's exports. */
  'ledger',
  'audit',
  /** State of engines, queues and lag. */
  'health',
  /** Queues and their jobs. */
  'operation',
] as const;
export type Field = (typeof FIELDS)[number];

type Row = {
  levels: readonly Level[];
  sees: readonly Field[];
  /** Only the kitchen's present day. */
  today?: true;
  /** Inside the kitchen, or entitled to all data: small numbers of people are told. */
  smallNumbers?: true;
};

const kitchen: readonly Level[] = ['sppg'];
const operations: readonly Owner[] = ['production', 'quality', 'nutrition', 'distribution', 'staff'];
const all: readonly Owner[] = [...operations, 'finance', 'procurement', 'voice'];
const accountable: readonly Field[] = ['completeness', 'payment_risks', 'judgement', 'exports'];
const ownField = (...sees: Field[]): Row => ({ levels: kitchen, sees, smallNumbers: true });

/** `NAME_*` stands for every role beginning so that has no row of its own. */
export const matrix: Readonly<Record<string, Row>> = {
  'BGN_*': { levels: LEVELS, sees: [...all, ...accountable, 'verification', 'approval', 'delivery'] },
  KPPG: { levels: ['province', 'regency', 'sppg'], sees: [...all, ...accountable, 'verification'] },
  YAYASAN: { levels: kitchen, sees: [...operations, 'procurement', 'finance', ...accountable] },
  SPPG_KEPALA: ownField(...all, ...accountable, 'verification'),
  SPPG_ADMIN: ownField(...all, ...accountable),
  SPPG_AKUNTAN: ownField('finance', 'procurement', 'payment_risks', 'judgement', 'exports'),
  SPPG_AHLI_GIZI: ownField('nutrition', 'quality', 'voice', 'judgement'),
  SPPG_PRODUKSI_MANAGER: ownField('production', 'judgement'),
  SPPG_DISTRIBUSI_MANAGER: ownField('distribution', 'judgement'),
  SPPG_HRD_MANAGER: ownField('staff', 'judgement'),
  'SPPG_STAFF_*': { ...ownField(...operations), today: true },
  SPPG_VIEWER: ownField(...all.filter((field) => field !== 'finance'), 'completeness'),
  DEMO_USER: ownField(...all.filter((field) => field !== 'finance'), 'completeness'),
  PLATFORM_SUPERADMIN: {
    levels: LEVELS,
    sees: [...all, ...accountable, 'delivery', 'ledger', 'audit', 'health', 'operation'],
    smallNumbers: true,
  },
  PLATFORM_ANALYST: { levels: LEVELS, sees: [...all, ...accountable, 'health'], smallNumbers: true },
  PLATFORM_SUPPORT: { levels: ['national'], sees: ['health'] },
  AUDITOR: { levels: ['national'], sees: ['audit', 'ledger'] },
};

const nothing: Row = { levels: [], sees: [] };

function rowOf(role: string): Row {
  const own = Object.hasOwn(matrix, role) && !role.endsWith('*') ? matrix[role] : undefined;
  if (own) return own;
  const pattern = Object.keys(matrix).find((name) => name.endsWith('*') && role.startsWith(name.slice(0, -1)));
  return (pattern === undefined ? undefined : matrix[pattern]) ?? nothing;
}

export const isRole = (role: string): boolean => rowOf(role) !== nothing;

/** Whether a role may look at a field of a unit of this level. */
export function may(role: string, field: Field, level: Level): boolean {
  const { levels, sees } = rowOf(role);
  return levels.includes(level) && sees.includes(field);
}

/** Whether a role sees a field at any level. */
export const sees = (role: string, field: Field): boolean => rowOf(role).sees.includes(field);

/** What a role does with ministry documents. */
const DOCUMENT_FIELDS = ['exports', 'verification', 'approval', 'delivery'] as const satisfies readonly Field[];
export type DocumentField = (typeof DOCUMENT_FIELDS)[number];
export const documentFields = (role: string): DocumentField[] => DOCUMENT_FIELDS.filter((field) => sees(role, field));

/** Whether a role sees any figures of units of this level. */
export const seesFigures = (role: string, level?: Level): boolean =>
  all.some((field) => (level === undefined ? sees(role, field) : may(role, field, level)));

/** The levels a role looks at. */
export const levelsOf = (role: string): readonly Level[] => rowOf(role).levels;

/** Whether a role sees the kitchen's present day only. */
export const seesTodayOnly = (role: string): boolean => rowOf(role).today === true;

const visible = new Map<Row, readonly Kpi[]>();

/** The KPIs of a role, each as it may be told to it. */
export function visibleKpis(role: string): readonly Kpi[] {
  const row = rowOf(role);
  let kpis = visible.get(row);
  if (kpis === undefined) {
    kpis = registry
      // A period is not a day: who sees today sees no months.
      .filter((kpi) => row.sees.includes(kpi.owner) && !(row.today && kpi.grain !== undefined))
      .map((kpi) => (row.smallNumbers || kpi.people === undefined ? kpi : { ...kpi, withheld: kpi.people }));
    visible.set(row, kpis);
  }
  return kpis;
}

/** What an answer depends on beside its scope and question: roles that see the same share cached answers. */
export function audienceOf(role: string): string {
  const { sees: fields, today, smallNumbers } = rowOf(role);
  const flags = `${today ? 'today' : ''} ${smallNumbers ? 'small' : ''}`;
  return `${[...fields].sort().join()} ${flags} ${visibleKpis(role)
    .map((kpi) => kpi.id)
    .join()}`;
}
