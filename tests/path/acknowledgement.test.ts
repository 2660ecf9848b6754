/** Acknowledgement: whatever dies, and wherever it does, nothing is confirmed that is not durable. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExact } from '../support/equality.ts';
import { LONG } from '../support/long.ts';
import { batch, insert, seedProgramme } from '../support/rows.ts';
import { confirmedLsn, type Stack, startReplication, startStack, until } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(seedProgramme);
  await startReplication(stack);
  await stack.settled();
});
afterAll(() => stack[Symbol.asyncDispose]());

const exact = () => expectExact(stack);
const confirmed = () => confirmedLsn(stack);
/** End of the contiguous run of loaded commits, computed here from the ledger. */
const durable = async () => {
  const rows = await stack.warehouse.query<{ start: string; end: string }>(
    'SELECT toString(start_lsn) AS start, toString(end_lsn) AS end FROM ops.batches ORDER BY start_lsn, end_lsn',
  );
  let end = 0n;
  for (const row of rows) if (BigInt(row.start) <= end && BigInt(row.end) > end) end = BigInt(row.end);
  return end;
};

const STAGES = [
  ['capture', 'capture:before payload'],
  ['capture', 'capture:before job'],
  ['capture', 'capture:after job'],
  ['worker', 'load:begin'],
  ['worker', 'load:begun'],
  ['worker', 'load:rows durable'],
  ['worker', 'load:before ledger'],
  ['worker', 'load:after ledger'],
  ['worker', 'rollup:before claim'],
  ['worker', 'rollup:after claim'],
  ['worker', 'rollup:before copies'],
  ['worker', 'rollup:before areas'],
  ['worker', 'rollup:after cells'],
  ['worker', 'rollup:before announce'],
  ['capture', 'capture:position noted'],
  ['capture', 'capture:before confirm'],
  ['capture', 'capture:after confirm'],
] as const;

/** Of two tables only, one joined to the other: planning every fact's recomputation would take most of the time. */
async function change(stage: number): Promise<void> {
  const { source } = stack;
  await source.query('BEGIN');
  for (const kitchen of ['k321', 'k511'])
    await insert(source, 'food_productions', batch(kitchen, `${kitchen}-${stage}`, '2026-03-02T03:00:00Z'));
  await source.query('COMMIT');
  await source.query(
    `INSERT INTO quality_controls (id, "productionId", "checkType", "checkTime", "checkedBy", parameter, "actualValue", passed)
     SELECT 'q' || id, id, 'TASTE', '2026-03-02T04:00:00Z', 'x', 'rasa', 'ok', $1 FROM food_productions WHERE id LIKE '%-' || $2`,
    [stage % 4 === 0, String(stage)],
  );
  await source.query(`UPDATE food_productions SET "actualPortions" = $1, "sppgId" = 'k322' WHERE id = $2`, [
    100 + stage,
    `k321-${stage}`,
  ]);
  await source.query('DELETE FROM food_productions WHERE id = $1', [`k511-${stage - 2}`]);
}

/** Every second one where there is little time. */
test.each(STAGES.filter((_, at) => LONG || at % 2 === 0))(
  'kill -9 of the %s at "%s": nothing was confirmed that was not durable, nothing is lost or half seen',
  async (role, place) => {
    await stack.kill(role);
    stack.failpoint(place);
    await stack.start(role).catch(() => undefined);
    stack.failpoint(undefined);
    await change(STAGES.findIndex(([, name]) => name === place));
    await until(`the ${role} to die at ${place}`, async () => !stack.running(role));
    expect(await confirmed()).toBeLessThanOrEqual(await durable());
    await stack.kill(role);
    await stack.start(role);
    await stack.settled();
    expect(await confirmed()).toBeLessThanOrEqual(await durable());
    // What one stage lost would be missing after the next ones too.
    if (STAGES.findIndex(([, name]) => name === place) % 3 === 0) await exact();
  },
);

test('after every stage: raw and cells are what the source says', exact);
