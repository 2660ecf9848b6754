/**
 * What a channel is: it takes a file whole, or says that it did not.
 * Invariants: sending the same parcel again does no harm where the channel can be asked what it has; what cannot be asked answers
 * `uncertain` when it broke off, and nobody sends again by himself. Only hosts of DELIVERY_HOSTS are called, and redirects never followed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../platform/config.ts';
import { LumbungError, messageOf } from '../../platform/errors.ts';

export type Parcel = {
  /** Of the delivery and its round: the same at every attempt. */
  id: string;
  file: string;
  name: string;
  sha256: string;
  bytes: number;
  number: string;
  /** One line for people. */
  title: string;
};

export type Outcome = { taken: true; receipt: string } | { taken: 'uncertain'; reason: string };
export type Post = Pick<Config, 'DELIVERY_HOSTS' | 'DELIVERY_TIMEOUT_SECONDS' | 'SMTP_URL' | 'MAIL_FROM'> & {
  secretsDir: string;
  outbox: string;
};
export type Send<Target> = (target: Target, parcel: Parcel, post: Post, signal: AbortSignal) => Promise<Outcome>;

/** As `sha256sum --check` reads it; it arrives after the file, so who sees it has the file whole. */
export const manifestName = (name: string) => `${name}.sha256`;
export const manifestOf = ({ sha256, name }: Parcel) => `${sha256}  ${name}\n`;

/** What goes through memory whole. */
const MAX_BYTES = 100 * 1024 * 1024;
export function demandSmall({ bytes, name }: Parcel, channel: string): void {
  if (bytes > MAX_BYTES)
    throw new LumbungError('bad_input', `${name} is too large for ${channel} (100 MB): use a folder or SFTP`);
}

/** A secret by its name; it is read when it is used and kept nowhere. */
export function readSecret({ secretsDir }: Post, name: string): string {
  try {
    return readFileSync(join(secretsDir, name), 'utf8').trim();
  } catch (cause) {
    throw new LumbungError(
      'config',
      `there is no secret ${name}: put it into a file of that name in DELIVERY_SECRETS`,
      cause,
    );
  }
}

/** Anything a channel throws, as what may be tried again. */
export function failed(channel: string, error: unknown): LumbungError {
  if (error instanceof LumbungError) return error;
  return new LumbungError('transient', `${channel}: ${messageOf(error).slice(0, 300)}`, error);
}
