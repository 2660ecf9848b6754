/** A kitchen and its areas as the renderer has them read, for what pages must keep whatever the figures are. */

import { provinces } from '../../demo/reference/provinces.ts';
import { serverDocument } from '../../reports/units/document.ts';
import { toldFigures } from '../../reports/units/figures.ts';
import { grouped } from '../../reports/units/grouped.ts';
import { read, trends } from '../../reports/units/measures.ts';
import type { Programme } from '../../reports/units/programme.ts';
import type { UnitData } from '../../reports/units/read.ts';
import type { Audience, View } from '../../reports/units/view.ts';
import { wordsIn } from '../../reports/units/words.ts';
import { addDays } from '../../warehouse/days.ts';
import type { Language } from '../../warehouse/kpis/format.ts';
import type { UnitFigures } from '../../warehouse/queries/units/figures.ts';
import type { Kitchen } from '../../warehouse/queries/units/listing.ts';

const date = '2026-03-04';
export const days = {
  ...{ date, today: '2026-03-05', monthStart: '2026-03-01', yearStart: '2026-01-01' },
  ...{ trendStart: addDays('2026-03-05', -41), calendarStart: addDays('2026-03-05', -90) },
  ...{ comparedFrom: addDays(date, -27), findingsFrom: addDays(date, -6) },
};
const kitchen = (id: string, name: string, size: number): Kitchen => ({
  ...{
    id,
    name,
    code: `C-${id}`,
    province: '32',
    regency: '3201',
    region: 'JAWA',
    size,
    status: 'ACTIVE',
    demo: false,
  },
  ...{ opened: '2025-01-06', closed: null, budget: 600_000_000 },
});
const area = { province: '32', region: 'JAWA', zone: 'WIB', kitchens: 12 };

/** Twelve kitchens; the first has the name given. */
export function programmeOf(name: string): Programme {
  const kitchens = Array.from({ length: 12 }, (_, at) =>
    kitchen(`k${at}`, at === 0 ? name : `SPPG ${at}`, 2_000 + (at % 4) * 100),
  );
  const areas = [
    { ...area, level: 'national' as const, id: '', name: '', code: '' },
    ...provinces.map(({ code, name: own }) => ({
      ...area,
      level: 'province' as const,
      id: code,
      province: code,
      name: own,
      code,
    })),
    { ...area, level: 'regency' as const, id: '3201', name: 'Kab. Bogor', code: '3201' },
  ];
  return {
    days,
    freshness: {
      committedAt: '2026-03-05T01:02:03.000Z',
      rolledUpAt: '2026-03-05T01:02:04.000Z',
      watermark: '1',
      seq: 9,
    },
    ...{ targets: [], wilayah: new Map(), areas, kitchens },
    areaOf: new Map(areas.map((own) => [own.level === 'national' ? 'national' : `${own.level}:${own.id}`, own])),
    kitchenOf: new Map(kitchens.map((own) => [own.id, own])),
    kitchensOfRegency: grouped(kitchens, ({ regency }) => regency),
    regenciesOf: new Map([['32', areas.slice(-1)]]),
    sumsOf: (level, id) =>
      level === 'sppg' || level === 'province'
        ? {
            on_time_delivery: [Number(id.replace('k', '')), 100],
            delivery_fulfilment: [80 + (Number(id.replace('k', '')) % 21), 100],
          }
        : {},
  };
}

/** Every KPI with a value on the day; `few` people where it counts people. */
export function dataOf(level: UnitData['level'], id: string, few = false): UnitData {
  const rows = read.map((kpi): UnitFigures => {
    const num = few && kpi.people ? 3 : 120;
    const den = kpi.den === undefined ? null : few && kpi.people ? 3 : 150;
    const at = kpi.grain === 'month' ? days.monthStart : date;
    return {
      unit: id,
      kpi: kpi.id,
      cells: [[at, num, den]],
      month: kpi.grain === undefined ? [num, den, 1] : [0, null, 0],
    };
  });
  const points = Array.from({ length: 91 }, (_, at) => ({
    ...{ date: addDays(days.calendarStart, at), value: at % 7 === 6 ? null : 0.9 + (at % 5) / 100 },
    ...{ provisional: at > 88, expected: at > 60 ? { low: 0.85, high: 0.97 } : null },
  }));
  return {
    ...{ level, id, figures: toldFigures(rows, ['national', `${level}:${id}`], [], days) },
    series: trends.map((kpi) => ({ kpi, points })),
    parts: new Map([
      ['portions_target', new Map([['SD', 400]])],
      ['portions_delivered', new Map([['SD', 390]])],
      ['funds_planned', new Map([['food', 5e6]])],
      ['funds_used', new Map([['food', 4e6]])],
    ]),
    sheets: [['2026-03-03', 1, 0, 1, 0, 0, 0]],
    findings: [{ unit: id, rule: 'delivered_over_produced', kitchens: 1, findings: 2, first: date, last: date }],
    reports: { unit: id, total: 2, late: 1, due: '2026-03-03' },
    state: 'provisional',
  };
}

export const viewOf = (programme: Programme, language: Language, audience: Audience = 'readers'): View => ({
  ...{ language, audience, programme, words: wordsIn[language], document: serverDocument() },
  ...{ base: '/reports', origin: 'https://lumbung.example', release: '9' },
  assets: { style: '/reports/assets/a.css', script: '/reports/assets/a.js', font: '/reports/assets/a.woff2' },
});
