/**
 * One socket and what it is owed. Invariant: what a slow client has not taken is merged to the newest update per channel (cells
 * added up), so memory per socket is bounded; a client slower than that is dropped and comes back with its position.
 */
import type { WebSocket } from 'ws';
import type { Claims } from '../../platform/tokens.ts';
import type { Metrics } from '../metrics.ts';
import type { Update } from './frames.ts';

const SLOW_BYTES = 256 * 1024;
const DROP_BYTES = 4 * 1024 * 1024;
const HELD_NOTICES = 20;

export type Client = ReturnType<typeof createClient>;

export function createClient(socket: WebSocket, address: string, metrics: Metrics['live']) {
  const held = new Map<string, Update>();
  const notices: string[] = [];
  const client = {
    socket,
    address,
    claims: undefined as Claims | undefined,
    channels: new Set<string>(),
    /** Anything was heard since the last ping. */
    alive: true,
    /** Frames received in this second. */
    frames: 0,
    /** Frames waiting to be handled. */
    queued: 0,
    /** `exp` of the token whose end was announced. */
    warnedOf: undefined as number | undefined,

    send(frame: { type: string } & Record<string, unknown>): void {
      client.sendText(frame.type, JSON.stringify(frame));
    },
    sendText(type: string, text: string): void {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > DROP_BYTES) client.drop(1013, 'too slow');
      else {
        metrics.frames.inc({ type });
        socket.send(text);
      }
    },
    /** `text` is the update as JSON, made once for everybody. */
    update(update: Update, text: string): void {
      const waiting = held.get(update.channel);
      const merged = waiting === undefined ? update : { ...update, cells: waiting.cells + update.cells };
      if (socket.bufferedAmount > DROP_BYTES) client.drop(1013, 'too slow');
      else if (socket.bufferedAmount > SLOW_BYTES) {
        if (waiting) metrics.coalesced.inc();
        held.set(update.channel, merged);
      } else if (waiting === undefined) client.sendText('update', text);
      else {
        held.delete(update.channel);
        client.send(merged);
      }
    },
    notice(text: string): void {
      if (socket.bufferedAmount <= SLOW_BYTES) client.sendText('notice', text);
      else notices.push(text);
      if (notices.length > HELD_NOTICES) notices.shift();
    },
    /** Sends what was held back, once the socket has taken what came before. */
    flush(): void {
      if (held.size + notices.length === 0 || socket.bufferedAmount > SLOW_BYTES) return;
      for (const update of held.values()) client.send(update);
      held.clear();
      for (const text of notices.splice(0)) client.sendText('notice', text);
    },
    forget(channel: string): void {
      client.channels.delete(channel);
      held.delete(channel);
    },
    drop(code: number, reason: string): void {
      metrics.closed.inc({ reason });
      // A client that does not read does not answer a close frame either.
      if (code === 1013) socket.terminate();
      else socket.close(code, reason);
    },
  };
  return client;
}
