/**
 * Units compared, in the order given: bars from zero for amounts, dots for shares and scores, the target as a thin line.
 * Invariants: the value stands beside every bar; a long name is cut short and whole in its title; status is a shape.
 */
import * as Plot from '@observablehq/plot';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { colour } from '../design/colours.ts';
import { shapePath, statusColour } from '../design/status.ts';
import { valueAxis } from './axis.ts';
import { type Frame, finish, fromZero, plotOptions, say, shortValue, sizesOf, textWidth } from './chart.ts';
import { drawn, svgElement } from './marks.ts';
import { limitsOf, type Target } from './points.ts';
import type { Place } from './tile.ts';

export type Ranked = Omit<Place, 'code'>;
type Options = Omit<Frame, 'height'> & {
  unit: Unit;
  target: Target;
  foodSafety?: boolean;
  /** Where a name leads; without it the ranking is a picture. */
  href?: (scope: string) => string;
};

export function rankingChart(places: readonly Ranked[], options: Options): SVGSVGElement {
  const { unit, language = 'id', width, href, foodSafety = false } = options;
  const { small, normal } = sizesOf(options);
  const row = Math.max(24, normal * 1.9);
  const limits = limitsOf(options.target);
  const head = limits.length > 0 ? normal * 1.6 : 0;
  const frame = { ...options, height: Math.ceil(row * places.length + head + 4) };
  const rows = places.map((place, at) => ({ ...place, at }));
  const known = rows.flatMap((place) => (place.value === null ? [] : [{ ...place, value: place.value }]));
  const axis = valueAxis([...known.map(({ value }) => value), ...limits.map(({ limit }) => limit)], unit, 4, language);
  // Bars say their values: they have the whole width, without an axis that ends on a round number.
  const values = [0, ...known.map(({ value }) => value), ...limits.map(({ limit }) => limit)];
  const whole: [number, number] = [Math.min(...values), Math.max(...values) || 1];
  const words = ({ value, withheld }: Ranked) =>
    value === null ? say(withheld ? 'withheld' : 'missing', language) : shortValue(value, unit, language);
  const longest = Math.max(0, ...known.map((place) => textWidth(words(place), normal)));
  const names = Math.min(
    width * 0.46,
    // The shortest names are wider than their letters are on average.
    Math.max(normal * 4, ...places.map(({ name }) => textWidth(name, normal))) + normal * 1.8,
  );
  const svg = Plot.plot({
    ...plotOptions(frame),
    marginTop: head,
    marginBottom: 4,
    marginLeft: names,
    marginRight: longest + normal,
    x: { domain: fromZero(unit) ? whole : axis.domain, axis: null },
    y: { type: 'band', domain: rows.map(({ at }) => at), padding: 0.3, axis: null },
    marks: [
      Plot.ruleX(limits, { x: 'limit', stroke: colour('context'), strokeDasharray: '5,4' }),
      Plot.text(limits, {
        x: 'limit',
        frameAnchor: 'top',
        dy: -normal * 0.9,
        fontSize: small,
        fill: colour('muted'),
        text: ({ side, limit }: { side: string; limit: number }) =>
          `${say('target', language)} ${side === 'low' ? '≥' : '≤'} ${shortValue(limit, unit, language)}`,
      }),
      fromZero(unit)
        ? Plot.barX(known, {
            x: 'value',
            y: 'at',
            fill: colour('series'),
            fillOpacity: 0.85,
            insetTop: row * 0.1,
            insetBottom: row * 0.1,
          })
        : [
            Plot.ruleY(known, { x1: axis.domain[0], x2: 'value', y: 'at', stroke: colour('line') }),
            Plot.dot(known, { x: 'value', y: 'at', r: normal * 0.32, fill: colour('series') }),
          ],
      Plot.text(known, { x: 'value', y: 'at', text: words, textAnchor: 'start', dx: normal * 0.6, fontSize: normal }),
      Plot.text(
        rows.filter(({ value }) => value === null),
        {
          frameAnchor: 'left',
          y: 'at',
          text: words,
          textAnchor: 'start',
          fontStyle: 'italic',
          stroke: colour('surface'),
          strokeWidth: 4,
          fontSize: normal,
          fill: colour('muted'),
        },
      ),
      drawn((scales, _dimensions, document) => {
        const y = scales.y as (at: number) => number;
        const middle = (scales.scales.y?.bandwidth ?? 0) / 2;
        return svgElement(
          document,
          'g',
          { class: 'shapes' },
          ...rows.flatMap(({ status, value, at }) => {
            const shown = value === null ? 'missing' : status;
            // Without a target there is nothing to be on.
            if (shown === 'none') return [];
            const shape = shapePath(shown, normal * 0.65);
            const paint = colour(statusColour(shown, foodSafety));
            return svgElement(document, 'path', {
              d: shape.d,
              'data-status': shown,
              transform: `translate(${normal * 0.6},${Math.round((y(at) + middle) * 10) / 10})`,
              fill: shape.filled ? paint : 'none',
              stroke: shape.filled ? 'none' : paint,
            });
          }),
        );
      }),
      Plot.text(rows, {
        frameAnchor: 'left',
        dx: -names + normal * 1.5,
        y: 'at',
        text: 'name',
        textAnchor: 'start',
        fontSize: normal,
        lineWidth: (names - normal * 2) / normal,
        textOverflow: 'ellipsis-end',
        title: 'name',
        ariaLabel: 'names',
        fill: colour(href ? 'brand' : 'ink'),
        ...(href ? { href: ({ scope }: Ranked) => href(scope) } : {}),
      }),
    ],
  });
  // Plot links in the way of SVG 1; the page looks for plain links that say where they lead.
  for (const [at, link] of [...svg.querySelectorAll('a')].entries()) {
    const place = rows[at];
    if (!place || !href) continue;
    link.removeAttributeNS('http://www.w3.org/1999/xlink', 'href');
    link.setAttribute('href', href(place.scope));
    link.setAttribute('data-scope', place.scope);
  }
  return finish(svg, frame, '', href ? 'group' : 'img');
}
