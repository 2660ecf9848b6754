/**
 * Bare servers in a process of their own, as baselines: an Express handler that sends given bytes, and a ws broadcast.
 * Told by messages: {bytes} starts Express, {broadcast: true} starts ws, {text} broadcasts.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { WebSocketServer } from 'ws';

let sockets: WebSocketServer | undefined;

process.on('message', (told: { bytes?: string; broadcast?: true; text?: string }) => {
  if (told.text !== undefined) {
    for (const client of sockets?.clients ?? []) client.send(told.text);
    return;
  }
  const app = express();
  const { bytes } = told;
  app.get('/', (_request, response) => void response.type('json').send(bytes));
  const server = createServer(app);
  if (told.broadcast) sockets = new WebSocketServer({ server });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
});
