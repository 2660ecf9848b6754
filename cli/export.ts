/**
 * `lumbung export`: the same documents and data files as the API's, written by whoever may reach the warehouse itself.
 * Invariant: what was written stands in the ledger of exports with its hash, so that `lumbung verify` knows it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Config, systemActor } from '../platform/config.ts';
import { LumbungError } from '../platform/errors.ts';
import { scopeText } from '../platform/tokens.ts';
import { confirmedDocument } from '../reports/documents/confirmed.ts';
import { renderReport } from '../reports/documents/render.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { exportables, findExportable, isDaily, levelRefused } from '../warehouse/exports/catalogue.ts';
import { dataFile } from '../warehouse/exports/data_file.ts';
import { checkPeriod } from '../warehouse/exports/documents.ts';
import { writeExport } from '../warehouse/exports/ledger.ts';
import { registry } from '../warehouse/kpis/registry.ts';
import { readFreshness } from '../warehouse/ledger.ts';
import { pathOf } from '../warehouse/queries/hierarchy.ts';
import { parseScope } from '../warehouse/scopes.ts';

export type ExportOptions = { format: string; scope: string; period?: string; out?: string };

export async function exportFile(
  warehouse: Warehouse,
  name: string,
  options: ExportOptions,
  config: Pick<Config, 'GRACE_DAYS' | 'PUBLIC_URL' | 'HOST' | 'PORT'>,
): Promise<void> {
  const requestedAt = new Date().toISOString();
  const report = findExportable(name);
  if (report === undefined) {
    throw new LumbungError(
      'bad_input',
      `there is no report ${name}; there are ${exportables.map(({ id }) => id).join(', ')}`,
    );
  }
  const parsed = scopeText.safeParse(options.scope);
  if (!parsed.success) throw new LumbungError('bad_input', `--scope ${parsed.error.issues[0]?.message}`);
  const scope = parseScope(options.scope);
  if ((await pathOf(warehouse, scope)) === undefined)
    throw new LumbungError('not_found', `there is no unit ${options.scope}`);
  const refused = levelRefused(report, scope.level);
  if (refused !== undefined) throw new LumbungError('bad_input', refused);
  if (!report.formats.includes(options.format))
    throw new LumbungError('bad_input', `${report.id} comes as ${report.formats.join(', ')}, not as ${options.format}`);
  if (report.period && options.period === undefined)
    throw new LumbungError('bad_input', `${report.id} is about a period: add --period 2026-03`);
  const { from, to } = options.period === undefined ? { from: null, to: null } : periodOf(options.period);
  const signal = new AbortController().signal;
  const { format } = options;
  const kpis = report.document ? registry : registry.filter(isDaily);
  const { committedAt } = await readFreshness(warehouse);
  let source: Readable;
  let number = '';
  if (report.document && from !== null && to !== null) {
    await checkPeriod(warehouse, report.document, { from, to });
    const of = { scope, from, to, kpis, graceDays: config.GRACE_DAYS };
    const document = await confirmedDocument(warehouse, config, report.id, of, signal);
    number = document.number;
    source = await renderReport(document.report, format, signal, document.stamp);
  } else {
    source = await dataFile(warehouse, { report, format, scope, from, to, kpis }, signal);
  }
  const digest = createHash('sha256');
  let bytes = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      digest.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  // A file of that name is whole, or the one that was there before.
  const partial = `${options.out}.part`;
  if (options.out === undefined) await pipeline(source, counted, process.stdout, { end: false });
  else await pipeline(source, counted, createWriteStream(partial));
  const finishedAt = new Date().toISOString();
  await writeExport(warehouse, {
    ...{ id: randomUUID(), report: report.id, format, scope: options.scope, from, to, kpis: kpis.map(({ id }) => id) },
    ...{ requestedBy: systemActor(), requestedRole: '', requestedScopes: [], requestedAt, finishedAt },
    // It is kept by whoever has it, not here.
    ...{
      state: 'expired',
      expiresAt: finishedAt,
      committedAt,
      bytes,
      sha256: digest.digest('hex'),
      reason: null,
      number,
    },
  });
  if (options.out !== undefined) await rename(partial, options.out);
}

/** A year, a month, a day, or two days, as first and last day. */
export function periodOf(text: string): { from: string; to: string } {
  const [first = '', last = first] = text.split('..');
  const from = new Date(`${[first, '01', '01'].join('-').slice(0, 10)}T00:00:00Z`);
  const wanted = /^\d{4}(-\d{2}(-\d{2})?)?$/;
  if (!wanted.test(first) || !wanted.test(last) || Number.isNaN(from.getTime())) {
    throw new LumbungError(
      'bad_input',
      `--period is 2026, 2026-03, 2026-03-09 or 2026-03-09..2026-03-22, not "${text}"`,
    );
  }
  const [year = 0, month, day] = last.split('-').map(Number);
  const end = day !== undefined ? Date.UTC(year, (month ?? 1) - 1, day) : Date.UTC(year, month ?? 12, 0);
  const days = { from: from.toISOString().slice(0, 10), to: new Date(end).toISOString().slice(0, 10) };
  const meant = days.from.startsWith(first) && days.to.startsWith(last) && days.from <= days.to;
  if (!meant) throw new LumbungError('bad_input', `--period ${text} is not a period of the calendar`);
  return days;
}
