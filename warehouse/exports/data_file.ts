/**
 * A data file as a stream of bytes: straight from the engine in its own formats, which both dialects of CSV are among; a workbook
 * is written while the engine's rows arrive. None has a limit of rows.
 */
import { Readable } from 'node:stream';
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { scarceParams } from '../queries/sql.ts';
import { datasetHeader, datasetStream } from '../queries/values.ts';
import type { Scope } from '../scopes.ts';
import type { DataColumn, Exportable } from './catalogue.ts';
import { csvText, type Dialect, FORMULA, markOf, separatorOf } from './csv.ts';
import { dataXlsx } from './data_xlsx.ts';

export type DataFile = {
  report: Exportable;
  format: string;
  scope: Scope;
  from: string | null;
  to: string | null;
  kpis: readonly Kpi[];
};

const engineFormats: Readonly<Record<string, string>> = {
  csv: 'CSV',
  'csv-id': 'CSV',
  xlsx: 'JSONCompactEachRow',
  jsonl: 'JSONEachRow',
  parquet: 'Parquet',
};

/** What a file of a format is, and how its name ends. */
export const fileTypes: Readonly<Record<string, { media: string; ending: string }>> = {
  csv: { media: 'text/csv; charset=utf-8', ending: '.csv' },
  'csv-id': { media: 'text/csv; charset=utf-8', ending: '_excel.csv' },
  jsonl: { media: 'application/x-ndjson', ending: '.jsonl' },
  parquet: { media: 'application/vnd.apache.parquet', ending: '.parquet' },
  pdf: { media: 'application/pdf', ending: '.pdf' },
  xlsx: { media: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', ending: '.xlsx' },
};

export async function dataFile(warehouse: Warehouse, file: DataFile, signal: AbortSignal): Promise<Readable> {
  const { report, format, scope, kpis } = file;
  const [from, to] = [file.from ?? '2000-01-01', file.to ?? '2099-12-31'];
  const engineFormat = engineFormats[format];
  if (report.select === undefined || engineFormat === undefined) {
    throw new LumbungError(
      'bad_input',
      `${report.id} is not made as ${format}: it comes as ${report.formats.join(', ')}`,
    );
  }
  // The daily dataset has one CSV form, here and at /datasets/kpi_daily.csv.
  if (report.id === 'kpi_daily' && format === 'csv') {
    return concatenated(datasetHeader, await datasetStream(warehouse, scope, from, to, kpis, signal));
  }
  const { columns, sql, order } = report.select(scope);
  const params = { from, to, scopeId: scope.id, kpis: kpis.map((kpi) => kpi.id), ...scarceParams(kpis) };
  const dialect = format === 'csv' || format === 'csv-id' ? format : undefined;
  const cells = dialect ? columns.map((column) => cellSql(column, dialect)) : ['*'];
  // A missing value is empty.
  const settings = dialect
    ? `SETTINGS format_csv_delimiter = '${separatorOf[dialect]}', format_csv_null_representation = ''`
    : '';
  const bytes = await warehouse.stream(
    `SELECT ${cells.join(', ')} FROM (${sql}) ORDER BY ${order} ${settings} FORMAT ${engineFormat}`,
    params,
    signal,
  );
  if (format === 'xlsx') return dataXlsx(report.name.id, columns, bytes);
  return dialect ? concatenated(headerOf(columns, dialect), bytes) : bytes;
}

/** A column as CSV holds it; the engine has no decimal comma. */
function cellSql({ id, kind }: DataColumn, dialect: Dialect): string {
  if (kind === 'text')
    return `if(match(${id}, '${FORMULA.replaceAll('\\', '\\\\')}'), concat('\\'', ${id}), ${id}) AS ${id}_told`;
  if (kind === 'number' && dialect === 'csv-id') return `replaceOne(toString(${id}), '.', ',') AS ${id}_told`;
  return id;
}

function headerOf(columns: readonly DataColumn[], dialect: Dialect): string {
  const names = columns.map(({ id, name }) => (dialect === 'csv' ? id : csvText(name)));
  return `${markOf[dialect]}${names.join(separatorOf[dialect])}\n`;
}

function concatenated(head: string, tail: Readable): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from(head);
      yield* tail;
    })(),
    { objectMode: false },
  );
}
