/**
 * The ledger of the report site's builds (ops.site_builds): the truth about what was built and what failed; queue and files follow it.
 * Invariants: states only move on: running, then done, unchanged or failed; a build whose worker died is told as failed by the next.
 */
import type { Warehouse } from './client.ts';

/** `unchanged`: no page had changed since the release that is served. */
export type SiteBuildState = 'running' | 'done' | 'unchanged' | 'failed';

/** Instants are ISO, UTC. */
export type SiteBuild = {
  id: string;
  kind: 'full' | 'units' | 'rollback';
  /** `system:…` of a person at a machine, or `schedule`. */
  by: string;
  state: SiteBuildState;
  startedAt: string;
  finishedAt: string | null;
  /** Refreshes up to this one are in it. */
  seq: number;
  committedAt: string | null;
  pages: number;
  narrativeAt: string | null;
  waiting: string[];
  /** The release it made or went back to; empty where it made none. */
  release: string;
  reason: string;
};

const instant = (column: string) => `formatDateTime(${column}, '%Y-%m-%dT%H:%i:%S.%fZ')`;
const columns = `id, toString(kind) AS kind, asked_by AS \`by\`, toString(state) AS state, ${instant('started_at')} AS startedAt,
  ${instant('finished_at')} AS finishedAt, seq, ${instant('committed_at')} AS committedAt, pages,
  ${instant('narrative_at')} AS narrativeAt, arrayMap(day -> toString(day), waiting) AS waiting, release, reason`;

export async function writeSiteBuild(warehouse: Warehouse, build: SiteBuild): Promise<void> {
  const plain = (iso: string | null) => (iso === null ? null : iso.replace('T', ' ').replace('Z', ''));
  await warehouse.insertRows('ops.site_builds', [
    {
      ...{ id: build.id, kind: build.kind, asked_by: build.by, state: build.state },
      // Not the clock: machines disagree about it, and a state never comes back.
      version: build.state === 'running' ? 0 : 1,
      ...{ started_at: plain(build.startedAt), finished_at: plain(build.finishedAt), seq: build.seq },
      ...{ committed_at: plain(build.committedAt), pages: build.pages, narrative_at: plain(build.narrativeAt) },
      ...{ waiting: build.waiting, release: build.release, reason: build.reason.slice(0, 2_000) },
    },
  ]);
}

/** The newest first. */
export const readSiteBuilds = (warehouse: Warehouse, upTo = 20): Promise<SiteBuild[]> =>
  warehouse.query<SiteBuild>(
    `SELECT ${columns} FROM ops.site_builds FINAL ORDER BY started_at DESC, id DESC LIMIT {upTo:UInt32}`,
    { upTo },
  );

export type SiteState = {
  /** What is served, as the ledger knows it: made or gone back to. */
  served: SiteBuild | null;
  /** The last failure that no later build has made good: of a whole build only another whole one does. */
  failed: SiteBuild | null;
  /** The last whole build that was published. */
  full: SiteBuild | null;
  /** Refreshes up to this one are on the site, or changed no page of it. */
  seq: number;
  /** The newest first. */
  recent: SiteBuild[];
};

/** Builds of a day and more. */
const LOOKED_AT = 300;

export async function readSiteState(warehouse: Warehouse): Promise<SiteState> {
  const [all, lastDone] = await Promise.all([
    readSiteBuilds(warehouse, LOOKED_AT),
    warehouse.query<SiteBuild>(
      `SELECT ${columns} FROM ops.site_builds FINAL WHERE state = 'done' ORDER BY finished_at DESC LIMIT 1 BY kind`,
    ),
  ]);
  const after = (one: SiteBuild, other: SiteBuild | undefined) => (one.finishedAt ?? '') > (other?.finishedAt ?? '');
  const [served] = lastDone;
  const good = all.filter(({ state }) => state === 'done' || state === 'unchanged');
  const failed = all.find(
    (build) =>
      build.state === 'failed' &&
      !good.some((later) => after(later, build) && (build.kind === 'units' || later.kind === 'full')),
  );
  const unchanged = good.filter((build) => build.state === 'unchanged' && after(build, served)).map(({ seq }) => seq);
  return {
    served: served ?? null,
    failed: failed ?? null,
    full: lastDone.find(({ kind }) => kind === 'full') ?? null,
    seq: Math.max(served?.seq ?? 0, ...unchanged),
    recent: all,
  };
}

/** Builds that began and never ended: their worker died. Called by whoever holds the lock of builds. */
export async function endLostBuilds(warehouse: Warehouse): Promise<void> {
  for (const build of await readSiteBuilds(warehouse)) {
    if (build.state !== 'running') continue;
    const reason = 'its worker ended before it was done; the next build begins anew';
    await writeSiteBuild(warehouse, { ...build, state: 'failed', finishedAt: new Date().toISOString(), reason });
  }
}
