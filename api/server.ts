/** The API process: HTTP and WebSocket on one port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Audit } from '../platform/audit.ts';
import { authSecret, type Config } from '../platform/config.ts';
import { LumbungError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { connectRedis, type Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { createApp } from './app.ts';
import { createCache } from './cache.ts';
import type { ApiContext } from './context.ts';
import { createFreshness } from './freshness.ts';
import { createVerifier } from './identity.ts';
import { startLive } from './live.ts';
import { createMetrics } from './metrics.ts';
import { createProvider } from './provider.ts';

type Options = { config: Config; log: Logger; warehouse: Warehouse; redis: Redis; redisUrl: string; audit: Audit };

/** What routes and the live channel work with; nothing is asked of anybody yet. */
export function createContext(options: Omit<Options, 'redisUrl'>): ApiContext {
  const { config, log, warehouse, redis, audit } = options;
  const metrics = createMetrics();
  const secret = authSecret(config);
  return {
    warehouse,
    redis,
    log,
    secret,
    verify: createVerifier(config, secret, warehouse),
    provider: createProvider(config),
    AUTH_ROLE_CLAIM: config.AUTH_ROLE_CLAIM,
    AUTH_SCOPE_CLAIM: config.AUTH_SCOPE_CLAIM,
    publicUrl: config.PUBLIC_URL,
    secureCookies: config.PUBLIC_URL?.startsWith('https:') === true,
    audit,
    demo: config.demo,
    cache: createCache(redis, metrics.cache),
    freshness: createFreshness(warehouse),
    metrics,
    pollSeconds: config.SYNC_MODE === 'schedule' ? config.SYNC_INTERVAL_SECONDS : undefined,
    graceDays: config.GRACE_DAYS,
    pages: join(config.dataDir, 'live'),
  };
}

export async function startApi(options: Options): Promise<{ url: string; close(): Promise<void> }> {
  const { config, log } = options;
  const context = createContext(options);
  const server = createServer(createApp(context));
  const live = await startLive(server, context, connectRedis(options.redisUrl, log, 'blocking'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new LumbungError('config', `port ${config.PORT} on ${config.HOST} is taken: set PORT to a free one`)
          : error,
      );
    });
    server.listen(config.PORT, config.HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = config.HOST === '0.0.0.0' || config.HOST === '::' ? '127.0.0.1' : config.HOST;
  return {
    url: `http://${host}:${port}`,
    async close() {
      await live.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 3_000).unref();
      await closed;
    },
  };
}
