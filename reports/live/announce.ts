/**
 * What a screen reader is told without asking. Invariant: one polite sentence every ten seconds at most, the newest one; what came
 * in between is on the screen and in the list of notices.
 */
import { el } from './dom.ts';

const EVERY_MS = 10_000;

export type Announcer = { element: HTMLElement; say(text: string): void; stop(): void };

export function createAnnouncer(): Announcer {
  const element = el('p', { class: 'unseen', role: 'status', 'aria-live': 'polite', 'data-testid': 'announcer' });
  let next: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    if (next === undefined) return;
    element.textContent = next;
    next = undefined;
    timer = setTimeout(tell, EVERY_MS);
  };
  return {
    element,
    say(text) {
      next = text;
      if (timer === undefined) tell();
    },
    stop: () => clearTimeout(timer),
  };
}
