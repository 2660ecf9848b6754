/**
 * A number that changes rolls to its new value, once; for those who want no motion it changes at once.
 * Invariant: what stands at the end, and what is read aloud, is the new value.
 */
const ROLL_MS = 600;
const still = matchMedia('(prefers-reduced-motion: reduce)');
const rolling = new WeakMap<Element, number>();

export function roll(element: Element, from: number | null, to: number | null, text: (value: number) => string): void {
  const before = rolling.get(element);
  if (before !== undefined) cancelAnimationFrame(before);
  rolling.delete(element);
  if (to === null) return;
  if (from === null || from === to || still.matches || document.hidden) {
    element.textContent = text(to);
    return;
  }
  const began = performance.now();
  const step = (now: number) => {
    const part = Math.min(1, Math.max(0, (now - began) / ROLL_MS));
    const eased = 1 - (1 - part) ** 3;
    element.textContent = text(part === 1 ? to : from + (to - from) * eased);
    if (part < 1) rolling.set(element, requestAnimationFrame(step));
    else rolling.delete(element);
  };
  rolling.set(element, requestAnimationFrame(step));
}

/** Glows once for a second. */
export function glow(element: Element): void {
  element.classList.remove('changed');
  requestAnimationFrame(() => element.classList.add('changed'));
}
