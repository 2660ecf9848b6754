/**
 * Tokens: who asks, in which role, for which part of the nation. Signed by the local secret, or by an OIDC provider whose keys are
 * read from AUTH_JWKS_URL. Invariant: a token counts only with signature, expiry, and (from a provider) issuer and audience.
 */
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Config } from './config.ts';
import { LumbungError } from './errors.ts';

const ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** `national`, `wilayah:CODE`, `region:CODE`, `province:ID`, `regency:ID` or `sppg:ID`. */
export const scopeText = z
  .string()
  .max(80)
  .refine(
    (text) => {
      if (text === 'national') return true;
      const [level, id, ...rest] = text.split(':');
      return /^(wilayah|region|province|regency|sppg)$/.test(level ?? '') && rest.length === 0 && ID.test(id ?? '');
    },
    { error: 'must be national, wilayah:CODE, region:CODE, province:ID, regency:ID or sppg:ID' },
  );

const ROLE = /^[A-Z_]{2,40}$/;
const claimsSchema = z.object({
  sub: z.string().min(1).max(200),
  role: z.string().regex(ROLE, 'must be a role name in capitals'),
  scope: z.array(scopeText).min(1).max(1_000),
  exp: z.number().optional(),
  /** How the person is called on the pages. */
  name: z.string().max(200).optional(),
});
export type Claims = z.infer<typeof claimsSchema>;

/** Signs a token; `ttl` like 15m, 1h, 7d. */
export async function signToken(secret: Uint8Array, claims: Claims, ttl: string): Promise<string> {
  if (!/^\d+\s*[smhd]$/.test(ttl))
    throw new LumbungError('bad_input', `--ttl must look like 15m, 1h or 7d, not "${ttl}"`);
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success)
    throw new LumbungError('bad_input', parsed.error.issues.map((issue) => issue.message).join('; '));
  const { role, scope, name } = claims;
  return new SignJWT({ role, scope, ...(name === undefined ? {} : { name }) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(claims.sub)
    .setIssuedAt()
    .setExpirationTime(ttl)
    .sign(secret);
}

const refused = (cause: unknown) =>
  new LumbungError('unauthenticated', 'the token is missing, malformed, expired or not from this system', cause);

/** The claims of a valid local token; `unauthenticated` otherwise, without saying which check failed. */
export async function verifyToken(secret: Uint8Array, token: string): Promise<Claims> {
  try {
    const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'], requiredClaims: ['exp', 'sub'] });
    return claimsSchema.parse(payload);
  } catch (cause) {
    throw refused(cause);
  }
}

const PUBLIC_KEY_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** Verifies tokens of the provider where one is configured, and local ones. */
export function createTokenVerifier(config: Config, secret: Uint8Array): (token: string) => Promise<Claims> {
  const { AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE } = config;
  if (AUTH_JWKS_URL === undefined || AUTH_ISSUER === undefined || AUTH_AUDIENCE === undefined) {
    return (token) => verifyToken(secret, token);
  }
  const keys = createRemoteJWKSet(new URL(AUTH_JWKS_URL));
  const rules = {
    issuer: AUTH_ISSUER,
    audience: AUTH_AUDIENCE,
    algorithms: PUBLIC_KEY_ALGORITHMS,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: 5,
  };
  return async (token) => {
    if (isLocal(token)) return verifyToken(secret, token);
    try {
      const { payload } = await jwtVerify(token, keys, rules);
      return claimsFrom(payload, config);
    } catch (cause) {
      if (providerIsAway(cause)) {
        throw new LumbungError('unreachable', `the sign-in provider's keys cannot be read (AUTH_JWKS_URL)`, cause);
      }
      throw refused(cause);
    }
  };
}

/** Local tokens are signed by a shared secret, a provider's never. */
function isLocal(token: string): boolean {
  try {
    return (
      (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { alg?: unknown }).alg === 'HS256'
    );
  } catch {
    return false;
  }
}

/** What is neither a fault of the token nor of its claims is one of reading the keys. */
const providerIsAway = (cause: unknown) =>
  cause instanceof errors.JOSEError
    ? cause instanceof errors.JWKSTimeout || cause.code === 'ERR_JOSE_GENERIC'
    : !(cause instanceof z.ZodError);

/** `realm_access.roles` → payload.realm_access.roles */
const claimAt = (payload: JWTPayload, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], payload);
const texts = (value: unknown, separator: RegExp): string[] =>
  (Array.isArray(value) ? value : String(value ?? '').split(separator)).filter((text) => typeof text === 'string');

/**
 * A provider's claims as ours: the first role name of its role claim; of its scope claim, a list or (as OAuth has it) a text
 * with blanks, what is a part of the nation. Throws where either is absent.
 */
export function claimsFrom(payload: JWTPayload, config: Pick<Config, 'AUTH_ROLE_CLAIM' | 'AUTH_SCOPE_CLAIM'>): Claims {
  const role = texts(claimAt(payload, config.AUTH_ROLE_CLAIM), /[\s,]+/).find((name) => ROLE.test(name));
  const scope = texts(claimAt(payload, config.AUTH_SCOPE_CLAIM), /[\s,]+/).filter(
    (text) => scopeText.safeParse(text).success,
  );
  const { sub, exp, name } = payload;
  return claimsSchema.parse({
    sub,
    exp,
    role,
    scope,
    ...(typeof name === 'string' ? { name: name.slice(0, 200) } : {}),
  });
}
