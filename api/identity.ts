/** Whom a credential stands for: a program's API key, else a token (of the provider, or a local one). */
import type { Config } from '../platform/config.ts';
import { LumbungError } from '../platform/errors.ts';
import { type Claims, createTokenVerifier } from '../platform/tokens.ts';
import { createKeyVerifier, isApiKey } from '../warehouse/api_keys.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { isRole } from '../warehouse/permissions.ts';

export function createVerifier(
  config: Config,
  secret: Uint8Array,
  warehouse: Warehouse,
): (token: string) => Promise<Claims> {
  const verifyKey = createKeyVerifier(warehouse);
  const verifyToken = createTokenVerifier(config, secret);
  return async (token) => {
    const claims = await (isApiKey(token) ? verifyKey(token) : verifyToken(token));
    if (!isRole(claims.role)) throw new LumbungError('forbidden', `there is no role ${claims.role} here`);
    return claims;
  };
}
