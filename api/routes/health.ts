/** Liveness, readiness with reasons and warnings, and Prometheus metrics. */
import { Router } from 'express';
import type { ApiContext } from '../context.ts';
import { createOperatorMetrics } from '../operator.ts';
import { readiness } from '../readiness.ts';

export function healthRoutes(context: ApiContext): Router {
  const router = Router();
  const { registry } = context.metrics;
  const readOperatorMetrics = createOperatorMetrics(registry, context);
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const { reasons, warnings } = await readiness(context);
    const ready = reasons.length === 0;
    response.status(ready ? 200 : 503).json({ ready, reasons, warnings });
  });
  router.get('/metrics', async (_request, response) => {
    await readOperatorMetrics();
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
