/**
 * Bundles the live screen as an app, and the frame of the data dictionary: content-hashed assets, nothing inline, nothing from another
 * origin; a service worker that knows by name all that the screen is made of.
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { BRAND, manifest } from './pwa/manifest.ts';

const ICONS = [192, 512];
const NO_ICON = '<link rel="icon" href="data:,">';
const digest = (...parts: (string | Buffer)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 8);
};
const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * Writes index.html, the frame of the data dictionary, assets/, the manifest and the service worker into `to`. Made beside and moved file by
 * file, so that several processes of one machine may do it at once: same sources, same files. Assets of before stay for pages that are open.
 */
export async function buildLive(to: string): Promise<{ files: string[] }> {
  mkdirSync(join(to, 'assets'), { recursive: true });
  // Inside of it: it may be a file system of its own.
  const beside = mkdtempSync(join(to, '.building-'));
  try {
    const built = await buildInto(beside);
    const names = readdirSync(beside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = names.map((entry) => relative(beside, join(entry.parentPath, entry.name)));
    // What names the others comes after them, the service worker last.
    const place = (path: string) => (path === 'sw.js' ? 2 : path.startsWith('assets') ? 0 : 1);
    for (const path of paths.toSorted((a, b) => place(a) - place(b))) renameSync(join(beside, path), join(to, path));
    return built;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

async function buildInto(outDir: string): Promise<{ files: string[] }> {
  const assets = join(outDir, 'assets');
  mkdirSync(assets);
  const fonts = dirname(createRequire(import.meta.url).resolve('@fontsource-variable/inter/package.json'));
  cpSync(join(fonts, 'files/inter-latin-wght-normal.woff2'), join(assets, 'inter-latin.woff2'));
  const result = await build({
    entryPoints: {
      main: join(here, 'main.ts'),
      styles: join(here, 'styles.css'),
      app: join(here, 'pwa/app.ts'),
      bar: join(here, 'pwa/app.css'),
    },
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
  for (const [file] of outputs) {
    const name = join(assets, basename(file));
    writeFileSync(`${name}.br`, brotliCompressSync(readFileSync(name)));
  }
  const named = (entry: string) =>
    `/assets/${basename(outputs.find(([, output]) => output.entryPoint?.endsWith(entry))?.[0] ?? '')}`;
  const icons = new Map(
    ICONS.map((size) => {
      const png = readFileSync(join(here, `pwa/icon-${size}.png`));
      const file = `icon-${size}-${digest(png)}.png`;
      writeFileSync(join(assets, file), png);
      return [size, `/assets/${file}`];
    }),
  );
  const iconOf = (size: number) => icons.get(size) ?? '';
  const head = readFileSync(join(here, 'pwa/head.html'), 'utf8')
    .replaceAll('%ICON%', iconOf(192))
    .replace('%BRAND%', BRAND)
    .replace('%APP_STYLES%', named('pwa/app.css'))
    .replace('%APP%', named('pwa/app.ts'));
  for (const page of ['index.html', 'dictionary.html']) {
    const html = readFileSync(join(here, page), 'utf8')
      .replace('%STYLES%', named('styles.css'))
      .replace('%MAIN%', named('main.ts'));
    const app = page === 'index.html' ? html.replace(NO_ICON, '').replace('  </head>', `${head}  </head>`) : html;
    writeFileSync(join(outDir, page), app);
  }
  const description = JSON.stringify(manifest(iconOf), null, 2);
  writeFileSync(join(outDir, 'manifest.webmanifest'), description);
  const names = [
    ...outputs.map(([file]) => `/assets/${basename(file)}`),
    '/assets/inter-latin.woff2',
    ...icons.values(),
  ];
  await build({
    entryPoints: [join(here, 'pwa/worker.ts')],
    outfile: join(outDir, 'sw.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    define: {
      // What the page says belongs to the version, beside the names, which hold what the assets say.
      VERSION: JSON.stringify(digest(readFileSync(join(outDir, 'index.html')), description, ...names)),
      SHELL: JSON.stringify(['/', '/manifest.webmanifest', ...names]),
    },
    logLevel: 'silent',
  });
  return { files: outputs.map(([file]) => basename(file)) };
}
