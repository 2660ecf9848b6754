/**
 * An author's preview: a workspace whose pages follow the files of reports/site while Vite's server renders them, as a build does,
 * and reloads them in the browser. Extracts are of the moment it began; everything that is no narrative page (units, live screen,
 * API) is the running system's. Invariant: it shares nothing with a build.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../platform/errors.ts';
import { authorFiles, type NarrativeOptions, prepare } from './build.ts';
import { bundleLibrary } from './bundle.ts';
import { failingQueries } from './check.ts';
import { layFile, placeOf, SITE, type Workspace } from './workspace.ts';

const FOLLOWED = /^(pages|components|queries|look)\//;

/** Copies what an author changes, and takes away what is gone. */
function follow(workspace: Workspace, file: string, authors: string): void {
  const source = join(authors, file);
  if (existsSync(source) && statSync(source).isFile()) layFile(workspace, file, authors);
  else if (!existsSync(source)) rmSync(join(workspace.template, placeOf(file)), { recursive: true, force: true });
}

/** Evidence's settings of Vite, and the running system behind it. */
const settings = (system: string) => `
import config from './vite.config.js';
const theirs = { target: '${system}' };
export default {
  ...config,
  server: {
    ...config.server,
    proxy: { '^/(?!reports(/|$|[?]))': { ...theirs, ws: true }, '^/reports/(en/)?(unit|search)/': theirs },
  },
};
`;

/** A page without scripts of its own reloads by the server's. */
function addReload({ template }: Workspace): void {
  const frame = join(template, 'src/app.html');
  const html = readFileSync(frame, 'utf8');
  writeFileSync(
    frame,
    html.replace('%sveltekit.head%', '<script type="module" src="/reports/@vite/client"></script>$&'),
  );
}

export type PreviewOptions = Omit<NarrativeOptions, 'out'> & {
  port: number;
  /** The address of the running API. */
  system: string;
  /** The folder whose changes are shown; reports/site where it is not told. */
  authors?: string;
  say(text: string): void;
};

/** Serves the preview until the signal aborts. */
export async function preview(options: PreviewOptions): Promise<void> {
  const { signal, say, port, system, authors = SITE } = options;
  const workspace = await prepare(options);
  addReload(workspace);
  writeFileSync(join(workspace.template, 'preview.config.js'), settings(system));
  const tell = async () => {
    for (const { file, line, query, message } of await failingQueries(workspace, signal))
      say(`reports/site/${file}:${line} query "${query}": ${message}`);
  };
  await tell();
  const saved = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = () => {
    const files = [...saved];
    saved.clear();
    for (const file of files) follow(workspace, file, authors);
    // A page holds the text of its queries.
    if (files.some((file) => file.endsWith('.sql')))
      for (const page of authorFiles().filter((file) => file.endsWith('.md'))) layFile(workspace, page, authors);
    if (files.some((file) => /\.(md|sql)$/.test(file))) void tell().catch((error) => say(messageOf(error)));
  };
  watch(authors, { recursive: true, signal }, (_event, file) => {
    if (file === null || !FOLLOWED.test(file)) return;
    // An editor may write a file in several steps.
    saved.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => {
      try {
        take();
      } catch (error) {
        say(messageOf(error));
      }
    }, 100);
  });
  for (const folder of ['../charts', '../narrative/page', '../design'])
    watch(join(SITE, folder), { signal }, () => void bundleLibrary(workspace).catch((error) => say(messageOf(error))));
  const server = spawn(
    process.execPath,
    [
      join(SITE, 'node_modules/vite/bin/vite.js'),
      'dev',
      '--config',
      'preview.config.js',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
    ],
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
