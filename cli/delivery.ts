/** `lumbung reports`, `schedules`, `deliveries`: the register, schedules and the ledger for whoever runs the machine. Audited like the API. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemActor } from '../platform/config.ts';
import { LumbungError } from '../platform/errors.ts';
import { DELIVER, openQueue, requestDelivery } from '../platform/queues.ts';
import { scopeText } from '../platform/tokens.ts';
import type { Warehouse } from '../warehouse/client.ts';
import { listDeliveries, readDelivery } from '../warehouse/deliveries/ledger.ts';
import {
  dueTimes,
  listSchedules,
  readSchedule,
  scheduleInput,
  writeSchedule,
} from '../warehouse/deliveries/schedules.ts';
import { demandTarget } from '../warehouse/deliveries/targets.ts';
import { checkPeriod, documents } from '../warehouse/exports/documents.ts';
import { difference } from '../warehouse/register/difference.ts';
import { answerOf, foldLife } from '../warehouse/register/life.ts';
import { act, keyOf, listRegister, type ReportKey, readContent, readLife } from '../warehouse/register/register.ts';
import { withRedis, withWarehouse } from './connections.ts';
import { periodOf } from './export.ts';

type Print = (text: string) => void;
const table = (rows: readonly (readonly string[])[], none: string) =>
  rows.length === 0 ? none : rows.map((row) => row.join('  ')).join('\n');

export function addDeliveryVerbs(program: Command, print: Print): void {
  addRegisterVerbs(program.command('reports').description('the register of ministry documents'), print);
  addScheduleVerbs(program.command('schedules').description('schedules of deliveries'), print);
  addLedgerVerbs(program.command('deliveries').description('what was delivered, is held or failed'), print);
}

type Named = { scope: string; period: string };
const NEEDS_PERIOD = 'a whole period of the document, e.g. 2026-03 or 2026-03-02..2026-03-15';

/** Verifying and approving need a person whom the register can name: the page `/documents` and the API do that. */
function addRegisterVerbs(reports: Command, print: Print): void {
  reports
    .command('list', { isDefault: true })
    .option('--json', 'for programs')
    .action(({ json }: { json?: boolean }) =>
      withWarehouse(async (warehouse) => {
        const listed = (await listRegister(warehouse)).map(({ events, ...key }) => {
          const life = foldLife(events);
          const { state = 'Sementara', sha256 = '' } = answerOf(life) ?? {};
          return { ...key, state, sha256, pending: life.locked.length > 0 && life.draft !== undefined };
        });
        if (json) return print(JSON.stringify(listed, null, 2));
        const rows = listed.map(({ report, scope, from, to, state, sha256, pending }) => [
          ...[report, scope, `${from}..${to}`, pending ? `${state} (a revision is pending)` : state, sha256],
        ]);
        print(table(rows, 'The register is empty: put a report into it with "lumbung reports add".'));
      }),
    );
  reports
    .command('add')
    .description('put a report into the register; a worker reads its numbers')
    .argument('<report>', Object.keys(documents).join(', '))
    .requiredOption('--period <period>', NEEDS_PERIOD)
    .option('--scope <scope>', 'the unit', 'national')
    .action((report: string, named: Named) =>
      withWarehouse(async (warehouse, config, record) => {
        const key = await keyFor(warehouse, report, named);
        await record('report_registered', { target: keyOf(key) });
        if ((await readLife(warehouse, key)).seq === 0)
          await act(warehouse, key, { kind: 'registered', actor: systemActor() });
        await withRedis(config, async (redis) => {
          const queue = openQueue(DELIVER, redis);
          await requestDelivery(queue, { kind: 'read', key });
          await queue.close();
        });
        print(`${keyOf(key)} is in the register; its numbers are being read.`);
      }),
    );
  reports
    .command('show')
    .description('its state, and what a pending revision moves')
    .argument('<report>', Object.keys(documents).join(', '))
    .requiredOption('--period <period>', NEEDS_PERIOD)
    .option('--scope <scope>', 'the unit', 'national')
    .option('--json', 'for programs: with the numbers')
    .action((report: string, { json, ...named }: Named & { json?: boolean }) =>
      withWarehouse(async (warehouse) => {
        const key = await keyFor(warehouse, report, named);
        const life = await readLife(warehouse, key);
        const answer = answerOf(life);
        if (answer === undefined)
          throw new LumbungError('not_found', 'it is not in the register, or its numbers were not read yet');
        const frozen = await readContent(warehouse, answer.sha256);
        const draft = answer.locked && life.draft ? await readContent(warehouse, life.draft.sha256) : frozen;
        const moved = difference(frozen, draft);
        if (json) return print(JSON.stringify({ ...key, ...answer, numbers: JSON.parse(frozen), moved }, null, 2));
        print(`${keyOf(key)}: ${answer.state}, SHA-256 ${answer.sha256}`);
        for (const { part, row, number, before, after } of moved)
          print(
            `  ${[part, row, number.en].filter(Boolean).join(' · ')}: ${before ?? 'no data'} -> ${after ?? 'no data'}`,
          );
      }),
    );
}

async function keyFor(warehouse: Warehouse, report: string, { scope, period }: Named): Promise<ReportKey> {
  const entry = Object.entries(documents).find(([id]) => id === report);
  if (entry === undefined) {
    const known = Object.keys(documents).join(', ');
    throw new LumbungError('bad_input', `there is no report ${report}; there are ${known}`);
  }
  if (!scopeText.safeParse(scope).success) throw new LumbungError('bad_input', `${scope} is no unit`);
  const { from, to } = periodOf(period);
  await checkPeriod(warehouse, { id: entry[0], ...entry[1] }, { from, to });
  return { report, scope, from, to };
}

function addScheduleVerbs(schedules: Command, print: Print): void {
  schedules
    .command('list', { isDefault: true })
    .option('--json', 'for programs')
    .action(({ json }: { json?: boolean }) =>
      withWarehouse(async (warehouse) => {
        const now = new Date();
        const all = (await listSchedules(warehouse)).map((one) => ({ ...one, next: dueTimes(one, now).next }));
        if (json) return print(JSON.stringify(all, null, 2));
        const rows = all.map(({ id, report, format, cron, zone, next, enabled }) => [
          ...[id, report, format, `${cron} ${zone}`, enabled ? `next ${next}` : 'disabled'],
        ]);
        print(table(rows, 'There are no schedules: save one with "lumbung schedules save FILE".'));
      }),
    );
  schedules
    .command('save')
    .argument('<file>', 'a schedule as JSON (docs/documents-delivery.md)')
    .action((file: string) =>
      withWarehouse(async (warehouse, config, record) => {
        const parsed = scheduleInput.safeParse(JSON.parse(readFileSync(file, 'utf8')));
        if (!parsed.success) {
          const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
          throw new LumbungError('bad_input', `${file} is not a schedule:\n  ${faults.join('\n  ')}`);
        }
        for (const { target } of parsed.data.recipients) demandTarget(target, config);
        await record('schedule_saved', { target: parsed.data.id });
        await writeSchedule(warehouse, parsed.data, 'system');
        print(`${parsed.data.id} is due next at ${dueTimes(parsed.data, new Date()).next}.`);
      }),
    );
  schedules
    .command('remove')
    .argument('<id>')
    .action((id: string) =>
      withWarehouse(async (warehouse, _config, record) => {
        const schedule = await readSchedule(warehouse, id);
        if (schedule === undefined) throw new LumbungError('not_found', `there is no schedule ${id}`);
        const { version: _version, changedBy: _by, changedAt: _at, ...plain } = schedule;
        await record('schedule_removed', { target: id });
        await writeSchedule(warehouse, plain, 'system', true);
        print(`${id} is removed.`);
      }),
    );
}

function addLedgerVerbs(deliveries: Command, print: Print): void {
  deliveries
    .command('list', { isDefault: true })
    .option('--schedule <id>', 'of one schedule')
    .option('--json', 'for programs')
    .action(({ schedule, json }: { schedule?: string; json?: boolean }) =>
      withWarehouse(async (warehouse) => {
        const all = await listDeliveries(warehouse, schedule, 1_000);
        if (json) return print(JSON.stringify(all, null, 2));
        const rows = all.map(({ id, name, target, state, reason }) => [id, state, name, target, reason]);
        print(table(rows, 'Nothing was delivered yet.'));
      }),
    );
  deliveries
    .command('again')
    .argument('<id>', 'as "lumbung deliveries" lists it')
    .action((id: string) =>
      withWarehouse(async (warehouse, config, record) => {
        const delivery = await readDelivery(warehouse, id);
        if (delivery === undefined) throw new LumbungError('not_found', `there is no delivery ${id}`);
        await record('delivery_again', { target: id, detail: { state: delivery.state } });
        await withRedis(config, async (redis) => {
          const queue = openQueue(DELIVER, redis);
          await requestDelivery(queue, { kind: 'again', id });
          await queue.close();
        });
        print(`${delivery.name || id} is asked for again; "lumbung deliveries" says what becomes of it.`);
      }),
    );
}
