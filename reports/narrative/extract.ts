/**
 * Writes the extracts: the engine makes Parquet of each answer, and a manifest names the files as Evidence looks for them.
 * Invariants: columns have the names and types their extract declares; small answers of our own queries go the same way.
 */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LumbungError, messageOf } from '../../platform/errors.ts';
import type { Params } from '../../warehouse/client.ts';
import { extracts } from './extracts/all.ts';
import type { Context, Extract, Row } from './extracts/extract.ts';

/** DuckDB reads whole row groups: small ones let it leave out what a page does not ask for. */
const PARQUET = `output_format_parquet_compression_method = 'zstd', output_format_parquet_string_as_string = 1,
  output_format_parquet_row_group_size = 50000`;
/** What the engine takes as one statement; answers that are larger belong into SQL. */
const STATEMENT_BYTES = 250_000;

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Rows that are here already, as a relation. */
function relationOf({ source, table, columns }: Extract, rows: readonly Row[]): string {
  const structure = Object.entries(columns).map(([name, { type }]) => `${name} ${type}`);
  const text = quoted(rows.map((row) => JSON.stringify(row)).join('\n'));
  if (Buffer.byteLength(text) > STATEMENT_BYTES)
    throw new LumbungError(
      'internal',
      `the extract ${source}.${table} has too many rows to be written as values: select them in SQL`,
    );
  return `SELECT * FROM format(JSONEachRow, ${quoted(structure.join(', '))}, ${text})`;
}

async function statementOf(extract: Extract, context: Context): Promise<{ sql: string; params: Params }> {
  if ('select' in extract) return extract.select(context);
  return { sql: relationOf(extract, await extract.rows(context)), params: {} };
}

/** Writes every extract under `folder` (Evidence's static/data), with its manifest. */
export async function writeExtracts(context: Context, folder: string): Promise<void> {
  const renderedFiles: Record<string, string[]> = {};
  for (const extract of extracts) {
    const { source, table, columns, order } = extract;
    context.signal.throwIfAborted();
    const file = join(source, table, `${table}.parquet`);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    try {
      const { sql, params } = await statementOf(extract, context);
      const cast = Object.entries(columns).map(([name, { type }]) => `CAST(${name}, '${type}') AS ${name}`);
      const bytes = await context.warehouse.stream(
        `SELECT ${cast.join(', ')} FROM (${sql}) ORDER BY ${order.join(', ')} SETTINGS ${PARQUET} FORMAT Parquet`,
        params,
        context.signal,
      );
      await pipeline(bytes, createWriteStream(join(folder, file)), { signal: context.signal });
    } catch (error) {
      if (context.signal.aborted) throw error;
      throw new LumbungError('internal', `extract ${source}.${table}: ${messageOf(error)}`, error);
    }
    renderedFiles[source] = [...(renderedFiles[source] ?? []), `static/data/${file}`];
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ renderedFiles }));
}
