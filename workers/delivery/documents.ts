/** Who reads and renders documents: passed in, so that nothing here knows what is in them. */
import type { Readable } from 'node:stream';
import type { Config } from '../../platform/config.ts';
import type { Lifecycle } from '../../platform/lifecycle.ts';
import type { Logger } from '../../platform/log.ts';
import type { Redis } from '../../platform/redis.ts';
import type { Report, Stamp } from '../../reports/documents/report.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import type { Kpi } from '../../warehouse/kpis/kpi.ts';
import type { Scope } from '../../warehouse/scopes.ts';

export type Documents = {
  read(
    warehouse: Warehouse,
    report: string,
    of: { scope: Scope; from: string; to: string; kpis: readonly Kpi[]; graceDays?: number },
    signal: AbortSignal,
  ): Promise<Report>;
  render(report: Report, format: string, signal: AbortSignal, stamp: Stamp): Promise<Readable>;
};

export type DeliveryContext = {
  warehouse: Warehouse;
  redis: Redis;
  workerRedis: Redis;
  config: Config;
  log: Logger;
  lifecycle: Pick<Lifecycle, 'signal'>;
  documents: Documents;
};
