/**
 * Lifecycle of a process: one abort signal, clean-up in reverse order, timers that end with it.
 * Invariant: after stop() nothing of the process keeps running and every registered clean-up has been tried.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from './errors.ts';
import type { Logger } from './log.ts';

export type Lifecycle = {
  readonly signal: AbortSignal;
  /** Registers a clean-up; clean-ups run in reverse order of registration. */
  onStop(name: string, cleanup: () => unknown): void;
  /** Runs every clean-up once; safe to call again. */
  stop(reason: string): Promise<void>;
  /** Resolves true after `ms`, false as soon as the process stops. */
  sleep(ms: number): Promise<boolean>;
};

export function createLifecycle(log: Logger): Lifecycle {
  const controller = new AbortController();
  const cleanups: { name: string; cleanup: () => unknown }[] = [];
  let stopping: Promise<void> | undefined;
  async function runCleanups(): Promise<void> {
    for (const { name, cleanup } of cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        log.warn({ step: name, error: messageOf(error) }, 'a clean-up step failed');
      }
    }
  }
  return {
    signal: controller.signal,
    onStop: (name, cleanup) => void cleanups.push({ name, cleanup }),
    stop(reason) {
      if (stopping === undefined) {
        log.info({ reason }, 'stopping');
        controller.abort();
        stopping = runCleanups();
      }
      return stopping;
    },
    sleep: (ms) =>
      delay(ms, undefined, { signal: controller.signal }).then(
        () => true,
        () => false,
      ),
  };
}

/** Stops on SIGINT, SIGTERM and when the supervisor goes away (IPC disconnect), then exits 0. */
export function stopOnSignals(lifecycle: Lifecycle, log: Logger): void {
  const stop = (reason: string) => {
    const hardLimit = setTimeout(() => {
      log.error('clean shutdown took longer than 15 s, leaving');
      process.exit(1);
    }, 15_000);
    hardLimit.unref();
    void lifecycle.stop(reason).then(() => process.exit(0));
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('disconnect', () => stop('supervisor went away'));
}

/** Full-jitter exponential backoff: a delay in ms for the given attempt (0-based). */
export function backoffMs(attempt: number, baseMs = 200, capMs = 10_000): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20));
}
