/** Liveness, readiness with reasons, and Prometheus metrics. */
import { Router } from 'express';
import { messageOf } from '../../platform/errors.ts';
import { currentSlot, readFreshness, readTables } from '../../warehouse/ledger.ts';
import type { ApiContext } from '../context.ts';

/** Rollups older than this are "behind". */
const MAX_LAG_MS = 60_000;

export function healthRoutes(context: ApiContext): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const reasons = await reasonsNotReady(context);
    response.status(reasons.length === 0 ? 200 : 503).json({ ready: reasons.length === 0, reasons });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(context.metrics.registry.contentType).send(await context.metrics.registry.metrics());
  });
  return router;
}

async function reasonsNotReady({ warehouse, redis, metrics }: ApiContext): Promise<string[]> {
  const reasons: string[] = [];
  if ((await redis.ping().catch(() => '')) !== 'PONG') reasons.push('Redis does not answer');
  try {
    if ((await currentSlot(warehouse)) === undefined) return [...reasons, 'the initial copy has not finished'];
    const tables = await readTables(warehouse);
    const copying = tables.filter((table) => table.state === 'copying').map((table) => table.table);
    if (copying.length > 0) reasons.push(`still copying ${copying.join(', ')}`);
    const { committedAt } = await readFreshness(warehouse);
    if (committedAt === null) return [...reasons, 'nothing has been rolled up yet'];
    const lag = Date.now() - Date.parse(committedAt);
    metrics.lag.set(lag / 1000);
    if (lag > MAX_LAG_MS) reasons.push(`rollups are ${Math.round(lag / 1000)} s behind the source`);
  } catch (error) {
    reasons.push(`ClickHouse: ${messageOf(error)}`);
  }
  return reasons;
}
