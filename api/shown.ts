/**
 * How an answer is shown: JSON or CSV by Accept, a page of its rows, some of their fields.
 * Invariant: the choice never changes what is computed or cached, only what of it is sent; the ETag tells the choices apart.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { LumbungError } from '../platform/errors.ts';
import { csvText } from '../warehouse/exports/csv.ts';
import { contractOf } from './contracts/all.ts';
import type { Contract } from './contracts/contract.ts';
import { shownInput } from './inputs.ts';

export type Showing = {
  /** Part of the ETag. */
  id: string;
  csv: boolean;
  /** True when the answer is sent as it is held. */
  plain: boolean;
  apply(body: Record<string, unknown>): { body: Record<string, unknown>; rows: Row[]; more: number | undefined };
  columns: readonly string[];
};
type Row = Record<string, unknown>;

/** What the request asks to be shown of its route's answer. */
export function showingOf(request: Request): Showing {
  const contract = contractOf(request.method, request.baseUrl, String(request.route?.path));
  const rowsOf = contract?.rows;
  const { fields, limit: asked, offset } = shownInput.parse(request.query);
  const limit = asked ?? defaultLimit(contract);
  const csv = wantsCsv(request, rowsOf);
  const columns = columnsOf(contract);
  const chosen = fields?.split(',');
  const unknown = chosen?.find((field) => !columns.includes(field));
  if (unknown !== undefined) {
    throw new LumbungError(
      'bad_input',
      `fields: there is no ${unknown}; there are ${columns.join(', ') || 'none here'}`,
    );
  }
  return {
    id: `${csv} ${fields} ${limit} ${offset}`,
    csv,
    columns: chosen ?? columns,
    plain: !csv && chosen === undefined && limit === undefined && offset === 0,
    apply(body) {
      const all = rowsOf === undefined ? [] : (body[rowsOf] as Row[]);
      const page = all.slice(offset, limit === undefined ? undefined : offset + limit);
      const rows = chosen === undefined ? page : page.map((row) => pick(row, chosen));
      const total = typeof body.total === 'number' ? body.total : all.length;
      // Where the query itself was limited, a full page may be followed by another.
      const more = limit !== undefined && page.length === limit && (total > offset + limit || body.total === undefined);
      return {
        body: rowsOf === undefined ? body : { ...body, [rowsOf]: rows },
        rows,
        more: more ? offset + page.length : undefined,
      };
    },
  };
}

/** Rows as CSV (RFC 4180): text quoted where needed, missing values empty, what is nested as JSON. */
export function csvOf(columns: readonly string[], rows: readonly Row[]): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return csvText(JSON.stringify(value));
  return typeof value === 'string' ? csvText(value) : String(value);
}

function wantsCsv(request: Request, rows: string | undefined): boolean {
  const best = request.accepts(rows === undefined ? ['json'] : ['json', 'csv']);
  if (best === false) {
    throw new LumbungError('not_acceptable', `this is answered as JSON${rows === undefined ? '' : ' or text/csv'}`);
  }
  return best === 'csv';
}

/** How many rows a route answers unasked; undefined where it answers all. */
function defaultLimit(contract: Contract | undefined): number | undefined {
  if (!(contract?.query instanceof z.ZodObject)) return undefined;
  const { limit } = contract.query.shape as Record<string, z.ZodType | undefined>;
  const { data } = limit?.safeParse(undefined) ?? {};
  return typeof data === 'number' ? data : undefined;
}

/** The fields of a row of the answer, in their order. */
function columnsOf(contract: Contract | undefined): string[] {
  if (contract?.rows === undefined || !(contract.answer instanceof z.ZodObject)) return [];
  const list = contract.answer.shape[contract.rows] as unknown;
  const row = list instanceof z.ZodArray ? (list.element as unknown) : undefined;
  return row instanceof z.ZodObject ? Object.keys(row.shape) : [];
}

function pick(row: Row, fields: readonly string[]): Row {
  return Object.fromEntries(fields.filter((field) => field in row).map((field) => [field, row[field]]));
}
