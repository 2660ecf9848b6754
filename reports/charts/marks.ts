/**
 * What Plot has no mark for: hatching without a pattern (a pattern needs an id, and a page holds many charts), and labels beside
 * the ends of lines that keep clear of each other.
 */
import type { ChannelValues, Dimensions, RenderFunction, ScaleFunctions } from '@observablehq/plot';
import { type Colour, colour } from '../design/colours.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** An SVG element; text goes in as text. */
export function svgElement(
  document: Document,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: (Node | string)[]
): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === 'number' ? String(Math.round(value * 10) / 10) : value);
  }
  element.append(...children);
  return element;
}

export type Box = { x0: number; y0: number; x1: number; y1: number };

/** Diagonals through a box; those of boxes side by side run on. */
export function hatchPath({ x0, y0, x1, y1 }: Box, gap: number): string {
  const round = (value: number) => Math.round(value * 10) / 10;
  const lines: string[] = [];
  for (let sum = Math.ceil((x0 + y0) / gap) * gap; sum < x1 + y1; sum += gap) {
    const from = Math.max(x0, sum - y1);
    const to = Math.min(x1, sum - y0);
    if (to - from > 0.05) lines.push(`M${round(from)},${round(sum - from)}L${round(to)},${round(sum - to)}`);
  }
  return lines.join('');
}

/** A mark that draws with the plot's scales. */
export type Drawing = (scales: ScaleFunctions, dimensions: Dimensions, document: Document) => SVGElement;
export const drawn =
  (draw: Drawing): RenderFunction =>
  (_index: readonly number[], scales: ScaleFunctions, _values: ChannelValues, dimensions: Dimensions, context) =>
    draw(scales, dimensions, (context as unknown as { document: Document }).document);

/** Boxes hatched as provisional. */
export const hatching = (boxes: (scales: ScaleFunctions, dimensions: Dimensions) => Box[], gap: number) =>
  drawn((scales, dimensions, document) =>
    svgElement(
      document,
      'g',
      { class: 'provisional', stroke: colour('context'), 'stroke-width': 0.75, 'stroke-opacity': 0.55, fill: 'none' },
      ...boxes(scales, dimensions).map((box) => svgElement(document, 'path', { d: hatchPath(box, gap) })),
    ),
  );

export type EndLabel = { value: number; text: string; fill: Colour; strong?: boolean };

/** Heights of labels, as near to where they belong as a distance between them allows, between two bounds. */
export function spread(wanted: readonly number[], distance: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, at) => at).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  let least = top;
  for (const at of order) {
    placed[at] = Math.max(placed[at] ?? 0, least);
    least = (placed[at] ?? 0) + distance;
  }
  let most = bottom;
  for (const at of order.toReversed()) {
    placed[at] = Math.min(placed[at] ?? 0, most);
    most = (placed[at] ?? 0) - distance;
  }
  return placed;
}

/** Labels in the right margin, each at the height of its value. */
export const endLabels = (labels: readonly EndLabel[], size: number) =>
  drawn((scales, dimensions, document) => {
    const y = scales.y as (value: number) => number;
    const bottom = dimensions.height - dimensions.marginBottom;
    const at = spread(
      labels.map(({ value }) => y(value)),
      size * 1.25,
      dimensions.marginTop,
      bottom,
    );
    return svgElement(
      document,
      'g',
      { class: 'labels', 'text-anchor': 'start', 'font-size': size },
      ...labels.map(({ text, fill, strong }, index) =>
        svgElement(
          document,
          'text',
          {
            x: dimensions.width - dimensions.marginRight + size * 0.6,
            y: at[index] ?? 0,
            dy: '0.32em',
            fill: colour(fill),
            ...(strong ? { 'font-weight': '650' } : {}),
          },
          text,
        ),
      ),
    );
  });
