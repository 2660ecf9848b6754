/**
 * Looks at readiness every few seconds and keeps what it saw, a line per minute. Minutes in which no process looked count as
 * down; while the warehouse is away the minutes wait in memory and are written when it is back.
 */
import { hostname } from 'node:os';
import { type Minute, recordMinutes } from '../warehouse/uptime.ts';
import type { ApiContext } from './context.ts';
import { readiness } from './readiness.ts';

const LOOK_EVERY_MS = 5_000;
const KEPT_MINUTES = 2 * 24 * 60;

export type Uptime = { stop(): Promise<void> };

export function watchUptime(context: ApiContext): Uptime {
  const name = `${hostname()}-${process.pid}`;
  const done: Minute[] = [];
  let current: Minute | undefined;
  let looking: Promise<void> | undefined;

  const look = async () => {
    const minute = new Date().toISOString().slice(0, 16).replace('T', ' ').concat(':00');
    const { reasons } = await readiness(context);
    if (current !== undefined && current.minute !== minute) {
      done.push(current);
      if (done.length > KEPT_MINUTES) done.shift();
      current = undefined;
    }
    current ??= { minute, process: name, checks: 0, ready: 0 };
    current.checks++;
    if (reasons.length === 0) current.ready++;
    if (done.length === 0) return;
    const written = done.slice();
    await recordMinutes(context.warehouse, written);
    done.splice(0, written.length);
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
      const rest = current === undefined ? done : [...done, current];
      if (rest.length > 0) await recordMinutes(context.warehouse, rest).catch(() => undefined);
    },
  };
}
