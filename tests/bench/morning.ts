/**
 * A national morning: a service day of every kitchen, compressed, on a source and warehouse with ten days of every kitchen in them. How fresh the
 * screens are through it, how far the system falls behind, what it holds, what works hardest, and whether its cells equal an independent
 * computation afterwards. Baseline of the times: a bare LISTEN/NOTIFY round trip through the same Postgres at the same time.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { generateDemo } from '../../demo/generate.ts';
import { type MorningReport, playMorning } from '../../demo/morning.ts';
import { rolledUp } from '../../warehouse/kpis/registry.ts';
import { independentCells } from '../support/independent.ts';
import { liveClient } from '../support/live_client.ts';
import { collect } from '../support/mart_cells.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';
import { percentile, report } from './bench.ts';

const RATE = 500;
const FRESH_MS = 2_000;
/** Kitchens whose cells are computed again, all their days. */
const CHECKED = 300;
const HOURS_MS = 3 * 3_600_000;
/** A look asks the API for its metrics, which costs queries: no oftener than an eager Prometheus. */
const LOOK_MS = 5_000;
/** Between two moments whose freshness is measured, and between two kitchens whose summary nobody has asked for yet. */
const MOMENT_MS = 250;
const ASK_MS = 1_000;
const ROLES = ['warehouse', 'capture', 'worker', 'api'] as const;
/** KPIs that tell the state at the end of a day. */
const STATES = new Set(rolledUp.filter(({ state, grain }) => state && grain === undefined).map(({ id }) => id));
const TICKS_A_SECOND = 100;

const say = (text: string) => process.stderr.write(`morning: ${text}\n`);

export async function morning(quick: boolean): Promise<void> {
  const { units, days, minutes } = quick
    ? { units: 500, days: 10, minutes: 1 }
    : { units: 37_000, days: 10, minutes: 10 };
  await using stack = await startStack();
  stack.env.RATE_LIMIT_PER_MINUTE = '1000000000';
  const { rows } = await generateDemo(stack.databaseUrl, {
    ...{ units, days, seed: 1 },
    onProgress: ({ step, done, total }) => {
      if (done % 100 === 0 || done === total) say(`${step} ${done} of ${total}`);
    },
  });
  say(`${rows} rows in the source`);
  const began = performance.now();
  await startPath(stack);
  await stack.settled(HOURS_MS);
  const copied = (performance.now() - began) / 1_000;
  const work = `${units} kitchens, ${days} days, ${rows} rows; a morning of ${minutes} min at ${RATE} changes/s on average`;
  const line = { bench: 'morning', work };
  report({
    ...line,
    metric: 'first copy and rollup',
    value: rows / copied,
    unit: 'rows/s',
    baseline: null,
    ratio: null,
  });

  // What follows a first copy (parts are merged) is no part of a morning: a change that waits for it to end is let through first.
  await stack.source.query('UPDATE sppg SET "monthlyBudget" = "monthlyBudget" WHERE id = (SELECT min(id) FROM sppg)');
  await stack.settled(HOURS_MS);
  const watch = await watchers(stack);
  const written = await playMorning(stack.databaseUrl, {
    ...{ rate: RATE, minutes, seed: 1, signal: new AbortController().signal },
    onReport: ({ seconds, clocks, rate, lateMs }) =>
      say(`${seconds} s, WIB ${clocks.WIB}, ${rate}/s, ${lateMs} ms late`),
  });
  const seen = await watch.stop();
  told(line, written, seen);
  await stack.settled(HOURS_MS);
  const cells = await checkCells(stack);
  report({
    ...line,
    metric: 'cells that differ',
    value: cells.wrong,
    unit: '1',
    baseline: cells.all,
    ratio: cells.wrong / cells.all,
    aim: { atMost: 0 },
  });
}

type Line = { bench: string; work: string };
type Seen = {
  fresh: number[];
  notified: number[];
  answered: number[];
  batches: number[];
  queued: number[];
  lag: number[];
  frames: number;
  cores: Map<string, number[]>;
  memory: Map<string, number>;
};

/** Begins to watch; `stop` waits until what was committed last has been seen. */
async function watchers(stack: Stack): Promise<{ stop(): Promise<Seen> }> {
  const seen: Seen = {
    ...{ fresh: [], notified: [], answered: [], batches: [], queued: [], lag: [], frames: 0 },
    ...{ cores: new Map(), memory: new Map() },
  };
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const frames: { at: number; committedAt: number }[] = [];
  const client = liveClient(
    () => [stack.api],
    token,
    'national',
    (committedAt) => frames.push({ at: Date.now(), committedAt }),
  );
  await client.subscribed;

  const bell = new pg.Client({ connectionString: stack.databaseUrl });
  await bell.connect();
  await bell.query('LISTEN bench');
  bell.on('notification', ({ payload }) => seen.notified.push(Date.now() - Number(payload)));
  const kitchens = await stack.warehouse.query<{ id: string }>(
    "SELECT id FROM raw.sppg FINAL WHERE status = 'ACTIVE' AND NOT isDemoAccount ORDER BY cityHash64(id) LIMIT 5000",
  );
  const { rows: own } = await stack.source.query<{ id: string }>(
    `SELECT id FROM food_productions WHERE status <> 'CANCELLED' AND "sppgId" = ANY ($1) ORDER BY "productionDate" DESC, md5(id) LIMIT 1000`,
    [kitchens.map(({ id }) => id)],
  );
  const leaving = new AbortController();
  /** Every so often until the end; a look that is slow is not joined by the next. */
  const every = async (ms: number, look: (round: number) => Promise<void>) => {
    for (let round = 0; !leaving.signal.aborted; round++) {
      const next = Date.now() + ms;
      await look(round);
      await delay(Math.max(0, next - Date.now()));
    }
  };
  const moments: number[] = [];
  const processor = processors(stack);
  const looking = Promise.all([
    every(MOMENT_MS, async (round) => {
      // The moment a statement is sent lies before its commit: the first frame that stands for this moment or a later one shows it.
      moments.push(Date.now());
      await stack.source.query('UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = $1', [
        own[round % own.length]?.id,
      ]);
      await stack.source.query(`SELECT pg_notify('bench', $1)`, [String(Date.now())]);
    }),
    every(ASK_MS, async (round) => {
      const asked = performance.now();
      const { status } = await stack.get(`/api/v1/summary?scope=sppg:${kitchens[round % kitchens.length]?.id}`, token);
      if (status !== 200) throw new Error(`the API answered ${status}`);
      seen.answered.push(performance.now() - asked);
    }),
    every(LOOK_MS, async () => {
      const metrics = await (await fetch(`${stack.api}/metrics`)).text();
      const samples = metrics.split('\n').map((line) => line.split(' '));
      const value = (pattern: RegExp) =>
        samples.reduce((sum, [name = '', number]) => (pattern.test(name) ? sum + Number(number) : sum), 0);
      seen.batches.push(value(/^lumbung_batches_in_flight/));
      seen.queued.push(value(/^lumbung_queue_jobs.*state="(waiting|delayed)"/));
      seen.lag.push(value(/^lumbung_lag_bytes/));
      for (const [role, cores] of processor()) seen.cores.set(role, [...(seen.cores.get(role) ?? []), cores]);
    }),
  ]);
  looking.catch(() => undefined);
  return {
    async stop() {
      leaving.abort();
      await looking;
      const last = moments.at(-1) ?? 0;
      await until('the last frame', async () => (frames.at(-1)?.committedAt ?? 0) >= last, 600_000);
      client.close();
      await bell.end();
      let at = 0;
      for (const moment of moments) {
        while ((frames[at]?.committedAt ?? Number.POSITIVE_INFINITY) < moment) at++;
        seen.fresh.push((frames[at]?.at ?? Number.NaN) - moment);
      }
      seen.frames = frames.length;
      for (const role of ROLES) seen.memory.set(role, peakMiB(stack.pid(role)));
      return seen;
    },
  };
}

function peakMiB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1_024;
}

/** Each call: cores that each role has used since the call before. */
function processors(stack: Stack): () => [string, number][] {
  const ticks = (pid: number) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return Number(fields[11]) + Number(fields[12]);
    } catch {
      return 0; // it has ended
    }
  };
  const now = () => {
    const postgres = stack.postgresPids().map((pid): [string, number] => [`postgres ${pid}`, ticks(pid)]);
    return new Map([...ROLES.map((role): [string, number] => [role, ticks(stack.pid(role))]), ...postgres]);
  };
  let [before, at] = [now(), Date.now()];
  return () => {
    const [after, moment] = [now(), Date.now()];
    const used = new Map<string, number>();
    for (const [name, count] of after) {
      const role = name.split(' ')[0] ?? name;
      const since = Math.max(0, count - (before.get(name) ?? count)) / TICKS_A_SECOND;
      used.set(role, (used.get(role) ?? 0) + since / ((moment - at) / 1_000));
    }
    [before, at] = [after, moment];
    return [...used];
  };
}

function told(line: Line, written: MorningReport, seen: Seen): void {
  const work = `${line.work}; ${written.written} changes in ${written.seconds} s, ${seen.frames} frames`;
  const times = (metric: string, values: number[], share: number) => {
    const [value, baseline] = [percentile(values, share), Math.max(1, percentile(seen.notified, share))];
    report({ ...line, work, metric, value, unit: 'ms', baseline, ratio: value / baseline });
  };
  report({
    ...line,
    work,
    metric: 'changes written',
    value: written.rate,
    unit: 'changes/s',
    baseline: RATE,
    ratio: written.rate / RATE,
    aim: { atLeast: 0.95 },
  });
  times('freshness, p50', seen.fresh, 0.5);
  const p95 = percentile(seen.fresh, 0.95);
  report({
    ...line,
    work: `${work}; the baseline is what is asked for`,
    metric: 'freshness, p95',
    value: p95,
    unit: 'ms',
    baseline: FRESH_MS,
    ratio: p95 / FRESH_MS,
    aim: { atMost: 1 },
  });
  times('freshness, p99', seen.fresh, 0.99);
  times('summary of a kitchen, p50', seen.answered, 0.5);
  times('summary of a kitchen, p99', seen.answered, 0.99);
  const most = (metric: string, unit: string, values: number[]) => {
    const [value, baseline] = [Math.max(...values), percentile(values, 0.5)];
    report({
      ...line,
      work: `${work}; the baseline is the middle of all looks`,
      metric,
      value,
      unit,
      baseline,
      ratio: baseline > 0 ? value / baseline : null,
    });
  };
  most('batches in flight, most', '1', seen.batches);
  most('jobs waiting, most', '1', seen.queued);
  most('WAL not yet confirmed, most', 'bytes', seen.lag);
  for (const [role, cores] of seen.cores) {
    const [value, baseline] = [percentile(cores, 0.95), percentile(cores, 0.5)];
    report({
      ...line,
      work: `${work}; the baseline is the middle of all looks`,
      metric: `cores of ${role}, p95`,
      value,
      unit: 'cores',
      baseline,
      ratio: baseline > 0 ? value / baseline : null,
    });
  }
  for (const [role, value] of seen.memory)
    report({ ...line, work, metric: `memory of ${role}, most`, value, unit: 'MiB', baseline: null, ratio: null });
}

/** All cells of some kitchens against the same computed by Postgres: it sees those kitchens alone, in views before the tables. */
async function checkCells(stack: Stack): Promise<{ all: number; wrong: number }> {
  const { source, warehouse } = stack;
  await source.query('CREATE SCHEMA sample');
  await source.query(`CREATE TABLE sample.chosen AS SELECT id FROM public.sppg ORDER BY md5(id) LIMIT ${CHECKED}`);
  const { rows: tables } = await source.query<{ table: string }>(
    `SELECT c.table_name AS table FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND c.column_name = 'sppgId' AND t.table_type = 'BASE TABLE'`,
  );
  const view = (table: string, column: string) =>
    source.query(
      `CREATE VIEW sample.${table} AS SELECT * FROM public.${table} WHERE "${column}" IN (SELECT id FROM sample.chosen)`,
    );
  await view('sppg', 'id');
  for (const { table } of tables) await view(table, 'sppgId');
  await source.query('ANALYZE sample.chosen');
  await source.query('SET search_path = sample, public');
  const expected = await independentCells(stack);
  await source.query('SET search_path = public');
  const { rows: chosen } = await source.query<{ id: string }>('SELECT id FROM sample.chosen');
  const ids = chosen.map(({ id }) => id);
  const cellsIn = async (table: string) => {
    const held = await warehouse.query<Parameters<typeof collect>[0][number]>(
      `SELECT sppg_id AS sppg, toString(day) AS day, toString(kpi) AS kpi, toString(split) AS split, num, den
       FROM ${table} FINAL WHERE num IS NOT NULL AND sppg_id IN {ids:Array(String)}`,
      { ids },
    );
    // Where a day ended on the way, its states are in the warehouse alone: the source knows only what is now.
    const today = new Map<string, string>();
    for (const { sppg, day, kpi } of held) {
      if (STATES.has(kpi) && day > (today.get(sppg) ?? '')) today.set(sppg, day);
    }
    const told = held.filter(({ sppg, day, kpi }) => !STATES.has(kpi) || day === today.get(sppg));
    if (told.length < held.length) say(`${held.length - told.length} states of a day that is over are not compared`);
    return collect(told, () => false);
  };
  // They stand twice, by KPI and by kitchen.
  const [actual, byKitchen] = [await cellsIn('mart.kpi_daily'), await cellsIn('mart.kpi_kitchens')];
  const all = Object.keys({ ...expected, ...actual, ...byKitchen });
  const wrong = all.filter((cell) =>
    [actual, byKitchen].some((held) => JSON.stringify(expected[cell]) !== JSON.stringify(held[cell])),
  );
  for (const cell of wrong.slice(0, 5))
    say(`${cell} is [${actual[cell]}], by kitchen [${byKitchen[cell]}], of the source [${expected[cell]}]`);
  return { all: all.length, wrong: wrong.length };
}
