/**
 * What can be exported. A data file is a SELECT, in the formats the engine writes or can be written while its rows arrive; a
 * ministry document is listed without one, and made by reports/documents.
 * Invariant: SQL binds its values, and stays inside the scope by scopeCondition.
 */
import type { Kpi } from '../kpis/kpi.ts';
import { hiddenSql, scarceSql } from '../queries/sql.ts';
import { areaCondition, type Level, type Scope, scopeCondition } from '../scopes.ts';
import { DOCUMENT_FORMATS, type DocumentEntry, type DocumentId, documentOf, documents } from './documents.ts';

export type DataColumn = { id: string; name: string; kind: 'text' | 'number' | 'date' };

export type Exportable = {
  id: string;
  name: { id: string; en: string };
  formats: readonly string[];
  /** It is about a period: from and to are required. */
  period: boolean;
  /** It sums kitchens, so it is of a scope above them. */
  aboveKitchens?: true;
  /** Binds from, to, kpis (an array of ids), scopeId and what scarceParams yields. */
  select?: (scope: Scope) => { columns: readonly DataColumn[]; sql: string; order: string };
  /** What it is as a ministry document. */
  document?: DocumentEntry;
};

const [text, number, date] = (['text', 'number', 'date'] as const).map(
  (kind) =>
    (id: string, name: string): DataColumn => ({ id, name, kind }),
) as [Named, Named, Named];
type Named = (id: string, name: string) => DataColumn;
const figures = [number('num', 'Pembilang'), number('den', 'Penyebut'), number('value', 'Nilai')];

/** The sums `n` and `d` of a KPI and their value, as far as the audience is told. */
const told = `if(${hiddenSql('n', 'd')}, NULL, n) AS num, if(${hiddenSql('n', 'd')}, NULL, d) AS den,
  multiIf(${scarceSql('n', 'd')}, NULL, d IS NULL, n, d = 0, NULL, n / d) AS value`;

export const DATA_FORMATS = ['csv', 'csv-id', 'xlsx', 'jsonl', 'parquet'] as const;

const dataFiles: readonly Exportable[] = [
  {
    id: 'kpi_daily',
    name: { id: 'Angka harian per SPPG', en: 'Daily figures per SPPG' },
    formats: DATA_FORMATS,
    period: true,
    select: (scope) => ({
      columns: [text('sppg_id', 'SPPG'), date('date', 'Tanggal'), text('kpi', 'Ukuran'), ...figures],
      sql: `SELECT sppg_id, day AS date, toString(kpi) AS kpi, ${told}
        FROM (SELECT sppg_id, day, kpi, num AS n, den AS d FROM mart.kpi_daily FINAL
          WHERE day BETWEEN {from:Date32} AND {to:Date32} AND split = '' AND num IS NOT NULL
            AND kpi IN ({kpis:Array(String)}) AND ${scopeCondition(scope, 'sppg_id')})`,
      order: 'date, sppg_id, kpi',
    }),
  },
  {
    id: 'kpi_areas',
    name: { id: 'Angka harian per kabupaten/kota', en: 'Daily figures per regency' },
    formats: DATA_FORMATS,
    period: true,
    aboveKitchens: true,
    select: (scope) => ({
      columns: [
        ...[text('province_id', 'Provinsi'), text('regency_id', 'Kabupaten/Kota'), date('date', 'Tanggal')],
        ...[text('kpi', 'Ukuran'), ...figures],
      ],
      sql: `SELECT province_id, regency_id, day AS date, toString(kpi) AS kpi, ${told}
        FROM (SELECT province_id, regency_id, day, kpi, sum(num) AS n, sum(den) AS d FROM mart.kpi_areas FINAL
          WHERE day BETWEEN {from:Date32} AND {to:Date32} AND split = '' AND num IS NOT NULL
            AND kpi IN ({kpis:Array(String)}) AND ${areaCondition(scope)}
          GROUP BY province_id, regency_id, day, kpi)`,
      order: 'date, province_id, regency_id, kpi',
    }),
  },
  {
    id: 'units',
    name: { id: 'Daftar SPPG', en: 'List of SPPGs' },
    formats: DATA_FORMATS,
    period: false,
    select: (scope) => ({
      columns: [
        ...[text('sppg_id', 'SPPG'), text('code', 'Kode'), text('name', 'Nama'), text('province_id', 'Provinsi')],
        ...[text('regency_id', 'Kabupaten/Kota'), text('status', 'Status')],
        number('target_recipients', 'Sasaran penerima'),
      ],
      sql: `SELECT id AS sppg_id, code, name, provinceId AS province_id, regencyId AS regency_id, toString(status) AS status,
          targetRecipients AS target_recipients
        FROM raw.sppg FINAL WHERE NOT _deleted AND ${scopeCondition(scope, 'id')}`,
      order: 'code, sppg_id',
    }),
  },
];

export const exportables: readonly Exportable[] = [
  ...(Object.keys(documents) as DocumentId[]).map(
    (id): Exportable => ({
      id,
      name: documents[id].name,
      formats: DOCUMENT_FORMATS,
      period: true,
      document: documentOf(id),
    }),
  ),
  ...dataFiles,
];

export function findExportable(id: string): Exportable | undefined {
  // Reports are called kpi-daily and national_summary, too.
  const plain = (name: string) => name.replaceAll('_', '-');
  return exportables.find((candidate) => plain(candidate.id) === plain(id));
}

/** Days of one KPI: periods are not days, states and supplements are not part of the ministry's daily data. */
export const isDaily = (kpi: Kpi): boolean => kpi.grain === undefined && !kpi.state && !kpi.supplement;

/** Why a report is not made of units of a level; undefined where it is. */
export function levelRefused({ id, aboveKitchens, document }: Exportable, level: Level): string | undefined {
  if (aboveKitchens && level === 'sppg') return `${id} sums kitchens: name a scope above them`;
  if (document && !document.levels.includes(level))
    return `${id} is made of ${document.levels.join(', ')}, not of ${level}`;
  return undefined;
}
