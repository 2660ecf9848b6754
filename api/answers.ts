/**
 * How a figure is answered: scope checked, then from the cache, with `asOf` and an ETag that changes when something of the scope does.
 * Invariants: what an answer is cached under holds the scope's version, the moment where the answer changes with time, the question,
 * and what the caller may see. The moment is no part of the question: what was last answered to it is still there when the
 * warehouse is away and time goes on.
 */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Claims } from '../platform/tokens.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { audienceOf } from '../warehouse/permissions.ts';
import { authenticate, type Place } from './access.ts';
import { isAway } from './cache.ts';
import type { ApiContext } from './context.ts';
import { asOf } from './freshness.ts';
import { csvOf, type Showing, showingOf } from './shown.ts';

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
    moment?: string,
  ): Promise<void>;
};

export function createAnswers(context: ApiContext): Answers {
  const { verify, cache, freshness } = context;
  return {
    async place(request, text) {
      const claims = await authenticate(verify, request);
      return { claims, place: await context.places(claims, text) };
    },
    async answer(request, response, claims, scope, question, compute, moment = '') {
      const showing = showingOf(request);
      const now = await freshness.current();
      const digest = hash(`${scope} ${question}\n${audienceOf(claims.role)}\n${claims.scope.join(',')}`);
      const version = `${now.versionOf(scope)}:${moment}`;
      const etag = `W/"${hash(`${version}${digest}${showing.id}`).slice(0, 27)}"`;
      // A 304 says that the numbers still hold, and as of when.
      response.set({
        ETag: etag,
        'Cache-Control': 'private, no-cache',
        Vary: 'Accept, Authorization, Cookie',
        'X-As-Of': JSON.stringify(asOf(now.freshness)),
      });
      if (holds(request, etag)) return void response.status(304).end();
      const held = await cache.get(version, digest, async () => ({ at: now.freshness, body: await compute() }));
      // Nothing of the scope has changed since it was computed, unless the warehouse could not be asked.
      const at = JSON.stringify(asOf(held.stale ? held.at : now.freshness));
      if (held.stale) response.removeHeader('ETag');
      response.set({ 'X-As-Of': at, Age: String(Math.floor((Date.now() - held.computedAt) / 1_000)) });
      if (showing.plain) {
        const stale = held.stale ? '"stale":true,' : '';
        const head = Buffer.from(`{"asOf":${at},${stale}`);
        return void response.type('json').send(Buffer.concat([head, held.body.subarray(1)]));
      }
      send(request, response, showing, {
        asOf: JSON.parse(at),
        ...(held.stale ? { stale: true } : {}),
        ...(JSON.parse(held.body.toString('utf8')) as object),
      });
    },
  };
}

/**
 * The moment of answers that tell what people wrote: the newest entry of a ledger that no scope's version holds, and while
 * the warehouse is away the one last known.
 */
export function newestOf(warehouse: Warehouse, ledger: 'verdicts' | 'finding_states'): () => Promise<string> {
  let known = '';
  return async () => {
    try {
      const [row] = await warehouse.query<{ at: string }>(`SELECT toString(max(at)) AS at FROM ops.${ledger}`);
      known = row?.at ?? '';
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    return known;
  };
}

/** A page, some fields, or CSV of an answer. */
export function send(request: Request, response: Response, showing: Showing, whole: Record<string, unknown>): void {
  const { body, rows, more } = showing.apply(whole);
  if (more !== undefined) {
    const url = new URL(request.originalUrl, 'http://localhost');
    url.searchParams.set('offset', String(more));
    response.set('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  if (showing.csv) response.type('csv').send(csvOf(showing.columns, rows));
  else response.json(body);
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');

/** True when the caller holds this version. Not `request.fresh`: a fetch() that names an ETag also says no-cache. */
export function holds(request: Request, etag: string): boolean {
  return (request.headers['if-none-match'] ?? '').split(/,\s*/).includes(etag);
}
