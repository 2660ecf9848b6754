/**
 * How a figure is answered: scope checked, then from the cache, with `asOf` and an ETag that changes when something of the scope does.
 * Invariant: what an answer is cached under holds the scope's version, the question, and what the caller may see.
 */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Claims } from '../platform/tokens.ts';
import { audienceOf } from '../warehouse/permissions.ts';
import { authenticate, authorize, type Place } from './access.ts';
import type { ApiContext } from './context.ts';
import { asOf } from './freshness.ts';

export type Answers = {
  /** The caller and the scope asked for; refuses one outside the caller's. */
  place(request: Request, scope: string): Promise<{ claims: Claims; place: Place }>;
  /** Sends what `compute` yields, or what was computed before for the same version of the scope. */
  answer<T extends object>(
    request: Request,
    response: Response,
    claims: Claims,
    scope: string,
    question: string,
    compute: () => Promise<T>,
  ): Promise<void>;
};

export function createAnswers(context: ApiContext): Answers {
  const { warehouse, verify, cache, freshness } = context;
  return {
    async place(request, text) {
      const claims = await authenticate(verify, request);
      return { claims, place: await authorize(warehouse, claims, text) };
    },
    async answer(request, response, claims, scope, question, compute) {
      const now = await freshness.current();
      const digest = createHash('sha256')
        .update(`${scope} ${question}\n${audienceOf(claims.role)}\n${claims.scope.join(',')}`)
        .digest('base64url');
      const version = now.versionOf(scope);
      const etag = `W/"${createHash('sha256').update(`${version}${digest}`).digest('base64url').slice(0, 27)}"`;
      const headers = {
        ETag: etag,
        'Cache-Control': 'private, no-cache',
        'X-As-Of': JSON.stringify(asOf(now.freshness)),
      };
      // A 304 says that the numbers still hold, and as of when.
      response.set(headers);
      if (holds(request, etag)) return void response.status(304).end();
      const { value, stale } = await cache.get(version, digest, async () => ({
        at: now.freshness,
        body: await compute(),
      }));
      // Nothing of the scope has changed since it was computed, unless the warehouse could not be asked.
      const at = asOf(stale ? value.at : now.freshness);
      if (stale) response.removeHeader('ETag');
      response.set('X-As-Of', JSON.stringify(at));
      response.json({ asOf: at, ...(stale ? { stale } : {}), ...value.body });
    },
  };
}

/** True when the caller holds this version. Not `request.fresh`: a fetch() that names an ETag also says no-cache. */
export function holds(request: Request, etag: string): boolean {
  return (request.headers['if-none-match'] ?? '').split(/,\s*/).includes(etag);
}
