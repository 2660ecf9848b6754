/**
 * Answers of the API that are always the same, for pictures that can be compared: a national programme on a fixed day.
 * Invariant: they are what the contracts promise; tests/browser/screens.test.ts holds them against the schemas.
 */
import { provinces } from '../../demo/reference/provinces.ts';
import { formatLimits, formatShort } from '../../warehouse/kpis/format.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { sections } from '../../warehouse/kpis/kpi.ts';
import { statusOf } from '../../warehouse/kpis/registry.ts';
import { seesTodayOnly, visibleKpis } from '../../warehouse/permissions.ts';

export const DAY = '2026-11-25';
/** Ten to twelve in Jakarta: cooking is done, delivery goes on. */
export const NOW = new Date('2026-11-25T04:50:00Z');
const asOf = { committedAt: '2026-11-25T04:49:57.000Z', rolledUpAt: '2026-11-25T04:49:57.400Z', lagMs: 400 };
const HOSTILE = `<img src=x onerror=alert(1)> مطبخ الخير 🍚 ${'panjang '.repeat(22)}`;

/** A number in [0, 1) that depends on nothing but the text. */
function chance(text: string): number {
  let hash = 2_166_136_261;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 4_294_967_296;
}
const before = (days: number) => new Date(Date.parse(DAY) - days * 86_400_000).toISOString().slice(0, 10);
const between = (from: string, to: string): string[] => {
  const days: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
};
const isSunday = (day: string) => new Date(day).getUTCDay() === 0;

/** Portions of a scope, in thousands of what the nation has. */
const shareOf = (scope: string): number => {
  if (scope === 'national') return 1;
  const millions = provinces.find(({ code }) => scope === `province:${code}`)?.millions;
  return millions !== undefined ? millions / 281 : scope.startsWith('regency:') ? 0.006 : 0.00005;
};
/** What can be said of some numbers nowhere yet. */
const SILENT: readonly string[] = ['beneficiary_growth', 'top_supplier_share', 'portions_received'];
const PORTIONS: Readonly<Record<string, number>> = {
  portions_delivered: 61.8,
  portions_produced: 62.6,
  akg_unknown_portions: 0.4,
};

export function valueAt(kpi: Kpi, scope: string, day: string): number | null {
  if (SILENT.includes(kpi.id) || (kpi.grain === undefined && !kpi.state && isSunday(day))) return null;
  const luck = chance(`${kpi.id} ${scope} ${day}`);
  const share = shareOf(scope);
  const wave = 1 - 0.04 * chance(`portions ${scope} ${day}`) - 0.004 * luck;
  switch (kpi.unit) {
    case 'portions':
      return Math.round((PORTIONS[kpi.id] ?? 63) * 1e6 * share * wave);
    case 'people':
      return Math.round(62.4e6 * share);
    case 'idr':
      return kpi.den === undefined
        ? Math.round(5.1e11 * share * wave)
        : Math.round((kpi.target?.high ?? 9_000) * (0.86 + 0.12 * luck));
    case 'percent': {
      if (kpi.id === 'delivery_fulfilment') return (PORTIONS.portions_delivered ?? 0) / 63 - 0.004 * luck;
      const low = kpi.target?.low ?? null;
      if (kpi.target && low !== null) return Math.min(1, low - 0.03 + 0.05 * luck);
      return kpi.target?.high != null ? kpi.target.high * (0.4 + 0.5 * luck) : 0.82 + 0.15 * luck;
    }
    case 'count':
      return kpi.target?.high === 0
        ? luck > 0.55
          ? Math.round(4 * luck * Math.max(0.3, share * 3))
          : 0
        : Math.round(29_225 * share * (0.2 + luck));
    case 'score':
      return 84 + 8 * luck;
    case 'rating':
      return 3.9 + 0.7 * luck;
    case 'gram':
      return 38 + 12 * luck;
    case 'days':
      return 0.4 + 2 * luck;
  }
}

type Place = { scope: string; name: string; level: string };
/** Who asks. */
type Caller = { role: string; scopes: readonly string[] };
const nation: Place = { scope: 'national', name: 'Nasional', level: 'national' };
const regencies = [
  'Kabupaten Bogor',
  'Kabupaten Sukabumi',
  'Kota Bandung',
  'Kabupaten Bandung',
  'Kota Bekasi',
  'Kota Depok',
];
const kitchens = ['SPPG Cibinong 1', 'SPPG Cibinong 2', HOSTILE, 'SPPG Ciawi', 'SPPG Parung'];

/** The units below a scope. */
export function unitsBelow(scope: string) {
  if (scope === 'national') {
    return provinces.map(({ code, name, millions }) => ({
      ...{ scope: `province:${code}`, name, level: 'province', code },
      ...{ sppgCount: Math.round(millions * 104), isDemo: false },
    }));
  }
  const [level, id = ''] = scope.split(':');
  const names = level === 'province' ? regencies : level === 'regency' ? kitchens : [];
  return names.map((name, at) => ({
    scope: level === 'province' ? `regency:${id}0${at + 1}` : `sppg:k${id}-${at + 1}`,
    ...{
      name,
      level: level === 'province' ? 'regency' : 'sppg',
      code: `${id}${at}`,
      sppgCount: level === 'province' ? 90 - at * 9 : 1,
      isDemo: false,
    },
  }));
}
function pathOf(scope: string): Place[] {
  if (scope === 'national') return [nation];
  const own = (of: string): Place | undefined => unitsBelow(of).find((unit) => unit.scope === scope);
  const province = provinces.find(({ code }) => scope.split(':')[1]?.replace(/^k/, '').startsWith(code));
  const top: Place = { scope: `province:${province?.code}`, name: province?.name ?? '', level: 'province' };
  if (scope.startsWith('province:')) return [nation, top];
  if (scope.startsWith('regency:')) return [nation, top, own(top.scope) ?? top];
  const regency = unitsBelow(top.scope).find((unit) =>
    unitsBelow(unit.scope).some((kitchen) => kitchen.scope === scope),
  );
  return [nation, top, ...(regency ? [regency, own(regency.scope) ?? regency] : [])].map(({ scope, name, level }) => ({
    scope,
    name,
    level,
  }));
}

/** What is told of a path: nothing above the caller's own. */
function toldPath({ scopes }: Caller, scope: string): Place[] {
  const path = pathOf(scope);
  const top = path.findIndex((unit) => scopes.includes(unit.scope));
  return top > 0 ? path.slice(top) : path;
}

const triple = (value: number | null) => (value === null ? null : { num: value, den: 1, value });
function summary(caller: Caller, scope: string) {
  const { role } = caller;
  const path = toldPath(caller, scope);
  const todayOnly = seesTodayOnly(role);
  return {
    ...{ asOf, scope, date: DAY, state: 'provisional', path },
    ...{ name: path.at(-1)?.name, level: path.at(-1)?.level },
    kpis: visibleKpis(role).map((kpi) => {
      const value = valueAt(kpi, scope, DAY);
      const earlier = (days: number) => (todayOnly ? null : triple(valueAt(kpi, scope, before(days))));
      return {
        ...{ id: kpi.id, num: value, den: null, value, status: statusOf(kpi, value), target: kpi.target },
        ...{ previousDay: earlier(1), sameWeekday: earlier(7), yearAgo: null, monthToDate: null },
        previousPeriod: kpi.grain === undefined ? null : earlier(28),
        trend: todayOnly
          ? []
          : between(before(29), DAY).flatMap((date) => {
              const then = valueAt(kpi, scope, date);
              return then === null ? [] : [{ date, value: then }];
            }),
      };
    }),
  };
}

const named = (scope: string) => {
  const unit = pathOf(scope).at(-1) ?? nation;
  return { name: unit.name, level: unit.level };
};

/** What is off its limits, and a report that blocks a payment. */
function attention(role: string, scope: string) {
  const off = visibleKpis(role).flatMap((kpi) => {
    const status = statusOf(kpi, valueAt(kpi, scope, DAY));
    if (status !== 'warn' && status !== 'critical') return [];
    const limits = [formatLimits(kpi.target, kpi.unit), formatLimits(kpi.target, kpi.unit, 'en')];
    const value = valueAt(kpi, scope, DAY);
    return [
      {
        ...{
          kind: 'threshold',
          severity: status,
          kpi: kpi.id,
          since: before(2),
          scope,
          name: named(scope).name,
          count: 1,
        },
        reason_id: `${kpi.name.id} ${formatShort(value, kpi.unit)}, batas ${limits[0]}`,
        reason_en: `${kpi.name.en} ${formatShort(value, kpi.unit, 'en')}, limit ${limits[1]}`,
        href: `/?scope=${encodeURIComponent(scope)}&kpi=${kpi.id}`,
      },
    ];
  });
  const report = {
    ...{ kind: 'report_due', severity: 'warn', since: before(8), scope: 'sppg:k3201-3', name: HOSTILE, count: 1 },
    ...{
      reason_id: '1 laporan dua mingguan terlambat: pencairan berikutnya tertahan',
      reason_en: '1 fortnightly reports are late: the next tranche is blocked',
    },
    href: '/?scope=sppg%3Ak3201-3',
  };
  const critical = (item: { severity: string }) => Number(item.severity === 'critical');
  const items = [...off.sort((a, b) => critical(b) - critical(a)), ...(seesTodayOnly(role) ? [] : [report])];
  const places = scope === 'national' ? { level: 'province', critical: 3 } : null;
  return { asOf, scope, date: DAY, places, total: items.length, items };
}

function flow(scope: string) {
  const total = 63e6 * shareOf(scope);
  const upTo = (hour: number, from: number, until: number, most: number) =>
    hour > 11 ? null : Math.round(total * most * Math.min(1, Math.max(0, (hour - from) / (until - from))));
  return {
    ...{ asOf, scope, ...named(scope), date: DAY },
    stages: (['planned', 'cooked', 'checked', 'departed', 'delivered'] as const).map((stage) => ({
      ...{ stage, total: Math.round(total), untimed: stage === 'checked' ? Math.round(total / 50) : 0 },
    })),
    hours: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      planned: Math.round(total),
      cooked: upTo(hour, 2, 8, 0.99),
      checked: upTo(hour, 3, 9, 0.97),
      departed: upTo(hour, 5, 11, 0.95),
      delivered: upTo(hour, 6, 12, 0.98),
    })),
  };
}

/** The answer to a path of the API, or undefined where there is none. */
export function fixedAnswer(caller: Caller, path: string, query: URLSearchParams): object | undefined {
  const { role } = caller;
  const scope = query.get('scope') ?? 'national';
  const from = query.get('from') ?? DAY;
  const to = query.get('to') ?? DAY;
  const [, id = '', question] = /^\/kpis\/(\w+)\/(\w+)$/.exec(path) ?? [];
  const kpi = visibleKpis(role).find((own) => own.id === id);
  if (kpi && question === 'series') {
    const points = between(from, to).flatMap((date) => {
      const value = valueAt(kpi, scope, date);
      return value === null
        ? []
        : [{ date, num: value, den: null, value, state: date >= before(2) ? 'provisional' : 'final' }];
    });
    return { asOf, kpi: id, scope, grain: query.get('grain'), from, to, hierarchy: 'now', points };
  }
  if (kpi && question === 'expected') {
    const points = between(from, to).flatMap((date) => {
      const middle = valueAt(kpi, scope, before(7));
      return middle === null || isSunday(date)
        ? []
        : [{ date, low: middle * 0.97, middle, high: middle * 1.01, observations: 8 }];
    });
    return { asOf, kpi: id, scope, from, to, method: 'weekday_mad', points };
  }
  if (kpi && question === 'ranking') {
    const order = query.get('order');
    const units = unitsBelow(scope)
      .flatMap((unit) => {
        const value = valueAt(kpi, unit.scope, to);
        return value === null ? [] : [{ scope: unit.scope, name: unit.name, num: value, den: null, value }];
      })
      .sort((a, b) => (order === 'asc' ? a.value - b.value : b.value - a.value))
      .map((unit, at) => ({ rank: at + 1, ...unit }));
    return { asOf, kpi: id, scope, from, to, level: query.get('level'), order, total: units.length, units };
  }
  switch (path) {
    case '/kpis':
      return {
        asOf,
        kpis: visibleKpis(role).map(({ num: _num, den: _den, fact: _fact, limit: _limit, ...rest }) => ({
          ...rest,
          sectionName: sections[rest.section],
        })),
      };
    case '/summary':
      return summary(caller, scope);
    case '/units': {
      const parent = query.get('parent') ?? 'national';
      const unit = pathOf(parent).at(-1) ?? nation;
      return { asOf, parent: { scope: unit.scope, name: unit.name, level: unit.level }, units: unitsBelow(parent) };
    }
    case '/flow':
      return flow(scope);
    case '/insights':
      return {
        ...{ asOf, scope, date: before(1), precision: [], forecasts: [] },
        warnings: { total: 0, items: [] },
        findings: {
          ...{ from: before(7), to: before(1), totals: [{ rule: 'waste_negative_weight', kitchens: 1, findings: 1 }] },
          items: [
            {
              rule: 'waste_negative_weight',
              scope: 'sppg:k3201-3',
              name: HOSTILE,
              date: before(1),
              count: 1,
              state: 'open',
              note: '',
              by: '',
            },
          ],
        },
      };
    case '/attention':
      return attention(role, scope);
    case '/dictionary':
      return {
        asOf,
        entries: [
          {
            id: 'waste_negative_weight',
            name: { id: 'Berat limbah negatif', en: 'Negative waste weight' },
            unit: 'count',
          },
        ],
      };
    case '/units/search': {
      const q = (query.get('q') ?? '').toLowerCase();
      const found = [...unitsBelow('national'), ...unitsBelow('province:32'), ...unitsBelow('regency:3201')];
      const units = found
        .filter(({ name }) => name.toLowerCase().includes(q))
        .slice(0, 12)
        .map(({ scope: of, name, level, code }) => {
          const above = toldPath(caller, of).slice(0, -1);
          return {
            scope: of,
            name,
            level,
            code,
            ...(above.length > 0 ? { path: above.map((each) => each.name).join(' › ') } : {}),
          };
        });
      return { asOf, q, units };
    }
  }
  return undefined;
}
