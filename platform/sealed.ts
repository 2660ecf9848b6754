/**
 * Small values kept by the browser and readable by nobody but us: encrypted (A256GCM) under the local secret, for one purpose, until
 * they expire. Invariant: what was sealed for one purpose cannot be opened for another.
 */
import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { z } from 'zod';

const keyFor = (secret: Uint8Array, purpose: string) =>
  new Uint8Array(hkdfSync('sha256', secret, 'lumbung', `sealed ${purpose}`, 32));

export function seal(secret: Uint8Array, purpose: string, value: object, seconds: number): Promise<string> {
  return new EncryptJWT({ value })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setIssuedAt()
    .setExpirationTime(`${seconds}s`)
    .encrypt(keyFor(secret, purpose));
}

/** The value, or undefined where it is absent, altered, expired, or sealed for something else. */
export async function unseal<T>(
  secret: Uint8Array,
  purpose: string,
  schema: z.ZodType<T>,
  text: string | undefined,
): Promise<T | undefined> {
  if (text === undefined) return undefined;
  try {
    const { payload } = await jwtDecrypt(text, keyFor(secret, purpose), {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      requiredClaims: ['exp'],
    });
    return schema.parse(payload.value);
  } catch {
    return undefined;
  }
}
