/**
 * The narrative site from the warehouse to files: extract → check every query → render → publish under `out`.
 * Invariants: a fault anywhere leaves `out` as it was; everything happens in a folder of its own; when the signal aborts, the
 * children are gone with all they started, and the promise rejects.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../platform/config.ts';
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { bundlePages } from './bundle.ts';
import { checkQueries } from './check.ts';
import { runChild } from './child.ts';
import { readContext } from './context.ts';
import { writeExtracts } from './extract.ts';
import { publish } from './finish.ts';
import { writeReference } from './reference.ts';
import { layOut, SITE, sitePackagesReady, type Workspace } from './workspace.ts';

export type NarrativeOptions = {
  warehouse: Warehouse;
  /** Where the pages are to be: a release. */
  out: string;
  /** A folder of the build's own; what is in it is removed. */
  work: string;
  signal: AbortSignal;
  onProgress?(step: string): void;
  /** What the footer calls this edition; the time of the build where it has no name. */
  release?: string;
  /** Days a sheet may come late; the configuration's where it is not told. */
  graceDays?: number;
  /** Whether the workspace stays, for who wants to look. */
  keep?: boolean;
};

/** True when the packages of reports/site are installed. */
export const narrativeReady = (): boolean => sitePackagesReady();

const FOLDERS = ['pages', 'components', 'queries'];
const SINGLE = ['evidence.config.yaml', 'evidence.settings.json', 'package.json', 'svelte.config.js'];

/** The authors' files of reports/site, relative to it. */
export const authorFiles = (): string[] => [
  ...SINGLE,
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(SITE, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(SITE.length + 1)),
  ),
];

/** Everything a render or a preview needs, in `work`: extracts checked against the pages, charts, reference. */
export async function prepare(options: Omit<NarrativeOptions, 'out'>): Promise<Workspace> {
  const { warehouse, work, signal, onProgress, release, graceDays = loadConfig().GRACE_DAYS } = options;
  if (!narrativeReady())
    throw new LumbungError(
      'config',
      'the packages of the report site are not installed: run "npm ci --ignore-scripts && npm run prepare:site" in reports/site',
    );
  const workspace = layOut(work, authorFiles());
  await bundlePages(workspace);
  onProgress?.('extract');
  const context = await readContext(warehouse, graceDays, signal);
  await writeReference(context, workspace, release);
  await writeExtracts(context, workspace.data);
  return workspace;
}

export async function buildNarrative(options: NarrativeOptions): Promise<void> {
  const { out, work, signal, onProgress } = options;
  const workspace = await prepare(options);
  onProgress?.('check');
  await checkQueries(workspace, signal);
  onProgress?.('render');
  await runChild({
    what: 'rendering the pages',
    args: [join(SITE, 'node_modules/vite/bin/vite.js'), 'build'],
    cwd: workspace.template,
    env: { EVIDENCE_DATA_URL_PREFIX: 'static/data', EVIDENCE_DATA_DIR: './static/data', EVIDENCE_IS_BUILDING: 'true' },
    signal,
  });
  onProgress?.('publish');
  const { pages } = publish(workspace.build, out);
  onProgress?.(`published ${pages} pages`);
  if (!options.keep) rmSync(work, { recursive: true, force: true });
}
