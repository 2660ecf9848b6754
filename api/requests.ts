/**
 * What every request gets: an id (the caller's own where it is harmless), a time limit, a line in the log where it is worth
 * one, and its place in the metrics. Nothing a caller sends but method, path and id is logged.
 */
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { LumbungError } from '../platform/errors.ts';
import type { ApiContext } from './context.ts';
import { contractOf } from './contracts/all.ts';

/** An answer that has not begun after this will not come. */
const ANSWER_WITHIN_MS = 60_000;
const SLOW_SECONDS = 1;

export function requests({ metrics, log, stopping }: ApiContext, maxUrl: number): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
    response.locals.requestId = id;
    response.set('X-Request-Id', id);
    if (stopping()) response.set('Connection', 'close');
    const stop = metrics.requests.startTimer({ method: request.method });
    const patience = setTimeout(() => {
      if (response.headersSent) return;
      next(new LumbungError('transient', 'the answer took too long'));
    }, ANSWER_WITHIN_MS);
    patience.unref();
    response.on('close', () => {
      clearTimeout(patience);
      const route = contractOf(request.method, request.baseUrl, String(request.route?.path))?.path ?? 'other';
      const status = response.writableFinished ? response.statusCode : 499;
      const seconds = stop({ route, status: String(status) });
      const worth = status >= 500 ? 'error' : seconds > SLOW_SECONDS || request.method !== 'GET' ? 'info' : 'debug';
      log[worth]({ request: id, method: request.method, path: request.path, status, seconds }, 'request');
    });
    if (request.originalUrl.length > maxUrl) {
      return next(new LumbungError('bad_input', `an address is at most ${maxUrl} characters long`));
    }
    next();
  };
}
