/**
 * Answers that are streamed from the engine. Invariants: a client that goes away stops its query; a slow one is waited for, not
 * buffered; few run at a time, because each holds a connection of the engine for as long as its reader takes: one of each caller,
 * and a reader that keeps it waiting for next to nothing is cut off.
 */
import type { Response } from 'express';
import { LumbungError } from '../platform/errors.ts';
import type { Metrics } from './metrics.ts';

const AT_A_TIME = 3;
/** So many more wait for their turn; whoever comes after is told to come back. */
const WAITING = 100;

/** A reader has taken so many bytes in every such time, while there were any to take. */
const PACE_BYTES = 256 * 1024;
const PACE_MS = 15_000;

export type Streams = {
  run(caller: string, response: Response, stream: (signal: AbortSignal) => Promise<void>): Promise<void>;
};

export function createStreams(metrics: Pick<Metrics, 'hungUp'>, paceMs = PACE_MS): Streams {
  const running = new Set<string>();
  const waiting = new Set<() => void>();
  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const proceed = () => {
        waiting.delete(proceed);
        resolve();
      };
      waiting.add(proceed);
      signal.addEventListener('abort', proceed, { once: true });
    });
  return {
    async run(caller, response, stream) {
      if (waiting.size >= WAITING) throw new LumbungError('overloaded', `${WAITING} datasets are waited for already`);
      const leaving = new AbortController();
      response.on('close', () => leaving.abort());
      while ((running.size >= AT_A_TIME || running.has(caller)) && !leaving.signal.aborted) await turn(leaving.signal);
      if (leaving.signal.aborted) return metrics.hungUp.inc();
      running.add(caller);
      const watch = cutOffIdlers(response, paceMs);
      try {
        await stream(leaving.signal);
      } catch (error) {
        if (!leaving.signal.aborted) throw error;
        metrics.hungUp.inc();
      } finally {
        clearInterval(watch);
        running.delete(caller);
        // Whose turn it is depends on whose the others are.
        for (const proceed of [...waiting]) proceed();
      }
    },
  };
}

function cutOffIdlers(response: Response, everyMs: number): NodeJS.Timeout {
  let taken = 0;
  return setInterval(() => {
    const now = response.socket?.bytesWritten ?? 0;
    // bytesWritten counts what is buffered: what still waits has not been taken.
    const sent = now - response.writableLength - (response.socket?.writableLength ?? 0);
    if (response.writableNeedDrain && sent - taken < PACE_BYTES) response.destroy();
    taken = sent;
  }, everyMs);
}
