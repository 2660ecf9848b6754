/**
 * Who asks and what they may see. Invariant: scope is checked here before any data is read, and a unit outside the
 * caller's scope is refused in the same words whether it exists or not.
 */
import type { Request } from 'express';
import { LumbungError } from '../platform/errors.ts';
import type { Claims } from '../platform/tokens.ts';
import type { Warehouse } from '../warehouse/client.ts';
import type { Kpi } from '../warehouse/kpis/kpi.ts';
import { registry } from '../warehouse/kpis/registry.ts';
import { pathOf } from '../warehouse/queries/hierarchy.ts';
import { type Level, parseScope, type Scope } from '../warehouse/scopes.ts';

export const COOKIE = 'lumbung_session';

/** The token of a request: the Authorization header, else the session cookie. */
export function tokenOf(headers: {
  authorization?: string | undefined;
  cookie?: string | undefined;
}): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined || headers.authorization !== undefined) return bearer;
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]+)`).exec(headers.cookie ?? '')?.[1];
}

/** The caller's claims; `unauthenticated` without a valid token. */
export async function authenticate(
  verify: (token: string) => Promise<Claims>,
  request: Pick<Request, 'headers'>,
): Promise<Claims> {
  const token = tokenOf(request.headers);
  if (token === undefined) throw new LumbungError('unauthenticated', 'send a bearer token, or sign in');
  return verify(token);
}

/** Roles that see the platform's health but no figures. */
const HEALTH_ONLY = new Set(['PLATFORM_SUPPORT']);
const NO_FINANCE =
  /^(SPPG_VIEWER|SPPG_STAFF_.*|SPPG_AHLI_GIZI|SPPG_PRODUKSI_MANAGER|SPPG_DISTRIBUSI_MANAGER|SPPG_HRD_MANAGER|DEMO_USER)$/;

/** Whether a role sees what this field of work answers for. */
export function maySee(claims: Claims, { owner }: Pick<Kpi, 'owner'>): boolean {
  if (HEALTH_ONLY.has(claims.role)) return false;
  return owner !== 'finance' || !NO_FINANCE.test(claims.role);
}

/** The KPIs a role may see. */
export function visibleKpis(claims: Claims): readonly Kpi[] {
  return registry.filter((kpi) => maySee(claims, kpi));
}

/** Judging warnings is for those who answer for what they see: not for staff of a kitchen, nor for readers. */
export function mayReview(claims: Claims): boolean {
  return !/^(SPPG_VIEWER|SPPG_STAFF_.*|DEMO_USER|PLATFORM_SUPPORT)$/.test(claims.role);
}

export type Place = {
  scope: Scope;
  text: string;
  /** From the caller's own scope down to the unit. */
  path: { scope: string; name: string; level: Level }[];
  /** Every scope the unit belongs to, from the nation down to itself. */
  ancestors: string[];
};

/** The scope if the caller may read it; `forbidden` or (for national callers) `not_found` otherwise. */
export async function authorize(warehouse: Warehouse, claims: Claims, text: string): Promise<Place> {
  if (HEALTH_ONLY.has(claims.role))
    throw new LumbungError('forbidden', 'this role sees the health of the platform only');
  const scope = parseScope(text);
  const path = await pathOf(warehouse, scope);
  const allowed = claims.scope.includes('national') || (path ?? []).some((unit) => claims.scope.includes(unit.scope));
  if (!allowed) throw new LumbungError('forbidden', `your scope does not include ${text}`);
  if (path === undefined) throw new LumbungError('not_found', `there is no unit ${text}`);
  // Ancestors above the caller's own scope are not shown.
  const top = path.findIndex((unit) => claims.scope.includes(unit.scope));
  const ancestors = path.map((unit) => unit.scope);
  return { scope, text, path: top > 0 ? path.slice(top) : path, ancestors };
}
