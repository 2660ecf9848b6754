/**
 * How the day runs: portions planned, cooked, checked, sent off and delivered, each summed from midnight, by hour of the local day.
 * Invariants: sums start at zero; an hour that has not begun has no line; what lies between two lines is what waits there.
 */
import * as Plot from '@observablehq/plot';
import type { Language } from '../../warehouse/kpis/format.ts';
import { type Colour, colour } from '../design/colours.ts';
import { valueAxis } from './axis.ts';
import {
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
import { endLabels } from './marks.ts';

/** Sums from midnight to the end of `hour` (0–23); null where nothing can be said, as of hours to come. */
export type FlowRow = {
  hour: number;
  planned: number | null;
  cooked: number | null;
  checked: number | null;
  departed: number | null;
  delivered: number | null;
};
type Stage = Exclude<keyof FlowRow, 'hour'>;
type Look = { stage: Stage; stroke: Colour; width: number; dash: string; opacity: number };

/** One hue, fuller with every stage; the plan is what they are compared with. */
const looks: readonly Look[] = [
  { stage: 'planned', stroke: 'context', width: 1.25, dash: '5,4', opacity: 1 },
  { stage: 'cooked', stroke: 'series', width: 1.25, dash: 'none', opacity: 0.6 },
  { stage: 'checked', stroke: 'series', width: 1.25, dash: '2,2', opacity: 0.75 },
  { stage: 'departed', stroke: 'series', width: 1.75, dash: 'none', opacity: 0.85 },
  { stage: 'delivered', stroke: 'series', width: 3, dash: 'none', opacity: 1 },
];

/** Corners of a stage: each hour's sum holds until the next one's. */
function line(rows: readonly FlowRow[], stage: Stage): { hour: number; value: number }[] {
  const corners = rows.map((row) => ({ hour: row.hour, value: row[stage] ?? Number.NaN }));
  const last = corners.findLast(({ value }) => !Number.isNaN(value));
  if (last === undefined) return corners;
  return [...corners.filter(({ hour }) => hour <= last.hour), { hour: last.hour + 1, value: last.value }];
}
const lastOf = (rows: readonly FlowRow[], stage: Stage): number | null =>
  rows.findLast((row) => row[stage] !== null)?.[stage] ?? null;
const endOf = (rows: readonly FlowRow[], stage: Stage): number =>
  (rows.findLast((row) => row[stage] !== null)?.hour ?? 0) + 1;
const clock = (hour: number, language: Language) =>
  `${String(hour).padStart(2, '0')}${language === 'id' ? '.' : ':'}00`;

export function flowChart(rows: readonly FlowRow[], options: Frame): SVGSVGElement {
  const { language = 'id', width } = options;
  const { small } = sizesOf(options);
  const sorted = rows.toSorted((a, b) => a.hour - b.hour);
  const shown = looks.filter(({ stage }) => lastOf(sorted, stage) !== null);
  const sums = shown.map(
    ({ stage }) => `${say(stage, language)} ${shortValue(lastOf(sorted, stage) ?? 0, 'portions', language)}`,
  );
  const axis = valueAxis(
    shown.map(({ stage }) => lastOf(sorted, stage) ?? 0),
    'portions',
    4,
    language,
  );
  const from = Math.min(sorted[0]?.hour ?? 0, 23);
  const to = Math.max(from + 1, (sorted.at(-1)?.hour ?? 23) + 1);
  const left = Math.max(...axis.ticks.map((tick) => textWidth(axis.format(tick), small))) + small;
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => textWidth(text, small))) + small;
  // While the day is young there is room beside the ends of the lines. A phone has room for names alone beside the plot; the sums
  // stand in the table and the text alternative.
  const now = Math.max(from, ...shown.slice(1).map(({ stage }) => endOf(sorted, stage)));
  const narrow = width < small * 36;
  const planned = widest(narrow ? [say('planned', language)] : sums.slice(0, 1));
  const inside = ((width - left - planned) * (to - now)) / (to - from) >= widest(sums);
  const labels = shown.map(({ stage, stroke }, at) => {
    const within = inside && stage !== 'planned';
    return {
      value: lastOf(sorted, stage) ?? 0,
      text: (narrow && !within ? say(stage, language) : sums[at]) ?? '',
      fill: stroke === 'context' ? ('muted' as const) : stroke,
      strong: stage === 'delivered',
      at: within ? now : undefined,
    };
  });
  const right = inside ? planned : widest(labels.map(({ text }) => text));
  const every = [1, 2, 3, 6, 12].find((hours) => ((width - left - right) / (to - from)) * hours >= small * 4) ?? 12;
  const hours = Array.from({ length: to - from + 1 }, (_, at) => from + at).filter((hour) => hour % every === 0);
  const svg = Plot.plot({
    ...plotOptions(options),
    marginTop: small,
    marginLeft: left,
    marginRight: right,
    marginBottom: small * 2.2,
    x: { domain: [from, to], axis: null },
    y: { domain: axis.domain, axis: null },
    marks: [
      Plot.gridY(axis.ticks, { stroke: colour('line'), strokeOpacity: 1 }),
      Plot.axisY(axis.ticks, { label: null, tickSize: 0, tickFormat: axis.format, fill: colour('muted') }),
      Plot.axisX(hours, {
        label: null,
        tickSize: 0,
        tickFormat: (hour: number) => clock(hour, language),
        fill: colour('muted'),
      }),
      ...shown.map(({ stage, stroke, width: strokeWidth, dash, opacity }) =>
        Plot.lineY(line(sorted, stage), {
          x: 'hour',
          y: 'value',
          curve: 'step-after',
          stroke: colour(stroke),
          strokeWidth,
          strokeOpacity: opacity,
          ...(dash === 'none' ? {} : { strokeDasharray: dash }),
        }),
      ),
      endLabels(labels, small),
    ],
  });
  return finish(svg, options, sums.join('; '));
}

/** The same as a table, hour by hour. */
export function flowTable(
  rows: readonly FlowRow[],
  { label, language = 'id' }: Pick<Frame, 'label' | 'language'>,
): Table {
  return {
    caption: label,
    columns: [heading('hour', language), ...looks.map(({ stage }) => heading(stage, language))],
    rows: rows
      .toSorted((a, b) => a.hour - b.hour)
      .map((row) => [
        `${clock(row.hour, language)}–${clock(row.hour + 1, language)}`,
        ...looks.map(({ stage }) => {
          const value = row[stage];
          return value === null ? say('missing', language) : exactValue(value, 'portions', language);
        }),
      ]),
  };
}
