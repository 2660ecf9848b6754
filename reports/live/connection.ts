/**
 * The live connection: authenticates by cookie, listens to channels, and comes back for ever with full-jitter backoff.
 * Invariants: after every gap the page is told what it missed, or to read everything again; a position is taken only from what was
 * heard in order; a socket that has gone silent is given up; in band, a session that ends is renewed.
 */
export type ConnectionState = 'connecting' | 'open' | 'closed';
export type Notice = {
  kind: string;
  channel?: string;
  subject?: string;
  at?: string;
  detail?: Record<string, string | number | null>;
};
type Handlers = {
  state(state: ConnectionState, attempt: number): void;
  /** Something of a channel changed, or may have. */
  changed(channel: string): void;
  notice(notice: Notice): void;
};
type Position = { epoch: string; offset: string };
type Frame = Partial<Position> & Notice & { type: string; comeBackMs?: number };

const BASE_MS = 500;
const CAP_MS = 30_000;
/** The server says something every 25 seconds. */
const SILENT_MS = 70_000;

export type Live = {
  /** Listens to these channels, and to no others. */
  watch(channels: readonly string[]): void;
  /** The session was renewed: says so on the open socket. */
  renewed(): void;
  close(): void;
};

export function connectLive(handlers: Handlers): Live {
  const positions = new Map<string, Position | undefined>();
  let socket: WebSocket | undefined;
  let ready = false;
  let attempt = 0;
  let stopped = false;
  /** When a server that restarts wants this page back; the next attempt only. */
  let comeBackMs: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const send = (frame: object) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const subscribe = (channel: string) => {
    const from = positions.get(channel);
    if (ready) send({ type: 'subscribe', channel, ...(from ? { from } : {}) });
  };
  /** Where channels stood when they were joined; it counts once everything before it has been read. */
  const joined = new Map<string, Position>();

  const receive = (frame: Frame) => {
    const { channel = '', epoch, offset } = frame;
    const position = epoch !== undefined && offset !== undefined ? { epoch, offset } : undefined;
    if (frame.type === 'ready') {
      ready = true;
      attempt = 0;
      handlers.state('open', 0);
      for (const each of positions.keys()) subscribe(each);
    } else if (frame.type === 'ping') send({ type: 'pong' });
    else if (frame.type === 'notice' && frame.kind === 'restart') comeBackMs = frame.comeBackMs;
    else if (frame.type === 'notice') {
      if (positions.has(channel) && position) positions.set(channel, position);
      handlers.notice(frame);
    } else if (!positions.has(channel)) return;
    else if (frame.type === 'subscribed' && position) {
      // What follows are the updates since the last position, or a resync. Without one, the page may have read before it joined.
      if (positions.get(channel) === undefined) {
        positions.set(channel, position);
        handlers.changed(channel);
      } else joined.set(channel, position);
    } else if (frame.type === 'resync') {
      positions.set(channel, joined.get(channel));
      handlers.changed(channel);
    } else if (frame.type === 'update') {
      positions.set(channel, position);
      handlers.changed(channel);
    }
  };
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => socket?.close(), SILENT_MS);
  };
  const open = () => {
    clearTimeout(timer);
    handlers.state('connecting', attempt);
    const own = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
    socket = own;
    own.onopen = () => {
      listen();
      send({ type: 'auth' });
    };
    own.onmessage = (event) => {
      listen();
      receive(JSON.parse(String(event.data)) as Frame);
    };
    own.onclose = () => {
      clearTimeout(silence);
      ready = false;
      if (stopped || socket !== own) return;
      attempt++;
      handlers.state('closed', attempt);
      const backoff = Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 10));
      timer = setTimeout(open, comeBackMs ?? backoff);
      comeBackMs = undefined;
    };
  };
  /** The device says that it has a network again: no need to wait. */
  const online = () => {
    if (!stopped && socket?.readyState === WebSocket.CLOSED) open();
  };
  addEventListener('online', online);
  open();
  return {
    watch(channels) {
      for (const channel of [...positions.keys()]) {
        if (channels.includes(channel)) continue;
        positions.delete(channel);
        joined.delete(channel);
        send({ type: 'unsubscribe', channel });
      }
      for (const channel of channels) {
        if (positions.has(channel)) continue;
        positions.set(channel, undefined);
        subscribe(channel);
      }
    },
    renewed: () => send({ type: 'auth' }),
    close() {
      stopped = true;
      removeEventListener('online', online);
      clearTimeout(timer);
      clearTimeout(silence);
      socket?.close();
    },
  };
}
