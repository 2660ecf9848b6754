/** `/preferences`: how a person wants the live screen, on whatever device. */
import { type Request, Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import { type Preferences, preferences, sentPreferences } from '../../platform/preferences.ts';
import type { Claims } from '../../platform/tokens.ts';
import { isApiKey } from '../../warehouse/api_keys.ts';
import { defaultWidgets, readPreferences, writePreferences } from '../../warehouse/preferences.ts';
import { authenticate, tokenOf } from '../access.ts';
import type { ApiContext } from '../context.ts';

export function preferencesRoutes({ warehouse, verify }: Pick<ApiContext, 'warehouse' | 'verify'>): Router {
  const router = Router();
  const person = async (request: Request): Promise<Claims> => {
    const claims = await authenticate(verify, request);
    if (isApiKey(tokenOf(request.headers) ?? '')) {
      throw new LumbungError('forbidden', 'an API key has no preferences: they are of people who sign in');
    }
    return claims;
  };
  const told = ({ role }: Claims, chosen: Preferences | undefined) => ({
    ...{ saved: chosen !== undefined, ...chosen },
    defaults: { widgets: defaultWidgets(role) },
  });

  router.get('/preferences', async (request, response) => {
    const claims = await person(request);
    const held = await readPreferences(warehouse, claims.sub);
    response.set('Cache-Control', 'no-store').json(told(claims, held));
  });

  router.put('/preferences', async (request, response) => {
    const claims = await person(request);
    const { saved: _saved, defaults: _defaults, ...sent } = sentPreferences.parse(request.body);
    const chosen = preferences.parse(sent);
    await writePreferences(warehouse, claims.sub, chosen);
    response.set('Cache-Control', 'no-store').json(told(claims, chosen));
  });

  router.delete('/preferences', async (request, response) => {
    const claims = await person(request);
    await writePreferences(warehouse, claims.sub);
    response.set('Cache-Control', 'no-store').json(told(claims, undefined));
  });

  return router;
}
