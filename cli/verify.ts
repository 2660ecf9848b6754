/**
 * `lumbung verify FILE`: whether a file is, byte for byte, one that was made here, by its hash in the ledger of exports.
 * Invariant: nothing of the file is believed but its bytes.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { exportsWithHash } from '../warehouse/exports/ledger.ts';

type Made = {
  report: string;
  scope: string;
  from: string | null;
  to: string | null;
  format: string;
  madeAt: string | null;
  by: string;
};
export type Verdict = { file: string; sha256: string; known: boolean; made: Made[] };

export async function verifyFile(warehouse: Warehouse, file: string): Promise<Verdict> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest).catch((error: unknown) => {
    throw new LumbungError('bad_input', `${file} cannot be read`, error);
  });
  const sha256 = digest.digest('hex');
  const entries = await exportsWithHash(warehouse, sha256);
  const made = entries.map(({ report, scope, from, to, format, finishedAt, requestedBy }) => ({
    ...{ report, scope, from, to, format, madeAt: finishedAt, by: requestedBy },
  }));
  return { file, sha256, known: made.length > 0, made };
}

export function formatVerdict({ file, sha256, known, made }: Verdict): string {
  if (!known) return `${file} is none of the files made here, or was changed afterwards.\nSHA-256 ${sha256}`;
  const lines = made.map(({ report, scope, from, to, format, madeAt, by }) => {
    const period = from === null ? '' : ` ${from}..${to}`;
    return `  ${report} (${format}) of ${scope}${period}, made ${madeAt ?? 'at an unknown time'} for ${by}`;
  });
  return [`${file} is genuine:`, ...lines, `SHA-256 ${sha256}`].join('\n');
}
