/** The process of a build in tests: the product's own (workers/site/child.ts), with the small renderers of tests. */
import { serveBuild } from '../../workers/site/child.ts';
import { renderers } from './site_renderers.ts';

serveBuild(renderers);
