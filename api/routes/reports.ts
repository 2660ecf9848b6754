/**
 * `/reports`: the static report site behind sign-in. Each file is told to those whose scope includes its unit, and of a unit's page what
 * their role sees (warehouse/site_fields.ts).
 * Invariants: scope and role are checked before a file is looked for, so that a refusal does not tell what there is; every answer comes
 * from one release; a release that is switched away meanwhile fails no request.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ErrorRequestHandler, type Request, type Response, Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import { openQueue, readSiteProgress, SITE } from '../../platform/queues.ts';
import { PACKED, unpack } from '../../platform/site.ts';
import type { Claims } from '../../platform/tokens.ts';
import { type Field, seesTodayOnly } from '../../warehouse/permissions.ts';
import { readPreferences } from '../../warehouse/preferences.ts';
import { parseScope } from '../../warehouse/scopes.ts';
import { readSiteState } from '../../warehouse/site_builds.ts';
import { cutCsv, cutHtml } from '../../warehouse/site_fields.ts';
import { authenticate, callerOf, demandFigures, tokenOf } from '../access.ts';
import { holds } from '../answers.ts';
import type { ApiContext } from '../context.ts';
import { createSitePages, type Reason } from '../reports/pages.ts';
import { type Asked, askedFor } from '../reports/paths.ts';
import { policyOf } from '../reports/policy.ts';
import { admit, fieldsOf, homeOf, seesEverything } from '../reports/readers.ts';
import type { Serving } from '../reports/releases.ts';

const BASE = '/reports/';
/** Larger files are not read as a whole; no page is. */
const WHOLE_BYTES = 2_000_000;
const BUILDING_SECONDS = 5;
const HASHED = /[-._][\w-]{8,}\.\w+$/;
const OF_OPEN_TABS = /^(assets|_app)\//;

/** Of a request below /reports; undefined: no address of ours. */
const askedOf = (request: Request) => askedFor(request.path.slice(BASE.length));

export function reportRoutes(context: ApiContext): Router {
  const { warehouse, redis, site, config, verify } = context;
  const router = Router();
  const pages = createSitePages(context.pages);
  const queue = openQueue(SITE, redis);
  queue.on('error', () => undefined); // while Redis is away the page says nothing of progress

  /** What is answered before the first release. */
  const notYet = async (response: Response, asked: Asked) => {
    if (config.SITE === 'off') throw new LumbungError('not_found', 'the report site is not built here (SITE=off)');
    if (!asked.page) throw new LumbungError('transient', 'the report site is being built');
    const [progress, state] = await Promise.all([
      readSiteProgress(queue).catch(() => undefined),
      readSiteState(warehouse).catch(() => undefined),
    ]);
    response.status(503).set({ 'Retry-After': String(BUILDING_SECONDS), 'Cache-Control': 'no-store' });
    response.type('html').send(pages.building(asked.language, progress, state?.failed != null));
  };

  const serve = async (request: Request, response: Response, asked: Asked | undefined) => {
    if (asked === undefined) throw new LumbungError('not_found', 'there is no such page');
    const claims = await admit(context, request, asked);
    const serving = site.current();
    if (serving === undefined) return notYet(response, asked);
    if (asked.slashless) {
      const { pathname, search } = new URL(request.originalUrl, 'http://localhost');
      return response.redirect(302, `${pathname}/${search}`);
    }
    if (await send(request, response, asked, claims, serving)) return;
    // Its release may have been pruned since this process last looked.
    site.look();
    const newer = site.current();
    if (newer && newer.root !== serving.root && (await send(request, response, asked, claims, newer))) return;
    const front = /^(en\/)?index\.html$/.exec(asked.file);
    if (front) return response.redirect(302, `${BASE}${front[1] ?? ''}unit/national/`);
    const section = /^(?:en\/)?(\w+)\//.exec(asked.file)?.[1];
    if (section === 'kamus')
      return response.redirect(302, asked.language === 'en' ? '/dictionary?lang=en' : '/dictionary');
    throw new LumbungError('not_found', `there is no ${request.path}`);
  };

  router.get('/reports', async (request, response) => {
    if (!request.path.endsWith('/')) return response.redirect(308, BASE);
    const claims = await authenticate(verify, request);
    demandFigures(claims);
    const home = await homeOf(context, claims);
    if (home === BASE || home === '/') return serve(request, response, askedFor(''));
    response.set('Cache-Control', 'no-store').redirect(302, home);
  });

  router.get('/reports/reader.json', async (request, response) => {
    const claims = await authenticate(verify, request);
    demandFigures(claims);
    const kept = await readPreferences(warehouse, claims.sub).catch(() => undefined);
    response.set('Cache-Control', 'no-store');
    response.json({ scopes: claims.scope, language: kept?.language ?? 'id', home: await homeOf(context, claims) });
  });

  router.get('/reports/*path', (request, response) => serve(request, response, askedOf(request)));
  return router;
}

/** Sends the file of a release; false where the release has none of this name. */
async function send(request: Request, response: Response, asked: Asked, claims: Claims | undefined, serving: Serving) {
  const { file } = asked;
  const roots = OF_OPEN_TABS.test(file) && serving.previous ? [serving.root, serving.previous] : [serving.root];
  for (const path of roots.flatMap((root) => [join(root, file), join(root, `${file}${PACKED}`)])) {
    const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (handle === undefined) continue;
    try {
      const { size, mtimeMs } = await handle
        .stat()
        .then((found) => (found.isFile() ? found : { size: -1, mtimeMs: 0 }));
      if (size < 0) return false;
      const cut = cutOf(asked, claims);
      const etag = `W/"${Math.round(mtimeMs).toString(36)}-${size.toString(36)}-${cut?.id ?? ''}"`;
      const whole = asked.audience === 'open' ? 'no-cache' : 'private, no-cache';
      const forever = OF_OPEN_TABS.test(file) && HASHED.test(file);
      response.set({
        ETag: etag,
        'Last-Modified': new Date(mtimeMs).toUTCString(),
        'Cache-Control': forever ? 'public, max-age=31536000, immutable' : whole,
        ...(asked.audience === 'open' ? {} : { Vary: 'Authorization, Cookie' }),
        'X-Release': serving.info.id,
        'X-As-Of': JSON.stringify(serving.info.asOf),
      });
      if (holds(request, etag)) {
        response.status(304).end();
        return true;
      }
      response.type(extname(file));
      if (cut === undefined && !asked.page && size > WHOLE_BYTES && !path.endsWith(PACKED)) {
        response.set('Content-Length', String(size));
        await pipeline(createReadStream(path), response).catch((error: unknown) => {
          if (!response.destroyed) throw error;
        });
        return true;
      }
      const bytes = await unpack(path, await handle.readFile());
      if (!asked.page && cut === undefined) {
        response.send(bytes);
        return true;
      }
      const text = cut === undefined ? bytes.toString('utf8') : cut.apply(bytes.toString('utf8'));
      if (asked.page) {
        const policy = String(response.getHeader('Content-Security-Policy') ?? '');
        response.set('Content-Security-Policy', policyOf(policy, text));
      }
      response.send(text);
      return true;
    } finally {
      await handle.close();
    }
  }
  return false;
}

/** How a unit's file is cut for its reader; undefined for files that are told as they are. */
function cutOf({ file, scope, audience, page }: Asked, claims: Claims | undefined) {
  if (audience !== 'unit' || claims === undefined || /^(en\/)?search\//.test(file)) return undefined;
  const { level } = parseScope(scope ?? 'national');
  const visible = fieldsOf(claims.role, level);
  const apply = page ? cutHtml : file.endsWith('.csv') ? cutCsv : undefined;
  if (apply === undefined) {
    // What it holds of which field is not known.
    if (seesEverything(claims.role, level)) return undefined;
    throw new LumbungError('forbidden', `role ${claims.role} sees parts of this unit only`);
  }
  return { id: audienceId(visible), apply: (text: string) => apply(text, visible) };
}

const audienceId = (visible: ReadonlySet<Field>) =>
  createHash('sha256')
    .update([...visible].sort().join())
    .digest('base64url')
    .slice(0, 8);

/** Refusals of pages as pages: to sign in, or why not. What programs ask for goes on as a problem document. */
export function reportProblems({ config, limits, pages: folder, site }: ApiContext): ErrorRequestHandler {
  const pages = createSitePages(folder);
  return (error: unknown, request, response, next) => {
    // As it was sent: URL() would resolve its dots.
    const pathname = request.originalUrl.replace(/\?.*$/s, '');
    const asked = pathname === '/reports' ? askedFor('') : askedFor(pathname.slice(BASE.length));
    const kind = error instanceof LumbungError ? error.kind : undefined;
    // An address that can be no file of ours is told of as a page: nobody but a person types it.
    if (response.headersSent || (asked !== undefined && !asked.page)) return next(error);
    for (const header of ['ETag', 'Last-Modified', 'X-As-Of', 'X-Release']) response.removeHeader(header);
    response.set('Cache-Control', 'no-store');
    if (kind === 'unauthenticated') {
      // As dear as the 401 that programs get: guessing is no cheaper here.
      if (tokenOf(request.headers) !== undefined) limits.refused(request.ip ?? 'unknown');
      return response.redirect(302, `/?next=${encodeURIComponent(request.originalUrl)}`);
    }
    const language = asked?.language ?? 'id';
    const say = (status: number, reason: Reason, narrative = false) =>
      void response
        .status(status)
        .type('html')
        .send(pages.reason(language, reason, narrative));
    if (kind === 'forbidden') return say(403, seesTodayOnly(callerOf(request)?.role ?? '') ? 'today' : 'forbidden');
    if (kind === 'not_found') {
      const off = config.SITE === 'off';
      const narrative = callerOf(request) !== undefined && site.current()?.info.narrativeBuiltAt === null;
      return say(404, off ? 'off' : 'missing', !off && narrative && asked?.audience !== 'unit');
    }
    if (kind === 'unreachable' || kind === 'transient') {
      response.set('Retry-After', '2');
      return say(503, 'away');
    }
    next(error);
  };
}
