/**
 * Registers the service worker and tells when a new version of the screen is ready.
 * Invariant: nothing changes under a reader: a new version is used when it is applied, and then by every open window at once.
 */
export type Update = { apply(): void };

const LOOK_EVERY_MS = 30 * 60_000;

/** `onUpdate` is called for every version that is ready and waits. Does nothing where the browser has no service workers. */
export async function registerApp(onUpdate: (update: Update) => void): Promise<void> {
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  if (workers === undefined) return;
  // The first worker takes over a page that is current already.
  let controlled = workers.controller !== null;
  workers.addEventListener('controllerchange', () => {
    if (controlled) location.reload();
    controlled = true;
  });
  const registration = await workers.register('/sw.js', { scope: '/', updateViaCache: 'none' });
  const offer = (worker: ServiceWorker) => onUpdate({ apply: () => worker.postMessage({ type: 'activate' }) });
  const follow = (worker: ServiceWorker) =>
    worker.addEventListener('statechange', () => {
      if (worker.state === 'installed' && workers.controller !== null) offer(worker);
    });
  if (registration.waiting !== null && workers.controller !== null) offer(registration.waiting);
  if (registration.installing !== null) follow(registration.installing);
  registration.addEventListener('updatefound', () => {
    if (registration.installing !== null) follow(registration.installing);
  });
  // A screen on a wall is never opened anew: it asks by itself. Without a network the next time does.
  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, LOOK_EVERY_MS);
  addEventListener('online', look);
}
