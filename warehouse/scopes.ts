/** Scopes: a part of the nation, and the SQL condition that keeps a query inside it. Values are always bound. */
import { LumbungError } from '../platform/errors.ts';

/** From the whole down to the kitchen. */
export const LEVELS = ['national', 'wilayah', 'region', 'province', 'regency', 'sppg'] as const;
export type Level = (typeof LEVELS)[number];
export type Scope = { level: Level; id: string };

/** 'province:32' → { level, id }; the caller has validated the text. */
export function parseScope(text: string): Scope {
  if (text === 'national') return { level: 'national', id: '' };
  const [level, id] = text.split(':');
  return { level: level as Level, id: id ?? '' };
}

export function formatScope(scope: Scope): string {
  return scope.level === 'national' ? 'national' : `${scope.level}:${scope.id}`;
}

/** SQL condition on a province id. */
const provincesIn: Readonly<Record<'wilayah' | 'region', string>> = {
  wilayah: `IN (SELECT id FROM raw.provinces_indonesia FINAL WHERE NOT _deleted
    AND toString(region) IN (SELECT region FROM mart.wilayah FINAL WHERE listed AND code = {scopeId:String}))`,
  region: 'IN (SELECT id FROM raw.provinces_indonesia FINAL WHERE NOT _deleted AND region = {scopeId:String})',
};

const inside: Readonly<Record<Exclude<Level, 'sppg'>, string>> = {
  national: '1',
  wilayah: `provinceId ${provincesIn.wilayah}`,
  region: `provinceId ${provincesIn.region}`,
  province: 'provinceId = {scopeId:String}',
  regency: 'regencyId = {scopeId:String}',
};

/**
 * SQL condition on a column holding an SPPG id; bind `scopeId`. Demo tenants count for themselves only (rule 5).
 */
export function scopeCondition(scope: Scope, column: string): string {
  if (scope.level === 'sppg') return `${column} = {scopeId:String}`;
  return `${column} IN (SELECT id FROM raw.sppg FINAL WHERE NOT _deleted AND NOT isDemoAccount AND ${inside[scope.level]})`;
}

/** SQL condition on the areas of mart.kpi_areas that make up a scope above the kitchen; bind `scopeId`. */
export function areaCondition(scope: Scope): string {
  switch (scope.level) {
    case 'national':
      return '1';
    case 'wilayah':
    case 'region':
      return `province_id ${provincesIn[scope.level]}`;
    case 'province':
      return 'province_id = {scopeId:String}';
    case 'regency':
      return 'regency_id = {scopeId:String}';
    case 'sppg':
      throw new LumbungError('internal', 'a kitchen is not made up of areas');
  }
}

/** A past period as the units stand now, or as they stood at the end of each of its days. */
export type Hierarchy = 'now' | 'then';

/**
 * Kitchens' cells with the province and regency they belonged to at the end of the day (24:00 WIB); before the first version
 * known, that one. Demo tenants of the time are left out.
 */
const cellsThen = `(
  SELECT c.kpi AS kpi, c.day AS day, c.sppg_id AS sppg_id, c.split AS split, c.num AS num, c.den AS den,
    h.province_id AS province_id, h.regency_id AS regency_id
  FROM (SELECT * FROM mart.kpi_daily FINAL WHERE num IS NOT NULL) AS c
  INNER JOIN (
    SELECT id, province_id, regency_id, is_demo, deleted,
      if(row_number() OVER w = 1, toDateTime64('1900-01-01 00:00:00', 6, 'UTC'), committed_at) AS since,
      leadInFrame(committed_at, 1, toDateTime64('2299-12-31 00:00:00', 6, 'UTC')) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS until
    FROM ops.history_sppg FINAL WINDOW w AS (PARTITION BY id ORDER BY version)
  ) AS h ON h.id = c.sppg_id
  WHERE NOT h.is_demo AND NOT h.deleted
    AND toDateTime64(c.day + 1, 6, 'UTC') - INTERVAL 7 HOUR > h.since AND toDateTime64(c.day + 1, 6, 'UTC') - INTERVAL 7 HOUR <= h.until
)`;

/** Where cells of a scope's kitchens are read: of few by kitchen, of many by KPI and day. */
export const cellsOf = ({ level }: Pick<Scope, 'level'>) =>
  level === 'sppg' || level === 'regency' ? 'mart.kpi_kitchens' : 'mart.kpi_daily';

/** SQL of the relation (alias m) a scope's figures are read from, with its condition: cells of the kitchen, or areas. */
export function figuresOf(scope: Scope, hierarchy: Hierarchy = 'now'): { from: string; where: string } {
  if (scope.level === 'sppg') return { from: `${cellsOf(scope)} AS m FINAL`, where: scopeCondition(scope, 'sppg_id') };
  return { from: hierarchy === 'now' ? 'mart.kpi_areas AS m FINAL' : `${cellsThen} AS m`, where: areaCondition(scope) };
}
