/**
 * KPIs off their limits on a day: of a scope, and of the units right below it, with the unit to look at first and since when.
 * Invariants: one crossing a KPI; its severity is the gravest there is; a value that is not told crosses nothing.
 */

import type { Warehouse } from '../warehouse/client.ts';
import { addDays } from '../warehouse/days.ts';
import { formatLimits, formatShort, type Language } from '../warehouse/kpis/format.ts';
import type { Kpi } from '../warehouse/kpis/kpi.ts';
import { kpiValue, type Status, statusOf } from '../warehouse/kpis/registry.ts';
import { levelBelow, type UnitDays, unitDays } from '../warehouse/queries/crossings.ts';
import { readTargets, type TargetRow, targetOf } from '../warehouse/queries/targets.ts';
import { dailyValues } from '../warehouse/queries/values.ts';
import type { Level } from '../warehouse/scopes.ts';
import type { Place } from './access.ts';

export type Crossing = {
  severity: 'critical' | 'warn';
  kpi: string;
  reason_id: string;
  reason_en: string;
  since: string;
  scope: string;
  name: string;
  /** Units below that are off, or the scope itself. */
  count: number;
};

/** Units right below with a figure that is critical. */
export type Places = { level: Level; critical: number };

/** How far back it is looked since when something lasts. */
const LOOK_BACK_DAYS = 30;
const levelWords: Readonly<Record<Level, Record<Language, string>>> = {
  national: { id: 'nasional', en: 'nation' },
  wilayah: { id: 'wilayah', en: 'wilayah' },
  region: { id: 'kelompok pulau', en: 'island groups' },
  province: { id: 'provinsi', en: 'provinces' },
  regency: { id: 'kabupaten/kota', en: 'regencies' },
  sppg: { id: 'dapur', en: 'kitchens' },
};

type Judged = { scope: string; name: string; value: number; target: Kpi['target']; status: Status; since: string };
const GRAVITY: Readonly<Record<Status, number>> = { critical: 2, warn: 1, ok: 0, none: 0 };

/** KPIs off their limits: of the scope, and of the units right below it. */
export async function crossings(
  warehouse: Warehouse,
  kpis: readonly Kpi[],
  place: Place,
  date: string,
  seesLevel: (level: Level) => boolean,
): Promise<{ items: Crossing[]; places: Places | null }> {
  const lookBack = addDays(date, 1 - LOOK_BACK_DAYS);
  const targets = await readTargets(warehouse);
  const limited = new Set(targets.map((target) => target.kpi));
  // A share is judged while its day goes on, and so is a count that has a limit; a sum that is to reach one is not.
  const judged = kpis.filter(
    (kpi) =>
      kpi.grain !== 'fortnight' &&
      (kpi.target !== null || limited.has(kpi.id)) &&
      (kpi.den !== undefined || kpi.direction === 'down'),
  );
  const ids = judged.map((kpi) => kpi.id);
  const below = levelBelow(place.scope);
  const seen = below !== undefined && seesLevel(below) ? below : undefined;
  // A month's figure stands on its first day; who sees today only sees no months.
  const from = place.onlyDay === undefined ? ([lookBack, `${date.slice(0, 8)}01`].sort()[0] ?? date) : date;
  const range = { from, to: date };
  const [own, units] = await Promise.all([
    dailyValues(warehouse, place.scope, range.from, range.to),
    seen === undefined ? [] : unitDays(warehouse, ids, place.scope, seen, range),
  ]);
  const critical = new Set<string>();
  const items = judged.flatMap((kpi): Crossing[] => {
    const days = own.filter((row) => row.kpi === kpi.id && row.num !== null).reverse();
    const whole: UnitDays = {
      ...{ kpi: kpi.id, scope: place.text, name: place.path.at(-1)?.name ?? '' },
      days: days.map((row) => [row.date, row.num ?? 0, row.den]),
    };
    const self = judge(kpi, whole, targets, place.ancestors, date);
    const all = units
      .filter((unit) => unit.kpi === kpi.id)
      .flatMap((unit) => judge(kpi, unit, targets, [...place.ancestors, unit.scope], date) ?? []);
    const off = all.filter((unit) => GRAVITY[unit.status] > 0).sort(worse);
    for (const unit of off) if (unit.status === 'critical') critical.add(unit.scope);
    const worst = [...(self && GRAVITY[self.status] > 0 ? [self] : []), ...off].reduce<Judged | undefined>(
      (top, unit) => (top === undefined || GRAVITY[unit.status] > GRAVITY[top.status] ? unit : top),
      undefined,
    );
    if (worst === undefined) return [];
    const reason = (language: Language) => {
      const value = formatShort(worst.value, kpi.unit, language);
      const limits = formatLimits(worst.target, kpi.unit, language);
      const many = off.length === 0 || seen === undefined ? '' : of(off.length, all.length, seen, language);
      return language === 'id'
        ? `${kpi.name.id} ${value}, batas ${limits}${many}`
        : `${kpi.name.en} ${value}, limit ${limits}${many}`;
    };
    const { scope, name, since } = worst;
    const severity = worst.status === 'critical' ? 'critical' : 'warn';
    const told = { severity, kpi: kpi.id, reason_id: reason('id'), reason_en: reason('en') } as const;
    return [{ ...told, since, scope, name, count: Math.max(1, off.length) }];
  });
  return { items, places: seen === undefined ? null : { level: seen, critical: critical.size } };
}

const of = (count: number, all: number, level: Level, language: Language) =>
  language === 'id' ? `; ${count} dari ${all} ${levelWords[level].id}` : `; ${count} of ${all} ${levelWords[level].en}`;

/** A unit's last figure against its limits, and since when it has been off them; undefined without a value on that day. */
function judge(
  kpi: Kpi,
  unit: UnitDays,
  targets: readonly TargetRow[],
  ancestors: readonly string[],
  date: string,
): Judged | undefined {
  const period = kpi.grain === 'month' ? `${date.slice(0, 8)}01` : date;
  const [last] = unit.days;
  if (last?.[0] !== period) return undefined;
  const status = ([day, num, den]: UnitDays['days'][number]) => {
    const target = targetOf(kpi, targets, ancestors, day);
    const value = kpiValue(kpi, num, den);
    return { target, value, status: statusOf({ ...kpi, target }, value) };
  };
  const now = status(last);
  if (now.value === null) return undefined;
  const run = unit.days.findIndex((day) => GRAVITY[status(day).status] === 0);
  const since = (unit.days[(run < 0 ? unit.days.length : run) - 1] ?? last)[0];
  const { scope, name } = unit;
  return { scope, name, value: now.value, target: now.target, status: now.status, since };
}

/** The graver first, then the one farther off its limits. */
function worse(a: Judged, b: Judged): number {
  const off = ({ value, target }: Judged) =>
    Math.max((target?.low ?? value) - value, value - (target?.high ?? value), 0);
  return GRAVITY[b.status] - GRAVITY[a.status] || off(b) - off(a);
}
