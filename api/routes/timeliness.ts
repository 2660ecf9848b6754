/** `/timeliness`: whether the daily sheets were there when their day ended, beside `/completeness`, which tells whether they are at all. */
import { Router } from 'express';
import { timeliness } from '../../warehouse/queries/timeliness.ts';
import { demand } from '../access.ts';
import { createAnswers } from '../answers.ts';
import type { ApiContext } from '../context.ts';
import { findingsInput, thisMinute } from '../inputs.ts';

export function timelinessRoutes(context: ApiContext): Router {
  const { answer, place } = createAnswers(context);
  const router = Router();
  router.get('/timeliness', async (request, response) => {
    const { scope, from, to, limit, offset } = findingsInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demand(claims, 'completeness', found);
    const upTo = offset + limit;
    // Days grow expected as they end, whether anything changes or not.
    const compute = async () => ({
      ...{ scope, from, to },
      ...(await timeliness(context.warehouse, found.scope, { from, to }, upTo)),
    });
    await answer(request, response, claims, scope, `timeliness ${from} ${to} ${upTo}`, compute, thisMinute());
  });
  return router;
}
