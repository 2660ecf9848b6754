/**
 * The life of a report: Sementara → Diverifikasi → Disahkan → Revisi n, as a fold over its events.
 * Invariants: the fold alone decides, so that every reader and every retry sees the same; an event that does not fit is no event,
 * whoever wrote it. Verifying and approving name the SHA-256 that was looked at, never "whatever it is now". What is locked stays as
 * it was; a revision is verified and approved within an exception only, and exceptions expire.
 */
export const REPORT_EVENTS = ['registered', 'read', 'verified', 'rejected', 'approved', 'excepted'] as const;
export type ReportEventKind = (typeof REPORT_EVENTS)[number];

/** Instants are ISO, UTC, with microseconds: text that sorts as time does. */
export type ReportEvent = {
  id: string;
  seq: number;
  kind: ReportEventKind;
  actor: string;
  role: string;
  /** Which numbers it is about; empty for registered and excepted. */
  sha256: string;
  /** The state of the data that was read. */
  committedAt: string;
  rolledUpAt: string;
  /** Until when an exception holds. */
  until: string;
  reason: string;
  at: string;
};

export type Reading = { sha256: string; committedAt: string; rolledUpAt: string; at: string };
export type Locked = Reading & { revision: number; approvedBy: string; verifiedBy: string };
export type Life = {
  seq: number;
  /** The numbers that may become the next locked ones; undefined where there are none, or none that differ. */
  draft: (Reading & { verifiedBy: string | undefined }) | undefined;
  /** Every locked version, the newest last. */
  locked: Locked[];
  exception: { until: string; reason: string; actor: string } | undefined;
  /** Events that took effect. */
  applied: Set<string>;
};

const newest = <T>(list: readonly T[]): T | undefined => list[list.length - 1];

/** With `until`, as it was known at that instant. */
export function foldLife(events: readonly ReportEvent[], until?: string): Life {
  const life: Life = { seq: 0, draft: undefined, locked: [], exception: undefined, applied: new Set() };
  const order = [...events].sort(
    (a, b) => a.seq - b.seq || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0) || (a.id < b.id ? -1 : 1),
  );
  for (const event of order) {
    if (until !== undefined && event.at > until) continue;
    // A place in the order is taken by the first that fits; what was decided on an older state does not count.
    if (life.applied.has(event.id) || event.seq <= life.seq || refusal(life, event) !== undefined) continue;
    apply(life, event);
    life.seq = event.seq;
    life.applied.add(event.id);
  }
  return life;
}

/** Why an event does not fit the state, in words for whoever asked; undefined where it does. */
export function refusal(life: Life, event: Omit<ReportEvent, 'seq' | 'id'>): string | undefined {
  const { draft } = life;
  const open = life.exception !== undefined && event.at < life.exception.until;
  const revising = life.locked.length > 0;
  switch (event.kind) {
    case 'registered':
      return life.seq === 0 ? undefined : 'it is in the register already';
    case 'read':
      return undefined;
    case 'excepted':
      return revising ? undefined : 'nothing is locked yet: an exception is not needed';
    default:
      if (draft === undefined)
        return revising ? 'it is locked and no revision is pending' : 'its numbers were not read yet';
      if (draft.sha256 !== event.sha256) return `its numbers are ${draft.sha256} by now: look at them again`;
      if (revising && !open) return 'it is locked: a revision needs an exception that has not expired';
  }
  if (event.kind === 'verified') return draft.verifiedBy === undefined ? undefined : 'it is verified already';
  if (event.kind === 'rejected') return undefined;
  if (draft.verifiedBy === undefined) return 'it is not verified yet';
  return draft.verifiedBy === event.actor ? 'whoever verified it cannot approve it, too' : undefined;
}

function apply(life: Life, event: ReportEvent): void {
  const { sha256, committedAt, rolledUpAt, at, actor } = event;
  switch (event.kind) {
    case 'registered':
      return;
    case 'read': {
      const same = newest(life.locked)?.sha256 === sha256;
      const verifiedBy = life.draft?.sha256 === sha256 ? life.draft.verifiedBy : undefined;
      life.draft = same ? undefined : { sha256, committedAt, rolledUpAt, at, verifiedBy };
      return;
    }
    case 'excepted':
      life.exception = { until: event.until, reason: event.reason, actor };
      return;
    case 'verified':
      if (life.draft) life.draft.verifiedBy = actor;
      return;
    case 'rejected':
      if (life.draft) life.draft.verifiedBy = undefined;
      return;
    case 'approved': {
      if (life.draft === undefined) return;
      const { verifiedBy = '', ...reading } = life.draft;
      life.locked.push({ ...reading, revision: life.locked.length, approvedBy: actor, verifiedBy });
      life.draft = undefined;
      // One exception lets one revision through.
      life.exception = undefined;
    }
  }
}

export const stateOfRevision = (revision: number) => (revision === 0 ? 'Disahkan' : `Revisi ${revision}`);

/** What the report answers with: the newest locked numbers, else the draft's; undefined before anything was read. */
export function answerOf(life: Life): (Reading & { state: string; revision: number; locked: boolean }) | undefined {
  const locked = newest(life.locked);
  if (locked) return { ...locked, state: stateOfRevision(locked.revision), locked: true };
  if (life.draft === undefined) return undefined;
  const state = life.draft.verifiedBy === undefined ? 'Sementara' : 'Diverifikasi';
  return { ...life.draft, state, revision: 0, locked: false };
}
