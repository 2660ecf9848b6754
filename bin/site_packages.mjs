// `npm run site:packages`: what the report site's narrative pages are built with; `npm start` runs it in the background.
import { setPriority } from 'node:os';
import { ensureSitePackages } from './install.mjs';

setPriority(10);
ensureSitePackages();
