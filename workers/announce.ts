/**
 * Announces a refresh: an entry in the stream of every channel it touched (for replay), then one notice to all APIs. Notices to
 * people go the same way.
 * Invariant: the entry is there before the notice, so a client that reconnects in between finds it by replay. Streams are short
 * and end by themselves: a position that is gone means reading anew.
 */
import { randomUUID } from 'node:crypto';
import {
  EPOCH_KEY,
  LIVE_CHANNEL,
  type LiveNotice,
  NOTICE_CHANNEL,
  streamKey,
  type UserNotice,
} from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import type { Refresh } from '../warehouse/rollups/refresh.ts';

const KEPT_ENTRIES = 256;
const KEPT_SECONDS = 3_600;

/** In the channels of the scopes it touched: of kitchens and of everything above them, now or before. */
export async function announceRefresh(redis: Redis, refresh: Refresh): Promise<void> {
  const epoch = await currentEpoch(redis);
  const channels = ['system', ...refresh.scopes];
  const fields = ['cells', String(refresh.cells), 'committedAt', refresh.committedAt];
  const offsets = await append(redis, channels, fields);
  const notice: LiveNotice = {
    epoch,
    seq: refresh.seq,
    committedAt: refresh.committedAt,
    rolledAt: refresh.rolledAt,
    cells: refresh.cells,
    channels: channels.map((channel, index) => ({ channel, offset: offsets[index] ?? '0-0' })),
  };
  await redis.publish(LIVE_CHANNEL, JSON.stringify(notice));
}

/** Tells the listeners of a channel something. */
export async function announceNotice(redis: Redis, told: Omit<UserNotice, 'epoch' | 'offset'>): Promise<void> {
  const epoch = await currentEpoch(redis);
  const { channel, ...rest } = told;
  const [offset = '0-0'] = await append(redis, [channel], ['notice', JSON.stringify(rest)]);
  await redis.publish(NOTICE_CHANNEL, JSON.stringify({ ...told, epoch, offset } satisfies UserNotice));
}

async function currentEpoch(redis: Redis): Promise<string> {
  await redis.set(EPOCH_KEY, randomUUID(), 'NX');
  return (await redis.get(EPOCH_KEY)) ?? '';
}

/** Appends the same entry to each channel's stream; their offsets. */
async function append(redis: Redis, channels: readonly string[], fields: readonly string[]): Promise<string[]> {
  const pipeline = redis.pipeline();
  for (const channel of channels) pipeline.xadd(streamKey(channel), 'MAXLEN', '~', KEPT_ENTRIES, '*', ...fields);
  for (const channel of channels) pipeline.expire(streamKey(channel), KEPT_SECONDS);
  const answers = (await pipeline.exec()) ?? [];
  return channels.map((_, index) => String(answers[index]?.[1] ?? '0-0'));
}
