/** A data file as a stream of bytes, straight from the engine in the format asked for. */
import { Readable } from 'node:stream';
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../client.ts';
import type { Kpi } from '../kpis/kpi.ts';
import { scarceParams } from '../queries/sql.ts';
import { datasetHeader, datasetStream } from '../queries/values.ts';
import type { Scope } from '../scopes.ts';
import type { Exportable } from './catalogue.ts';

export type DataFile = {
  report: Exportable;
  format: string;
  scope: Scope;
  from: string | null;
  to: string | null;
  kpis: readonly Kpi[];
};

const engineFormats: Readonly<Record<string, string>> = { csv: 'CSV', jsonl: 'JSONEachRow', parquet: 'Parquet' };

export const contentTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
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
  const { columns, sql } = report.select(scope);
  const params = { from, to, scopeId: scope.id, kpis: kpis.map((kpi) => kpi.id), ...scarceParams(kpis) };
  const bytes = await warehouse.stream(`${sql} FORMAT ${engineFormat}`, params, signal);
  return format === 'csv' ? concatenated(`${columns.join(',')}\n`, bytes) : bytes;
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
