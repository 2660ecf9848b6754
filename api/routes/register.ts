/** The register of ministry documents: states, differences, and what people with a part in it do. Every act is audited before it counts. */
import { type Request, Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import { DELIVER, openQueue, requestDelivery } from '../../platform/queues.ts';
import type { Claims } from '../../platform/tokens.ts';
import { checkPeriod, documents } from '../../warehouse/exports/documents.ts';
import { type Field, may } from '../../warehouse/permissions.ts';
import { causesSince } from '../../warehouse/register/causes.ts';
import { difference } from '../../warehouse/register/difference.ts';
import { answerOf, foldLife, type Life } from '../../warehouse/register/life.ts';
import { act, keyOf, listRegister, type ReportKey, readContent, readLife } from '../../warehouse/register/register.ts';
import { authenticate, demand } from '../access.ts';
import { createAnswers } from '../answers.ts';
import { requestEvent } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { reportActInput, reportInput, reportKeyInput } from '../inputs.ts';
import { nameOf } from '../places.ts';

const MAX_EXCEPTION_DAYS = 30;

export function registerRoutes(context: ApiContext): Router {
  const { warehouse, verify, places, audit, redis, log } = context;
  const { place } = createAnswers(context);
  const router = Router();
  const queue = openQueue(DELIVER, redis);
  queue.on('error', () => undefined); // while Redis is away the register is read again by its hour
  const readAgain = (key: ReportKey) =>
    requestDelivery(queue, { kind: 'read', key }).catch((error: Error) =>
      log.warn({ key, error: error.message }, 'not queued yet'),
    );

  /** The caller, with a part in documents of this unit. */
  const enter = async (request: Request, key: ReportKey, field: Field): Promise<{ claims: Claims; unit: string }> => {
    const { claims, place: found } = await place(request, key.scope);
    demand(claims, field, found);
    const kind = Object.entries(documents).find(([id]) => id === key.report)?.[1];
    if (kind === undefined)
      throw new LumbungError(
        'not_found',
        `there is no report ${key.report}; there are ${Object.keys(documents).join(', ')}`,
      );
    for (const needed of kind.fields) demand(claims, needed, found);
    return { claims, unit: nameOf(found) };
  };

  router.get('/reports', async (request, response) => {
    const claims = await authenticate(verify, request);
    const listed = [];
    for (const { events, ...key } of await listRegister(warehouse)) {
      const seen = await places(claims, key.scope).catch(() => undefined);
      if (seen === undefined || !may(claims.role, 'exports', seen.scope.level)) continue;
      listed.push({ ...key, unit: nameOf(seen), ...told(foldLife(events)) });
    }
    response.set('Cache-Control', 'no-store').json({ reports: listed });
  });

  router.get('/reports/one', async (request, response) => {
    const { known, ...key } = reportKeyInput.parse(request.query);
    const { unit } = await enter(request, key, 'exports');
    const life = await readLife(warehouse, key, known);
    const answer = answerOf(life);
    if (answer === undefined)
      throw new LumbungError('not_found', 'it is not in the register, or its numbers were not read yet');
    const newest = life.locked[life.locked.length - 1];
    const content = await readContent(warehouse, answer.sha256);
    const pending =
      newest && life.draft
        ? difference(await readContent(warehouse, newest.sha256), await readContent(warehouse, life.draft.sha256))
        : [];
    const causes = newest && life.draft ? await causesSince(warehouse, key, newest.committedAt) : [];
    response
      .set('Cache-Control', 'no-store')
      .json({ ...key, unit, ...told(life), numbers: JSON.parse(content), pending, causes });
  });

  router.post('/reports', async (request, response) => {
    const key = reportInput.parse(request.body);
    const { claims, unit } = await enter(request, key, 'exports');
    const kind = Object.entries(documents).find(([id]) => id === key.report);
    if (kind) await checkPeriod(warehouse, { id: kind[0], ...kind[1] }, key);
    const life = await readLife(warehouse, key);
    await audit.append({ ...requestEvent(request, claims), action: 'report_registered', detail: key });
    if (life.seq === 0) await act(warehouse, key, { kind: 'registered', actor: claims.sub, role: claims.role });
    await readAgain(key);
    response.status(202).json({ ...key, unit, ...told(await readLife(warehouse, key)) });
  });

  router.post('/reports/acts', async (request, response) => {
    const { act: kind, sha256, reason, until, ...key } = reportActInput.parse(request.body);
    const { claims, unit } = await enter(
      request,
      key,
      kind === 'verified' || kind === 'rejected' ? 'verification' : 'approval',
    );
    if (kind === 'excepted') {
      const days = (Date.parse(until ?? '') - Date.now()) / 86_400_000;
      if (!(days > 0 && days <= MAX_EXCEPTION_DAYS) || reason === '')
        throw new LumbungError(
          'bad_input',
          `an exception needs a reason and ends within ${MAX_EXCEPTION_DAYS} days: give until`,
        );
    } else if (sha256 === undefined) {
      throw new LumbungError('bad_input', 'name the sha256 of the numbers you looked at');
    }
    const detail = { act: kind, key: keyOf(key), sha256: sha256 ?? '', until: until ?? '', reason };
    await audit.append({ ...requestEvent(request, claims), action: `report_${kind}`, detail });
    const done = { kind, actor: claims.sub, role: claims.role, reason, until: until ?? '', sha256: sha256 ?? '' };
    response.json({ ...key, unit, ...told(await act(warehouse, key, done)) });
  });

  return router;
}

/** A life as it is told: what counts, what is pending, and whose word it is. */
function told(life: Life) {
  const answer = answerOf(life);
  return {
    state: answer?.state ?? 'Sementara',
    revision: answer?.revision ?? 0,
    sha256: answer?.sha256 ?? null,
    locked: life.locked.map(({ revision, sha256, at, approvedBy, verifiedBy }) => ({
      revision,
      sha256,
      at,
      approvedBy,
      verifiedBy,
    })),
    draft: life.draft
      ? { sha256: life.draft.sha256, at: life.draft.at, verifiedBy: life.draft.verifiedBy ?? null }
      : null,
    exception: life.exception ?? null,
  };
}
