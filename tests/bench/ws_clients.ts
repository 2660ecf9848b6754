/**
 * Many WebSocket clients in one process. Told {url, count, token?, summary?} it opens them, {close: true} closes them; it answers
 * when all are subscribed, and after {expect: n} with the delay of each delivery since {sent}.
 */
import http from 'node:http';
import WebSocket from 'ws';

type Told = {
  url?: string;
  count?: number;
  token?: string;
  summary?: string;
  expect?: number;
  sent?: number;
  close?: true;
};

const OPENING_AT_ONCE = 200;
const sockets: WebSocket[] = [];
let delays: number[] = [];
let sentAt = 0;
let expected = 0;
let resyncs = 0;
let from: object | undefined;
const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });

const settle = () => {
  if (expected === 0 || delays.length < expected) return;
  process.send?.({ delays, resyncs });
  expected = 0;
};

function open({ url = '', token }: Told): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    sockets.push(socket);
    socket.once('error', reject);
    socket.once('open', () => {
      if (token === undefined) return resolve();
      socket.send(JSON.stringify({ type: 'auth', token }));
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('{"type":"update"')) {
        delays.push(Date.now() - sentAt);
        if (delays.length === 1 && token !== undefined) {
          const { epoch, offset } = JSON.parse(text) as { epoch: string; offset: string };
          from = { epoch, offset };
        }
        settle();
      } else if (text.startsWith('{"type":"ready"'))
        socket.send(JSON.stringify({ type: 'subscribe', channel: 'national', ...(from ? { from } : {}) }));
      else if (text.startsWith('{"type":"subscribed"')) resolve();
      else if (text.startsWith('{"type":"resync"')) resyncs++;
      else if (text.startsWith('{"type":"ping"')) socket.send('{"type":"pong"}');
      else if (text.startsWith('{"type":"error"')) reject(new Error(text));
    });
  });
}

const read = (url: string, token: string) =>
  new Promise<void>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    http
      .get(url, { agent, headers }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${answer.statusCode}`));
        answer.resume().on('end', resolve);
      })
      .on('error', reject);
  });

async function openAll(told: Told): Promise<void> {
  const began = performance.now();
  let left = told.count ?? 0;
  const one = async () => {
    while (left-- > 0) {
      await open(told);
      if (told.summary) await read(`${told.url}${told.summary}`, told.token ?? '');
    }
  };
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, one));
  process.send?.({ opened: sockets.length, seconds: (performance.now() - began) / 1_000, resyncs });
}

process.on('message', (told: Told) => {
  if (told.url !== undefined) void openAll(told);
  else if (told.close) {
    let open = sockets.length;
    for (const socket of sockets.splice(0)) {
      socket.once('close', () => {
        if (--open === 0) process.send?.({ closed: true });
      });
      socket.terminate();
    }
  } else if (told.expect !== undefined) {
    delays = [];
    resyncs = 0;
    expected = told.expect;
    sentAt = told.sent ?? 0;
    process.send?.({ listening: true });
  }
});
