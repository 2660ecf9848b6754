/**
 * Answers that are streamed from the engine. Invariants: a client that goes away stops its query; a slow one is waited for, not
 * buffered; few run at a time, because each holds a connection of the engine for as long as its reader takes.
 */
import type { Response } from 'express';
import { LumbungError } from '../platform/errors.ts';
import type { Metrics } from './metrics.ts';

const AT_A_TIME = 3;
/** So many more wait for their turn; whoever comes after is told to come back. */
const WAITING = 100;

export type Streams = { run(response: Response, stream: (signal: AbortSignal) => Promise<void>): Promise<void> };

export function createStreams(metrics: Pick<Metrics, 'hungUp'>): Streams {
  let running = 0;
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
    async run(response, stream) {
      if (waiting.size >= WAITING) throw new LumbungError('overloaded', `${WAITING} datasets are waited for already`);
      const leaving = new AbortController();
      response.on('close', () => leaving.abort());
      while (running >= AT_A_TIME && !leaving.signal.aborted) await turn(leaving.signal);
      if (leaving.signal.aborted) return metrics.hungUp.inc();
      running++;
      try {
        await stream(leaving.signal);
      } catch (error) {
        if (!leaving.signal.aborted) throw error;
        metrics.hungUp.inc();
      } finally {
        running--;
        const [next] = waiting;
        next?.();
      }
    },
  };
}
