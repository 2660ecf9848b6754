/** Charts of a page as figures: the drawing with its text alternative, and the table that tells the same. */

import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { calendar } from '../charts/calendar.ts';
import type { Table } from '../charts/chart.ts';
import type { Point, Target } from '../charts/points.ts';
import { rankingChart } from '../charts/ranking.ts';
import type { Place } from '../charts/tile.ts';
import { placesTable, tileMap } from '../charts/tile_map.ts';
import { trendChart, trendTable } from '../charts/trend.ts';
import { isSafety } from '../design/boards.ts';
import { type Html, html, raw } from './markup.ts';
import type { View } from './view.ts';

const TREND = { width: 560, height: 190 };
/** Tiles too small for the day of the month: the title tells it, and thousands of pages are lighter. */
const CALENDAR_WIDTH = 320;
const RANKING_WIDTH = 560;
const WIDE = 760;

const tableOf = ({ caption, columns, rows }: Table, summary: string): Html =>
  html`<details><summary>${summary}</summary><div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${columns.map(
    (column) => html`<th scope="col">${column}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ([first = '', ...rest]) =>
      html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div></details>`;

/**
 * A drawing as markup. Numbers with one decimal are as fine as a screen shows. The document leaves angle brackets in attributes as they
 * are, which HTML allows, and a name could so look like a marker: they are escaped here.
 */
const drawn = (svg: SVGSVGElement): Html =>
  raw(
    svg.outerHTML
      .replaceAll(/="[^"]*"/g, (value) =>
        /[<>]/.test(value) ? value.replaceAll('<', '&lt;').replaceAll('>', '&gt;') : value,
      )
      .replaceAll(/(\d\.\d)\d+(?=[,ALMHVZ" )])/g, '$1')
      .replaceAll(/(\d)\.0(?=[,ALMHVZ" )])/g, '$1'),
  );

const figure = (title: Html, svg: SVGSVGElement, table: Html, kind: string): Html =>
  html`<figure class="${kind}"><figcaption>${title}</figcaption>${drawn(svg)}${table}</figure>`;

type Series = { kpi: Kpi; points: readonly Point[]; target: Target; title: Html };

export function trendFigure(view: View, name: string, { kpi, points, target, title }: Series): Html {
  const { language, document, words } = view;
  const label = `${kpi.name[language]}, ${name}`;
  const options = { unit: kpi.unit, target, daily: true, label, language, document };
  return figure(
    title,
    trendChart(points, { ...options, ...TREND, still: true }),
    tableOf(trendTable(points, options), words.table),
    'trend',
  );
}

export function calendarFigure(view: View, name: string, { kpi, points, target, title }: Series): Html {
  const { language, document, words } = view;
  const label = `${kpi.name[language]}, ${name}`;
  const options = { unit: kpi.unit, target, label, language, document };
  const table = trendTable(
    points.map(({ expected: _expected, ...point }) => point),
    { ...options, daily: true },
  );
  return figure(
    title,
    calendar(points, { ...options, width: CALENDAR_WIDTH }),
    tableOf(table, words.table),
    'calendar',
  );
}

type Compared = { kpi: Kpi; places: readonly Place[]; target: Target; title: Html; href(scope: string): string };

export function rankingFigure(view: View, { kpi, places, target, title, href }: Compared): Html {
  const { language, document, words } = view;
  const label = words.ranking(kpi.name[language]);
  const options = { unit: kpi.unit, target, foodSafety: isSafety(kpi.id), label, language, document };
  return figure(
    title,
    rankingChart(places, { ...options, href, width: RANKING_WIDTH }),
    tableOf(placesTable(places, options), words.table),
    'ranking',
  );
}

export function mapFigure(view: View, { kpi, places, target, title, href }: Compared): Html {
  const { language, document, words } = view;
  const label = words.map(kpi.name[language]);
  const options = { unit: kpi.unit, target, foodSafety: isSafety(kpi.id), label, language, document };
  return figure(
    title,
    tileMap(places, { ...options, href, width: WIDE }),
    tableOf(placesTable(places, options), words.table),
    'map',
  );
}
