/**
 * One question that is asked again when its answer may have changed.
 * Invariants: at most one call runs and one waits; calls for the same view keep a distance, so that fifty changes a second are
 * one answer; an answer to a question nobody asks any more is dropped; what cannot be reached is tried for ever, ever more
 * rarely and never by all screens at once; meanwhile the last answer kept on the device stands in, marked as such.
 */
import { ApiError, call } from './api.ts';
import { keep, recall } from './kept.ts';

export type Reader = {
  /** Asks at once: the view has changed. */
  now(): void;
  /** Asks when the distance allows: something has changed. */
  soon(): void;
  stop(): void;
};
type Options<T> = {
  /** The question of the present view; null where there is none. */
  path(): string | null;
  /** `keptAt`: the answer is an old one, from the device. */
  told(answer: T, keptAt: number | undefined): void;
  /** The server answered that it will not. */
  refused(error: ApiError): void;
  /** Whether the question cannot be asked at present. */
  trouble?(failing: boolean): void;
  gapMs: number;
};

const BASE_MS = 1_000;
const CAP_MS = 30_000;

export function createReader<T extends object>({ path, told, refused, trouble, gapMs }: Options<T>): Reader {
  let asking: string | undefined;
  let due = false;
  let shown: string | undefined;
  let failures = 0;
  let endedAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const plan = (delayMs: number) => {
    if (stopped || asking !== undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), delayMs);
  };
  const ask = async () => {
    const asked = path();
    timer = undefined;
    due = false;
    if (asked === null || stopped) return;
    asking = asked;
    const wanted = () => !stopped && path() === asked;
    let retryMs: number | undefined;
    try {
      const answer = await call<T>(asked);
      if (wanted()) {
        failures = 0;
        shown = asked;
        trouble?.(false);
        told(answer, undefined);
        keep(asked, answer);
      }
    } catch (error) {
      const final = error instanceof ApiError && error.status < 500 && error.status !== 429 && error.status !== 408;
      if (wanted() && final) {
        trouble?.(false);
        refused(error);
      } else if (wanted()) {
        failures++;
        retryMs = Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** failures);
        const kept = shown === asked ? undefined : recall<T>(asked);
        if (kept !== undefined) {
          shown = asked;
          told(kept.answer, kept.at);
        }
        trouble?.(true);
      }
    }
    asking = undefined;
    endedAt = Date.now();
    if (!stopped && path() !== asked) plan(0);
    else if (retryMs !== undefined) plan(retryMs);
    else if (due) plan(gapMs);
  };

  return {
    now() {
      due = true;
      plan(0);
    },
    soon() {
      due = true;
      if (timer === undefined) plan(Math.max(0, endedAt + gapMs - Date.now()));
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
