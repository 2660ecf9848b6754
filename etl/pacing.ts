/**
 * Pacing of loads against rollups. Batches that wait are loaded before anything is rolled up, so that catching up does not
 * recompute the same cells batch by batch.
 * Invariant: a rollup gets its turn in bounded time however much is waiting, and news that never arrives holds nothing up.
 */

/** Loading goes on for this long at least before a rollup is waited for, */
const PATIENCE_MS = 5_000;
/** and for this many times what the last rollup took: catching up leaves a rollup a ninth of the time. */
const PATIENCE_SHARE = 8;
/** A rollup whose end was not heard of is waited for no longer. */
const MAX_HOLD_MS = 30_000;

export type Pacing = {
  /** A batch was loaded. */
  loaded(): void;
  /** A rollup has ended. */
  rolled(): void;
  /** True from a load to the end of the rollup after it, as far as heard. */
  rolling(): boolean;
  /** True while what is loaded has to be rolled up before more is sent. */
  holding(): boolean;
};

export function createPacing(now: () => number = Date.now): Pacing {
  let firstLoad = 0;
  let lastLoad = 0;
  let rollupMs = 0;
  return {
    loaded() {
      lastLoad = now();
      if (firstLoad === 0) firstLoad = lastLoad;
    },
    rolled() {
      if (lastLoad > 0) rollupMs = Math.min(MAX_HOLD_MS, now() - lastLoad);
      firstLoad = 0;
      lastLoad = 0;
    },
    rolling: () => lastLoad > 0,
    holding() {
      if (firstLoad === 0) return false;
      const patience = Math.max(PATIENCE_MS, PATIENCE_SHARE * rollupMs);
      const unrolled = now() - firstLoad;
      return unrolled > patience && unrolled < patience + MAX_HOLD_MS;
    },
  };
}
