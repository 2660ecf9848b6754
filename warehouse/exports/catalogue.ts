/**
 * What can be exported. A data file is a SELECT, in the formats the engine writes; a report of another kind is listed here
 * without one, and a worker's table of renderers makes it (workers/exports.ts).
 * Invariant: SQL binds its values, and stays inside the scope by scopeCondition.
 */
import type { Kpi } from '../kpis/kpi.ts';
import { hiddenSql, scarceSql } from '../queries/sql.ts';
import { areaCondition, type Scope, scopeCondition } from '../scopes.ts';

export type Exportable = {
  id: string;
  name: { id: string; en: string };
  formats: readonly string[];
  /** It is about a period: from and to are required. */
  period: boolean;
  /** It sums kitchens, so it is of a scope above them. */
  aboveKitchens?: true;
  /** Binds from, to, kpis (an array of ids), scopeId and what scarceParams yields. */
  select?: (scope: Scope) => { columns: readonly string[]; sql: string };
};

/** The sums `n` and `d` of a KPI and their value, as far as the audience is told. */
const told = `if(${hiddenSql('n', 'd')}, NULL, n) AS num, if(${hiddenSql('n', 'd')}, NULL, d) AS den,
  multiIf(${scarceSql('n', 'd')}, NULL, d IS NULL, n, d = 0, NULL, n / d) AS value`;

export const DATA_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

export const exportables: readonly Exportable[] = [
  {
    id: 'kpi_daily',
    name: { id: 'Angka harian per SPPG', en: 'Daily figures per SPPG' },
    formats: DATA_FORMATS,
    period: true,
    select: (scope) => ({
      columns: ['sppg_id', 'date', 'kpi', 'num', 'den', 'value'],
      sql: `SELECT sppg_id, day AS date, toString(kpi) AS kpi, ${told}
        FROM (SELECT sppg_id, day, kpi, num AS n, den AS d FROM mart.kpi_daily FINAL
          WHERE day BETWEEN {from:Date32} AND {to:Date32} AND split = '' AND num IS NOT NULL
            AND kpi IN ({kpis:Array(String)}) AND ${scopeCondition(scope, 'sppg_id')})
        ORDER BY day, sppg_id, kpi`,
    }),
  },
  {
    id: 'kpi_areas',
    name: { id: 'Angka harian per kabupaten/kota', en: 'Daily figures per regency' },
    formats: DATA_FORMATS,
    period: true,
    aboveKitchens: true,
    select: (scope) => ({
      columns: ['province_id', 'regency_id', 'date', 'kpi', 'num', 'den', 'value'],
      sql: `SELECT province_id, regency_id, day AS date, toString(kpi) AS kpi, ${told}
        FROM (SELECT province_id, regency_id, day, kpi, sum(num) AS n, sum(den) AS d FROM mart.kpi_areas FINAL
          WHERE day BETWEEN {from:Date32} AND {to:Date32} AND split = '' AND num IS NOT NULL
            AND kpi IN ({kpis:Array(String)}) AND ${areaCondition(scope)}
          GROUP BY province_id, regency_id, day, kpi)
        ORDER BY date, province_id, regency_id, kpi`,
    }),
  },
  {
    id: 'units',
    name: { id: 'Daftar SPPG', en: 'List of SPPGs' },
    formats: DATA_FORMATS,
    period: false,
    select: (scope) => ({
      columns: ['sppg_id', 'code', 'name', 'province_id', 'regency_id', 'status', 'target_recipients'],
      sql: `SELECT id AS sppg_id, code, name, provinceId AS province_id, regencyId AS regency_id, toString(status) AS status,
          targetRecipients AS target_recipients
        FROM raw.sppg FINAL WHERE NOT _deleted AND ${scopeCondition(scope, 'id')} ORDER BY code, id`,
    }),
  },
];

export function findExportable(id: string): Exportable | undefined {
  // Reports are called kpi-daily on a command line, too.
  return exportables.find((candidate) => candidate.id === id.replaceAll('-', '_') || candidate.id === id);
}

/** Days of one KPI: periods are not days, states and supplements are not part of the ministry's daily data. */
export const isDaily = (kpi: Kpi): boolean => kpi.grain === undefined && !kpi.state && !kpi.supplement;
