/**
 * The API process: HTTP and WebSocket on one port, with TLS where a certificate is given.
 * Invariant: asked to stop, it answers what it has begun: it says so in /readyz and on every answer, goes on listening a moment
 * for those who have not heard, and closes when the last answer is out.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Audit } from '../platform/audit.ts';
import { authSecret, type Config } from '../platform/config.ts';
import { LumbungError, messageOf } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { connectRedis, type Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { createApp } from './app.ts';
import { createCache } from './cache.ts';
import type { ApiContext } from './context.ts';
import { createFreshness } from './freshness.ts';
import { createVerifier } from './identity.ts';
import { createLimits } from './limits.ts';
import { startLive } from './live/server.ts';
import { createMetrics } from './metrics.ts';
import { createPlaces } from './places.ts';
import { createProvider } from './provider.ts';
import { createSiteReleases, noReleases } from './reports/releases.ts';
import { watchUptime } from './uptime.ts';
import { remembered } from './verified.ts';

type Options = { config: Config; log: Logger; warehouse: Warehouse; redis: Redis; redisUrl: string; audit: Audit };

const HEADERS_WITHIN_MS = 15_000;
const REQUEST_WITHIN_MS = 30_000;
/** What a stream may have under way to its reader: several chunks of the engine, so that neither waits for each one. */
const STREAM_BYTES = 256 * 1024;
const IDLE_MS = 65_000;
/** Long enough for a busy connection to be told on an answer that it is the last one. */
const LISTEN_ON_MS = 2_500;
const FINISH_WITHIN_MS = 8_000;

/** What routes and the live channel work with; nothing is asked of anybody yet. */
export function createContext(options: Omit<Options, 'redisUrl'>, stopping = () => false): ApiContext {
  const { config, log, warehouse, redis, audit } = options;
  const metrics = createMetrics();
  const freshness = createFreshness(warehouse);
  const secret = authSecret(config);
  return {
    warehouse,
    redis,
    log,
    config,
    secret,
    verify: remembered(createVerifier(config, secret, warehouse)),
    provider: createProvider(config),
    secureCookies: config.PUBLIC_URL?.startsWith('https:') === true || config.TLS_CERT_FILE !== undefined,
    audit,
    demo: config.demo,
    cache: createCache(redis, metrics),
    freshness,
    places: createPlaces(warehouse, freshness),
    limits: createLimits(redis, config.RATE_LIMIT_PER_MINUTE, metrics),
    metrics,
    pollSeconds: config.SYNC_MODE === 'schedule' ? config.SYNC_INTERVAL_SECONDS : undefined,
    graceDays: config.GRACE_DAYS,
    pages: join(config.dataDir, 'live'),
    site: config.SITE === 'on' ? createSiteReleases(config.dataDir) : noReleases,
    stopping,
  };
}

export async function startApi(options: Options): Promise<{ url: string; close(): Promise<void> }> {
  const { config, log } = options;
  let stopping = false;
  const context = createContext(options, () => stopping);
  const server = listener(config);
  server.on('request', createApp(context));
  server.headersTimeout = HEADERS_WITHIN_MS;
  server.requestTimeout = REQUEST_WITHIN_MS;
  server.keepAliveTimeout = IDLE_MS;
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
    server.listen({ port: config.PORT, host: config.HOST, backlog: 4_096 }, resolve);
  });
  const uptime = watchUptime(context);
  const { port } = server.address() as AddressInfo;
  const host = config.HOST === '0.0.0.0' || config.HOST === '::' ? '127.0.0.1' : config.HOST;
  return {
    url: `http${config.TLS_CERT_FILE === undefined ? '' : 's'}://${host}:${port}`,
    async close() {
      stopping = true;
      await Promise.all([live.close(), uptime.stop(), delay(LISTEN_ON_MS)]);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS).unref();
      await closed;
    },
  };
}

/** Plain, or with the certificate of TLS_CERT_FILE and TLS_KEY_FILE. */
function listener(config: Config): Server {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  if (cert === undefined || key === undefined) return createServer({ highWaterMark: STREAM_BYTES });
  try {
    const pem = { cert: readFileSync(cert), key: readFileSync(key) };
    return createTlsServer({ ...pem, minVersion: 'TLSv1.2', highWaterMark: STREAM_BYTES });
  } catch (error) {
    throw new LumbungError('config', `TLS_CERT_FILE and TLS_KEY_FILE cannot be used: ${messageOf(error)}`, error);
  }
}
