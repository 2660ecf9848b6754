/** What happens to the source and to the engine's limits: paused, timed out, failed over, another version, too many parts. */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExact } from '../support/equality.ts';
import { LONG, longTest } from '../support/long.ts';
import { martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startReplication, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await runWorkload(stack.source, 1, 60);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const exact = (of = stack) => expectExact(of);
const senderOf = async () => {
  const { rows } = await stack.source.query<{ pid: number }>(
    `SELECT active_pid AS pid FROM pg_replication_slots WHERE slot_name = 'lumbung'`,
  );
  return rows[0]?.pid ?? null;
};

test('Postgres is paused and goes on', async () => {
  await runWorkload(stack.source, 2, 40);
  const pids = stack.postgresPids();
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    // Everything on its way is settled meanwhile, and the freshness stops: nothing newer is claimed.
    await until('what was sent to be loaded', async () => {
      const [row] = await stack.warehouse.query<{ n: number }>(
        "SELECT dateDiff('millisecond', max(rolled_at), now64(3)) AS n FROM ops.rollups",
      );
      return (row?.n ?? 0) > 3_000;
    });
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
  await runWorkload(stack.source, 3, 40);
  await exact();
});

/** Runs `work` with a time-out of 2 s for the connection of the slot, which has to live through it. */
async function sameConnection(work: () => Promise<void>): Promise<void> {
  await stack.source.query(`ALTER SYSTEM SET wal_sender_timeout = '2s'`);
  await stack.source.query('SELECT pg_reload_conf()');
  try {
    const before = await senderOf();
    await work();
    expect(await senderOf()).toBe(before);
    await exact();
    expect(await senderOf()).toBe(before);
  } finally {
    await stack.source.query('ALTER SYSTEM RESET wal_sender_timeout');
    await stack.source.query('SELECT pg_reload_conf()');
  }
}

test('wal_sender_timeout under back-pressure: the connection is kept while nobody loads', async () => {
  await sameConnection(async () => {
    const before = await senderOf();
    await stack.kill('worker');
    // More than may wait in memory, so that reading pauses; and for longer than the time-out.
    const began = Date.now();
    for (let n = 0; Date.now() - began < 5_000; n++) {
      await stack.source.query(
        `INSERT INTO audit_logs (id, action, "entityType", "entityId", "newValues", "createdAt")
         SELECT 'p' || $1 || '-' || g, 'UPDATE', 'x', 'y', jsonb_build_object('v', repeat(md5(g::text), 500)), '2026-03-01' FROM generate_series(1, 300) g`,
        [n],
      );
    }
    expect(await senderOf()).toBe(before);
    // What waits is bounded, whatever the source writes.
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${stack.pid('capture')}/status`, 'utf8'))?.[1];
    expect(Number(peak)).toBeLessThan(1024 * 1024);
    await stack.start('worker');
  });
  await stack.source.query('TRUNCATE audit_logs');
  await exact();
});

test('an engine that hangs for longer than wal_sender_timeout: the connection is kept', async () => {
  await sameConnection(async () => {
    const warehouse = stack.pid('warehouse');
    process.kill(warehouse, 'SIGSTOP');
    try {
      const began = Date.now();
      for (let seed = 70; Date.now() - began < 5_000; seed++) await runWorkload(stack.source, seed, 20);
    } finally {
      process.kill(warehouse, 'SIGCONT');
    }
  });
});

test('too many parts: loading waits for merges and goes on', async () => {
  await stack.warehouse.command('SYSTEM STOP MERGES raw.food_productions');
  await stack.warehouse.command(
    'ALTER TABLE raw.food_productions MODIFY SETTING parts_to_throw_insert = 3, parts_to_delay_insert = 3',
  );
  const edit = (n: number) => stack.source.query(`UPDATE food_productions SET "plannedPortions" = $1`, [n]);
  try {
    let n = 1_000;
    await until('the refusal', async () => {
      await edit(n++);
      return stack.log('worker').includes('Too many parts');
    });
  } finally {
    await stack.warehouse.command('SYSTEM START MERGES raw.food_productions');
    await stack.warehouse.command(
      'ALTER TABLE raw.food_productions RESET SETTING parts_to_throw_insert, parts_to_delay_insert',
    );
  }
  await edit(7);
  await exact();
  expect(JSON.parse((await lumbung(stack, ['status', '--json'])).out)).toMatchObject({ parkedTotal: 0 });
});

test('the source fails over to a new timeline with its slot', async () => {
  await runWorkload(stack.source, 5, 40);
  const timeline = async () =>
    (await stack.source.query<{ id: number }>('SELECT timeline_id AS id FROM pg_control_checkpoint()')).rows[0]?.id;
  const before = await timeline();
  await stack.restartPostgres((folder) => writeFileSync(join(folder, 'standby.signal'), ''));
  await stack.source.query('SELECT pg_promote()');
  await stack.source.query('CHECKPOINT');
  expect(await timeline()).toBe((before ?? 0) + 1);
  await runWorkload(stack.source, 6, 60);
  await exact();
  const [slots] = await stack.warehouse.query<{ n: number }>('SELECT uniqExact(slot_id) AS n FROM ops.batches');
  expect(slots?.n).toBe(2);
});

longTest(
  'the source fails over to a server that lacks the last commits: said, and after a guided copy nothing of them is left',
  async () => {
    await stack.settled();
    // The standby is as old as this copy of the source's files.
    const old = mkdtempSync(join(tmpdir(), 'lumbung-standby-'));
    await stack.restartPostgres((folder) => cpSync(folder, old, { recursive: true, preserveTimestamps: true }));
    await runWorkload(stack.source, 7, 150);
    await insert(stack.source, 'food_productions', batch('k321', 'lost', '2026-03-02T03:00:00Z'));
    await exact();
    const before = await martCells(stack);
    await stack.restartPostgres((folder) => {
      const { uid, gid } = statSync(folder);
      rmSync(folder, { recursive: true });
      cpSync(old, folder, { recursive: true });
      writeFileSync(join(folder, 'standby.signal'), '');
      for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
        chownSync(join(folder, name), uid, gid);
      }
      chmodSync(folder, 0o700);
      rmSync(old, { recursive: true });
    });
    await stack.source.query('SELECT pg_promote()');
    await until('the loss to be told', async () => stack.log('capture').includes('a failover lost commits'));
    expect(await martCells(stack)).toEqual(before);
    expect((await lumbung(stack, ['snapshot', '--all'])).code).toBe(0);
    await exact();
    // Nor is it told again of the numbers that are right now.
    await stack.kill('capture');
    await stack.start('capture');
    await runWorkload(stack.source, 8, 20);
    await exact();
  },
);

const ROOT = '/usr/lib/postgresql';
const others = existsSync(ROOT) ? readdirSync(ROOT).filter((name) => existsSync(join(ROOT, name, 'bin/initdb'))) : [];

test.runIf(LONG && others.length > 0)('another major version of Postgres, where the machine has one', async () => {
  for (const version of others) {
    await using other = await startStack(seedProgramme, { postgresFolder: join(ROOT, version) });
    const { rows } = await other.source.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    );
    expect(rows[0]?.version.split('.')[0]).toBe(version);
    await runWorkload(other.source, 1, 100);
    await startReplication(other);
    await runWorkload(other.source, 2, 100);
    await exact(other);
    await other.kill('capture');
    await runWorkload(other.source, 4, 60);
    await other.start('capture');
    await exact(other);
  }
});
