/**
 * `lumbung verify FILE`: whether a file is, byte for byte, one that was made here, by its hash in the ledgers of exports and
 * deliveries; and what the register says of the document now.
 * Invariant: nothing of the file is believed but its bytes.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { LumbungError } from '../platform/errors.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { deliveriesWithHash } from '../warehouse/deliveries/ledger.ts';
import { exportsWithHash } from '../warehouse/exports/ledger.ts';
import { type Verification, verifyNumber } from '../warehouse/register/verification.ts';

type Made = {
  report: string;
  scope: string;
  from: string | null;
  to: string | null;
  format: string;
  madeAt: string | null;
  /** Who asked for it, or the schedule and the target it was made for. */
  by: string;
  number: string;
};
type Document = Pick<Verification, 'number' | 'state' | 'revision' | 'sha256' | 'replacedBy'>;
export type Verdict = { file: string; sha256: string; known: boolean; made: Made[]; documents: Document[] };

export async function verifyFile(warehouse: Warehouse, file: string): Promise<Verdict> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest).catch((error: unknown) => {
    throw new LumbungError('bad_input', `${file} cannot be read`, error);
  });
  const sha256 = digest.digest('hex');
  const [exports, deliveries] = await Promise.all([
    exportsWithHash(warehouse, sha256),
    deliveriesWithHash(warehouse, sha256),
  ]);
  const made: Made[] = [
    ...exports.map(({ report, scope, from, to, format, number, finishedAt, requestedBy }) => ({
      ...{ report, scope, from, to, format, number, madeAt: finishedAt, by: requestedBy },
    })),
    ...deliveries.map(({ report, scope, from, to, format, number, due, schedule, target }) => ({
      ...{ report, scope, from, to, format, number, madeAt: due, by: `schedule ${schedule}, ${target}` },
    })),
  ];
  const numbers = [...new Set(made.map(({ number }) => number))].filter((number) => number !== '');
  const found = await Promise.all(numbers.map((number) => verifyNumber(warehouse, number)));
  const documents = found.flatMap((one) => {
    if (one === undefined) return [];
    const { number, state, revision, sha256: numbersOf, replacedBy } = one;
    return [{ number, state, revision, sha256: numbersOf, replacedBy }];
  });
  return { file, sha256, known: made.length > 0, made, documents };
}

export function formatVerdict({ file, sha256, known, made, documents }: Verdict): string {
  if (!known) return `${file} is none of the files made here, or was changed afterwards.\nSHA-256 ${sha256}`;
  const lines = made.map(({ report, scope, from, to, format, madeAt, by }) => {
    const period = from === null ? '' : ` ${from}..${to}`;
    return `  ${report} (${format}) of ${scope}${period}, made ${madeAt ?? 'at an unknown time'} for ${by}`;
  });
  const told = documents.map(({ number, state, revision, replacedBy }) => {
    const now = replacedBy === null ? 'it still counts' : `it was replaced: ${replacedBy} counts now`;
    return `  document ${number}: ${state}, revision ${revision}; ${now}`;
  });
  return [`${file} is genuine:`, ...lines, ...told, `SHA-256 ${sha256}`].join('\n');
}
