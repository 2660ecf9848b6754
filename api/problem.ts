/** Errors → RFC 9457 problem documents. Invariant: only messages written for users leave the process. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { type ErrorKind, LumbungError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';

const statuses: Partial<Record<ErrorKind, { status: number; title: string }>> = {
  bad_input: { status: 400, title: 'Bad request' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  forbidden: { status: 403, title: 'Not within your scope' },
  not_found: { status: 404, title: 'Not found' },
  not_acceptable: { status: 406, title: 'Not in this format' },
  gone: { status: 410, title: 'No longer kept' },
  overloaded: { status: 429, title: 'Too many requests' },
  unreachable: { status: 503, title: 'The warehouse is away' },
  transient: { status: 503, title: 'Try again in a moment' },
};

export const notFound: RequestHandler = (request, _response, next) =>
  next(new LumbungError('not_found', `there is no ${request.method} ${request.path}`));

/** The last error handler. */
export function problems(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const known = describe(error);
    const id = response.locals.requestId as string | undefined;
    if (known.status >= 500) log.error({ request: id, path: request.path, error: messageOf(error) }, 'request failed');
    const wait = (error as { seconds?: unknown } | null)?.seconds;
    if (known.status === 503 || known.status === 429)
      response.set('Retry-After', typeof wait === 'number' ? String(wait) : '2');
    // What was set for a success does not describe a problem.
    for (const header of ['ETag', 'X-As-Of', 'Content-Disposition']) response.removeHeader(header);
    response
      .status(known.status)
      .type('application/problem+json')
      .json({ type: `about:blank#${known.kind}`, ...known, kind: undefined, instance: id && `urn:request:${id}` });
  };
}

function describe(error: unknown): { status: number; title: string; detail: string; kind: string } {
  if (error instanceof z.ZodError) {
    const detail = error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`).join('; ');
    return { status: 400, title: 'Bad request', detail, kind: 'bad_input' };
  }
  if (error instanceof LumbungError) {
    const known = statuses[error.kind];
    if (known) return { ...known, detail: known.status === 503 ? known.title : error.message, kind: error.kind };
  }
  // Errors of Express itself (malformed JSON, bad escapes in the path, too large a body) carry a 4xx status.
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, title: 'Bad request', detail: 'the request could not be read', kind: 'bad_input' };
  }
  return { status: 500, title: 'Internal error', detail: 'the error was logged; try again', kind: 'internal' };
}
