/** Data quality: findings and what people made of them, completeness, blocked payments; and the data dictionary. */
import { Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import type { Claims } from '../../platform/tokens.ts';
import { dictionary } from '../../warehouse/dictionary.ts';
import { comparisons, rules } from '../../warehouse/kpis/rules.ts';
import { type Field, sees, visibleKpis } from '../../warehouse/permissions.ts';
import { completeness } from '../../warehouse/queries/completeness.ts';
import { findings, noteFinding, undatedRows } from '../../warehouse/queries/findings.ts';
import { paymentRisks } from '../../warehouse/queries/payment_risks.ts';
import { sourceColumns } from '../../warehouse/queries/source_columns.ts';
import { authenticate, demand, demandDays, demandFigures } from '../access.ts';
import { createAnswers, newestOf } from '../answers.ts';
import { requestEvent } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { dictionaryInput, findingStateInput, findingsInput, listInput, thisMinute, today } from '../inputs.ts';

/** Whose rows are undated, by table. */
const UNDATED: Readonly<Record<string, Field>> = { program_monitoring: 'quality' };

export function dataQualityRoutes(context: ApiContext): Router {
  const { warehouse } = context;
  const { answer, place } = createAnswers(context);
  const newestState = newestOf(warehouse, 'finding_states');
  const router = Router();
  const visibleRules = (claims: Claims) => [...rules, ...comparisons].filter((rule) => sees(claims.role, rule.owner));

  router.get('/findings', async (request, response) => {
    const { scope, from, to, limit, offset } = findingsInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demandDays(found, from, to);
    const moment = await newestState();
    const upTo = offset + limit;
    const compute = async () => {
      const seen = visibleRules(claims);
      const [{ totals, items }, undated] = await Promise.all([
        findings(warehouse, seen, found.scope, { from, to }, upTo),
        undatedRows(warehouse, found.scope),
      ]);
      const told = seen.map(({ id, name, definition, severity, owner }) => ({ id, name, definition, severity, owner }));
      const own = undated.filter(({ table }) => !found.onlyDay && sees(claims.role, UNDATED[table] ?? 'finance'));
      return { scope, from, to, rules: told, totals, items, undated: own };
    };
    await answer(request, response, claims, scope, `findings ${from} ${to} ${upTo}`, compute, moment);
  });

  router.post('/findings/states', async (request, response) => {
    const { rule, scope, date, state, note } = findingStateInput.parse(request.body);
    const { claims, place: found } = await place(request, scope);
    if (found.scope.level !== 'sppg') throw new LumbungError('bad_input', 'a finding is of one kitchen: scope=sppg:ID');
    demand(claims, 'judgement', found);
    if (!visibleRules(claims).some((candidate) => candidate.id === rule)) {
      throw new LumbungError('not_found', 'there is no such rule, or your role does not see it');
    }
    const detail = { rule, date, state };
    await context.audit.append({ ...requestEvent(request, claims), action: 'finding', detail });
    await noteFinding(warehouse, { rule, sppgId: found.scope.id, date }, { state, note, by: claims.sub });
    response.status(201).json({ rule, scope, date, state, note });
  });

  router.get('/completeness', async (request, response) => {
    const { scope, from, to, limit, offset } = findingsInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demand(claims, 'completeness', found);
    const upTo = offset + limit;
    // Days grow expected as they end, whether anything changes or not.
    await answer(
      request,
      response,
      claims,
      scope,
      `completeness ${from} ${to} ${upTo}`,
      async () => ({
        ...{ scope, from, to },
        ...(await completeness(warehouse, found.scope, { from, to }, upTo)),
      }),
      thisMinute(),
    );
  });

  router.get('/payment-risks', async (request, response) => {
    const { scope, limit, offset } = listInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    demand(claims, 'payment_risks', found);
    const date = today();
    const upTo = offset + limit;
    await answer(request, response, claims, scope, `payment-risks ${date} ${upTo}`, async () => ({
      ...{ scope, date },
      ...(await paymentRisks(warehouse, found.scope, date, upTo)),
    }));
  });

  router.get('/dictionary', async (request, response) => {
    dictionaryInput.parse(request.query);
    const claims = await authenticate(context.verify, request);
    demandFigures(claims);
    const visible = new Set([...visibleKpis(claims.role), ...visibleRules(claims)].map((kpi) => kpi.id));
    await answer(request, response, claims, 'national', 'dictionary', async () => {
      const columns = await sourceColumns(warehouse);
      return { entries: dictionary((table) => columns.get(table) ?? []).filter(({ id }) => visible.has(id)) };
    });
  });

  return router;
}
