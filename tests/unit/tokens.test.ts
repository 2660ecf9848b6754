/** Tokens and configuration: bad input is refused with a message that says what is wrong. */
import { expect, test } from 'vitest';
import { date } from '../../api/inputs.ts';
import { loadConfig } from '../../platform/config.ts';
import { scopeText, signToken, verifyToken } from '../../platform/tokens.ts';

const secret = new TextEncoder().encode('0123456789abcdef0123456789abcdef');

test('a token gives back its claims; another secret, an expired or a malformed one is refused', async () => {
  const token = await signToken(secret, { sub: 'a', role: 'SPPG_VIEWER', scope: ['sppg:k1'] }, '1h');
  expect(await verifyToken(secret, token)).toMatchObject({ sub: 'a', role: 'SPPG_VIEWER', scope: ['sppg:k1'] });
  const other = new TextEncoder().encode('another-secret-another-secret-00');
  for (const bad of [
    await signToken(other, { sub: 'a', role: 'SPPG_VIEWER', scope: ['national'] }, '1h'),
    '',
    'a.b.c',
  ]) {
    await expect(verifyToken(secret, bad)).rejects.toMatchObject({ kind: 'unauthenticated' });
  }
  await expect(signToken(secret, { sub: 'a', role: 'X_Y', scope: ['planet:1'] }, '1h')).rejects.toThrow(/national/);
  await expect(signToken(secret, { sub: 'a', role: 'X_Y', scope: ['national'] }, 'soon')).rejects.toThrow(/--ttl/);
});

test('scopes and dates are strict', () => {
  for (const good of ['national', 'province:32', 'sppg:cabc-1_x']) expect(scopeText.safeParse(good).success).toBe(true);
  for (const bad of ['', 'sppg:', 'sppg:a b', "sppg:'--", 'province:1:2', 'world']) {
    expect(scopeText.safeParse(bad).success).toBe(false);
  }
  expect(date.safeParse('2026-02-28').success).toBe(true);
  for (const bad of ['2026-02-30', '2026-2-1', '20260201', '1890-01-01', 'today']) {
    expect(date.safeParse(bad).success).toBe(false);
  }
});

test('configuration faults are named one by one', () => {
  expect(loadConfig({}).PORT).toBe(3000);
  expect(() => loadConfig({ PORT: 'x', SITE: 'maybe', DATABASE_URL: 'mysql://h' })).toThrow(
    /PORT[\s\S]*DATABASE_URL[\s\S]*SITE/,
  );
});
