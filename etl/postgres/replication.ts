/**
 * The replication connection: slot, snapshot hand-over and the CopyBoth stream with flow control.
 * Invariant: nothing here decides what is confirmed; `confirm` sends exactly the LSN it is given.
 */
import pg from 'pg';
import { LumbungError } from '../../platform/errors.ts';
import { formatLsn, parseLsn } from './lsn.ts';
import { PRINTING } from './session.ts';

type Socket = { pause(): void; resume(): void };
/** The parts of pg's connection object that replication needs; the package does not publish their types. */
type CopyConnection = {
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): void;
  on(event: 'copyDone' | 'end', listener: () => void): void;
  once(event: 'replicationStart' | 'copyBothResponse', listener: () => void): void;
  sendCopyFromChunk(chunk: Buffer): void;
  stream: Socket;
};

export type StreamHandlers = {
  /** One pgoutput message. The buffer stays valid after the call. */
  message(bytes: Buffer): void;
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

/** Starts streaming from `from`; handlers run on the event loop, errors in them end the stream. */
export async function startStream(
  client: pg.Client,
  slot: string,
  publication: string,
  from: bigint,
  handlers: StreamHandlers,
): Promise<ReplicationStream> {
  const connection = (client as unknown as { connection: CopyConnection }).connection;
  let closed = false;
  const end = (error: unknown) => {
    if (closed) return;
    closed = true;
    handlers.ended(error);
  };
  connection.on('copyData', ({ chunk }) => {
    if (closed) return;
    try {
      if (chunk[0] === 0x77) handlers.message(chunk.subarray(25));
      else if (chunk[0] === 0x6b) handlers.keepalive(chunk.readBigUInt64BE(1), chunk.readBigInt64BE(9) + EPOCH_MICROS);
    } catch (error) {
      end(error);
    }
  });
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
