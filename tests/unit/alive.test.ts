/** The sign of life of a role, and the health check that reads it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { showAlive } from '../../platform/alive.ts';
import { createLifecycle } from '../../platform/lifecycle.ts';
import { createLogger } from '../../platform/log.ts';

test('healthy while the role runs, not when its event loop has stood still or it has ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-alive-'));
  const file = join(folder, 'alive');
  const check = () => spawnSync(process.execPath, ['bin/alive.mjs'], { env: { ALIVE_FILE: file }, encoding: 'utf8' });
  try {
    const lifecycle = createLifecycle(createLogger({ LOG_LEVEL: 'silent', LOG_PRETTY: 'off' }, 'test'));
    showAlive(file, lifecycle);
    expect(check().status).toBe(0);
    const long = new Date(Date.now() - 60_000);
    utimesSync(file, long, long);
    expect(check()).toMatchObject({ status: 1, stderr: `${file} was not touched within 30 s\n` });
    await lifecycle.stop('done');
    expect(existsSync(file)).toBe(false);
    expect(check().status).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
