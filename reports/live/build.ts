/** Bundles the live screen and the frame of the data dictionary: content-hashed assets, nothing inline, nothing from another origin. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Writes index.html, the frame of the data dictionary and assets/ into `outDir` (replacing what is there). */
export async function buildLive(outDir: string): Promise<{ files: string[] }> {
  rmSync(outDir, { recursive: true, force: true });
  const assets = join(outDir, 'assets');
  mkdirSync(assets, { recursive: true });
  const fonts = dirname(createRequire(import.meta.url).resolve('@fontsource-variable/inter/package.json'));
  cpSync(join(fonts, 'files/inter-latin-wght-normal.woff2'), join(assets, 'inter-latin.woff2'));
  const result = await build({
    entryPoints: { main: join(here, 'main.ts'), styles: join(here, 'styles.css') },
    outdir: assets,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    external: ['/assets/*'],
    metafile: true,
    logLevel: 'silent',
  });
  const outputs = Object.entries(result.metafile.outputs);
  const named = (entry: string) =>
    `/assets/${basename(outputs.find(([, output]) => output.entryPoint?.endsWith(entry))?.[0] ?? '')}`;
  for (const page of ['index.html', 'dictionary.html']) {
    const html = readFileSync(join(here, page), 'utf8')
      .replace('%STYLES%', named('styles.css'))
      .replace('%MAIN%', named('main.ts'));
    writeFileSync(join(outDir, page), html);
  }
  return { files: outputs.map(([file]) => basename(file)) };
}
