// `npm start`: install what is missing, then run everything.
import { beginSitePackages, ensurePackages, ensureProgram } from './install.mjs';

ensurePackages();
if (!process.env.REDIS_URL) ensureProgram('redis-server', 'redis-server');
beginSitePackages();
process.argv.splice(2, 0, 'start');
await import('./lumbung.mjs');
