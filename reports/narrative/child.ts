/**
 * A child of its own process group with a cap on its heap. Invariant: when it is to stop it is gone at once, with all it started,
 * and the wait for it ends.
 */
import { spawn } from 'node:child_process';
import { LumbungError } from '../../platform/errors.ts';

const HEAP_MB = 4_096;
/** What is kept of what it says, for the error. */
const KEPT = 4_000;

export type Command = {
  /** What it does, for the error. */
  what: string;
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
  signal: AbortSignal;
};

/** Runs Node with the arguments; answers what it wrote to standard output. */
export async function runChild({ what, args, cwd, env = {}, signal }: Command): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, args, {
    cwd,
    // Nothing of ours that it does not need: addresses, secrets.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'production',
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  signal.addEventListener('abort', end);
  process.once('exit', end);
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    said = (said + chunk.toString()).slice(-KEPT);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-KEPT);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal.throwIfAborted();
    if (code !== 0) throw new LumbungError('internal', `${what} failed (${code ?? 'killed'}):\n${said.trim()}`);
    return out;
  } finally {
    signal.removeEventListener('abort', end);
    process.removeListener('exit', end);
    end();
  }
}
