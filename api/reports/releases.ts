/**
 * Which release of the report site this process serves, held in memory by its real path.
 * Invariants: a request is answered from one release, the one that was served when it came; a switch is seen at its notice, and within
 * seconds where the notice got lost; a current.json that cannot be read changes nothing.
 */
import { realpathSync } from 'node:fs';
import { type ReleaseInfo, readCurrent, readRelease, sitePaths } from '../../platform/site.ts';

export type Serving = {
  root: string;
  info: ReleaseInfo /** Of the release before: tabs are open on it. */;
  previous: string | undefined;
};
export type SiteReleases = { current(): Serving | undefined; look(): void };

const LOOK_EVERY_MS = 2_000;

/** Where the site is not built (SITE=off) none is served: it would grow old unseen. */
export const noReleases: SiteReleases = { current: () => undefined, look: () => undefined };

export function createSiteReleases(dataDir: string): SiteReleases {
  const paths = sitePaths(dataDir);
  let held: { turn: string; serving: Serving } | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const realPath = (id: string | null) => {
    try {
      return id === null ? undefined : realpathSync(paths.release(id));
    } catch {
      return undefined;
    }
  };
  const look = () => {
    lookedAt = performance.now();
    const current = readCurrent(paths);
    if (current === undefined || current.turn === held?.turn) return;
    const [info, root] = [readRelease(paths, current.id), realPath(current.id)];
    if (info === undefined || root === undefined) return;
    held = { turn: current.turn, serving: { root, info, previous: realPath(current.previous) } };
  };
  return {
    look,
    current() {
      if (performance.now() - lookedAt > LOOK_EVERY_MS) look();
      return held?.serving;
    },
  };
}
