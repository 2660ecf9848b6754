/**
 * What every page of the narrative has in the browser beside its HTML, which is whole without it: the theme kept on the device, a
 * box that finds units, tables that can be sorted. Invariant: without this script, or without the API, nothing is missing but these.
 */
import { searchBox } from '../../live/search.ts';
import { recallTheme, THEMES, type Theme, useTheme } from '../../live/theme.ts';
import { recallLanguage, useLanguage } from '../../live/words/words.ts';
import { BASE, placeOf } from '../page/navigation.ts';
import { FOUND } from './choice.ts';
import { sortable } from './sortable.ts';

// Before anything is painted: a page does not flash in the wrong colours.
useTheme(recallTheme());

const { language } = placeOf(location.pathname);

function offerThemes(select: HTMLSelectElement): void {
  select.value = recallTheme();
  select.addEventListener('change', () => {
    const chosen = THEMES.find((theme): theme is Theme => theme === select.value);
    if (chosen) useTheme(chosen);
  });
}

/** The page of a unit; island groups and wilayah have none of their own. */
function addressOf(scope: string): string {
  const [level, id] = scope.split(':');
  const english = language === 'en' ? '/en' : '';
  if (id === undefined || level === 'region' || level === 'wilayah') return `${BASE}${english}/wilayah/`;
  // A unit's folder is its encoded id.
  return `${BASE}${english}/unit/${level}/${encodeURIComponent(encodeURIComponent(id))}/`;
}

document.addEventListener('DOMContentLoaded', () => {
  recallLanguage();
  useLanguage(language);
  for (const hidden of document.querySelectorAll<HTMLElement>('[data-scripted]')) hidden.hidden = false;
  const theme = document.querySelector<HTMLSelectElement>('select[data-theme-choice]');
  if (theme) offerThemes(theme);
  // On the explorer's page the unit that is found is the one explored.
  const explores = document.querySelector('[data-explorer]') !== null;
  const found = (scope: string) =>
    explores
      ? void document.dispatchEvent(new CustomEvent<string>(FOUND, { detail: scope }))
      : location.assign(addressOf(scope));
  document.querySelector('[data-search]')?.replaceChildren(searchBox(found));
  for (const table of document.querySelectorAll('table')) sortable(table);
  // Paper is light, whatever the screen is.
  window.addEventListener('beforeprint', () => delete document.documentElement.dataset.theme);
  window.addEventListener('afterprint', () => useTheme(recallTheme()));
});
