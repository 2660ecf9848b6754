/** Streams on real sockets: a reader that takes nothing is cut off, and keeps nobody else waiting. */
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { Counter, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createStreams } from '../../api/streams.ts';

test('a reader that takes nothing is cut off; the same caller waits, another does not', async () => {
  const hungUp = new Counter({ name: 'hung_up', help: 'test', registers: [new Registry()] });
  const streams = createStreams({ hungUp }, 100);
  const begun: string[] = [];
  const piece = Buffer.alloc(64 * 1024);
  const server = createServer((request, response) => {
    const [, caller = '', pieces = '0'] = (request.url ?? '').split('/');
    const rows = async function* () {
      begun.push(caller);
      for (let n = 0; n < Number(pieces); n++) yield piece;
    };
    streams.run(caller, response as Response, () => pipeline(Readable.from(rows()), response)).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const open = (path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => get({ port, path, agent: false }, resolve).on('error', reject));
  try {
    const idle = await open('/idle/100000');
    const ended = new Promise((resolve) => idle.on('close', resolve));
    const again = open('/idle/10');
    const other = await open('/other/10');
    let bytes = 0;
    for await (const chunk of other) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(10 * piece.length);
    expect(begun).toEqual(['idle', 'other']);
    idle.on('error', () => undefined);
    // Cut off: its turn is over, and the second of the same caller goes on.
    (await again).resume();
    expect(begun).toEqual(['idle', 'other', 'idle']);
    idle.resume();
    await ended;
    expect((await hungUp.get()).values[0]?.value).toBe(1);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
