/** The rows of charts over time. A day without a value is told apart from a zero, and a day that is absent becomes a gap. */
import type { Language } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { exactValue, say } from './chart.ts';

export type Point = {
  date: string;
  value: number | null;
  /** There is data, of too few people to be told. */
  withheld?: true;
  /** Not every sheet that is due has come. */
  provisional?: boolean;
  /** What same weekdays before let expect. */
  expected?: { low: number; high: number } | null;
};
export type Target = { low: number | null; high: number | null } | null;
export type Row = { date: Date; value: number; low: number; high: number; provisional: boolean; withheld: boolean };

/** A share is never expected above the whole: where neither value nor target is, the range of what is usual ends there. */
export function shareOfWhole(points: readonly Point[], unit: Unit, target: Target): readonly Point[] {
  const beyond = (value: number | null | undefined) => typeof value === 'number' && value > 1;
  if (unit !== 'percent' || beyond(target?.low) || beyond(target?.high) || points.some(({ value }) => beyond(value)))
    return points;
  return points.map((point) =>
    point.expected
      ? { ...point, expected: { low: Math.min(point.expected.low, 1), high: Math.min(point.expected.high, 1) } }
      : point,
  );
}

export const DAY_MS = 86_400_000;
const utc = (day: string): Date => new Date(`${day}T00:00:00Z`);

const rowOf = (date: Date, point: Point | undefined): Row => ({
  date,
  value: point?.value ?? Number.NaN,
  low: point?.expected?.low ?? Number.NaN,
  high: point?.expected?.high ?? Number.NaN,
  provisional: point?.provisional === true,
  withheld: point?.withheld === true,
});

/** Every calendar day between the first and the last point, so that gaps show as gaps; of longer periods the points as they are. */
export function rowsOf(points: readonly Point[], daily: boolean): Row[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return [];
  if (!daily) return points.map((point) => rowOf(utc(point.date), point));
  const held = new Map(points.map((point) => [point.date, point]));
  const rows: Row[] = [];
  for (let at = utc(first.date).getTime(); at <= utc(last.date).getTime(); at += DAY_MS) {
    rows.push(rowOf(new Date(at), held.get(new Date(at).toISOString().slice(0, 10))));
  }
  return rows;
}

export const isDrawn = (row: Row): boolean => !Number.isNaN(row.value);

export const limitsOf = (target: Target): { side: 'low' | 'high'; limit: number }[] =>
  (['low', 'high'] as const).flatMap((side) => {
    const limit = target?.[side];
    return typeof limit === 'number' ? [{ side, limit }] : [];
  });

/** The value as a table tells it; without one, why. */
export const told = (
  { value, withheld }: { value: number | null; withheld?: true },
  unit: Unit,
  language: Language = 'id',
): string => (value === null ? say(withheld ? 'withheld' : 'missing', language) : exactValue(value, unit, language));
