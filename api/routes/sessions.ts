/**
 * Sign-in for the pages. A session is a short token in an httpOnly cookie beside a sealed one that renews it, so that every process
 * can check both and none keeps them. People come from the OIDC provider, or on the embedded demo programme from the
 * replicated `users` table; programs use API keys and have no session.
 */
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { AuditEvent } from '../../platform/audit.ts';
import { demoSignIns } from '../../platform/demo_accounts.ts';
import { LumbungError, messageOf } from '../../platform/errors.ts';
import { seal, unseal } from '../../platform/sealed.ts';
import { type Claims, claimsFrom, signToken } from '../../platform/tokens.ts';
import { isApiKey } from '../../warehouse/api_keys.ts';
import { documentFields, isRole, seesFigures, seesTodayOnly } from '../../warehouse/permissions.ts';
import { defaultWidgets } from '../../warehouse/preferences.ts';
import { demoKitchens } from '../../warehouse/queries/demo_scope.ts';
import { readUser, userWithRole } from '../../warehouse/queries/users.ts';
import { authenticate, COOKIE, cookieOf } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { sessionInput, signInInput } from '../inputs.ts';
import { type Granted, pendingSignIn } from '../provider.ts';

const DEMO_TTL = '12h';
const SESSION_TTL = '10m';
const RENEWABLE_SECONDS = 12 * 3_600;
const SIGN_IN_SECONDS = 10 * 60;
const PENDING = 'lumbung_signin';
const RENEWAL = 'lumbung_renewal';
/** Sealed: what renews a session. The ID token tells the provider whom to sign out; one too large for a cookie is left out. */
const renewal = z.union([
  z.object({ demo: z.string() }),
  z.object({ refreshToken: z.string(), idToken: z.string().optional() }),
]);
type Renewal = z.infer<typeof renewal>;
const ID_TOKEN_BYTES = 1_500;

export function sessionRoutes(context: ApiContext): Router {
  const { secret, verify, warehouse, demo, provider, audit, secureCookies } = context;
  const router = Router();

  const record = (request: Request, event: Pick<AuditEvent, 'action' | 'actor'> & Partial<AuditEvent>) =>
    audit.append({ address: request.ip ?? '', ...event });
  const cookie = (request: Request, path = '/') => ({
    httpOnly: true,
    sameSite: 'strict' as const,
    secure: secureCookies || request.secure,
    path,
  });
  /** Sets the cookies of a session and says whose it is. */
  const enter = async (request: Request, response: Response, token: string, claims: Claims, renewing?: Renewal) => {
    const expires = claims.exp === undefined ? {} : { expires: new Date(claims.exp * 1_000) };
    response.cookie(COOKIE, token, { ...cookie(request), ...expires });
    if (renewing === undefined) response.clearCookie(RENEWAL, cookie(request, '/api/v1/session'));
    else {
      const sealed = await seal(secret, RENEWAL, renewing, RENEWABLE_SECONDS);
      response.cookie(RENEWAL, sealed, { ...cookie(request, '/api/v1/session'), maxAge: RENEWABLE_SECONDS * 1_000 });
    }
    response.set('Cache-Control', 'no-store');
    return describe(claims);
  };
  const issue = async (claims: Claims, ttl: string) => {
    const token = await signToken(secret, claims, ttl);
    return { token, claims: await verify(token) };
  };

  router.get('/sign-in-options', (_request, response) => {
    response.json({ demo: demo ? demoSignIns : [], provider: provider ? '/api/v1/sign-in' : null });
  });

  router.get('/session', async (request, response) => {
    const claims = await authenticate(verify, request);
    response.set('Cache-Control', 'no-store').json(describe(claims));
  });

  router.post('/session', async (request, response) => {
    const input = sessionInput.parse(request.body);
    try {
      if ('token' in input && isApiKey(input.token)) {
        throw new LumbungError('bad_input', 'API keys are for programs: send it as "Authorization: Bearer"');
      }
      const { token, claims } =
        'token' in input
          ? { token: input.token, claims: await verify(input.token) }
          : await issue(await demoClaims(input.demo), DEMO_TTL);
      await record(request, {
        action: 'sign_in',
        actor: claims.sub,
        role: claims.role,
        target: Object.keys(input)[0] ?? '',
      });
      const renewing = 'demo' in input ? { demo: input.demo } : undefined;
      response.status(201).json(await enter(request, response, token, claims, renewing));
    } catch (error) {
      const actor = 'demo' in input ? `demo:${input.demo}` : '';
      await record(request, { action: 'sign_in', actor, outcome: 'failed', detail: { reason: messageOf(error) } });
      throw error;
    }
  });

  router.post('/session/refresh', async (request, response) => {
    const held = await unseal(secret, RENEWAL, renewal, cookieOf(request.headers, RENEWAL));
    if (held === undefined) throw new LumbungError('unauthenticated', 'this session cannot be renewed: sign in again');
    if ('demo' in held) {
      const { token, claims } = await issue(await demoClaims(held.demo), DEMO_TTL);
      return void response.json(await enter(request, response, token, claims, held));
    }
    if (!provider) throw new LumbungError('unauthenticated', 'there is no sign-in provider any more: sign in again');
    const fresh = await provider.renew(held.refreshToken);
    const { token, claims } = await issue(await providerClaims(fresh), SESSION_TTL);
    const idToken = fresh.idToken ?? held.idToken;
    response.json(await enter(request, response, token, claims, renewalOf({ ...fresh, idToken })));
  });

  router.delete('/session', async (request, response) => {
    const claims = await authenticate(verify, request).catch(() => undefined);
    const held = await unseal(secret, RENEWAL, renewal, cookieOf(request.headers, RENEWAL));
    response.clearCookie(COOKIE, cookie(request)).clearCookie(RENEWAL, cookie(request, '/api/v1/session'));
    if (claims) await record(request, { action: 'sign_out', actor: claims.sub, role: claims.role });
    // Signing out here must not fail because the provider is away.
    const signOut =
      held && 'refreshToken' in held
        ? await provider?.end(held.refreshToken, held.idToken).catch((error: unknown) => {
            context.log.warn({ error: messageOf(error) }, 'the provider was not told of a sign-out');
            return undefined;
          })
        : undefined;
    if (signOut === undefined) response.status(204).end();
    else response.json({ signOut });
  });

  router.get('/sign-in', async (request, response) => {
    const { returnTo } = signInInput.parse(request.query);
    if (!provider) throw new LumbungError('not_found', 'no sign-in provider is configured (AUTH_CLIENT_ID)');
    const { url, pending } = await provider.begin(returnTo);
    // Lax: the provider sends the browser back from another site.
    response.cookie(PENDING, await seal(secret, PENDING, pending, SIGN_IN_SECONDS), {
      ...cookie(request, '/api/v1/sign-in'),
      sameSite: 'lax',
      maxAge: SIGN_IN_SECONDS * 1_000,
    });
    response.set('Cache-Control', 'no-store').redirect(302, url);
  });

  router.get('/sign-in/callback', async (request, response) => {
    const pending = await unseal(secret, PENDING, pendingSignIn, cookieOf(request.headers, PENDING));
    response.clearCookie(PENDING, { ...cookie(request, '/api/v1/sign-in'), sameSite: 'lax' });
    try {
      if (!provider || !pending) {
        throw new LumbungError('unauthenticated', 'this sign-in was not begun in this browser, or took too long');
      }
      const query = new URL(request.originalUrl, 'http://localhost').search;
      const granted = await provider.finish(query, pending);
      const { token, claims } = await issue(await providerClaims(granted), SESSION_TTL);
      await record(request, { action: 'sign_in', actor: claims.sub, role: claims.role, target: 'provider' });
      await enter(request, response, token, claims, renewalOf(granted));
      response.redirect(303, pending.returnTo);
    } catch (error) {
      const detail = { reason: messageOf(error) };
      context.log.warn(detail, 'sign-in failed');
      await record(request, { action: 'sign_in', actor: '', target: 'provider', outcome: 'failed', detail });
      // The reason may quote the provider: it is for the log, the page says what to do.
      response.set('Cache-Control', 'no-store').redirect(303, '/?sign-in=failed');
    }
  });

  /** Role and scope as the provider tells them; where it tells none, as the source's `users` table has them for this id. */
  const providerClaims = async ({ claims }: Granted): Promise<Claims> => {
    let found: Claims | undefined;
    try {
      found = claimsFrom(claims, context.config);
    } catch {
      const user = await readUser(warehouse, String(claims.sub ?? ''));
      const name = typeof claims.name === 'string' ? { name: claims.name } : {};
      found = user && { sub: user.id, role: user.role, scope: user.scope, ...name };
    }
    if (found === undefined || !isRole(found.role)) {
      throw new LumbungError('forbidden', 'this account has no role here: ask for one at your provider');
    }
    return found;
  };

  const demoClaims = async (id: string): Promise<Claims> => {
    const account = demo ? demoSignIns.find((candidate) => candidate.id === id) : undefined;
    if (!account) throw new LumbungError('not_found', 'there is no such demo sign-in');
    const named = { sub: `demo:${id}`, role: account.role, name: account.label };
    if (account.scope === 'national' && !account.role.startsWith('PLATFORM_')) return { ...named, scope: ['national'] };
    const kitchens = await demoKitchens(warehouse, 3);
    const [first] = kitchens;
    if (!first) throw new LumbungError('transient', 'the demo programme is still loading');
    const user = await userWithRole(warehouse, account.role, first.sppg);
    if (user) return { ...named, sub: user.id, scope: user.scope };
    const scopes = {
      national: ['national'],
      province: [`province:${first.province}`],
      kitchens: kitchens.map(({ sppg }) => `sppg:${sppg}`),
      kitchen: [`sppg:${first.sppg}`],
    };
    return { ...named, scope: scopes[account.scope] };
  };

  return router;
}

function describe({ sub, name, role, scope, exp }: Claims) {
  // Pages show what there is for the role.
  const pages = {
    ...{ figures: seesFigures(role), todayOnly: seesTodayOnly(role), widgets: defaultWidgets(role) },
    documents: documentFields(role),
  };
  return { sub, name: name ?? sub, role, scopes: scope, exp, ...pages };
}

function renewalOf({ refreshToken, idToken }: Pick<Granted, 'refreshToken' | 'idToken'>): Renewal | undefined {
  if (refreshToken === undefined) return undefined;
  return { refreshToken, ...(idToken !== undefined && idToken.length <= ID_TOKEN_BYTES ? { idToken } : {}) };
}
