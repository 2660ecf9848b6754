/**
 * The API as the page uses it. Errors carry the problem's own words; a call that hears nothing ends by itself.
 * Invariant: `ApiError` means the server answered; anything else means it was not reached.
 */
import type { Widget as Placed } from '../../platform/preferences.ts';
import type { Kpi as Definition } from '../../warehouse/kpis/kpi.ts';
import type { DocumentField } from '../../warehouse/permissions.ts';
import type { FlowRow } from '../charts/flow.ts';
import { heardDate } from './clock.ts';

type Figure = { value: number | null } | null;
type Text = { id: string; en: string };
/** A definition as the registry tells it to this role. */
export type Kpi = Pick<
  Definition,
  'id' | 'section' | 'owner' | 'name' | 'definition' | 'unit' | 'direction' | 'target' | 'grain'
> & { sectionName: Text };
export type Status = 'ok' | 'warn' | 'critical' | 'none';
export type KpiValue = {
  id: string;
  value: number | null;
  /** There is data, of too few people to be told. */
  withheld?: true;
  status: Status;
  target: Kpi['target'];
  previousDay: Figure;
  sameWeekday: Figure;
  previousPeriod: Figure;
  trend: { date: string; value: number | null }[];
};
export type AsOf = { committedAt: string | null; rolledUpAt: string | null; lagMs: number | null };
export type Place = { scope: string; name: string; level: string };
export type Summary = {
  asOf: AsOf;
  scope: string;
  name: string;
  level: string;
  date: string;
  state: 'provisional' | 'final';
  path: Place[];
  kpis: KpiValue[];
};
export type Session = {
  sub: string;
  name?: string;
  role: string;
  scopes: string[];
  /** Seconds since 1970. */
  exp?: number;
  /** Whether the role sees figures, and of the present day only. */
  figures: boolean;
  todayOnly: boolean;
  /** What the role does with ministry documents. */
  documents: readonly DocumentField[];
  /** What the role's screen begins with. */
  widgets: readonly Placed[];
};
export type UnitRow = Place & { code: string; sppgCount: number };
export type Series = {
  points: { date: string; value: number | null; withheld?: true; state?: 'provisional' | 'final' }[];
};
export type Expected = { points: { date: string; low: number; high: number }[] };
export type Ranking = { total: number; units: { scope: string; name: string; value: number }[] };

export type Flow = {
  date: string;
  hours: FlowRow[];
  stages: { stage: Exclude<keyof FlowRow, 'hour'>; total: number | null; untimed: number }[];
};
export type Attention = {
  total: number;
  places: { level: string; critical: number } | null;
  items: {
    kind: 'threshold' | 'warning' | 'finding' | 'report_due';
    severity: 'critical' | 'warn' | 'info';
    kpi?: string;
    reason_id: string;
    reason_en: string;
    since: string | null;
    scope: string;
    name: string;
    href: string;
  }[];
};

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const PATIENCE_MS = 30_000;

export async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  // Not `AbortSignal.timeout`: that one lives on for its whole time after the answer, and a busy screen asks often.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(`/api/v1${path}`, {
      ...init,
      headers: { 'content-type': 'application/json' },
      signal: patience.signal,
    });
    heardDate(answer.headers.get('date'));
    if (answer.status === 204) return undefined as T;
    if (answer.ok) return (await answer.json()) as T;
    const body: unknown = await answer.json().catch(() => ({}));
    throw new ApiError(answer.status, (body as { detail?: string }).detail ?? `galat ${answer.status}`);
  } finally {
    clearTimeout(timer);
  }
}

/** A path with its query; what is null is left out. */
export function pathOf(path: string, query: Readonly<Record<string, string | number | null>>): string {
  const set = Object.entries(query).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
  return `${path}?${new URLSearchParams(set)}`;
}
