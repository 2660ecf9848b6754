/** What a slow reader costs. The socket is not ours: a stand-in says how much of what was sent is still waiting. */
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createClient } from '../../api/live/client.ts';
import { createMetrics } from '../../api/metrics.ts';

const update = (cells: number) => ({
  type: 'update' as const,
  channel: 'national',
  epoch: 'e',
  offset: `${cells}-0`,
  cells,
  committedAt: '',
  rolledAt: '',
});

function open() {
  const sent: string[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (text: string) => sent.push(text),
    terminate() {
      socket.readyState = 2;
    },
    close() {
      socket.readyState = 2;
    },
  };
  const client = createClient(socket as unknown as WebSocket, '127.0.0.1', createMetrics().live);
  return { sent, socket, client };
}

it('updates of a reader that lags are added up to one per channel, and sent when it has caught up', () => {
  const { sent, socket, client } = open();
  socket.bufferedAmount = 300 * 1024;
  for (const cells of [1, 2, 3]) client.update(update(cells), JSON.stringify(update(cells)));
  client.flush();
  expect(sent).toEqual([]);
  socket.bufferedAmount = 0;
  client.flush();
  expect(sent.map((text) => JSON.parse(text))).toMatchObject([{ channel: 'national', cells: 6, offset: '3-0' }]);
});

it('a reader that takes nothing is dropped, whatever it would be sent', () => {
  const told: ((one: ReturnType<typeof open>) => void)[] = [
    ({ client }) => client.update(update(1), '{}'),
    ({ client }) => client.send({ type: 'subscribed' }),
  ];
  for (const tell of told) {
    const one = open();
    one.socket.bufferedAmount = 5 * 1024 * 1024;
    tell(one);
    expect(one.sent).toEqual([]);
    expect(one.socket.readyState).toBe(2);
  }
});
