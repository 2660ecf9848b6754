/**
 * Requests that change something come from our own pages, or from programs that send their credential themselves. A browser tells
 * by Sec-Fetch-Site (or, an old one, by Origin) which page a request comes from; with SameSite=Strict cookies this is the
 * second lock on the same door.
 */
import type { RequestHandler } from 'express';
import { LumbungError } from '../platform/errors.ts';

/** Whether an Origin is this site: the host that was asked, or the public address of a site behind a proxy. */
export function ownOrigin(publicUrl: string | undefined): (origin: string, host: string | undefined) => boolean {
  const home = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  return (origin, host) => URL.canParse(origin) && [host, home].includes(new URL(origin).host);
}

export function sameOrigin(publicUrl: string | undefined): RequestHandler {
  const own = ownOrigin(publicUrl);
  return (request, _response, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return next();
    const site = request.headers['sec-fetch-site'];
    const { origin, host } = request.headers;
    const cross =
      site === undefined ? origin !== undefined && !own(origin, host) : site !== 'same-origin' && site !== 'none';
    next(cross ? new LumbungError('forbidden', 'this request comes from a page of another site') : undefined);
  };
}
