/** The processor of the site's queue with the small renderers of tests (site_renderers.ts). */
import { dirname, join } from 'node:path';
import { type Config, requireUrl } from '../../platform/config.ts';
import { createLifecycle } from '../../platform/lifecycle.ts';
import { createLogger } from '../../platform/log.ts';
import { awaitRedis, connectRedis } from '../../platform/redis.ts';
import { connectWarehouse } from '../../warehouse/client.ts';
import { startSite } from '../../workers/site/processor.ts';

/** Bundled (bundle.ts): dozens of these are started. */
const bundled = (name: string) => join(dirname(process.env.LUMBUNG_TEST_ENTRY ?? ''), name);
export const testEntry = bundled('site_child.mjs');
/** The worker as a process of its own. */
export const workerEntry = bundled('site_worker.mjs');

export async function siteWorker(config: Config): Promise<{ close(): Promise<void> }> {
  const log = createLogger({ ...config, LOG_LEVEL: 'silent' }, 'site');
  const lifecycle = createLifecycle(log);
  const url = requireUrl(config, 'REDIS_URL');
  const [redis, workerRedis] = [connectRedis(url, log, 'blocking'), connectRedis(url, log, 'blocking')];
  const warehouse = connectWarehouse(requireUrl(config, 'CLICKHOUSE_URL'));
  await Promise.all([awaitRedis(redis, url), awaitRedis(workerRedis, url)]);
  // Narrative pages are asked for by the tests.
  const narrativeReady = () => false;
  const worker = await startSite({
    warehouse,
    redis,
    workerRedis,
    log,
    lifecycle,
    config,
    narrativeReady,
    entry: testEntry,
  });
  return {
    async close() {
      const stopped = lifecycle.stop('the test ends');
      await worker.close();
      await stopped;
      redis.disconnect();
      workerRedis.disconnect();
      await warehouse.close();
    },
  };
}
