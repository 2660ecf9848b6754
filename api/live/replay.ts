/**
 * Where a channel's stream stands, and what lies after a position. Ten thousand clients that come back at once ask Redis a few
 * times.
 * Invariant: a position is known only if its epoch is the present one and its entry is still kept; otherwise the client reads anew.
 */
import { EPOCH_KEY, streamKey } from '../../platform/queues.ts';
import type { Redis } from '../../platform/redis.ts';
import { createFlights } from '../flights.ts';
import type { Position } from './frames.ts';

type Entry = [offset: string, fields: string[]];

export type Replay = {
  /** The present end of the channel; undefined while Redis is away. */
  end(channel: string): Promise<Position | undefined>;
  /** Frames after `from`; undefined when it is not known any more. */
  after(channel: string, from: Position, end: Position): Promise<Record<string, unknown>[] | undefined>;
};

export function createReplay(redis: Redis): Replay {
  // A client joins its channel first: what was read before would miss what was told in between.
  const once = createFlights();
  return {
    end: (channel) =>
      once(channel, async () => {
        try {
          const [epoch, entries] = await Promise.all([
            redis.get(EPOCH_KEY),
            redis.xrevrange(streamKey(channel), '+', '-', 'COUNT', 1),
          ]);
          return { epoch: epoch ?? '', offset: entries[0]?.[0] ?? '0-0' };
        } catch {
          return undefined;
        }
      }),
    async after(channel, from, end) {
      if (from.epoch !== end.epoch || from.epoch === '') return undefined;
      if (from.offset === end.offset) return [];
      try {
        const entries: Entry[] = await once(`${channel} ${from.offset}`, () =>
          redis.xrange(streamKey(channel), from.offset, '+'),
        );
        // The entry of the position itself shows that nothing after it has been thrown away.
        if (entries[0]?.[0] !== from.offset) return undefined;
        return entries.slice(1).map(([offset, fields]) => frameOf(channel, end.epoch, offset, fields));
      } catch {
        return undefined;
      }
    },
  };
}

function frameOf(channel: string, epoch: string, offset: string, fields: string[]): Record<string, unknown> {
  const entry = new Map<string, string>();
  for (let at = 0; at < fields.length; at += 2) entry.set(fields[at] ?? '', fields[at + 1] ?? '');
  const notice = entry.get('notice');
  if (notice !== undefined)
    return { type: 'notice', channel, epoch, offset, ...(JSON.parse(notice) as Record<string, unknown>) };
  return {
    type: 'update',
    channel,
    epoch,
    offset,
    cells: Number(entry.get('cells')),
    committedAt: entry.get('committedAt'),
  };
}
