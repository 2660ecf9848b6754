/**
 * The live connection: authenticates by cookie, subscribes, and comes back for ever with full-jitter backoff.
 * Invariant: after every gap the page is told either what it missed or to read everything again.
 */
export type ConnectionState = 'connecting' | 'open' | 'closed';
type Handlers = { state(state: ConnectionState, attempt: number): void; changed(): void };
type Frame = {
  type: string;
  kind?: string;
  comeBackMs?: number;
  channel?: string;
  epoch?: string;
  offset?: string;
};

const BASE_MS = 500;
const CAP_MS = 30_000;

export type Live = { watch(channel: string): void; close(): void };

export function connectLive(handlers: Handlers): Live {
  let socket: WebSocket | undefined;
  let channel: string | undefined;
  let position: { epoch: string; offset: string } | undefined;
  let attempt = 0;
  let stopped = false;
  /** When a server that restarts wants this page back; the next attempt only. */
  let comeBackMs: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const send = (frame: object) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  const subscribe = () => {
    if (channel !== undefined) send({ type: 'subscribe', channel, ...(position ? { from: position } : {}) });
  };
  const receive = (frame: Frame) => {
    if (frame.type === 'ready') {
      attempt = 0;
      handlers.state('open', 0);
      subscribe();
    } else if (frame.type === 'notice' && frame.kind === 'restart') comeBackMs = frame.comeBackMs;
    else if (frame.type === 'ping') send({ type: 'pong' });
    else if (frame.channel === channel && (frame.type === 'update' || frame.type === 'resync')) handlers.changed();
    if (frame.channel === channel && frame.epoch !== undefined && frame.offset !== undefined) {
      // A position taken from `subscribed` must not skip what was missed: the page reads again on every reconnect.
      position = { epoch: frame.epoch, offset: frame.offset };
    }
  };
  const open = () => {
    handlers.state('connecting', attempt);
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
    socket.onopen = () => {
      send({ type: 'auth' });
      if (attempt > 0) handlers.changed();
    };
    socket.onmessage = (event) => receive(JSON.parse(String(event.data)) as Frame);
    socket.onclose = () => {
      if (stopped) return;
      attempt++;
      handlers.state('closed', attempt);
      const backoff = Math.random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 10));
      timer = setTimeout(open, comeBackMs ?? backoff);
      comeBackMs = undefined;
    };
  };
  open();
  return {
    watch(next) {
      if (next === channel) return;
      if (channel !== undefined) send({ type: 'unsubscribe', channel });
      channel = next;
      position = undefined;
      subscribe();
    },
    close() {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
