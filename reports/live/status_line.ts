/**
 * How far the screen can be believed: connection, age of the data, last update, and banners where something is wrong.
 * Invariants: what is old or kept says so in words, since when, and what still holds; a banner appears above the content's reserved
 * place, so that figures do not move.
 */

import { serverNow } from './clock.ts';
import type { ConnectionState } from './connection.ts';
import { button, el, setText } from './dom.ts';
import { spanText, timeText, words } from './words/words.ts';

/** Data older than this is called stale. */
const STALE_MS = 120_000;

export type StatusLine = {
  line: HTMLElement;
  banners: HTMLElement;
  connection(state: ConnectionState, attempt: number): void;
  /** What is shown stands for this commit of the source. */
  holds(committedAt: string | null): void;
  updated(): void;
  kept(at: number | undefined): void;
  trouble(failing: boolean): void;
  refused(reason: string | undefined): void;
  stop(): void;
};

export function statusLine(home: () => void): StatusLine {
  const state = el('span', { class: 'connection', 'data-testid': 'connection', 'data-state': 'connecting' });
  const age = el('span', { 'data-testid': 'data-age' });
  const last = el('span', { 'data-testid': 'last-update', class: 'wide-only' });
  const banner = (testId: string, role: string) =>
    el('p', { class: 'banner', role, 'data-testid': testId, hidden: true });
  const stale = banner('stale-banner', 'status');
  const offline = banner('offline-banner', 'status');
  const failing = banner('trouble-banner', 'status');
  const refusal = banner('refused-banner', 'alert');
  let now: { state: ConnectionState; attempt: number } = { state: 'connecting', attempt: 0 };
  let committed: number | undefined;
  let lastAt: number | undefined;
  let isKept = false;

  const tick = () => {
    const say = words();
    state.dataset.state = now.state;
    state.dataset.attempt = String(now.attempt);
    const lost = navigator.onLine ? say.disconnected(now.attempt) : say.offline(now.attempt);
    setText(
      state,
      now.state === 'open' ? say.connected : now.state === 'connecting' && now.attempt === 0 ? say.connecting : lost,
    );
    setText(last, lastAt === undefined ? say.noUpdateYet : say.lastUpdate(timeText(lastAt)));
    if (committed === undefined) return;
    const old = Math.max(0, serverNow() - committed);
    setText(age, say.dataAge(spanText(old)));
    stale.hidden = old < STALE_MS || isKept;
    if (!stale.hidden) setText(stale, say.stale(timeText(committed)));
  };
  const ticker = setInterval(tick, 1_000);
  return {
    line: el('p', { class: 'status-line small' }, state, age, last),
    banners: el('div', { class: 'banners' }, offline, stale, failing, refusal),
    connection(next, attempt) {
      now = { state: next, attempt };
      tick();
    },
    holds(committedAt) {
      committed = committedAt === null ? undefined : Date.parse(committedAt);
      tick();
    },
    updated() {
      lastAt = Date.now();
      tick();
    },
    kept(at) {
      isKept = at !== undefined;
      offline.hidden = !isKept;
      if (at !== undefined) setText(offline, words().kept(timeText(at)));
      tick();
    },
    trouble(is) {
      failing.hidden = !is || isKept;
      setText(failing, is ? words().unreadable : '');
    },
    refused(reason) {
      refusal.hidden = reason === undefined;
      if (reason === undefined) refusal.replaceChildren();
      else
        refusal.replaceChildren(words().refused(reason), ' ', button(words().backHome, { class: 'link', click: home }));
    },
    stop: () => clearInterval(ticker),
  };
}
