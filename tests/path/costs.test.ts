/**
 * What work costs in counts that no clock has a part in: statements of a refresh and rows it reads (the engine's own counters), bytes of a
 * frame, heap bytes a change. A number that grows here is a slower system everywhere.
 */
import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { generateDemo } from '../../demo/generate.ts';
import { sources } from '../../etl/sources/all.ts';
import { currentSlot } from '../../warehouse/ledger.ts';
import { mergeParts } from '../../warehouse/parts.ts';
import { cellsDirtyByTimeSql, dirtyCellsSql } from '../../warehouse/rollups/dirty.ts';
import { claimSql, markRows, refreshDirtyCells } from '../../warehouse/rollups/refresh.ts';
import { growHandovers } from '../support/history.ts';
import { type Stack, startPath, startStack, until } from '../support/stack.ts';

/**
 * Each a little above what was seen when it was written; lower them with the cost. Parameters of a query are a statement of their own in the engine in
 * process. Two of the statements keep cells by kitchen, which saves every summary 90 ms of CPU; one drops what was copied, which saves merging it.
 */
const MOST = { statements: 31, frameBytes: 180, heapBytesAChange: 550 };
/** Enough that reading all of them and reading those of a key differ. */
const OTHER_PLACES = 30_000;
/** Handovers that are there when the cost of one is measured, and many more. */
const HISTORY = { little: 100_000, much: 1_000_000 };

let stack: Stack;
let handovers: string[];
beforeAll(async () => {
  stack = await startStack();
  await generateDemo(stack.databaseUrl, { units: 40, days: 20, seed: 1 });
  await startPath(stack);
  await stack.settled(120_000);
  const rows = await stack.warehouse.query<{ id: string }>(
    'SELECT id FROM raw.school_distributions FINAL WHERE NOT _deleted ORDER BY cityHash64(id) LIMIT 300',
  );
  handovers = rows.map(({ id }) => id);
});
afterAll(() => stack[Symbol.asyncDispose]());

test('a frame has the same few bytes however many cells it stands for', async () => {
  const frames: { bytes: number; cells: number }[] = [];
  const socket = new WebSocket(`${stack.api.replace('http', 'ws')}/ws`);
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as { type: string; cells: number };
    if (frame.type === 'update') frames.push({ bytes: String(data).length, cells: frame.cells });
  });
  await new Promise((resolve) => socket.once('open', resolve));
  const subscribed = new Promise<void>((resolve) =>
    socket.on('message', (data) => {
      if (String(data).includes('"subscribed"')) resolve();
    }),
  );
  socket.send(JSON.stringify({ type: 'auth', token: await stack.token('PLATFORM_ANALYST', ['national']) }));
  socket.send(JSON.stringify({ type: 'subscribe', channel: 'national' }));
  await subscribed;
  for (const count of [1, 300]) {
    const before = frames.length;
    await stack.source.query(
      'UPDATE school_distributions SET "actualQuantity" = "actualQuantity" + 1 WHERE id = ANY ($1)',
      [handovers.slice(0, count)],
    );
    await stack.settled();
    await until('a frame', async () => frames.length > before);
  }
  socket.close();
  const cells = frames.map((frame) => frame.cells);
  expect(Math.max(...cells)).toBeGreaterThan(20 * Math.min(...cells));
  expect(Math.max(...frames.map(({ bytes }) => bytes))).toBeLessThanOrEqual(MOST.frameBytes);
});

/** The facts of which cells are claimed when a row with this id is changed. */
const claimedBy = async (table: string, id: string, set: string) => {
  const { warehouse, source } = stack;
  await stack.settled();
  const [before] = await warehouse.query<{ claim: number }>('SELECT max(claim) AS claim FROM ops.claims');
  await source.query(`UPDATE ${table} SET ${set} WHERE id = $1`, [id]);
  await stack.settled();
  const rows = await warehouse.query<{ fact: string }>(
    "SELECT DISTINCT toString(fact) AS fact FROM ops.claims WHERE claim > {claim:UInt64} AND sppg_id != '' ORDER BY fact",
    { claim: before?.claim ?? 0 },
  );
  return rows.map(({ fact }) => fact);
};

test('a changed batch is told to its runs only when its end has changed', async () => {
  const batch = async (ended: string) => {
    const { rows } = await stack.source.query<{ id: string }>(
      `SELECT f.id FROM food_productions f JOIN food_distributions d ON d."productionId" = f.id
       WHERE f."actualEndTime" ${ended} ORDER BY f.id LIMIT 1`,
    );
    expect(rows).toHaveLength(1);
    return rows[0]?.id ?? '';
  };
  const ended = await batch('IS NOT NULL');
  const ofCost = await claimedBy('food_productions', ended, '"estimatedCost" = "estimatedCost" + 1');
  expect(ofCost).toContain('production');
  expect(ofCost).not.toContain('distribution');
  const ofEnd = await claimedBy('food_productions', ended, `"actualEndTime" = "actualEndTime" + interval '1 minute'`);
  expect(ofEnd).toContain('distribution');
  // No end is another than the one that a zero is written as.
  const ofZero = await claimedBy('food_productions', await batch('IS NULL'), `"actualEndTime" = '1970-01-01'`);
  expect(ofZero).toContain('distribution');
});

test('a changed run is told to its months only when it has served, does no longer, or is of another day', async () => {
  const { rows } = await stack.source.query<{ id: string }>(
    `SELECT id FROM food_distributions WHERE status = 'SCHEDULED' ORDER BY id LIMIT 2`,
  );
  const [run = '', other = ''] = rows.map(({ id }) => id);
  const set = (status: string) => claimedBy('food_distributions', run, `status = '${status}'`);
  expect(await set('IN_TRANSIT')).toEqual(['distribution']);
  expect(await set('COMPLETED')).toEqual(['distribution', 'service_month']);
  expect(await set('IN_TRANSIT')).toEqual(['distribution', 'service_month']);
  const moved = `"distributionDate" = "distributionDate" - interval '2 days'`;
  expect(await claimedBy('food_distributions', other, moved)).toEqual(['distribution', 'service_month']);
});

test('decoding and batching take few heap bytes a change', async () => {
  const answer = await new Promise<{ bytes: number; changes: number; collections: number }>((resolve, reject) => {
    const child = fork(join(dirname(process.env.LUMBUNG_TEST_ENTRY ?? ''), 'allocations_child.mjs'), {
      env: { ...process.env, DATABASE_URL: stack.databaseUrl },
      execArgv: ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'],
    });
    child.once('message', (message) => resolve(message as never));
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
  expect(answer.collections).toBe(0);
  expect(answer.changes).toBeGreaterThan(1_000);
  expect(answer.bytes / answer.changes).toBeLessThanOrEqual(MOST.heapBytesAChange);
});

test('a refresh is as many statements for hundreds of cells as for one, and reads no more of ten times the history', async () => {
  const { warehouse } = stack;
  // What the test before wrote is no cost of these refreshes.
  await stack.settled();
  await stack.kill('worker', 'SIGTERM');
  await stack.kill('capture', 'SIGTERM');
  await stack.kill('api', 'SIGTERM');
  const slot = (await currentSlot(warehouse)) ?? '';
  const counters = async () => {
    const rows = await warehouse.query<{ event: string; value: number }>(
      "SELECT event, value FROM system.events WHERE event IN ('Query', 'SelectedRows')",
    );
    const of = (name: string) => rows.find(({ event }) => event === name)?.value ?? 0;
    return { statements: of('Query'), rows: of('SelectedRows') };
  };
  const refresh = async (keys: string[]) => {
    await markRows(warehouse, 'school_distributions', keys, 'costs');
    const before = await counters();
    const done = await refreshDirtyCells(warehouse, slot);
    const after = await counters();
    return {
      cells: done?.cells ?? 0,
      statements: after.statements - before.statements,
      rows: after.rows - before.rows,
    };
  };
  const one = await refresh(handovers.slice(0, 1));
  const many = await refresh(handovers);
  expect(many.cells).toBeGreaterThan(20 * one.cells);
  expect(many.statements).toBe(one.statements);
  expect(many.statements).toBeLessThanOrEqual(MOST.statements);

  // Merged as after a night: how many parts there happen to be is not what is measured.
  await growHandovers(warehouse, HISTORY.little);
  await mergeParts(warehouse, 1, { largeRows: 1 });
  const before = await refresh(handovers.slice(0, 1));
  await growHandovers(warehouse, HISTORY.much);
  await mergeParts(warehouse, 1, { largeRows: 1 });
  const after = await refresh(handovers.slice(0, 1));
  expect(after.cells).toBe(before.cells);
  // What the refreshes themselves have written lies in more parts or fewer: some ten thousand rows either way.
  expect(after.rows - before.rows).toBeLessThan(HISTORY.much / 10);
  // Nor of as many other days of the same programmes: nearly every one of them is in one of these cells.
  const ofDays = await refresh(handovers);
  await growHandovers(warehouse, 2 * HISTORY.much, 'days');
  await mergeParts(warehouse, 1, { largeRows: 1 });
  const ofMoreDays = await refresh(handovers);
  expect(ofMoreDays.cells).toBe(ofDays.cells);
  expect(ofMoreDays.rows - ofDays.rows).toBeLessThan(HISTORY.much / 10);
});

test('few keys, whose places are held, and many, whose are not, make the same cells dirty', async () => {
  const { warehouse } = stack;
  const tables = ['food_productions', 'quality_controls', 'food_distributions', 'school_distributions'];
  const marks = tables.map(() => crypto.randomUUID());
  for (const [index, table] of tables.entries()) {
    // As done: no refresh works them off.
    await warehouse.command(
      `INSERT INTO ops.marks (id, table, keys, reason, done)
       SELECT {id:UUID}, {table:String}, (SELECT groupArray(id) FROM (SELECT id FROM raw.${table} ORDER BY cityHash64(id) LIMIT 50)), 'costs', 1`,
      { id: marks[index] ?? '', table },
    );
  }
  const range = { claim: 1, from: '0', to: '0', marks, told: '2026-01-05 03:00:00', now: '2026-01-05 03:00:01' };
  const cells = (few: boolean) =>
    warehouse.query(
      `SELECT DISTINCT fact, sppg_id, toString(day) AS day FROM (${dirtyCellsSql([], tables, few).join(' UNION ALL ')})
       ORDER BY fact, sppg_id, day`,
      range,
    );
  const held = await cells(true);
  expect(held.length).toBeGreaterThan(100);
  expect(await cells(false)).toEqual(held);
});

test('what changed rows make dirty is found by their keys, however many places there are', async () => {
  const { warehouse } = stack;
  const places = await warehouse.query<{ table: string; structure: string }>(
    `SELECT table, arrayStringConcat(groupArray(concat(name, ' ', type)), ', ') AS structure
     FROM system.columns WHERE database = 'ops' AND startsWith(table, 'places_') GROUP BY table`,
  );
  for (const { table, structure } of places) {
    await warehouse.command(
      `INSERT INTO ops.${table} SELECT * FROM generateRandom('${structure.replaceAll("'", "\\'")}', 1, 24) LIMIT ${OTHER_PLACES}`,
    );
  }
  const params = { claim: 1, from: '1', to: '2', marks: [], told: '2026-01-05 03:00:00', now: '2026-01-05 03:00:01' };
  const scanned: string[] = [];
  const claims = sources
    .filter(({ cells }) => cells)
    .flatMap(({ table }) =>
      [true, false]
        .flatMap((few) => [dirtyCellsSql([table], [], few), dirtyCellsSql([], [table], few)])
        .map((dirty) => ({ table, dirty })),
    );
  claims.push({ table: 'time', dirty: [cellsDirtyByTimeSql(params.told, params.now)] });
  for (const { table, dirty } of claims) {
    const claim = claimSql({ dirty, left: [] });
    const plan = await warehouse.query<{ explain: string }>(
      `EXPLAIN indexes = 1 ${claim.slice(claim.indexOf('SELECT'))}`,
      params,
    );
    const reads = plan
      .map(({ explain }) => explain)
      .join('\n')
      .split('ReadFromMergeTree ')
      .slice(1);
    for (const read of reads) {
      const [, from = ''] = /^\((?:ops\.)?(\w+)\)/.exec(read) ?? [];
      const [, some, all] = [...read.matchAll(/Granules: (\d+)\/(\d+)/g)].at(-1) ?? [];
      if (from.startsWith('places_') && Number(some) > Number(all) / 2) scanned.push(`${table}: ${from}`);
    }
  }
  // Whether there is any certificate is a question about every kitchen, and each has one or two.
  const ofAll = ['food_safety_certifications: places_sppg', 'time: places_food_safety_certifications'];
  expect([...new Set(scanned)].filter((name) => !ofAll.includes(name))).toEqual([]);
}, 120_000);
