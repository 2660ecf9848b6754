/** `lumbung reports`, `schedules`, `deliveries`: the register, schedules and the ledger for whoever runs the machine. Audited like the API. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { LumbungError } from '../platform/errors.ts';
import { DELIVER, openQueue, requestDelivery } from '../platform/queues.ts';
import { listDeliveries, readDelivery } from '../warehouse/deliveries/ledger.ts';
import {
  dueTimes,
  listSchedules,
  readSchedule,
  scheduleInput,
  writeSchedule,
} from '../warehouse/deliveries/schedules.ts';
import { demandTarget } from '../warehouse/deliveries/targets.ts';
import { answerOf, foldLife } from '../warehouse/register/life.ts';
import { listRegister } from '../warehouse/register/register.ts';
import { withRedis, withWarehouse } from './connections.ts';

type Print = (text: string) => void;
const table = (rows: readonly (readonly string[])[], none: string) =>
  rows.length === 0 ? none : rows.map((row) => row.join('  ')).join('\n');

export function addDeliveryVerbs(program: Command, print: Print): void {
  program
    .command('reports')
    .description('the register of ministry documents with their states')
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
        print(table(rows, 'The register is empty.'));
      }),
    );
  addScheduleVerbs(program.command('schedules').description('schedules of deliveries'), print);
  addLedgerVerbs(program.command('deliveries').description('what was delivered, is held or failed'), print);
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
