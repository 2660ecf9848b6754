/**
 * The data dictionary as a page: every number in words, with its target, formula and lineage, under an anchor of its id so that
 * screens and files can link to it. It holds definitions and no figures, so whoever reads a number anywhere may read it.
 * Invariant: whatever is not markup of this file is escaped.
 */
import type { Entry } from '../warehouse/dictionary.ts';
import { type Fact, factsOf, groupsOf } from '../warehouse/dictionary_words.ts';
import type { Language } from '../warehouse/kpis/format.ts';
import type { TargetRow } from '../warehouse/queries/targets.ts';

const text = {
  title: { id: 'Kamus data', en: 'Data dictionary' },
  lead: {
    id: 'Setiap angka yang diterbitkan Lumbung: artinya, cara menghitungnya, dan dari kolom mana asalnya.',
    en: 'Every number Lumbung publishes: what it means, how it is computed, and from which columns.',
  },
  contents: { id: 'Daftar isi', en: 'Contents' },
  live: { id: 'Layar langsung', en: 'Live screen' },
  other: { id: 'In English', en: 'Dalam bahasa Indonesia' },
} satisfies Record<string, Record<Language, string>>;

const escapeHtml = (value: string) =>
  value.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

/** The parts of the frame (reports/live/dictionary.html) by their names. */
export function dictionaryPage(
  entries: readonly Entry[],
  targets: readonly TargetRow[],
  language: Language,
): { TITLE: string; CONTENT: string } {
  const say = (words: Record<Language, string>) => escapeHtml(words[language]);
  const other = language === 'id' ? 'en' : 'id';
  const linesOf = ({ lines, code, between }: Fact) =>
    lines
      .map((line) => (code ? `<code>${escapeHtml(line)}</code>` : escapeHtml(line)))
      .join(between === undefined ? '<br>' : `<br>${between} `);
  const article = (entry: Entry) => {
    const rows = factsOf(entry, targets, language).map(
      (fact) => `<dt>${escapeHtml(fact.term)}</dt><dd>${linesOf(fact)}</dd>`,
    );
    return `<article id="${escapeHtml(entry.id)}"><h3>${say(entry.name)}</h3>
      <span class="small" lang="${other}">${escapeHtml(entry.name[other])}</span>
      <p>${say(entry.definition)}</p><dl>${rows.join('')}</dl></article>`;
  };
  const groups = groupsOf(entries, language);
  const links = groups.map(
    ({ name, members }) =>
      `<p class="small">${escapeHtml(name)}</p><ul>${members.map((entry) => `<li><a href="#${escapeHtml(entry.id)}">${say(entry.name)}</a></li>`).join('')}</ul>`,
  );
  const sections = groups.map(
    ({ name, members }) => `<section><h2>${escapeHtml(name)}</h2>${members.map(article).join('')}</section>`,
  );
  const otherLanguage = language === 'id' ? '?lang=en' : '?lang=id';
  return {
    TITLE: text.title[language],
    CONTENT: `<header class="top"><span class="brand">Lumbung</span><span class="spacer"></span>
      <a class="small" href="/">${say(text.live)}</a> <a class="small" href="/dictionary${otherLanguage}" hreflang="${language === 'id' ? 'en' : 'id'}">${say(text.other)}</a></header>
      <main><h1>${say(text.title)}</h1><p class="headline">${say(text.lead)}</p>
      <nav aria-label="${say(text.contents)}">${links.join('')}</nav>${sections.join('')}</main>`,
  };
}
