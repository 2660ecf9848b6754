/**
 * The explorer: a reader chooses a measure, a unit, a grain and a range, and the API answers for what the reader may see.
 * Invariants: only the answer to the choice that stands is shown; the address holds the choice; form and chart work by keyboard, and
 * what happens is said aloud; where the API does not answer, the page says so and how to go on.
 */

import { trendChart, trendTable } from '../../charts/trend.ts';
import { comparedRange, movedDay } from '../../live/address.ts';
import { ApiError, call, type Expected, type Kpi, pathOf, type Series, type Session } from '../../live/api.ts';
import { chartBox } from '../../live/chart_box.ts';
import { el, setText } from '../../live/dom.ts';
import { useLanguage } from '../../live/words/words.ts';
import { placeOf } from '../page/navigation.ts';
import { addressOf, type Choice, COMPARISONS, FOUND, GRAINS, readChoice } from './choice.ts';
import { explorerWords } from './explorer_words.ts';

type Unit = { scope: string; name: string };
type Units = { parent: Unit; units: Unit[] };
const HEIGHT = 320;
const { language } = placeOf(location.pathname);
const words = explorerWords(language);
/** The nation's day. */
const today = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);

const picker = (name: string, control: HTMLElement) => el('label', {}, el('span', {}, name), control);
const optionsOf = (entries: readonly (readonly [string, string])[]) =>
  entries.map(([value, name]) => el('option', { value }, name));

function explorer(root: HTMLElement, session: Session, kpis: readonly Kpi[]): void {
  const ownScope = session.scopes[0] ?? 'national';
  let choice = readChoice(location.search, ownScope, today());
  const measure = el('select', { name: 'kpi' }, ...measureGroups(kpis));
  const unit = el('select', { name: 'scope' });
  const grain = el('select', { name: 'grain' }, ...optionsOf(GRAINS.map((each) => [each, words.grains[each]])));
  const from = el('input', { type: 'date', name: 'from', required: true });
  const to = el('input', { type: 'date', name: 'to', required: true });
  const compare = el(
    'select',
    { name: 'compare' },
    ...optionsOf(COMPARISONS.map((each) => [each, words.comparisons[each]])),
  );
  const form = el(
    'form',
    { submit: (event) => event.preventDefault() },
    picker(words.measure, measure),
    picker(words.unit, unit),
    picker(words.grain, grain),
    picker(words.from, from),
    picker(words.to, to),
    picker(words.compare, compare),
  );
  const hint = el('p', { class: 'small' }, words.find);
  const title = el('h2', {});
  const definition = el('p', { class: 'small' });
  const said = el('p', { class: 'small', role: 'status' }, words.loading);
  const csv = el('a', { class: 'button', download: true }, words.csv);
  const box = chartBox('trend', 'explorer-chart');
  const answer = el('section', { class: 'answer' }, title, definition, box.element, said);
  root.replaceChildren(form, hint, answer, el('p', {}, csv));

  const fill = () => {
    measure.value = choice.kpi;
    grain.value = choice.grain;
    [from.value, to.value] = [choice.from, choice.to];
    compare.value = choice.compare;
    const { scope } = choice;
    csv.href = `/api/v1${pathOf('/datasets/kpi_daily.csv', { scope, from: choice.from, to: choice.to })}`;
  };
  const choose = (part: Partial<Choice>, replace = false) => {
    const next = new URLSearchParams({ ...choice, ...part });
    choice = readChoice(`?${next}`, ownScope, today());
    history[replace ? 'replaceState' : 'pushState'](null, '', addressOf(choice));
    void show();
  };
  form.addEventListener('change', (event) => {
    const control = event.target as HTMLInputElement | HTMLSelectElement;
    if (control.name !== '' && control.reportValidity()) choose({ [control.name]: control.value });
  });
  document.addEventListener(FOUND, (event) => choose({ scope: (event as CustomEvent<string>).detail }));
  window.addEventListener('popstate', () => {
    choice = readChoice(location.search, ownScope, today());
    void show();
  });

  let turn = 0;
  const show = async () => {
    const mine = ++turn;
    fill();
    answer.setAttribute('aria-busy', 'true');
    setText(said, words.loading);
    try {
      const [units, read] = await Promise.all([readUnits(choice.scope), readSeries(choice, kpis)]);
      if (mine !== turn) return;
      listUnits(unit, units, ownScope);
      const name = `${read.kpi.name[language]}, ${units.parent.name}`;
      setText(title, name);
      setText(definition, read.kpi.definition[language]);
      if (read.points.every(({ value }) => value === null)) {
        box.empty(words.noData);
        setText(said, words.noData);
      } else {
        const options = { ...read.options, label: name };
        box.show({
          key: JSON.stringify([read.points, options]),
          draw: async (frame) => trendChart(read.points, { ...frame, ...options, height: HEIGHT }),
          table: () => trendTable(read.points, options),
        });
        setText(said, words.loaded(read.points.length));
      }
    } catch (error) {
      if (mine !== turn) return;
      const text = error instanceof ApiError ? error.message : words.unread;
      box.empty(text);
      said.replaceChildren(
        el('span', { class: 'trouble' }, text),
        ' ',
        again(() => void show()),
      );
    } finally {
      if (mine === turn) answer.removeAttribute('aria-busy');
    }
  };
  choose({}, true);
}

const again = (run: () => void) => el('button', { type: 'button', class: 'button', click: run }, words.again);

/** Measures under the headings of the dictionary. */
function measureGroups(kpis: readonly Kpi[]): HTMLElement[] {
  const groups = new Map<string, HTMLOptionElement[]>();
  for (const kpi of kpis) {
    const name = kpi.sectionName[language];
    groups.set(name, [...(groups.get(name) ?? []), el('option', { value: kpi.id }, kpi.name[language])]);
  }
  return [...groups].map(([label, options]) => el('optgroup', { label }, ...options));
}

const readUnits = async (scope: string): Promise<Units> => {
  if (!scope.startsWith('sppg:')) return call<Units>(pathOf('/units', { parent: scope }));
  const { name } = await call<Unit>(pathOf('/summary', { scope }));
  return { parent: { scope, name }, units: [] };
};

/** The unit that is chosen, those below it, and the way back. */
function listUnits(select: HTMLSelectElement, { parent, units }: Units, ownScope: string): void {
  select.replaceChildren(
    ...(parent.scope === ownScope ? [] : optionsOf([[ownScope, `← ${words.up}`]])),
    ...optionsOf([[parent.scope, parent.name]]),
    ...optionsOf(units.map(({ scope, name }) => [scope, `\u00a0\u00a0${name}`])),
  );
  select.value = parent.scope;
}

async function readSeries(choice: Choice, kpis: readonly Kpi[]) {
  const kpi = kpis.find(({ id }) => id === choice.kpi) ?? kpis[0];
  if (kpi === undefined) throw new ApiError(403, words.noData);
  const range = { from: choice.from, to: choice.to };
  // A monthly measure has no days.
  const grain =
    kpi.grain !== undefined && (choice.grain === 'day' || choice.grain === 'week') ? kpi.grain : choice.grain;
  const path = (query: Record<string, string>) =>
    pathOf(`/kpis/${encodeURIComponent(kpi.id)}/series`, { scope: choice.scope, grain, ...query });
  const other = choice.compare === 'none' ? undefined : comparedRange(range, choice.compare);
  const [series, beside, expected] = await Promise.all([
    call<Series>(path(range)),
    other ? call<Series>(path({ from: other.from, to: other.to })) : undefined,
    grain === 'day'
      ? call<Expected>(pathOf(`/kpis/${encodeURIComponent(kpi.id)}/expected`, { scope: choice.scope, ...range })).catch(
          () => undefined,
        )
      : undefined,
  ]);
  const usual = new Map(expected?.points.map((point) => [point.date, point]));
  const points = series.points.map(({ state, ...point }) => ({
    ...point,
    provisional: state === 'provisional',
    expected: usual.get(point.date) ?? null,
  }));
  const moved = (beside?.points ?? []).map((point) => ({ ...point, date: movedDay(point.date, other?.by ?? 0) }));
  const compared = moved.length > 0 ? { compared: { label: words.comparisons[choice.compare], points: moved } } : {};
  const options = { unit: kpi.unit, target: kpi.target, daily: grain === 'day', language, ...compared };
  return { kpi, points, options };
}

async function begin(root: HTMLElement): Promise<void> {
  useLanguage(language);
  root.replaceChildren(el('p', { class: 'nodata', role: 'status' }, words.loading));
  try {
    const session = await call<Session>('/session');
    const { kpis } = await call<{ kpis: Kpi[] }>('/kpis');
    explorer(root, session, kpis);
  } catch (error) {
    const signedOut = error instanceof ApiError && error.status === 401;
    const next = `/?next=${encodeURIComponent(location.pathname + location.search)}`;
    root.replaceChildren(
      el(
        'p',
        { role: 'status' },
        el(
          'span',
          { class: 'trouble' },
          signedOut ? words.signIn : error instanceof ApiError ? error.message : words.unread,
        ),
        ' ',
        signedOut ? el('a', { class: 'button', href: next }, words.signIn) : again(() => void begin(root)),
      ),
    );
  }
}

document.addEventListener('DOMContentLoaded', () => {
  const root = document.querySelector<HTMLElement>('[data-explorer]');
  if (root) void begin(root);
});
