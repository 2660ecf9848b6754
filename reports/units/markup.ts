/**
 * HTML as text, without a DOM: a page is some hundred of these. Invariants: whatever is put into a template is escaped unless it is markup made here; what belongs
 * to a field of work stands between its markers, by which the API leaves out what a role may not see; markers are never nested.
 */
import type { Field } from '../../warehouse/permissions.ts';

export type Html = { readonly html: string };
type Part = Html | string | number | null | undefined | false | readonly Part[];

const REPLACED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escapeText = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => REPLACED[character] ?? '');

const textOf = (part: Part): string => {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map(textOf).join('');
};

export const raw = (html: string): Html => ({ html });
export const nothing = raw('');

/** html`<p>${text}</p>`: text is escaped, markup and lists of it are taken as they are. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let text = strings[0] ?? '';
  for (const [at, part] of parts.entries()) text += textOf(part) + (strings[at + 1] ?? '');
  return { html: text };
}

/** What is told to those who see the field only. */
export const ofField = (field: Field, content: Html): Html =>
  content.html === '' ? content : { html: `<!--[${field}]-->${content.html}<!--[/${field}]-->` };

/** Without markers, for pages that are told to everybody as they are. */
export const withoutMarkers = (text: string): string => text.replaceAll(/<!--\[\/?[a-z_]+\]-->/g, '');
