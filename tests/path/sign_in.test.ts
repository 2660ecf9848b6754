/** People sign in with an OIDC provider, programs with API keys; sessions are renewed, end, and cannot be ridden by other sites. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLIENT, type OidcServer, openBrowser, startOidcServer } from '../support/oidc_server.ts';
import { batch, insert, NOW, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startPath, startStack, until } from '../support/stack.ts';

let stack: Stack;
let oidc: OidcServer;
let home: string;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await insert(source, 'food_productions', batch('k321', 'b1', '2026-03-02T03:00:00Z'));
    const user = { email: 'x@example.org', name: 'X', userType: 'SPPG_USER', updatedAt: NOW };
    await insert(source, 'users', { ...user, id: 'u-ahli', userRole: 'SPPG_AHLI_GIZI', sppgId: 'k511' });
    await insert(source, 'users', {
      ...user,
      id: 'u-gone',
      email: 'y',
      userRole: 'SPPG_KEPALA',
      sppgId: 'k511',
      isActive: false,
    });
  });
  const port = await freePort();
  home = `http://127.0.0.1:${port}`;
  oidc = await startOidcServer(home);
  Object.assign(stack.env, {
    ...{
      PORT: String(port),
      PUBLIC_URL: home,
      AUTH_ISSUER: oidc.issuer,
      AUTH_JWKS_URL: oidc.jwks,
      AUTH_AUDIENCE: CLIENT.id,
    },
    ...{ AUTH_CLIENT_ID: CLIENT.id, AUTH_CLIENT_SECRET: CLIENT.secret },
    ...{ AUTH_ROLE_CLAIM: 'realm_access.roles', AUTH_SCOPE_CLAIM: 'units' },
  });
  await startPath(stack);
  await stack.settled();
  oidc.accounts.set('sari', {
    name: 'Sari',
    realm_access: { roles: ['offline', 'KPPG'] },
    units: ['province:32', 'planet:9'],
  });
  oidc.accounts.set('u-ahli', { name: 'Ahli' });
  oidc.accounts.set('u-gone', { name: 'Pergi' });
  oidc.accounts.set('nobody', { name: 'Siapa' });
});
afterAll(async () => {
  await oidc?.close();
  await stack[Symbol.asyncDispose]();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
const session = '/api/v1/session';
const signIn = async (person: string | undefined) => {
  oidc.person = person;
  const browser = openBrowser();
  const { url } = await browser.follow(`${home}/api/v1/sign-in?returnTo=/?scope=province:32`, (at) =>
    at.startsWith(`${home}/?`),
  );
  return { browser, url, of: (name: string) => browser.cookies.get(`${new URL(home).host} ${name}`) };
};
const post = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
const who = async (browser: ReturnType<typeof openBrowser>) => {
  const answer = await browser.go(`${home}${session}`);
  return {
    status: answer.status,
    ...((await answer.json()) as { role?: string; scopes?: string[]; name?: string; sub?: string }),
  };
};
const actions = () =>
  stack.warehouse.query<{ action: string; actor: string; outcome: string }>(
    'SELECT DISTINCT seq, toString(action) AS action, actor, toString(outcome) AS outcome FROM ops.audit ORDER BY seq',
  );

test('a person comes back from the provider with role and scope, and cookies no script or other site can use', async () => {
  const { browser, url, of } = await signIn('sari');
  expect(url).toBe(`${home}/?scope=province:32`);
  expect(await who(browser)).toMatchObject({
    status: 200,
    sub: 'sari',
    name: 'Sari',
    role: 'KPPG',
    scopes: ['province:32'],
  });
  for (const cookie of [of('lumbung_session'), of('lumbung_renewal')]) {
    expect(cookie?.attributes).toMatch(/HttpOnly/);
    expect(cookie?.attributes).toMatch(/SameSite=Strict/);
  }
  expect(of('lumbung_signin')).toBeUndefined();
  const statusOf = async (scope: string) =>
    (await browser.go(`${home}/api/v1/summary?scope=${scope}&date=2026-03-02`)).status;
  expect([await statusOf('sppg:k321'), await statusOf('province:51'), await statusOf('national')]).toEqual([
    200, 403, 403,
  ]);
  await until('the sign-in in the audit trail', async () =>
    (await actions()).some(
      ({ action, actor, outcome }) => action === 'sign_in' && actor === 'sari' && outcome === 'ok',
    ),
  );
});

test('a provider that tells no role: the users table does; without one there, or inactive, nobody comes in', async () => {
  const { browser } = await signIn('u-ahli');
  expect(await who(browser)).toMatchObject({ role: 'SPPG_AHLI_GIZI', scopes: ['sppg:k511'] });
  for (const person of ['u-gone', 'nobody', undefined]) {
    const refused = await signIn(person);
    expect(refused.url, person).toBe(`${home}/?sign-in=failed`);
    expect(refused.of('lumbung_session')).toBeUndefined();
    expect((await who(refused.browser)).status).toBe(401);
  }
});

test('demo sign-ins are people of the users table where there is one of the role', async () => {
  const enter = async (demo: string) => {
    const browser = openBrowser();
    const body = JSON.stringify({ demo });
    const headers = { 'content-type': 'application/json' };
    expect((await browser.go(`${home}${session}`, { method: 'POST', headers, body })).status).toBe(201);
    expect((await browser.go(`${home}${session}/refresh`, post)).status).toBe(200);
    return who(browser);
  };
  expect(await enter('gizi')).toMatchObject({ sub: 'u-ahli', role: 'SPPG_AHLI_GIZI', scopes: ['sppg:k511'] });
  expect(await enter('kepala')).toMatchObject({ sub: 'demo:kepala', role: 'SPPG_KEPALA', scopes: ['sppg:k321'] });
  expect(await enter('yayasan')).toMatchObject({ role: 'YAYASAN', scopes: ['sppg:k321', 'sppg:k322', 'sppg:k511'] });
  expect(await enter('dukungan')).toMatchObject({ role: 'PLATFORM_SUPPORT', scopes: ['national'] });
});

test('a callback counts once, in the browser that began it, with its own state', async () => {
  oidc.person = 'sari';
  const browser = openBrowser();
  const stop = (at: string) => at.startsWith(`${home}/api/v1/sign-in/callback`);
  const { url: callback } = await browser.follow(`${home}/api/v1/sign-in`, stop);
  const failed = `${home}/?sign-in=failed`;
  const end = async (by: ReturnType<typeof openBrowser>, url: string) => {
    const answer = await by.go(url);
    return new URL(answer.headers.get('location') ?? '', home).href;
  };
  // Another browser (whose owner was lured to the address) has not begun it.
  expect(await end(openBrowser(), callback)).toBe(failed);
  // Another attempt's cookie does not fit this state and nonce.
  const other = openBrowser();
  await other.follow(`${home}/api/v1/sign-in`, stop);
  expect(await end(other, callback)).toBe(failed);
  const held = new Map(browser.cookies);
  expect(await end(browser, callback.replace(/state=[^&]+/, 'state=forged'))).toBe(failed);
  for (const [key, cookie] of held) browser.cookies.set(key, cookie);
  expect(await end(browser, callback)).toBe(`${home}/`);
  for (const [key, cookie] of held) browser.cookies.set(key, cookie);
  expect(await end(browser, callback)).toBe(failed);
  for (const returnTo of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
    expect((await browser.go(`${home}/api/v1/sign-in?returnTo=${encodeURIComponent(returnTo)}`)).status).toBe(400);
  }
});

test('a session is renewed with the rights of now, and ends with sign-out', async () => {
  const { browser, of } = await signIn('sari');
  oidc.accounts.set('sari', { name: 'Sari', realm_access: { roles: ['KPPG'] }, units: ['province:51'] });
  const before = of('lumbung_session')?.value;
  expect((await browser.go(`${home}${session}/refresh`, post)).status).toBe(200);
  expect(of('lumbung_session')?.value).not.toBe(before);
  expect(await who(browser)).toMatchObject({ role: 'KPPG', scopes: ['province:51'] });
  oidc.accounts.set('sari', { name: 'Sari', realm_access: { roles: ['KPPG'] }, units: ['province:32'] });

  const kept = of('lumbung_renewal');
  const out = await browser.go(`${home}${session}`, { ...post, method: 'DELETE' });
  expect(((await out.json()) as { signOut: string }).signOut).toContain(`${oidc.issuer}/session/end`);
  expect((await who(browser)).status).toBe(401);
  // A copy of the renewal cookie is worth nothing: the provider has been told.
  if (kept) browser.cookies.set(`${new URL(home).host} lumbung_renewal`, kept);
  expect((await browser.go(`${home}${session}/refresh`, post)).status).toBe(401);
});

test('whoever loses the account at the provider loses the session at its renewal', async () => {
  const { browser } = await signIn('u-ahli');
  await stack.source.query(`UPDATE users SET "isActive" = false WHERE id = 'u-ahli'`);
  await until('the change to arrive', async () => (await browser.go(`${home}${session}/refresh`, post)).status === 403);
});

test('pages of other sites cannot sign anybody in or out', async () => {
  const { browser } = await signIn('sari');
  const token = await stack.token('KPPG', ['province:32']);
  const from = (headers: Record<string, string>, method = 'POST', path = session) =>
    browser.go(`${home}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'POST' ? { body: JSON.stringify({ token }) } : {}),
    });
  for (const headers of [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
  ]) {
    expect((await from(headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(403);
    expect((await from(headers as Record<string, string>, 'DELETE')).status).toBe(403);
    expect((await from(headers as Record<string, string>, 'POST', `${session}/refresh`)).status).toBe(403);
  }
  expect((await who(browser)).status).toBe(200);
  expect((await from({ origin: home })).status).toBe(201);
});

test("the provider's tokens are taken as bearer tokens, and no imitation of them", async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const claims = { realm_access: { roles: ['KPPG'] }, units: ['national'] };
  const imitate = (change: { issuer?: string; audience?: string; kid?: string } = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', ...(change.kid === undefined ? {} : { kid: change.kid }) })
      .setSubject('x')
      .setIssuer(change.issuer ?? oidc.issuer)
      .setAudience(change.audience ?? CLIENT.id)
      .setExpirationTime('1h')
      .sign(privateKey);
  const { keys } = (await (await fetch(oidc.jwks)).json()) as { keys: { kid: string; n: string }[] };
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ ...claims, sub: 'x', exp: 9e9 })).toString('base64url')}.`;
  const confused = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('x')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(await exportSPKI(publicKey)));
  for (const token of [await imitate(), await imitate({ kid: keys[0]?.kid ?? '' }), none, confused]) {
    expect((await stack.get('/api/v1/session', token)).status).toBe(401);
  }
  expect((await exportJWK(publicKey)).kty).toBe('RSA');

  // A real one, as a program would fetch it.
  oidc.person = 'sari';
  const browser = openBrowser();
  const verifier = 'v'.repeat(64);
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))).toString(
    'base64url',
  );
  const redirect = `${home}/api/v1/sign-in/callback`;
  const query = new URLSearchParams({
    ...{ client_id: CLIENT.id, response_type: 'code', scope: 'openid profile', redirect_uri: redirect },
    ...{
      code_challenge: challenge,
      code_challenge_method: 'S256',
      claims: '{"id_token":{"realm_access":null,"units":null}}',
    },
  });
  const { url } = await browser.follow(`${oidc.issuer}/auth?${query}`, (at) => at.startsWith(redirect));
  const code = new URL(url).searchParams.get('code') ?? '';
  const answer = await fetch(`${oidc.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirect,
      code_verifier: verifier,
    }),
  });
  const { id_token } = (await answer.json()) as { id_token: string };
  expect((await stack.get('/api/v1/session', id_token)).body).toMatchObject({
    sub: 'sari',
    role: 'KPPG',
    scopes: ['province:32'],
  });
  // Local tokens go on being taken.
  expect((await stack.get('/api/v1/session', await stack.token('KPPG', ['province:51']))).status).toBe(200);
});

test('API keys: role and scope, rotated with grace, revoked and expired', async () => {
  const made = await lumbung(stack, [
    'key',
    'create',
    '--name',
    'bi',
    '--role',
    'KPPG',
    '--scope',
    'province:32',
    '--json',
  ]);
  const { id, key } = JSON.parse(made.out) as { id: string; key: string };
  const ask = async (token: string, scope = 'sppg:k321') =>
    (await stack.get(`/api/v1/summary?scope=${scope}&date=2026-03-02`, token)).status;
  expect([await ask(key), await ask(key, 'province:51')]).toEqual([200, 403]);
  expect(await ask(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBe(401);
  const stored = await stack.warehouse.query('SELECT * FROM ops.api_keys');
  expect(JSON.stringify(stored)).not.toContain(key.split('_').slice(2).join('_'));

  const fresh = JSON.parse((await lumbung(stack, ['key', 'rotate', id, '--json'])).out) as { id: string; key: string };
  expect([await ask(key), await ask(fresh.key)]).toEqual([200, 200]);
  expect((await lumbung(stack, ['key', 'revoke', id])).out).toMatch(/is revoked/);
  await until('the revoked key to be refused', async () => (await ask(key)) === 401);
  expect(await ask(fresh.key)).toBe(200);
  await stack.warehouse.command(
    `INSERT INTO ops.api_keys SELECT * REPLACE (now64(3) - INTERVAL 1 SECOND AS expires_at, now64(6) AS changed_at)
     FROM ops.api_keys FINAL WHERE id = {id:String}`,
    { id: fresh.id },
  );
  await until('the expired key to be refused', async () => (await ask(fresh.key)) === 401);
  const list = JSON.parse((await lumbung(stack, ['key', 'list', '--json'])).out) as { id: string; state: string }[];
  expect(Object.fromEntries(list.map(({ id: each, state }) => [each, state]))).toEqual({
    [id]: 'revoked',
    [fresh.id]: 'expired',
  });
  expect((await lumbung(stack, ['key', 'revoke', id])).code).toBe(1);
  const wrong = await lumbung(stack, ['key', 'create', '--name', 'x', '--role', 'KEPALA_DINAS', '--scope', 'national']);
  expect(wrong.out).toMatch(/there is no role KEPALA_DINAS; roles are/);
});

test('behind TLS cookies are Secure, and a provider that is away is said to be', async () => {
  await oidc.close();
  const away = await fetch(`${home}/api/v1/sign-in`, { redirect: 'manual' });
  // Known addresses are still known: the browser finds out. A process that has never asked says so.
  expect([302, 503]).toContain(away.status);
  Object.assign(stack.env, { PUBLIC_URL: 'https://lumbung.example' });
  await stack.kill('api', 'SIGTERM');
  await stack.start('api');
  expect((await fetch(`${stack.api}/api/v1/sign-in`, { redirect: 'manual' })).status).toBe(503);
  const token = await stack.token('KPPG', ['province:32']);
  const answer = await fetch(`${stack.api}${session}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  expect(answer.headers.getSetCookie().find((cookie) => cookie.startsWith('lumbung_session='))).toMatch(/; Secure/);
});
