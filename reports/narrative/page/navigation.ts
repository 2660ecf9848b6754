/** Which pages there are, and how they follow each other. An English page has the address of its twin, under /en. */
import type { Language } from '../../../warehouse/kpis/format.ts';

/** Where the site is served (reports/site/evidence.config.yaml has it too). */
export const BASE = '/reports';

export type Entry = { path: string; name: Readonly<Record<Language, string>>; theme?: true };
export const navigation: readonly Entry[] = [
  { path: '/', name: { id: 'Nasional', en: 'Nation' } },
  { path: '/wilayah/', name: { id: 'Wilayah', en: 'Regions' } },
  { path: '/tema/porsi/', name: { id: 'Porsi', en: 'Portions' }, theme: true },
  { path: '/tema/keamanan/', name: { id: 'Keamanan', en: 'Safety' }, theme: true },
  { path: '/tema/gizi/', name: { id: 'Gizi', en: 'Nutrition' }, theme: true },
  { path: '/tema/keuangan/', name: { id: 'Keuangan', en: 'Finance' }, theme: true },
  { path: '/tema/pemasok/', name: { id: 'Pemasok', en: 'Suppliers' }, theme: true },
  { path: '/tema/suara/', name: { id: 'Suara', en: 'Voice' }, theme: true },
  { path: '/tema/kelengkapan/', name: { id: 'Kelengkapan', en: 'Completeness' }, theme: true },
  { path: '/jelajah/', name: { id: 'Jelajah', en: 'Explore' } },
  { path: '/metode/', name: { id: 'Metode', en: 'Methods' } },
  { path: '/kamus/', name: { id: 'Kamus', en: 'Dictionary' } },
];

/** A page of the site in a language, as a link. */
export const pathIn = (language: Language, path: string): string => `${BASE}${language === 'en' ? '/en' : ''}${path}`;

/** What an address says: its language, and the page's own path. */
export function placeOf(pathname: string): { language: Language; path: string } {
  const own = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  const english = /^\/en(?=\/|$)/.test(own);
  const rest = english ? own.slice(3) : own;
  return { language: english ? 'en' : 'id', path: rest.endsWith('/') ? rest : `${rest}/` };
}

/** The same page in the other language. */
export const twinOf = (pathname: string): string => {
  const { language, path } = placeOf(pathname);
  return pathIn(language === 'id' ? 'en' : 'id', path);
};
