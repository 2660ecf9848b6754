/** What the figures are about: measures, provinces, and when this was. */
import { readFreshness } from '../../../warehouse/ledger.ts';
import type { Extract } from './extract.ts';

export const kpis: Extract = {
  source: 'reference',
  table: 'kpis',
  question: 'Which measures are there, and what do they mean?',
  columns: {
    kpi: { type: 'String', meaning: 'id' },
    position: { type: 'Float64', meaning: 'place in the order screens show them' },
    section: { type: 'String', meaning: 'section of the dictionary' },
    name_id: { type: 'String', meaning: 'Indonesian name' },
    name_en: { type: 'String', meaning: 'English name' },
    unit: { type: 'String', meaning: 'portions, percent, idr, count, score, gram, days, rating, people' },
    direction: { type: 'String', meaning: 'which way is better: up, down, band, none' },
    grain: { type: 'String', meaning: 'finest period: day, fortnight, month' },
    state: { type: 'Bool', meaning: 'tells the state at the end of a day' },
  },
  order: ['position'],
  rows: async ({ kpis: all }) =>
    all.map((kpi, position) => ({
      kpi: kpi.id,
      position,
      section: kpi.section,
      name_id: kpi.name.id,
      name_en: kpi.name.en,
      unit: kpi.unit,
      direction: kpi.direction,
      grain: kpi.grain ?? 'day',
      state: kpi.state === true,
    })),
};

export const provinces: Extract = {
  source: 'reference',
  table: 'provinces',
  question: 'Which provinces are there, to which region do they belong, and how many kitchens do they have?',
  columns: {
    unit: { type: 'String', meaning: 'id' },
    code: { type: 'String', meaning: 'code of the statistical office or the ministry' },
    name: { type: 'String', meaning: 'name' },
    region: { type: 'String', meaning: 'island group, as the source names it' },
    wilayah: { type: 'String', meaning: 'region of BGN; empty where it belongs to none' },
    zone: { type: 'String', meaning: 'WIB, WITA or WIT' },
    kitchens: { type: 'Float64', meaning: 'kitchens that count' },
    active: { type: 'Float64', meaning: 'of them, active ones' },
    regencies: { type: 'Float64', meaning: 'regencies and cities that have kitchens' },
  },
  order: ['name'],
  select: () => ({
    sql: `SELECT p.id AS unit, p.provinceCode AS code, p.provinceName AS name, toString(p.region) AS region, w.name AS wilayah, toString(p.timezone) AS zone,
        toFloat64(k.kitchens) AS kitchens, toFloat64(k.active) AS active, toFloat64(k.regencies) AS regencies
      FROM (SELECT * FROM raw.provinces_indonesia FINAL WHERE NOT _deleted) AS p
      LEFT ANY JOIN (SELECT region, name FROM mart.wilayah FINAL WHERE listed) AS w ON w.region = toString(p.region)
      LEFT ANY JOIN (
        SELECT provinceId, count() AS kitchens, countIf(status = 'ACTIVE') AS active, uniqExact(regencyId) AS regencies FROM raw.sppg FINAL
        WHERE NOT _deleted AND NOT isDemoAccount GROUP BY provinceId
      ) AS k ON k.provinceId = p.id`,
    params: {},
  }),
};

export const edition: Extract = {
  source: 'reference',
  table: 'edition',
  question: 'Up to when do the figures go, and what of them is provisional?',
  columns: {
    last: { type: 'Date32', meaning: 'the last day of service told' },
    week_from: { type: 'Date32', meaning: 'first of the 7 days to it' },
    month_from: { type: 'Date32', meaning: 'first of the 28 days to it' },
    committed_at: {
      type: 'Nullable(String)',
      meaning: 'source commit time up to which the figures are complete (UTC)',
    },
    rolled_up_at: { type: 'Nullable(String)', meaning: 'when they were computed (UTC)' },
    waiting: { type: 'Float64', meaning: 'days before today whose sheets are still due' },
  },
  order: ['last'],
  async rows({ warehouse, last, provisional }) {
    const { committedAt, rolledUpAt } = await readFreshness(warehouse);
    const back = (days: number) => new Date(Date.parse(last) - days * 86_400_000).toISOString().slice(0, 10);
    return [
      {
        ...{ last, week_from: back(6), month_from: back(27), committed_at: committedAt, rolled_up_at: rolledUpAt },
        waiting: provisional.waiting.length,
      },
    ];
  },
};
