/**
 * The live channel: WebSocket frames from the notices of refreshes.
 * Invariants: a client sees only channels inside its scope; it never misses an update without a `resync`; what a slow
 * client has not taken is coalesced to the newest update per channel, then the client is dropped.
 */
import type { IncomingMessage, Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { LumbungError, messageOf } from '../platform/errors.ts';
import { EPOCH_KEY, LIVE_CHANNEL, type LiveNotice, liveNotice, streamKey } from '../platform/queues.ts';
import type { Redis } from '../platform/redis.ts';
import { type Claims, scopeText } from '../platform/tokens.ts';
import { authorize, tokenOf } from './access.ts';
import type { ApiContext } from './context.ts';

const MAX_CHANNELS = 64;
const MAX_FRAME_BYTES = 16 * 1024;
const AUTH_WITHIN_MS = 10_000;
const PING_EVERY_MS = 25_000;
const SLOW_BYTES = 256 * 1024;
const DROP_BYTES = 4 * 1024 * 1024;
const MAX_FRAMES_PER_SECOND = 50;

const channelText = z.union([z.literal('system'), scopeText]);
const position = z.object({ epoch: z.string().max(64), offset: z.string().regex(/^\d{1,20}-\d{1,20}$/) });
const clientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auth'), token: z.string().max(8_192).optional() }),
  z.object({ type: z.literal('subscribe'), channel: channelText, from: position.optional() }),
  z.object({ type: z.literal('unsubscribe'), channel: channelText }),
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('pong') }),
]);

type Client = {
  socket: WebSocket;
  claims: Claims | undefined;
  channels: Set<string>;
  /** Updates held back while the socket is slow: the newest per channel. */
  held: Map<string, object>;
  alive: boolean;
  frames: number;
};

export type LiveServer = { close(): Promise<void> };

/** Attaches `/ws` to the HTTP server. `subscriber` is a Redis connection of its own. */
export async function startLive(server: Server, context: ApiContext, subscriber: Redis): Promise<LiveServer> {
  const clients = new Set<Client>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  const send = (client: Client, frame: object) => {
    if (client.socket.readyState === client.socket.OPEN) client.socket.send(JSON.stringify(frame));
  };

  const deliver = (client: Client, channel: string, frame: object) => {
    if (client.socket.bufferedAmount > DROP_BYTES) return client.socket.close(1013, 'too slow');
    if (client.socket.bufferedAmount > SLOW_BYTES) client.held.set(channel, frame);
    else {
      client.held.delete(channel);
      send(client, frame);
    }
  };

  await subscriber.subscribe(LIVE_CHANNEL);
  subscriber.on('message', (_channel: string, text: string) => {
    const parsed = liveNotice.safeParse(JSON.parse(text));
    if (!parsed.success) return context.log.warn('a malformed notice was ignored');
    context.freshness.invalidate();
    fanOut(parsed.data);
  });
  // Notices sent while this connection was down are gone: say so instead of guessing.
  let connectedOnce = true;
  subscriber.on('close', () => {
    connectedOnce = false;
  });
  subscriber.on('ready', () => {
    if (connectedOnce) return;
    connectedOnce = true;
    for (const client of clients) for (const channel of client.channels) send(client, { type: 'resync', channel });
  });

  const fanOut = (notice: LiveNotice) => {
    const offsets = new Map(notice.channels.map(({ channel, offset }) => [channel, offset]));
    for (const client of clients) {
      for (const channel of client.channels) {
        const offset = offsets.get(channel);
        if (offset === undefined) continue;
        const { epoch, cells, committedAt } = notice;
        deliver(client, channel, { type: 'update', channel, epoch, offset, cells, committedAt });
      }
    }
  };

  const subscribe = async (client: Client, channel: string, from: z.infer<typeof position> | undefined) => {
    const claims = client.claims as Claims;
    if (client.channels.size >= MAX_CHANNELS) throw new LumbungError('bad_input', `at most ${MAX_CHANNELS} channels`);
    if (channel !== 'system') await authorize(context.warehouse, claims, channel);
    // Live first, then replay: an update in between comes twice rather than not at all.
    client.channels.add(channel);
    const epoch = (await context.redis.get(EPOCH_KEY)) ?? '';
    const [last] = await context.redis.xrevrange(streamKey(channel), '+', '-', 'COUNT', 1);
    send(client, { type: 'subscribed', channel, epoch, offset: last?.[0] ?? '0-0' });
    if (from === undefined) return;
    const known =
      from.epoch === epoch &&
      (from.offset === (last?.[0] ?? '0-0') ||
        (await context.redis.xrange(streamKey(channel), from.offset, from.offset)).length > 0);
    if (!known) return send(client, { type: 'resync', channel });
    for (const [offset, fields] of await context.redis.xrange(streamKey(channel), `(${from.offset}`, '+')) {
      send(client, { type: 'update', channel, epoch, offset, cells: Number(fields[1]), committedAt: fields[3] });
    }
  };

  const handle = async (client: Client, request: IncomingMessage, text: string) => {
    const parsed = clientFrame.safeParse(parseJson(text));
    if (!parsed.success)
      throw new LumbungError('bad_input', 'the frame is not one of auth, subscribe, unsubscribe, ping, pong');
    const frame = parsed.data;
    if (frame.type === 'pong') return;
    if (frame.type === 'ping') return send(client, { type: 'pong' });
    if (frame.type === 'auth') {
      const token = frame.token ?? tokenOf(request.headers);
      const claims = await context.verify(token ?? '');
      const changed = client.claims !== undefined && rightsOf(client.claims) !== rightsOf(claims);
      client.claims = claims;
      if (changed) client.channels.clear();
      return send(client, { type: 'ready', role: claims.role, scopes: claims.scope });
    }
    if (client.claims === undefined || (client.claims.exp ?? 0) * 1000 < Date.now()) {
      throw new LumbungError('unauthenticated', 'send an auth frame first');
    }
    if (frame.type === 'unsubscribe') client.channels.delete(frame.channel);
    else await subscribe(client, frame.channel, frame.from);
  };

  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const origin = request.headers.origin;
    // A browser page of another origin must not use this page's cookie.
    if (pathname !== '/ws' || (origin !== undefined && new URL(origin).host !== request.headers.host)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, request));
  });

  const accept = (socket: WebSocket, request: IncomingMessage) => {
    const client: Client = { socket, claims: undefined, channels: new Set(), held: new Map(), alive: true, frames: 0 };
    clients.add(client);
    context.metrics.sockets.set(clients.size);
    const timer = setTimeout(() => {
      if (client.claims === undefined) socket.close(4401, 'no auth frame');
    }, AUTH_WITHIN_MS);
    let order = Promise.resolve();
    socket.on('message', (data) => {
      client.alive = true;
      if (++client.frames > MAX_FRAMES_PER_SECOND) return socket.close(1008, 'too many frames');
      const text = String(data);
      order = order
        .then(() => handle(client, request, text))
        .catch((error: unknown) => {
          const known = error instanceof LumbungError;
          if (known && (error.kind === 'forbidden' || error.kind === 'unauthenticated')) {
            const { sub = '', role = '' } = client.claims ?? {};
            const detail = { reason: error.message, frame: text.includes('"token"') ? 'auth' : text.slice(0, 200) };
            const address = request.socket.remoteAddress ?? '';
            const event = {
              action: 'denied',
              actor: sub,
              role,
              target: '/ws',
              outcome: 'refused',
              address,
              detail,
            } as const;
            context.audit.append(event).catch((failure: unknown) => {
              context.log.error({ error: messageOf(failure), event }, 'a refusal could not be audited');
            });
          }
          if (!known) context.log.warn({ error: messageOf(error) }, 'frame failed');
          const code = known ? error.kind : 'internal';
          send(client, { type: 'error', code, message: known ? error.message : 'the frame could not be handled' });
        });
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(timer);
      clients.delete(client);
      context.metrics.sockets.set(clients.size);
    });
  };

  const pinger = setInterval(() => {
    for (const client of clients) {
      if (!client.alive) client.socket.terminate();
      client.alive = false;
      send(client, { type: 'ping' });
    }
  }, PING_EVERY_MS);
  const second = setInterval(() => {
    const now = Date.now() / 1000;
    for (const client of clients) {
      client.frames = 0;
      if (client.claims?.exp !== undefined && client.claims.exp < now) client.socket.close(4401, 'the token expired');
      if (client.socket.bufferedAmount <= SLOW_BYTES) {
        for (const frame of client.held.values()) send(client, frame);
        client.held.clear();
      }
    }
  }, 1_000);

  return {
    async close() {
      clearInterval(pinger);
      clearInterval(second);
      subscriber.disconnect();
      for (const client of clients) client.socket.close(1012, 'restarting');
      sockets.close();
      setTimeout(() => {
        for (const client of clients) client.socket.terminate();
      }, 1_000).unref();
    },
  };
}

/** Channels are given up when another token has other rights. */
const rightsOf = ({ role, scope }: Claims) => `${role} ${scope.join()}`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
