/**
 * Reconciliation: a rolling comparison of source and warehouse, table by table in key ranges, cheap on the source.
 * Invariants: memory is bounded by a chunk; the source reads no more rows a second than it is allowed; only differences that
 * stand in two looks, with the stream caught up in between and nothing newer loaded, are repaired; where a pass stands is
 * durable, so the next run continues there, and what a run repaired is marked dirty even when it was killed.
 */
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { failpoint } from '../platform/failpoints.ts';
import type { Lifecycle } from '../platform/lifecycle.ts';
import {
  type CompareContext,
  compare,
  type Difference,
  finishRepair,
  lookAtKeys,
  nextRawKeys,
  nextSourceRows,
  repair,
  sourcePosition,
  untouchedSince,
} from './compare.ts';
import type { TableShape } from './postgres/catalog.ts';
import { keyParts } from './row_hash.ts';
import { readTableStates } from './table_set.ts';

/** 'RECO' as a number: the advisory lock of the one reconciliation at a time. */
const LOCK = 0x52_45_43_4f;

/** Takes the lock, held until the connection ends; false while another reconciles: they would share the passes' places. */
export async function takeReconcileTurn(source: ClientBase): Promise<boolean> {
  const { rows } = await source.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
  return rows[0]?.mine ?? false;
}

/** Lets others reconcile that wait on other connections. */
export async function endReconcileTurn(source: ClientBase): Promise<void> {
  await source.query('SELECT pg_advisory_unlock($1)', [LOCK]);
}

export type ReconcileContext = CompareContext & {
  lifecycle: Pick<Lifecycle, 'sleep' | 'signal'>;
  rowsPerSecond: number;
  /** Waits until everything the source has committed so far is loaded; without a stream there is nothing to wait for. */
  caughtUp?: () => Promise<void>;
  onProgress?: (pass: TableResult) => void;
};
export type TableResult = {
  table: string;
  checked: number;
  missing: number;
  extra: number;
  different: number;
  repaired: number;
  /** Rows of the source that have no exact representation in the warehouse. */
  unstorable: number;
  complete: boolean;
};

type Phase = 'source' | 'warehouse' | 'done';
/** How far a table's pass has come; `pending` are keys whose repair is not finished. */
type Pass = Omit<TableResult, 'table' | 'complete'> & {
  pass_id: string;
  phase: Phase;
  after_key: string[];
  source_lsn: string;
  pending: string[];
  began_at: string;
};

const CHUNK_ROWS = 5_000;
/** Differences of one look that are settled together: each settling waits for the stream. */
const MAX_SUSPECTS = 5_000;

/**
 * Continues the passes of the tables, or begins them anew with `fresh`, until all are complete or the time is over (the
 * tables that have waited longest come first). Every table touched gets a line in the ledger.
 */
export async function reconcile(
  context: ReconcileContext,
  shapes: readonly TableShape[],
  { fresh = false, until = Number.POSITIVE_INFINITY }: { fresh?: boolean; until?: number } = {},
): Promise<TableResult[]> {
  const states = await readTableStates(context.warehouse);
  const held = await readPasses(context);
  const order = ({ source }: TableShape) => {
    const pass = held.get(source.table);
    return pass === undefined ? '' : pass.phase === 'done' ? pass.changed_at : ' ';
  };
  const live = shapes.filter(({ source }) => states.get(source.table)?.state === 'live');
  const waiting = live.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  const results: TableResult[] = [];
  for (const shape of waiting) {
    if (context.lifecycle.signal.aborted || Date.now() >= until) break;
    const before = held.get(shape.source.table);
    if (before && before.pending.length > 0) await finishRepair(context, shape, before.pending);
    const pass = before === undefined || before.phase === 'done' || fresh ? newPass() : { ...before, pending: [] };
    results.push(await reconcileTable(context, shape, pass, until));
  }
  return results;
}

const newPass = (): Pass => ({
  pass_id: randomUUID(),
  phase: 'source',
  after_key: [],
  checked: 0,
  missing: 0,
  extra: 0,
  different: 0,
  repaired: 0,
  unstorable: 0,
  source_lsn: '0',
  pending: [],
  began_at: now(),
});
const now = () => new Date().toISOString().replace('Z', '');

async function readPasses({ warehouse }: ReconcileContext): Promise<Map<string, Pass & { changed_at: string }>> {
  const rows = await warehouse.query<Pass & { table: string; changed_at: string }>(
    `SELECT toString(table) AS table, toString(pass_id) AS pass_id, toString(phase) AS phase, after_key, checked, missing, extra,
       different, repaired, unstorable, toString(source_lsn) AS source_lsn, pending, toString(began_at) AS began_at,
       toString(changed_at) AS changed_at
     FROM ops.reconcile_progress FINAL`,
  );
  return new Map(rows.map((row) => [row.table, row]));
}

async function reconcileTable(
  context: ReconcileContext,
  shape: TableShape,
  pass: Pass,
  until: number,
): Promise<TableResult> {
  const { warehouse, lifecycle } = context;
  const { table } = shape.source;
  const startedAt = now();
  const limit = Math.max(1, Math.min(CHUNK_ROWS, Math.floor(context.rowsPerSecond)));
  const save = () => warehouse.insertRows('ops.reconcile_progress', [{ table, ...pass }]);
  const result = (): TableResult => {
    const { checked, missing, extra, different, repaired, unstorable } = pass;
    return { table, checked, missing, extra, different, repaired, unstorable, complete: pass.phase === 'done' };
  };

  /** Decides on the suspects and repairs those that stand. */
  const settle = async (suspects: readonly Difference[], position: bigint) => {
    const standing = await standingDifferences(context, shape, suspects, position);
    if (standing.length === 0) return;
    for (const { source, warehouse: held } of standing) {
      pass[source === '' ? 'extra' : held === '' ? 'missing' : 'different']++;
    }
    pass.pending = standing.map(({ key }) => key);
    await save();
    const repaired = await repair(context, shape, standing, position);
    failpoint('reconcile:rows repaired');
    await finishRepair(context, shape, repaired);
    pass.pending = [];
    pass.repaired += repaired.length;
  };

  let position = 0n;
  let suspects: Difference[] = [];
  while (pass.phase !== 'done' && !lifecycle.signal.aborted && Date.now() < until) {
    const began = Date.now();
    if (suspects.length === 0) {
      position = await sourcePosition(context.source);
      pass.source_lsn = String(position);
    }
    const chunk = await nextChunk(context, shape, pass, limit);
    suspects.push(...chunk.differences);
    pass.checked += pass.phase === 'source' ? chunk.keys : 0;
    pass.unstorable += chunk.unstorable;
    if (chunk.last !== undefined) pass.after_key = keyParts(shape, chunk.last);
    const ended = chunk.keys < limit;
    if (ended) {
      pass.phase = pass.phase === 'source' ? 'warehouse' : 'done';
      pass.after_key = [];
    }
    const more = !ended && suspects.length < MAX_SUSPECTS && Date.now() < until && !lifecycle.signal.aborted;
    if (suspects.length === 0 || !more) {
      await settle(suspects, position);
      suspects = [];
      await save();
      failpoint(`reconcile:chunk of ${table} saved`);
      context.onProgress?.(result());
    }
    const spare = (chunk.keys / context.rowsPerSecond) * 1_000 - (Date.now() - began);
    if (spare > 0) await lifecycle.sleep(spare);
  }
  await warehouse.insertRows('ops.reconciliations', [
    {
      run_id: pass.pass_id,
      table,
      checked_rows: pass.checked,
      missing: pass.missing,
      extra: pass.extra,
      different: pass.different,
      repaired: pass.repaired,
      unstorable: pass.unstorable,
      complete: pass.phase === 'done',
      source_lsn: pass.source_lsn,
      started_at: startedAt,
      finished_at: now(),
    },
  ]);
  return result();
}

type Chunk = { keys: number; unstorable: number; last: string | undefined; differences: Difference[] };

/** First look at the next chunk: the source's rows against the warehouse, then the warehouse's keys against the source. */
async function nextChunk(context: ReconcileContext, shape: TableShape, pass: Pass, limit: number): Promise<Chunk> {
  if (pass.phase === 'source') {
    const looks = await nextSourceRows(context, shape, pass.after_key, limit);
    const unstorable = looks.filter((look) => look.hash === null).length;
    const differences = await compare(context, shape, looks);
    return { keys: looks.length, unstorable, last: looks.at(-1)?.key, differences };
  }
  const keys = await nextRawKeys(context, shape, pass.after_key, limit);
  const absent = (await lookAtKeys(context, shape, keys)).filter((look) => look.hash === '');
  const differences = await compare(context, shape, absent);
  return { keys: keys.length, unstorable: 0, last: keys.at(-1), differences };
}

/**
 * With a stream: what still differs, unchanged in the source, after the stream has caught up, and of which nothing newer than
 * the first look was loaded. Such a row has not changed since before the first look: the stream will not mend it.
 */
async function standingDifferences(
  context: ReconcileContext,
  shape: TableShape,
  suspects: readonly Difference[],
  position: bigint,
): Promise<readonly Difference[]> {
  if (suspects.length === 0 || context.caughtUp === undefined) return suspects;
  await context.caughtUp();
  const first = new Map(suspects.map((suspect) => [suspect.key, suspect.source]));
  const looks = await lookAtKeys(context, shape, [...first.keys()]);
  const again = await compare(context, shape, looks);
  const same = again.filter(({ key, source }) => first.get(key) === source);
  return untouchedSince(context, shape, same, position);
}
