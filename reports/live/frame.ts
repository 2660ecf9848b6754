/**
 * The fixed frame of the screen: landmarks, heading, tools. Content is filled in place.
 * Invariant: it stands complete before anything is read, with the places of what will come, so that nothing moves afterwards.
 */
import type { Session } from './api.ts';
import { dateField } from './date_field.ts';
import { button, el } from './dom.ts';
import { THEMES, type Theme } from './theme.ts';
import { language, words } from './words/words.ts';

type Options = {
  session: Session;
  kiosk: boolean;
  theme: Theme;
  search: HTMLElement;
  notices: HTMLElement;
  statusLine: HTMLElement;
  banners: HTMLElement;
  arrange(): void;
  chooseLanguage(language: 'id' | 'en'): void;
  chooseTheme(theme: Theme): void;
  signOut(): void;
};

export function frame(options: Options) {
  const { session, kiosk } = options;
  const say = words();
  const date = dateField({ 'aria-label': say.date, disabled: session.todayOnly });
  const today = button(say.today, { class: 'button', hidden: true });
  const name = el('h1', { 'data-testid': 'scope-name', tabindex: '-1', dir: 'auto' }, say.loading);
  const headline = el('p', { class: 'headline', 'data-testid': 'headline' }, '\u00a0');
  const path = el('ol', { 'data-testid': 'breadcrumbs' });
  const state = el('span', { class: 'chip', hidden: true }, say.provisional);
  const grid = el('div', { class: 'grid' });
  const main = el(
    'main',
    { id: 'main', tabindex: '-1', 'aria-busy': 'true' },
    el('div', { class: 'head' }, el('div', {}, name, headline), el('p', { class: 'when' }, date.element, today, state)),
    session.todayOnly ? el('p', { class: 'small' }, say.todayOnly) : null,
    grid,
  );
  const languages = el(
    'select',
    {
      'aria-label': say.languageName,
      'data-testid': 'language',
      change: () => options.chooseLanguage(languages.value === 'en' ? 'en' : 'id'),
    },
    el('option', { value: 'id', lang: 'id', selected: language() === 'id' }, 'Indonesia'),
    el('option', { value: 'en', lang: 'en', selected: language() === 'en' }, 'English'),
  );
  const themeNames = { auto: say.themeAuto, light: say.themeLight, dark: say.themeDark };
  const themes = el(
    'select',
    { 'data-testid': 'theme', change: () => options.chooseTheme(themes.value as Theme) },
    ...THEMES.map((theme) => el('option', { value: theme, selected: theme === options.theme }, themeNames[theme])),
  );
  const brand = el('span', { class: 'brand' }, 'Lumbung');
  const tools = [
    // Who has one kitchen has nothing to find.
    ...(session.scopes.length === 1 && session.scopes[0]?.startsWith('sppg:') ? [] : [options.search]),
    options.notices,
    session.documents?.includes('exports')
      ? el(
          'a',
          { class: 'tool', href: '/documents', 'data-plain': true, 'data-testid': 'documents-link' },
          say.documents,
        )
      : null,
    button(say.arrange, { class: 'tool', 'data-testid': 'arrange', click: options.arrange }),
    languages,
    el('span', { class: 'who small' }, session.name ?? session.sub),
    button(say.signOut, { class: 'link', 'data-testid': 'signout', click: options.signOut }),
  ];
  const platform = session.role.startsWith('PLATFORM_')
    ? el('a', { href: '/?operators', 'data-plain': true, 'data-testid': 'operators-link' }, say.health)
    : null;
  const footer = el(
    'footer',
    { class: 'small foot' },
    el('label', { class: 'picker' }, el('span', {}, say.theme), themes),
    el('a', { href: language() === 'en' ? '/dictionary?lang=en' : '/dictionary' }, say.dictionary),
    el('a', { href: '/?kiosk', 'data-plain': true, 'data-testid': 'kiosk-link' }, say.kiosk),
    platform,
  );
  const page = el(
    'div',
    { class: kiosk ? 'page kiosk' : 'page' },
    kiosk ? null : el('a', { class: 'skip', href: '#main', 'data-plain': true }, say.skip),
    el('header', { class: 'top' }, brand, options.statusLine, ...(kiosk ? [] : tools)),
    options.banners,
    el('nav', { 'aria-label': say.areas }, path),
    main,
    ...(kiosk ? [] : [footer]),
  );
  return { page, main, grid, name, headline, path, date, today, state };
}
