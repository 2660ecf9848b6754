// Health check of a role in a container: ends with 0 while the role beside it has turned its event loop within half a minute.
import { statSync } from 'node:fs';

const file = process.env.ALIVE_FILE ?? '';
const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
if (age > 30_000) {
  console.error(file === '' ? 'ALIVE_FILE is not set' : `${file} was not touched within 30 s`);
  process.exit(1);
}
