/**
 * The drill of two of each role: every one is killed in turn while a random workload runs, the other goes on alone until everything is
 * rolled up, then the dead one comes back. No change is lost or doubled, no document is delivered twice or not at all, and no client of the
 * live channel misses an update without being told.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { DELIVER, EPOCH_KEY, openQueue, requestDelivery, streamKey } from '../../platform/queues.ts';
import { addDays, nationalDay } from '../../warehouse/days.ts';
import { isSettled, listDeliveries } from '../../warehouse/deliveries/ledger.ts';
import { runsOf, scheduleInput, writeSchedule } from '../../warehouse/deliveries/schedules.ts';
import { lastDue } from '../../warehouse/ledger.ts';
import { liveClient, missed, type Position } from '../support/live_client.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { startSftpServer } from '../support/sftp_server.ts';
import { type Instance, type Stack, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';
import { seeded } from '../support/workload_chance.ts';
import { compareWithSource, type Drilled, NEVER } from './compare.ts';

const ROLES = ['capture', 'worker', 'scheduler', 'api'] as const;
const CLIENTS = 4;
const SCHEDULE = 'drill';
const WAIT_MS = 180_000;

/** `made` takes the names of the faults as they are made. */
export async function drillDoubled(seed: number, made: string[]): Promise<Drilled> {
  const random = seeded(seed);
  const instances: readonly Instance[] = ROLES.flatMap((role) => [role, `${role}-2`] as const);
  const victims = shuffled(instances, random);
  // From today on: what the schedulers know to be due already is not planned again.
  const days = victims.map((_, at) => addDays(nationalDay(), at));
  const sftp = await startSftpServer('right');
  try {
    await using stack = await startStack(async (source) => {
      await seedProgramme(source);
      for (const day of days)
        await insert(source, 'food_productions', batch('k321', `drill-${day}`, `${day}T03:00:00Z`));
    });
    stack.env.SCHEDULE_RECONCILE = NEVER;
    stack.env.DELIVERY_HOSTS = '127.0.0.1';
    mkdirSync(join(stack.dataDir, 'secrets'));
    writeFileSync(join(stack.dataDir, 'secrets', 'sftp'), 'right');
    await Promise.all(instances.map((instance) => stack.start(instance)));
    await stack.settled(WAIT_MS);
    await writeDrillSchedule(stack, sftp);
    const token = await stack.token('PLATFORM_ANALYST', ['national']);
    const clients = Array.from({ length: CLIENTS }, (_, at) =>
      liveClient(() => (at % 2 === 0 ? [stack.api, stack.secondApi] : [stack.secondApi, stack.api]), token, 'national'),
    );
    const redis = new Redis(stack.redisUrl, { maxRetriesPerRequest: null });
    const queue = openQueue(DELIVER, redis);
    try {
      let longest = 0;
      for (const [at, victim] of victims.entries()) {
        made.push(victim);
        const writing = runWorkload(stack.source, seed * 1_000 + at, 80);
        writing.catch(() => undefined);
        const due = `${addDays(days[at] ?? '', 1)}T00:00:00.000Z`;
        await requestDelivery(queue, { kind: 'plan', schedule: SCHEDULE, due });
        await delay(600 * random());
        const killed = Date.now();
        await stack.kill(victim);
        await writing;
        await stack.settled(WAIT_MS);
        longest = Math.max(longest, Date.now() - killed);
        // A later due time would stand for this one.
        const planned = async () => ((await lastDue(stack.warehouse, runsOf(SCHEDULE))) ?? '') >= due;
        await until(`${due} to be planned`, planned, WAIT_MS);
        await stack.start(victim);
      }
      const lastCommit = await heartbeat(stack);
      await until(
        'every client to hear of the last change',
        async () => clients.every((own) => own.committedAt() >= lastCommit),
        WAIT_MS,
      );
      const gaps = missed(clients, await announced(redis));
      if (gaps.length > 0) throw new Error(`updates were missed: ${gaps.slice(0, 5).join('; ')}`);
      const delivered = await checkDeliveries(stack, sftp.arrivals, days.length);
      const again = clients.reduce((sum, own) => sum + own.connections() - 1, 0);
      const also = `${delivered} documents delivered once each, ${again} reconnections without a gap, the other went on within ${(longest / 1_000).toFixed(1)} s`;
      return { ...(await compareWithSource(stack)), also };
    } finally {
      for (const client of clients) client.close();
      await queue.close();
      redis.disconnect();
    }
  } finally {
    await sftp.close();
  }
}

/** Every update of the nation's channel that Redis still has. */
async function announced(redis: Redis): Promise<Position[]> {
  const epoch = (await redis.get(EPOCH_KEY)) ?? '';
  const entries = await redis.xrange(streamKey('national'), '-', '+');
  const updates = entries.filter(([, fields]) => !fields.includes('notice'));
  if (updates.length === 0) throw new Error('nothing was announced');
  return updates.map(([offset]) => ({ epoch, offset }));
}

type Sftp = Awaited<ReturnType<typeof startSftpServer>>;

async function writeDrillSchedule({ warehouse }: Stack, { port, hostKey }: Sftp): Promise<void> {
  const target = { kind: 'sftp', host: '127.0.0.1', port, user: 'bgn', secret: 'sftp', folder: 'drill', hostKey };
  const schedule = scheduleInput.parse({
    ...{ id: SCHEDULE, report: 'daily-operations', format: 'csv', cron: '0 7 * * *', period: 'day' },
    // What is drilled is the way of a document, not what the gate thinks of it.
    gate: { completeness: 0, rows: 0 },
    recipients: [{ scope: 'province:32', role: 'BGN_PUSAT', target }],
    owner: { name: 'Pemilik', email: 'pemilik@contoh.go.id' },
  });
  await writeSchedule(warehouse, schedule, 'drill');
}

/** One change after everything else; resolves with when it was committed, at the earliest. */
async function heartbeat(stack: Stack): Promise<number> {
  const now = Date.now();
  await insert(stack.source, 'food_productions', batch('k321', 'drill-last', '2026-03-02T03:00:00Z'));
  await stack.settled(WAIT_MS);
  return now;
}

/** Every day planned for has one delivery; one that was sent has arrived once, one that was held has not. */
async function checkDeliveries(
  { warehouse }: Stack,
  arrivals: ReadonlyMap<string, number>,
  count: number,
): Promise<number> {
  const read = () => listDeliveries(warehouse, SCHEDULE, 100);
  const settled = async () => {
    const all = await read();
    return all.length === count && all.every(({ state }) => isSettled(state));
  };
  await until(`${count} deliveries`, settled, WAIT_MS).catch(async (error: Error) => {
    error.message += `: ${(await read()).map(({ name, state, reason }) => `${name} ${state} ${reason}`).join('; ')}`;
    throw error;
  });
  const all = await read();
  const wrong = all.filter(
    ({ state, name }) => (arrivals.get(`drill/${name}`) ?? 0) !== (state === 'acknowledged' ? 1 : 0),
  );
  if (wrong.length > 0) {
    const told = wrong.map(
      ({ state, name, reason }) => `${name} is ${state}, arrived ${arrivals.get(`drill/${name}`) ?? 0} times ${reason}`,
    );
    throw new Error(`deliveries: ${told.join('; ')}`);
  }
  const sent = all.filter(({ state }) => state === 'acknowledged').length;
  if (sent === 0)
    throw new Error(`nothing was delivered: ${all.map(({ state, reason }) => `${state} ${reason}`).join('; ')}`);
  return sent;
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
