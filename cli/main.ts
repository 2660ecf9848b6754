/** The command line: `npx lumbung <verb>`. Errors say what to do; `--json` where a program may read the answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { retryParked } from '../etl/parked.ts';
import { preflight, schedulePreflight } from '../etl/preflight.ts';
import type { TableResult } from '../etl/reconcile.ts';
import { readSourceTables } from '../etl/source_setup.ts';
import { sources } from '../etl/sources/all.ts';
import { type Config, loadConfig, requireUrl } from '../platform/config.ts';
import { LumbungError, messageOf, policies } from '../platform/errors.ts';
import { createLifecycle } from '../platform/lifecycle.ts';
import { createLogger } from '../platform/log.ts';
import { openQueue, PIPELINE } from '../platform/queues.ts';
import { awaitRedis, connectRedis } from '../platform/redis.ts';
import { exportables } from '../warehouse/exports/catalogue.ts';
import { currentSlot } from '../warehouse/ledger.ts';
import { migrate } from '../warehouse/migrate.ts';
import { reconcileTables } from '../workers/scheduled.ts';
import { addAccessVerbs } from './access.ts';
import { addAuditVerb } from './audit.ts';
import { withRedis, withSource, withWarehouse } from './connections.ts';
import { copyAgain } from './copy_again.ts';
import { addDeliveryVerbs } from './delivery.ts';
import { type ExportOptions, exportFile } from './export.ts';
import { formatFindings } from './preflight.ts';
import { rebuildRollups, verifyRollups } from './rebuild.ts';
import { type Role, roles, runRole } from './roles.ts';
import { readRuntime, withRuntime } from './runtime.ts';
import { addSimulateVerb } from './simulate.ts';
import { addSiteVerb } from './site.ts';
import { startAll } from './start.ts';
import { formatStatus, openStatus } from './status.ts';
import { formatVerdict, verifyFile } from './verify.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);
const program = new Command('lumbung').description(
  'Reporting warehouse: Postgres to ClickHouse, exact KPI rollups, live.',
);

program
  .command('start')
  .argument('[role]', `one of ${roles.join(', ')}; without it, everything on embedded engines where no URL is set`)
  .description('run one role, or everything')
  .action(async (role: string | undefined) => {
    const config = loadConfig();
    if (role === undefined) return startAll(config);
    const known = roles.find((candidate) => candidate === role);
    if (!known) throw new LumbungError('bad_input', `there is no role "${role}"; roles are ${roles.join(', ')}`);
    await runRole(known satisfies Role, config);
  });

program
  .command('migrate')
  .description('apply the warehouse migrations')
  .action(() =>
    withWarehouse(async (warehouse) => {
      const applied = await migrate(warehouse);
      print(applied.length === 0 ? 'The warehouse is up to date.' : `Applied ${applied.join(', ')}.`);
    }),
  );

program
  .command('preflight')
  .description('check the source before the first start; says the SQL that mends each finding')
  .option('--json', 'for programs')
  .action(async (options: { json?: boolean }) => {
    const config = withRuntime(loadConfig());
    await withSource(config, async (source) => {
      const findings = await (config.SYNC_MODE === 'schedule' ? schedulePreflight : preflight)(source);
      const ok = findings.every((finding) => finding.level !== 'error');
      print(options.json ? JSON.stringify({ ok, findings }, null, 2) : formatFindings(findings));
      if (!ok) process.exitCode = 1;
    });
  });

program
  .command('status')
  .description('addresses, lag, slot and its WAL budget, batches, tables, parked rows')
  .option('--json', 'for programs')
  .option('--watch', 'again every two seconds, until Ctrl-C')
  .action(async (options: { json?: boolean; watch?: boolean }): Promise<void> => {
    const config = loadConfig();
    const status = openStatus(withRuntime(config), readRuntime(config));
    try {
      do {
        const now = await status.read();
        if (options.watch && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H');
        print(options.json ? JSON.stringify(now, null, options.watch ? 0 : 2) : formatStatus(now));
        if (options.watch) await delay(2_000);
      } while (options.watch);
    } finally {
      await status.close();
    }
  });

addAccessVerbs(program, print);
addAuditVerb(program, print);
addSiteVerb(program, print);
addDeliveryVerbs(program, print);

program
  .command('rollup')
  .description('compute every cell a second time: to serve it, or to compare')
  .option('--full', 'build every cell beside the served ones and serve them, without a gap')
  .option('--verify', 'compare what is served with what a full computation gives; exit code 1 when they differ')
  .option('--json', 'with --verify: print the differences as JSON')
  .action(async (options: { full?: boolean; verify?: boolean; json?: boolean }) => {
    if (Boolean(options.full) === Boolean(options.verify)) {
      throw new LumbungError('bad_input', 'say which: lumbung rollup --full, or lumbung rollup --verify');
    }
    await withWarehouse(async (warehouse, config, record) => {
      const slotId = await currentSlot(warehouse);
      if (slotId === undefined) throw new LumbungError('config', 'nothing has been copied yet');
      if (options.full) {
        await record('rollup_full');
        await withRedis(config, (redis) => rebuildRollups(warehouse, redis, slotId, print));
        return;
      }
      const differences = await verifyRollups(warehouse, slotId, options.json ? () => undefined : print);
      if (options.json) print(JSON.stringify({ differences }));
      if (differences.length > 0) process.exitCode = 1;
    });
  });

program
  .command('snapshot')
  .argument('[tables...]', 'source tables')
  .option('--all', 'every table: needed after the replication slot was lost')
  .description('copy tables again while everything else flows')
  .action(async (named: string[], options: { all?: boolean }) => {
    const known = sources.map((source) => source.table);
    const unknown = named.filter((table) => !known.includes(table));
    if (unknown.length > 0) throw new LumbungError('bad_input', `not replicated: ${unknown.join(', ')}`);
    if (named.length === 0 && !options.all) {
      throw new LumbungError('bad_input', 'say which: lumbung snapshot <table...>, or lumbung snapshot --all');
    }
    await withWarehouse(async (warehouse, _config, record) => {
      await record('snapshot_asked', { target: options.all ? 'all tables' : named.join(', ') });
      await copyAgain(warehouse, options.all ? known : named, print);
    });
  });

program
  .command('retry')
  .description('load parked batches again')
  .action(() =>
    withWarehouse(async (warehouse, config, record) => {
      await record('retry');
      await withSource(config, async (source) => {
        const { shapes } = await readSourceTables(source);
        const log = createLogger(config, 'retry');
        const result = await retryParked({ warehouse, log, shapes });
        const slotId = await currentSlot(warehouse);
        if (result.drained > 0 && slotId !== undefined) await askForRollup(config, slotId);
        print(`${result.drained} parked rows loaded, ${result.left} left.`);
      });
    }),
  );

program
  .command('reconcile')
  .argument('[tables...]', 'source tables; without any, all')
  .option('--json', 'for programs')
  .description('compare source and warehouse row by row now, and repair what differs')
  .action(async (named: string[], options: { json?: boolean }) => {
    const unknown = named.filter((table) => !sources.some((source) => source.table === table));
    if (unknown.length > 0) throw new LumbungError('bad_input', `not replicated: ${unknown.join(', ')}`);
    await withWarehouse(async (warehouse, config, record) => {
      await record('reconcile', { target: named.join(', ') || 'all tables' });
      const log = createLogger({ ...config, LOG_LEVEL: 'error' }, 'reconcile');
      const url = requireUrl(config, 'REDIS_URL');
      const redis = connectRedis(url, log, 'blocking');
      await awaitRedis(redis, url);
      const lifecycle = createLifecycle(log);
      const databaseUrl = requireUrl(config, 'DATABASE_URL');
      const results = await reconcileTables(
        { databaseUrl, redis, warehouse, log, lifecycle, config },
        {
          ...(named.length === 0 ? {} : { tables: named }),
          full: true,
          onProgress: ({ table, checked }) => process.stderr.write(`${table}: ${checked} rows compared\n`),
        },
      );
      redis.disconnect();
      if (options.json) return print(JSON.stringify(results, null, 2));
      print(reconciliationTable(results));
    });
  });

function reconciliationTable(results: readonly TableResult[]): string {
  const columns = ['checked', 'missing', 'extra', 'different', 'repaired', 'unstorable'] as const;
  const line = (name: string, cells: readonly (string | number)[]) =>
    `${name.padEnd(32)}${cells.map((cell) => String(cell).padStart(11)).join('')}`;
  const total = columns.map((column) => results.reduce((sum, result) => sum + result[column], 0));
  return [
    line('table', columns),
    ...results.map((result) =>
      line(
        result.table,
        columns.map((column) => result[column]),
      ),
    ),
    line(`${results.length} tables`, total),
  ].join('\n');
}

program
  .command('export')
  .argument('<report>', exportables.map(({ id }) => id).join(', '))
  .requiredOption(
    '--format <format>',
    'documents: pdf, xlsx, csv, csv-id (for Excel in Indonesian); data also jsonl, parquet',
  )
  .option('--scope <scope>', 'national, region:CODE, province:ID, regency:ID or sppg:ID', 'national')
  .option('--period <period>', '2026, 2026-03, 2026-03-09 or 2026-03-09..2026-03-22')
  .option('--out <file>', 'where to; without it, standard output')
  .description('write a ministry document or a data file')
  .action((report: string, options: ExportOptions) =>
    withWarehouse((warehouse, config) => exportFile(warehouse, report, options, config)),
  );

program
  .command('verify')
  .argument('<file>', 'a document or data file made by Lumbung')
  .option('--json', 'for programs')
  .description('whether a file is, byte for byte, one that was made here; exit code 1 when it is not')
  .action((file: string, options: { json?: boolean }) =>
    withWarehouse(async (warehouse) => {
      const verdict = await verifyFile(warehouse, file);
      print(options.json ? JSON.stringify(verdict, null, 2) : formatVerdict(verdict));
      if (!verdict.known) process.exitCode = 1;
    }),
  );

addSimulateVerb(program, print);

async function askForRollup(config: Config, slotId: string): Promise<void> {
  await withRedis(config, async (redis) => {
    const queue = openQueue(PIPELINE, redis);
    await queue.add('rollup', { kind: 'rollup', slotId }, { jobId: `rollup-asked-${Date.now()}` });
    await queue.close();
  });
}

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof LumbungError;
  process.stderr.write(`${known ? messageOf(error) : (error as Error).stack}\n`);
  if (known) process.stderr.write(`${policies[error.kind].remedy}\n`);
  process.exitCode = 1;
  // Connections that are still trying must not keep a failed process alive.
  setTimeout(() => process.exit(1), 500).unref();
});
