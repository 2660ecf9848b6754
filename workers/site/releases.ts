/**
 * Releases come and go: published by a rename, gone back to, pruned.
 * Invariants: what is served changes by one rename and only to a whole release; the served release and the one before it are never
 * removed. Only the holder of the lock of builds calls these.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { LumbungError } from '../../platform/errors.ts';
import {
  RELEASE_ID,
  type ReleaseInfo,
  readCurrent,
  readRelease,
  type SitePaths,
  writeCurrent,
} from '../../platform/site.ts';

/** Names the build as a release and serves it. `base` is the release it was made from. */
export function publish(paths: SitePaths, id: string, base: string | null): void {
  const serving = readCurrent(paths);
  if ((serving?.id ?? null) !== base) {
    throw new LumbungError(
      'transient',
      'another release was published meanwhile; this one begins anew with the next build',
    );
  }
  renameSync(paths.building(id), paths.release(id));
  writeCurrent(paths, { id, previous: base, held: false });
}

/** Serves an earlier release again, by default the one before, and holds it. */
export function rollBack(paths: SitePaths, id?: string): ReleaseInfo {
  const serving = readCurrent(paths);
  const wanted = id ?? serving?.previous ?? undefined;
  if (serving === undefined || wanted === undefined) {
    throw new LumbungError('not_found', 'there is no earlier release; "lumbung site --list" shows those that are kept');
  }
  const info = RELEASE_ID.test(wanted) ? readRelease(paths, wanted) : undefined;
  if (info === undefined) {
    throw new LumbungError(
      'not_found',
      `there is no release ${wanted}; "lumbung site --list" shows those that are kept`,
    );
  }
  if (wanted === serving.id) throw new LumbungError('bad_input', `release ${wanted} is the one that is served`);
  writeCurrent(paths, { id: wanted, previous: serving.id, held: true });
  return info;
}

export type Kept = ReleaseInfo & { serving: boolean; previous: boolean };

/** The releases that are kept, the newest first. */
export async function listReleases(paths: SitePaths): Promise<Kept[]> {
  const current = readCurrent(paths);
  const names = await readdir(paths.releases).catch(() => []);
  return names
    .filter((name) => RELEASE_ID.test(name))
    .sort()
    .reverse()
    .flatMap((name) => {
      const info = readRelease(paths, name);
      return info ? [{ ...info, serving: name === current?.id, previous: name === current?.previous }] : [];
    });
}

/** Removes builds that ended half-way and all but the newest `keep` releases. */
export async function prune(paths: SitePaths, keep: number): Promise<string[]> {
  const current = readCurrent(paths);
  const names = await readdir(paths.releases).catch(() => []);
  const old = names
    .filter((name) => RELEASE_ID.test(name))
    .sort()
    .reverse()
    .slice(keep)
    .filter((name) => name !== current?.id && name !== current?.previous);
  const halves = names.filter((name) => name.startsWith('.'));
  for (const name of [...old, ...halves]) {
    // Under a name that is none first: a release that is half removed must not be gone back to.
    const doomed = name.startsWith('.') ? paths.release(name) : paths.building(`${name}.old`);
    if (doomed !== paths.release(name)) renameSync(paths.release(name), doomed);
    await rm(doomed, { recursive: true, force: true });
  }
  await rm(paths.work, { recursive: true, force: true });
  return old;
}

export function prepare(paths: SitePaths): void {
  if (!existsSync(paths.releases)) mkdirSync(paths.releases, { recursive: true, mode: 0o700 });
}
