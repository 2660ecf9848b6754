/**
 * A schedule fell due: for each recipient one delivery in the ledger, pinned to the numbers it is about.
 * Invariants: the same schedule and due time give the same deliveries, whoever plans them and how often; nothing is sent here.
 */
import { LumbungError } from '../../platform/errors.ts';
import { doubts } from '../../reports/delivery/gate.ts';
import { seesAll, thawed } from '../../reports/documents/confirmed.ts';
import { canonical, type Report } from '../../reports/documents/report.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import {
  type Delivery,
  deliveryId,
  isSettled,
  readDelivery,
  writeDelivery,
} from '../../warehouse/deliveries/ledger.ts';
import { type KeptSchedule, type Recipient, readSchedule } from '../../warehouse/deliveries/schedules.ts';
import { describe, placed } from '../../warehouse/deliveries/targets.ts';
import { documents as catalogue } from '../../warehouse/exports/documents.ts';
import { type Field, isRole, may, visibleKpis } from '../../warehouse/permissions.ts';
import { childrenOf, pathOf } from '../../warehouse/queries/hierarchy.ts';
import { answerOf } from '../../warehouse/register/life.ts';
import { issueNumber, keepContent, type ReportKey, readContent } from '../../warehouse/register/register.ts';
import { parseScope } from '../../warehouse/scopes.ts';
import type { DeliveryContext } from './documents.ts';
import { tellOwner } from './owner.ts';
import { readForRegister } from './reading.ts';

const READ_WITHIN_MS = 10 * 60_000;
const ORDER = ['Sementara', 'Diverifikasi', 'Disahkan'];

/** Plans what the schedule owes at this time; the ids of what is to be delivered. */
export async function plan(context: DeliveryContext, id: string, due: string): Promise<string[]> {
  const { warehouse } = context;
  const schedule = await readSchedule(warehouse, id);
  if (schedule === undefined || !schedule.enabled) return [];
  const period = await periodBefore(warehouse, schedule, due);
  const ids: string[] = [];
  for (const recipient of schedule.recipients) {
    for (const scope of await scopesOf(warehouse, recipient)) {
      const delivery = await planOne(context, schedule, { ...recipient, scope }, { due, ...period });
      if (delivery.state === 'planned') ids.push(delivery.id);
    }
  }
  return ids;
}

/**
 * Somebody orders it again: what was held is read and judged anew; what failed, is uncertain or arrived goes out as it was, under
 * the same names, so that a recipient who has it knows it. The id of what is to be delivered.
 */
export async function planAgain(context: DeliveryContext, id: string): Promise<string | undefined> {
  const { warehouse } = context;
  const known = await readDelivery(warehouse, id);
  if (known === undefined || !isSettled(known.state)) return known?.id;
  if (known.state !== 'held') {
    await writeDelivery(warehouse, { ...known, state: 'planned', attempt: 0, reason: '' });
    return id;
  }
  const schedule = await readSchedule(warehouse, known.schedule);
  for (const recipient of schedule?.recipients ?? []) {
    const { scope, report, from, to, due } = known;
    const target = placed(recipient.target, { scope, period: from === to ? from : `${from}_${to}`, report });
    if (schedule === undefined || describe(target) !== known.target) continue;
    if (!(await scopesOf(warehouse, recipient)).includes(scope)) continue;
    const fresh = await planOne(context, schedule, { ...recipient, scope }, { due, from, to }, true);
    // A revision that came meanwhile is a delivery of its own.
    if (fresh.id !== id)
      await writeDelivery(warehouse, { ...known, reason: `replaced by ${fresh.id} (revision ${fresh.revision})` });
    return fresh.state === 'planned' ? fresh.id : undefined;
  }
  return undefined;
}

/** The units a recipient's line stands for, as they are now. */
export async function scopesOf(warehouse: Warehouse, { scope, each }: Recipient): Promise<string[]> {
  if (each === undefined) return [scope];
  const below = await childrenOf(warehouse, parseScope(scope));
  return below.filter(({ level }) => level === each).map((unit) => unit.scope);
}

/** The last whole period that has ended at the due time, in the reader's zone. */
async function periodBefore(warehouse: Warehouse, { period, zone }: KeptSchedule, due: string) {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(due));
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number);
  const iso = (...parts: [number, number, number]) => new Date(Date.UTC(...parts)).toISOString().slice(0, 10);
  if (period === 'day') return { from: iso(year, month - 1, day - 1), to: iso(year, month - 1, day - 1) };
  if (period === 'month') return { from: iso(year, month - 2, 1), to: iso(year, month - 1, 0) };
  const [row] = await warehouse.query<{ from: string; to: string }>(
    `SELECT toString(starts) AS \`from\`, toString(ends) AS \`to\` FROM mart.fortnights FINAL
     WHERE listed AND ends < {today:Date32} ORDER BY ends DESC LIMIT 1`,
    { today },
  );
  if (row === undefined) throw new LumbungError('config', `no fortnight ended before ${today}: see FORTNIGHTS_FILE`);
  return row;
}

async function planOne(
  context: DeliveryContext,
  schedule: KeptSchedule,
  recipient: Recipient,
  { due, from, to }: { due: string; from: string; to: string },
  again = false,
): Promise<Delivery> {
  const { warehouse } = context;
  const { report, format, id, gate } = schedule;
  const key: ReportKey = { report, scope: recipient.scope, from, to };
  const read = await numbersFor(context, key, recipient.role, gate);
  const period = from === to ? from : `${from}_${to}`;
  const target = describe(placed(recipient.target, { scope: recipient.scope, period, report }));
  const of = { schedule: id, ...key, revision: read.revision, format, target };
  const known = await readDelivery(warehouse, deliveryId(of));
  if (known !== undefined && !(again && known.state === 'held')) return known;
  const extension = format === 'csv-id' ? 'csv' : format;
  const revision = read.revision === 0 ? '' : `_r${read.revision}`;
  const delivery: Delivery = {
    ...{
      id: deliveryId(of),
      version: known?.version ?? 0,
      ...of,
      due,
      attempt: 0,
      role: recipient.role,
      state: read.why === undefined ? 'planned' : 'held',
    },
    ...{
      contentSha256: read.sha256,
      documentState: read.state,
      committedAt: read.committedAt,
      rolledUpAt: read.rolledUpAt,
    },
    number: read.sha256 === '' ? '' : await issueNumber(warehouse, key, read.revision, read.sha256),
    name: `${report}_${recipient.scope.replace(':', '-')}_${period}${revision}.${extension}`,
    ...{ sha256: '', bytes: 0, receipt: '', reason: read.why ?? '' },
  };
  const planned = await writeDelivery(warehouse, delivery);
  if (read.why !== undefined) await tellOwner(context, schedule, planned);
  return planned;
}

type Numbers = {
  sha256: string;
  state: string;
  revision: number;
  committedAt: string;
  rolledUpAt: string;
  why?: string;
};
const nothing = { sha256: '', state: '', revision: 0, committedAt: '', rolledUpAt: '' };

/** The numbers a recipient gets: what its role sees of its scope, and why it gets none. */
async function numbersFor(
  context: DeliveryContext,
  key: ReportKey,
  role: string,
  gate: KeptSchedule['gate'],
): Promise<Numbers> {
  const { warehouse, documents, lifecycle, config } = context;
  const scope = parseScope(key.scope);
  if ((await pathOf(warehouse, scope)) === undefined) return { ...nothing, why: `unit ${key.scope} tidak ada` };
  const fields: readonly Field[] = [
    'exports',
    ...(Object.entries(catalogue).find(([id]) => id === key.report)?.[1].fields ?? []),
  ];
  const missing = isRole(role) ? fields.filter((field) => !may(role, field, scope.level)) : ['exports'];
  if (missing.length > 0)
    return { ...nothing, why: `peran ${role} tidak menerima ${key.report} untuk ${key.scope} (${missing.join(', ')})` };
  const answer = answerOf(await readForRegister(context, key));
  if (answer === undefined) return { ...nothing, why: 'laporan tidak dapat dibaca' };
  const kpis = visibleKpis(role);
  const registered = thawed(await readContent(warehouse, answer.sha256), answer);
  const whole = seesAll(registered, kpis);
  if (!whole && (answer.locked || gate.state !== 'Sementara'))
    return {
      ...nothing,
      why: `peran ${role} tidak melihat seluruh laporan yang ${answer.state}; sebagian angkanya saja tidak pernah disahkan`,
    };
  const waits = ORDER.indexOf(gate.state) > (answer.locked ? ORDER.length : ORDER.indexOf(answer.state));
  const state = waits ? [`masih ${answer.state}; dikirim mulai ${gate.state}`] : [];
  const held = (report: Report) => {
    const why = [...doubts(report, gate), ...state];
    return why.length === 0 ? {} : { why: why.join('; ') };
  };
  if (whole) return { ...answer, ...held(registered) };
  const signal = AbortSignal.any([lifecycle.signal, AbortSignal.timeout(READ_WITHIN_MS)]);
  const of = { scope, from: key.from, to: key.to, kpis, graceDays: config.GRACE_DAYS };
  const told = await documents.read(warehouse, key.report, of, signal);
  return {
    ...told.asOf,
    sha256: await keepContent(warehouse, canonical(told)),
    state: 'Sementara',
    revision: 0,
    ...held(told),
  };
}
