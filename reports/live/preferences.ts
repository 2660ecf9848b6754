/**
 * What a person has chosen, kept on the server for every device, and on this one so that the screen opens as it was left.
 * Invariants: a choice holds at once; it is written when choosing pauses and tried again until it is written; what the
 * server has wins when the screen opens, unless something was chosen here that it has not been told.
 */
import type { Preferences, ToldPreferences } from '../../platform/preferences.ts';
import { ApiError, call, type Session } from './api.ts';
import { type Arrangement, type Placed, whole } from './arrangement.ts';

const KEPT = 'lumbung.preferences ';
const WRITE_AFTER_MS = 600;
const AGAIN_MS = 5_000;

/** `chosen` is null where the role's defaults hold. */
type Local = { chosen: Preferences | null; unsaved: boolean };
type Options = { session: Session; changed(): void; saved(done: boolean): void };

export function createPreferences({ session, changed, saved }: Options) {
  const key = KEPT + session.sub;
  let { chosen, unsaved } = readLocal(key);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const keepLocal = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ chosen, unsaved } satisfies Local));
    } catch {
      // A full device: the server has them.
    }
  };
  const write = async () => {
    const sent = chosen;
    try {
      if (sent === null) await call('/preferences', { method: 'DELETE' });
      else await call('/preferences', { method: 'PUT', body: JSON.stringify(sent) });
      if (sent !== chosen) return;
      unsaved = false;
      keepLocal();
      saved(true);
    } catch (error) {
      const final = error instanceof ApiError && error.status < 500 && error.status !== 429;
      saved(false);
      if (!final && !stopped) timer = setTimeout(() => void write(), AGAIN_MS);
    }
  };
  const choose = (next: Preferences | null) => {
    chosen = next;
    unsaved = true;
    keepLocal();
    changed();
    clearTimeout(timer);
    timer = setTimeout(() => void write(), WRITE_AFTER_MS);
  };
  return {
    arrangement: (): Placed[] => whole(chosen?.widgets ?? session.widgets, session.widgets),
    choices: (): Preferences => chosen ?? {},
    choose: (change: Preferences): void => choose({ ...chosen, ...change }),
    arrange: (next: Arrangement): void => choose({ ...chosen, widgets: [...next] }),
    /** Back to what the role has. */
    reset: (): void => choose(null),
    async read(): Promise<void> {
      if (unsaved) return write();
      const told = await call<ToldPreferences>('/preferences').catch(() => undefined);
      if (told === undefined) return;
      const { saved: isSaved, defaults: _, ...own } = told;
      const next = isSaved ? own : null;
      if (unsaved || JSON.stringify(next) === JSON.stringify(chosen)) return;
      chosen = next;
      keepLocal();
      changed();
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function readLocal(key: string): Local {
  try {
    const local = JSON.parse(localStorage.getItem(key) ?? '') as Local;
    return { chosen: local.chosen ?? null, unsaved: local.unsaved === true };
  } catch {
    return { chosen: null, unsaved: false };
  }
}
