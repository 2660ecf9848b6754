/** Exports: asked for here, made by a worker, fetched here. The scope is checked at every one of these steps. */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Request, Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import { EXPORTS, exportFile, openQueue, requestExport } from '../../platform/queues.ts';
import type { Claims } from '../../platform/tokens.ts';
import { exportables, findExportable, isDaily, levelRefused } from '../../warehouse/exports/catalogue.ts';
import { fileTypes } from '../../warehouse/exports/data_file.ts';
import { begunFortnights, checkPeriod } from '../../warehouse/exports/documents.ts';
import {
  type ExportEntry,
  listExports,
  openExports,
  readExport,
  typicalSeconds,
  writeExport,
} from '../../warehouse/exports/ledger.ts';
import { may, visibleKpis } from '../../warehouse/permissions.ts';
import { authenticate, demand } from '../access.ts';
import { createAnswers, send } from '../answers.ts';
import { requestEvent } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { downloadInput, exportId, exportInput, exportsInput, today } from '../inputs.ts';
import { nameOf, unitNames } from '../places.ts';
import { showingOf } from '../shown.ts';

const OPEN_PER_PERSON = 5;
/** Whether somebody reads the ledger of all exports. */
const readsLedger = ({ role, scope }: Claims) => may(role, 'ledger', 'national') && scope.includes('national');

export function exportRoutes(context: ApiContext): Router {
  const { warehouse, verify, places, config, redis, log } = context;
  const { place } = createAnswers(context);
  const router = Router();
  const queue = openQueue(EXPORTS, redis);
  queue.on('error', () => undefined); // while Redis is away the ledger keeps what was asked for

  const unitOf = unitNames(places);
  const asksReason = (report: string) =>
    (config.EXPORT_REASON_FOR ?? '').split(',').some((name) => name.trim() === report);

  /** A hint to the worker. Without Redis the export stays queued; asking about it hints again. */
  const hint = (id: string) =>
    requestExport(queue, id).catch((error: Error) => log.warn({ export: id, error: error.message }, 'not queued yet'));

  router.post('/exports', async (request, response) => {
    const { report: name, format, scope, from, to } = exportInput.parse(request.body);
    const { claims, place: found } = await place(request, scope);
    demand(claims, 'exports', found);
    const report = findExportable(name);
    const known = exportables.map(({ id }) => id).join(', ');
    if (report === undefined) throw new LumbungError('not_found', `there is no report ${name}; there are ${known}`);
    if (!report.formats.includes(format)) {
      throw new LumbungError('bad_input', `${report.id} comes as ${report.formats.join(', ')}, not as ${format}`);
    }
    if (report.period !== (from !== undefined)) {
      throw new LumbungError('bad_input', `${report.id} ${report.period ? 'needs' : 'has no'} from and to`);
    }
    const refused = levelRefused(report, found.scope.level);
    if (refused !== undefined) throw new LumbungError('bad_input', refused);
    for (const field of report.document?.fields ?? []) demand(claims, field, found);
    if (report.document && from !== undefined && to !== undefined)
      await checkPeriod(warehouse, report.document, { from, to });
    if ((await openExports(warehouse, claims.sub)) >= OPEN_PER_PERSON) {
      throw new LumbungError('overloaded', `at most ${OPEN_PER_PERSON} exports at a time`);
    }
    const now = Date.now();
    const entry: ExportEntry = {
      ...{ id: randomUUID(), report: report.id, format, scope, from: from ?? null, to: to ?? null, state: 'queued' },
      // A document tells all of them; daily data has no months and no states.
      kpis: visibleKpis(claims.role)
        .filter((kpi) => report.document !== undefined || isDaily(kpi))
        .map((kpi) => kpi.id),
      ...{ requestedBy: claims.sub, requestedRole: claims.role, requestedScopes: claims.scope },
      requestedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + config.EXPORT_DAYS * 86_400_000).toISOString(),
      ...{ finishedAt: null, committedAt: null, bytes: null, sha256: null, reason: null, number: '' },
    };
    const detail = { export: entry.id, report: entry.report, format, scope, from: entry.from, to: entry.to };
    await context.audit.append({ ...requestEvent(request, claims), action: 'export', detail });
    await writeExport(warehouse, entry);
    await hint(entry.id);
    response
      .status(202)
      .location(`/api/v1/exports/${entry.id}`)
      .json(told(entry, nameOf(found)));
  });

  router.get('/exports', async (request, response) => {
    const { offset, limit } = exportsInput.parse(request.query);
    const claims = await authenticate(verify, request);
    const by = readsLedger(claims) ? undefined : claims.sub;
    const [entries, typical, fortnights] = await Promise.all([
      listExports(warehouse, by, offset + limit),
      typicalSeconds(warehouse),
      begunFortnights(warehouse, today()),
    ]);
    const named = await Promise.all(entries.map(async (entry) => told(entry, await unitOf(claims, entry.scope))));
    const reports = exportables.map(({ id, name, formats, period, document }) => ({
      ...{ id, name, formats, period },
      of: document?.period ?? null,
      levels: document?.levels ?? null,
      asksReason: asksReason(id),
    }));
    response.set('Cache-Control', 'no-store');
    send(request, response, showingOf(request), { exports: named, reports, typical, fortnights });
  });

  /** The entry, for its requester or a reader of the ledger; in the same words whether it exists or not. */
  const find = async (request: Request<{ id: string }>, claims: Claims): Promise<ExportEntry> => {
    const entry = await readExport(warehouse, exportId.parse(request.params.id));
    if (entry === undefined || (entry.requestedBy !== claims.sub && !readsLedger(claims))) {
      if (entry !== undefined) {
        const detail = { reason: "somebody else's export", export: entry.id };
        await context.audit.append({ ...requestEvent(request, claims), action: 'denied', outcome: 'refused', detail });
      }
      throw new LumbungError('not_found', 'there is no such export of yours');
    }
    return entry;
  };

  router.get('/exports/:id', async (request, response) => {
    const claims = await authenticate(verify, request);
    const entry = await find(request, claims);
    if (entry.state === 'queued' || entry.state === 'running') await hint(entry.id);
    response.set('Cache-Control', 'no-store').json(told(entry, await unitOf(claims, entry.scope)));
  });

  router.delete('/exports/:id', async (request, response) => {
    const claims = await authenticate(verify, request);
    const entry = await find(request, claims);
    if (entry.requestedBy !== claims.sub) throw new LumbungError('forbidden', 'only who asked for it cancels it');
    if (entry.state !== 'queued' && entry.state !== 'running')
      throw new LumbungError('bad_input', `there is nothing to cancel: the export is ${entry.state}`);
    const detail = { export: entry.id, report: entry.report };
    await context.audit.append({ ...requestEvent(request, claims), action: 'export_cancelled', detail });
    const cancelled: ExportEntry = { ...entry, state: 'cancelled', finishedAt: new Date().toISOString() };
    await writeExport(warehouse, cancelled);
    response.json(told(cancelled, await unitOf(claims, entry.scope)));
  });

  router.get('/exports/:id/file', async (request, response) => {
    const claims = await authenticate(verify, request);
    const entry = await find(request, claims);
    // Reading the ledger is not reading the file: scope and fields of the caller decide, as they are today.
    demand(claims, 'exports', await places(claims, entry.scope));
    const seen = new Set(visibleKpis(claims.role).map((kpi) => kpi.id));
    if (entry.requestedBy !== claims.sub || entry.kpis.some((id) => !seen.has(id))) {
      throw new LumbungError('forbidden', 'the file holds more than your role sees: ask for it anew');
    }
    if (entry.state === 'failed') throw new LumbungError('gone', `the export failed: ${entry.reason}`);
    if (entry.state === 'cancelled') throw new LumbungError('gone', 'the export was cancelled: ask for it anew');
    const { reason } = downloadInput.parse(request.query);
    if (asksReason(entry.report) && reason === '')
      throw new LumbungError(
        'bad_input',
        `say what ${entry.report} is for: add ?reason=… (it goes to the audit trail)`,
      );
    if (entry.state !== 'done' && entry.state !== 'expired') {
      throw new LumbungError('not_found', `the file is not there yet: the export is ${entry.state}`);
    }
    const file = join(config.dataDir, exportFile(entry));
    const there = await stat(file).then(
      () => true,
      () => false,
    );
    if (entry.state === 'expired' || !there)
      throw new LumbungError('gone', 'the file is no longer kept: ask for it anew');
    const detail = { export: entry.id, sha256: entry.sha256, ...(reason === '' ? {} : { reason }) };
    await context.audit.append({ ...requestEvent(request, claims), action: 'download', detail });
    const { media, ending } = fileTypes[entry.format] ?? { media: 'application/octet-stream', ending: '' };
    response.set({
      'Content-Type': media,
      'Content-Disposition': `attachment; filename="${fileName(entry)}${ending}"`,
      'Cache-Control': 'private, no-transform, no-store',
      // What a download that was cut off goes on with is the same file, or it begins anew.
      ETag: `"${entry.sha256}"`,
    });
    await new Promise<void>((resolve, reject) => {
      const options = { root: config.dataDir, cacheControl: false, lastModified: false, acceptRanges: true };
      response.sendFile(exportFile(entry), options, (error) => {
        if (error && !response.headersSent) reject(error);
        else resolve();
      });
    });
  });

  return router;
}

/** As it is told; which KPIs and scopes it was made with is for the ledger. */
function told(entry: ExportEntry, unit: string) {
  const { kpis: _kpis, requestedRole: _role, requestedScopes: _scopes, ...shown } = entry;
  return { ...shown, unit, file: entry.state === 'done' ? `/api/v1/exports/${entry.id}/file` : null };
}

function fileName({ report, scope, from, to }: ExportEntry): string {
  const period = from === null ? '' : `_${from}_${to}`;
  return `${report}_${scope.replace(':', '-')}${period}`;
}
