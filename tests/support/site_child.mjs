// The process of a build in tests: the product's own (workers/site/child.ts), with the small renderers of tests.
import { register } from 'tsx/esm/api';

register();
const { serveBuild } = await import('../../workers/site/child.ts');
const { renderers } = await import('./site_renderers.ts');
serveBuild(renderers);
