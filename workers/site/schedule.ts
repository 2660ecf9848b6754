/**
 * When the report site is to be built, beside its daily time: units whose figures refreshes have changed, every few minutes at most;
 * all of it when a day has become final that was provisional in the last whole build.
 * Invariant: it looks at what is there (ledger, freshness), not at what was announced: nothing is missed by a notice that got lost.
 */
import type { Queue } from 'bullmq';
import type { Config } from '../../platform/config.ts';
import { requestSite } from '../../platform/queues.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { nationalDay } from '../../warehouse/days.ts';
import { readFreshness } from '../../warehouse/ledger.ts';
import { provisionalDays } from '../../warehouse/queries/finality.ts';
import { readSiteState, type SiteState } from '../../warehouse/site_builds.ts';
import { RETRY_AFTER_MS } from './processor.ts';

type Context = { warehouse: Warehouse; queue: Queue; config: Pick<Config, 'SITE_UNITS_MINUTES' | 'GRACE_DAYS'> };

const FINALS_EVERY_MS = 5 * 60_000;

/** Milliseconds until units may be built; undefined when nothing asks for it. Pure. */
export function unitsDueIn(state: SiteState, seq: number, everyMs: number, now: number): number | undefined {
  // Before the first release there is nothing to add to; one gone back to is left alone.
  if (state.served === null || state.served.kind === 'rollback' || seq <= state.seq) return undefined;
  const last = state.recent.find(({ finishedAt, kind }) => finishedAt !== null && kind !== 'rollback');
  const wait = last?.state === 'failed' ? Math.max(everyMs, RETRY_AFTER_MS) : everyMs;
  return Math.max(0, Date.parse(last?.finishedAt ?? '1970-01-01') + wait - now);
}

export function createSiteSchedule({ warehouse, queue, config }: Context): { look(): Promise<void> } {
  let finalsAt = { ms: 0, seq: 0 };
  const finals = async ({ full, served }: SiteState, seq: number) => {
    if (full === null || served?.kind === 'rollback' || full.waiting.length === 0 || seq === finalsAt.seq) return;
    if (Date.now() - finalsAt.ms < FINALS_EVERY_MS) return;
    finalsAt = { ms: Date.now(), seq };
    const { waiting } = await provisionalDays(
      warehouse,
      { level: 'national', id: '' },
      nationalDay(),
      config.GRACE_DAYS,
    );
    if (full.waiting.some((day) => !waiting.includes(day))) await requestSite(queue, 'full');
  };
  return {
    async look() {
      const [{ seq }, state] = await Promise.all([readFreshness(warehouse), readSiteState(warehouse)]);
      const delay = unitsDueIn(state, seq, config.SITE_UNITS_MINUTES * 60_000, Date.now());
      if (delay !== undefined) await requestSite(queue, 'units', delay);
      await finals(state, seq);
    },
  };
}
