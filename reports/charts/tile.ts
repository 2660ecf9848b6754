/** One province as a tile, and the key of its colours. Numbers and names that do not fit all are left to titles and the table. */
import { type Language, units } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { colour, colours } from '../design/colours.ts';
import { stepOf } from '../design/scale.ts';
import { type Status, shapePath, statuses } from '../design/status.ts';
import { say, shortValue } from './chart.ts';
import { type Box, svgElement } from './marks.ts';
import { type Target, told } from './points.ts';
import type { Tile } from './provinces.ts';

export type Place = {
  scope: string;
  code: string;
  name: string;
  value: number | null;
  withheld?: true;
  status: Status;
};
export type TileLook = {
  unit: Unit;
  target: Target;
  largest: number;
  language: Language;
  size: number;
  /** Whether there is room for one line only. */
  flat: boolean;
  /** Whether there is room for every number, and for every short name. */
  numbered: boolean;
  named: boolean;
  chosen: string | undefined;
  href: ((scope: string) => string) | undefined;
};

/** A value without its sign and prefix, which the title has; all in the same millions as the largest, which the key names. */
export function bareNumber(value: number, largest: number, unit: Unit, language: Language): string {
  const { scaled, sign, prefix } = units[unit];
  const size = scaled ? ([1e12, 1e9, 1e6].find((each) => largest >= each) ?? 1) : 1;
  if (size === 1) return shortValue(value, unit, language).replace(sign[language], '').replace(prefix, '');
  return shortValue(Math.round((value / size) * 10) / 10, 'score', language);
}

/** What a tile says aloud and in its title. */
function words(tile: Tile, place: Place | undefined, { unit, language }: TileLook): string {
  if (place === undefined) return `${tile.short}: ${say('missing', language)}`;
  const status = place.value === null ? '' : `, ${statuses[place.status].word[language]}`;
  return `${place.name}: ${told(place, unit, language)}${status}`;
}

export function drawTile(
  document: Document,
  box: Box,
  tile: Tile,
  place: Place | undefined,
  look: TileLook,
): SVGElement {
  const { size, href } = look;
  const width = box.x1 - box.x0;
  const height = box.y1 - box.y0;
  const value = place?.value ?? null;
  const status = place === undefined || value === null ? 'missing' : place.status;
  const number = look.numbered && value !== null ? bareNumber(value, look.largest, look.unit, look.language) : '';
  const shape = shapePath(status, size * 0.6);
  const chosen = place !== undefined && place.scope === look.chosen;
  const said = words(tile, place, look);
  const [across, down] = look.flat ? [0.36, 0.5] : [0.5, look.numbered ? 0.2 : 0.34];
  const text = (content: string, at: number, weight: string) =>
    svgElement(document, 'text', { x: width * across, y: height * at, dy: '0.32em', 'font-weight': weight }, content);
  // Its title is its name: a label beside it would have to repeat what is written on the tile.
  const link = place !== undefined && href !== undefined ? { href: href(place.scope) } : undefined;
  return svgElement(
    document,
    link ? 'a' : 'g',
    {
      class: 'tile',
      transform: `translate(${Math.round(box.x0)},${Math.round(box.y0)})`,
      'data-code': tile.code,
      'data-status': status,
      ...(place ? { 'data-scope': place.scope } : {}),
      ...link,
      ...(chosen ? { 'aria-current': 'true' } : {}),
    },
    svgElement(document, 'title', {}, said),
    svgElement(document, 'rect', {
      width,
      height,
      rx: 2,
      fill: colour(value === null ? 'surface' : stepOf(value, look.target, look.largest)),
      stroke: colour(chosen ? 'brand' : value === null ? 'edge' : 'line'),
      'stroke-width': chosen ? 3 : 1,
      ...(value === null ? { 'stroke-dasharray': '2,3' } : {}),
    }),
    text(look.named ? tile.short : tile.iso, down, '400'),
    ...(number !== '' ? [text(number, 0.54, '650')] : []),
    // Without a target there is nothing to be on.
    ...(status === 'none'
      ? []
      : [
          svgElement(document, 'path', {
            d: shape.d,
            transform: `translate(${Math.round(width * (look.flat ? 0.8 : 0.5))},${Math.round(height * (look.flat ? 0.5 : look.numbered ? 0.84 : 0.7))})`,
            fill: shape.filled ? colour('ink') : 'none',
            stroke: shape.filled ? 'none' : colour('muted'),
          }),
        ]),
  );
}

/** The steps of the scale side by side, with what their ends mean. */
export function drawKey(document: Document, box: Box, look: TileLook): SVGElement {
  const { size, language } = look;
  const targeted = look.target !== null && (look.target.low !== null || look.target.high !== null);
  const steps = targeted ? colours.scale : colours.amount;
  const step = (box.x1 - box.x0) / steps.length;
  const [least, most] = targeted
    ? [say('worse', language), say('better', language)]
    : ['0', shortValue(look.largest, look.unit, language)];
  const text = (content: string, x: number, anchor: string) =>
    svgElement(document, 'text', { x, y: box.y0 + size * 1.6, 'text-anchor': anchor, fill: colour('muted') }, content);
  return svgElement(
    document,
    'g',
    { class: 'key', 'aria-hidden': 'true' },
    ...steps.map((name, at) =>
      svgElement(document, 'rect', {
        x: box.x0 + at * step,
        y: box.y0,
        width: step - 1,
        height: size * 0.5,
        fill: colour(name),
        stroke: colour('line'),
      }),
    ),
    text(least, box.x0, 'start'),
    text(most, box.x1, 'end'),
  );
}
