/** Tokens: who asks, in which role, for which part of the nation. Signed by the local secret. */
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
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

const claimsSchema = z.object({
  sub: z.string().min(1).max(200),
  role: z.string().regex(/^[A-Z_]{2,40}$/, 'must be a role name in capitals'),
  scope: z.array(scopeText).min(1).max(1_000),
  exp: z.number().optional(),
});
export type Claims = z.infer<typeof claimsSchema>;

/** Signs a token; `ttl` like 15m, 1h, 7d. */
export async function signToken(secret: Uint8Array, claims: Claims, ttl: string): Promise<string> {
  if (!/^\d+\s*[smhd]$/.test(ttl))
    throw new LumbungError('bad_input', `--ttl must look like 15m, 1h or 7d, not "${ttl}"`);
  const parsed = claimsSchema.safeParse(claims);
  if (!parsed.success)
    throw new LumbungError('bad_input', parsed.error.issues.map((issue) => issue.message).join('; '));
  return new SignJWT({ role: claims.role, scope: claims.scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(claims.sub)
    .setIssuedAt()
    .setExpirationTime(ttl)
    .sign(secret);
}

/** The claims of a valid token; `unauthenticated` otherwise, without saying which check failed. */
export async function verifyToken(secret: Uint8Array, token: string): Promise<Claims> {
  try {
    const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'], requiredClaims: ['exp', 'sub'] });
    return claimsSchema.parse(payload);
  } catch (cause) {
    throw new LumbungError(
      'unauthenticated',
      'the token is missing, malformed, expired or not from this system',
      cause,
    );
  }
}
