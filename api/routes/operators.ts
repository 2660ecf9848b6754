/** Pages for operators, behind the platform's roles: `/health`, and the queues (`/queues`, read only). */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type RequestHandler, Router } from 'express';
import { openQueue, queueNames } from '../../platform/queues.ts';
import { readUptime } from '../../warehouse/uptime.ts';
import { authenticate, demandNational } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { asOf } from '../freshness.ts';
import { escapeHtml, page } from '../page.ts';
import { readiness } from '../readiness.ts';

const BOARD = '/queues';

export function operatorRoutes(context: ApiContext): Router {
  const { warehouse, redis, freshness, verify, metrics } = context;
  const router = Router();
  const queues = queueNames.map((name) => openQueue(name, redis));
  for (const queue of queues) queue.on('error', () => undefined); // shown as unknown while Redis is away

  const operatorsOnly: RequestHandler = async (request, _response, next) => {
    demandNational(await authenticate(verify, request), 'health');
    next();
  };

  router.get('/health', operatorsOnly, async (_request, response) => {
    const known = <T>(reading: Promise<T>): Promise<T | null> => reading.catch(() => null);
    const [{ reasons, warnings }, engine, pong, now, month, day, counts, hits] = await Promise.all([
      readiness(context),
      known(warehouse.ping()),
      known(redis.ping()),
      known(freshness.current()),
      known(readUptime(warehouse, 30)),
      known(readUptime(warehouse, 1)),
      Promise.all(queues.map((queue) => known(queue.getJobCounts('waiting', 'active', 'delayed', 'failed')))),
      metrics.cache.requests.get(),
    ]);
    const rows: [string, string, boolean?][] = [
      ['System', reasons.length === 0 ? 'ready' : reasons.join('; '), reasons.length === 0],
      ['ClickHouse', engine ? 'answers' : 'does not answer', engine === true],
      ['Redis', pong === 'PONG' ? 'answers' : 'does not answer', pong === 'PONG'],
      ['Replication', lagText(now && asOf(now.freshness))],
      ...queues.map((queue, index): [string, string] => [`Queue ${queue.name}`, countsText(counts[index] ?? null)]),
      ['Cache', hitText(hits.values)],
      ['Live connections', String((await metrics.live.sockets.get()).values[0]?.value ?? 0)],
      ['Uptime, 24 hours', percent(day)],
      ['Uptime, 30 days', percent(month)],
      ...warnings.map((warning): [string, string, boolean] => ['Warning', warning, false]),
    ];
    const lines = rows.map(
      ([name, text, good]) =>
        `<tr><th scope="row">${escapeHtml(name)}</th><td class="${good === undefined ? '' : good ? 'good' : 'bad'}">${escapeHtml(text)}</td></tr>`,
    );
    const links = `<p><a href="${BOARD}">Queues</a> · <a href="/metrics">Metrics</a> · <a href="/docs">API</a></p>`;
    response.set('Cache-Control', 'no-store').type('html');
    response.send(page('Health of Lumbung', `<table><tbody>${lines.join('')}</tbody></table>${links}`));
  });

  const board = new ExpressAdapter();
  board.setBasePath(BOARD);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Lumbung' } },
  });
  router.use(BOARD, operatorsOnly, board.getRouter());
  return router;
}

const percent = (share: number | null) => (share === null ? 'not measured yet' : `${(100 * share).toFixed(2)} %`);

function lagText(at: ReturnType<typeof asOf> | null): string {
  if (at === null) return 'unknown';
  return at.committedAt === null
    ? 'nothing has been rolled up yet'
    : `as of ${at.committedAt}, ${((at.lagMs ?? 0) / 1_000).toFixed(1)} s ago`;
}

function countsText(counts: Record<string, number> | null): string {
  if (counts === null) return 'unknown';
  return Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

/** Share of answers that needed no computation, since this process began. */
function hitText(values: readonly { value: number; labels: { result?: string | number | undefined } }[]): string {
  const all = values.reduce((sum, { value }) => sum + value, 0);
  const held = values.filter(({ labels }) => labels.result !== 'miss').reduce((sum, { value }) => sum + value, 0);
  return all === 0 ? 'nothing asked yet' : `${percent(held / all)} of ${all} answers were held`;
}
