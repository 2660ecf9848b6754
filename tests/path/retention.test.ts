/** Cells are kept so far back and no further: what goes stays gone, corrections of it are counted, and raw rows follow the source all the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_HORIZON, readRetention, retain } from '../../warehouse/retention.ts';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { expectAreas, martCells } from '../support/mart_cells.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { lumbung, type Stack, startPath, startStack, until } from '../support/stack.ts';

const HORIZON = '2025-09-01';
let stack: Stack;
beforeAll(async () => {
  stack = await startStack(async (source) => {
    await seedProgramme(source);
    for (const day of ['2024-12-31', '2025-08-31', '2025-09-01', '2026-03-02'])
      await insert(source, 'food_productions', batch('k321', `on-${day}`, `${day}T03:00:00Z`));
  });
  await startPath(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

/** What the source says of the days that are kept. */
const kept = async (horizon: string) =>
  Object.fromEntries(Object.entries(await independentCells(stack)).filter(([cell]) => cell >= horizon));
const exact = async (horizon: string) => {
  const expected = await kept(horizon);
  await until('what is older to be gone', async () => {
    const cells = Object.keys(await martCells(stack));
    return cells.every((cell) => cell >= horizon);
  });
  expect(await martCells(stack)).toEqual(expected);
  await expectAreas(stack, expected);
  await expectSourceEqualsRaw(stack);
};

test('cells of older months go and do not come back; a correction of one is refused and told', async () => {
  await exact(NO_HORIZON);
  expect(Object.keys(await kept(NO_HORIZON)).some((cell) => cell.startsWith('2025-08-31'))).toBe(true);
  // The seventh month before March begins in September, counted from the nation's day.
  expect(await retain(stack.warehouse, 6, '2026-03-31')).toBe(HORIZON);
  await exact(HORIZON);
  expect(await readRetention(stack.warehouse)).toEqual({ horizon: HORIZON, refused: null });

  for (const day of ['2025-08-31', '2025-09-01'])
    await stack.source.query('UPDATE food_productions SET "plannedPortions" = 777 WHERE id = $1', [`on-${day}`]);
  await stack.settled();
  await exact(HORIZON);
  const { refused } = await readRetention(stack.warehouse);
  expect([refused?.firstDay, refused?.lastDay]).toEqual(['2025-08-31', '2025-08-31']);
  expect(refused?.cells).toBe(1);
  const { body } = await stack.get('/readyz');
  expect(JSON.stringify(body)).toContain('1 cells of days before 2025-09-01');
  expect((await lumbung(stack, ['status'])).out).toMatch(/kept +cells from 2025-09-01 on; changes of 1 cells before/);
  const metrics = await (await fetch(`${stack.api}/metrics`)).text();
  expect(metrics).toMatch(/^lumbung_refused_cells 1$/m);
});

test('a full computation keeps to the horizon; without one it brings everything back', async () => {
  expect((await lumbung(stack, ['rollup', '--verify'])).code).toBe(0);
  expect((await lumbung(stack, ['rollup', '--full'])).code).toBe(0);
  await stack.settled();
  await exact(HORIZON);
  expect(await retain(stack.warehouse, undefined, '2026-03-31')).toBe(NO_HORIZON);
  expect((await lumbung(stack, ['rollup', '--full'])).code).toBe(0);
  await stack.settled();
  await exact(NO_HORIZON);
});
