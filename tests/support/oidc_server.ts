/** A real OIDC provider on loopback; people sign in as whom the test says. And a browser that keeps cookies. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'lumbung', secret: 'a-secret-of-the-client' };

export type OidcServer = {
  issuer: string;
  jwks: string;
  /** Claims by account; one that is absent cannot sign in or renew. */
  accounts: Map<string, Record<string, unknown>>;
  /** Who sits before the browser; undefined refuses. */
  person: string | undefined;
  close(): Promise<void>;
};

export async function startOidcServer(home: string): Promise<OidcServer> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const accounts = new Map<string, Record<string, unknown>>();
  const state: OidcServer = {
    issuer,
    jwks: `${issuer}/jwks`,
    accounts,
    person: undefined,
    close: () =>
      new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${home}/api/v1/sign-in/callback`],
        post_logout_redirect_uris: [`${home}/`],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'realm_access', 'units'] },
    findAccount: (_ctx: unknown, id: string) => {
      const claims = accounts.get(id);
      return claims && { accountId: id, claims: async () => ({ sub: id, ...claims }) };
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      claimsParameter: { enabled: true },
    },
    ttl: Object.fromEntries(
      ['Interaction', 'Grant', 'Session', 'AccessToken', 'RefreshToken', 'IdToken'].map((name) => [name, 600]),
    ),
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    cookies: { keys: ['a key of the test'] },
  });
  const handle = provider.callback();
  http.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return handle(request, response);
    void (async () => {
      const { params } = await provider.interactionDetails(request, response);
      if (state.person === undefined) {
        return provider.interactionFinished(request, response, { error: 'access_denied' });
      }
      const grant = new provider.Grant({ accountId: state.person, clientId: params.client_id });
      grant.addOIDCScope('openid profile offline_access');
      grant.addOIDCClaims(['realm_access', 'units']);
      const consent = { grantId: await grant.save() };
      await provider.interactionFinished(request, response, { login: { accountId: state.person }, consent });
    })();
  });
  return state;
}

export type Cookie = { value: string; attributes: string };
export type Browser = {
  cookies: Map<string, Cookie>;
  /** One request, with the cookies for its address; cookies it sets are kept. */
  go(url: string, init?: RequestInit): Promise<Response>;
  /** Follows redirects until there is none, or until `stop` says so of an address. */
  follow(url: string, stop?: (url: string) => boolean): Promise<{ url: string; response: Response | undefined }>;
};

export function openBrowser(): Browser {
  const cookies = new Map<string, Cookie>();
  const go = async (url: string, init: RequestInit = {}) => {
    const { host, pathname } = new URL(url);
    const sent = [...cookies].flatMap(([key, { value, attributes }]) => {
      const [of, name] = key.split(' ');
      const path = /path=([^;]+)/i.exec(attributes)?.[1] ?? '/';
      return of === host && pathname.startsWith(path) ? [`${name}=${value}`] : [];
    });
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(sent.length > 0 ? { cookie: sent.join('; ') } : {}),
    };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(attributes)) cookies.delete(`${host} ${name}`);
      else cookies.set(`${host} ${name}`, { value, attributes });
    }
    return response;
  };
  return {
    cookies,
    go,
    async follow(url, stop) {
      let at = url;
      for (let hops = 0; hops < 20; hops++) {
        if (stop?.(at)) return { url: at, response: undefined };
        const response = await go(at);
        const next = response.headers.get('location');
        if (next === null) return { url: at, response };
        await response.arrayBuffer();
        at = new URL(next, at).href;
      }
      throw new Error(`redirected for ever, last to ${at}`);
    },
  };
}
