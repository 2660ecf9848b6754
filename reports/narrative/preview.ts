/**
 * An author's preview: a workspace whose pages follow the files of reports/site while Evidence's server shows them. Extracts are of
 * the moment it began. Invariant: it shares nothing with a build.
 */
import { spawn } from 'node:child_process';
import { existsSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../platform/errors.ts';
import { type NarrativeOptions, prepare } from './build.ts';
import { bundleLibrary } from './bundle.ts';
import { failingQueries } from './check.ts';
import { layFile, placeOf, SITE, type Workspace } from './workspace.ts';

const FOLLOWED = /^(pages|components|queries|look)\//;

/** Copies what an author changes; answers the files that are gone as well. */
function follow(workspace: Workspace, file: string): void {
  const source = join(SITE, file);
  if (existsSync(source) && statSync(source).isFile()) layFile(workspace, file);
  else if (!existsSync(source)) rmSync(join(workspace.template, placeOf(file)), { recursive: true, force: true });
}

/** Serves the preview until the signal aborts. */
export async function preview(
  options: Omit<NarrativeOptions, 'out'> & { port: number; say(text: string): void },
): Promise<void> {
  const { signal, say, port } = options;
  const workspace = await prepare(options);
  const tell = async () => {
    for (const { file, line, query, message } of await failingQueries(workspace, signal))
      say(`reports/site/${file}:${line} query "${query}": ${message}`);
  };
  await tell();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const recheck = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void tell().catch((error) => say(messageOf(error))), 500);
  };
  watch(SITE, { recursive: true, signal }, (_event, file) => {
    if (file === null || !FOLLOWED.test(file)) return;
    follow(workspace, file);
    if (/\.(md|sql)$/.test(file)) recheck();
  });
  for (const folder of ['../charts', '../narrative/page', '../design'])
    watch(join(SITE, folder), { signal }, () => void bundleLibrary(workspace).catch((error) => say(messageOf(error))));
  const server = spawn(
    process.execPath,
    [join(SITE, 'node_modules/vite/bin/vite.js'), 'dev', '--host', '127.0.0.1', '--port', String(port)],
    {
      cwd: workspace.template,
      env: {
        ...{
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          NODE_ENV: 'development',
          EVIDENCE_DISABLE_INCLUDE: 'true',
        },
        ...{ EVIDENCE_DATA_URL_PREFIX: 'static/data', EVIDENCE_DATA_DIR: './static/data' },
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  signal.addEventListener('abort', () => server.kill('SIGTERM'));
  await new Promise<void>((resolve) => server.once('exit', () => resolve()));
  clearTimeout(timer);
}
