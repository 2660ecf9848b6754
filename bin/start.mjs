// `npm start`: install what is missing, then run everything.
import { ensurePackages, ensureProgram } from './install.mjs';

ensurePackages();
if (!process.env.REDIS_URL) ensureProgram('redis-server', 'redis-server');
process.argv.splice(2, 0, 'start');
await import('./lumbung.mjs');
