#!/usr/bin/env node
// Entry of the command line: TypeScript is run by tsx, so there is no build step to forget.
import { register } from 'tsx/esm/api';

register();
await import('../cli/main.ts');
