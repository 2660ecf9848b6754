/**
 * Schedules of deliveries → queue, by node-cron in the reader's zone. Part of the active scheduler.
 * Invariants: what fell due while nothing ran is planned once, the latest time only; deliveries under way that the queue has
 * forgotten are asked for again; changed schedules count from the next look on.
 */
import type { Queue } from 'bullmq';
import cron, { type ScheduledTask } from 'node-cron';
import { messageOf } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { requestDelivery } from '../../platform/queues.ts';
import type { Warehouse } from '../../warehouse/client.ts';
import { openDeliveries } from '../../warehouse/deliveries/ledger.ts';
import { dueTimes, type KeptSchedule, listSchedules, runsOf } from '../../warehouse/deliveries/schedules.ts';
import { lastDue, recordRun } from '../../warehouse/ledger.ts';

/** Every hour; what an hour misses the next one reads. */
const READ_AGAIN = '20 * * * *';

type DueContext = { warehouse: Warehouse; queue: Queue; holds(): Promise<boolean>; log: Logger };

export function createDeliverySchedules({ warehouse, queue, holds, log }: DueContext) {
  const tasks = new Map<string, { version: number; task: ScheduledTask }>();
  /** What the ledger says was planned, so that every look need not ask it again. */
  const planned = new Map<string, string>();
  const askForDue = async (schedule: KeptSchedule) => {
    if (!(await holds())) return;
    const { last: due } = dueTimes(schedule, new Date());
    if (planned.get(schedule.id) === due) return;
    const kind = runsOf(schedule.id);
    const last = await lastDue(warehouse, kind);
    // A new schedule begins now: it owes nothing of the time before it.
    if (last === undefined) return recordRun(warehouse, { kind, due, startedAt: new Date(), ran: false });
    if (last < due) await requestDelivery(queue, { kind: 'plan', schedule: schedule.id, due });
    else planned.set(schedule.id, due);
  };
  const guarded = (schedule: KeptSchedule) =>
    askForDue(schedule).catch((error: unknown) =>
      log.warn({ schedule: schedule.id, error: messageOf(error) }, 'could not ask for deliveries'),
    );
  // What has come since: drafts are read again, and locked reports for revisions.
  const reading = cron.schedule(READ_AGAIN, async () => {
    if (await holds().catch(() => false)) await requestDelivery(queue, { kind: 'read' }).catch(() => undefined);
  });
  return {
    async look(): Promise<void> {
      const schedules = (await listSchedules(warehouse)).filter(({ enabled }) => enabled);
      for (const [id, { version, task }] of tasks) {
        if (schedules.some((one) => one.id === id && one.version === version)) continue;
        await task.destroy();
        tasks.delete(id);
      }
      for (const schedule of schedules) {
        if (!tasks.has(schedule.id)) {
          const task = cron.schedule(schedule.cron, () => guarded(schedule), { timezone: schedule.zone });
          tasks.set(schedule.id, { version: schedule.version, task });
        }
        await guarded(schedule);
      }
      for (const id of await openDeliveries(warehouse)) await requestDelivery(queue, { kind: 'deliver', id });
    },
    async stop(): Promise<void> {
      await reading.destroy();
      for (const { task } of tasks.values()) await task.destroy();
    },
  };
}
