/**
 * A value a day, weeks side by side and weekdays below each other: rhythms and single bad days show at a glance.
 * Invariants: a day without data is an empty outline, a zero is a filled tile; days that are not final are hatched.
 */
import * as Plot from '@observablehq/plot';
import { dates, type Language } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { colour } from '../design/colours.ts';
import { stepOf } from '../design/scale.ts';
import { dayText, exactValue, type Frame, finish, plotOptions, say, sizesOf } from './chart.ts';
import { hatching } from './marks.ts';
import { DAY_MS, isDrawn, type Point, type Row, rowsOf, type Target } from './points.ts';

type Options = Omit<Frame, 'height'> & { unit: Unit; target: Target };
type Cell = Row & { week: number; weekday: number };

/** Days since the Monday before 1970. */
const monday = (date: Date) => Math.floor(date.getTime() / DAY_MS) + 3;
const weekdays = (language: Language): string[] =>
  Array.from({ length: 7 }, (_, at) =>
    dates(language, { weekday: 'short' }).format(new Date(Date.UTC(2024, 0, 1 + at))),
  );

export function calendar(points: readonly Point[], options: Options): SVGSVGElement {
  const { unit, language = 'id', target, width } = options;
  const { small } = sizesOf(options);
  const rows = rowsOf(points, true);
  const first = Math.floor(monday(rows[0]?.date ?? new Date(0)) / 7);
  const cells: Cell[] = rows.map((row) => ({
    ...row,
    week: Math.floor(monday(row.date) / 7) - first,
    weekday: monday(row.date) % 7,
  }));
  const weeks = Math.max(1, ...cells.map(({ week }) => week + 1));
  const left = small * 3;
  // Tiles are squares as far as the width allows, and no larger than they have to say.
  const side = Math.min((width - left) / weeks, small * 3.4);
  const frame = { ...options, height: Math.round(side * 7 + small * 2) };
  const known = cells.filter(isDrawn);
  const largest = Math.max(0, ...known.map(({ value }) => value));
  const position = { x: 'week', y: 'weekday' } as const;
  const next = cells.find(({ date }, at) => at > 0 && date.getUTCDate() === 1);
  const numbered = side >= small * 1.9;
  const svg = Plot.plot({
    ...plotOptions(frame),
    marginLeft: left,
    marginRight: Math.max(0, width - left - side * weeks),
    marginTop: small * 2,
    marginBottom: 0,
    x: { type: 'band', domain: Array.from({ length: weeks }, (_, at) => at), padding: 0.06, axis: null },
    y: {
      type: 'band',
      domain: [0, 1, 2, 3, 4, 5, 6],
      padding: 0.06,
      label: null,
      tickSize: 0,
      tickFormat: (at: number) => weekdays(language)[at] ?? '',
    },
    marks: [
      Plot.cell(
        cells.filter((cell) => !isDrawn(cell)),
        {
          ...position,
          fill: 'none',
          stroke: colour('edge'),
          strokeDasharray: '2,3',
          inset: 0.5,
          title: (cell: Cell) =>
            `${dayText(cell.date, language)}: ${say(cell.withheld ? 'withheld' : 'missing', language)}`,
        },
      ),
      Plot.cell(known, {
        ...position,
        fill: (cell: Cell) => colour(stepOf(cell.value, target, largest)),
        stroke: colour('line'),
        inset: 0.5,
        rx: 2,
        title: (cell: Cell) =>
          `${dayText(cell.date, language)}: ${exactValue(cell.value, unit, language)}${cell.provisional ? ` (${say('provisional', language)})` : ''}`,
      }),
      hatching((scales) => {
        const x = scales.x as (at: number) => number;
        const y = scales.y as (at: number) => number;
        const size = side * 0.94;
        return known
          .filter(({ provisional }) => provisional)
          .map(({ week, weekday }) => ({ x0: x(week), x1: x(week) + size, y0: y(weekday), y1: y(weekday) + size }));
      }, small / 2),
      ...(numbered
        ? [
            Plot.text(cells, {
              ...position,
              text: (cell: Cell) => String(cell.date.getUTCDate()),
              fill: (cell: Cell) => colour(isDrawn(cell) ? 'ink' : 'muted'),
              pointerEvents: 'none',
            }),
          ]
        : []),
      Plot.text(
        // A month that ends at once leaves its room to the name of the next.
        cells.filter(({ date }, at) =>
          at === 0 ? (next?.week ?? weeks) * side > small * 2.6 : date.getUTCDate() === 1,
        ),
        {
          x: 'week',
          frameAnchor: 'top',
          dy: -small * 1.4,
          text: ({ date }: Cell) => dates(language, { month: 'short' }).format(date),
          fill: colour('muted'),
        },
      ),
    ],
  });
  return finish(svg, frame, '');
}
