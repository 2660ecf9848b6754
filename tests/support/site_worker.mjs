// A worker of its own process that builds the report site with the small renderers of tests, to be killed. Configured by its environment.
import { register } from 'tsx/esm/api';

register();
const { loadConfig } = await import('../../platform/config.ts');
const { siteWorker } = await import('./site_worker.ts');
await siteWorker(loadConfig());
process.send?.('ready');
