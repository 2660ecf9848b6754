/**
 * Exports: a job with an id becomes a file in DATA_DIR/exports.
 * Invariants: the ledger says what is to be made; whether the scope still lies within the requester's is asked again before
 * rendering; what somebody cancelled stops within seconds; a file appears whole (written beside, then renamed) and only then is the export done; a job may run twice.
 */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ConnectionOptions, type Job, UnrecoverableError, Worker } from 'bullmq';
import { LumbungError, messageOf, policies } from '../platform/errors.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import type { Logger } from '../platform/log.ts';
import { EXPORTS, exportFile, exportJob } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import { confirmedDocument, type Origin } from '../reports/documents/confirmed.ts';
import { renderReport } from '../reports/documents/render.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { findExportable } from '../warehouse/exports/catalogue.ts';
import { dataFile } from '../warehouse/exports/data_file.ts';
import { type ExportEntry, expiredExports, readExport, writeExport } from '../warehouse/exports/ledger.ts';
import { readFreshness } from '../warehouse/ledger.ts';
import { visibleKpis } from '../warehouse/permissions.ts';
import { pathOf } from '../warehouse/queries/hierarchy.ts';
import { parseScope } from '../warehouse/scopes.ts';

const AT_A_TIME = 2;
const RENDER_WITHIN_MS = 30 * 60_000;
const LOOK_FOR_CANCEL_MS = 1_000;

export type ExportContext = {
  warehouse: Warehouse;
  workerRedis: Redis;
  dataDir: string;
  graceDays: number;
  origin: Origin;
  log: Logger;
  lifecycle: Pick<Lifecycle, 'signal'>;
};

type Made = { bytes: Readable; number: string };
type Render = (context: ExportContext, entry: ExportEntry, signal: AbortSignal) => Promise<Made>;

export function startExports(context: ExportContext): Worker {
  mkdirSync(join(context.dataDir, 'exports'), { recursive: true });
  const worker = new Worker(EXPORTS, (job: Job) => run(context, exportJob.parse(job.data).id, job), {
    connection: context.workerRedis as unknown as ConnectionOptions,
    concurrency: AT_A_TIME,
    lockDuration: 30_000,
    maxStalledCount: 3,
  });
  worker.on('error', (error) => context.log.warn({ error: messageOf(error) }, 'export worker'));
  return worker;
}

async function run(context: ExportContext, id: string, job: Pick<Job, 'id' | 'attemptsMade' | 'opts'>): Promise<void> {
  const { warehouse, log } = context;
  const entry = await readExport(warehouse, id);
  if (entry === undefined || (entry.state !== 'queued' && entry.state !== 'running')) return;
  const cancelled = new AbortController();
  const isCancelled = async () => (await readExport(warehouse, id))?.state === 'cancelled';
  const looking = setInterval(() => {
    isCancelled().then(
      (is) => is && cancelled.abort(),
      () => undefined,
    );
  }, LOOK_FOR_CANCEL_MS);
  try {
    await writeExport(warehouse, { ...entry, state: 'running' });
    const made = await render(context, entry, cancelled.signal);
    await writeExport(warehouse, { ...entry, ...made, state: 'done', finishedAt: new Date().toISOString() });
    log.info({ job: job.id, report: entry.report, scope: entry.scope, bytes: made.bytes }, 'export made');
  } catch (error) {
    if (cancelled.signal.aborted) {
      log.info({ job: job.id, report: entry.report }, 'export cancelled');
      return rmSync(`${join(context.dataDir, exportFile(entry))}.part`, { force: true });
    }
    const kind = error instanceof LumbungError ? error.kind : 'internal';
    const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    log.warn({ job: job.id, attempt: job.attemptsMade + 1, error: messageOf(error) }, 'export failed');
    if (policies[kind].retry && !last) throw error;
    const reason = kind === 'internal' ? 'it could not be made; the log says why' : messageOf(error);
    await writeExport(warehouse, { ...entry, state: 'failed', finishedAt: new Date().toISOString(), reason });
    throw new UnrecoverableError(messageOf(error));
  } finally {
    clearInterval(looking);
  }
}

async function render(context: ExportContext, entry: ExportEntry, cancelled: AbortSignal) {
  const { warehouse, dataDir, lifecycle } = context;
  const path = await pathOf(warehouse, parseScope(entry.scope));
  const within =
    entry.requestedScopes.includes('national') || path?.some(({ scope }) => entry.requestedScopes.includes(scope));
  if (path === undefined || !within)
    throw new LumbungError('forbidden', `${entry.scope} is no longer within the scope`);
  const signal = AbortSignal.any([lifecycle.signal, cancelled, AbortSignal.timeout(RENDER_WITHIN_MS)]);
  // The state of the data before it is read: the file holds at least this.
  const { committedAt } = await readFreshness(warehouse);
  const report = findExportable(entry.report);
  if (report === undefined) throw new LumbungError('not_found', `there is no report ${entry.report}`);
  const { bytes, number } = await (report.document ? renderDocument : renderData)(context, entry, signal);
  const file = join(dataDir, exportFile(entry));
  const partial = `${file}.part`;
  const digest = createHash('sha256');
  await pipeline(
    bytes,
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        digest.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(partial, { mode: 0o600, flush: true }),
    { signal },
  );
  await rename(partial, file);
  return { bytes: (await stat(file)).size, sha256: digest.digest('hex'), committedAt, number };
}

/** As they may be told to this audience: small numbers of people are withheld outside the kitchen. */
const kpisOf = (entry: ExportEntry) => visibleKpis(entry.requestedRole).filter(({ id }) => entry.kpis.includes(id));

const renderDocument: Render = async ({ warehouse, graceDays, origin }, entry, signal) => {
  const { report: id, format, from, to } = entry;
  if (from === null || to === null) throw new LumbungError('bad_input', `${id} is about a period`);
  const of = { scope: parseScope(entry.scope), from, to, kpis: kpisOf(entry), graceDays };
  const { report, stamp, number } = await confirmedDocument(warehouse, origin, id, of, signal);
  return { bytes: await renderReport(report, format, signal, stamp), number };
};

const renderData: Render = async ({ warehouse }, entry, signal) => {
  const report = findExportable(entry.report);
  if (report === undefined) throw new LumbungError('not_found', `there is no report ${entry.report}`);
  const kpis = kpisOf(entry);
  const { format, from, to } = entry;
  const of = { report, format, scope: parseScope(entry.scope), from, to, kpis };
  return { bytes: await dataFile(warehouse, of, signal), number: '' };
};

/** Removes files past their day, and what no ledger knows. */
export async function pruneExports(warehouse: Warehouse, dataDir: string): Promise<void> {
  for (const entry of await expiredExports(warehouse)) {
    rmSync(join(dataDir, exportFile(entry)), { force: true });
    await writeExport(warehouse, { ...entry, state: 'expired' });
  }
  const folder = join(dataDir, 'exports');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const known = await readExport(warehouse, name.split('.')[0] ?? '');
    if (known === undefined || ['failed', 'expired', 'cancelled'].includes(known.state)) rmSync(join(folder, name));
  }
}
