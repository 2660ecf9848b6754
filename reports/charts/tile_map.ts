/**
 * The provinces as tiles of one size, so that a small one is seen like a large one. Each says its name, its value where that fits,
 * how it stands by a shape, and how far from the target by colour; it is a link where the caller gives one.
 * Invariants: all 38 are there, without data too; a unit that has no tile stands in the last row, not nowhere.
 */
import * as Plot from '@observablehq/plot';
import { units } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { type Colour, colour } from '../design/colours.ts';
import { stepOf } from '../design/scale.ts';
import { type Status, shapePath, statusColour, statuses } from '../design/status.ts';
import { type Frame, finish, heading, plotOptions, say, shortValue, sizesOf, type Table, textWidth } from './chart.ts';
import { drawn, svgElement } from './marks.ts';
import { type Target, told } from './points.ts';
import { COLUMNS, ROWS, type Tile, tileOf, tiles } from './provinces.ts';

export type Place = {
  scope: string;
  code: string;
  name: string;
  value: number | null;
  withheld?: true;
  status: Status;
};
type Options = Omit<Frame, 'height'> & {
  unit: Unit;
  target: Target;
  foodSafety?: boolean;
  /** Where a tile leads; without it the map is a picture. */
  href?: (scope: string) => string;
  /** The place that is chosen. */
  chosen?: string;
};
type Placed = { tile: Tile; place: Place | undefined };

/** Tiles are a little wider than high on a screen; on a phone they are as high as a finger needs. */
const heightOf = (width: number) => Math.round(ROWS * Math.max(34, (width / COLUMNS) * 0.82));

function layOut(places: readonly Place[]): Placed[] {
  const held = new Map<Tile, Place>();
  const others: Place[] = [];
  for (const place of places) {
    const tile = tileOf(place);
    if (tile && !held.has(tile)) held.set(tile, place);
    else others.push(place);
  }
  const free = Array.from({ length: COLUMNS }, (_, column) => column).filter(
    (column) => !tiles.some((tile) => tile.row === ROWS - 1 && tile.column === column),
  );
  return [
    ...tiles.map((tile) => ({ tile, place: held.get(tile) })),
    ...others.slice(0, free.length).map((place, at) => ({
      tile: {
        code: place.code,
        iso: place.code.slice(0, 2),
        short: place.name.slice(0, 6),
        column: free[at] ?? 0,
        row: ROWS - 1,
      },
      place,
    })),
  ];
}

export function tileMap(places: readonly Place[], options: Options): SVGSVGElement {
  const { unit, language = 'id', target, href, chosen, foodSafety = false } = options;
  const frame = { ...options, height: heightOf(options.width) };
  const { small } = sizesOf(frame);
  const laid = layOut(places);
  const largest = Math.max(0, ...places.map(({ value }) => value ?? 0));
  const sign = units[unit].sign[language];
  const svg = Plot.plot({
    ...plotOptions(frame),
    margin: 1,
    axis: null,
    x: { type: 'band', domain: Array.from({ length: COLUMNS }, (_, at) => at), padding: 0.08 },
    y: { type: 'band', domain: Array.from({ length: ROWS }, (_, at) => at), padding: 0.08 },
    marks: [
      Plot.cell([], {}),
      drawn((scales, _dimensions, document) => {
        const wide = scales.scales.x?.bandwidth ?? 0;
        const high = scales.scales.y?.bandwidth ?? 0;
        const draw = ({ tile, place }: Placed): SVGElement => {
          const status = place?.value == null ? 'missing' : place.status;
          const value = place?.value ?? null;
          // The sign stands in the title; a tile has little room.
          const short = value === null ? '' : shortValue(value, unit, language).replace(sign, '');
          const name = textWidth(tile.short, small) <= wide - 4 ? tile.short : tile.iso;
          const fits = textWidth(short, small) <= wide - 2 && high >= small * 3.4;
          const fill: Colour = value === null ? 'surface' : stepOf(value, target, largest);
          const shape = shapePath(status, small * 0.6);
          const ink = colour(status === 'critical' && foodSafety ? statusColour(status, true) : 'ink');
          const words = spoken(tile, place, unit, language);
          const linked = place !== undefined && href !== undefined;
          const middle = fits ? high * 0.62 : high * 0.66;
          const here = place !== undefined && place.scope === chosen;
          return svgElement(
            document,
            linked ? 'a' : 'g',
            {
              class: 'tile',
              transform: `translate(${Math.round((scales.x as (at: number) => number)(tile.column))},${Math.round((scales.y as (at: number) => number)(tile.row))})`,
              'data-code': tile.code,
              'data-status': status,
              ...(place ? { 'data-scope': place.scope } : {}),
              ...(linked ? { href: href(place.scope), 'aria-label': words } : {}),
              ...(here ? { 'aria-current': 'true' } : {}),
            },
            svgElement(document, 'title', {}, words),
            svgElement(document, 'rect', {
              width: wide,
              height: high,
              rx: 2,
              fill: colour(fill),
              stroke: colour(here ? 'brand' : value === null ? 'edge' : 'line'),
              'stroke-width': here ? 3 : 1,
              ...(value === null ? { 'stroke-dasharray': '2,3' } : {}),
            }),
            svgElement(document, 'text', { x: wide / 2, y: fits ? high * 0.3 : high * 0.36, dy: '0.32em' }, name),
            svgElement(document, 'path', {
              d: shape.d,
              transform: `translate(${Math.round(fits ? wide / 2 : wide / 2)},${Math.round(fits ? high * 0.85 : middle)})`,
              fill: shape.filled ? ink : 'none',
              stroke: shape.filled ? 'none' : colour('muted'),
            }),
            ...(fits && short !== ''
              ? [
                  svgElement(
                    document,
                    'text',
                    { x: wide / 2, y: high * 0.58, dy: '0.32em', 'font-weight': '650' },
                    short,
                  ),
                ]
              : []),
          );
        };
        return svgElement(document, 'g', { class: 'tiles' }, ...laid.map(draw));
      }),
    ],
  });
  return finish(svg, frame, '', href ? 'group' : 'img');
}

function spoken(tile: Tile, place: Place | undefined, unit: Unit, language: 'id' | 'en'): string {
  if (place === undefined) return `${tile.short}: ${say('missing', language)}`;
  const value = told(place, unit, language);
  return place.value === null
    ? `${place.name}: ${value}`
    : `${place.name}: ${value}, ${statuses[place.status].word[language]}`;
}

/** The same as a table, in the order given. */
export function placesTable(
  places: readonly Place[],
  { unit, language = 'id', label }: Pick<Options, 'unit' | 'language' | 'label'>,
): Table {
  return {
    caption: label,
    columns: [heading('place', language), heading('value', language), heading('status', language)],
    rows: places.map((place) => [
      place.name,
      told(place, unit, language),
      place.value === null ? '' : `${statuses[place.status].glyph} ${statuses[place.status].word[language]}`,
    ]),
  };
}
