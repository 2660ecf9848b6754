/**
 * One delivery from the ledger to its recipient: render, send, acknowledge; each step is put down before the next begins.
 * Invariants: the bytes sent are the file whose SHA-256 the ledger holds; who may get it is asked again before it leaves; a killed
 * worker's delivery goes on where it was; where the channel cannot be asked, what broke off after `sending` is not sent again.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { LumbungError, messageOf, policies } from '../../platform/errors.ts';
import { failpoint } from '../../platform/failpoints.ts';
import { hashOfFile } from '../../reports/delivery/folder.ts';
import { sendTo } from '../../reports/delivery/send.ts';
import { signPdf } from '../../reports/delivery/sign.ts';
import { stampOf, thawed } from '../../reports/documents/confirmed.ts';
import { type Delivery, isSettled, readDelivery, writeDelivery } from '../../warehouse/deliveries/ledger.ts';
import { type KeptSchedule, type Recipient, readSchedule } from '../../warehouse/deliveries/schedules.ts';
import { describe, placed } from '../../warehouse/deliveries/targets.ts';
import { isRole, may } from '../../warehouse/permissions.ts';
import { readContent } from '../../warehouse/register/register.ts';
import { parseScope } from '../../warehouse/scopes.ts';
import type { DeliveryContext } from './documents.ts';
import { postOf, tellOwner } from './owner.ts';
import { scopesOf } from './plan.ts';

const RENDER_WITHIN_MS = 10 * 60_000;

/** `last`: nobody tries again after this attempt. */
export async function deliver(context: DeliveryContext, id: string, last: boolean): Promise<void> {
  const { warehouse, log, lifecycle } = context;
  let delivery = await readDelivery(warehouse, id);
  if (delivery === undefined || isSettled(delivery.state)) return;
  const schedule = await readSchedule(warehouse, delivery.schedule);
  const settle = async (state: 'held' | 'uncertain' | 'dead', reason: string) => {
    if (delivery === undefined) return;
    delivery = await writeDelivery(warehouse, { ...delivery, state, reason });
    await tellOwner(context, schedule, delivery);
  };
  try {
    if (schedule === undefined) return await settle('held', 'jadwalnya sudah dihapus');
    const recipient = await recipientOf(context, schedule, delivery);
    if (recipient === undefined)
      return await settle(
        'held',
        'jadwal tidak lagi menyebut penerima ini dengan peran (role) ini, atau peran itu tidak boleh melihatnya',
      );
    if (delivery.state === 'sending' && recipient.target.kind === 'email')
      return await settle('uncertain', 'proses berhenti ketika server surat sedang menerimanya');
    if (delivery.state !== 'sent') {
      const file = await rendered(context, delivery);
      if (file.sha256 !== delivery.sha256) {
        delivery = await writeDelivery(warehouse, { ...delivery, ...file, state: 'rendered', reason: '' });
        failpoint('deliver:rendered');
      }
      // Whoever held this job while we were away may have gone on with it: the ledger's newest word counts.
      if ((await readDelivery(warehouse, id))?.version !== delivery.version) return;
      const attempt = delivery.attempt + 1;
      delivery = await writeDelivery(warehouse, { ...delivery, state: 'sending', attempt });
      failpoint('deliver:sending');
      const title = `${delivery.report} ${delivery.scope} ${delivery.from}..${delivery.to} (${delivery.documentState})`;
      const { name, sha256, bytes, number } = delivery;
      const parcel = { id, file: fileOf(context, delivery), name, sha256, bytes, number, title };
      const outcome = await sendTo(recipient.target, parcel, postOf(context), lifecycle.signal);
      failpoint('deliver:taken');
      if (outcome.taken === 'uncertain') return await settle('uncertain', outcome.reason);
      delivery = await writeDelivery(warehouse, { ...delivery, state: 'sent', receipt: outcome.receipt, reason: '' });
      failpoint('deliver:sent');
    }
    // Every channel has looked at what arrived before it said "taken".
    delivery = await writeDelivery(warehouse, { ...delivery, state: 'acknowledged' });
    failpoint('deliver:acknowledged');
    log.info({ delivery: id, schedule: delivery.schedule, receipt: delivery.receipt }, 'delivered');
  } catch (error) {
    const kind = error instanceof LumbungError ? error.kind : 'internal';
    const reason = messageOf(error).slice(0, 500);
    if (lifecycle.signal.aborted) throw error;
    if (!policies[kind].retry || last) {
      await settle('dead', reason);
      return;
    }
    // Not taken, as the channel says: it waits for the next attempt, and says why.
    if (delivery.state === 'sending')
      delivery = await writeDelivery(warehouse, { ...delivery, state: 'rendered', reason });
    throw error;
  }
}

const fileOf = ({ config }: DeliveryContext, { id, name }: Delivery) =>
  join(config.dataDir, 'deliveries', `${id}-${name}`);

/** The file of a delivery: the one rendered before, else rendered from the frozen numbers. */
async function rendered(context: DeliveryContext, delivery: Delivery): Promise<Pick<Delivery, 'sha256' | 'bytes'>> {
  const { warehouse, documents, lifecycle, config } = context;
  const file = fileOf(context, delivery);
  if (delivery.sha256 !== '' && existsSync(file) && (await hashOfFile(file)) === delivery.sha256)
    return { sha256: delivery.sha256, bytes: delivery.bytes };
  const { committedAt, rolledUpAt, number, revision, documentState: state, contentSha256 } = delivery;
  const report = thawed(await readContent(warehouse, contentSha256), { committedAt, rolledUpAt });
  const signal = AbortSignal.any([lifecycle.signal, AbortSignal.timeout(RENDER_WITHIN_MS)]);
  const stamp = stampOf(config, { state, revision, number, sha256: contentSha256 });
  const plain = await buffer(await documents.render(report, delivery.format, signal, stamp));
  const bytes = delivery.format === 'pdf' ? await signPdf(plain, config, state) : plain;
  mkdirSync(join(config.dataDir, 'deliveries'), { recursive: true });
  const partial = `${file}.${process.pid}.part`;
  await writeFile(partial, bytes, { mode: 0o600, flush: true });
  await rename(partial, file);
  return { sha256: await hashOfFile(file), bytes: (await stat(file)).size };
}

/** The recipient as the schedule names it now: who was taken off it, has another role, or may no longer see it gets nothing. */
async function recipientOf({ warehouse }: DeliveryContext, schedule: KeptSchedule, delivery: Delivery) {
  const { scope, report, from, to } = delivery;
  const period = from === to ? from : `${from}_${to}`;
  for (const recipient of schedule.recipients) {
    const target = placed(recipient.target, { scope, period, report });
    if (describe(target) !== delivery.target || !(await scopesOf(warehouse, recipient)).includes(scope)) continue;
    // Its numbers were read for one role; another may see less.
    if (recipient.role !== delivery.role) continue;
    if (isRole(recipient.role) && may(recipient.role, 'exports', parseScope(scope).level))
      return { ...recipient, scope, target } satisfies Recipient;
  }
  return undefined;
}
