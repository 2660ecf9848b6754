/**
 * Who reads what of the report site.
 * Invariant: checked for every request before a file is looked for; roles that see the present day only read no static page.
 */
import type { Request } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import type { Claims } from '../../platform/tokens.ts';
import { FIELDS, type Field, may, seesFigures, seesTodayOnly } from '../../warehouse/permissions.ts';
import { childrenOf } from '../../warehouse/queries/hierarchy.ts';
import { type Level, parseScope } from '../../warehouse/scopes.ts';
import { authenticate, demandFigures } from '../access.ts';
import type { ApiContext } from '../context.ts';
import type { Asked } from './paths.ts';

/** What the narrative tells of; judging, confirming, exporting, auditing and operating are no figures. */
const ACTS: readonly Field[] = [
  ...(['judgement', 'exports', 'verification', 'approval', 'delivery'] as const),
  ...(['ledger', 'audit', 'health', 'operation'] as const),
];
const TOLD = FIELDS.filter((field) => !ACTS.includes(field));
const WITH_PAGES: readonly Level[] = ['national', 'province', 'regency', 'sppg'];

/** The fields of a level that a role sees. */
export const fieldsOf = (role: string, level: Level): ReadonlySet<Field> =>
  new Set(FIELDS.filter((field) => may(role, field, level)));

export const seesEverything = (role: string, level: Level): boolean => TOLD.every((field) => may(role, field, level));

const readsNation = ({ role, scope }: Claims) => scope.includes('national') && seesEverything(role, 'national');

/** The reader, where there has to be one; refuses those who may not read it. */
export async function admit(context: ApiContext, request: Request, asked: Asked): Promise<Claims | undefined> {
  if (asked.audience === 'open') return undefined;
  const claims = await authenticate(context.verify, request);
  demandFigures(claims);
  // Whether the unit is theirs comes first: a refusal says no more of others' units here than elsewhere.
  if (asked.audience === 'unit') await context.places(claims, asked.scope ?? '');
  if (seesTodayOnly(claims.role)) {
    throw new LumbungError('forbidden', `role ${claims.role} sees today only: on the live screen`);
  }
  if (asked.audience === 'nation' && !readsNation(claims)) {
    throw new LumbungError('forbidden', 'these pages are for readers of the whole nation');
  }
  return claims;
}

/** Where a reader's visit begins: the nation's page, or that of the first unit they have. */
export async function homeOf({ warehouse }: Pick<ApiContext, 'warehouse'>, claims: Claims): Promise<string> {
  if (seesTodayOnly(claims.role)) return '/';
  if (readsNation(claims)) return '/reports/';
  for (const text of claims.scope) {
    const found = parseScope(text);
    const own = WITH_PAGES.includes(found.level) ? text : (await childrenOf(warehouse, found))[0]?.scope;
    if (own !== undefined && seesFigures(claims.role, parseScope(own).level)) return addressOf(own);
  }
  return '/';
}

const addressOf = (scope: string) => {
  const { level, id } = parseScope(scope);
  return `/reports/unit/${level}/${level === 'national' ? '' : `${encodeURIComponent(id)}/`}`;
};
