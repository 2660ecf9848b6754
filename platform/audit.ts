/**
 * The audit trail: who did what, in a chain of entries that each carry the SHA-256 of the one before.
 *
 * One chain an installation (a DATA_DIR), however many processes write: an entry is durable in DATA_DIR/audit before the action
 * goes on, and reaches the table ops.audit from there, at once or when ClickHouse is back. The files are numbered batches, each
 * made complete under another name and then linked to the next number. Linking fails where the number is taken, so two
 * writers never follow the same entry, without a lock that a killed process could leave behind.
 * Invariants: no entry is lost while the disk holds; the chain is linear; the newest batch is the anchor outside the table, by
 * which a truncated table is known, and every shipped head is in the log too.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from './errors.ts';
import type { Logger } from './log.ts';

export type AuditEvent = {
  /** What was done: sign_in, denied, export, snapshot_asked, … */
  action: string;
  /** Whom the token, key or system account names. */
  actor: string;
  role?: string;
  /** What it was done to: a route, a table, a key. */
  target?: string;
  outcome?: 'ok' | 'refused' | 'failed';
  detail?: Record<string, unknown>;
  address?: string;
  /** The request's id in the log. */
  request?: string;
};
export type AuditEntry = Required<Omit<AuditEvent, 'detail'>> & {
  chain: string;
  seq: number;
  /** ISO, UTC. */
  at: string;
  /** JSON. */
  detail: string;
  previous: string;
  hash: string;
};
export type Anchor = Pick<AuditEntry, 'chain' | 'seq' | 'hash'>;

/** The hash of everything an entry says, and of the hash before it. */
export function hashEntry(entry: Omit<AuditEntry, 'hash'>): string {
  const { chain, seq, at, actor, role, action, target, outcome, detail, address, request, previous } = entry;
  const said = [chain, seq, at, actor, role, action, target, outcome, detail, address, request, previous];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

export type Audit = {
  /** Resolves when the entry is durable. */
  append(event: AuditEvent): Promise<void>;
  /** Sends entries on from now on, those of ended processes too. */
  shipTo(insert: (entries: readonly AuditEntry[]) => Promise<void>): void;
  /** Sends what is waiting; rejects where that fails. */
  ship(): Promise<void>;
  /** The newest entry; undefined before the first. */
  anchor(): Promise<Anchor | undefined>;
  /** Sends once more what it can, then stops. */
  close(): Promise<void>;
};

const BATCH = /^\d{12}\.json$/;
const nameOf = (batch: number) => `${String(batch).padStart(12, '0')}.json`;
/** Shipped batches that stay: a writer that was suspended finds its place taken. */
const KEPT = 64;
const SHIP_EVERY_MS = 2_000;
const LAST_TRY_MS = 3_000;

export function openAudit(dataDir: string, log: Logger): Audit {
  const folder = join(dataDir, 'audit');
  const waiting: { event: AuditEvent; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing = Promise.resolve();
  let shipping = Promise.resolve();
  let send: ((entries: readonly AuditEntry[]) => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let away = false;

  /** Everything that waits goes into one batch: many entries cost one write. */
  const write = async () => {
    const batch = waiting.splice(0);
    if (batch.length === 0) return;
    try {
      await appendBatch(
        folder,
        batch.map(({ event }) => event),
      );
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  };
  const shipNow = async () => {
    if (send === undefined) return;
    const last = await shipBatches(folder, send);
    if (last) log.info({ chain: last.chain, seq: last.seq, hash: last.hash }, 'audit head');
  };
  const ship = () => {
    const run = shipping.then(shipNow);
    shipping = run.catch(() => undefined);
    return run;
  };
  const tryToShip = () =>
    ship().then(
      () => {
        away = false;
      },
      (error: unknown) => {
        if (!away) log.warn({ error: messageOf(error) }, 'audit entries wait in DATA_DIR/audit');
        away = true;
      },
    );

  return {
    append: (event) =>
      new Promise<void>((done, failed) => {
        waiting.push({ event, done, failed });
        writing = writing.then(write);
      }).then(() => void tryToShip()),
    shipTo(insert) {
      send = insert;
      timer ??= setInterval(() => void tryToShip(), SHIP_EVERY_MS);
      timer.unref();
      void tryToShip();
    },
    ship,
    anchor: async () => (await headOf(folder)).entry,
    async close() {
      clearInterval(timer);
      await writing;
      // A server that hangs must not hold up the stop: the next process sends what is left.
      await Promise.race([tryToShip(), delay(LAST_TRY_MS, undefined, { ref: false })]);
    },
  };
}

/** Batch numbers there are, ascending. */
async function batches(folder: string): Promise<number[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  return names
    .filter((name) => BATCH.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

/** The entries of a batch; undefined where it has been sent and cleared away. */
async function readBatch(folder: string, batch: number): Promise<AuditEntry[] | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, nameOf(batch)), 'utf8')) as AuditEntry[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function headOf(folder: string): Promise<{ batch: number; entry: AuditEntry | undefined }> {
  const batch = (await batches(folder)).at(-1) ?? 0;
  return { batch, entry: batch === 0 ? undefined : (await readBatch(folder, batch))?.at(-1) };
}

async function appendBatch(folder: string, events: readonly AuditEvent[]): Promise<void> {
  for (;;) {
    const head = await headOf(folder);
    if (head.batch > 0 && head.entry === undefined) continue;
    const entries: AuditEntry[] = [];
    for (const event of events) {
      const before: AuditEntry | undefined = entries.at(-1) ?? head.entry;
      const entry = {
        chain: before?.chain ?? randomUUID(),
        seq: (before?.seq ?? 0) + 1,
        at: new Date().toISOString(),
        ...{ actor: event.actor, role: event.role ?? '', action: event.action, target: event.target ?? '' },
        outcome: event.outcome ?? ('ok' as const),
        detail: JSON.stringify(event.detail ?? {}),
        ...{ address: event.address ?? '', request: event.request ?? '', previous: before?.hash ?? '' },
      };
      entries.push({ ...entry, hash: hashEntry(entry) });
    }
    const next = head.batch + 1;
    if (await place(folder, next, JSON.stringify(entries))) {
      if (!(await isPassed(folder, next, entries.at(-1)?.hash ?? ''))) return;
      // Suspended so long that the number had been used and cleared away: not a place in the chain.
      await rm(join(folder, nameOf(next)), { force: true });
    }
  }
}

/** Writes the batch durably under its number; false where another process was first. */
async function place(folder: string, batch: number, text: string): Promise<boolean> {
  const draft = join(folder, `${randomUUID()}.draft`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await link(draft, join(folder, nameOf(batch)));
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether later batches exist that do not follow this one. */
async function isPassed(folder: string, batch: number, hash: string): Promise<boolean> {
  if (((await batches(folder)).at(-1) ?? 0) === batch) return false;
  return (await readBatch(folder, batch + 1))?.[0]?.previous !== hash;
}

/** Sends every batch not noted as sent, in order; returns the last entry sent. */
async function shipBatches(
  folder: string,
  send: (entries: readonly AuditEntry[]) => Promise<void>,
): Promise<AuditEntry | undefined> {
  const note = join(folder, 'shipped');
  const sent = Number(await readFile(note, 'utf8').catch(() => '0'));
  const known = await batches(folder);
  let last: AuditEntry | undefined;
  for (const batch of known.filter((candidate) => candidate > sent)) {
    const entries = await readBatch(folder, batch);
    if (entries === undefined) continue;
    await send(entries);
    last = entries.at(-1);
    await writeFile(`${note}.${process.pid}`, String(batch));
    await rename(`${note}.${process.pid}`, note);
  }
  const shipped = last === undefined ? sent : (known.at(-1) ?? sent);
  for (const batch of known.filter((candidate) => candidate <= shipped).slice(0, -KEPT)) {
    await rm(join(folder, nameOf(batch)), { force: true });
  }
  return last;
}
