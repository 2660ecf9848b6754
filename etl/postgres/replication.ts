/**
 * The replication connection: slot, snapshot hand-over and the CopyBoth stream with flow control.
 * Invariant: nothing here decides what is confirmed; `confirm` sends exactly the LSN it is given.
 */
import type { Socket } from 'node:net';
import pg from 'pg';
import { LumbungError } from '../../platform/errors.ts';
import { formatLsn, parseLsn } from './lsn.ts';
import { PRINTING } from './session.ts';

/** The parts of pg's connection object that replication needs; the package does not publish their types. */
type Connection = {
  sendCopyFromChunk(chunk: Buffer): void;
  on(event: 'end', listener: () => void): void;
  stream: Socket;
};

export type StreamHandlers = {
  /** One pgoutput message, in `bytes` from `start` to `end`; the bytes are not valid after the call. */
  message(bytes: Buffer, start: number, end: number): void;
  /** Everything that had arrived together has been handed over. */
  arrived(): void;
  /** The server has sent everything up to `walEnd`; `clock` is its time in microseconds since 1970. */
  keepalive(walEnd: bigint, clock: bigint): void;
  /** The stream ended or failed. */
  ended(error: unknown): void;
};

export type ReplicationStream = {
  pause(): void;
  resume(): void;
  /** Reports `lsn` as durable; asks the server for a keepalive when `ping`. */
  confirm(lsn: bigint, ping: boolean): void;
  close(): Promise<void>;
};

const EPOCH_MICROS = 946_684_800_000_000n;
/** A message's type and length. */
const HEADER_BYTES = 5;
const COPY_DATA = 0x64;
const XLOG_DATA = 0x77;
/** Behind it: start and end of the WAL, and the server's clock. */
const XLOG_HEADER = 25;
const KEEPALIVE = 0x6b;

export async function connectReplication(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'lumbung capture',
    options: PRINTING,
    ...({ replication: 'database' } as object),
  });
  client.on('error', () => undefined); // the stream's end handler reports it
  await client.connect();
  return client;
}

/** System identifier and timeline: what an LSN is relative to. */
export async function identify(client: pg.Client): Promise<{ systemId: string; timeline: number }> {
  const { rows } = await client.query<{ systemid: string; timeline: number }>('IDENTIFY_SYSTEM');
  const row = rows[0];
  if (!row) throw new LumbungError('config', 'Postgres did not identify itself on a replication connection');
  return { systemId: row.systemid, timeline: Number(row.timeline) };
}

/**
 * Creates a slot. A temporary one exports a snapshot at its consistent point: it can be imported as long as `client` runs no
 * other command, and the slot goes with the connection.
 */
export async function createSlot(
  client: pg.Client,
  slot: string,
  kind: 'permanent' | 'temporary',
): Promise<{ consistentPoint: bigint; snapshot: string }> {
  const { rows } = await client.query<{ consistent_point: string; snapshot_name: string | null }>(
    kind === 'permanent'
      ? `CREATE_REPLICATION_SLOT "${slot}" LOGICAL pgoutput NOEXPORT_SNAPSHOT`
      : `CREATE_REPLICATION_SLOT "${slot}" TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT`,
  );
  const row = rows[0];
  if (!row) throw new LumbungError('config', 'Postgres created no replication slot');
  return { consistentPoint: parseLsn(row.consistent_point), snapshot: row.snapshot_name ?? '' };
}

/**
 * Takes CopyData messages off the socket before the driver sees them, which would make objects of each; all others go on to it.
 * Called between two commands, when the driver holds no part of a message.
 */
function takeCopyData(
  socket: Socket,
  onData: (bytes: Buffer, from: number, to: number) => void,
  onArrived: () => void,
): void {
  const driver = socket.listeners('data') as ((bytes: Buffer) => void)[];
  socket.removeAllListeners('data');
  /** The beginning of a message whose rest has not arrived, and how long it has to be for another look. */
  let rest: Buffer[] = [];
  let have = 0;
  let need = 0;
  socket.on('data', (chunk: Buffer) => {
    let bytes = chunk;
    if (have > 0) {
      rest.push(chunk);
      have += chunk.length;
      if (have < need) return;
      bytes = Buffer.concat(rest, have);
    }
    let at = 0;
    need = HEADER_BYTES;
    while (at + HEADER_BYTES <= bytes.length) {
      const size = 1 + bytes.readUInt32BE(at + 1);
      if (at + size > bytes.length) {
        need = size;
        break;
      }
      if (bytes[at] === COPY_DATA) onData(bytes, at + HEADER_BYTES, at + size);
      else for (const listener of driver) listener.call(socket, bytes.subarray(at, at + size));
      at += size;
    }
    rest = at < bytes.length ? [bytes.subarray(at)] : [];
    have = bytes.length - at;
    onArrived();
  });
}

/** Starts streaming from `from`; handlers run on the event loop, errors in them end the stream. */
export async function startStream(
  client: pg.Client,
  slot: string,
  publication: string,
  from: bigint,
  handlers: StreamHandlers,
): Promise<ReplicationStream> {
  const { connection } = client as unknown as { connection: Connection };
  let closed = false;
  const end = (error: unknown) => {
    if (closed) return;
    closed = true;
    handlers.ended(error);
  };
  takeCopyData(
    connection.stream,
    (bytes, from, to) => {
      if (closed) return;
      try {
        if (bytes[from] === XLOG_DATA) handlers.message(bytes, from + XLOG_HEADER, to);
        else if (bytes[from] === KEEPALIVE)
          handlers.keepalive(bytes.readBigUInt64BE(from + 1), bytes.readBigInt64BE(from + 9) + EPOCH_MICROS);
      } catch (error) {
        end(error);
      }
    },
    () => {
      if (!closed) handlers.arrived();
    },
  );
  connection.on('end', () => end(new LumbungError('unreachable', 'the source closed the replication connection')));
  client
    .query(
      `START_REPLICATION SLOT "${slot}" LOGICAL ${formatLsn(from)} (proto_version '1', publication_names '${publication}')`,
    )
    .then(() => end(new LumbungError('unreachable', 'the source ended the replication stream')), end);
  return {
    pause: () => connection.stream.pause(),
    resume: () => connection.stream.resume(),
    confirm(lsn, ping) {
      if (closed) return;
      const message = Buffer.alloc(34);
      message[0] = 0x72;
      message.writeBigUInt64BE(lsn, 1);
      message.writeBigUInt64BE(lsn, 9);
      message.writeBigUInt64BE(lsn, 17);
      message.writeBigInt64BE(BigInt(Date.now()) * 1000n - EPOCH_MICROS, 25);
      message[33] = ping ? 1 : 0;
      connection.sendCopyFromChunk(message);
    },
    async close() {
      closed = true;
      await client.end().catch(() => undefined);
    },
  };
}
