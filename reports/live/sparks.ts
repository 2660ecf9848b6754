/**
 * Draws small pictures when there is time, in slices short enough that nobody notices. Invariant: each place is drawn at most once
 * in five seconds, with the newest it was given.
 */
const AGAIN_MS = 5_000;
const SLICE_MS = 8;

type Draw = () => Promise<SVGElement | undefined>;

export function createPainter() {
  const waiting = new Map<Element, Draw>();
  const drawnAt = new WeakMap<Element, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const work = async () => {
    const until = performance.now() + SLICE_MS;
    let soonest = Number.POSITIVE_INFINITY;
    for (const [place, draw] of waiting) {
      const dueIn = (drawnAt.get(place) ?? Number.NEGATIVE_INFINITY) + AGAIN_MS - performance.now();
      if (dueIn > 0) {
        soonest = Math.min(soonest, dueIn);
        continue;
      }
      if (performance.now() > until) {
        soonest = 0;
        break;
      }
      waiting.delete(place);
      drawnAt.set(place, performance.now());
      // A drawing that fails, or whose code cannot be fetched, leaves its place empty until there is something new.
      const picture = await draw().catch(() => undefined);
      if (stopped) return;
      if (picture) place.replaceChildren(picture);
      else place.replaceChildren();
    }
    timer = undefined;
    if (waiting.size > 0) plan(soonest);
  };
  const plan = (delayMs: number) => {
    timer ??= setTimeout(() => void work(), delayMs);
  };
  return {
    paint(place: Element, draw: Draw): void {
      waiting.set(place, draw);
      if (!stopped) plan(16);
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
