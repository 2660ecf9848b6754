/**
 * The service worker: the shell of one version, whole, on the device.
 * Invariants: only the page `/` and what it is made of are answered from here; figures, sessions and other pages never are. A new
 * version waits until the page asks for it (`{"type":"activate"}`), and takes the place of the old one with all its files.
 */
export {};

declare const VERSION: string;
declare const SHELL: readonly string[];

/** A network that says nothing for so long is as good as none. */
const PATIENCE_MS = 4_000;
const PREFIX = 'lumbung-';
const CACHE = PREFIX + VERSION;

type Lasting = Event & { waitUntil(work: Promise<unknown>): void };
type Fetching = Lasting & { request: Request; respondWith(answer: Promise<Response>): void };
type Scope = {
  addEventListener(type: 'install' | 'activate', heard: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', heard: (event: Fetching) => void): void;
  addEventListener(type: 'message', heard: (event: Lasting & { data: unknown }) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
};
const scope = globalThis as unknown as Scope;

scope.addEventListener('install', (event) => {
  // Not from the browser's own cache: what is kept is what the server has now.
  const fresh = SHELL.map((path) => new Request(path, { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

scope.addEventListener('activate', (event) => {
  const leave = async () => {
    const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(older.map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  event.waitUntil(leave());
});

scope.addEventListener('message', (event) => {
  const { type } = (event.data ?? {}) as { type?: unknown };
  if (type === 'activate') event.waitUntil(scope.skipWaiting());
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === '/') event.respondWith(page(request));
  } else if (SHELL.includes(pathname)) event.respondWith(kept(pathname, request));
});

/** The server's page; the kept one while the server is away, answers with an error of its own, or says nothing. */
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.status < 500 ? answer : ((await held('/')) ?? answer);
  } catch (error) {
    const shell = await held('/');
    if (shell === undefined) throw error;
    return shell;
  }
}

/** Names of assets hold a hash of their content: what is kept under a name is right for ever. */
const kept = async (path: string, request: Request): Promise<Response> => (await held(path)) ?? fetch(request);

const held = async (path: string): Promise<Response | undefined> => (await caches.open(CACHE)).match(path);
