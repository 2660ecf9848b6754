/**
 * The transaction whose changes are being received, with the texts its rows share.
 * Invariant: a row's version is (commit LSN, ordinal), see postgres/lsn.ts; the texts are that number's exact decimal digits.
 */
import { versionOf } from './postgres/lsn.ts';
import { type ByteWriter, reserve } from './postgres/values.ts';

export type Transaction = {
  committedAt: bigint;
  /** Of the latest change; the first has 1. */
  ordinal: number;
  stamp: string;
  /** _version of ordinal 0, _deleted and _committed_at of a row, as RowBinary. */
  tail: Buffer;
  /** The version of ordinal 0 as decimal digits: all but the last 15, and those. */
  high: string;
  low: number;
  /** What ends the TabSeparated line of a row, and of a tombstone. */
  live: string;
  gone: string;
};

const LOW_DIGITS = 15;
/** Where the commit LSN stands in the bytes of a version, behind the ordinal. */
const LSN_AT = 8;

export function beginTransaction(commitLsn: bigint, committedAt: bigint): Transaction {
  const stamp = microsToText(committedAt);
  const tail = Buffer.alloc(25);
  tail.writeBigUInt64LE(commitLsn, LSN_AT);
  tail.writeBigInt64LE(committedAt, 17);
  const base = versionOf(commitLsn, 0)
    .toString()
    .padStart(LOW_DIGITS + 1, '0');
  return {
    committedAt,
    ordinal: 0,
    stamp,
    tail,
    high: base.slice(0, -LOW_DIGITS),
    low: Number(base.slice(-LOW_DIGITS)),
    live: `\t0\t${stamp}\n`,
    gone: `\t1\t${stamp}\n`,
  };
}

/** Writes _version, _deleted and _committed_at of the latest change. */
export function writeTail(writer: ByteWriter, { tail, ordinal }: Transaction): void {
  reserve(writer, tail.length);
  const at = writer.length;
  for (let i = 0; i < tail.length; i++) writer.bytes[at + i] = tail[i] as number;
  writer.bytes.writeUIntLE(ordinal, at, 6);
  writer.length = at + tail.length;
}

/** Writes the LSN of the commit. */
export function writeCommitLsn(writer: ByteWriter, { tail }: Transaction): void {
  reserve(writer, 8);
  for (let i = 0; i < 8; i++) writer.bytes[writer.length++] = tail[LSN_AT + i] as number;
}

/** The version of the latest change. A 128-bit addition for every row would cost more than writing the row. */
export function versionText({ high, low, ordinal }: Transaction): string {
  const sum = low + ordinal;
  if (sum < 10 ** LOW_DIGITS) return high + String(sum).padStart(LOW_DIGITS, '0');
  return String((BigInt(high) + 1n) * 10n ** BigInt(LOW_DIGITS) + BigInt(sum - 10 ** LOW_DIGITS));
}

/** Microseconds since 1970 → 'YYYY-MM-DD HH:MM:SS.ffffff' (UTC). */
export function microsToText(micros: bigint): string {
  const milliseconds = Number(micros / 1000n);
  const rest = String(micros % 1000n).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')}${rest}`;
}
