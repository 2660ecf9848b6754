/**
 * A unit's figures as they are told: the value of the day, how it stands, beside the same weekday, the month so far and the running
 * day. Invariant: the same as `/summary` answers for the day (tests/path/site_pages.test.ts).
 */
import { addDays } from '../../warehouse/days.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { type Figure, figureOf, kpiValue, limitOf, type Status, statusOf } from '../../warehouse/kpis/registry.ts';
import { type TargetRow, targetOf } from '../../warehouse/queries/targets.ts';
import { type Days, SAME_WEEKDAY_DAYS, type UnitFigures } from '../../warehouse/queries/units/figures.ts';
import { told } from './measures.ts';

export type Told = {
  kpi: Kpi;
  now: Figure;
  /** The first day of the period told, where it is not the day. */
  period: string;
  status: Status;
  target: Kpi['target'];
  /** The same weekday a week before, or the period before. */
  before: Figure | null;
  month: Figure | null;
  today: Figure | null;
};

/** A fortnight is told when it has ended: the last one may lie this far back. */
const LAST_FORTNIGHT_DAYS = 28;
const NONE: Figure = { num: null, den: null, value: null };

export function toldFigures(
  rows: readonly UnitFigures[],
  path: readonly string[],
  targets: readonly TargetRow[],
  days: Days,
): Told[] {
  const held = new Map(rows.map((row) => [row.kpi, row]));
  const cellOf = (id: string, day: string) => held.get(id)?.cells.find(([at]) => at === day);
  const { date, monthStart, today } = days;
  return told.map((kpi) => {
    const figure = (cell: readonly [string, number, number | null] | undefined) =>
      cell === undefined ? null : figureOf(kpi, cell[1], cell[2]);
    const standing = (now: Figure | null, period: string) => {
      const target = targetFor(period);
      return { kpi, now: now ?? NONE, period, target, status: statusOf({ ...kpi, target }, now?.value ?? null) };
    };
    /** What is set for the unit, else its own limit in the period that is told. */
    const targetFor = (period: string): Kpi['target'] => {
      const stated = targetOf(kpi, targets, path, date);
      const limit = limitOf(kpi);
      if (stated !== null || limit === undefined) return stated;
      const cell = cellOf(limit.id, period);
      const high = cell === undefined ? null : kpiValue(limit, cell[1], cell[2]);
      return high === null ? null : { low: null, high };
    };
    const row = held.get(kpi.id);
    if (kpi.grain !== undefined) {
      const cells = row?.cells ?? [];
      const last = cells.at(-1);
      const since = kpi.grain === 'month' ? monthStart : addDays(date, -LAST_FORTNIGHT_DAYS);
      const current = last !== undefined && last[0] >= since;
      const now = figure(current ? last : undefined);
      const beside = {
        before: figure(cells.at(current ? -2 : -1)),
        month: kpi.grain === 'month' ? now : null,
        today: null,
      };
      return { ...standing(now, last?.[0] ?? ''), ...beside };
    }
    const now = figure(cellOf(kpi.id, date));
    const [num, den, count] = row?.month ?? [0, null, 0];
    return {
      ...standing(now, date),
      before: figure(cellOf(kpi.id, addDays(date, -SAME_WEEKDAY_DAYS))),
      // A state does not add up: the month so far is what it is now.
      month: kpi.state ? now : count === 0 ? null : figureOf(kpi, num, den),
      today: figure(cellOf(kpi.id, today)),
    };
  });
}
