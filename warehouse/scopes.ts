/** Scopes: a part of the nation, and the SQL condition that keeps a query inside it. Values are always bound. */
import { LumbungError } from '../platform/errors.ts';

export type Level = 'national' | 'region' | 'province' | 'regency' | 'sppg';
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

const inside: Readonly<Record<Exclude<Level, 'sppg'>, string>> = {
  national: '1',
  region: `provinceId IN (SELECT id FROM raw.provinces_indonesia FINAL WHERE NOT _deleted AND region = {scopeId:String})`,
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
    case 'region':
      return 'province_id IN (SELECT id FROM raw.provinces_indonesia FINAL WHERE NOT _deleted AND region = {scopeId:String})';
    case 'province':
      return 'province_id = {scopeId:String}';
    case 'regency':
      return 'regency_id = {scopeId:String}';
    case 'sppg':
      throw new LumbungError('internal', 'a kitchen is not made up of areas');
  }
}

/** SQL of the relation a scope's figures are read from, with its condition: cells of the kitchen, or areas. */
export function figuresOf(scope: Scope): { from: string; where: string } {
  return scope.level === 'sppg'
    ? { from: 'mart.kpi_daily', where: scopeCondition(scope, 'sppg_id') }
    : { from: 'mart.kpi_areas', where: areaCondition(scope) };
}
