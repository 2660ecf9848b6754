/** A full computation beside the served tables: compared with them, or served in their place. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markEverything } from '../../warehouse/rollups/refresh.ts';
import { independentCells } from '../support/independent.ts';
import { expectAreas, martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startPath, startStack, until } from '../support/stack.ts';
import { runWorkload } from '../support/workload.ts';

let stack: Stack;
beforeAll(async () => {
  // Half of it is copied, half of it followed.
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    await runWorkload(source, 11, 200);
  });
  await startPath(stack);
  await stack.settled();
  await runWorkload(stack.source, 14, 200);
  // Whatever chance has left: these kitchens have a cell to be bent.
  for (const kitchen of ['k321', 'k511', 'k512']) {
    await insert(stack.source, 'food_productions', batch(kitchen, `bent-${kitchen}`, '2026-03-02T03:00:00Z'));
  }
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const exact = async () => {
  await stack.settled();
  const independent = await independentCells(stack);
  expect(await martCells(stack)).toEqual(independent);
  await expectAreas(stack, independent);
};

test('what was refreshed cell by cell is what a full computation gives', async () => {
  const { code, out } = await lumbung(stack, ['rollup', '--verify']);
  expect(out).toContain('all of them are what a full computation gives');
  expect(code).toBe(0);
});

test('a wrong cell, a missing one and one too many are told; a rebuild puts them right while changes go on', async () => {
  const { warehouse } = stack;
  const bend = (change: string, where: string, table = 'mart.kpi_daily') =>
    warehouse.command(
      `INSERT INTO ${table} SELECT * REPLACE (${change}) FROM (
         SELECT * FROM ${table} FINAL
         WHERE kpi = 'portions_planned' AND split = '' AND num IS NOT NULL AND ${where} ORDER BY sppg_id, day LIMIT 1)`,
    );
  await bend('assumeNotNull(num) + 1 AS num', "sppg_id = 'k321'");
  await bend('NULL AS num', "sppg_id = 'k512'");
  await bend("toDate32('2026-07-07') AS day", "sppg_id = 'k511'");
  await bend('assumeNotNull(num) + 1 AS num', "sppg_id = 'k942'", 'mart.kpi_kitchens');
  const told = await lumbung(stack, ['rollup', '--verify', '--json']);
  expect(told.code).toBe(1);
  const line = told.out.split('\n').find((text) => text.startsWith('{"differences"')) ?? '{}';
  const { differences } = JSON.parse(line) as { differences: { kpi: string; unit: string; day: string }[] };
  expect(differences.filter(({ kpi }) => kpi === 'portions_planned').map(({ unit }) => unit)).toEqual(
    expect.arrayContaining(['k321', 'k512', 'k511', 'k942']),
  );
  expect(differences.find(({ unit }) => unit === 'k511')?.day).toBe('2026-07-07');

  const writing = runWorkload(stack.source, 12, 300);
  const { code, out } = await lumbung(stack, ['rollup', '--full']);
  await writing;
  expect(out).toContain('they are served from now on');
  expect(code).toBe(0);
  await exact();
  expect((await lumbung(stack, ['rollup', '--verify'])).code).toBe(0);
});

test('nothing cached outlives a rebuild', async () => {
  const token = await stack.token('PLATFORM_ANALYST', ['national']);
  const path = '/api/v1/kpis/portions_planned/series?scope=national&from=2026-03-01&to=2026-03-31';
  const sum = async () => {
    const { body } = await stack.get(path, token);
    return (body as unknown as { points: { num: number }[] }).points.reduce((total, { num }) => total + num, 0);
  };
  const right = await sum();
  await stack.warehouse.command(
    `INSERT INTO mart.kpi_areas SELECT * REPLACE (assumeNotNull(num) + 1000 AS num) FROM mart.kpi_areas FINAL
     WHERE kpi = 'portions_planned' AND split = '' AND num IS NOT NULL LIMIT 1`,
  );
  await runWorkload(stack.source, 13, 1);
  await stack.source.query(`UPDATE sppg SET "isDemoAccount" = (id = 'k942')`);
  await stack.settled();
  expect((await lumbung(stack, ['rollup', '--full'])).code).toBe(0);
  const cells = await independentCells(stack);
  const planned = Object.entries(cells)
    .filter(([name]) => name.endsWith('portions_planned') && !name.includes('k942'))
    .reduce((total, [, [num]]) => total + (num ?? 0), 0);
  await until('the rebuilt figure to be answered', async () => (await sum()) === planned);
  expect(right).toBeGreaterThan(0);
});

test('an area that no cell is listed for any more is emptied when everything is computed again', async () => {
  const { warehouse } = stack;
  await warehouse.command(
    `INSERT INTO mart.kpi_areas (kpi, day, province_id, regency_id, split, num, den, units, seq)
     VALUES ('portions_planned', '2026-03-02', 'gone', 'gone', '', 7, NULL, 1, 1)`,
  );
  const ghosts = async () =>
    (await warehouse.query("SELECT num FROM mart.kpi_areas FINAL WHERE province_id = 'gone' AND num IS NOT NULL"))
      .length;
  expect(await ghosts()).toBe(1);
  await markEverything(warehouse, 'tables of an earlier version');
  await runWorkload(stack.source, 15, 1);
  await until('the area to be emptied', async () => (await ghosts()) === 0);
  await exact();
});

test('without saying which, and with both, the command says what to do', async () => {
  for (const args of [['rollup'], ['rollup', '--full', '--verify']]) {
    const { code, out } = await lumbung(stack, args);
    expect(code).toBe(1);
    expect(out).toContain('say which');
  }
});
