/** Links of a page: each leads to a file of its release, to a page of the application, or (in the narrative's absence) to the narrative. Pure. */
import { posix } from 'node:path';
import type { Audience } from './renderers.ts';

const ATTRIBUTE = /\s(?:href|src|srcset|action|poster|data|xlink:href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;
/** Sections made by the narrative (reports/site). */
const NARRATIVE = /^(en\/)?(index\.html|(wilayah|tema|metode|kamus|jelajah)\/.*)$/;
/** What else this origin answers. */
const APPLICATION =
  /^\/($|[?#]|(dictionary|docs|openapi\.json|health|api|assets|page\.css|manifest\.webmanifest)([/?#]|$))/;

export type Ends = { there: ReadonlySet<string>; narrative: boolean; basePath: string; origin: string | undefined };

/** What the page refers to, each once; text of scripts is not markup. */
export function refersOf(html: string): string[] {
  const markup = html.replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/gi, (script) =>
    script.slice(0, script.indexOf('>') + 1),
  );
  const found = new Set<string>();
  for (const [tag] of markup.matchAll(/<[a-z][^>]*>/gi)) {
    for (const [, double, single, bare] of tag.matchAll(ATTRIBUTE)) {
      found.add((double ?? single ?? bare ?? '').trim().replaceAll('&amp;', '&'));
    }
  }
  return [...found];
}

export function foreignIn(refers: readonly string[], origin: string | undefined): string[] {
  const own = origin === undefined ? undefined : new URL(origin).origin;
  return refers.filter(
    (text) => /^(https?:|ws+:|ftp:)?\/\//i.test(text) && (own === undefined || !`${text}/`.startsWith(`${own}/`)),
  );
}

/** Links that lead nowhere. `page` is the path of the page in its release. */
export function linkFaults(refers: readonly string[], page: string, ends: Ends, audience: Audience): string[] {
  const { there, narrative, basePath } = ends;
  const base = basePath.replace(/\/$/, '');
  return refers.flatMap((text) => {
    if (text === '' || text.startsWith('#') || /^[a-z][a-z+.-]*:/i.test(text) || text.startsWith('//')) return [];
    const path = (text.split(/[?#]/)[0] ?? '') || `${base}/${page}`;
    const absolute = path.startsWith('/') ? path : posix.join(`${base}/${posix.dirname(page)}/`, path);
    if (absolute !== base && !absolute.startsWith(`${base}/`)) {
      return APPLICATION.test(text) && audience === 'readers' ? [] : [`${text} leads nowhere`];
    }
    const inside = decodeURI(absolute.slice(base.length + 1));
    const file = inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside;
    if (there.has(file) || there.has(`${file}/index.html`)) return [];
    if (audience === 'readers' && (file === 'reader.json' || (!narrative && NARRATIVE.test(file)))) return [];
    return [`${text} leads nowhere`];
  });
}
