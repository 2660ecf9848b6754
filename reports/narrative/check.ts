/** Every query of every page is run before anything is rendered: a broken one ends the build with its file and line. */

import { join } from 'node:path';
import { z } from 'zod';
import { LumbungError } from '../../platform/errors.ts';
import { runChild } from './child.ts';
import { SITE, type Workspace } from './workspace.ts';

const faults = z.array(z.object({ file: z.string(), line: z.number(), query: z.string(), message: z.string() }));
export type QueryFault = z.infer<typeof faults>[number];

/** The queries of the workspace's pages that fail over its extracts. */
export async function failingQueries(workspace: Workspace, signal: AbortSignal): Promise<QueryFault[]> {
  const args = [join(SITE, 'tools/check.mjs')];
  const out = await runChild({ what: 'checking the queries of the pages', args, cwd: workspace.root, signal });
  return faults.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''));
}

export async function checkQueries(workspace: Workspace, signal: AbortSignal): Promise<void> {
  const failing = await failingQueries(workspace, signal);
  if (failing.length === 0) return;
  const lines = failing.map(
    ({ file, line, query, message }) => `reports/site/${file}:${line} query "${query}": ${message}`,
  );
  throw new LumbungError(
    'bad_input',
    `${failing.length === 1 ? 'a query fails' : `${failing.length} queries fail`}:\n${lines.join('\n')}`,
  );
}
