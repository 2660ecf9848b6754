/** Statistics: rankings, peers, expected ranges, decomposition, forecasts, warnings and the verdicts on them. */
import { Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import type { Claims } from '../../platform/tokens.ts';
import { addDays } from '../../warehouse/days.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { comparisons, rules } from '../../warehouse/kpis/rules.ts';
import { sees, visibleKpis } from '../../warehouse/permissions.ts';
import { findings } from '../../warehouse/queries/findings.ts';
import { peers, ranking } from '../../warehouse/queries/ranking.ts';
import { decomposition, expectedRanges, forecast } from '../../warehouse/queries/statistics.ts';
import { isWarnedOf, METHOD, warnings } from '../../warehouse/queries/warnings.ts';
import { LEVELS } from '../../warehouse/scopes.ts';
import { giveVerdict, precision, verdictsOf } from '../../warehouse/verdicts.ts';
import { demand, demandDays, type Place } from '../access.ts';
import { createAnswers, newestOf } from '../answers.ts';
import { requestEvent } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { forecastInput, insightsInput, pagedRangeInput, rankingInput, today, verdictInput } from '../inputs.ts';

/** What is forecast on the overview: the portions asked for and those that arrive. */
const FORECAST_KPIS = ['portions_target', 'portions_delivered'];

export function statisticsRoutes(context: ApiContext): Router {
  const { warehouse } = context;
  const { answer, place } = createAnswers(context);
  const newestVerdict = newestOf(warehouse, 'verdicts');
  const router = Router();

  /** The KPI of the path, where the caller may see it and the question makes sense for it. */
  const asked = (claims: Claims, id: string | undefined, daily: boolean): Kpi => {
    const kpi = visibleKpis(claims.role).find((candidate) => candidate.id === id);
    if (!kpi) throw new LumbungError('not_found', 'there is no such KPI, or your role does not see it');
    if (daily && kpi.grain !== undefined) {
      throw new LumbungError('bad_input', `${kpi.id} is published by ${kpi.grain}: this is told of days only`);
    }
    return kpi;
  };

  /** Statistics stand on days before today. */
  const demandHistory = (found: Place) => demandDays(found, '');

  router.get('/kpis/:kpi/ranking', async (request, response) => {
    const { scope, level, from, to, order, limit, offset } = rankingInput.parse(request.query);
    const upTo = offset + limit;
    const { claims, place: found } = await place(request, scope);
    demandHistory(found);
    const kpi = asked(claims, request.params.kpi, false);
    if (LEVELS.indexOf(level) <= LEVELS.indexOf(found.scope.level)) {
      throw new LumbungError('bad_input', `there is no ${level} below ${scope} to compare`);
    }
    const question = `ranking ${kpi.id} ${level} ${from} ${to} ${order} ${upTo}`;
    await answer(request, response, claims, scope, question, async () => ({
      ...{ kpi: kpi.id, scope, level, from, to, order },
      ...(await ranking(warehouse, kpi, found.scope, level, { from, to }, order, upTo)),
    }));
  });

  router.get('/kpis/:kpi/expected', async (request, response) => {
    const { scope, from, to } = pagedRangeInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demandHistory(found);
    const kpi = asked(claims, request.params.kpi, true);
    await answer(request, response, claims, scope, `expected ${kpi.id} ${from} ${to}`, async () => ({
      ...{ kpi: kpi.id, scope, from, to, method: METHOD },
      points: await expectedRanges(warehouse, kpi, found.scope, from, to),
    }));
  });

  router.get('/kpis/:kpi/decomposition', async (request, response) => {
    const { scope, from, to } = pagedRangeInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demandHistory(found);
    const kpi = asked(claims, request.params.kpi, true);
    await answer(request, response, claims, scope, `decomposition ${kpi.id} ${from} ${to}`, async () => ({
      ...{ kpi: kpi.id, scope, from, to, method: 'stl' },
      ...((await decomposition(warehouse, kpi, found.scope, from, to)) ?? { weekdays: [], points: [] }),
    }));
  });

  router.get('/kpis/:kpi/forecast', async (request, response) => {
    const { scope, from = today() } = forecastInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demandHistory(found);
    const kpi = asked(claims, request.params.kpi, true);
    if (kpi.den !== undefined || kpi.state) {
      throw new LumbungError('bad_input', `${kpi.id} is not an amount of a day: forecasts are made of those`);
    }
    await answer(request, response, claims, scope, `forecast ${kpi.id} ${from}`, async () => ({
      scope,
      ...(await forecast(warehouse, kpi, found.scope, from)),
    }));
  });

  router.get('/peers', async (request, response) => {
    const { scope, from, to } = pagedRangeInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demandHistory(found);
    if (found.scope.level !== 'sppg')
      throw new LumbungError('bad_input', 'peers are told of one kitchen: scope=sppg:ID');
    // What other kitchens do is not part of this one's version.
    await answer(request, response, claims, 'national', `peers ${scope} ${from} ${to}`, async () => ({
      ...{ scope, from, to },
      comparisons: await peers(warehouse, visibleKpis(claims.role), found.scope.id, { from, to }),
    }));
  });

  router.get('/insights', async (request, response) => {
    const { scope, date = addDays(today(), -1), limit } = insightsInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demandHistory(found);
    const visible = visibleKpis(claims.role);
    const moment = await newestVerdict();
    const compute = async () => {
      const seen = [...rules, ...comparisons].filter((rule) => sees(claims.role, rule.owner));
      const week = { from: addDays(date, -6), to: date };
      const [{ total, warnings: told }, forecasts, reviewed, quality] = await Promise.all([
        warnings(warehouse, visible, found.scope, date, limit),
        Promise.all(
          visible
            .filter((kpi) => FORECAST_KPIS.includes(kpi.id))
            .map((kpi) => forecast(warehouse, kpi, found.scope, addDays(date, 1))),
        ),
        precision(
          warehouse,
          visible.map((kpi) => kpi.id),
        ),
        findings(warehouse, seen, found.scope, week, limit),
      ]);
      const verdicts = await verdictsOf(warehouse, told, date);
      return {
        ...{ scope, date },
        warnings: { total, items: told.map((warning) => ({ ...warning, verdict: verdicts.get(warning.id) ?? null })) },
        precision: reviewed,
        forecasts,
        findings: { ...week, ...quality },
      };
    };
    await answer(request, response, claims, scope, `insights ${date} ${limit}`, compute, moment);
  });

  router.post('/insights/verdicts', async (request, response) => {
    const { warning, verdict, note } = verdictInput.parse(request.body);
    const [, id, scope = '', date = ''] = warning.split('/');
    const { claims, place: found } = await place(request, scope);
    demand(claims, 'judgement', found);
    const kpi = asked(claims, id, true);
    // A verdict on nothing would count in the precision that is published.
    if (!(await isWarnedOf(warehouse, kpi, found.scope, date))) {
      throw new LumbungError(
        'not_found',
        `nothing is warned of in ${kpi.id} of ${scope} on ${date}: judge a warning that /insights names`,
      );
    }
    await context.audit.append({ ...requestEvent(request, claims), action: 'verdict', detail: { warning, verdict } });
    await giveVerdict(warehouse, { method: METHOD, kpi: kpi.id, scope, date }, { verdict, note, by: claims.sub });
    response.status(201).json({ warning, verdict, note });
  });

  return router;
}
