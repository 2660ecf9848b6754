/** Liveness, readiness with reasons and warnings, and Prometheus metrics. */
import { Router } from 'express';
import { inEnglish } from '../../platform/conditions.ts';
import type { ApiContext } from '../context.ts';
import { createFlights } from '../flights.ts';
import { createOperatorMetrics } from '../operator.ts';
import { readiness } from '../readiness.ts';

export function healthRoutes(context: ApiContext): Router {
  const router = Router();
  const { registry } = context.metrics;
  // Anybody may ask: however many do, the engines are asked once at a time.
  const flights = createFlights();
  const readOperatorMetrics = createOperatorMetrics(registry, context);
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const { reasons, warnings } = await flights('ready', () => readiness(context));
    const ready = reasons.length === 0;
    response
      .status(ready ? 200 : 503)
      .json({ ready, reasons: reasons.map(inEnglish), warnings: warnings.map(inEnglish) });
  });
  router.get('/metrics', async (_request, response) => {
    const text = await flights('metrics', async () => {
      await readOperatorMetrics();
      return registry.metrics();
    });
    response.type(registry.contentType).send(text);
  });
  return router;
}
