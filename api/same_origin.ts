/**
 * Requests that change something come from our own pages, or from programs that send their credential themselves. A browser tells
 * by Sec-Fetch-Site (or, an old one, by Origin) which page a request comes from; with SameSite=Strict cookies this is the
 * second lock on the same door.
 */
import type { RequestHandler } from 'express';
import { LumbungError } from '../platform/errors.ts';

export function sameOrigin(publicUrl: string | undefined): RequestHandler {
  const home = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  return (request, _response, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return next();
    const site = request.headers['sec-fetch-site'];
    const { origin, host } = request.headers;
    const own = (text: string) => URL.canParse(text) && [host, home].includes(new URL(text).host);
    const cross = site === undefined ? origin !== undefined && !own(origin) : site !== 'same-origin' && site !== 'none';
    next(cross ? new LumbungError('forbidden', 'this request comes from a page of another site') : undefined);
  };
}
