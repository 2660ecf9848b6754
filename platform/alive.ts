/** For health checks of a role that serves nothing: a file (ALIVE_FILE) whose age says when its event loop last turned (bin/alive.mjs). */
import { rmSync, writeFileSync } from 'node:fs';
import type { Lifecycle } from './lifecycle.ts';

const EVERY_MS = 5_000;

export function showAlive(file: string | undefined, lifecycle: Lifecycle): void {
  if (file === undefined) return;
  const touch = () => writeFileSync(file, '');
  touch();
  const timer = setInterval(touch, EVERY_MS);
  timer.unref();
  lifecycle.onStop('sign of life', () => {
    clearInterval(timer);
    rmSync(file, { force: true });
  });
}
