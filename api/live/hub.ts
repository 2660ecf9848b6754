/**
 * Who listens to which channel, and what each of them hears.
 * Invariants: a frame is made once and sent to every listener; nobody hears of a field of work their role does not see; a refresh
 * whose notice never arrived (its worker died in between) is found in the ledger, and its listeners are told to read anew; a
 * listener whose unit has left their scope stops hearing it.
 */
import { LumbungError } from '../../platform/errors.ts';
import type { LiveNotice, UserNotice } from '../../platform/queues.ts';
import { maySee } from '../access.ts';
import type { ApiContext } from '../context.ts';
import type { Client } from './client.ts';
import { SYSTEM, type Update } from './frames.ts';

export function createHub(context: ApiContext) {
  const { live } = context.metrics;
  const listeners = new Map<string, Set<Client>>();
  /** The last refresh of a channel that its listeners were told of, and one they seem not to have been told of. */
  const told = new Map<string, number>();
  const doubted = new Map<string, number>();
  let hierarchy: string | undefined;
  let subscriptions = 0;
  const count = (change: number) => {
    subscriptions += change;
    live.subscriptions.set(subscriptions);
  };

  const resync = (channel: string) => {
    for (const client of listeners.get(channel) ?? []) client.send({ type: 'resync', channel });
  };

  const hub = {
    async join(client: Client, channel: string): Promise<void> {
      if (client.channels.has(channel)) return;
      client.channels.add(channel);
      const known = listeners.get(channel);
      if (known) known.add(client);
      else {
        listeners.set(channel, new Set([client]));
        const now = await context.freshness.current().catch(() => undefined);
        if (now && !told.has(channel)) told.set(channel, now.seqOf(channel));
      }
      count(1);
    },
    leave(client: Client, channel: string): void {
      if (!client.channels.has(channel)) return;
      client.forget(channel);
      const rest = listeners.get(channel);
      rest?.delete(client);
      if (rest?.size === 0) {
        listeners.delete(channel);
        told.delete(channel);
        doubted.delete(channel);
      }
      count(-1);
    },
    leaveAll(client: Client): void {
      for (const channel of [...client.channels]) hub.leave(client, channel);
    },

    /** A refresh was announced. */
    refreshed({ epoch, seq, cells, committedAt, channels }: LiveNotice): void {
      live.delay.observe(Math.max(0, Date.now() - Date.parse(committedAt)) / 1_000);
      for (const { channel, offset } of channels) {
        const all = listeners.get(channel);
        if (all === undefined) continue;
        told.set(channel, Math.max(told.get(channel) ?? 0, seq));
        const update: Update = { type: 'update', channel, epoch, offset, cells, committedAt };
        const text = JSON.stringify(update);
        for (const client of all) client.update(update, text);
      }
    },
    /** Something people should know. */
    noticed({ channel, owner, ...notice }: UserNotice): void {
      const text = JSON.stringify({ type: 'notice', channel, ...notice });
      for (const client of listeners.get(channel) ?? []) {
        if (hub.hears(client, owner)) client.notice(text);
      }
    },
    hears: (client: Client, owner: UserNotice['owner']): boolean =>
      owner === undefined || (client.claims !== undefined && maySee(client.claims, { owner })),

    /** Notices were missed for a while: everybody reads anew. */
    resyncAll(): void {
      for (const channel of listeners.keys()) resync(channel);
    },
    /** Compares what was announced with the ledger; a difference seen twice is a lost notice. */
    async check(): Promise<void> {
      if (listeners.size === 0) return;
      const now = await context.freshness.current();
      for (const channel of listeners.keys()) {
        const seq = now.seqOf(channel);
        if (channel === SYSTEM || seq <= (told.get(channel) ?? 0)) doubted.delete(channel);
        else if (doubted.get(channel) === seq) {
          told.set(channel, seq);
          doubted.delete(channel);
          resync(channel);
        } else doubted.set(channel, seq);
      }
      if (hierarchy !== undefined && hierarchy !== now.hierarchy) await recheckScopes();
      hierarchy = now.hierarchy;
    },
    /** Drops the channels that are no longer within the client's claims; tells of each. */
    async recheck(client: Client): Promise<void> {
      for (const channel of [...client.channels]) {
        if (channel === SYSTEM || client.claims === undefined) continue;
        await context.places(client.claims, channel).catch((error: unknown) => {
          if (!(error instanceof LumbungError) || (error.kind !== 'forbidden' && error.kind !== 'not_found')) return;
          hub.leave(client, channel);
          client.send({ type: 'error', code: error.kind, channel, message: error.message });
        });
      }
    },
  };
  const recheckScopes = async () => {
    for (const client of new Set([...listeners.values()].flatMap((all) => [...all]))) await hub.recheck(client);
  };
  return hub;
}
