/**
 * The style sheet, the script and the font of all pages, named by what they hold: a page and what it is shown with always fit.
 * Nothing comes from another origin.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import subsetFont from 'subset-font';
import type { Files } from './files.ts';
import type { Assets } from './view.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
/** What names and numbers are written with; other letters come from the whole font, asked for when a page has some. */
const LETTERS = [
  ...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)),
  ...'\u00a0·–—…≥≤°×÷±−’‘“”',
].join('');

const named = (name: string, content: string | Buffer, ending: string) =>
  `assets/${name}-${createHash('sha256').update(content).digest('hex').slice(0, 10)}.${ending}`;

export async function writeAssets(files: Files, base: string): Promise<Assets> {
  const folder = dirname(createRequire(import.meta.url).resolve('@fontsource-variable/inter/package.json'));
  const whole = readFileSync(join(folder, 'files/inter-latin-wght-normal.woff2'));
  // Figures of one width, and letters that keep their distance; the weights that are used.
  const options = { keepFeatures: ['tnum', 'kern'], variationAxes: { wght: { min: 400, max: 700 } } };
  const part = await subsetFont(whole, LETTERS, { targetFormat: 'woff2', ...options });
  const font = named('inter', part, 'woff2');
  const rest = named('inter-latin', whole, 'woff2');
  const [style, script] = await Promise.all([bundled('page/sheet.css'), bundled('page/script.ts')]);
  const sheet = `${faces(`${base}/${font}`, `${base}/${rest}`)}${style}`;
  const written = { style: named('units', sheet, 'css'), script: named('units', script, 'js'), font };
  await files.write(font, part);
  await files.write(rest, whole);
  await files.write(written.style, sheet);
  await files.write(written.script, script);
  return { style: `${base}/${written.style}`, script: `${base}/${written.script}`, font: `${base}/${font}` };
}

async function bundled(entry: string): Promise<string> {
  const options = { bundle: true, minify: true, write: false, target: 'es2022', logLevel: 'silent' } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [join(here, entry)], format: 'esm' });
  return outputFiles[0]?.text ?? '';
}

const faces = (font: string, rest: string): string => {
  const face = (url: string, range: string) =>
    `@font-face{font-family:Inter;src:url("${url}") format("woff2");font-weight:100 900;font-display:swap;unicode-range:${range}}`;
  const codes = [...LETTERS].map((letter) => letter.codePointAt(0) ?? 0).filter((code) => code > 126);
  const own = ['U+20-7E', ...codes.map((code) => `U+${code.toString(16).toUpperCase()}`)].join(',');
  return `${face(rest, 'U+A1-17F,U+2000-20CF,U+2100-22FF')}${face(font, own)}`;
};
