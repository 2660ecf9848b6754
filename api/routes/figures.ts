/** Figures: registry, units, summary, series, freshness and the dataset. */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { LumbungError } from '../../platform/errors.ts';
import type { Claims } from '../../platform/tokens.ts';
import { type Kpi, sections } from '../../warehouse/kpis/kpi.ts';
import { figureOf } from '../../warehouse/kpis/registry.ts';
import { readReconciliations, readTables } from '../../warehouse/ledger.ts';
import { visibleKpis } from '../../warehouse/permissions.ts';
import { provisionalDays, stateOf } from '../../warehouse/queries/finality.ts';
import { childrenOf } from '../../warehouse/queries/hierarchy.ts';
import { datasetHeader, datasetStream, type Grain, rangeValues, seriesValues } from '../../warehouse/queries/values.ts';
import { authenticate, demandDays, demandFigures } from '../access.ts';
import { createAnswers, holds } from '../answers.ts';
import { requestEvent } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { asOf } from '../freshness.ts';
import {
  breakdownInput,
  freshnessInput,
  kpisInput,
  rangeInput,
  seriesInput,
  summaryInput,
  thisHour,
  today,
  unitsInput,
} from '../inputs.ts';
import { createStreams } from '../streams.ts';
import { summary } from '../summary.ts';

const grains: readonly Grain[] = ['day', 'week', 'fortnight', 'month', 'quarter', 'year'];

export function figureRoutes(context: ApiContext): Router {
  const { warehouse, verify, freshness, places } = context;
  const router = Router();

  const { answer, place } = createAnswers(context);
  const streams = createStreams(context.metrics);

  const asked = (claims: Claims, id: string | undefined): Kpi => {
    const kpi = visibleKpis(claims.role).find((candidate) => candidate.id === id);
    if (!kpi) throw new LumbungError('not_found', 'there is no such KPI, or your role does not see it');
    return kpi;
  };

  router.get('/kpis', async (request, response) => {
    kpisInput.parse(request.query);
    const claims = await authenticate(verify, request);
    demandFigures(claims);
    const kpis = visibleKpis(claims.role).map(({ num: _num, den: _den, fact: _fact, limit: _limit, ...kpi }) => ({
      ...kpi,
      sectionName: sections[kpi.section],
    }));
    await answer(request, response, claims, 'national', 'kpis', async () => ({ kpis }));
  });

  router.get('/units', async (request, response) => {
    const input = unitsInput.parse(request.query);
    const claims = await authenticate(verify, request);
    const own = input.parent ?? claims.scope[0] ?? 'national';
    const found = await places(claims, own);
    const parent = found.path.at(-1);
    await answer(request, response, claims, own, 'units', async () => ({
      parent,
      units: await childrenOf(warehouse, found.scope),
    }));
  });

  router.get('/summary', async (request, response) => {
    const input = summaryInput.parse(request.query);
    const { claims, place: found } = await place(request, input.scope);
    const date = input.date ?? found.onlyDay ?? today();
    demandDays(found, date);
    await answer(
      request,
      response,
      claims,
      found.text,
      `summary ${date}`,
      () => summary(context, visibleKpis(claims.role), found, date),
      thisHour(),
    );
  });

  router.get('/kpis/:kpi/series', async (request, response) => {
    const input = seriesInput.parse(request.query);
    const { claims, place: found } = await place(request, input.scope);
    const kpi = asked(claims, request.params.kpi);
    const { scope, grain, from, to, hierarchy } = input;
    demandDays(found, from, to);
    if (grains.indexOf(grain) < grains.indexOf(kpi.grain ?? 'day')) {
      throw new LumbungError('bad_input', `${kpi.id} is published by ${kpi.grain}: ask for a coarser grain`);
    }
    await answer(
      request,
      response,
      claims,
      scope,
      `series ${kpi.id} ${grain} ${from} ${to} ${hierarchy}`,
      async () => {
        const [rows, provisional] = await Promise.all([
          seriesValues(warehouse, [kpi], found.scope, grain, from, to, hierarchy),
          provisionalDays(warehouse, found.scope, today(), context.graceDays),
        ]);
        return {
          kpi: kpi.id,
          scope,
          grain,
          from,
          to,
          hierarchy,
          points: rows.map(({ date, ends, num, den }) => ({
            date,
            ...figureOf(kpi, num, den),
            state: stateOf(date, ends, provisional),
          })),
        };
      },
      thisHour(),
    );
  });

  router.get('/kpis/:kpi/breakdown', async (request, response) => {
    const { scope, from, to, hierarchy } = breakdownInput.parse(request.query);
    const { claims, place: found } = await place(request, scope);
    const kpi = asked(claims, request.params.kpi);
    demandDays(found, from, to);
    await answer(request, response, claims, scope, `breakdown ${kpi.id} ${from} ${to} ${hierarchy}`, async () => {
      const rows = await rangeValues(warehouse, kpi, found.scope, { from, to }, hierarchy);
      const [total] = rows.filter((row) => row.split === '').map(({ num, den }) => figureOf(kpi, num, den));
      const parts = rows.filter((row) => row.split !== '');
      return {
        ...{ kpi: kpi.id, scope, from, to, hierarchy, split: kpi.split ?? null, total: total ?? null },
        parts: parts.map(({ split: part, num, den }) => ({ part, ...figureOf(kpi, num, den) })),
      };
    });
  });

  router.get('/freshness', async (request, response) => {
    const input = freshnessInput.parse(request.query);
    const claims = await authenticate(verify, request);
    if (input.scope !== undefined) await places(claims, input.scope);
    const { freshness: now } = await freshness.current();
    const scopes = input.scope === undefined ? claims.scope : [input.scope];
    response.set({ ETag: `W/"${now.seq}"`, 'Cache-Control': 'private, no-cache' });
    response.json({
      asOf: asOf(now),
      // Of a polled source, deletes and changes without a stamp appear when their table has been compared whole.
      ...(context.pollSeconds === undefined
        ? { mode: 'change' }
        : { mode: 'schedule', pollSeconds: context.pollSeconds, compared: await readReconciliations(warehouse) }),
      tables: await readTables(warehouse),
      scopes: scopes.map((scope) => ({ scope, ...asOf(now) })),
    });
  });

  router.get('/datasets/kpi_daily.csv', async (request, response) => {
    const input = rangeInput.parse(request.query);
    const { claims, place: found } = await place(request, input.scope);
    demandDays(found, input.from, input.to);
    const { freshness: now, versionOf } = await freshness.current();
    // What a day adds up to; states at its end are history of another kind, and periods are not days.
    const kpis = visibleKpis(claims.role).filter((kpi) => kpi.grain === undefined && !kpi.state && !kpi.supplement);
    const { from, to } = input;
    const held = [found.text, from, to, ...kpis.map((kpi) => `${kpi.id}${kpi.withheld ?? ''}`)].join();
    const etag = `W/"${versionOf(found.text)}-${createHash('sha256').update(held).digest('base64url').slice(0, 16)}"`;
    response.set({ ETag: etag, 'X-As-Of': JSON.stringify(asOf(now)) });
    if (holds(request, etag)) return void response.status(304).end();
    const detail = { scope: input.scope, from, to };
    await context.audit.append({ ...requestEvent(request, claims), action: 'export', detail });
    await streams.run(claims.sub, response, async (signal) => {
      const rows = await datasetStream(warehouse, found.scope, from, to, kpis, signal);
      response.set({
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="kpi_daily_${from}_${to}.csv"`,
        'Cache-Control': 'private, no-cache',
      });
      response.write(datasetHeader);
      await pipeline(rows, response);
    });
  });

  return router;
}
