/** A small line for a card: target as a dotted line, what is expected as a pale band, gaps for days without data. */
import * as Plot from '@observablehq/plot';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { colour } from '../design/colours.ts';
import { valueAxis } from './axis.ts';
import { type Frame, finish, plotOptions } from './chart.ts';
import { isDrawn, limitsOf, type Point, rowsOf, type Target } from './points.ts';

/** `daily`: every point is a day, and a day that is missing is a gap. */
type Options = Frame & { unit: Unit; target: Target; daily: boolean };

export function sparkline(points: readonly Point[], options: Options): SVGSVGElement {
  const rows = rowsOf(points, options.daily);
  const limits = limitsOf(options.target).map(({ limit }) => limit);
  const axis = valueAxis([...rows.flatMap(({ value, low, high }) => [value, low, high]), ...limits], options.unit, 2);
  const svg = Plot.plot({
    ...plotOptions(options),
    margin: 4,
    axis: null,
    x: { type: 'utc' },
    y: { domain: axis.domain },
    marks: [
      Plot.areaY(rows, { x: 'date', y1: 'low', y2: 'high', fill: colour('expected'), curve: 'step' }),
      Plot.ruleY(limits, { stroke: colour('context'), strokeDasharray: '2,3' }),
      Plot.lineY(rows, { x: 'date', y: 'value', stroke: colour('series'), strokeWidth: 1.5 }),
      Plot.dot(rows.filter(isDrawn).slice(-1), { x: 'date', y: 'value', fill: colour('series'), r: 2.5 }),
    ],
  });
  return finish(svg, options, '');
}
