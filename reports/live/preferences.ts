/**
 * What a person has chosen, kept on the server for every device, and on this one so that the screen opens as it was left.
 * Invariants: a choice holds at once; it is written when choosing pauses and tried again until it is written; what the
 * server has wins when the screen opens, unless something was chosen here that it has not been told.
 */
import { ApiError, call, type Preferences } from './api.ts';
import { type Placed, standard, whole } from './arrangement.ts';

const KEPT = 'lumbung.preferences ';
const WRITE_AFTER_MS = 600;
const AGAIN_MS = 5_000;

type Local = { preferences: Preferences; unsaved: boolean };
type Options = { sub: string; role: string; changed(): void; saved(done: boolean): void };

export function createPreferences({ sub, role, changed, saved }: Options) {
  const key = KEPT + sub;
  let { preferences, unsaved } = readLocal(key);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const keepLocal = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ preferences, unsaved } satisfies Local));
    } catch {
      // A full device: the server has them.
    }
  };
  const write = async () => {
    const sent = preferences;
    try {
      if (sent.widgets === undefined && sent.language === undefined && sent.theme === undefined)
        await call('/preferences', { method: 'DELETE' });
      else await call('/preferences', { method: 'PUT', body: JSON.stringify(sent) });
      if (sent !== preferences) return;
      unsaved = false;
      keepLocal();
      saved(true);
    } catch (error) {
      const final = error instanceof ApiError && error.status < 500 && error.status !== 429;
      saved(false);
      if (!final && !stopped) timer = setTimeout(() => void write(), AGAIN_MS);
    }
  };
  const choose = (next: Preferences) => {
    preferences = next;
    unsaved = true;
    keepLocal();
    changed();
    clearTimeout(timer);
    timer = setTimeout(() => void write(), WRITE_AFTER_MS);
  };
  return {
    arrangement: (): Placed[] => (preferences.widgets ? whole(preferences.widgets, role) : standard(role)),
    choices: (): Preferences => preferences,
    choose: (change: Partial<Preferences>): void => choose({ ...preferences, ...change }),
    /** Back to what the role has. */
    reset(): void {
      const { widgets: _widgets, ...rest } = preferences;
      choose(rest);
    },
    async read(): Promise<void> {
      if (unsaved) return write();
      const told = await call<Preferences>('/preferences').catch(() => undefined);
      if (told === undefined || unsaved || JSON.stringify(told) === JSON.stringify(preferences)) return;
      preferences = told;
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
    return { preferences: local.preferences ?? {}, unsaved: local.unsaved === true };
  } catch {
    return { preferences: {}, unsaved: false };
  }
}
