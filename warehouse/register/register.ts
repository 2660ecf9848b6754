/**
 * The register of ministry documents in ClickHouse (ops.report_events, ops.report_contents).
 * Invariants: a content is named by the SHA-256 of its own text and checked when it is read; an event counts only when the fold
 * over all events says so, and its writer is told; writing the same event twice changes nothing.
 */
import { createHash, randomUUID } from 'node:crypto';
import { LumbungError } from '../../platform/errors.ts';
import type { Warehouse } from '../client.ts';
import { foldLife, type Life, type ReportEvent, type ReportEventKind, refusal } from './life.ts';

export type ReportKey = { report: string; scope: string; from: string; to: string };
export const keyOf = ({ report, scope, from, to }: ReportKey) => `${report}|${scope}|${from}|${to}`;

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** The number on the document and in the address of its verification: the same for every copy, and not to be guessed from another. */
function documentNumber(key: ReportKey, revision: number, sha256: string): string {
  const digits = hash(`${keyOf(key)}|${revision}|${sha256}`)
    .slice(0, 20)
    .toUpperCase();
  return `LMB-${digits.replaceAll(/(.{5})(?=.)/g, '$1-')}`;
}

/** Gives out the number of a content, before a document that carries it exists. */
export async function issueNumber(
  warehouse: Warehouse,
  key: ReportKey,
  revision: number,
  sha256: string,
): Promise<string> {
  const number = documentNumber(key, revision, sha256);
  const { report, scope, from, to } = key;
  await warehouse.insertRows('ops.report_numbers', [
    { number, report, scope, period_from: from, period_to: to, revision, sha256 },
  ]);
  return number;
}

const moment = "formatDateTime(at, '%Y-%m-%dT%H:%i:%S.%fZ')";
const eventColumns = `seq, id, toString(kind) AS kind, actor, toString(role) AS role, sha256, committed_at AS committedAt,
  rolled_up_at AS rolledUpAt, until, reason, ${moment} AS at`;

export async function readEvents(warehouse: Warehouse, key: ReportKey): Promise<ReportEvent[]> {
  return warehouse.query<ReportEvent>(
    `SELECT ${eventColumns} FROM ops.report_events WHERE key = {key:String} ORDER BY seq, report_events.at, id`,
    { key: keyOf(key) },
  );
}

export async function readLife(warehouse: Warehouse, key: ReportKey, until?: string): Promise<Life> {
  return foldLife(await readEvents(warehouse, key), until);
}

export type Act = { kind: ReportEventKind; actor: string; role?: string; reason?: string } & Partial<
  Pick<ReportEvent, 'sha256' | 'committedAt' | 'rolledUpAt' | 'until'>
>;

/** Appends what somebody does; refused in words when it does not fit, or somebody was faster. */
export async function act(warehouse: Warehouse, key: ReportKey, { kind, actor, ...rest }: Act): Promise<Life> {
  const life = await readLife(warehouse, key);
  const event = { sha256: '', committedAt: '', rolledUpAt: '', until: '', reason: '', role: '', ...rest, kind, actor };
  const [now] = await warehouse.query<{ at: string }>(`SELECT ${moment} AS at FROM (SELECT now64(6) AS at)`);
  const why = refusal(life, { ...event, at: now?.at ?? '' });
  if (why !== undefined) throw new LumbungError('bad_input', why);
  const id = randomUUID();
  await warehouse.insertRows('ops.report_events', [
    {
      ...{ key: keyOf(key), report: key.report, scope: key.scope, period_from: key.from, period_to: key.to },
      ...{ seq: life.seq + 1, id, kind, actor, role: event.role, sha256: event.sha256, until: event.until },
      ...{ committed_at: event.committedAt, rolled_up_at: event.rolledUpAt, reason: event.reason },
    },
  ]);
  const after = await readLife(warehouse, key);
  if (!after.applied.has(id))
    throw new LumbungError('overloaded', 'somebody else changed it in the same moment: look again');
  return after;
}

/** Keeps a content; its name is its hash. */
export async function keepContent(warehouse: Warehouse, content: string): Promise<string> {
  const sha256 = hash(content);
  const [there] = await warehouse.query('SELECT 1 FROM ops.report_contents WHERE sha256 = {sha256:String} LIMIT 1', {
    sha256,
  });
  if (there === undefined) await warehouse.insertRows('ops.report_contents', [{ sha256, content }]);
  return sha256;
}

/** The numbers as they were frozen; what no longer has its hash is refused, never shown. */
export async function readContent(warehouse: Warehouse, sha256: string): Promise<string> {
  const [row] = await warehouse.query<{ content: string }>(
    'SELECT content FROM ops.report_contents WHERE sha256 = {sha256:String} LIMIT 1',
    { sha256 },
  );
  if (row === undefined) throw new LumbungError('not_found', `there is no content ${sha256}`);
  if (hash(row.content) !== sha256)
    throw new LumbungError('internal', `the content ${sha256} was altered in ops.report_contents`);
  return row.content;
}

/** A reading of the numbers: kept, and put down only where it differs from what is known. Two workers may do this at once. */
export async function noteReading(
  warehouse: Warehouse,
  key: ReportKey,
  { content, committedAt, rolledUpAt }: { content: string; committedAt: string; rolledUpAt: string },
): Promise<Life> {
  const sha256 = await keepContent(warehouse, content);
  const life = await readLife(warehouse, key);
  const known = life.draft?.sha256 ?? life.locked[life.locked.length - 1]?.sha256;
  if (known === sha256) return life;
  return act(warehouse, key, { kind: 'read', actor: 'system', sha256, committedAt, rolledUpAt });
}

export type Registered = ReportKey & { events: ReportEvent[] };

/** Every report of the register with its events, the newest period first. */
export async function listRegister(warehouse: Warehouse, upTo = 1_000): Promise<Registered[]> {
  const rows = await warehouse.query<ReportKey & ReportEvent>(
    `SELECT toString(report) AS report, scope, toString(period_from) AS \`from\`, toString(period_to) AS \`to\`, ${eventColumns}
     FROM ops.report_events WHERE key IN (SELECT key FROM ops.report_events GROUP BY key ORDER BY max(period_to) DESC, key LIMIT {upTo:UInt32})
     ORDER BY period_to DESC, key, seq, report_events.at, id`,
    { upTo },
  );
  const listed = new Map<string, Registered>();
  for (const { report, scope, from, to, ...event } of rows) {
    const key = { report, scope, from, to };
    const entry = listed.get(keyOf(key)) ?? { ...key, events: [] };
    entry.events.push(event);
    listed.set(keyOf(key), entry);
  }
  return [...listed.values()];
}
