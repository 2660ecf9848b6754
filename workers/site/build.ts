/**
 * One build, from the warehouse to a folder that has passed its checks. Runs in a process of its own (child.ts), which may be killed
 * at any moment: nothing but the folder it makes, and the scratch space, is written to.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LumbungError } from '../../platform/errors.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { type ReleaseInfo, readRelease, sitePaths } from '../../platform/site.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { checkRelease } from './checks.ts';
import { linkTree } from './files.ts';
import type { SiteRenderers } from './renderers.ts';
import type { Built, SiteTask, Tell } from './task.ts';

/** Pages, data and index of units with what they are shown with; everything else of a release is narrative. */
const OF_UNITS = /^((en\/)?unit|search)\/|^assets\/(units|inter)-|^sitemap[^/]*$|^release\.json$/;

type Building = { warehouse: Warehouse; renderers: SiteRenderers; signal: AbortSignal; tell: Tell };

export async function build(task: SiteTask, { warehouse, renderers, signal, tell }: Building): Promise<Built> {
  const begunAt = Date.now();
  const { seq, committedAt } = await readFreshness(warehouse);
  if (committedAt === null) throw new LumbungError('transient', 'nothing has been rolled up yet');
  if (task.audience === 'public') return buildPublic(task, seq, { warehouse, renderers, signal, tell });

  const paths = sitePaths(task.dataDir);
  const out = paths.building(task.id);
  const base = task.base === null ? undefined : readRelease(paths, task.base);
  const units = task.kind === 'units' && base ? await renderers.changedUnits({ warehouse, since: base.seq }) : 'all';
  if (units !== 'all' && units.size === 0) return { state: 'unchanged', seq };
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });

  let narrativeBuiltAt = base?.narrativeBuiltAt ?? null;
  const fresh = units === 'all' && task.narrative && renderers.narrativeReady();
  if (base && (units !== 'all' || (!fresh && narrativeBuiltAt !== null))) {
    tell({ step: 'linking', done: 0, total: base.pages });
    const wanted = units === 'all' ? (path: string) => !OF_UNITS.test(path) : (path: string) => path !== 'release.json';
    await linkTree(paths.release(base.id), out, { wanted, signal });
  }
  failpoint('site:linked');
  if (fresh) {
    tell({ step: 'narrative', done: 0, total: 0 });
    const work = join(paths.work, task.id);
    await mkdir(work, { recursive: true });
    await renderers.buildNarrative({ warehouse, out, work, signal, ...named(task) });
    await rm(work, { recursive: true, force: true });
    narrativeBuiltAt = new Date().toISOString();
  }
  const { pages, asOf } = await renderUnits({ warehouse, renderers, signal, tell }, task, out, units);
  failpoint('site:rendered');
  const kind = units === 'all' ? 'full' : 'units';
  const info: ReleaseInfo = {
    ...{ id: task.id, builtAt: new Date().toISOString(), asOf, seq, kind, narrativeBuiltAt },
    pages: units === 'all' ? pages : Math.max(base?.pages ?? 0, pages),
  };
  await checkRelease({ warehouse, out, base, info, begunAt, signal, tell }, task);
  await writeFile(join(out, 'release.json'), `${JSON.stringify(info, null, 2)}\n`);
  failpoint('site:checked');
  return { state: 'built', seq, info, rendered: pages };
}

/** The pages of the nation down to its regencies, for publishing anywhere; no narrative: its figures are for readers. */
async function buildPublic(task: SiteTask, seq: number, building: Building): Promise<Built> {
  const { warehouse, signal, tell } = building;
  const out = task.out as string;
  await mkdir(out, { recursive: true });
  const { pages, asOf } = await renderUnits(building, task, out, 'all');
  const info: ReleaseInfo = {
    ...{ id: task.id, builtAt: new Date().toISOString(), asOf, seq, kind: 'full', pages, narrativeBuiltAt: null },
  };
  await checkRelease({ warehouse, out, base: undefined, info, begunAt: 0, signal, tell }, task);
  await writeFile(join(out, 'release.json'), `${JSON.stringify(info, null, 2)}\n`);
  return { state: 'built', seq, info, rendered: pages };
}

const named = ({ id, graceDays }: SiteTask) => ({ release: id, graceDays });

function renderUnits(
  { warehouse, renderers, signal, tell }: Building,
  task: SiteTask,
  out: string,
  units: 'all' | ReadonlySet<string>,
) {
  const total = units === 'all' ? 0 : units.size;
  tell({ step: 'pages', done: 0, total });
  const onProgress = (done: number, of: number) => tell({ step: 'pages', done, total: of });
  const { audience, basePath, origin, base, dataDir } = task;
  const served = {
    ...{ audience, base: basePath.replace(/\/$/, '') },
    ...(origin === undefined ? {} : { origin }),
    ...(base === null ? {} : { previous: sitePaths(dataDir).release(base) }),
  };
  return renderers.renderUnits({ warehouse, out, units, signal, onProgress, ...served, ...named(task) });
}
