/** The sitemap: every page in both languages, in files of at most fifty thousand addresses. */
import type { Files } from './files.ts';
import { escapeText } from './markup.ts';
import type { Place } from './programme.ts';
import { addressOf } from './view.ts';

const MOST = 50_000;
const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n';
const XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';

export async function writeSitemap(
  files: Files,
  base: string,
  origin: string,
  places: readonly Place[],
): Promise<void> {
  const addresses = places.flatMap(({ level, id }) =>
    (['id', 'en'] as const).map((language) => addressOf({ base, language }, level, id)),
  );
  const names: string[] = [];
  const parts = Math.max(1, Math.ceil(addresses.length / MOST));
  for (let at = 0; at < parts; at++) {
    const lines = addresses
      .slice(at * MOST, (at + 1) * MOST)
      .map((address) => `<url><loc>${escapeText(origin + address)}</loc></url>`);
    const name = parts === 1 ? 'sitemap.xml' : `sitemap-${at + 1}.xml`;
    await files.write(name, `${HEAD}<urlset ${XMLNS}>\n${lines.join('\n')}\n</urlset>\n`);
    names.push(name);
  }
  if (parts === 1) return;
  const listed = names.map((name) => `<sitemap><loc>${escapeText(`${origin}${base}/${name}`)}</loc></sitemap>`);
  await files.write('sitemap.xml', `${HEAD}<sitemapindex ${XMLNS}>\n${listed.join('\n')}\n</sitemapindex>\n`);
}
