/** What the API tells of documents, as far as the page shows it. */
import type { Language } from '../../../warehouse/kpis/format.ts';

export type Text = Readonly<Record<Language, string>>;
type Key = { report: string; scope: string; from: string; to: string };

export type Export = {
  id: string;
  report: string;
  format: string;
  unit: string;
  from: string | null;
  to: string | null;
  state: 'queued' | 'running' | 'done' | 'failed' | 'expired' | 'cancelled';
  requestedAt: string;
  bytes: number | null;
  reason: string | null;
  number: string;
  file: string | null;
};
export type Exportable = {
  id: string;
  name: Text;
  formats: string[];
  period: boolean;
  of: 'day' | 'fortnight' | 'month' | 'range' | null;
  levels: string[] | null;
  asksReason: boolean;
};
export type Exports = {
  exports: Export[];
  reports: Exportable[];
  fortnights: { from: string; to: string }[];
  typical: { report: string; format: string; seconds: number }[];
};

export type Registered = Key & {
  unit: string;
  state: string;
  revision: number;
  sha256: string | null;
  locked: { revision: number; sha256: string; at: string; approvedBy: string; verifiedBy: string }[];
  draft: { sha256: string; at: string; verifiedBy: string | null } | null;
  exception: { until: string; reason: string; actor: string } | null;
};
type Cell = string | number | null;
export type Moved = { part: string; row: string; number: Text; before: Cell; after: Cell; by: number | null };
export type Cause = { table: string; unit: string; rows: number; first: string; last: string };
export type One = Registered & { pending: Moved[]; causes: Cause[] };

export type Schedule = {
  id: string;
  report: string;
  format: string;
  next: string;
  enabled: boolean;
  recipients: unknown[];
  owner: { name: string };
};
export type Delivery = Key & {
  id: string;
  schedule: string;
  due: string;
  unit: string;
  format: string;
  target: string;
  state: 'planned' | 'rendered' | 'sending' | 'sent' | 'acknowledged' | 'held' | 'uncertain' | 'dead';
  documentState: string;
  reason: string;
  attempt: number;
};
