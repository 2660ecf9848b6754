/**
 * A KPI over time: the series with its last value beside it, the target as a thin line, what is expected as a pale band, days that
 * are not final hatched, days without data as gaps, and one series to compare with in a second hue.
 */
import * as Plot from '@observablehq/plot';
import type { Language } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { colour } from '../design/colours.ts';
import { valueAxis } from './axis.ts';
import {
  dayText,
  exactValue,
  type Frame,
  finish,
  heading,
  plotOptions,
  say,
  shortValue,
  sizesOf,
  type Table,
  textWidth,
} from './chart.ts';
import { type EndLabel, endLabels, hatching } from './marks.ts';
import { DAY_MS, isDrawn, limitsOf, type Point, type Row, rowsOf, shareOfWhole, type Target, told } from './points.ts';

export type { Point, Target } from './points.ts';
export { sparkline } from './sparkline.ts';

type Compared = { label: string; points: readonly Point[] };
type Options = Frame & {
  unit: Unit;
  target: Target;
  /** Every point is a day, and a day that is missing is a gap. */
  daily: boolean;
  /** Drawn for a page without scripts: nothing follows a pointer, and it takes less time. */
  still?: boolean;
  /** Another series on the same dates; who compares with another period moves its dates. */
  compared?: Compared;
};

/** So many days have a dot each; with more of them, only those that would have no line. */
const DOTTED = 70;

export function trendChart(points: readonly Point[], options: Options): SVGSVGElement {
  const { unit, language = 'id', daily, compared, height, width } = options;
  const { small, normal } = sizesOf(options);
  const rows = rowsOf(shareOfWhole(points, unit, options.target), daily);
  const beside = rowsOf(compared?.points ?? [], daily);
  const axis = valueAxis(
    [
      ...[...rows, ...beside].flatMap(({ value, low, high }) => [value, low, high]),
      ...limitsOf(options.target).map(({ limit }) => limit),
    ],
    unit,
    Math.max(2, Math.min(5, Math.floor(height / (small * 4)))),
    language,
  );
  const labels = labelsOf(rows, beside, options);
  const left = Math.max(...axis.ticks.map((tick) => textWidth(axis.format(tick), small))) + small;
  const right = Math.max(0, ...labels.map(({ text }) => textWidth(text, small))) + small;
  const [from, to] = spanOf([...rows, ...beside], daily);
  const months = to - from > 300 * DAY_MS;
  const provisional = rows.filter((row) => row.provisional && isDrawn(row));
  const step = daily ? DAY_MS / 2 : 0;
  const svg = Plot.plot({
    ...plotOptions(options),
    marginTop: small,
    marginLeft: left,
    marginRight: right,
    marginBottom: small * 2.2,
    x: { type: 'utc', domain: [new Date(from), new Date(to)], axis: null },
    y: { domain: axis.domain, axis: null },
    marks: [
      Plot.gridY(axis.ticks, { stroke: colour('line'), strokeOpacity: 1 }),
      Plot.axisY(axis.ticks, { label: null, tickSize: 0, tickFormat: axis.format, fill: colour('muted') }),
      Plot.axisX({
        label: null,
        tickSize: 0,
        fill: colour('muted'),
        ticks: everyDate((to - from) / DAY_MS, (width - left - right) / (small * (months ? 6.5 : 4.5))),
        tickFormat: (date: Date) => dayText(date, language, months ? 'month' : 'day'),
      }),
      Plot.areaY(rows, { x: 'date', y1: 'low', y2: 'high', fill: colour('expected'), curve: 'step' }),
      hatching(
        (scales, { marginTop, height: full, marginBottom }) =>
          provisional.map(({ date }) => ({
            x0: (scales.x as (date: Date) => number)(new Date(date.getTime() - step)),
            x1: (scales.x as (date: Date) => number)(new Date(date.getTime() + step)),
            y0: marginTop,
            y1: full - marginBottom,
          })),
        small / 2,
      ),
      Plot.text(provisional.slice(-1), {
        x: (row: Row) => new Date(row.date.getTime() + step),
        frameAnchor: 'bottom',
        text: () => say('provisional', language),
        textAnchor: 'end',
        dy: -small / 3,
        dx: -small / 4,
        fill: colour('muted'),
        stroke: colour('surface'),
        strokeWidth: 4,
      }),
      Plot.ruleY(limitsOf(options.target), { y: 'limit', stroke: colour('context'), strokeDasharray: '5,4' }),
      Plot.lineY(beside, {
        x: 'date',
        y: 'value',
        stroke: colour('compared'),
        strokeWidth: 1.5,
        strokeDasharray: '1,4',
      }),
      Plot.lineY(rows, { x: 'date', y: 'value', stroke: colour('series'), strokeWidth: 2 }),
      Plot.dot(dotted(rows), { x: 'date', y: 'value', r: small / 6, fill: colour('series') }),
      endLabels(labels, small),
      ...(options.still
        ? []
        : [
            Plot.tip(
              rows.filter(isDrawn),
              Plot.pointerX({
                x: 'date',
                y: 'value',
                title: (row: Row) => `${dayText(row.date, language)}\n${exactValue(row.value, unit, language)}`,
                fontSize: normal,
                fill: colour('surface'),
                stroke: colour('edge'),
                pathFilter: 'none',
              }),
            ),
          ]),
    ],
  });
  return finish(svg, options, described(rows, unit, language));
}

const dotted = (rows: readonly Row[]): Row[] => {
  const last = rows.findLastIndex(isDrawn);
  const alone = (at: number) => ![rows[at - 1], rows[at + 1]].some((beside) => beside !== undefined && isDrawn(beside));
  return rows.filter((row, at) => isDrawn(row) && (rows.length <= DOTTED || at === last || alone(at)));
};

/** How far apart dates stand that are told, so that as many as there is room for fit. */
function everyDate(days: number, room: number): string {
  const steps = [
    [1, 'day'],
    [2, '2 days'],
    [7, 'monday'],
    [14, '2 weeks'],
    [31, 'month'],
    [92, '3 months'],
    [183, '6 months'],
  ] as const;
  return steps.find(([length]) => days / length <= room)?.[1] ?? 'year';
}

/** A day has room on both of its sides. */
function spanOf(rows: readonly Row[], daily: boolean): [number, number] {
  const times = rows.map(({ date }) => date.getTime());
  const room = daily || times.length < 2 ? DAY_MS / 2 : 0;
  return times.length === 0 ? [0, DAY_MS] : [Math.min(...times) - room, Math.max(...times) + room];
}

function labelsOf(rows: readonly Row[], beside: readonly Row[], options: Options): EndLabel[] {
  const { unit, language = 'id', compared } = options;
  const last = rows.findLast(isDrawn);
  const other = beside.findLast(isDrawn);
  // The range of a single day has no width to be seen.
  const ranged = rows.filter(({ low }) => !Number.isNaN(low));
  const range = ranged.length > 1 ? ranged.at(-1) : undefined;
  return [
    ...(last
      ? [{ value: last.value, text: shortValue(last.value, unit, language), fill: 'series' as const, strong: true }]
      : []),
    ...(other && compared ? [{ value: other.value, text: compared.label, fill: 'compared' as const }] : []),
    ...(range
      ? [{ value: (range.low + range.high) / 2, text: say('expected', language), fill: 'muted' as const }]
      : []),
    ...limitsOf(options.target).map(({ side, limit }) => ({
      value: limit,
      text: `${say('target', language)} ${side === 'low' ? '≥' : '≤'} ${shortValue(limit, unit, language)}`,
      fill: 'muted' as const,
    })),
  ];
}

function described(rows: readonly Row[], unit: Unit, language: Language): string {
  const known = rows.filter(isDrawn);
  const last = known.at(-1);
  if (!last) return `${say('missing', language)}.`;
  const values = known.map(({ value }) => value);
  const exact = (value: number) => exactValue(value, unit, language);
  const missing = rows.length - known.length;
  return [
    `${heading('last', language)} ${exact(last.value)}, ${dayText(last.date, language)};`,
    `${say('lowest', language)} ${exact(Math.min(...values))}, ${say('highest', language)} ${exact(Math.max(...values))}.`,
    ...(missing > 0 ? [`${say('missing', language)}: ${missing}.`] : []),
  ].join(' ');
}

/** The same as a table, the newest first. */
export function trendTable(all: readonly Point[], options: Omit<Options, 'width' | 'height'>): Table {
  const points = shareOfWhole(all, options.unit, options.target);
  const { unit, language = 'id', compared } = options;
  const beside = new Map(compared?.points.map((point) => [point.date, point]));
  const ranged = points.some(({ expected }) => expected);
  const noted = points.some(({ provisional }) => provisional);
  const short = (value: number) => shortValue(value, unit, language);
  return {
    caption: options.label,
    columns: [
      heading(options.daily ? 'date' : 'period', language),
      heading('value', language),
      ...(compared ? [compared.label] : []),
      ...(ranged ? [heading('expected', language)] : []),
      ...(noted ? [heading('note', language)] : []),
    ],
    rows: points
      .toReversed()
      .map((point) => [
        dayText(new Date(`${point.date}T00:00:00Z`), language),
        told(point, unit, language),
        ...(compared ? [told(beside.get(point.date) ?? { value: null }, unit, language)] : []),
        ...(ranged ? [point.expected ? `${short(point.expected.low)} – ${short(point.expected.high)}` : ''] : []),
        ...(noted ? [point.provisional ? say('provisional', language) : ''] : []),
      ]),
  };
}
