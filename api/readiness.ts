/** Whether the system may be asked: engines up, replication caught up. */
import type { Condition } from '../platform/conditions.ts';
import { messageOf } from '../platform/errors.ts';
import { currentSlot, readFreshness, readTables } from '../warehouse/ledger.ts';
import type { ApiContext } from './context.ts';
import { warnings } from './operator.ts';

/** Rollups older than this are "behind"; of a polled source, those older than three polls too. */
const MAX_LAG_MS = 60_000;

/** `reasons` make it not ready; `warnings` are for an operator while answers stay right. */
export type Readiness = { reasons: Condition[]; warnings: Condition[] };

export async function readiness(context: ApiContext): Promise<Readiness> {
  const { warehouse, redis } = context;
  const found: Readiness = { reasons: [], warnings: [] };
  if (context.stopping()) found.reasons.push({ code: 'stopping' });
  if ((await redis.ping().catch(() => '')) !== 'PONG') found.reasons.push({ code: 'redis_away' });
  try {
    const tables = await readTables(warehouse);
    found.warnings = await warnings(context, tables);
    if ((await currentSlot(warehouse)) === undefined) {
      found.reasons.push({ code: 'copy_unfinished' });
      return found;
    }
    const copying = tables.filter((table) => table.state === 'copying').map((table) => table.table);
    const asked = tables.filter((table) => table.state === 'requested').map((table) => table.table);
    if (asked.length > 0) found.warnings.push({ code: 'copy_asked', tables: asked });
    const { committedAt } = await readFreshness(warehouse);
    // A table that is copied again keeps its numbers meanwhile.
    if (copying.length > 0)
      found[committedAt === null ? 'reasons' : 'warnings'].push({ code: 'copying', tables: copying });
    if (committedAt === null) {
      found.reasons.push({ code: 'not_rolled_up' });
      return found;
    }
    const lag = Date.now() - Date.parse(committedAt);
    if (lag > Math.max(MAX_LAG_MS, 3_000 * (context.pollSeconds ?? 0)))
      found.reasons.push({ code: 'behind', seconds: Math.round(lag / 1000) });
  } catch (error) {
    found.reasons.push({ code: 'clickhouse_away', cause: messageOf(error) });
  }
  return found;
}
