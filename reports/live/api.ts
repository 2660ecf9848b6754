/** The API as the page uses it. Errors carry the problem's own words. */

import type { Unit } from '../../warehouse/kpis/kpi.ts';
import type { Target } from '../charts/trend.ts';

type Figure = { value: number | null } | null;
export type Kpi = {
  id: string;
  section: string;
  sectionName: { id: string };
  name: { id: string };
  definition: { id: string };
  unit: Unit;
  target: Target;
  /** The finest period it is published for; the day when absent. */
  grain?: 'fortnight' | 'month';
};
export type KpiValue = {
  id: string;
  value: number | null;
  /** There is data, of too few people to be told. */
  withheld?: true;
  status: 'ok' | 'warn' | 'critical' | 'none';
  sameWeekday: Figure;
  previousPeriod: Figure;
  monthToDate: Figure;
  trend: { date: string; value: number | null }[];
};
export type AsOf = { committedAt: string | null; rolledUpAt: string | null; lagMs: number | null };
export type Summary = {
  asOf: AsOf;
  scope: string;
  name: string;
  level: string;
  date: string;
  path: { scope: string; name: string }[];
  kpis: KpiValue[];
};
export type Session = {
  sub: string;
  name: string;
  role: string;
  scopes: string[];
  /** Seconds since 1970. */
  exp?: number;
  /** Whether the role sees figures, and of the present day only. */
  figures: boolean;
  todayOnly: boolean;
};
export type UnitRow = { scope: string; name: string; code: string; sppgCount: number; level: string };
export type Series = {
  points: { date: string; num: number | null; den: number | null; value: number | null; withheld?: true }[];
};
/** What stands where there is no number. */
export const absent = (withheld: true | undefined): string =>
  withheld ? 'tidak ditampilkan (< 5 orang)' : 'belum ada data';

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(`/api/v1${path}`, { ...init, headers: { 'content-type': 'application/json' } });
  if (answer.status === 204) return undefined as T;
  const body: unknown = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new ApiError(answer.status, (body as { detail?: string }).detail ?? `galat ${answer.status}`);
  return body as T;
}
