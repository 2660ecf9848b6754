/**
 * Answers that are streamed from the engine. Invariants: a client that goes away stops its query; a slow one is waited for, not
 * buffered; few run at a time, because each holds a connection of the engine for as long as its reader takes.
 */
import type { Response } from 'express';
import { LumbungError } from '../platform/errors.ts';
import type { Metrics } from './metrics.ts';

const AT_A_TIME = 3;

export type Streams = { run(response: Response, stream: (signal: AbortSignal) => Promise<void>): Promise<void> };

export function createStreams(metrics: Pick<Metrics, 'hungUp'>): Streams {
  let running = 0;
  return {
    async run(response, stream) {
      if (running >= AT_A_TIME)
        throw new LumbungError('overloaded', `at most ${AT_A_TIME} datasets are read at a time`);
      running++;
      const leaving = new AbortController();
      response.on('close', () => leaving.abort());
      try {
        await stream(leaving.signal);
      } catch (error) {
        if (!leaving.signal.aborted) throw error;
        metrics.hungUp.inc();
      } finally {
        running--;
      }
    },
  };
}
