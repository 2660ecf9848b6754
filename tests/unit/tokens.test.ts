/** Tokens and configuration: bad input is refused with a message that says what is wrong. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { date } from '../../api/inputs.ts';
import { loadConfig } from '../../platform/config.ts';
import { createTokenVerifier, scopeText, signToken, verifyToken } from '../../platform/tokens.ts';

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

test("a provider's token needs its key, issuer, audience and expiry; role and scope are read where they are told", async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { AUTH_JWKS_URL: `${address}/keys`, AUTH_ISSUER: 'https://sso', AUTH_AUDIENCE: 'lumbung' };
  const sign = (claims: object, { iss = 'https://sso', aud = 'lumbung', exp = '1h' as string | number } = {}) => {
    const token = new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setSubject('s');
    return (exp === '' ? token : token.setExpirationTime(exp)).setIssuer(iss).setAudience(aud).sign(privateKey);
  };
  const verify = createTokenVerifier(loadConfig(env), secret);
  const own = { role: 'KPPG', scope: ['province:32', 'openid'] };
  expect(await verify(await sign(own))).toMatchObject({ sub: 's', role: 'KPPG', scope: ['province:32'] });
  expect(await verify(await sign({ role: ['user', 'KPPG'], scope: 'openid profile national' }))).toMatchObject({
    scope: ['national'],
  });
  const mapped = createTokenVerifier(loadConfig({ ...env, AUTH_ROLE_CLAIM: 'a.roles', AUTH_SCOPE_CLAIM: 'b' }), secret);
  expect(await mapped(await sign({ a: { roles: ['KPPG'] }, b: 'regency:3201' }))).toMatchObject({
    role: 'KPPG',
    scope: ['regency:3201'],
  });
  for (const bad of [
    await sign(own, { iss: 'https://other' }),
    await sign(own, { aud: 'other' }),
    await sign(own, { exp: 1_000_000_000 }),
    await sign(own, { exp: '' }),
    await sign({ role: 'KPPG' }),
    await sign({ scope: ['national'] }),
    await sign({ role: 'KPPG', scope: 'openid profile' }),
  ]) {
    await expect(verify(bad)).rejects.toMatchObject({ kind: 'unauthenticated' });
  }
  // A local token goes on counting; keys that cannot be read are not the caller's fault.
  expect(await verify(await signToken(secret, { sub: 'a', role: 'KPPG', scope: ['national'] }, '1h'))).toMatchObject({
    sub: 'a',
  });
  await new Promise((resolve) => server.close(resolve));
  const away = createTokenVerifier(loadConfig(env), secret);
  await expect(away(await sign(own))).rejects.toMatchObject({ kind: 'unreachable' });
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
  expect(() => loadConfig({ AUTH_JWKS_URL: 'https://sso/keys' })).toThrow(
    /AUTH_JWKS_URL: needs AUTH_ISSUER and AUTH_AUDIENCE/,
  );
  expect(() => loadConfig({ AUTH_CLIENT_ID: 'x', AUTH_ISSUER: 'https://sso' })).toThrow(
    /AUTH_CLIENT_ID: needs PUBLIC_URL/,
  );
});
