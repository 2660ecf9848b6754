/** What every extract is told of: the days, the measures, their targets. Read once, so that all pages of a build tell the same. */

import type { Warehouse } from '../../warehouse/client.ts';
import { addDays } from '../../warehouse/days.ts';
import { visibleKpis } from '../../warehouse/permissions.ts';
import { provisionalDays } from '../../warehouse/queries/finality.ts';
import { readTargets } from '../../warehouse/queries/targets.ts';
import type { Context } from './extracts/extract.ts';

/** The audience: those who see every field of the nation and are outside of every kitchen. */
const AUDIENCE = 'BGN_ANALIS';
/** The nation's clock is WIB. */
const HOURS = 7;

export async function readContext(warehouse: Warehouse, graceDays: number, signal: AbortSignal): Promise<Context> {
  const today = new Date(Date.now() + HOURS * 3_600_000).toISOString().slice(0, 10);
  const [row] = await warehouse.query<{ last: string; found: number }>(
    `SELECT toString(max(day)) AS last, count() AS found FROM mart.kpi_areas FINAL
     WHERE kpi IN ('portions_target', 'portions_planned') AND split = '' AND num IS NOT NULL AND day < {today:Date32}`,
    { today },
    signal,
  );
  return {
    ...{ warehouse, signal, today },
    last: row !== undefined && row.found > 0 ? row.last : addDays(today, -1),
    kpis: visibleKpis(AUDIENCE),
    targets: await readTargets(warehouse),
    provisional: await provisionalDays(warehouse, { level: 'national', id: '' }, today, graceDays),
  };
}
