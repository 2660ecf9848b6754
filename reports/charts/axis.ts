/**
 * The value axis. Invariants: amounts start at zero; every tick is a number people can read, no two ticks read alike, and a share
 * of a hundred percent, a rating of 5 and a score of 100 are the top of their axes.
 */
import { type Language, units } from '../../warehouse/kpis/format.ts';
import type { Unit } from '../../warehouse/kpis/kpi.ts';
import { fromZero, shortValue } from './chart.ts';

export type Axis = { domain: [number, number]; ticks: number[]; format: (value: number) => string };

/** 1, 2 or 5 times a power of ten, at least as large as asked for. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10;
  return step * power;
}

export function valueAxis(values: readonly number[], unit: Unit, count: number, language: Language = 'id'): Axis {
  const known = values.filter((value) => Number.isFinite(value));
  const { factor, digits } = units[unit];
  // The smallest difference the short format tells.
  const finest = 10 ** -digits / factor;
  let low = Math.min(...(fromZero(unit) ? [0] : []), ...known);
  let high = Math.max(...(fromZero(unit) ? [0] : []), ...known);
  if (known.length === 0) [low, high] = [0, unit === 'percent' ? 1 : finest * count];
  // What a scale ends on; impossible values beyond it are shown all the same.
  const end = { percent: 1, rating: 5, score: 100 }[unit as string] ?? 0;
  const whole = high <= end ? end : Number.POSITIVE_INFINITY;
  const bottom = low >= 0 ? 0 : Number.NEGATIVE_INFINITY;
  if (!fromZero(unit)) {
    const room = Math.max((high - low) * 0.1, finest * count);
    low = Math.max(bottom, low - room);
    high = Math.min(whole, high + room);
  }
  const step = Math.max(niceStep((high - low) / count || finest), finest);
  const from = Math.floor(low / step + 1e-9);
  const to = Math.max(Math.ceil(high / step - 1e-9), from + 1);
  const ticks = Array.from({ length: to - from + 1 }, (_, at) => Number(((from + at) * step).toPrecision(12)));
  return {
    domain: [ticks[0] ?? 0, ticks.at(-1) ?? 1],
    ticks,
    format: (value) => shortValue(value, unit, language),
  };
}
