/**
 * Announces a refresh: an entry in the stream of every channel it touched (for replay), then one notice to all APIs.
 * Invariant: the entry is there before the notice, so a client that reconnects in between finds it by replay.
 */
import { randomUUID } from 'node:crypto';
import { EPOCH_KEY, LIVE_CHANNEL, type LiveNotice, streamKey } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import type { Refresh } from '../warehouse/rollups/refresh.ts';
import { formatScope } from '../warehouse/scopes.ts';

const KEPT_ENTRIES = 256;

export async function announceRefresh(redis: Redis, refresh: Refresh): Promise<void> {
  await redis.set(EPOCH_KEY, randomUUID(), 'NX');
  const epoch = (await redis.get(EPOCH_KEY)) ?? '';
  const channels = ['system', ...channelsOf(refresh)];
  const pipeline = redis.pipeline();
  for (const channel of channels) {
    const fields = ['cells', String(refresh.cells), 'committedAt', refresh.committedAt];
    pipeline.xadd(streamKey(channel), 'MAXLEN', '~', KEPT_ENTRIES, '*', ...fields);
  }
  const answers = (await pipeline.exec()) ?? [];
  const notice: LiveNotice = {
    epoch,
    seq: refresh.seq,
    committedAt: refresh.committedAt,
    rolledAt: refresh.rolledAt,
    cells: refresh.cells,
    channels: channels.map((channel, index) => ({ channel, offset: String(answers[index]?.[1] ?? '0-0') })),
  };
  await redis.publish(LIVE_CHANNEL, JSON.stringify(notice));
}

/** Every channel that shows numbers of the refreshed kitchens: their own and all above. */
function channelsOf({ kitchens }: Refresh): string[] {
  const channels = kitchens.flatMap(({ id, regency, province, region, wilayah }) => [
    formatScope({ level: 'sppg', id }),
    ...(regency === '' ? [] : [formatScope({ level: 'regency', id: regency })]),
    ...(province === '' ? [] : [formatScope({ level: 'province', id: province })]),
    ...(region === '' ? [] : [formatScope({ level: 'region', id: region })]),
    ...(wilayah === '' ? [] : [formatScope({ level: 'wilayah', id: wilayah })]),
  ]);
  return kitchens.length === 0 ? [] : ['national', ...new Set(channels)];
}
