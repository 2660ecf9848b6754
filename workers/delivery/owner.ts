/** The owner of a schedule is told what was held or failed, by e-mail where that can be; the ledger says it anyway. */
import { join } from 'node:path';
import { messageOf } from '../../platform/errors.ts';
import type { Post } from '../../reports/delivery/channel.ts';
import { mail } from '../../reports/delivery/email.ts';
import type { Delivery } from '../../warehouse/deliveries/ledger.ts';
import type { KeptSchedule } from '../../warehouse/deliveries/schedules.ts';
import type { DeliveryContext } from './documents.ts';

export const postOf = ({ config }: Pick<DeliveryContext, 'config'>): Post => ({
  ...config,
  secretsDir: config.DELIVERY_SECRETS ?? join(config.dataDir, 'secrets'),
  outbox: config.DELIVERY_OUTBOX ?? join(config.dataDir, 'outbox'),
});

const words: Readonly<Record<string, string>> = {
  held: 'ditahan',
  uncertain: 'belum pasti terkirim',
  dead: 'gagal terkirim',
};

export async function tellOwner(
  context: DeliveryContext,
  schedule: KeptSchedule | undefined,
  { id, state, reason, report, scope, from, to: until, version }: Delivery,
): Promise<void> {
  context.log.warn({ delivery: id, schedule: schedule?.id, state, reason }, 'delivery stopped');
  const to = schedule?.owner.email;
  if (to === undefined || context.config.SMTP_URL === undefined) return;
  const what = words[state] ?? state;
  const text = `Dokumen ${report} untuk ${scope}, ${from} s.d. ${until}: ${what}.

Alasan: ${reason}

Setelah diperbaiki, kirim lagi: lumbung deliveries again ${id}
`;
  const letter = { to: [to], subject: `Lumbung: ${report} ${scope} ${what}`, text };
  await mail(postOf(context), letter, `${id}-${version}`).catch((error: unknown) =>
    context.log.warn({ delivery: id, error: messageOf(error) }, 'the owner could not be told'),
  );
}
