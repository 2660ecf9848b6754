/**
 * The figures of some hundred units at a time: everything is read, then nothing more is asked while they are rendered (a busy process lets
 * idle connections to the engine die).
 */

import type { Warehouse } from '../../warehouse/client.ts';
import { addDays } from '../../warehouse/days.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import { figureOf } from '../../warehouse/kpis/registry.ts';
import { stateOf } from '../../warehouse/queries/finality.ts';
import { unitFigures } from '../../warehouse/queries/units/figures.ts';
import { type UnitFindings, unitFindings } from '../../warehouse/queries/units/findings.ts';
import { unitParts } from '../../warehouse/queries/units/parts.ts';
import { type UnitReports, unitReports } from '../../warehouse/queries/units/reports_due.ts';
import { unitRanges, unitSeries } from '../../warehouse/queries/units/series.ts';
import { type UnitSheets, unitSheets } from '../../warehouse/queries/units/sheets.ts';
import type { PageLevel, Units } from '../../warehouse/queries/units/within.ts';
import type { Point } from '../charts/points.ts';
import { type Told, toldFigures } from './figures.ts';
import { grouped } from './grouped.ts';
import { byGroup, byRow, bySize, findingRules, read, trends } from './measures.ts';
import { ancestorsOf, type Programme } from './programme.ts';

export type UnitData = {
  level: PageLevel;
  id: string;
  figures: readonly Told[];
  /** Days of the calendar's range, the last of them the running one. */
  series: readonly { kpi: Kpi; points: readonly Point[] }[];
  /** Amounts of the month so far by part, and of the year so far by spending row. */
  parts: ReadonlyMap<string, ReadonlyMap<string, number>>;
  sheets: UnitSheets['days'];
  findings: readonly UnitFindings[];
  reports: UnitReports | undefined;
  state: 'provisional' | 'final';
};

export async function readUnits(
  warehouse: Warehouse,
  programme: Programme,
  units: Units,
  graceDays: number,
): Promise<UnitData[]> {
  const { days, targets } = programme;
  const month = { from: days.monthStart, to: days.date };
  const ids = (kpis: readonly Kpi[]) => kpis.map(({ id }) => id);
  const [figures, series, ranges, groups, rows, sheets, found, reports] = await Promise.all([
    unitFigures(warehouse, read, units, days),
    unitSeries(warehouse, trends, units, { from: days.calendarStart, to: days.today }),
    unitRanges(warehouse, trends, units, { from: days.trendStart, to: days.today }),
    unitParts(warehouse, ids([...byGroup, ...bySize]), units, month),
    unitParts(warehouse, ids(byRow), units, { from: days.yearStart, to: days.date }),
    unitSheets(warehouse, units, { from: sheetsFrom(days, graceDays), to: addDays(days.today, -1) }),
    unitFindings(warehouse, findingRules, units, { from: days.findingsFrom, to: days.date }),
    unitReports(warehouse, units, days.today),
  ]);
  const [figuresOf, seriesOf, rangesOf, partsOf, sheetsOf, findingsOf, reportsOf] = [
    byUnit(figures),
    byUnit(series),
    byUnit(ranges),
    byUnit([...groups, ...rows]),
    byUnit(sheets),
    byUnit(found),
    byUnit(reports),
  ];
  return units.ids.map((id) => {
    const ownSheets = sheetsOf.get(id)?.[0]?.days ?? [];
    const graceFrom = addDays(days.today, -graceDays);
    // A day is provisional until it is over and every sheet due is there, or its grace period has ended.
    const waiting = ownSheets.flatMap(([day, expected, complete]) =>
      day >= graceFrom && complete < expected ? [day] : [],
    );
    const state = (day: string) => stateOf(day, day, { waiting, today: days.today });
    const ranged = new Map(
      rangesOf.get(id)?.map((row) => [row.kpi, new Map(row.ranges.map(([day, low, high]) => [day, { low, high }]))]),
    );
    const held = new Map(
      seriesOf.get(id)?.map((row) => [row.kpi, new Map(row.points.map((point) => [point[0], point]))]),
    );
    return {
      level: units.level,
      id,
      figures: toldFigures(figuresOf.get(id) ?? [], ancestorsOf(programme, units.level, id), targets, days),
      series: trends.map((kpi) => ({
        kpi,
        points: daysFrom(days.calendarStart, days.today).map((date): Point => {
          const point = held.get(kpi.id)?.get(date);
          const figure = point === undefined ? undefined : figureOf(kpi, point[1], point[2]);
          return {
            date,
            value: figure?.value ?? null,
            ...(figure?.withheld ? { withheld: true as const } : {}),
            provisional: state(date) === 'provisional',
            expected: ranged.get(kpi.id)?.get(date) ?? null,
          };
        }),
      })),
      parts: new Map(partsOf.get(id)?.map((row) => [row.kpi, new Map(row.parts)])),
      sheets: ownSheets.filter(([day]) => day >= days.comparedFrom && day <= days.date),
      findings: findingsOf.get(id) ?? [],
      reports: reportsOf.get(id)?.[0],
      state: state(days.date),
    };
  });
}

const byUnit = <Row extends { unit: string }>(rows: readonly Row[]) => grouped(rows, ({ unit }) => unit);
const sheetsFrom = (days: Programme['days'], graceDays: number) =>
  [days.comparedFrom, addDays(days.today, -graceDays)].sort()[0] ?? days.comparedFrom;

function daysFrom(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
