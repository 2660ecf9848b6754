// One build of the report site, in a process of its own; started by a worker or by `lumbung site --public` (workers/site/run.ts).
import { register } from 'tsx/esm/api';

register();
const { serveBuild } = await import('../workers/site/child.ts');
const { renderers } = await import('../workers/site/wired.ts');
serveBuild(renderers);
