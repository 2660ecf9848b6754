/** What renders a page is given: one language, one audience, the addresses, and the document charts are drawn in. */
import type { Language } from '../../warehouse/kpis/format.ts';
import { findKpi } from '../../warehouse/kpis/registry.ts';
import type { Field } from '../../warehouse/permissions.ts';
import type { PageLevel } from '../../warehouse/queries/units/within.ts';
import { type Html, nothing, ofField } from './markup.ts';
import type { Programme } from './programme.ts';
import type { PageWords } from './words.ts';

export type Audience = 'readers' | 'public';
export type Assets = { style: string; script: string; font: string };
export type View = {
  language: Language;
  words: PageWords;
  audience: Audience;
  /** The path of the site, and its origin where it is known. */
  base: string;
  origin: string;
  assets: Assets;
  release: string;
  programme: Programme;
  document: Document;
};

/** An id as the name of a folder: itself, where it is letters, digits and signs; never a path, and never hidden. */
const nameOf = (id: string): string => encodeURIComponent(id).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));

/** The folder of a unit inside the site, the same in both languages. */
export const folderOf = (level: PageLevel, id: string): string =>
  level === 'national' ? 'unit/national' : `unit/${level}/${nameOf(id)}`;

/** Who serves a file decodes its path once. */
export const addressOf = ({ base, language }: Pick<View, 'base' | 'language'>, level: PageLevel, id: string): string =>
  `${base}/${language === 'en' ? 'en/' : ''}${folderOf(level, id).replaceAll('%', '%25')}/`;

/** Where a number is defined: for readers the dictionary of the screen, for everybody that of the site. */
export const definitionOf = ({ audience, base, language }: View, id: string): string =>
  audience === 'public'
    ? `${base}/${language === 'en' ? 'en/' : ''}kamus/#${id}`
    : `/dictionary${language === 'en' ? '?lang=en' : ''}#${id}`;

const MONEY: readonly Field[] = ['finance', 'procurement'];
const INNER: readonly Field[] = ['staff', 'completeness', 'payment_risks'];

/** Whether a field is told on a page: to everybody no money below the nation, and nothing of the programme's inner affairs. */
export const shows = ({ audience }: Pick<View, 'audience'>, level: PageLevel, field: Field): boolean =>
  audience === 'readers' || (!INNER.includes(field) && (level === 'national' || !MONEY.includes(field)));

/** Content of a field as this page tells it: between its markers, or not at all. */
export function told(view: View, level: PageLevel, field: Field, content: () => Html): Html {
  return shows(view, level, field) ? ofField(field, content()) : nothing;
}

export const ownerOf = (kpi: string): Field => findKpi(kpi)?.owner ?? 'distribution';
