/**
 * What pages are made with, and what they run in the browser: bundled from our sources into the workspace. Names of scripts hold a
 * hash of what they say, because browsers keep them for a year.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Workspace } from './workspace.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const shared = { bundle: true, format: 'esm', target: 'es2022', logLevel: 'silent', write: true } as const;

/** The functions components import, and the scripts of the pages; fills their names into the page's frame. */
export async function bundlePages({ template, lib }: Workspace): Promise<void> {
  await build({
    ...shared,
    entryPoints: [join(here, 'page/page.ts')],
    outfile: join(lib, 'page.js'),
    platform: 'neutral',
    mainFields: ['module', 'main'],
  });
  const frame = join(template, 'src/app.html');
  const assets = join(template, 'static/assets');
  mkdirSync(assets, { recursive: true });
  const names: Record<string, string> = {};
  for (const [name, format] of [
    ['frame', 'iife'],
    ['explorer', 'iife'],
  ] as const) {
    const { outputFiles } = await build({
      ...{ ...shared, write: false as const, format, minify: true },
      entryPoints: [join(here, `browser/${name}.ts`)],
    });
    const text = outputFiles[0]?.text ?? '';
    names[name] = `assets/${name}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.js`;
    writeFileSync(join(template, 'static', names[name]), text);
  }
  writeFileSync(frame, readFileSync(frame, 'utf8').replace('%FRAME%', names.frame ?? ''));
  writeFileSync(join(lib, 'scripts.json'), JSON.stringify(names));
}
