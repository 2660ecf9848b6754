/**
 * A client of the live channel that comes back to one of two servers, as browsers do behind a proxy, with the position it has (reports/live/
 * connection.ts is for browsers). It keeps what it heard in order, so that a drill can tell whether an update was missed without a resync.
 */
import WebSocket from 'ws';

export type Position = { epoch: string; offset: string };
export type Heard = Position | 'resync';
type Frame = Partial<Position> & { type: string; committedAt?: string };

const COME_BACK_MS = 100;

export type LiveClient = {
  heard: readonly Heard[];
  /** Resolves once it is subscribed for the first time. */
  subscribed: Promise<void>;
  /** What the newest update stands for, as milliseconds. */
  committedAt(): number;
  connections(): number;
  close(): void;
};

export function liveClient(
  servers: () => readonly string[],
  token: string,
  channel: string,
  onUpdate: (committedAt: number) => void = () => undefined,
): LiveClient {
  const heard: Heard[] = [];
  let from: Position | undefined;
  let joined: Position | undefined;
  let committed = 0;
  let connections = 0;
  let stopped = false;
  let socket: WebSocket | undefined;
  let joinedOnce: () => void = () => undefined;
  const subscribed = new Promise<void>((resolve) => {
    joinedOnce = resolve;
  });
  const open = () => {
    const all = servers();
    const server = all[connections++ % all.length] ?? '';
    const own = new WebSocket(`${server.replace('http', 'ws')}/ws`);
    socket = own;
    own.on('error', () => undefined);
    own.on('open', () => own.send(JSON.stringify({ type: 'auth', token })));
    own.on('close', () => {
      if (!stopped) setTimeout(open, COME_BACK_MS);
    });
    own.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      const { epoch, offset } = frame;
      const position = epoch !== undefined && offset !== undefined ? { epoch, offset } : undefined;
      if (frame.type === 'ready') own.send(JSON.stringify({ type: 'subscribe', channel, ...(from ? { from } : {}) }));
      else if (frame.type === 'ping') own.send('{"type":"pong"}');
      else if (frame.type === 'subscribed') {
        joined = position;
        joinedOnce();
        if (from === undefined) {
          from = position;
          heard.push('resync');
        }
      } else if (frame.type === 'resync') {
        from = joined;
        heard.push('resync');
      } else if (frame.type === 'update' && position) {
        from = position;
        heard.push(position);
        committed = Date.parse(frame.committedAt ?? '');
        onUpdate(committed);
      }
    });
  };
  open();
  return {
    heard,
    subscribed,
    committedAt: () => committed,
    connections: () => connections,
    close() {
      stopped = true;
      socket?.terminate();
    },
  };
}

/** Updates that a client has passed over without being told; all hear the same channel. `sent` is what was announced in it, heard by anybody or not. */
export function missed(clients: readonly LiveClient[], sent: readonly Position[]): string[] {
  const known = new Map<string, Set<string>>();
  for (const one of [...sent, ...clients.flatMap(({ heard }) => heard)])
    if (one !== 'resync') known.set(one.epoch, (known.get(one.epoch) ?? new Set()).add(one.offset));
  const ordered = new Map([...known].map(([epoch, offsets]) => [epoch, [...offsets].sort(byOffset)]));
  return clients.flatMap(({ heard }, client) =>
    heard.flatMap((one, at) => {
      const before = heard[at - 1];
      if (one === 'resync' || before === undefined || before === 'resync') return [];
      if (before.epoch !== one.epoch) return [`client ${client}: another epoch without a resync`];
      const all = ordered.get(one.epoch) ?? [];
      const [a, b] = [all.indexOf(before.offset), all.indexOf(one.offset)];
      if (b === a + 1) return [];
      return [`client ${client}: ${b <= a ? 'again' : `${b - a - 1} passed over before`} ${one.offset}`];
    }),
  );
}

/** Offsets are "milliseconds-number". */
function byOffset(one: string, other: string): number {
  const [[a = 0, b = 0], [c = 0, d = 0]] = [one.split('-').map(Number), other.split('-').map(Number)];
  return a - c || b - d;
}
