/**
 * Runs one build in a process of its own.
 * Invariants: its heap is capped and its time is limited; when it is over, whatever it started is over too; it ends with the signal.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorKind, LumbungError, policies } from '../../platform/errors.ts';
import { type Built, type SiteTask, siteMessage, type Tell } from './task.ts';

/** A module that calls serveBuild (child.ts). */
export const buildEntry = fileURLToPath(new URL('../../bin/site_build.mjs', import.meta.url));

/** Asked to end, it has so long to end what it has started elsewhere. */
const ENDS_WITHIN_MS = 1_500;

export type RunOptions = { entry: string; memoryMb: number; timeoutMs: number; signal: AbortSignal; tell: Tell };

/** Rejects with what the build says, or with what became of it. */
export async function runBuild(task: SiteTask, options: RunOptions): Promise<Built> {
  const { entry, memoryMb, timeoutMs, signal, tell } = options;
  signal.throwIfAborted();
  const child = fork(entry, [], {
    // A group of its own: what it starts can be ended with it. Ctrl-C in a terminal is its parent's to pass on.
    detached: true,
    execArgv: [`--max-old-space-size=${memoryMb}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const timeout = AbortSignal.timeout(timeoutMs);
  const ending = AbortSignal.any([signal, timeout]);
  let patience: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    child.kill('SIGTERM');
    patience = setTimeout(() => endGroup(child), ENDS_WITHIN_MS);
  };
  ending.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<Built>((resolve, reject) => {
      child.on('error', reject);
      child.on('message', (message: unknown) => {
        const parsed = siteMessage.safeParse(message);
        if (!parsed.success) return;
        const said = parsed.data;
        if ('progress' in said) tell(said.progress);
        else if ('built' in said) resolve(said.built);
        else reject(new LumbungError(kindOf(said.failed.kind), advised(said.failed.message)));
      });
      child.once('exit', (code, by) => {
        if (timeout.aborted)
          reject(
            new LumbungError('transient', `the time-out of ${minutes(timeoutMs)} was reached (SITE_TIMEOUT_MINUTES)`),
          );
        else if (signal.aborted) reject(signal.reason);
        else if (by === 'SIGABRT' || code === 134)
          reject(new LumbungError('transient', `the build needs more than ${memoryMb} MB of memory (SITE_MEMORY_MB)`));
        else
          reject(
            new LumbungError('transient', `the build's process was ended from outside (${by ?? `exit code ${code}`})`),
          );
      });
      child.send(task, (error) => {
        if (error) reject(error);
      });
    });
  } finally {
    ending.removeEventListener('abort', end);
    clearTimeout(patience);
    endGroup(child);
  }
}

/** Ends the process and everything in its group. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}

const kindOf = (text: string): ErrorKind => (Object.hasOwn(policies, text) ? (text as ErrorKind) : 'internal');
const minutes = (ms: number) => (ms < 60_000 ? `${ms / 1_000} s` : `${Math.round(ms / 6_000) / 10} min`);

/** What an operator can do about it, where the system's own words do not say. */
function advised(message: string): string {
  if (/ENOSPC|EDQUOT/.test(message)) return `the disk of DATA_DIR is full: ${message}`;
  if (/EROFS|EACCES/.test(message)) return `DATA_DIR/site cannot be written to: ${message}`;
  return message;
}
