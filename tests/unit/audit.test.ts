/** The audit trail on disk: linear whoever writes, whole whoever dies, sent when it can be. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AuditEntry, hashEntry, openAudit } from '../../platform/audit.ts';
import { createLogger } from '../../platform/log.ts';

const WRITER = fileURLToPath(new URL('../support/audit_writer.ts', import.meta.url));
const log = createLogger({ LOG_LEVEL: 'silent' }, 'test');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumbung-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const writer = (name: string, count: number) =>
  fork(WRITER, [folder, name, String(count)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));
const sent = async (): Promise<AuditEntry[]> => {
  const entries: AuditEntry[] = [];
  const audit = openAudit(folder, log);
  audit.shipTo(async (batch) => void entries.push(...batch));
  await audit.ship();
  await audit.close();
  return entries;
};
const expectLinear = (entries: readonly AuditEntry[]) => {
  expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, n) => n + 1));
  expect(new Set(entries.map((entry) => entry.chain)).size).toBe(1);
  entries.forEach((entry, n) => {
    expect(entry.previous).toBe(entries[n - 1]?.hash ?? '');
    expect(hashEntry(entry)).toBe(entry.hash);
  });
};

test('processes that append at the same time make one chain with every entry once', async () => {
  const names = ['a', 'b', 'c'];
  await Promise.all(names.map((name) => ended(writer(name, 100))));
  const entries = await sent();
  expectLinear(entries);
  for (const name of names) {
    const own = entries
      .filter((entry) => entry.actor === name)
      .map((entry) => (JSON.parse(entry.detail) as { n: number }).n);
    expect(own).toEqual(Array.from({ length: 100 }, (_, n) => n));
  }
});

test('a writer killed at any moment leaves a whole chain, with everything it was told is durable', async () => {
  const child = writer('killed', 10_000);
  let durable = 0;
  child.on('message', (n) => {
    durable = Number(n);
    if (durable >= 50) child.kill('SIGKILL');
  });
  const other = writer('other', 100);
  await Promise.all([ended(child), ended(other)]);
  const entries = await sent();
  expectLinear(entries);
  expect(entries.filter((entry) => entry.actor === 'killed').length).toBeGreaterThanOrEqual(durable);
  expect(entries.filter((entry) => entry.actor === 'other')).toHaveLength(100);
});

test('entries wait while they cannot be sent, are sent once it is possible, and the newest stays as the anchor', async () => {
  const audit = openAudit(folder, log);
  let away = true;
  const entries: AuditEntry[] = [];
  audit.shipTo(async (batch) => {
    if (away) throw new Error('away');
    entries.push(...batch);
  });
  for (let n = 0; n < 100; n++) await audit.append({ action: 'test', actor: 'a' });
  await expect(audit.ship()).rejects.toThrow('away');
  away = false;
  await audit.ship();
  expect(entries).toHaveLength(100);
  expectLinear(entries);
  await audit.append({ action: 'last', actor: 'a' });
  await audit.close();
  expect(await audit.anchor()).toMatchObject({ seq: 101, hash: entries.at(-1)?.hash });
  // What has been sent is cleared away, but for what a suspended writer may still find in its way.
  expect(readdirSync(join(folder, 'audit')).length).toBeLessThan(80);
  expect(await sent()).toEqual([]);
});
