/** What every drill ends with: each raw table and each cell equal the source. */
import { sources } from '../../etl/sources/all.ts';
import { expectSourceEqualsRaw } from '../support/equality.ts';
import { independentCells } from '../support/independent.ts';
import { martCells } from '../support/mart_cells.ts';
import type { Stack } from '../support/stack.ts';

/** What was compared, and what else is worth a line. */
export type Drilled = { rows: number; cells: number; also?: string };

/** A schedule that is never due within a drill: what is lost must not be repaired before it is looked for. */
export const NEVER = '0 0 1 1 *';

/** Rejects with the first cells that differ. */
export async function compareWithSource(stack: Stack): Promise<Drilled> {
  await expectSourceEqualsRaw(stack);
  const expected = await independentCells(stack);
  const actual = await martCells(stack);
  const wrong = Object.keys({ ...expected, ...actual }).filter(
    (cell) => JSON.stringify(expected[cell]) !== JSON.stringify(actual[cell]),
  );
  if (wrong.length > 0) {
    const examples = wrong.slice(0, 3).map((cell) => `${cell} is [${actual[cell]}], of the source [${expected[cell]}]`);
    throw new Error(`${wrong.length} cells differ: ${examples.join('; ')}`);
  }
  let rows = 0;
  for (const { table } of sources) {
    const answer = await stack.source.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    rows += answer.rows[0]?.n ?? 0;
  }
  return { rows, cells: Object.keys(expected).length };
}
