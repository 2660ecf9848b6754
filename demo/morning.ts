/**
 * Plays a national service morning (traffic/morning_plan.ts) against the demo programme, compressed into minutes.
 * Invariants: who writes what in which second follows from the seed alone; a kitchen whose network is away writes nothing and catches up
 * afterwards; what a slow database delays is written late, not dropped, and counted as late. Where a sheet has nothing to move, its changes come as corrections.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { chance } from './traffic/chance.ts';
import { servingKitchens } from './traffic/kitchens.ts';
import { type Due, type Group, type Kind, kinds, localHour, morningPlan } from './traffic/morning_plan.ts';
import { sheets } from './traffic/morning_sheets.ts';
import type { Kitchen } from './traffic/traffic.ts';

export type MorningOptions = {
  /** Changes per second, on average over the morning. */
  rate: number;
  minutes: number;
  seed: number;
  /** How many kitchens take part; all of the source by default. */
  kitchens?: number | undefined;
  signal: AbortSignal;
  onReport: (report: MorningReport) => void;
};
export type MorningReport = {
  seconds: number;
  /** Local time in the three zones. */
  clocks: Record<string, string>;
  due: number;
  written: number;
  rate: number;
  /** How far the writing is behind its time, in ms. */
  lateMs: number;
  kinds: Record<Kind, number>;
  zones: Record<string, number>;
  failed: number;
};

const WRITERS = 4;
const REPORT_SECONDS = 10;
/** Sheets in a row that may have nothing to move before corrections take over. */
const PATIENCE = 8;
const ZONES = { WIB: 7, WITA: 8, WIT: 9 } as const;
const nameOf = (zone: number) => Object.entries(ZONES).find(([, offset]) => offset === zone)?.[0] ?? '';

type Crowd = Group & { members: Kitchen[] };
type Task = Due & { at: number; seed: number };

/** Kitchens by zone; one province of the west, chosen by the seed, loses its network. */
export function crowds(kitchens: readonly (Kitchen & { province: string })[], seed: number): Crowd[] {
  const west = [...new Set(kitchens.filter(({ zone }) => zone === ZONES.WIB).map(({ province }) => province))].sort();
  const lost = west[Math.floor(chance(seed)() * west.length)];
  return [7, 8, 9]
    .flatMap((zone) => [false, true].map((away) => ({ zone, away })))
    .map(({ zone, away }) => {
      const members = kitchens.filter((kitchen) => kitchen.zone === zone && (kitchen.province === lost) === away);
      return { zone, away, kitchens: members.length, members };
    })
    .filter(({ members }) => members.length > 0);
}

export async function playMorning(databaseUrl: string, options: MorningOptions): Promise<MorningReport> {
  const { rate, minutes, seed, signal } = options;
  const seconds = Math.max(1, Math.round(minutes * 60));
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => connect(databaseUrl)));
  const counted = { due: 0, written: 0, lateMs: 0, failed: 0 };
  const byKind = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
  const byZone: Record<string, number> = {};
  const began = Date.now();
  let ended = false;
  const report = (second: number): MorningReport => {
    const elapsed = Math.max(1, (Date.now() - began) / 1_000);
    const clocks = Object.entries(ZONES).map(([name, zone]) => [name, clock(localHour(second / seconds, zone))]);
    const achieved = Math.round((10 * counted.written) / elapsed) / 10;
    return {
      ...{ seconds: Math.round(elapsed), clocks: Object.fromEntries(clocks), rate: achieved },
      ...{ ...counted, kinds: { ...byKind }, zones: { ...byZone } },
    };
  };
  try {
    const taking = (await servingKitchens(writers[0] as pg.Client)).slice(0, options.kitchens);
    const groups = crowds(taking, seed);
    if (groups.length === 0) throw new Error('the source has no kitchen that serves schools');
    const tasks: Task[] = [];
    const work = async (client: pg.Client) => {
      while (!signal.aborted) {
        const task = tasks.shift();
        if (task === undefined) {
          if (ended) return;
          await delay(5);
          continue;
        }
        counted.lateMs = Math.max(0, Date.now() - task.at - 1_000);
        const { zone, members } = groups[task.group] as Crowd;
        await fulfil(client, task, members, signal, (kind, rows) => {
          counted.written += rows;
          byKind[kind] += rows;
          byZone[nameOf(zone)] = (byZone[nameOf(zone)] ?? 0) + rows;
        }).catch(async (error: unknown) => {
          counted.failed += 1;
          // The programme's own constraints refuse some of it, as they do of people; a connection that is gone ends the morning.
          if (!(error instanceof pg.DatabaseError)) throw error;
          await client.query('ROLLBACK');
        });
      }
    };
    const working = Promise.all(writers.map(work));
    // Told by the await below; until then a failure must not end the process.
    working.catch(() => undefined);
    let second = 0;
    for (const dues of morningPlan(groups, Math.round(rate * seconds), seconds)) {
      const at = began + second * 1_000;
      await Promise.race([delay(Math.max(0, at - Date.now()), undefined, { signal }).catch(() => undefined), working]);
      if (signal.aborted) break;
      for (const [line, due] of dues.entries()) {
        counted.due += due.changes;
        tasks.push({ ...due, at, seed: seed + second * 1_009 + line });
      }
      second += 1;
      if (second % REPORT_SECONDS === 0 && second < seconds) options.onReport(report(second));
    }
    ended = true;
    await working;
    return report(second);
  } finally {
    ended = true;
    await Promise.all(writers.map((client) => client.end().catch(() => undefined)));
  }
}

/** Sends sheets of kitchens chosen by chance until as many rows are written as are due. */
async function fulfil(
  client: pg.Client,
  { kind, changes, seed }: Task,
  members: readonly Kitchen[],
  signal: AbortSignal,
  count: (kind: Kind, rows: number) => void,
): Promise<void> {
  const random = chance(seed);
  const someone = () => members[Math.floor(random() * members.length)] as Kitchen;
  let idle = 0;
  for (let left = changes; left > 0 && idle < 2 * PATIENCE && !signal.aborted; ) {
    const doing = idle < PATIENCE ? kind : 'correct';
    const rows = await sheets[doing]({ client, kitchen: someone(), other: someone(), random });
    idle = rows === 0 ? idle + 1 : doing === kind ? 0 : PATIENCE;
    if (rows > 0) count(doing, rows);
    left -= rows;
  }
}

async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'lumbung morning',
    options: '-c timezone=UTC -c lock_timeout=5s -c statement_timeout=15s',
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const clock = (hour: number) => {
  const minutes = Math.round(((hour + 24) % 24) * 60) % 1_440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
};
