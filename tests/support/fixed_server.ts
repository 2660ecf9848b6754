/**
 * The live screen as it is built, on answers that are always the same, with the content policy of the API: for pictures, for what a
 * screen does under more updates than a source can make, and for trouble that cannot be had on demand.
 * What depends on real answers is tested on the real stack (tests/browser/live.test.ts).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import compression from 'compression';
import express from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import { screenPages } from '../../api/pages.ts';
import { type Preferences, preferences } from '../../platform/preferences.ts';
import { buildLive } from '../../reports/live/build.ts';
import { documentFields, seesFigures, seesTodayOnly } from '../../warehouse/permissions.ts';
import { defaultWidgets } from '../../warehouse/preferences.ts';
import { fixedAnswer, NOW } from './fixed_answers.ts';
import { fixedOperations } from './fixed_operations.ts';

export const CONTENT_POLICY =
  "default-src 'self';connect-src 'self';img-src 'self' data:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'";

export type FixedServer = AsyncDisposable & {
  url: string;
  /** Who is signed in, for which scopes; nobody where undefined. */
  session: { role: string; scopes: string[]; name: string } | undefined;
  /** When the session ends, in seconds since 1970; never where undefined. */
  expires: number | undefined;
  /** How often it has been renewed. */
  renewed: number;
  /** Values that differ from the fixed ones, by KPI. */
  changed: Map<string, number | null>;
  /** Every answer fails with this status while it is set. */
  failing: number | undefined;
  /** No answer comes before this while it is set. */
  holding: Promise<void> | undefined;
  /** What was last sent to /preferences. */
  preferences: Preferences | undefined;
  /** Frames the clients have sent, the newest last. */
  heard: { type: string; channel?: string; from?: object }[];
  /** Pushes a frame to every socket. */
  push(frame: object): void;
  /** Cuts every socket. */
  cut(): void;
};

export async function startFixedServer(): Promise<FixedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'lumbung-fixed-'));
  await buildLive(folder);
  const app = express();
  app.use(compression());
  app.use(express.json());
  app.use((_request, response, next) => {
    response.set({ 'Content-Security-Policy': CONTENT_POLICY, Date: NOW.toUTCString() });
    next();
  });
  app.use(screenPages(folder));
  const session = () => {
    const { session: own } = server;
    return (
      own && {
        sub: 'u1',
        ...own,
        ...(server.expires === undefined ? {} : { exp: server.expires }),
        figures: seesFigures(own.role),
        todayOnly: seesTodayOnly(own.role),
        widgets: defaultWidgets(own.role),
        documents: documentFields(own.role),
      }
    );
  };
  const kept = () => ({
    ...{ saved: server.preferences !== undefined, ...server.preferences },
    defaults: { widgets: defaultWidgets(server.session?.role ?? '') },
  });
  const api = express.Router();
  api.use((_request, response, next) => {
    if (server.failing === undefined) next();
    else response.status(server.failing).json({ detail: 'the warehouse is away' });
  });
  api.use((_request, _response, next) => {
    const { holding } = server;
    if (holding === undefined) next();
    else holding.then(() => next());
  });
  api.get('/session', (_request, response) => {
    const own = session();
    response.status(own ? 200 : 401).json(own ?? { detail: 'sign in' });
  });
  api.post('/session/refresh', (_request, response) => {
    server.renewed++;
    server.expires = undefined;
    response.json(session());
  });
  api.get('/sign-in-options', (_request, response) => {
    response.json({
      demo: [{ id: 'pimpinan', role: 'BGN_LEADERSHIP', label: 'Pimpinan BGN, nasional', scope: 'national' }],
      provider: null,
    });
  });
  api.delete('/session', (_request, response) => {
    server.session = undefined;
    response.status(204).end();
  });
  api.get('/operations', (_request, response) => void response.json(fixedOperations));
  api.get('/preferences', (_request, response) => void response.json(kept()));
  api.put('/preferences', (request, response) => {
    const parsed = preferences.safeParse(request.body);
    if (!parsed.success) return void response.status(400).json({ detail: parsed.error.message });
    server.preferences = parsed.data;
    response.json(kept());
  });
  api.delete('/preferences', (_request, response) => {
    server.preferences = undefined;
    response.json(kept());
  });
  api.use((request, response) => {
    const query = new URLSearchParams(request.originalUrl.split('?')[1] ?? '');
    const answer = fixedAnswer(server.session ?? { role: '', scopes: [] }, request.path, query) as {
      kpis?: { id: string; value?: number | null }[];
    };
    if (answer === undefined) return void response.status(404).json({ detail: `there is no ${request.path}` });
    if (request.path === '/summary') {
      for (const kpi of answer.kpis ?? [])
        if (server.changed.has(kpi.id)) kpi.value = server.changed.get(kpi.id) ?? null;
    }
    response.json(answer);
  });
  app.use('/api/v1', api);

  const http = createServer(app);
  const sockets = new WebSocketServer({ server: http, path: '/ws' });
  const clients = new Set<WebSocket>();
  sockets.on('connection', (socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as FixedServer['heard'][number];
      server.heard.push(frame);
      const { channel } = frame;
      if (frame.type === 'auth') socket.send(JSON.stringify({ type: 'ready' }));
      if (frame.type === 'subscribe')
        socket.send(JSON.stringify({ type: 'subscribed', channel, epoch: 'e', offset: '1-0' }));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: FixedServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    session: undefined,
    expires: undefined,
    renewed: 0,
    changed: new Map(),
    failing: undefined,
    holding: undefined,
    preferences: undefined,
    heard: [],
    push(frame) {
      for (const socket of clients) socket.send(JSON.stringify(frame));
    },
    cut() {
      for (const socket of clients) socket.terminate();
    },
    async [Symbol.asyncDispose]() {
      server.cut();
      sockets.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}
