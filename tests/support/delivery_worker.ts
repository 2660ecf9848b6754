/** A worker of the queue `deliver` alone, with small documents: what drills kill (LUMBUNG_FAILPOINT). */
import { loadConfig, requireUrl } from '../../platform/config.ts';
import { armFailpoint } from '../../platform/failpoints.ts';
import { createLifecycle, stopOnSignals } from '../../platform/lifecycle.ts';
import { createLogger } from '../../platform/log.ts';
import { connectRedis } from '../../platform/redis.ts';
import { connectWarehouse } from '../../warehouse/client.ts';
import { startDeliveries } from '../../workers/delivery/worker.ts';
import { smallDocuments } from './small_documents.ts';

const config = loadConfig();
armFailpoint(config.LUMBUNG_FAILPOINT);
const log = createLogger(config, 'worker');
const lifecycle = createLifecycle(log);
stopOnSignals(lifecycle, log);
const url = requireUrl(config, 'REDIS_URL');
const [redis, workerRedis] = [connectRedis(url, log, 'request'), connectRedis(url, log, 'blocking')];
const warehouse = connectWarehouse(requireUrl(config, 'CLICKHOUSE_URL'));
startDeliveries({ warehouse, redis, workerRedis, config, log, lifecycle, documents: smallDocuments });
process.send?.('ready');
