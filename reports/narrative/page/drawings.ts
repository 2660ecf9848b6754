/**
 * Charts of the narrative pages as text: the functions of reports/charts, drawn once for a wide page and once for a phone, so that
 * type stays readable on both; the style sheet shows one of them. Each comes with its table twin.
 */
import type { Language } from '../../../warehouse/kpis/format.ts';
import type { Kpi } from '../../../warehouse/kpis/kpi.ts';
import { calendar } from '../../charts/calendar.ts';
import type { Table } from '../../charts/chart.ts';
import type { Point, Target } from '../../charts/points.ts';
import { rankingChart } from '../../charts/ranking.ts';
import type { Place } from '../../charts/tile.ts';
import { placesTable, tileMap } from '../../charts/tile_map.ts';
import { trendChart, trendTable } from '../../charts/trend.ts';
import type { Status } from '../../design/status.ts';
import { dayOf } from './told.ts';
import { partName, say } from './words.ts';

export type Drawing = { wide: string; narrow: string; table: Table; empty: boolean };
type Paper = { document: Document; language: Language; label: string; unit: Kpi['unit']; target: Target };
const WIDE = 900;
const NARROW = 360;

export type Daily = {
  day: Date | string;
  value: number | null;
  withheld?: boolean;
  provisional?: boolean;
  low?: number | null;
  high?: number | null;
};

const pointOf = ({ day, value, withheld, provisional, low, high }: Daily, most: number): Point => ({
  date: dayOf(day),
  value: value ?? null,
  ...(withheld ? { withheld: true as const } : {}),
  ...(provisional ? { provisional: true } : {}),
  ...(typeof low === 'number' && typeof high === 'number' ? { expected: { low, high: Math.min(high, most) } } : {}),
});
/** By day. What is never more than all of it is not expected to be either. */
function byDay(rows: Iterable<Daily>, unit: Kpi['unit']): Point[] {
  const all = [...rows];
  const share = unit === 'percent' && all.every(({ value }) => (value ?? 0) <= 1);
  const most = share ? 1 : unit === 'rating' ? 5 : Number.POSITIVE_INFINITY;
  return all.map((row) => pointOf(row, most)).sort((a, b) => (a.date < b.date ? -1 : 1));
}
const isEmpty = (points: readonly { value: number | null }[]) => points.every(({ value }) => value === null);

export function drawTrend(rows: Iterable<Daily>, of: Paper): Drawing {
  const paper = { ...of, daily: true };
  const points = byDay(rows, of.unit);
  const svg = (width: number, height: number) => trendChart(points, { ...paper, width, height }).outerHTML;
  return { wide: svg(WIDE, 250), narrow: svg(NARROW, 210), table: trendTable(points, paper), empty: isEmpty(points) };
}

export function drawCalendar(rows: Iterable<Daily>, paper: Paper): Drawing {
  const points = byDay(rows, paper.unit);
  // A phone shows the last six weeks: more would be too small to read.
  const recent = points.slice(-42);
  return {
    wide: calendar(points, { ...paper, width: WIDE }).outerHTML,
    narrow: calendar(recent, { ...paper, width: NARROW }).outerHTML,
    table: trendTable(points, { ...paper, daily: true }),
    empty: isEmpty(points),
  };
}

export type ProvinceRow = {
  unit: string;
  code: string;
  name: string;
  value: number | null;
  withheld?: boolean;
  status?: string | null;
};
const placeOf = ({ unit, code, name, value, withheld, status }: ProvinceRow): Place => ({
  ...{ scope: `province:${unit}`, code, name, value: value ?? null, status: (status ?? 'none') as Status },
  ...(withheld ? { withheld: true as const } : {}),
});
type Linked = Paper & { href: (scope: string) => string };

export function drawMap(rows: Iterable<ProvinceRow>, paper: Linked): Drawing {
  const places = [...rows].map(placeOf).sort((a, b) => a.name.localeCompare(b.name, 'id'));
  return {
    wide: tileMap(places, { ...paper, width: WIDE }).outerHTML,
    narrow: tileMap(places, { ...paper, width: NARROW }).outerHTML,
    table: placesTable(places, paper),
    empty: isEmpty(places),
  };
}

/** The provinces that need to be looked at first: the worst ones by the measure's direction, `count` of them. */
export function drawRanking(
  rows: Iterable<ProvinceRow>,
  paper: Linked & { worst: 'low' | 'high'; count: number },
): Drawing {
  const known = [...rows].map(placeOf).filter(({ value }) => value !== null);
  const sign = paper.worst === 'low' ? 1 : -1;
  const sorted = known.sort((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)) || a.name.localeCompare(b.name, 'id'));
  const shown = sorted.slice(0, paper.count);
  return {
    wide: rankingChart(shown, { ...paper, width: WIDE }).outerHTML,
    narrow: rankingChart(shown, { ...paper, width: NARROW }).outerHTML,
    table: placesTable(sorted, paper),
    empty: isEmpty(sorted),
  };
}

export type Monthly = { month: Date | string; value: number | null; withheld?: boolean; provisional?: boolean };

/** Months as rows, the newest last: a year of them is read better by their names than by an axis. */
export function drawMonths(rows: Iterable<Monthly>, paper: Paper): Drawing {
  const { language } = paper;
  const months = new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const places = [...rows]
    .map((row) => ({
      ...row,
      date: dayOf(row.month),
      value: row.value ?? null,
      withheld: row.withheld,
      provisional: row.provisional,
    }))
    .sort((a, b) => (a.date < b.date ? -1 : 1))
    .map(({ date, value, withheld, provisional }) => ({
      scope: date,
      name: `${months.format(new Date(`${date}T00:00:00Z`))}${provisional ? ` (${say('provisional', language)})` : ''}`,
      ...{ value, status: 'none' as const },
      ...(withheld ? { withheld: true as const } : {}),
    }));
  return { ...rankedRows(places, paper), empty: isEmpty(places) };
}

type RankedRow = { scope: string; name: string; value: number | null; status: 'none'; withheld?: true };
function rankedRows(places: readonly RankedRow[], paper: Paper) {
  const { columns, rows, caption } = placesTable(places, paper);
  return {
    wide: rankingChart(places, { ...paper, width: WIDE }).outerHTML,
    narrow: rankingChart(places, { ...paper, width: NARROW }).outerHTML,
    // They have no target to be on.
    table: { caption, columns: columns.slice(0, 2), rows: rows.map((line) => line.slice(0, 2)) },
  };
}

/** Parts of an amount, the largest first. */
export function drawParts(
  rows: Iterable<{ part: string; value: number | null; withheld?: boolean }>,
  paper: Paper,
): Drawing {
  const places = [...rows]
    .map(({ part, value, withheld }) => ({
      ...{ scope: part, name: partName(part, paper.language), value: value ?? null, status: 'none' as const },
      ...(withheld ? { withheld: true as const } : {}),
    }))
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  return { ...rankedRows(places, paper), empty: isEmpty(places) };
}
