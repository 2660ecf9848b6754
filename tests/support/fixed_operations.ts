/** A state of the platform that is always the same: most is well, a table is set aside, rows are parked, a job has failed. */
import { type Condition, inEnglish } from '../../platform/conditions.ts';
import { NOW } from './fixed_answers.ts';

const at = (secondsAgo: number) => new Date(NOW.getTime() - secondsAgo * 1_000).toISOString();
const table = (name: string, state = 'live', reason = '') => ({
  ...{ table: name, state, reason, copiedRows: 1_200, streamedRows: 340 },
  ...{ loadedAt: at(3), committedAt: at(4), lagMs: 620, reconciledAt: at(3_600) },
});
const told = (condition: Condition) => ({ ...condition, text: inEnglish(condition) });
const jobs = (failed: number) => ({ waiting: 2, active: 1, delayed: 0, failed });

export const fixedOperations = {
  ...{
    at: at(0),
    ready: true,
    reasons: [],
    warnings: [
      told({ code: 'quarantined', tables: ['purchase_orders'], cause: 'type of "total" changed' }),
      told({ code: 'parked', total: 3 }),
    ],
  },
  asOf: { committedAt: at(3), rolledUpAt: at(2), lagMs: 800 },
  engines: [
    { engine: 'clickhouse', up: true },
    { engine: 'redis', up: true },
    { engine: 'source', up: null },
  ],
  source: {
    ...{ readAt: at(9), walBytesPerSecond: 52_000, slotActive: true, lagBytes: 8_200, keptBytes: 48_000_000 },
    ...{ budgetBytes: 10_737_418_240, budgetSeconds: 205_000 },
  },
  tables: [
    ...['sppg', 'food_productions', 'food_distributions', 'school_distributions', 'quality_controls'].map((name) =>
      table(name),
    ),
    table('purchase_orders', 'quarantined', 'type of <b>"total"</b> changed from integer to text'),
  ],
  batches: { waiting: 2, active: 1, delayed: 0 },
  queues: [
    { queue: 'pipeline', jobs: jobs(0) },
    { queue: 'maintenance', jobs: jobs(3) },
    { queue: 'exports', jobs: null },
  ],
  parked: {
    total: 3,
    first: [{ id: 'b-1042', reason: 'a date beyond what the warehouse can hold', endLsn: '0/1A1D3A8' }],
  },
  cache: { hit: 9_700, waited: 30, miss: 250, stale: 20, hitRate: 0.975, bytes: 3_200_000 },
  live: { sockets: 12, subscriptions: 14 },
  uptime: { day: 1, month: 0.99957 },
  site: {
    ...{
      on: true,
      held: false,
      release: '20261125T001000Z-0a1b2c',
      committedAt: at(900),
      narrative: true,
      failed: null,
    },
    building: { kind: 'units', step: 'pages', done: 120, total: 400, startedAt: at(20), etaSeconds: 40 },
    builds: [
      {
        kind: 'full',
        state: 'failed',
        startedAt: at(4_000),
        finishedAt: at(3_950),
        pages: 0,
        by: 'schedule',
        release: '',
        reason: 'queries/funds.sql:12 <b>unknown</b> column',
      },
      {
        kind: 'units',
        state: 'done',
        startedAt: at(5_000),
        finishedAt: at(4_990),
        pages: 212,
        by: 'schedule',
        release: '20261125T001000Z-0a1b2c',
        reason: '',
      },
    ],
  },
};
