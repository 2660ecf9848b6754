/**
 * What a person has chosen, kept on the server for every device, and on this one so that the screen opens as it was left.
 * Invariants: a choice holds at once; it is written when choosing pauses and tried again until it is written; what the
 * server has wins when the screen opens, unless something was chosen here that it has not been told.
 */
import type { Preferences } from '../../platform/preferences.ts';
import { ApiError, call, type KeptPreferences } from './api.ts';
import { type Arrangement, keptOf, type Placed, standard, whole } from './arrangement.ts';
import { recallTheme } from './theme.ts';
import { language } from './words/words.ts';

const KEPT = 'lumbung.preferences ';
const WRITE_AFTER_MS = 600;
const AGAIN_MS = 5_000;

/** `chosen` is null where the role's defaults hold. */
type Local = { chosen: Preferences | null; unsaved: boolean };
type Options = { sub: string; role: string; changed(): void; saved(done: boolean): void };

export function createPreferences({ sub, role, changed, saved }: Options) {
  const key = KEPT + sub;
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
  /** The first choice keeps the rest as it is at the moment. */
  const present = (): Preferences =>
    chosen ?? {
      ...{ widgets: keptOf(standard(role)), period: 'day', comparison: 'none' },
      ...{ language: language(), theme: recallTheme() },
    };
  return {
    arrangement: (): Placed[] => (chosen === null ? standard(role) : whole(chosen.widgets, role)),
    choices: (): Partial<Preferences> => chosen ?? {},
    choose: (change: Partial<Preferences>): void => choose({ ...present(), ...change }),
    arrange: (next: Arrangement): void => choose({ ...present(), widgets: keptOf(next) }),
    /** Back to what the role has. */
    reset: (): void => choose(null),
    async read(): Promise<void> {
      if (unsaved) return write();
      const told = await call<KeptPreferences>('/preferences').catch(() => undefined);
      const next = told?.saved ? told.preferences : null;
      if (told === undefined || unsaved || JSON.stringify(next) === JSON.stringify(chosen)) return;
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
