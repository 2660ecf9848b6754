/**
 * pgoutput (protocol version 1) → events. Works on the message bytes; column values stay slices of the message.
 * Invariant: a message it does not know is an error, never skipped.
 */
import { LumbungError } from '../platform/errors.ts';

/**
 * Column values of one tuple: kinds n(ull), u(nchanged TOAST), t(ext) with [start, end) in `bytes`. The arrays are used again
 * by the next message and may be longer than the tuple.
 */
export type Tuple = { bytes: Buffer; kinds: Uint8Array; starts: Uint32Array; ends: Uint32Array };
export type Relation = {
  oid: number;
  schema: string;
  table: string;
  identity: string;
  columns: string[];
  keys: boolean[];
  typeOids: number[];
  modifiers: number[];
};

export type WalEvent =
  | { type: 'begin'; commitLsn: bigint; committedAt: bigint }
  | { type: 'commit'; endLsn: bigint }
  | { type: 'relation'; relation: Relation }
  | { type: 'insert'; oid: number; row: Tuple }
  | { type: 'update'; oid: number; old: Tuple | undefined; oldKind: 'K' | 'O' | undefined; row: Tuple }
  | { type: 'delete'; oid: number; old: Tuple; oldKind: 'K' | 'O' }
  | { type: 'truncate'; oids: number[] }
  | { type: 'ignored' };

export const NULL = 0x6e;
export const UNCHANGED = 0x75;
export const TEXT = 0x74;

/** Microseconds from 1970 to Postgres' epoch, 2000-01-01. */
const EPOCH_MICROS = 946_684_800_000_000n;

type Cursor = { bytes: Buffer; at: number };

function cstring(cursor: Cursor): string {
  const end = cursor.bytes.indexOf(0, cursor.at);
  const text = cursor.bytes.toString('utf8', cursor.at, end);
  cursor.at = end + 1;
  return text;
}

/** More columns than a Postgres table can have. */
const MAX_COLUMNS = 1_664;
const createTuple = (): Tuple => ({
  bytes: Buffer.alloc(0),
  kinds: new Uint8Array(MAX_COLUMNS),
  starts: new Uint32Array(MAX_COLUMNS),
  ends: new Uint32Array(MAX_COLUMNS),
});
const OLD = createTuple();
const ROW = createTuple();

function tuple(cursor: Cursor, into: Tuple): Tuple {
  const { bytes } = cursor;
  const { kinds, starts, ends } = into;
  into.bytes = bytes;
  const count = bytes.readUInt16BE(cursor.at);
  cursor.at += 2;
  for (let i = 0; i < count; i++) {
    const kind = bytes[cursor.at++] as number;
    kinds[i] = kind;
    if (kind === TEXT) {
      const length = bytes.readUInt32BE(cursor.at);
      cursor.at += 4;
      starts[i] = cursor.at;
      cursor.at += length;
      ends[i] = cursor.at;
    } else if (kind !== NULL && kind !== UNCHANGED) {
      throw new LumbungError('schema', `unknown column kind ${kind} in the replication stream`);
    }
  }
  return into;
}

function relation(cursor: Cursor): Relation {
  const { bytes } = cursor;
  const oid = bytes.readUInt32BE(cursor.at);
  cursor.at += 4;
  const schema = cstring(cursor);
  const table = cstring(cursor);
  const identity = String.fromCharCode(bytes[cursor.at++] as number);
  const count = bytes.readUInt16BE(cursor.at);
  cursor.at += 2;
  const columns: string[] = [];
  const keys: boolean[] = [];
  const typeOids: number[] = [];
  const modifiers: number[] = [];
  for (let i = 0; i < count; i++) {
    keys.push(((bytes[cursor.at++] as number) & 1) === 1);
    columns.push(cstring(cursor));
    typeOids.push(bytes.readUInt32BE(cursor.at));
    modifiers.push(bytes.readInt32BE(cursor.at + 4));
    cursor.at += 8;
  }
  return { oid, schema: schema === '' ? 'pg_catalog' : schema, table, identity, columns, keys, typeOids, modifiers };
}

const CURSOR: Cursor = { bytes: Buffer.alloc(0), at: 0 };

/** Decodes the pgoutput message that begins at `start`. */
export function decode(bytes: Buffer, start = 0): WalEvent {
  const cursor = CURSOR;
  cursor.bytes = bytes;
  cursor.at = start + 1;
  const kind = String.fromCharCode(bytes[start] as number);
  switch (kind) {
    case 'B':
      return {
        type: 'begin',
        commitLsn: bytes.readBigUInt64BE(start + 1),
        committedAt: bytes.readBigInt64BE(start + 9) + EPOCH_MICROS,
      };
    case 'C':
      return { type: 'commit', endLsn: bytes.readBigUInt64BE(start + 10) };
    case 'R':
      return { type: 'relation', relation: relation(cursor) };
    case 'I': {
      const oid = bytes.readUInt32BE(start + 1);
      cursor.at = start + 6;
      return { type: 'insert', oid, row: tuple(cursor, ROW) };
    }
    case 'U': {
      const oid = bytes.readUInt32BE(start + 1);
      const next = String.fromCharCode(bytes[start + 5] as number);
      cursor.at = start + 6;
      if (next === 'N') return { type: 'update', oid, old: undefined, oldKind: undefined, row: tuple(cursor, ROW) };
      const old = tuple(cursor, OLD);
      cursor.at++;
      return { type: 'update', oid, old, oldKind: next as 'K' | 'O', row: tuple(cursor, ROW) };
    }
    case 'D': {
      const oid = bytes.readUInt32BE(start + 1);
      const oldKind = String.fromCharCode(bytes[start + 5] as number) as 'K' | 'O';
      cursor.at = start + 6;
      return { type: 'delete', oid, old: tuple(cursor, OLD), oldKind };
    }
    case 'T': {
      const count = bytes.readUInt32BE(start + 1);
      return { type: 'truncate', oids: Array.from({ length: count }, (_, i) => bytes.readUInt32BE(start + 6 + 4 * i)) };
    }
    case 'Y': // a type's name
    case 'O': // an origin
    case 'M': // a logical message (heartbeats)
      return { type: 'ignored' };
    default:
      throw new LumbungError('schema', `unknown replication message "${kind}"`);
  }
}
