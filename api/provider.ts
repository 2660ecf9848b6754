/**
 * Sign-in with an OIDC provider by the authorization-code flow. Invariants: every attempt has its own state, nonce and PKCE verifier,
 * which only the browser that began it brings back; the ID token's signature, issuer, audience and nonce are checked; the
 * provider's tokens never reach a page's script.
 */
import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Config } from '../platform/config.ts';
import { LumbungError, messageOf } from '../platform/errors.ts';

export const pendingSignIn = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});
export type PendingSignIn = z.infer<typeof pendingSignIn>;
/** What the provider says of a person, and what renews it. */
export type Granted = {
  claims: Record<string, unknown>;
  refreshToken: string | undefined;
  idToken: string | undefined;
};

export const CALLBACK = '/api/v1/sign-in/callback';

export type Provider = {
  begin(returnTo: string): Promise<{ url: string; pending: PendingSignIn }>;
  /** `query` is the callback's query as it came. */
  finish(query: string, pending: PendingSignIn): Promise<Granted>;
  renew(refreshToken: string): Promise<Granted>;
  /** Ends the grant; where the provider has a page to sign out at, its address. */
  end(refreshToken: string | undefined, idToken: string | undefined): Promise<string | undefined>;
};

/** Undefined where no client id is configured. The provider is asked for its addresses at the first sign-in. */
export function createProvider(config: Config): Provider | undefined {
  const { AUTH_CLIENT_ID: id, AUTH_CLIENT_SECRET: secret, AUTH_ISSUER: issuer, PUBLIC_URL: home } = config;
  if (id === undefined || issuer === undefined || home === undefined) return undefined;
  const redirect = new URL(CALLBACK, home).href;
  let known: Promise<oidc.Configuration> | undefined;
  const discover = () => {
    known ??= oidc
      .discovery(new URL(issuer), id, {}, secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret), {
        execute: [
          oidc.enableNonRepudiationChecks,
          // A provider over plain HTTP is one on this machine, or a choice made by its address.
          ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : []),
        ],
        timeout: 10,
      })
      .catch((cause: unknown) => {
        known = undefined;
        throw new LumbungError('unreachable', `the sign-in provider does not answer (AUTH_ISSUER)`, cause);
      });
    return known;
  };

  const granted = async (
    server: oidc.Configuration,
    tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  ): Promise<Granted> => {
    const told = tokens.claims();
    const subject = told?.sub ?? oidc.skipSubjectCheck;
    // Role and scope are often told by the user-info endpoint only.
    const more = server.serverMetadata().userinfo_endpoint
      ? await oidc.fetchUserInfo(server, tokens.access_token, subject)
      : {};
    return { claims: { ...more, ...told }, refreshToken: tokens.refresh_token, idToken: tokens.id_token };
  };
  const refuse = (cause: unknown): never => {
    if (cause instanceof LumbungError) throw cause;
    throw new LumbungError('unauthenticated', `the sign-in was not completed: ${messageOf(cause)}`, cause);
  };

  return {
    async begin(returnTo) {
      const server = await discover();
      const pending = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        returnTo,
      };
      const url = oidc.buildAuthorizationUrl(server, {
        redirect_uri: redirect,
        scope: config.AUTH_SCOPES,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        // Without it, providers leave offline_access out.
        ...(config.AUTH_SCOPES.split(' ').includes('offline_access') ? { prompt: 'consent' } : {}),
      });
      return { url: url.href, pending };
    },
    async finish(query, { state, nonce, verifier }) {
      const server = await discover();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      try {
        return await granted(server, await oidc.authorizationCodeGrant(server, new URL(`${redirect}${query}`), checks));
      } catch (cause) {
        return refuse(cause);
      }
    },
    async renew(refreshToken) {
      const server = await discover();
      try {
        const fresh = await granted(server, await oidc.refreshTokenGrant(server, refreshToken));
        return { ...fresh, refreshToken: fresh.refreshToken ?? refreshToken };
      } catch (cause) {
        return refuse(cause);
      }
    },
    async end(refreshToken, idToken) {
      const server = await discover();
      const { revocation_endpoint, end_session_endpoint } = server.serverMetadata();
      if (refreshToken !== undefined && revocation_endpoint) await oidc.tokenRevocation(server, refreshToken);
      if (!end_session_endpoint) return undefined;
      const back = { post_logout_redirect_uri: new URL('/', home).href };
      return oidc.buildEndSessionUrl(server, { ...back, ...(idToken === undefined ? {} : { id_token_hint: idToken }) })
        .href;
    },
  };
}
