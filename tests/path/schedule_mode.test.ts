/** SYNC_MODE=schedule: a source that allows nothing but SELECT, asked again and again. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeReconcileTurn } from '../../etl/reconcile.ts';
import { sources } from '../../etl/sources/all.ts';
import { expectExact } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { LONG, longTest } from '../support/long.ts';
import { expectAreas, martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
let owner = '';
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await runWorkload(source, 1, 150);
    // Stamps as a real application sets them; without one where a test wants it so.
    await source.query(`
      CREATE FUNCTION test_log.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF coalesce(current_setting('test.unstamped', true), '') <> 'on' THEN NEW."updatedAt" := clock_timestamp() AT TIME ZONE 'UTC'; END IF;
        RETURN NEW;
      END $$;
      DO $$ DECLARE t text; BEGIN
        FOR t IN SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'updatedAt' LOOP
          EXECUTE format('CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION test_log.stamp()', t);
        END LOOP;
      END $$;
      CREATE ROLE reader LOGIN PASSWORD 'reader';
      GRANT USAGE ON SCHEMA public TO reader;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`);
  });
  owner = stack.databaseUrl;
  const url = new URL(owner);
  url.username = 'reader';
  url.password = 'reader';
  Object.assign(stack.env, {
    DATABASE_URL: url.href,
    SYNC_MODE: 'schedule',
    SYNC_INTERVAL_SECONDS: '1',
    RECONCILE_ROWS_PER_SECOND: '100000',
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

/** Comparison finds what no stamp tells, so what differs at first may be right a round later. */
const exact = async () => {
  let why: unknown;
  const equal = async () => {
    try {
      await expectExact(stack);
      await expectAreas(stack, await martCells(stack));
      return true;
    } catch (error) {
      why = error;
      return false;
    }
  };
  await until('a whole comparison to find nothing more', equal, 150_000).catch((error: unknown) => {
    throw why ?? error;
  });
};

test('preflight asks for SELECT only, and says the SQL that grants it', async () => {
  expect((await lumbung(stack, ['preflight'])).out).toContain('Nothing to mend');
  await stack.source.query('REVOKE SELECT ON procurements FROM reader');
  const { code, out } = await lumbung(stack, ['preflight']);
  expect(code).toBe(1);
  expect(out).toContain('GRANT SELECT ON');
  await stack.source.query('GRANT SELECT ON procurements TO reader');
});

test('without slot, publication or a right to write, everything arrives, and so do random changes', async () => {
  await stack.start('worker');
  await stack.start('capture');
  await exact();
  await runWorkload(stack.source, 2, LONG ? 200 : 60);
  await exact();
  const { rows } = await stack.source.query(
    `SELECT (SELECT count(*) FROM pg_replication_slots)::int AS slots, (SELECT count(*) FROM pg_publication)::int AS publications`,
  );
  expect(rows).toEqual([{ slots: 0, publications: 0 }]);
});

test('changes that move no stamp, deletes and key changes are found by comparison', async () => {
  const { source } = stack;
  await insert(source, 'food_productions', batch('k321', 'quiet', '2026-03-02T03:00:00Z'));
  await insert(source, 'food_productions', batch('k321', 'gone', '2026-03-02T03:00:00Z'));
  await exact();
  await source.query(`SET test.unstamped = 'on'`);
  await source.query(`UPDATE food_productions SET "actualPortions" = 1, "updatedAt" = '2020-01-01' WHERE id = 'quiet'`);
  await source.query(`UPDATE food_productions SET id = 'moved', "updatedAt" = '2020-01-01' WHERE id = 'quiet'`);
  await source.query('RESET test.unstamped');
  await source.query(`DELETE FROM food_productions WHERE id = 'gone'`);
  await exact();
});

longTest('rows without a stamp are read with their parents, of every kind, where nothing is compared', async () => {
  const { source, warehouse } = stack;
  await insert(source, 'inventory_items', {
    ...{ id: 'item', sppgId: 'k321', itemName: 'Beras', category: 'KARBOHIDRAT', unit: 'kg', minStock: 1, maxStock: 9 },
    updatedAt: '2026-03-02',
  });
  await insert(source, 'stock_movements', {
    ...{ id: 'move', inventoryId: 'item', movementType: 'IN', quantity: 1, unit: 'kg', stockBefore: 0, stockAfter: 1 },
    movedBy: 'x',
  });
  const changed: Record<string, string> = {
    quality_controls: '"actualValue" = $1',
    procurement_items: '"itemCode" = $1',
    stock_movements: '"batchNumber" = $1',
  };
  const children = sources.filter(({ parent }) => parent !== undefined);
  expect(children.map(({ table }) => table).sort()).toEqual(Object.keys(changed).sort());
  await exact();
  // Nobody compares while somebody else has the turn.
  const turn = new pg.Client({ connectionString: owner });
  await turn.connect();
  try {
    await until('the turn', () => takeReconcileTurn(turn));
    for (const { table, parent } of children) {
      const column = changed[table]?.split('"')[1] ?? '';
      const { rows } = await source.query<{ id: string; parent: string }>(
        `UPDATE ${table} SET ${changed[table]} WHERE id = (SELECT max(id) FROM ${table}) RETURNING id, "${parent?.column}" AS parent`,
        ['by its parent'],
      );
      const [{ id, parent: parentId }] = rows as [{ id: string; parent: string }];
      await source.query(`UPDATE ${parent?.table} SET id = id WHERE id = $1`, [parentId]);
      await until(`${table} to be polled`, async () => {
        const [row] = await warehouse.query<{ value: string }>(
          `SELECT \`${column}\` AS value FROM raw.${table} FINAL WHERE id = {id:String}`,
          { id },
        );
        return row?.value === 'by its parent';
      });
    }
  } finally {
    await turn.end();
  }
  await exact();
});

longTest('a transaction that was stamped early and commits late is not missed', async () => {
  const late = new pg.Client({ connectionString: owner });
  await late.connect();
  try {
    await late.query('BEGIN');
    await late.query(`UPDATE food_productions SET "plannedPortions" = 4321 WHERE id = 'moved'`);
    await stack.source.query(`UPDATE procurements SET "totalAmount" = 5 WHERE id = (SELECT min(id) FROM procurements)`);
    await stack.settled();
    await late.query('COMMIT');
  } finally {
    await late.end();
  }
  await exact();
});

longTest('a killed poll is taken up again; nothing is rolled up between its first and last row', async () => {
  await stack.kill('capture');
  await insert(stack.source, 'food_productions', batch('k321', 'half', '2026-03-04T03:00:00Z', { plannedPortions: 7 }));
  for (const place of ['sync:rows mended', 'sync:before ledger']) {
    stack.failpoint(place);
    await stack.source.query(`UPDATE food_productions SET "plannedPortions" = "plannedPortions" + 1 WHERE id = 'half'`);
    await stack.start('capture').catch(() => undefined);
    await until('the poll to be killed', async () => !stack.running('capture'));
    const before = await martCells(stack);
    expect(before['2026-03-04 k321 portions_planned']).not.toEqual(
      (await independentCells(stack))['2026-03-04 k321 portions_planned'],
    );
  }
  stack.failpoint(undefined);
  await stack.start('capture');
  await exact();
});

test('the freshness it claims is the beginning of a poll', async () => {
  await stack.start('api');
  await stack.settled();
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const { body } = await stack.get('/api/v1/freshness', token);
  const { asOf } = body as unknown as { asOf: { committedAt: string; lagMs: number } };
  const [row] = await stack.warehouse.query<{ at: string }>(
    `SELECT formatDateTime(max(loaded_at), '%Y-%m-%dT%H:%i:%SZ') AS at FROM ops.batches`,
  );
  expect(Date.parse(asOf.committedAt)).toBeLessThanOrEqual(Date.parse(row?.at ?? '') + 1_000);
  expect(asOf.lagMs).toBeGreaterThan(0);
});

test('status says that it polls, and how long a round of comparison takes', async () => {
  const status = async () => (await lumbung(stack, ['status'])).out.replaceAll(/\s+/g, ' ');
  expect(await status()).toContain('every 1 s for rows with a newer stamp');
  await until('every table to be compared', async () =>
    (await status()).includes('every table was compared whole within the last'),
  );
});

test('change over to the stream: every table is copied once, by itself, and the stream goes on from there', async () => {
  await stack.kill('capture');
  Object.assign(stack.env, { SYNC_MODE: 'change', DATABASE_URL: owner });
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 99 WHERE id = 'half'`);
  await stack.start('capture');
  await until('every table to be copied for the slot', async () => {
    const [row] = await stack.warehouse.query<{ live: number; other: number }>(
      `SELECT countIf(state = 'live' AND slot_id LIKE '%/lumbung') AS live, count() - live AS other FROM ops.tables FINAL`,
    );
    return (row?.live ?? 0) > 30 && row?.other === 0;
  });
  await exact();
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 98 WHERE id = 'half'`);
  await exact();
});

longTest('change over to polling: the stream’s rows stay, later changes arrive', async () => {
  await stack.kill('capture');
  const url = new URL(owner);
  url.username = 'reader';
  url.password = 'reader';
  Object.assign(stack.env, { SYNC_MODE: 'schedule', DATABASE_URL: url.href });
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 97 WHERE id = 'half'`);
  await stack.start('capture');
  await stack.source.query(`UPDATE food_productions SET "plannedPortions" = 96 WHERE id = 'half'`);
  await exact();
});
