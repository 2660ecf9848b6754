/**
 * The audit trail in the table: written only from DATA_DIR/audit (platform/audit.ts), read by auditors, verified against the hashes
 * and against anchors that were kept elsewhere.
 */
import { type Anchor, type AuditEntry, hashEntry } from '../platform/audit.ts';
import type { Params, Warehouse } from './client.ts';

const COLUMNS = `chain, seq, formatDateTime(at, '%Y-%m-%dT%H:%i:%S.', 'UTC') || leftPad(toString(toUnixTimestamp64Milli(at) % 1000), 3, '0') || 'Z' AS moment,
  actor, toString(role) AS role, toString(action) AS action, target, toString(outcome) AS outcome, detail, address, request, previous, hash`;
type Row = Omit<AuditEntry, 'at'> & { moment: string };
const entryOf = ({ moment, ...row }: Row): AuditEntry => ({ ...row, at: moment });
const PAGE = 10_000;

/** Keeps entries in the table. */
export async function keepAudit(warehouse: Warehouse, entries: readonly AuditEntry[]): Promise<void> {
  await warehouse.insertRows(
    'ops.audit',
    entries.map((entry) => ({ ...entry, at: entry.at.replace('T', ' ').replace('Z', '') })),
  );
}

export type AuditFilter = {
  from?: string | undefined;
  to?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  outcome?: string | undefined;
};

/** Entries, the newest first; `before` is the last entry of the page before. */
export async function readAudit(
  warehouse: Warehouse,
  filter: AuditFilter,
  before: Pick<AuditEntry, 'at' | 'chain' | 'seq'> | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const conditions: string[] = [];
  const params: Params = { limit };
  const add = (name: keyof AuditFilter, condition: string) => {
    const value = filter[name];
    if (value === undefined) return;
    conditions.push(condition);
    params[name] = value;
  };
  add('from', "at >= toDateTime64({from:String}, 3, 'Asia/Jakarta')");
  add('to', "at < toDateTime64({to:String}, 3, 'Asia/Jakarta') + INTERVAL 1 DAY");
  add('actor', 'actor = {actor:String}');
  add('action', 'action = {action:String}');
  add('outcome', 'outcome = {outcome:String}');
  if (before) {
    conditions.push(
      "(at, chain, seq) < (parseDateTime64BestEffort({at:String}, 3, 'UTC'), {chain:String}, {seq:UInt64})",
    );
    Object.assign(params, before);
  }
  const rows = await warehouse.query<Row>(
    `SELECT * FROM (SELECT DISTINCT ${COLUMNS} FROM ops.audit WHERE ${conditions.join(' AND ') || '1'})
     ORDER BY moment DESC, chain DESC, seq DESC LIMIT {limit:UInt32}`,
    params,
  );
  return rows.map(entryOf);
}

export type AuditFault = {
  chain: string;
  seq: number;
  fault: string;
  entry?: Pick<AuditEntry, 'at' | 'actor' | 'action'>;
};
export type AuditVerdict = { entries: number; chains: Anchor[]; faults: AuditFault[] };

/**
 * Follows every chain of the table. `anchors` are ends known from outside the table; `later` yields the newest ones after the
 * reading, for what was appended meanwhile.
 */
export async function verifyAudit(
  warehouse: Warehouse,
  anchors: readonly Anchor[],
  later: () => Promise<readonly Anchor[]>,
): Promise<AuditVerdict> {
  const known = await warehouse.query<{ chain: string }>('SELECT DISTINCT chain FROM ops.audit ORDER BY chain');
  const verdict: AuditVerdict = { entries: 0, chains: [], faults: [] };
  const read = new Map<string, Anchor>();
  for (const chain of new Set([...known.map((row) => row.chain), ...anchors.map((anchor) => anchor.chain)])) {
    const own = anchors.filter((anchor) => anchor.chain === chain);
    const end = await followChain(warehouse, chain, own, verdict);
    read.set(chain, end);
    if (end.seq > 0) verdict.chains.push(end);
    if (own.length === 0) {
      verdict.faults.push({
        chain,
        seq: end.seq,
        fault: 'no anchor is known for this chain: its end cannot be checked',
      });
    }
  }
  for (const anchor of await later()) {
    const end = read.get(anchor.chain);
    if (end && end.seq > anchor.seq) {
      verdict.faults.push({
        chain: anchor.chain,
        seq: anchor.seq + 1,
        fault: `entries ${anchor.seq + 1} to ${end.seq} were added to the table from elsewhere: the anchor is at ${anchor.seq}`,
      });
    }
  }
  return verdict;
}

/** Reads a chain from its first entry on; returns where it ends. */
async function followChain(
  warehouse: Warehouse,
  chain: string,
  anchors: readonly Anchor[],
  verdict: AuditVerdict,
): Promise<Anchor> {
  let last: Anchor = { chain, seq: 0, hash: '' };
  const fault = (seq: number, text: string, entry?: AuditEntry) =>
    verdict.faults.push({
      chain,
      seq,
      fault: text,
      ...(entry ? { entry: { at: entry.at, actor: entry.actor, action: entry.action } } : {}),
    });
  for (;;) {
    const rows = await warehouse.query<Row>(
      `SELECT DISTINCT ${COLUMNS} FROM ops.audit WHERE chain = {chain:String} AND seq > {after:UInt64} ORDER BY seq
       LIMIT ${PAGE} WITH TIES`,
      { chain, after: last.seq },
    );
    for (const entry of rows.map(entryOf)) {
      verdict.entries++;
      if (entry.seq === last.seq) {
        fault(entry.seq, 'this entry is there twice, with different content', entry);
        continue;
      }
      const gap = entry.seq - last.seq - 1;
      if (gap > 0) {
        const missing = gap === 1 ? `entry ${last.seq + 1} is` : `entries ${last.seq + 1} to ${entry.seq - 1} are`;
        fault(last.seq + 1, `${missing} missing`);
      } else if (entry.previous !== last.hash) {
        fault(
          entry.seq,
          `this entry does not follow entry ${last.seq} as it stands there: one of them was altered`,
          entry,
        );
      }
      if (hashEntry(entry) !== entry.hash) fault(entry.seq, 'this entry was altered', entry);
      for (const anchor of anchors.filter((candidate) => candidate.seq === entry.seq)) {
        if (anchor.hash !== entry.hash)
          fault(entry.seq, 'the chain up to here was rewritten: it is not the anchored one', entry);
      }
      last = { chain, seq: entry.seq, hash: entry.hash };
    }
    if (rows.length === 0) break;
  }
  const anchored = Math.max(0, ...anchors.map((anchor) => anchor.seq));
  if (anchored > last.seq) {
    fault(last.seq + 1, `the end is missing: the table ends at entry ${last.seq}, the anchor is at ${anchored}`);
  }
  return last;
}
