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

/** The functions components import. */
export async function bundleLibrary({ lib }: Workspace): Promise<void> {
  const outfile = join(lib, 'page.js');
  const neutral = { platform: 'neutral' as const, mainFields: ['module', 'main'] };
  await build({ ...shared, ...neutral, entryPoints: [join(here, 'page/page.ts')], outfile });
}

/** The library, and the scripts of the pages; fills their names into the pages' frame. */
export async function bundlePages(workspace: Workspace): Promise<void> {
  const { template, lib } = workspace;
  await bundleLibrary(workspace);
  const frame = join(template, 'src/app.html');
  mkdirSync(join(template, 'static/assets'), { recursive: true });
  const names: Record<string, string> = {};
  for (const name of ['frame', 'explorer']) {
    const { outputFiles } = await build({
      ...{ ...shared, write: false as const, format: 'iife', minify: true },
      entryPoints: [join(here, `browser/${name}.ts`)],
    });
    const text = outputFiles[0]?.text ?? '';
    const file = `assets/${name}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.js`;
    writeFileSync(join(template, 'static', file), text);
    names[name] = file;
  }
  writeFileSync(frame, readFileSync(frame, 'utf8').replace('%FRAME%', names.frame ?? ''));
  writeFileSync(join(lib, 'scripts.json'), JSON.stringify(names));
}
