/**
 * The live channel `/ws`: frames in, frames out, limits, heartbeat and draining.
 * Invariants: a client sees only channels inside its scope; it never misses an update without a `resync`; sockets are bounded per
 * address and per user; a token that ends, or a key that is revoked, closes its socket unless it was refreshed in band; a refused
 * token ends the socket and is dear to its address; a stop tells everybody when to come back, spread out.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import proxyAddress from 'proxy-addr';
import { type WebSocket, WebSocketServer } from 'ws';
import { LumbungError, messageOf } from '../../platform/errors.ts';
import { LIVE_CHANNEL, liveNotice, NOTICE_CHANNEL, SITE_CHANNEL, userNotice } from '../../platform/queues.ts';
import type { Redis } from '../../platform/redis.ts';
import { keyIdOf, validKeys } from '../../warehouse/api_keys.ts';
import { tokenOf } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { ownOrigin } from '../same_origin.ts';
import { type Client, createClient } from './client.ts';
import { type ClientFrame, clientFrame, parseJson, SYSTEM } from './frames.ts';
import { createHub } from './hub.ts';
import { createReplay } from './replay.ts';

const MAX_CHANNELS = 64;
const MAX_FRAME_BYTES = 16 * 1024;
const AUTH_WITHIN_MS = 10_000;
const PING_EVERY_MS = 25_000;
const CHECK_EVERY_MS = 2_000;
const CHECK_KEYS_EVERY_MS = 5_000;
const MAX_FRAMES_PER_SECOND = 50;
const WARN_BEFORE_SECONDS = 60;
/** On a stop, so many clients are sent away a second, and come back at that pace. */
const DRAIN_PER_SECOND = 5_000;
const COME_BACK_AT_LEAST_MS = 2_000;

export type LiveServer = { close(): Promise<void> };

/** Attaches `/ws` to the HTTP server. `subscriber` is a Redis connection of its own. */
export async function startLive(server: Server, context: ApiContext, subscriber: Redis): Promise<LiveServer> {
  const { config, log, metrics } = context;
  const clients = new Set<Client>();
  const perAddress = createCounts();
  const perUser = createCounts();
  const hub = createHub(context);
  const replay = createReplay(context.redis);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  const trusted = trust(config.TRUST_PROXY);
  const own = ownOrigin(config.PUBLIC_URL);

  await subscriber.subscribe(LIVE_CHANNEL, NOTICE_CHANNEL, SITE_CHANNEL);
  subscriber.on('message', (channel: string, text: string) => {
    if (channel === SITE_CHANNEL) return context.site.look();
    const schema = channel === LIVE_CHANNEL ? liveNotice : userNotice;
    const parsed = schema.safeParse(parseJson(text));
    if (!parsed.success) return log.warn({ channel }, 'a malformed notice was ignored');
    if ('kind' in parsed.data) return hub.noticed(parsed.data);
    const { seq, channels } = parsed.data;
    context.freshness.invalidate({ seq, scopes: channels.map(({ channel: scope }) => scope) });
    hub.refreshed(parsed.data);
  });
  // Notices sent while this connection was down are gone: say so instead of guessing.
  let interrupted = false;
  subscriber.on('close', () => {
    interrupted = true;
  });
  subscriber.on('ready', () => {
    if (interrupted) hub.resyncAll();
    interrupted = false;
  });

  const subscribe = async (client: Client, { channel, from }: Extract<ClientFrame, { type: 'subscribe' }>) => {
    const { claims } = client;
    if (claims === undefined) return;
    if (!client.channels.has(channel) && client.channels.size >= MAX_CHANNELS)
      throw new LumbungError('bad_input', `at most ${MAX_CHANNELS} channels`);
    if (channel !== SYSTEM) await context.places(claims, channel);
    // Live first, then replay: an update in between comes twice rather than not at all.
    await hub.join(client, channel);
    const end = await replay.end(channel);
    client.send({ type: 'subscribed', channel, epoch: end?.epoch ?? '', offset: end?.offset ?? '0-0' });
    if (from === undefined && end !== undefined) return;
    const missed = from && end && (await replay.after(channel, from, end));
    if (missed === undefined) return client.send({ type: 'resync', channel });
    for (const { owner, ...frame } of missed) {
      if (hub.hears(client, owner as never)) client.send(frame as { type: string });
    }
  };

  const authenticate = async (client: Client, token = '') => {
    const claims = await context.verify(token).catch((error: unknown) => {
      if (error instanceof LumbungError && error.kind === 'unauthenticated') context.limits.refused(client.address);
      throw error;
    });
    // It may have gone meanwhile: what is counted now would never be taken back.
    if (client.socket.readyState !== client.socket.OPEN) return;
    const former = client.claims;
    if (former?.sub !== claims.sub) {
      if (!perUser.add(claims.sub, config.LIVE_SOCKETS_PER_USER)) {
        client.send({ type: 'error', code: 'overloaded', message: 'too many connections of this user' });
        return client.drop(4429, 'too many connections');
      }
      if (former) perUser.remove(former.sub);
    }
    client.claims = claims;
    client.key = keyIdOf(token);
    if (former) await hub.recheck(client);
    client.send({ type: 'ready', role: claims.role, scopes: claims.scope, expiresAt: claims.exp ?? null });
  };

  const handle = async (client: Client, request: IncomingMessage, frame: ClientFrame | undefined) => {
    // What came after the frame that ended the connection counts no more.
    if (client.socket.readyState !== client.socket.OPEN) return;
    if (frame === undefined)
      throw new LumbungError('bad_input', 'the frame is not one of auth, subscribe, unsubscribe, ping, pong');
    if (frame.type === 'pong') return;
    if (frame.type === 'ping') return client.send({ type: 'pong' });
    if (frame.type === 'auth') return authenticate(client, frame.token ?? tokenOf(request.headers));
    if (client.claims === undefined || (client.claims.exp ?? 0) * 1000 < Date.now()) {
      throw new LumbungError('unauthenticated', 'send an auth frame first');
    }
    if (frame.type === 'unsubscribe') hub.leave(client, frame.channel);
    else await subscribe(client, frame);
  };

  const recordRefusal = ({ claims, address }: Client, frame: ClientFrame, error: LumbungError) => {
    const { sub = '', role = '' } = claims ?? {};
    const told = frame.type === 'auth' ? 'auth' : JSON.stringify(frame).slice(0, 200);
    const detail = { reason: error.message, frame: told };
    const event = { action: 'denied', actor: sub, role, target: '/ws', outcome: 'refused', address, detail } as const;
    context.audit.append(event).catch((failure: unknown) => {
      log.error({ error: messageOf(failure), event }, 'a refusal could not be audited');
    });
  };

  server.on('upgrade', async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refuse = (status: string, seconds = 5) =>
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: ${seconds}\r\n\r\n`);
    if (!/^\/ws(?:\?|$)/.test(request.url ?? '')) return refuse('404 Not Found');
    // A browser page of another origin must not use this page's cookie.
    const { origin, host } = request.headers;
    if (origin !== undefined && !own(origin, host)) return refuse('403 Forbidden');
    if (context.stopping()) return refuse('503 Service Unavailable');
    const address = addressOf(request, trusted);
    if (!perAddress.add(address, config.LIVE_SOCKETS_PER_ADDRESS)) return refuse('429 Too Many Requests');
    socket.once('close', () => perAddress.remove(address));
    const late = await context.limits.connection(address).catch(() => 1);
    if (late !== undefined) return refuse('429 Too Many Requests', late);
    if (context.stopping()) return refuse('503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, request, address));
  });

  const accept = (socket: WebSocket, request: IncomingMessage, address: string) => {
    const client = createClient(socket, address, metrics.live);
    clients.add(client);
    metrics.live.sockets.set(clients.size);
    const timer = setTimeout(() => {
      if (client.claims === undefined) client.drop(4401, 'no auth frame');
    }, AUTH_WITHIN_MS);
    let order = Promise.resolve();
    socket.on('message', (data) => {
      client.alive = true;
      if (++client.frames > MAX_FRAMES_PER_SECOND || ++client.queued > 2 * MAX_FRAMES_PER_SECOND)
        return client.drop(1008, 'too many frames');
      const { data: frame } = clientFrame.safeParse(parseJson(String(data)));
      order = order
        .then(() => handle(client, request, frame))
        .catch((error: unknown) => {
          const known = error instanceof LumbungError;
          const refused = known && (error.kind === 'forbidden' || error.kind === 'unauthenticated');
          // Of nobody in particular there is nothing to record.
          const claimed = frame?.type === 'auth' && (frame.token ?? tokenOf(request.headers)) !== undefined;
          if (refused && frame && (client.claims !== undefined || claimed)) recordRefusal(client, frame, error);
          if (!known) log.warn({ error: messageOf(error) }, 'frame failed');
          const code = known ? error.kind : 'internal';
          const said = known && error.kind !== 'internal' && error.kind !== 'unreachable';
          const message = said ? error.message : 'the frame could not be handled, try again in a moment';
          client.send({ type: 'error', code, message });
          // One guess a connection.
          if (refused && frame?.type === 'auth') client.drop(4401, 'the token was refused');
        })
        .finally(() => {
          client.queued--;
          // It may have subscribed while its socket was closing.
          if (socket.readyState === socket.CLOSED) hub.leaveAll(client);
        });
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(timer);
      clients.delete(client);
      hub.leaveAll(client);
      if (client.claims) perUser.remove(client.claims.sub);
      metrics.live.sockets.set(clients.size);
    });
  };

  /** Ends connections whose API key counts no longer: one question for all of them. */
  const endRevoked = async () => {
    const signedIn = [...clients].filter((client) => client.key !== undefined);
    if (signedIn.length === 0) return;
    const valid = await validKeys(context.warehouse);
    for (const client of signedIn) {
      if (client.key === undefined || valid.has(client.key)) continue;
      client.send({ type: 'error', code: 'unauthenticated', message: 'the API key was revoked or has expired' });
      client.drop(4401, 'the API key was revoked or has expired');
    }
  };

  const pinger = setInterval(() => {
    for (const client of clients) {
      if (!client.alive) {
        metrics.live.closed.inc({ reason: 'silent' });
        client.socket.terminate();
      }
      client.alive = false;
      client.sendText('ping', '{"type":"ping"}');
    }
  }, PING_EVERY_MS);
  const second = setInterval(() => {
    const now = Date.now() / 1000;
    for (const client of clients) {
      client.frames = 0;
      client.flush();
      const ends = client.claims?.exp;
      if (ends === undefined) continue;
      if (ends < now) client.drop(4401, 'the token expired');
      else if (ends - now < WARN_BEFORE_SECONDS && client.warnedOf !== ends) {
        client.warnedOf = ends;
        client.send({ type: 'notice', kind: 'token_expires', expiresAt: ends });
      }
    }
  }, 1_000);
  const checker = setInterval(() => {
    // The warehouse is away: there is nothing to compare with, and nothing new.
    hub.check().catch(() => undefined);
  }, CHECK_EVERY_MS);

  const keyChecker = setInterval(() => {
    // The warehouse is away: nobody can tell, and nothing new is told meanwhile.
    endRevoked().catch(() => undefined);
  }, CHECK_KEYS_EVERY_MS);

  return {
    async close() {
      for (const timer of [pinger, second, checker, keyChecker]) clearInterval(timer);
      subscriber.disconnect();
      const spread = COME_BACK_AT_LEAST_MS + (clients.size / DRAIN_PER_SECOND) * 1_000;
      const leaving = [...clients];
      for (let at = 0; at < leaving.length; at += DRAIN_PER_SECOND / 10) {
        for (const client of leaving.slice(at, at + DRAIN_PER_SECOND / 10)) {
          client.send({ type: 'notice', kind: 'restart', comeBackMs: Math.round(Math.random() * spread) });
          client.drop(1012, 'restarting');
        }
        await delay(100);
      }
      sockets.close();
      for (const client of clients) client.socket.terminate();
    },
  };
}

/** How many there are of each key; bounded by the number of sockets. */
function createCounts() {
  const counts = new Map<string, number>();
  return {
    add(key: string, limit: number): boolean {
      const now = counts.get(key) ?? 0;
      if (now >= limit) return false;
      counts.set(key, now + 1);
      return true;
    },
    remove(key: string): void {
      const now = (counts.get(key) ?? 0) - 1;
      if (now > 0) counts.set(key, now);
      else counts.delete(key);
    },
  };
}

type Trust = (address: string, hop: number) => boolean;

/** TRUST_PROXY as for Express: hops, or addresses. */
function trust(setting: string | undefined): Trust {
  if (setting === undefined) return () => false;
  if (/^\d+$/.test(setting)) return (_address, hop) => hop < Number(setting);
  return proxyAddress.compile(setting.split(',').map((part) => part.trim()));
}

function addressOf(request: IncomingMessage, trusted: Trust): string {
  try {
    return proxyAddress(request, trusted);
  } catch {
    return request.socket.remoteAddress ?? 'unknown';
  }
}
