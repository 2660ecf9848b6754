/**
 * The page's numbers as a file: a line a KPI and period, the KPI's id first, so that lines of other fields can be left out when it is
 * served. Invariant: what is withheld on the page is withheld here.
 */
import { addDays } from '../../warehouse/days.ts';
import { type Figure, type Status, statusOf } from '../../warehouse/kpis/registry.ts';
import type { PageLevel } from '../../warehouse/queries/units/within.ts';
import type { Calendar } from './days.ts';
import type { UnitData } from './read.ts';
import { shows, type View } from './view.ts';

const HEADER = 'kpi,period,from,to,num,den,value,target_low,target_high,status,state\n';
export type Line = { kpi: string; period: string; from: string; value: string; state: string };

const numberOf = (value: number | null | undefined) => (value === null || value === undefined ? '' : String(value));

export function csvOf(view: Pick<View, 'audience'>, data: UnitData, days: Calendar): string {
  const level: PageLevel = data.level;
  const lines: string[] = [];
  const line = (
    kpi: string,
    period: string,
    from: string,
    to: string,
    figure: Figure | null,
    more: readonly string[],
  ) => {
    if (figure === null) return;
    const state = figure.withheld ? 'withheld' : (more[3] ?? '');
    const { num, den, value } = figure;
    lines.push(
      [kpi, period, from, to, numberOf(num), numberOf(den), numberOf(value), ...more.slice(0, 3), state].join(','),
    );
  };
  for (const { kpi, now, period, status, target, before, month, today } of data.figures) {
    if (!shows(view, level, kpi.owner)) continue;
    const limits = (own: Status) => [numberOf(target?.low), numberOf(target?.high), own];
    const week = addDays(days.date, -7);
    const grain = kpi.grain ?? 'day';
    if (now.num !== null || now.withheld)
      line(kpi.id, grain, period, kpi.grain === undefined ? days.date : '', now, [...limits(status), data.state]);
    line(
      kpi.id,
      kpi.grain === undefined ? 'week_before' : 'period_before',
      kpi.grain === undefined ? week : '',
      kpi.grain === undefined ? week : '',
      before,
      ['', '', '', ''],
    );
    if (kpi.grain === undefined && !kpi.state)
      line(kpi.id, 'month_to_date', days.monthStart, days.date, month, ['', '', '', data.state]);
    line(kpi.id, 'today', days.today, days.today, today, [
      ...limits(statusOf({ ...kpi, target }, today?.value ?? null)),
      'provisional',
    ]);
  }
  for (const { kpi, points } of data.series) {
    if (!shows(view, level, kpi.owner)) continue;
    for (const { date, value, withheld, provisional } of points) {
      const state = provisional ? 'provisional' : 'final';
      if (value === null && !withheld) continue;
      line(kpi.id, 'series', date, date, { num: null, den: null, value, ...(withheld ? { withheld } : {}) }, [
        '',
        '',
        '',
        state,
      ]);
    }
  }
  return `${HEADER}${lines.join('\n')}${lines.length > 0 ? '\n' : ''}`;
}

/** The days of series a file of ours tells. */
export function seriesOf(csv: string): Line[] {
  return csv.split('\n').flatMap((text) => {
    const [kpi = '', period = '', from = '', , , , value = '', , , , state = ''] = text.split(',');
    return period === 'series' ? [{ kpi, period, from, value, state }] : [];
  });
}
