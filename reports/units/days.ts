/** The days a page tells of. Invariant: all pages of one run tell of the same day, so that they can be compared. */
import type { Warehouse } from '../../warehouse/client.ts';
import { addDays } from '../../warehouse/days.ts';
import type { Days } from '../../warehouse/queries/units/figures.ts';
import { lastServiceDay } from '../../warehouse/queries/units/service_day.ts';

export const TREND_DAYS = 42;
export const CALENDAR_DAYS = 91;
/** Units are compared, and sheets counted, over so many days. */
export const COMPARED_DAYS = 28;
export const FINDING_DAYS = 7;

export type Calendar = Days & {
  trendStart: string;
  calendarStart: string;
  comparedFrom: string;
  findingsFrom: string;
  yearStart: string;
};

/** Today in Jakarta: a national day closes at 24:00 WIB. */
const todayInJakarta = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);

/** The last day that is over and on which the nation served, else yesterday. */
export async function daysOfRun(warehouse: Warehouse, today = todayInJakarta()): Promise<Calendar> {
  const yesterday = addDays(today, -1);
  const date = (await lastServiceDay(warehouse, addDays(yesterday, -14), yesterday)) ?? yesterday;
  return {
    ...{ today, date, monthStart: `${date.slice(0, 8)}01`, yearStart: `${date.slice(0, 4)}-01-01` },
    trendStart: addDays(today, 1 - TREND_DAYS),
    calendarStart: addDays(today, 1 - CALENDAR_DAYS),
    comparedFrom: addDays(date, 1 - COMPARED_DAYS),
    findingsFrom: addDays(date, 1 - FINDING_DAYS),
  };
}
