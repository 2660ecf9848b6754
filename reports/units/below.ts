/** The units below an area: a picture of the worst (of the provinces a map too), and a table of all of them with links. */

import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { figureOf, statusOf } from '../../warehouse/kpis/registry.ts';
import { targetOf } from '../../warehouse/queries/targets.ts';
import type { PageLevel } from '../../warehouse/queries/units/within.ts';
import type { Place as Placed } from '../charts/tile.ts';
import { isSafety } from '../design/boards.ts';
import { mapFigure, rankingFigure } from './charts.ts';
import { COMPARED_DAYS } from './days.ts';
import { grouped } from './grouped.ts';
import { type Html, html, nothing } from './markup.ts';
import { compared } from './measures.ts';
import { defined, short } from './numbers.ts';
import { ancestorsOf, type Place, type Programme, scopeOf } from './programme.ts';
import { section, wide } from './sections.ts';
import { addressOf, shows, told, type View } from './view.ts';

/** So many are drawn. */
const DRAWN = 15;
/** Rows are sorted by so many digits: a regency has hundreds of rows, and the exact value stands on the unit's own page. */
const SORTED_DIGITS = 6;

/** The units right below: demo kitchens are nobody's. */
export function unitsBelow(programme: Programme, level: PageLevel, id: string): Place[] {
  if (level === 'national') return programme.areas.filter((area) => area.level === 'province');
  if (level === 'province') return [...(programme.regenciesOf.get(id) ?? [])];
  const kitchens = level === 'regency' ? (programme.kitchensOfRegency.get(id) ?? []) : [];
  return kitchens
    .filter(({ demo }) => !demo)
    .map(({ id: own, name, code }) => ({ level: 'sppg', id: own, name, code }));
}

export function below(view: View, level: PageLevel, id: string): Html {
  const { programme, words, language, audience } = view;
  if (level === 'sppg' || (audience === 'public' && level === 'regency')) return nothing;
  const places = unitsBelow(programme, level, id);
  const title = words.below[level];
  if (places.length === 0) return section('below', title, html`<p><i>${words.noUnits}</i></p>`);
  const kpis = compared.filter((kpi) => shows(view, places[0]?.level ?? level, kpi.owner));
  const figureFor = (kpi: Kpi, place: Place) => {
    const [num, den] = programme.sumsOf(place.level, place.id)[kpi.id] ?? [null, null];
    return figureOf(kpi, num, den);
  };
  const rows = places
    .toSorted((a, b) => a.name.localeCompare(b.name, 'id'))
    .map((place) => {
      const cell = (kpi: Kpi) => {
        const figure = figureFor(kpi, place);
        return html`<td data-v="${figure.value === null ? '' : Number(figure.value.toPrecision(SORTED_DIGITS))}">${short(figure, kpi.unit, language)}</td>`;
      };
      // Neighbours of one field share their markers: an area has hundreds of rows.
      const cells = [...grouped(kpis, ({ owner }) => owner).values()].map((own) =>
        told(view, level, own[0]?.owner ?? 'distribution', () => html`${own.map(cell)}`),
      );
      return html`<tr><th scope="row"><a href="${addressOf(view, place.level, place.id)}">${place.name}</a> <small>${place.code}</small></th>${cells}</tr>`;
    });
  const columns = [words.name, ...kpis.map((kpi) => kpi.name[language])];
  return section(
    'below',
    title,
    html`<p><small>${words.belowNote(COMPARED_DAYS)}</small></p>`,
    pictures(view, level, places, figureFor),
    wide(title, columns, rows, 'sortable'),
  );
}

function pictures(
  view: View,
  level: PageLevel,
  places: readonly Place[],
  figureFor: (kpi: Kpi, place: Place) => ReturnType<typeof figureOf>,
): Html {
  const { programme, words, language } = view;
  const [kpi] = compared;
  if (kpi === undefined) return nothing;
  const placed = places
    .map((place): Placed => {
      const { value, withheld } = figureFor(kpi, place);
      const target = targetOf(
        kpi,
        programme.targets,
        ancestorsOf(programme, place.level, place.id),
        programme.days.date,
      );
      const status = statusOf({ ...kpi, target }, value);
      return {
        scope: scopeOf(place.level, place.id),
        code: place.code,
        name: place.name,
        value,
        ...(withheld ? { withheld } : {}),
        status,
      };
    })
    // Without data last; of equal ones by name.
    .sort((a, b) => (a.value ?? 2e15) - (b.value ?? 2e15) || (a.name < b.name ? -1 : 1));
  const links = new Map(
    places.map((place) => [scopeOf(place.level, place.id), addressOf(view, place.level, place.id)]),
  );
  const href = (scope: string) => links.get(scope) ?? '';
  const title = (text: string) => defined(view, { id: kpi.id, name: { id: text, en: text } });
  const common = { kpi, target: kpi.target, href };
  const name = kpi.name[language];
  return told(
    view,
    level,
    kpi.owner,
    () =>
      html`<div class="figures${isSafety(kpi.id) ? ' safety' : ''}">${level === 'national' ? mapFigure(view, { ...common, places: placed, title: title(words.map(name)) }) : nothing}${rankingFigure(view, { ...common, places: placed.slice(0, DRAWN), title: title(words.ranking(name)) })}</div>`,
  );
}
