/** What a verb works with, opened for it and closed after it: the warehouse and the audit trail, the source, Redis. */
import pg from 'pg';
import { PRINTING } from '../etl/postgres/session.ts';
import { type Audit, type AuditEvent, openAudit } from '../platform/audit.ts';
import { type Config, loadConfig, requireUrl, systemActor } from '../platform/config.ts';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { createLifecycle } from '../platform/lifecycle.ts';
import { createLogger } from '../platform/log.ts';
import { awaitRedis, connectRedis, type Redis } from '../platform/redis.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { openWarehouse } from './roles.ts';
import { withRuntime } from './runtime.ts';

/** Puts down that somebody at this machine asked for something, before it is done. */
type Record = (action: string, event?: Partial<AuditEvent>) => Promise<void>;

export const auditOf = (config: Config): Audit =>
  openAudit(config.dataDir, createLogger({ ...config, LOG_LEVEL: 'silent' }, 'cli'));

export async function withWarehouse<T>(
  work: (warehouse: Warehouse, config: Config, record: Record, audit: Audit) => Promise<T>,
): Promise<T> {
  const config = withRuntime(loadConfig());
  const lifecycle = createLifecycle(createLogger({ ...config, LOG_LEVEL: 'silent' }, 'cli'));
  const audit = auditOf(config);
  const warehouse = await openWarehouse({ config, lifecycle, audit });
  try {
    return await work(
      warehouse,
      config,
      (action, event = {}) => audit.append({ action, actor: systemActor(), ...event }),
      audit,
    );
  } finally {
    await lifecycle.stop('done');
  }
}

export async function withSource(config: Config, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({
    connectionString: requireUrl(config, 'DATABASE_URL'),
    options: PRINTING,
  });
  try {
    await client.connect();
  } catch (error) {
    throw new LumbungError('unreachable', `Postgres (DATABASE_URL) cannot be reached: ${messageOf(error)}`, error);
  }
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

export async function withRedis(config: Config, work: (redis: Redis) => Promise<void>): Promise<void> {
  const url = requireUrl(config, 'REDIS_URL');
  const redis = connectRedis(url, createLogger({ ...config, LOG_LEVEL: 'silent' }, 'cli'), 'blocking');
  try {
    await awaitRedis(redis, url);
    await work(redis);
  } finally {
    redis.disconnect();
  }
}
