/** `/preferences`: how a person wants the live screen, on whatever device. */
import { type Request, Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import { preferences } from '../../platform/preferences.ts';
import type { Claims } from '../../platform/tokens.ts';
import { isApiKey } from '../../warehouse/api_keys.ts';
import { defaultPreferences, readPreferences, writePreferences } from '../../warehouse/preferences.ts';
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
  const unsaved = ({ role }: Claims) => ({ saved: false, preferences: defaultPreferences(role) });

  router.get('/preferences', async (request, response) => {
    const claims = await person(request);
    const held = await readPreferences(warehouse, claims.sub);
    response.set('Cache-Control', 'no-store');
    response.json(held === undefined ? unsaved(claims) : { saved: true, preferences: held });
  });

  router.put('/preferences', async (request, response) => {
    const claims = await person(request);
    const chosen = preferences.parse(request.body);
    await writePreferences(warehouse, claims.sub, chosen);
    response.set('Cache-Control', 'no-store').json({ saved: true, preferences: chosen });
  });

  router.delete('/preferences', async (request, response) => {
    const claims = await person(request);
    await writePreferences(warehouse, claims.sub);
    response.set('Cache-Control', 'no-store').json(unsaved(claims));
  });

  return router;
}
