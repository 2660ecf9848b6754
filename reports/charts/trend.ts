/** Trend charts as pure functions: rows → SVG. Missing days are gaps; the target is a thin line; amounts start at zero. */
import * as Plot from '@observablehq/plot';
import { formatShort } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';

export type Point = { date: string; value: number | null };
export type Target = { low: number | null; high: number | null } | null;
/** `daily`: every point is a day, and a day that is missing is a gap. */
type Options = { unit: Unit; target: Target; width: number; height: number; label: string; daily: boolean };

/** Every calendar day between the first and the last point, so that gaps show as gaps. */
export function withGaps(points: readonly Point[]): { date: Date; value: number }[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return [];
  const held = new Map(points.map((point) => [point.date, point.value]));
  const days: { date: Date; value: number }[] = [];
  for (let at = Date.parse(`${first.date}T00:00:00Z`); at <= Date.parse(`${last.date}T00:00:00Z`); at += 86_400_000) {
    const value = held.get(new Date(at).toISOString().slice(0, 10));
    days.push({ date: new Date(at), value: value ?? Number.NaN });
  }
  return days;
}

const rowsOf = (points: readonly Point[], daily: boolean) =>
  daily
    ? withGaps(points)
    : points.map((point) => ({ date: new Date(`${point.date}T00:00:00Z`), value: point.value ?? Number.NaN }));

const limits = (target: Target) =>
  [target?.low, target?.high].filter((limit): limit is number => typeof limit === 'number');

function finish(svg: SVGElement | HTMLElement, label: string): SVGElement | HTMLElement {
  // The strict content policy allows no inline style sheet; the page's own sheet has the rules.
  for (const style of svg.querySelectorAll('style')) style.remove();
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  return svg;
}

/** A small line for a card. */
export function sparkline(points: readonly Point[], options: Options): SVGElement | HTMLElement {
  const rows = rowsOf(points, options.daily);
  const svg = Plot.plot({
    width: options.width,
    height: options.height,
    margin: 3,
    axis: null,
    x: { type: 'utc' },
    y: { zero: options.unit !== 'percent' && options.unit !== 'score' },
    marks: [
      Plot.ruleY(limits(options.target), { stroke: 'var(--context)', strokeDasharray: '2,3' }),
      Plot.lineY(rows, { x: 'date', y: 'value', stroke: 'var(--good)', strokeWidth: 1.5 }),
      Plot.dot(rows.filter((row) => !Number.isNaN(row.value)).slice(-1), {
        x: 'date',
        y: 'value',
        fill: 'var(--good)',
        r: 2.5,
      }),
    ],
  });
  return finish(svg, options.label);
}

/** The big trend, in periods of any grain. */
export function trendChart(points: readonly Point[], options: Options): SVGElement | HTMLElement {
  const rows = rowsOf(points, options.daily);
  const drawn = rows.filter((row) => !Number.isNaN(row.value));
  const svg = Plot.plot({
    width: options.width,
    height: options.height,
    marginLeft: 64,
    marginRight: 64,
    marginBottom: 32,
    style: { fontSize: '13px', fontFamily: 'inherit', background: 'none' },
    x: { type: 'utc', label: null, ticks: Math.max(3, Math.floor(options.width / 140)), tickFormat: axisDate },
    y: {
      label: null,
      grid: true,
      ticks: 5,
      zero: options.unit !== 'percent' && options.unit !== 'score',
      nice: true,
      tickFormat: (value: number) => formatShort(value, options.unit) ?? '',
    },
    marks: [
      Plot.ruleY(limits(options.target), { stroke: 'var(--context)', strokeDasharray: '4,4' }),
      Plot.lineY(rows, { x: 'date', y: 'value', stroke: 'var(--good)', strokeWidth: 2 }),
      Plot.dot(drawn, { x: 'date', y: 'value', r: 2, fill: 'var(--good)' }),
      Plot.text(drawn.slice(-1), {
        x: 'date',
        y: 'value',
        text: (row: { value: number }) => formatShort(row.value, options.unit) ?? '',
        dx: 6,
        textAnchor: 'start',
        fill: 'currentColor',
      }),
    ],
  });
  return finish(svg, options.label);
}

function axisDate(date: Date): string {
  return new Intl.DateTimeFormat('id-ID', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(date);
}
