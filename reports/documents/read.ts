/**
 * What every document reads alike: its head, figures of its unit, tables of the units below.
 * Invariants: every number comes from the warehouse's own queries, as this audience is told it; a KPI that is not visible leaves
 * no trace, neither a column nor a definition.
 */
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import type { DocumentId } from '../../warehouse/exports/documents.ts';
import type { Kpi, Unit } from '../../warehouse/kpis/kpi.ts';
import { kpiValue } from '../../warehouse/kpis/registry.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { completeness } from '../../warehouse/queries/completeness.ts';
import { provisionalDays, type State, stateOf } from '../../warehouse/queries/finality.ts';
import { pathOf } from '../../warehouse/queries/hierarchy.ts';
import { readTargets, type TargetRow, targetOf } from '../../warehouse/queries/targets.ts';
import { type TableLevel, unitFigures, unitsAt } from '../../warehouse/queries/units_table.ts';
import { dailyValues, rangeValues } from '../../warehouse/queries/values.ts';
import { formatScope, type Scope } from '../../warehouse/scopes.ts';
import type { ColumnKind, Fact, Part, Report, TablePart, Text, TrendPart } from './report.ts';

export type Range = { from: string; to: string };
export type Of = Range & { scope: Scope; kpis: readonly Kpi[]; graceDays?: number };

const WIB_MS = 7 * 3_600_000;
const GRACE_DAYS = 3;
/** No programme is older. */
const BEGINNING = '2000-01-01';

const kinds: Readonly<Record<Unit, ColumnKind>> = {
  portions: 'count',
  people: 'count',
  count: 'count',
  idr: 'rupiah',
  percent: 'percent',
  gram: 'grams',
  days: 'number',
  score: 'number',
  rating: 'number',
};
export const kindOf = (kpi: Kpi): ColumnKind => kinds[kpi.unit];

export type Reading = {
  warehouse: Warehouse;
  of: Of;
  /** Its first and last day alone, as queries bind them. */
  range: Range;
  /** The KPIs among these that are visible, in the order given. */
  seen(ids: readonly string[]): Kpi[];
  /** The target in force for the unit at the end of the period. */
  target(kpi: Kpi): Kpi['target'];
  report(parts: readonly (Part | undefined)[], also?: readonly string[]): Report;
  isProvisional(day: string): boolean;
};

/** Reads the head of a document; its parts are put into `report` when they are read. */
export async function startReading(
  warehouse: Warehouse,
  id: DocumentId,
  of: Of,
  signal: AbortSignal,
): Promise<Reading> {
  signal.throwIfAborted();
  const { scope, from, to, kpis } = of;
  const today = new Date(Date.now() + WIB_MS).toISOString().slice(0, 10);
  const [path, freshness, targets, open, { totals }] = await Promise.all([
    pathOf(warehouse, scope),
    readFreshness(warehouse),
    readTargets(warehouse),
    provisionalDays(warehouse, scope, today, of.graceDays ?? GRACE_DAYS),
    completeness(warehouse, scope, { from, to }, 1),
  ]);
  const unit = path?.at(-1)?.name;
  if (path === undefined || unit === undefined)
    throw new LumbungError('not_found', `there is no unit ${formatScope(scope)}`);
  if (freshness.committedAt === null || freshness.rolledUpAt === null)
    throw new LumbungError('transient', 'nothing has been rolled up yet: wait for the first copy of the source');
  const scopes = path.map((step) => step.scope);
  const asOf = { committedAt: freshness.committedAt, rolledUpAt: freshness.rolledUpAt };
  const state = (first: string, last: string): State => stateOf(first, last, open);
  return {
    warehouse,
    of,
    range: { from, to },
    seen: (ids) => ids.flatMap((wanted) => kpis.find((kpi) => kpi.id === wanted) ?? []),
    target: (kpi) => targetOf(kpi, targets satisfies readonly TargetRow[], scopes, to),
    isProvisional: (day) => state(day, day) === 'provisional',
    report: (parts, also = []) => {
      const kept = parts.filter((part) => part !== undefined);
      return {
        ...{ report: id, scope: formatScope(scope), unit, from, to, asOf, parts: kept },
        final: state(from, to) === 'final',
        completeness: { due: totals.expected, present: totals.complete },
        definitions: [...new Set([...kept.flatMap(kpisOf), ...also])].filter((one) =>
          kpis.some((kpi) => kpi.id === one),
        ),
      };
    },
  };
}

function kpisOf(part: Part): string[] {
  if (part.kind === 'trend') return [part.kpi];
  const named: readonly { kpi?: string }[] = part.kind === 'facts' ? part.facts : part.columns;
  return named.flatMap(({ kpi }) => kpi ?? []);
}

export type Sums = { num: number | null; den: number | null };

/** Every KPI of the unit over a range: what its periods add up to, of a state the last day known. */
export async function figures({ warehouse, of }: Reading, range: Range = of): Promise<Map<string, Sums>> {
  const states = new Set(of.kpis.filter(({ state }) => state).map(({ id }) => id));
  const sums = new Map<string, Sums>();
  // In the order of their days: the last one of a state stands.
  for (const { kpi, num, den } of await dailyValues(warehouse, of.scope, range.from, range.to)) {
    const before = states.has(kpi) ? undefined : sums.get(kpi);
    sums.set(kpi, { num: add(before?.num, num), den: add(before?.den, den) });
  }
  return sums;
}

const add = (a: number | null | undefined, b: number | null): number | null =>
  a === null || a === undefined ? b : b === null ? a : a + b;

export const valueIn = (kpi: Kpi, sums: ReadonlyMap<string, Sums>): number | null => {
  const found = sums.get(kpi.id);
  return found === undefined ? null : kpiValue(kpi, found.num, found.den);
};

export const factOf = (kpi: Kpi, value: number | null): Fact => ({
  name: kpi.name,
  kind: kindOf(kpi),
  value,
  kpi: kpi.id,
});

/** What a KPI added up to from the beginning until the end of a day. */
export async function sumUntil({ warehouse, of }: Reading, kpi: Kpi, to: string): Promise<number | null> {
  const rows = await rangeValues(warehouse, kpi, of.scope, { from: BEGINNING, to });
  return rows.find(({ split }) => split === '')?.num ?? null;
}

const levelBelow: Readonly<Record<Scope['level'], TableLevel | undefined>> = {
  national: 'province',
  wilayah: 'province',
  region: 'province',
  province: 'regency',
  regency: 'sppg',
  sppg: undefined,
};
export const below = (scope: Scope): TableLevel | undefined => levelBelow[scope.level];

const unitWords: Readonly<Record<TableLevel, Text>> = {
  province: { id: 'Provinsi', en: 'Province' },
  regency: { id: 'Kabupaten/Kota', en: 'Regency or city' },
  sppg: { id: 'SPPG', en: 'SPPG' },
};
const keyColumns = {
  code: { id: 'code', name: { id: 'Kode', en: 'Code' }, kind: 'text' },
  name: { id: 'name', name: { id: 'Nama', en: 'Name' }, kind: 'text' },
  province: { id: 'province', name: unitWords.province, kind: 'text' },
  regency: { id: 'regency', name: unitWords.regency, kind: 'text' },
} as const;
const keysOf: Readonly<Record<TableLevel, readonly (keyof typeof keyColumns)[]>> = {
  province: ['code', 'province'],
  regency: ['code', 'regency', 'province'],
  sppg: ['code', 'name', 'regency'],
};

export type Derived = Omit<TablePart['columns'][number], 'kpi'> & {
  value: (figure: (kpi: string) => number | null) => number | null;
};

/** Units of a level by many KPIs, every unit of the level, also one without any data; undefined when none of the KPIs is visible. */
export async function unitsTable(
  reading: Reading,
  {
    id,
    title,
    level,
    kpis: ids,
    derived = [],
    only,
  }: {
    id: string;
    title: Text;
    level: TableLevel;
    kpis: readonly string[];
    /** Columns made of KPIs that are visible. */
    derived?: readonly Derived[];
    /** Leaves out units of which it says so. */
    only?: (figure: (kpi: string) => number | null) => boolean;
  },
): Promise<TablePart | undefined> {
  const { warehouse, of, range } = reading;
  const kpis = reading.seen(ids);
  if (kpis.length === 0) return undefined;
  const [units, found] = await Promise.all([
    unitsAt(warehouse, of.scope, level),
    unitFigures(warehouse, kpis, of.scope, level, range),
  ]);
  const held = new Map(found.map(({ unit, kpi, num, den }) => [`${unit}\n${kpi}`, { num, den }]));
  const rows = units.flatMap((unit) => {
    const figure = (kpiId: string): number | null => {
      const kpi = kpis.find((candidate) => candidate.id === kpiId);
      const sums = held.get(`${unit.id}\n${kpiId}`);
      return kpi && sums ? kpiValue(kpi, sums.num, sums.den) : null;
    };
    if (only && !only(figure)) return [];
    return [
      [
        ...keysOf[level].map((key) => unit[key]),
        ...kpis.map((kpi) => figure(kpi.id)),
        ...derived.map(({ value }) => value(figure)),
      ],
    ];
  });
  return {
    ...{ kind: 'table', id, title, rows, keyColumns: keysOf[level].length },
    columns: [
      ...keysOf[level].map((key) => keyColumns[key]),
      // States of kitchens add up, too; ratios never do.
      ...kpis.map((kpi) => ({
        id: kpi.id,
        name: kpi.name,
        kind: kindOf(kpi),
        kpi: kpi.id,
        total: kpi.den === undefined,
      })),
      ...derived.map(({ value: _value, ...column }) => column),
    ],
  };
}

/** A KPI by day over the period; days without data are told as such. */
export async function trendOf(
  reading: Reading,
  id: string,
  sums: readonly { kpi: string; date: string; num: number | null; den: number | null }[],
): Promise<TrendPart | undefined> {
  const [kpi] = reading.seen([id]);
  if (kpi === undefined) return undefined;
  const held = new Map(sums.filter((row) => row.kpi === id).map((row) => [row.date, kpiValue(kpi, row.num, row.den)]));
  const points = daysOf(reading.of).map((date) => ({
    date,
    value: held.get(date) ?? null,
    provisional: reading.isProvisional(date),
  }));
  const target = reading.target(kpi);
  return {
    kind: 'trend',
    id: `trend-${id}`,
    title: kpi.name,
    kpi: id,
    points,
    target: target?.low ?? target?.high ?? null,
  };
}

const daysOf = ({ from, to }: Range): string[] => {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
};
