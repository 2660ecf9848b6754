/**
 * What every page needs to know of the others: which units there are, where they stand, and the few numbers they are compared by.
 * Invariant: this is all that grows with the number of units (a few hundred bytes each); figures are read unit by unit, in chunks.
 */
import type { Warehouse } from '../../warehouse/client.ts';
import type { Language } from '../../warehouse/kpis/format.ts';
import { type Freshness, readFreshness } from '../../warehouse/ledger.ts';
import { readTargets, type TargetRow } from '../../warehouse/queries/targets.ts';
import { type Compared, comparedAreas, comparedKitchens } from '../../warehouse/queries/units/compared.ts';
import {
  type Area,
  type Kitchen,
  listAreas,
  listKitchens,
  wilayahOfRegions,
} from '../../warehouse/queries/units/listing.ts';
import type { PageLevel } from '../../warehouse/queries/units/within.ts';
import { type Calendar, daysOfRun } from './days.ts';
import { grouped } from './grouped.ts';
import { compared } from './measures.ts';

export type Place = { level: PageLevel; id: string; name: string; code: string };
export type Sums = Readonly<Record<string, readonly [num: number, den: number | null]>>;
export type Programme = {
  days: Calendar;
  freshness: Freshness;
  targets: readonly TargetRow[];
  wilayah: ReadonlyMap<string, string>;
  areas: readonly Area[];
  kitchens: readonly Kitchen[];
  areaOf: ReadonlyMap<string, Area>;
  kitchenOf: ReadonlyMap<string, Kitchen>;
  kitchensOfRegency: ReadonlyMap<string, readonly Kitchen[]>;
  regenciesOf: ReadonlyMap<string, readonly Area[]>;
  /** What a unit is compared by, over the last weeks. */
  sumsOf(level: PageLevel, id: string): Sums;
};

export const scopeOf = (level: PageLevel, id: string): string => (level === 'national' ? level : `${level}:${id}`);
const NOTHING: Sums = {};

export async function readProgramme(warehouse: Warehouse, signal: AbortSignal): Promise<Programme> {
  // As of when it holds: read before the figures, which are at least as new.
  const freshness = await readFreshness(warehouse);
  const days = await daysOfRun(warehouse);
  const [targets, wilayah, areas, kitchens] = await Promise.all([
    readTargets(warehouse),
    wilayahOfRegions(warehouse),
    listAreas(warehouse),
    listKitchens(warehouse),
  ]);
  const range = { from: days.comparedFrom, to: days.date };
  const kpis = compared.map((kpi) => kpi.id);
  const sums = new Map<string, Sums>();
  const keep = (level: PageLevel, rows: readonly Compared[]) => {
    for (const row of rows)
      sums.set(
        scopeOf(level, row.unit),
        Object.fromEntries(row.sums.map(([kpi, num, den]) => [kpi, [num, den] as const])),
      );
  };
  keep('province', await comparedAreas(warehouse, 'province', kpis, range));
  keep('regency', await comparedAreas(warehouse, 'regency', kpis, range));
  for (const { level, id } of areas) {
    signal.throwIfAborted();
    if (level === 'province') keep('sppg', await comparedKitchens(warehouse, [id], kpis, range));
  }
  return {
    ...{ days, freshness, targets, wilayah, areas, kitchens },
    areaOf: new Map(areas.map((area) => [scopeOf(area.level, area.id), area])),
    kitchenOf: new Map(kitchens.map((kitchen) => [kitchen.id, kitchen])),
    kitchensOfRegency: grouped(kitchens, ({ regency }) => regency),
    regenciesOf: grouped(
      areas.filter(({ level }) => level === 'regency'),
      ({ province }) => province,
    ),
    sumsOf: (level, id) => sums.get(scopeOf(level, id)) ?? NOTHING,
  };
}

const nation: Readonly<Record<Language, string>> = { id: 'Nasional', en: 'National' };

/** From the nation down to the unit itself; undefined where there is no such unit. */
export function pathOfUnit(
  { areaOf, kitchenOf }: Programme,
  level: PageLevel,
  id: string,
  language: Language,
): Place[] | undefined {
  const top: Place = { level: 'national', id: '', name: nation[language], code: '' };
  if (level === 'national') return [top];
  const place = (area: Area | undefined): Place[] => (area === undefined ? [] : [area]);
  if (level === 'sppg') {
    const kitchen = kitchenOf.get(id);
    if (kitchen === undefined) return undefined;
    return [
      top,
      ...place(areaOf.get(`province:${kitchen.province}`)),
      ...place(areaOf.get(`regency:${kitchen.regency}`)),
      { level, id, name: kitchen.name, code: kitchen.code },
    ];
  }
  const area = areaOf.get(`${level}:${id}`);
  if (area === undefined) return undefined;
  return [top, ...(level === 'regency' ? place(areaOf.get(`province:${area.province}`)) : []), area];
}

/** Every scope a target may be set for, from the nation down to the unit. */
export function ancestorsOf(programme: Programme, level: PageLevel, id: string): string[] {
  const { wilayah } = programme;
  const area = level === 'sppg' ? undefined : programme.areaOf.get(scopeOf(level, id));
  const region = level === 'sppg' ? programme.kitchenOf.get(id)?.region : area?.region;
  const between = region
    ? [...(wilayah.has(region) ? [`wilayah:${wilayah.get(region)}`] : []), `region:${region}`]
    : [];
  const path = pathOfUnit(programme, level, id, 'id') ?? [];
  return ['national', ...between, ...path.slice(1).map((place) => scopeOf(place.level, place.id))];
}
