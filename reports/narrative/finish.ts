/**
 * From what Evidence has built to what is published: pages, style sheet, fonts and our own scripts, and nothing else: no engine, no
 * extracts, no script of a framework. What our content policy would refuse ends the build.
 * Invariant: every file of `out` is written beside its place and renamed into it, because releases share files; nothing is replaced
 * before everything is written.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LumbungError } from '../../platform/errors.ts';
import { BASE } from './page/navigation.ts';

/** Where pages of the narrative live in a release; pages of units are beside them. */
const OWN = ['index.html', 'wilayah', 'tema', 'metode', 'kamus', 'jelajah', '_app'];
const OWN_ENGLISH = ['index.html', 'wilayah', 'tema', 'metode', 'kamus', 'jelajah'];

/** A page as it is published: its language told, nothing of the generator's in it. */
export function finishPage(html: string, english: boolean): string {
  return html
    .replace('<html lang="id">', `<html lang="${english ? 'en' : 'id'}">`)
    .replaceAll(/<!--(?!\[)[\s\S]*?-->/g, '')
    .replaceAll(/<meta name="twitter:(?:site|card)"[^>]*>/g, '')
    .replaceAll(/ data-svelte-h="[^"]*"/g, '')
    .replaceAll(/ class="markdown"/g, '')
    .replaceAll(/<link href="[^"]*" rel="modulepreload">/g, '')
    .replaceAll(/\n\s*\n+/g, '\n');
}

/** What of a page our content policy refuses. */
export function refusedBy(html: string): string | undefined {
  const inline =
    /<script(?![^>]*\bsrc=)[^>]*>[^<]|<style[\s>]|\sstyle="|\son[a-z]+="|\b(?:src|href)="(?:https?:)?\/\/(?!www\.w3\.org)/i.exec(
      html,
    );
  return inline?.[0];
}

const referred = (html: string): string[] =>
  [...html.matchAll(new RegExp(`${BASE}/((?:_app|assets)/[^"' )]+)`, 'g'))].map(([, file = '']) => file);

/** Writes what `build` holds for readers under `out`, in place of what an earlier build has left there. */
export function publish(build: string, out: string): { pages: number } {
  const pages = readdirSync(build, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
  if (!pages.includes('index.html')) throw new LumbungError('internal', 'Evidence has built no front page');
  const files = new Map<string, string | undefined>();
  for (const file of pages) {
    const html = finishPage(readFileSync(join(build, file), 'utf8'), file.startsWith('en/'));
    const refused = refusedBy(html);
    if (refused !== undefined)
      throw new LumbungError(
        'internal',
        `${file} holds what the content policy refuses: ${refused.trim().slice(0, 200)}`,
      );
    files.set(file, html);
    for (const asset of referred(html)) files.set(asset, undefined);
  }
  // Style sheets name fonts by their place beside themselves.
  for (const sheet of [...files.keys()].filter((file) => file.endsWith('.css'))) {
    const css = readFileSync(join(build, sheet), 'utf8');
    for (const [, address = ''] of css.matchAll(/url\(["']?([^"')]+)["']?\)/g)) {
      if (address.startsWith('data:')) continue;
      files.set(address.startsWith(BASE) ? address.slice(BASE.length + 1) : join(dirname(sheet), address), undefined);
    }
  }
  // All of it is written before anything is replaced: a full disk leaves what was there.
  const staged = join(out, '.narrative');
  rmSync(staged, { recursive: true, force: true });
  for (const [file, text] of files) {
    const target = join(staged, file);
    mkdirSync(dirname(target), { recursive: true });
    if (text === undefined) cpSync(join(build, file), target);
    else writeFileSync(target, text);
  }
  for (const path of [...OWN, ...OWN_ENGLISH.map((each) => join('en', each))])
    rmSync(join(out, path), { recursive: true, force: true });
  for (const file of files.keys()) {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    renameSync(join(staged, file), join(out, file));
  }
  rmSync(staged, { recursive: true });
  return { pages: pages.length };
}
