/** Settings that come by file, and settings that need each other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { auditedSettings, loadConfig, secretSettings } from '../../platform/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'lumbung-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const secret = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const values = {
  DATABASE_URL: 'postgresql://lumbung:from-file@db/app',
  CLICKHOUSE_URL: 'http://lumbung:from-file@ch:8123',
  REDIS_URL: 'redis://:from-file@redis:6379',
  AUTH_SECRET: 'from-file-from-file',
  AUTH_CLIENT_SECRET: 'from-file',
} satisfies Record<(typeof secretSettings)[number], string>;

test.each(secretSettings)('%s comes from the file that its _FILE names, without the line end', (name) => {
  const config = loadConfig({ [`${name}_FILE`]: secret(name, `${values[name]}\n`) });
  expect(config[name]).toBe(values[name]);
  expect(JSON.stringify(auditedSettings(config))).not.toContain('from-file');
});

test('a value given directly counts before a file, as a role that is started by another is given it', () => {
  const config = loadConfig({ REDIS_URL: 'redis://direct', REDIS_URL_FILE: secret('redis', values.REDIS_URL) });
  expect(config.REDIS_URL).toBe('redis://direct');
});

test('a file that is absent, empty or holds no valid value is a fault that names the setting, never the secret', () => {
  expect(() => loadConfig({ AUTH_SECRET_FILE: join(folder, 'absent') })).toThrow(/AUTH_SECRET_FILE: .*ENOENT/);
  expect(() => loadConfig({ AUTH_SECRET_FILE: secret('empty', '\n') })).toThrow(/AUTH_SECRET_FILE: .* is empty/);
  const wrong = () => loadConfig({ DATABASE_URL_FILE: secret('wrong', 'mysql://me:hunter2@db') });
  expect(wrong).toThrow(/DATABASE_URL: must be a URL/);
  expect(wrong).not.toThrow(/hunter2/);
});

test('a cluster needs a server, and its name is a name', () => {
  expect(() => loadConfig({ CLICKHOUSE_CLUSTER: 'nation' })).toThrow(/CLICKHOUSE_CLUSTER: needs CLICKHOUSE_URL/);
  const url = { CLICKHOUSE_URL: 'http://ch:8123' };
  expect(loadConfig({ ...url, CLICKHOUSE_CLUSTER: 'nation' }).CLICKHOUSE_CLUSTER).toBe('nation');
  expect(() => loadConfig({ ...url, CLICKHOUSE_CLUSTER: "n' SYNC; DROP" })).toThrow(/must be the name of a cluster/);
});
