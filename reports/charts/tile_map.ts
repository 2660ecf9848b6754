/**
 * The provinces as tiles of one size, so that a small one is seen like a large one. Each says its name, its value where that fits,
 * how it stands by a shape, and how far from the target by colour; it is a link where the caller gives one.
 * Invariants: all 38 are there, without data too; a unit that has no tile of its own stands in the last row, not nowhere.
 */
import * as Plot from '@observablehq/plot';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { statuses } from '../design/status.ts';
import { type Frame, finish, heading, plotOptions, sizesOf, type Table, textWidth } from './chart.ts';
import { type Box, drawn, svgElement } from './marks.ts';
import { type Target, told } from './points.ts';
import { COLUMNS, ROWS, type Tile, tileOf, tiles } from './provinces.ts';
import { bareNumber, drawKey, drawTile, type Place, type TileLook } from './tile.ts';

type Options = Omit<Frame, 'height'> & {
  /** Where the place has a height of its own; low tiles say a short code and how they stand, in one line. */
  height?: number;
  unit: Unit;
  target: Target;
  /** Where a tile leads; without it the map is a picture. */
  href?: (scope: string) => string;
  /** The place that is chosen. */
  chosen?: string;
};
type Placed = { tile: Tile; place: Place | undefined };

/** Tiles are a little wider than high, and as high as what they say needs. */
const heightOf = (width: number, size: number, numbered: boolean) =>
  Math.round(ROWS * Math.max(size * (numbered ? 4 : 3), (width / COLUMNS) * 0.8));
const range = (count: number) => Array.from({ length: count }, (_, at) => at);

function layOut(places: readonly Place[]): Placed[] {
  const held = new Map<Tile, Place>();
  const others: Place[] = [];
  for (const place of places) {
    const tile = tileOf(place);
    if (tile && !held.has(tile)) held.set(tile, place);
    else others.push(place);
  }
  const row = ROWS - 1;
  const free = range(COLUMNS).filter((column) => !tiles.some((tile) => tile.row === row && tile.column === column));
  const extra = free.flatMap((column, at) => {
    const place = others[at];
    if (place === undefined) return [];
    const [iso, short] = [place.code.slice(0, 2), [...place.name].slice(0, 6).join('')];
    return [{ tile: { code: place.code, iso, short, column, row }, place }];
  });
  return [...tiles.map((tile) => ({ tile, place: held.get(tile) })), ...extra];
}

export function tileMap(places: readonly Place[], options: Options): SVGSVGElement {
  const { small } = sizesOf(options);
  const language = options.language ?? 'id';
  const known = places.flatMap(({ value }) => (value === null ? [] : [value]));
  const largest = Math.max(0, ...known);
  const numbers = known.map((value) => textWidth(bareNumber(value, largest, options.unit, language), small));
  // Inside of a tile, at the padding below.
  const room = (options.width / COLUMNS) * 0.92 - 3;
  const numbered = Math.max(0, ...numbers) <= room;
  const frame = { ...options, height: options.height ?? heightOf(options.width, small, numbered) };
  const flat = frame.height / ROWS < small * 3;
  const look: TileLook = {
    flat,
    unit: options.unit,
    target: options.target,
    largest,
    language,
    numbered: numbered && !flat,
    named: !flat && Math.max(...tiles.map(({ short }) => short.length)) * small * 0.53 <= room,
    size: small,
    chosen: options.chosen,
    href: options.href,
  };
  const svg = Plot.plot({
    ...plotOptions(frame),
    margin: 1,
    axis: null,
    x: { type: 'band', domain: range(COLUMNS), padding: 0.08, paddingOuter: 0 },
    y: { type: 'band', domain: range(ROWS), padding: 0.08, paddingOuter: 0 },
    marks: [
      // Scales come with a mark that uses them.
      Plot.cell(tiles, { x: 'column', y: 'row', render: () => null }),
      drawn((scales, _dimensions, document) => {
        const box = (column: number, row: number, columns = 1): Box => {
          const x0 = (scales.x as (at: number) => number)(column);
          const y0 = (scales.y as (at: number) => number)(row);
          const step = scales.scales.x?.step ?? 0;
          const width = scales.scales.x?.bandwidth ?? 0;
          return { x0, y0, x1: x0 + step * (columns - 1) + width, y1: y0 + (scales.scales.y?.bandwidth ?? 0) };
        };
        return svgElement(
          document,
          'g',
          {},
          ...layOut(places).map(({ tile, place }) => drawTile(document, box(tile.column, tile.row), tile, place, look)),
          ...(flat ? [] : [drawKey(document, box(COLUMNS - 7, 0, 7), look)]),
        );
      }),
    ],
  });
  return finish(svg, frame, '', options.href ? 'group' : 'img');
}

/** The same as a table, in the order given. */
export function placesTable(
  places: readonly Omit<Place, 'code'>[],
  { unit, language = 'id', label }: Pick<Options, 'unit' | 'language' | 'label'>,
): Table {
  return {
    caption: label,
    columns: [heading('place', language), heading('value', language), heading('status', language)],
    rows: places.map((place) => {
      const { glyph, word } = statuses[place.value === null ? 'missing' : place.status];
      return [place.name, told(place, unit, language), `${glyph} ${word[language]}`];
    }),
  };
}
