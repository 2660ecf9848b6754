/**
 * Who asks, and for which unit: role and level by the matrix (warehouse/permissions.ts), the unit by the scope of the token.
 * Invariant: both are checked here before any data is read, and a unit outside the caller's scope is refused in the same
 * words whether it exists or not.
 */
import type { Request } from 'express';
import { LumbungError } from '../platform/errors.ts';
import type { Claims } from '../platform/tokens.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { type Field, levelsOf, may, seesFigures, seesTodayOnly } from '../warehouse/permissions.ts';
import { pathOf, zoneHours } from '../warehouse/queries/hierarchy.ts';
import { LEVELS, type Level, parseScope, type Scope } from '../warehouse/scopes.ts';
import { dayIn } from './inputs.ts';

export const COOKIE = 'lumbung_session';

/** The token of a request: the Authorization header, else the session cookie. */
export function tokenOf(headers: {
  authorization?: string | undefined;
  cookie?: string | undefined;
}): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined || headers.authorization !== undefined) return bearer;
  return cookieOf(headers, COOKIE);
}

/** The value of a cookie of ours: token characters only, nothing to decode. */
export function cookieOf(headers: { cookie?: string | undefined }, name: string): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([^;]+)`).exec(headers.cookie ?? '')?.[1];
}

/** Who has been recognised in which request: what is refused later is put down to them (api/audit.ts). */
const callers = new WeakMap<object, Claims>();
export const callerOf = (request: object): Claims | undefined => callers.get(request);

/** The caller's claims; `unauthenticated` without a valid token. */
export async function authenticate(
  verify: (token: string) => Promise<Claims>,
  request: Pick<Request, 'headers'>,
): Promise<Claims> {
  const token = tokenOf(request.headers);
  if (token === undefined) throw new LumbungError('unauthenticated', 'send a bearer token, or sign in');
  const claims = await verify(token);
  callers.set(request, claims);
  return claims;
}

export type Place = {
  scope: Scope;
  text: string;
  /** From the caller's own scope down to the unit. */
  path: { scope: string; name: string; level: Level }[];
  /** Every scope the unit belongs to, from the nation down to itself. */
  ancestors: string[];
  /** The kitchen's present day, for those who see no other. */
  onlyDay?: string;
};

const outside = (text: string) => new LumbungError('forbidden', `your scope does not include ${text}`);

/** The scope if the caller may read it; `forbidden` or (for national callers) `not_found` otherwise. */
export async function authorize(warehouse: Warehouse, claims: Claims, text: string): Promise<Place> {
  demandFigures(claims);
  const scope = parseScope(text);
  if (!seesFigures(claims.role, scope.level)) {
    throw new LumbungError(
      'forbidden',
      `role ${claims.role} looks at: ${levelsOf(claims.role).join(', ')}; not ${text}`,
    );
  }
  // Nothing the caller has can include it: refused without asking where it lies.
  const above = claims.scope.some((own) => LEVELS.indexOf(parseScope(own).level) < LEVELS.indexOf(scope.level));
  if (!above && !claims.scope.includes(text)) throw outside(text);
  const path = await pathOf(warehouse, scope);
  const allowed = claims.scope.includes('national') || (path ?? []).some((unit) => claims.scope.includes(unit.scope));
  if (!allowed) throw outside(text);
  if (path === undefined) throw new LumbungError('not_found', `there is no unit ${text}`);
  // Ancestors above the caller's own scope are not shown.
  const top = path.findIndex((unit) => claims.scope.includes(unit.scope));
  const ancestors = path.map((unit) => unit.scope);
  const place = { scope, text, path: top > 0 ? path.slice(top) : path, ancestors };
  if (!seesTodayOnly(claims.role)) return place;
  const hours = await zoneHours(warehouse, scope.id);
  // A place is remembered for longer than its day lasts.
  return {
    ...place,
    get onlyDay() {
      return dayIn(hours);
    },
  };
}

/** Refuses roles that see no figures of any unit. */
export function demandFigures(claims: Claims): void {
  if (!seesFigures(claims.role)) throw new LumbungError('forbidden', `role ${claims.role} sees no figures`);
}

/** Refuses a caller whose role does not see the field at the level of the place. */
export function demand(claims: Claims, field: Field, place: Pick<Place, 'scope'>): void {
  if (!may(claims.role, field, place.scope.level)) {
    throw new LumbungError('forbidden', `role ${claims.role} has no part in this (${field})`);
  }
}

/** Refuses callers who do not have a field of the whole programme: audit, ledger, health, operation. */
export function demandNational(claims: Claims, field: Field): void {
  demand(claims, field, { scope: { level: 'national', id: '' } });
  if (!claims.scope.includes('national')) throw new LumbungError('forbidden', 'your scope is not national');
}

/** Refuses days a caller who sees the present day only does not see. */
export function demandDays({ onlyDay }: Pick<Place, 'onlyDay'>, from: string, to = from): void {
  if (onlyDay !== undefined && (from !== onlyDay || to !== onlyDay)) {
    throw new LumbungError('forbidden', `your role sees today only: ${onlyDay}`);
  }
}
