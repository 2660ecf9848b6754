/**
 * The folder a build works in: Evidence's template with our pages, queries and components laid over it, so that an author's preview
 * and a build never meet, and nothing in reports/site changes.
 * Invariants: it is made anew each time (Evidence cleans neither its build nor its template); packages are those of reports/site.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SITE = fileURLToPath(new URL('../site', import.meta.url));
const LOOK = fileURLToPath(new URL('..', import.meta.url));

/** Of Evidence's template: pages of its own that we have no use for. */
const UNUSED = [
  'src/pages/explore',
  'src/pages/settings',
  'src/pages/+page.md',
  'src/pages/manifest.webmanifest',
  'static',
];
const UNUSED_SCRIPTS = ['src/pages/fix-tprotocol-service-worker.js', 'src/fix-tprotocol-service-worker.js'];

export type Workspace = {
  root: string;
  /** Where Vite runs. */
  template: string;
  /** Extracts. */
  data: string;
  /** Beside the components, imported as `$lib/…`. */
  lib: string;
  build: string;
};

export const workspaceIn = (root: string): Workspace => {
  const template = join(root, '.evidence/template');
  return {
    ...{ root, template, data: join(template, 'static/data') },
    ...{ lib: join(template, 'src/components'), build: join(template, 'build') },
  };
};

/** True when the packages of reports/site are those of its lockfile, patched (bin/install.mjs). */
export function sitePackagesReady(): boolean {
  const marker = join(SITE, 'node_modules/.prepared');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(SITE, 'package-lock.json')).mtimeMs;
}

/** A file of an author as Evidence names it: pages/x/index.md is src/pages/x/+page.md. */
export function placeOf(file: string): string {
  const page = /^pages\/(.*?)(?:index)?\.md$/.exec(file);
  if (page)
    return join(
      'src/pages',
      (page[1] ?? '').endsWith('/') || page[1] === '' ? (page[1] ?? '') : `${page[1]}/`,
      '+page.md',
    );
  return file.replace(/^pages\//, 'src/pages/').replace(/^components\//, 'src/components/');
}

/** Copies one file of `authors` to where Evidence looks for its source, and to where Vite does. */
export function layFile({ root, template }: Workspace, file: string, authors = SITE): void {
  const inFolder = file.includes('/');
  for (const target of [join(root, file), ...(inFolder ? [join(template, placeOf(file))] : [])]) {
    mkdirSync(dirname(target), { recursive: true });
    // Whole at once: the preview's server reads while an author saves.
    const beside = join(root, '.saved');
    cpSync(join(authors, file), beside);
    renameSync(beside, target);
  }
}

/** Makes the workspace; `files` are those of reports/site, relative to it. */
export function layOut(root: string, files: readonly string[]): Workspace {
  rmSync(root, { recursive: true, force: true });
  const workspace = workspaceIn(root);
  const { template, data, lib } = workspace;
  mkdirSync(template, { recursive: true });
  symlinkSync(join(SITE, 'node_modules'), join(root, 'node_modules'));
  cpSync(join(SITE, 'node_modules/@evidence-dev/evidence/template'), template, { recursive: true });
  for (const path of [...UNUSED, ...UNUSED_SCRIPTS]) rmSync(join(template, path), { recursive: true, force: true });
  for (const file of files) layFile(workspace, file);
  cpSync(join(SITE, 'app.html'), join(template, 'src/app.html'));
  // No page has a script of Evidence's: what it says is in its HTML, in an author's preview too.
  const layout = join(template, 'src/pages/+layout.js');
  writeFileSync(
    layout,
    `${readFileSync(layout, 'utf8').replace('export const ssr = !dev;', 'export const ssr = true;')}\nexport const csr = false;\n`,
  );
  for (const folder of [data, lib, join(root, 'pages'), join(root, 'queries'), join(root, 'components')])
    mkdirSync(folder, { recursive: true });
  const look = join(template, 'src/look');
  mkdirSync(look, { recursive: true });
  cpSync(join(SITE, 'look'), look, { recursive: true });
  cpSync(join(LOOK, 'design/tokens.css'), join(look, 'tokens.css'));
  cpSync(join(LOOK, 'charts/charts.css'), join(look, 'charts.css'));
  cpSync(join(LOOK, 'live/styles/search.css'), join(look, 'search.css'));
  const fonts = dirname(createRequire(import.meta.url).resolve('@fontsource-variable/inter/package.json'));
  cpSync(join(fonts, 'files/inter-latin-wght-normal.woff2'), join(look, 'inter-latin.woff2'));
  return workspace;
}
