/** The audit trail for auditors: the newest first, by page. */
import { createHash } from 'node:crypto';
import { Router } from 'express';
import { readAudit } from '../../warehouse/audit.ts';
import { authenticate, demandNational } from '../access.ts';
import { holds, send } from '../answers.ts';
import type { ApiContext } from '../context.ts';
import { asOf } from '../freshness.ts';
import { auditInput } from '../inputs.ts';
import { showingOf } from '../shown.ts';

export function auditRoutes({ warehouse, verify, freshness }: ApiContext): Router {
  const router = Router();
  router.get('/audit', async (request, response) => {
    const { limit, before, fields: _fields, ...filter } = auditInput.parse(request.query);
    demandNational(await authenticate(verify, request), 'audit');
    const [at = '', chain = '', seq = ''] = before?.split('_') ?? [];
    const entries = await readAudit(
      warehouse,
      filter,
      before === undefined ? undefined : { at, chain, seq: Number(seq) },
      limit + 1,
    );
    const page = entries
      .slice(0, limit)
      .map(({ detail, ...entry }) => ({ ...entry, detail: JSON.parse(detail) as object }));
    const last = entries.length > limit ? page.at(-1) : undefined;
    const etag = `W/"${createHash('sha256').update(JSON.stringify(page)).digest('base64url').slice(0, 27)}"`;
    const now = asOf((await freshness.current()).freshness);
    response.set({ ETag: etag, 'Cache-Control': 'private, no-cache', 'X-As-Of': JSON.stringify(now) });
    if (holds(request, etag)) return void response.status(304).end();
    const next = last ? `${last.at}_${last.chain}_${last.seq}` : null;
    send(request, response, showingOf(request), { asOf: now, entries: page, next });
  });
  return router;
}
