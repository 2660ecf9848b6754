/**
 * What a page gains where scripts run: tables sort by a column, the nearest day of a chart tells its value, units are found by name, colours
 * are chosen. Invariant: nothing of the page needs it; text is set as text.
 */
import { findUnits, type Unit } from './find.ts';

const top = document.querySelector<HTMLElement>('header.top');
const base = top?.dataset.base ?? '';
const [searchName = '', noneFound = '', failed = '', typeMore = '', themeName = ''] = (top?.dataset.words ?? '').split(
  '|',
);
const prefix = `${base}/${document.documentElement.lang === 'en' ? 'en/' : ''}`;

const make = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
  ...inside: (Node | string)[]
) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
};

/* Colours: kept on the device, the same key as the live screen. */
const KEPT = 'lumbung.theme';
const root = document.documentElement;
const keep = (theme: string) => {
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // A device that keeps nothing still shows what was chosen.
  }
};
try {
  const theme = localStorage.getItem(KEPT);
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
} catch {
  // As above.
}
const switchTheme = make('button', { type: 'button', 'aria-label': themeName, title: themeName }, '◐');
switchTheme.addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  keep(root.dataset.theme);
});

/* Search. */
const input = make('input', {
  type: 'search',
  'aria-label': searchName,
  placeholder: searchName,
  autocomplete: 'off',
  maxlength: '80',
});
const found = make('ul', { 'aria-label': searchName });
const said = make('p', { role: 'status' });
const box = make('div', { class: 'search', role: 'search' }, input, said, found);
const show = (units: readonly Unit[], message: string) => {
  said.textContent = message;
  found.replaceChildren(
    ...units.map(({ href, name, place }) => make('li', {}, make('a', { href }, name), ' ', make('small', {}, place))),
  );
};
let asked = 0;
input.addEventListener('input', () => {
  const mine = ++asked;
  const text = input.value.trim();
  if (text.length < 2) return show([], '');
  findUnits(base, prefix, text).then(
    (units) => {
      if (mine === asked) show(units ?? [], units === undefined ? typeMore : units.length === 0 ? noneFound : '');
    },
    () => mine === asked && show([], failed),
  );
});
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') show([], '');
  if (event.key === 'Enter') found.querySelector('a')?.click();
});
top?.querySelector('.tools')?.replaceChildren(box, switchTheme);

/* Tables: a click on the head of a column sorts by it, another one the other way round. */
for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  heads.forEach((head, at) => {
    const sorter = make('button', { type: 'button' }, head.textContent ?? '');
    head.replaceChildren(sorter);
    sorter.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const key = (row: HTMLTableRowElement) => row.cells[at]?.dataset.v ?? row.cells[at]?.textContent ?? '';
      const body = table.tBodies[0];
      const rows = [...(body?.rows ?? [])].sort((a, b) => {
        const [one, other] = [key(a), key(b)];
        // What has no data stays at the end, whichever way.
        if (one === '' || other === '') return one === other ? 0 : one === '' ? 1 : -1;
        const order = at === 0 ? one.localeCompare(other, 'id') : Number(one) - Number(other);
        return up ? order : -order;
      });
      body?.append(...rows);
    });
  });
}

/* Charts over time: the day nearest to the pointer, as the table below tells it. */
for (const figure of document.querySelectorAll<HTMLElement>('figure.trend')) {
  const svg = figure.querySelector<SVGSVGElement>('svg');
  const rows = [...figure.querySelectorAll<HTMLTableRowElement>('tbody tr')].reverse();
  const dots = [...(svg?.querySelectorAll<SVGCircleElement>('g[data-mark=dot] circle') ?? [])];
  // Numbers begin with a digit, a sign or a currency; words that say why there is none do not.
  const told = rows.filter((row) => /^(-?\d|-?Rp)/.test(row.cells[1]?.textContent ?? ''));
  if (!svg || dots.length !== told.length) continue;
  const tip = make('output', { hidden: '' });
  figure.append(tip);
  svg.addEventListener('pointermove', ({ clientX }) => {
    const distance = (dot: SVGCircleElement) => {
      const { left, width } = dot.getBoundingClientRect();
      return Math.abs(left + width / 2 - clientX);
    };
    const nearest = dots.reduce(
      (best, dot, at) => (distance(dot) < distance(dots[best] as SVGCircleElement) ? at : best),
      0,
    );
    tip.textContent = [...(told[nearest]?.cells ?? [])]
      .slice(0, 2)
      .map((cell) => cell.textContent)
      .join(': ');
    tip.hidden = false;
  });
  svg.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
}
