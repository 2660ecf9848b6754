/** What the API puts down in the audit trail by itself: every refusal of somebody known or claiming to be. */
import type { ErrorRequestHandler, Request } from 'express';
import type { Audit, AuditEvent } from '../platform/audit.ts';
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import type { Claims } from '../platform/tokens.ts';
import { callerOf, tokenOf } from './access.ts';

/** Who did it, from where, and what was asked; without values that could name people. */
export function requestEvent(
  request: Pick<Request, 'method' | 'baseUrl' | 'path' | 'ip'>,
  claims: Claims | undefined,
): Pick<AuditEvent, 'actor'> & Partial<AuditEvent> {
  return {
    actor: claims?.sub ?? '',
    role: claims?.role ?? '',
    target: `${request.method} ${request.baseUrl}${request.path}`.slice(0, 300),
    address: request.ip ?? '',
  };
}

const SIGN_INS = new Set(['/api/v1/session', '/api/v1/sign-in/callback']);

/** Before the last error handler. Sign-ins put down their own failures. */
export function auditRefusals(audit: Audit, log: Logger): ErrorRequestHandler {
  return async (error: unknown, request, _response, next) => {
    const kind = error instanceof LumbungError ? error.kind : undefined;
    const claimed = kind === 'unauthenticated' && tokenOf(request.headers) !== undefined;
    if ((kind === 'forbidden' || claimed) && !SIGN_INS.has(`${request.baseUrl}${request.path}`)) {
      const scope = request.query.scope ?? request.query.parent;
      const detail = {
        reason: messageOf(error).slice(0, 300),
        ...(typeof scope === 'string' ? { scope: scope.slice(0, 80) } : {}),
      };
      const event = {
        ...requestEvent(request, callerOf(request)),
        action: 'denied',
        outcome: 'refused' as const,
        detail,
      };
      await audit.append(event).catch((failure: unknown) => {
        log.error({ error: messageOf(failure), event }, 'a refusal could not be audited');
      });
    }
    next(error);
  };
}
