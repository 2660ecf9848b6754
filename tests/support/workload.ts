/** A seeded workload over every table that rollups read: inserts, updates, moves, key changes, deletes, multi-row transactions. */
import type pg from 'pg';
import { chanceOf, type Step } from './workload_chance.ts';
import { changes, oddChange } from './workload_changes.ts';
import { inserts } from './workload_inserts.ts';

/** Runs `steps` random changes, up to `together` in a transaction. Rows that a step needs and does not find make it a no-op. */
export async function runWorkload(
  source: pg.ClientBase,
  seed: number,
  steps: number,
  { together = 12 } = {},
): Promise<void> {
  const chance = chanceOf(source, seed);
  const { random, int } = chance;
  const created = inserts(chance);
  const steppers = [oddChange(chance), ...created, ...changes(chance)];
  // Inserts come more often than the rest, every third change is an odd one; a truncation now and then.
  const weights: readonly number[] = steppers.map((_, index) =>
    index === 0 ? 50 : index <= created.length ? 5 : index < steppers.length - 1 ? 1 : 0.15,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const step = () => {
    let left = random() * total;
    const index = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return (steppers[index] as Step)();
  };
  for (let done = 0; done < steps; ) {
    const size = random() < 0.3 ? int(2, together) : 1;
    const undo = random() < 0.1;
    await source.query('BEGIN');
    for (let n = 0; n < size; n++) {
      await source.query('SAVEPOINT s');
      try {
        await step();
      } catch (error) {
        // A constraint of the source refused the step (a parent is gone, an enum does not know the value): the transaction goes on without it.
        if (!/^(23|22P02)/.test(String((error as { code?: string }).code))) throw error;
        await source.query('ROLLBACK TO s');
      }
    }
    if (undo) await source.query('ROLLBACK TO s');
    await source.query('COMMIT');
    done += size;
  }
}
