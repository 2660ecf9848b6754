/**
 * The wall screen: `?kiosk` rotates through the caller's scopes, `?kiosk=national,province:32` through those; `&seconds=` says how
 * long each stands. Nobody touches it for days, so it heals itself.
 * Invariants: a screen that has read nothing for minutes, or whose page keeps failing, loads itself anew, but never more often
 * than every ten minutes; it never goes to sleep where the browser allows that.
 */
import { call, pathOf, type Session, type UnitRow } from './api.ts';

const SECONDS = 20;
const MOST_SCOPES = 60;
const SILENT_MS = 5 * 60_000;
const RELOAD_EVERY_MS = 10 * 60_000;
const FAULTS_A_MINUTE = 5;
const RELOADED = 'lumbung.reloaded';
const SCOPE = /^(national|(wilayah|region|province|regency|sppg):[\w.-]{1,64})$/;

export type Kiosk = { heard(): void; stop(): void };

export const isKiosk = (search: string): boolean => new URLSearchParams(search).has('kiosk');

/** The scopes an address names; none where it leaves them to the caller's. */
export const namedScopes = (search: string): string[] =>
  (new URLSearchParams(search).get('kiosk') ?? '').split(',').filter((scope) => SCOPE.test(scope));

export function secondsOf(search: string): number {
  const seconds = Number(new URLSearchParams(search).get('seconds') ?? SECONDS);
  return Number.isFinite(seconds) ? Math.min(3_600, Math.max(2, seconds)) : SECONDS;
}

/** The caller's own scopes; who has one sees it and what lies below it. */
async function ownScopes({ scopes }: Session): Promise<string[]> {
  const [only] = scopes;
  if (scopes.length !== 1 || only === undefined) return scopes;
  const below = await call<{ units: UnitRow[] }>(pathOf('/units', { parent: only })).catch(() => ({ units: [] }));
  return [only, ...below.units.filter(({ sppgCount }) => sppgCount > 0).map(({ scope }) => scope)];
}

export function startKiosk(session: Session, show: (scope: string) => void): Kiosk {
  let scopes = namedScopes(location.search);
  let at = 0;
  let heardAt = Date.now();
  let faults: number[] = [];
  if (scopes.length === 0) {
    scopes = session.scopes.slice(0, 1);
    void ownScopes(session).then((own) => {
      scopes = own.slice(0, MOST_SCOPES);
    });
  }
  if (scopes[0] !== undefined) show(scopes[0]);
  const turn = setInterval(() => {
    at = (at + 1) % Math.max(1, scopes.length);
    const scope = scopes[at];
    if (scope !== undefined && scopes.length > 1) show(scope);
  }, secondsOf(location.search) * 1_000);

  const reload = () => {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (Date.now() - last < RELOAD_EVERY_MS) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  };
  const watch = setInterval(() => {
    if (navigator.onLine && Date.now() - heardAt > SILENT_MS) reload();
  }, 30_000);
  const fault = () => {
    const now = Date.now();
    faults = [...faults.filter((at) => now - at < 60_000), now];
    if (faults.length >= FAULTS_A_MINUTE) reload();
  };
  addEventListener('error', fault);
  addEventListener('unhandledrejection', fault);
  const awake = () => {
    if (document.visibilityState === 'visible') void navigator.wakeLock?.request('screen').catch(() => undefined);
  };
  document.addEventListener('visibilitychange', awake);
  awake();
  return {
    heard() {
      heardAt = Date.now();
    },
    stop() {
      clearInterval(turn);
      clearInterval(watch);
      removeEventListener('error', fault);
      removeEventListener('unhandledrejection', fault);
      document.removeEventListener('visibilitychange', awake);
    },
  };
}
