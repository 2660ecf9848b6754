/** `npm run site:dev`: the narrative pages with live preview, over figures of the running system. */
import { join } from 'node:path';
import { messageOf } from '../platform/errors.ts';
import { preview } from '../reports/narrative/preview.ts';
import { withWarehouse } from './connections.ts';
import { readRuntime } from './runtime.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

/** Any number; the server takes the next free one. */
const PORT = 3_200;

await withWarehouse((warehouse, config) =>
  preview({
    ...{ warehouse, say, port: PORT, signal: stopping.signal, graceDays: config.GRACE_DAYS, release: 'preview' },
    work: join(config.dataDir, 'site-dev'),
    system: readRuntime(config)?.api ?? `http://127.0.0.1:${config.PORT}`,
    onProgress: (step) => say(`${step} …`),
  }),
).catch((error: unknown) => {
  if (stopping.signal.aborted) return;
  process.stderr.write(`${messageOf(error)}\nIs Lumbung running? Start it with "npm start", or set CLICKHOUSE_URL.\n`);
  process.exitCode = 1;
});
