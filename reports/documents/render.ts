/** A ministry document from the warehouse to a file: read once, hashed, and written in the format asked for. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { DOCUMENT_FORMATS } from '../../warehouse/exports/documents.ts';
import { reportKinds } from './catalogue.ts';
import { renderCsv } from './csv.ts';
import { renderPdf } from './pdf.ts';
import type { Of } from './read.ts';
import { canonical, type Report, type Stamp } from './report.ts';
import { renderXlsx } from './xlsx.ts';

/** The fingerprint of a report's numbers. */
export const fingerprint = (report: Report): string => createHash('sha256').update(canonical(report)).digest('hex');

/** Nobody has confirmed it. */
const provisional = (report: Report): Stamp => ({ state: 'Sementara', revision: 0, sha256: fingerprint(report) });

export async function readReport(warehouse: Warehouse, id: string, of: Of, signal: AbortSignal): Promise<Report> {
  const kind = reportKinds.find((candidate) => candidate.id === id);
  if (kind === undefined) throw new LumbungError('not_found', `there is no report ${id}`);
  return kind.read(warehouse, of, signal);
}

export async function renderReport(
  report: Report,
  format: string,
  signal: AbortSignal,
  stamp: Stamp = provisional(report),
): Promise<Readable> {
  switch (format) {
    case 'pdf':
      return Readable.from([await renderPdf(report, stamp, signal)]);
    case 'xlsx':
      return Readable.from([await renderXlsx(report, stamp)]);
    case 'csv':
    case 'csv-id':
      return renderCsv(report, stamp, format);
    default:
      throw new LumbungError('bad_input', `${report.report} comes as ${DOCUMENT_FORMATS.join(', ')}, not as ${format}`);
  }
}
