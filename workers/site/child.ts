/**
 * The process of one build: takes a task from its parent, tells how far it is and how it ended.
 * Invariant: without its parent it does not go on, nor does anything it started: it leads a process group of its own, and ends all of it.
 */
import { setPriority } from 'node:os';
import { LumbungError, messageOf } from '../../platform/errors.ts';
import { armFailpoint } from '../../platform/failpoints.ts';
import { connectWarehouse } from '../../warehouse/client.ts';
import { build } from './build.ts';
import type { SiteRenderers } from './renderers.ts';
import { type SiteMessage, siteTask } from './task.ts';

/** Everything else on the machine goes first. */
const NICE = 10;
const TELL_EVERY_MS = 250;

export function serveBuild(renderers: SiteRenderers): void {
  const send = (message: SiteMessage) => new Promise<void>((done) => process.send?.(message, () => done()) ?? done());
  const leaving = new AbortController();
  // What renderers have started in groups of their own ends with the signal.
  process.on('SIGTERM', () => {
    leaving.abort(new LumbungError('transient', 'the build was stopped'));
    process.exit(1);
  });
  process.on('disconnect', () => {
    leaving.abort(new LumbungError('transient', 'the worker is gone'));
    try {
      process.kill(-process.pid, 'SIGKILL');
    } catch {
      // Not the leader of a group: whoever started it did not mean it to have children.
    }
    process.exit(1);
  });
  process.once('message', async (message: unknown) => {
    try {
      const task = siteTask.parse(message);
      armFailpoint(task.failpoint);
      setPriority(NICE);
      const warehouse = connectWarehouse(task.clickhouseUrl);
      let told = { step: '', at: 0 };
      const answer = await build(task, {
        warehouse,
        renderers,
        signal: leaving.signal,
        tell(progress) {
          if (told.step === progress.step && Date.now() - told.at < TELL_EVERY_MS) return;
          told = { step: progress.step, at: Date.now() };
          void send({ progress });
        },
      });
      await send({ built: answer });
    } catch (error) {
      const kind = error instanceof LumbungError ? error.kind : 'internal';
      process.stderr.write(`${JSON.stringify({ site: 'failed', stack: String((error as Error)?.stack ?? error) })}\n`);
      await send({ failed: { kind, message: messageOf(error) } });
    }
    process.exit(0);
  });
}
