/**
 * The ledger of deliveries (ops.deliveries): the truth about what goes where and what became of it; queue and files follow it.
 * Invariants: one id for each schedule + period + scope + revision + format + target; within a round states only move on; `sent` is
 * written after the channel has taken it, `sending` before it could; a new round begins only by somebody's order.
 */
import { createHash } from 'node:crypto';
import type { Warehouse } from '../client.ts';

/** uncertain: it broke off when the channel may have taken it already, and the channel cannot be asked. */
export const DELIVERY_STATES = [
  'planned',
  'rendered',
  'sending',
  'sent',
  'acknowledged',
  'held',
  'uncertain',
  'dead',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
/** Nothing more happens by itself. */
export const isSettled = (state: DeliveryState) => ['acknowledged', 'held', 'uncertain', 'dead'].includes(state);

export type Delivery = {
  id: string;
  version: number;
  schedule: string;
  due: string;
  report: string;
  scope: string;
  from: string;
  to: string;
  revision: number;
  format: string;
  /** What kind, and where: told to people, without secrets. */
  target: string;
  /** Its numbers are what this role sees. */
  role: string;
  state: DeliveryState;
  attempt: number;
  number: string;
  documentState: string;
  contentSha256: string;
  committedAt: string;
  rolledUpAt: string;
  name: string;
  sha256: string;
  bytes: number;
  receipt: string;
  reason: string;
};

export type DeliveryOf = Pick<
  Delivery,
  'schedule' | 'report' | 'scope' | 'from' | 'to' | 'revision' | 'format' | 'target'
>;

export function deliveryId({ schedule, report, scope, from, to, revision, format, target }: DeliveryOf): string {
  const parts = [schedule, report, scope, from, to, revision, format, target];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

const columns = `id, version, toString(schedule) AS schedule, due, toString(report) AS report, scope, toString(period_from) AS \`from\`,
  toString(period_to) AS \`to\`, revision, toString(format) AS format, target, toString(role) AS role, toString(state) AS state, attempt, number,
  document_state AS documentState, content_sha256 AS contentSha256, committed_at AS committedAt, rolled_up_at AS rolledUpAt, name,
  sha256, bytes, receipt, reason`;

/** The next version of a delivery. Who writes on an older one is overtaken: the highest version counts. */
export async function writeDelivery(warehouse: Warehouse, delivery: Delivery): Promise<Delivery> {
  const next = { ...delivery, version: delivery.version + 1 };
  const { from, to, documentState, contentSha256, committedAt, rolledUpAt, ...plain } = next;
  await warehouse.insertRows('ops.deliveries', [
    {
      ...{ ...plain, period_from: from, period_to: to, document_state: documentState, content_sha256: contentSha256 },
      ...{ committed_at: committedAt, rolled_up_at: rolledUpAt },
    },
  ]);
  return next;
}

export async function readDelivery(warehouse: Warehouse, id: string): Promise<Delivery | undefined> {
  const [row] = await warehouse.query<Delivery>(`SELECT ${columns} FROM ops.deliveries FINAL WHERE id = {id:String}`, {
    id,
  });
  return row;
}

/** The newest periods first. */
export async function listDeliveries(
  warehouse: Warehouse,
  schedule: string | undefined,
  upTo: number,
): Promise<Delivery[]> {
  return warehouse.query<Delivery>(
    `SELECT ${columns} FROM ops.deliveries FINAL ${schedule === undefined ? '' : 'WHERE schedule = {schedule:String}'}
     ORDER BY due DESC, scope, id LIMIT {upTo:UInt32}`,
    { schedule: schedule ?? '', upTo },
  );
}

/** The deliveries whose file had these bytes, the oldest first. */
export async function deliveriesWithHash(warehouse: Warehouse, sha256: string): Promise<Delivery[]> {
  return warehouse.query<Delivery>(
    `SELECT ${columns} FROM ops.deliveries FINAL WHERE deliveries.sha256 = {sha256:String} ORDER BY due, id LIMIT 100`,
    { sha256 },
  );
}

/** What is under way: asked for again where the queue has forgotten it. */
export async function openDeliveries(warehouse: Warehouse): Promise<string[]> {
  const rows = await warehouse.query<{ id: string }>(
    `SELECT id FROM ops.deliveries FINAL WHERE state IN ('planned', 'rendered', 'sending', 'sent') ORDER BY due, id LIMIT 10000`,
  );
  return rows.map(({ id }) => id);
}
