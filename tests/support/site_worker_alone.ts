/** A worker that builds the report site with the small renderers of tests, in a process of its own, to be killed. */
import { loadConfig } from '../../platform/config.ts';
import { siteWorker } from './site_worker.ts';

await siteWorker(loadConfig());
