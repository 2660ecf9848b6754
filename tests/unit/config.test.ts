/** Settings that come by file, and settings that need each other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { auditedSettings, loadConfig, secretSettings } from '../../platform/config.ts';
import { sentinelOptions } from '../../platform/redis_address.ts';

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

test('sentinels are told from their address, with what signs in at them and at the server they name', () => {
  const address = 'redis+sentinel://me:p%40ss@s1:26379,s2,[::1]:26380/mymaster/2';
  expect(loadConfig({ REDIS_URL: address }).REDIS_URL).toBe(address);
  expect(sentinelOptions(address)).toEqual({
    sentinels: [
      { host: 's1', port: 26379 },
      { host: 's2', port: 26379 },
      { host: '::1', port: 26380 },
    ],
    name: 'mymaster',
    username: 'me',
    password: 'p@ss',
    sentinelPassword: 'p@ss',
    db: 2,
  });
  expect(sentinelOptions('rediss+sentinel://s1/m')).toMatchObject({ tls: {}, enableTLSForSentinelMode: true });
  expect(JSON.stringify(auditedSettings(loadConfig({ REDIS_URL: address })))).not.toContain('p%40ss');
  for (const wrong of ['redis+sentinel://s1:26379', 'redis+sentinel://s1,,s2/m', 'http://redis', 's1']) {
    expect(() => loadConfig({ REDIS_URL: wrong })).toThrow(/REDIS_URL: must be a URL/);
  }
});

test('an address reaches the audit trail without what signs in', () => {
  const DATABASE_URL = 'postgresql://lumbung:hunter2@db.example.org:5432/app?sslmode=require';
  expect(auditedSettings(loadConfig({ DATABASE_URL })).DATABASE_URL).toBe('postgresql://db.example.org:5432/app');
});
