/** For operators, behind the platform's roles: `/health` as a page, `/api/v1/operations` as JSON, the queues (`/queues`, read only). */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import type { Queue } from 'bullmq';
import { type RequestHandler, Router } from 'express';
import { openQueue, PIPELINE, queueNames } from '../../platform/queues.ts';
import { type Field, may } from '../../warehouse/permissions.ts';
import { authenticate, callerOf, demandNational } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { type Operations, readOperations } from '../operations.ts';
import { escapeHtml, page } from '../page.ts';

const BOARD = '/queues';

export function operatorRoutes(context: ApiContext): Router {
  const { redis, verify } = context;
  const router = Router();
  const open = (name: string) => {
    const queue = openQueue(name, redis);
    queue.on('error', () => undefined); // shown as unknown while Redis is away
    return queue;
  };
  const queues: [Queue, ...Queue[]] = [open(PIPELINE), ...queueNames.filter((name) => name !== PIPELINE).map(open)];

  const operatorsOnly =
    (field: Field): RequestHandler =>
    async (request, _response, next) => {
      demandNational(await authenticate(verify, request), field);
      next();
    };

  router.get('/api/v1/operations', operatorsOnly('health'), async (_request, response) => {
    response.set('Cache-Control', 'no-store').json(await readOperations(context, queues));
  });

  router.get('/health', operatorsOnly('health'), async (request, response) => {
    const rows = rowsOf(await readOperations(context, queues));
    const lines = rows.map(
      ([name, text, good]) =>
        `<tr><th scope="row">${escapeHtml(name)}</th><td class="${good === undefined ? '' : good ? 'good' : 'bad'}">${escapeHtml(text)}</td></tr>`,
    );
    const board = may(callerOf(request)?.role ?? '', 'operation', 'national') ? `<a href="${BOARD}">Queues</a> · ` : '';
    const links = `<p>${board}<a href="/metrics">Metrics</a> · <a href="/docs">API</a></p>`;
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
  router.use(BOARD, operatorsOnly('operation'), board.getRouter());
  return router;
}

/** Name, what is said of it, and whether that is good. */
function rowsOf({
  reasons,
  engines,
  asOf,
  queues,
  cache,
  live,
  uptime,
  warnings,
  site,
}: Operations): [string, string, boolean?][] {
  const up = (engine: string) => engines.find((one) => one.engine === engine)?.up === true;
  const answers = (engine: string) => (up(engine) ? 'answers' : 'does not answer');
  return [
    ['System', reasons.length === 0 ? 'ready' : reasons.map(({ text }) => text).join('; '), reasons.length === 0],
    ['ClickHouse', answers('clickhouse'), up('clickhouse')],
    ['Redis', answers('redis'), up('redis')],
    ['Replication', lagText(asOf)],
    ...queues.map(({ queue, jobs }): [string, string] => [`Queue ${queue}`, countsText(jobs)]),
    ['Cache', hitText(cache)],
    ['Live connections', String(live.sockets)],
    ...siteRows(site),
    ['Uptime, 24 hours', percent(uptime.day)],
    ['Uptime, 30 days', percent(uptime.month)],
    ...warnings.map(({ text }): [string, string, boolean] => ['Warning', text, false]),
  ];
}

/** The report site: what is served, what is being built, why the last build failed. */
function siteRows(site: Operations['site']): [string, string, boolean?][] {
  if (site === null) return [['Report site', 'unknown']];
  if (!site.on) return [['Report site', 'not built here (SITE=off)']];
  const narrative = site.narrative === false ? ', without narrative pages' : '';
  const held = site.held ? ', held since a roll-back' : '';
  const { building, failed } = site;
  return [
    ['Report site', site.release === null ? 'no release yet' : `release ${site.release}${narrative}${held}`],
    ...(building === null ? [] : [['Site build', buildingText(building)] as [string, string]]),
    ...(failed === null
      ? []
      : [['Site build failed', `${failed.finishedAt}: ${failed.reason}`, false] as [string, string, boolean]]),
  ];
}

const buildingText = ({
  kind,
  step,
  done,
  total,
  etaSeconds,
}: NonNullable<NonNullable<Operations['site']>['building']>) =>
  `${kind}: ${step}${total > 0 ? ` ${done} of ${total}` : ''}${etaSeconds === null ? '' : `, about ${etaSeconds} s left`}`;

const percent = (share: number | null) => (share === null ? 'not measured yet' : `${(100 * share).toFixed(2)} %`);

function lagText(at: Operations['asOf']): string {
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
function hitText({ hit, waited, miss, stale, hitRate }: Operations['cache']): string {
  return hitRate === null
    ? 'nothing asked yet'
    : `${percent(hitRate)} of ${hit + waited + miss + stale} answers were held`;
}
