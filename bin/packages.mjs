// `npm run check` begins with it: packages of the lockfile that are not installed would show as hundreds of faults of the code.
import { ensurePackages } from './install.mjs';

ensurePackages();
