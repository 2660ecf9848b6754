/** What the live screen asks beside the figures: the day's flow, units by name, what needs attention. */
import { Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import { levelsOf, may } from '../../warehouse/permissions.ts';
import { flow, STAGES, type Stage } from '../../warehouse/queries/flow.ts';
import { searchUnits } from '../../warehouse/queries/search.ts';
import { authenticate, demandDays, demandFigures } from '../access.ts';
import { createAnswers } from '../answers.ts';
import { attention } from '../attention.ts';
import type { ApiContext } from '../context.ts';
import { attentionInput, flowInput, searchInput, thisHour, today } from '../inputs.ts';

/** Whose work a stage is. */
const ownerOf = {
  planned: 'production',
  cooked: 'production',
  checked: 'quality',
  departed: 'distribution',
  delivered: 'distribution',
} as const satisfies Record<Stage, string>;
/** Refreshes touch no such scope: what is answered under it changes when the hierarchy does. */
const HIERARCHY = 'hierarchy';

export function screenRoutes(context: ApiContext): Router {
  const { warehouse, verify } = context;
  const { answer, place } = createAnswers(context);
  const router = Router();

  router.get('/flow', async (request, response) => {
    const { scope, date: asked } = flowInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    const seen = STAGES.filter((stage) => may(claims.role, ownerOf[stage], found.scope.level));
    if (seen.length === 0) throw new LumbungError('forbidden', `role ${claims.role} sees no stage of the day's flow`);
    const date = asked ?? found.onlyDay ?? today();
    demandDays(found, date);
    await answer(request, response, claims, scope, `flow ${date} ${thisHour()}`, async () => ({
      ...{ scope, name: found.path.at(-1)?.name ?? '', level: found.scope.level, date },
      ...(await flow(warehouse, found.scope, date, seen)),
    }));
  });

  router.get('/units/search', async (request, response) => {
    const { q, limit, offset } = searchInput.parse(request.query);
    const claims = await authenticate(verify, request);
    demandFigures(claims);
    const upTo = offset + limit;
    await answer(request, response, claims, HIERARCHY, `search ${upTo} ${q}`, async () => {
      const units = await searchUnits(warehouse, claims.scope, levelsOf(claims.role), q, upTo);
      // What lies above the caller's own scope is not shown.
      const within = units.map(({ path, ...unit }) => {
        const top = path.findIndex(({ scope }) => claims.scope.includes(scope));
        const above = path.slice(Math.max(0, top), -1).map(({ name }) => name);
        return { ...unit, ...(above.length === 0 ? {} : { path: above.join(' › ') }) };
      });
      return { q, units: within };
    });
  });

  router.get('/attention', async (request, response) => {
    const { scope, date: asked, limit, offset } = attentionInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    const date = asked ?? found.onlyDay ?? today();
    demandDays(found, date);
    const upTo = offset + limit;
    const question = `attention ${date} ${upTo} ${thisHour()} ${await judgements()}`;
    await answer(request, response, claims, scope, question, async () => {
      const { items, places } = await attention(context, {
        claims,
        place: found,
        date,
        today: found.onlyDay ?? today(),
      });
      return { scope, date, places, total: items.length, items: items.slice(0, upTo) };
    });
  });
  /** Changes with every verdict and every word on a finding: they are not part of any scope's version. */
  const judgements = async () => {
    const [row] = await warehouse.query<{ at: string }>(
      `SELECT concat(toString((SELECT max(at) FROM ops.verdicts)), ' ', toString((SELECT max(at) FROM ops.finding_states))) AS at`,
    );
    return row?.at ?? '';
  };

  return router;
}
