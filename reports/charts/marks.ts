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
      { class: 'provisional', stroke: colour('context'), 'stroke-width': gap / 8, 'stroke-opacity': 0.6, fill: 'none' },
      ...boxes(scales, dimensions).map((box) => svgElement(document, 'path', { d: hatchPath(box, gap) })),
    ),
  );

/** `at`: where the line ends, when that is inside the plot; otherwise the label stands in the right margin. */
export type EndLabel = { value: number; text: string; fill: Colour; strong?: boolean; at?: number | undefined };

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

/** Labels beside the ends of their lines, each at the height of its value. */
export const endLabels = (labels: readonly EndLabel[], size: number) =>
  drawn((scales, dimensions, document) => {
    const x = scales.x as (value: number) => number;
    const y = scales.y as (value: number) => number;
    const [top, bottom] = [dimensions.marginTop, dimensions.height - dimensions.marginBottom];
    const margin = dimensions.width - dimensions.marginRight;
    const [inside, outside] = [
      labels.filter(({ at }) => at !== undefined),
      labels.filter(({ at }) => at === undefined),
    ];
    const placed = [inside, outside].flatMap((beside) => {
      const wanted = beside.map(({ value }) => y(value));
      // Labels inside the plot keep off the line that runs on to the margin.
      const through = beside === inside && outside[0] ? y(outside[0].value) + size * 0.8 : top;
      const heights = spread(wanted, size * 1.25, through, bottom);
      return beside.map((label, at) => {
        const end = label.at === undefined ? margin : x(label.at);
        return { ...label, left: end + size * 0.6, height: heights[at] ?? 0 };
      });
    });
    return svgElement(
      document,
      'g',
      {
        ...{ class: 'labels', 'text-anchor': 'start', 'font-size': size },
        ...{ stroke: colour('surface'), 'stroke-width': size / 4, 'stroke-linejoin': 'round', 'paint-order': 'stroke' },
      },
      ...placed.map(({ text, fill, strong, left, height }) => {
        const weight = strong ? { 'font-weight': '650' } : {};
        return svgElement(document, 'text', { x: left, y: height, dy: '0.32em', fill: colour(fill), ...weight }, text);
      }),
    );
  });
