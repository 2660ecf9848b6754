/** Sign-in for the pages: a token becomes an httpOnly cookie. Demo sign-ins exist on the embedded demo programme only. */
import { Router } from 'express';
import { demoSignIns } from '../../platform/demo_accounts.ts';
import { LumbungError } from '../../platform/errors.ts';
import { signToken, verifyToken } from '../../platform/tokens.ts';
import { demoKitchen } from '../../warehouse/queries/demo_scope.ts';
import { authenticate, COOKIE } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { sessionInput } from '../inputs.ts';

const DEMO_TTL = '12h';

export function sessionRoutes(context: ApiContext): Router {
  const { secret, verify, warehouse, demo } = context;
  const router = Router();

  router.get('/sign-in-options', (_request, response) => {
    response.json({ demo: demo ? demoSignIns : [] });
  });

  router.get('/session', async (request, response) => {
    const claims = await authenticate(verify, request);
    const account = demoSignIns.find((candidate) => `demo:${candidate.id}` === claims.sub);
    const { sub, role, scope, exp } = claims;
    response.set('Cache-Control', 'no-store').json({ sub, name: account?.label ?? sub, role, scopes: scope, exp });
  });

  router.post('/session', async (request, response) => {
    const input = sessionInput.parse(request.body);
    const token = 'token' in input ? input.token : await demoToken(input.demo);
    const { sub, role, scope, exp } = await verifyToken(secret, token);
    response.cookie(COOKIE, token, {
      httpOnly: true,
      sameSite: 'strict',
      secure: request.secure,
      path: '/',
      ...(exp === undefined ? {} : { expires: new Date(exp * 1000) }),
    });
    response.status(201).set('Cache-Control', 'no-store').json({ sub, role, scopes: scope, exp });
  });

  router.delete('/session', (_request, response) => {
    response.clearCookie(COOKIE, { httpOnly: true, sameSite: 'strict', path: '/' }).status(204).end();
  });

  const demoToken = async (id: string): Promise<string> => {
    const account = demo ? demoSignIns.find((candidate) => candidate.id === id) : undefined;
    if (!account) throw new LumbungError('not_found', 'there is no such demo sign-in');
    const kitchen = account.scope === 'national' ? undefined : await demoKitchen(warehouse);
    if (account.scope !== 'national' && !kitchen)
      throw new LumbungError('transient', 'the demo programme is still loading');
    const scope =
      account.scope === 'national'
        ? 'national'
        : account.scope === 'province'
          ? `province:${kitchen?.province}`
          : `sppg:${kitchen?.sppg}`;
    return signToken(secret, { sub: `demo:${account.id}`, role: account.role, scope: [scope] }, DEMO_TTL);
  };

  return router;
}
