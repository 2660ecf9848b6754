/** Our own redis-server on a free port, without persistence: nothing in it has to survive (design invariant 1). */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { LumbungError } from '../../platform/errors.ts';
import { freePort } from './ports.ts';

export type EmbeddedRedis = { url: string; process: ChildProcess; stop(): Promise<void> };

export async function startRedis(dataDir: string, port?: number): Promise<EmbeddedRedis> {
  const directory = join(dataDir, 'redis');
  mkdirSync(directory, { recursive: true });
  const actual = port ?? (await freePort());
  const args = [
    '--port',
    String(actual),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  const child = spawn('redis-server', [...args, '--maxmemory', '512mb', '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
  });
  const missing = new Promise<never>((_, reject) =>
    child.once('error', () =>
      reject(
        new LumbungError(
          'config',
          'redis-server is not on the PATH. Install it (apt-get install redis-server) or set REDIS_URL to a server.',
        ),
      ),
    ),
  );
  const url = `redis://127.0.0.1:${actual}`;
  await Promise.race([missing, awaitReady(url, child)]);
  return {
    url,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function awaitReady(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
      redis.disconnect();
      return;
    } catch {
      redis.disconnect();
      if (child.exitCode !== null) break;
      await delay(50);
    }
  }
  throw new LumbungError('config', `redis-server did not start on ${url}`);
}
