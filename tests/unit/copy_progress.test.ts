/** The time a copy still takes, told by its own speed. */
import { expect, it } from 'vitest';
import { progressText } from '../../cli/progress.ts';
import { secondsLeft } from '../../etl/copy_progress.ts';

const beganAt = new Date('2026-03-01T00:00:00Z');
const after = (seconds: number) => new Date(beganAt.getTime() + seconds * 1_000);
const copy = { table: 'sppg', rows: 42, totalBytes: 1_000, beganAt };

it('the rest takes as long as it takes at the speed so far', () => {
  expect(secondsLeft({ ...copy, bytes: 250, resumedBytes: 0 }, after(10))).toBeCloseTo(30, 9);
  expect(secondsLeft({ ...copy, bytes: 1_000, resumedBytes: 0 }, after(10))).toBe(0);
});

it('what was copied before an interruption says nothing of the speed', () => {
  expect(secondsLeft({ ...copy, bytes: 600, resumedBytes: 500 }, after(10))).toBeCloseTo(40, 9);
});

it('nothing is told before anything is known', () => {
  expect(secondsLeft({ ...copy, bytes: 0, resumedBytes: 0 }, after(10))).toBeNull();
  expect(secondsLeft({ ...copy, bytes: 500, resumedBytes: 500 }, after(10))).toBeNull();
  expect(progressText({ ...copy, bytes: 500, resumedBytes: 500 }, after(10))).toBe(
    `sppg: ${'█'.repeat(10)}${'░'.repeat(10)} 50 %, 42 rows`,
  );
});

it('people see a bar, the share and the time left', () => {
  expect(progressText({ ...copy, bytes: 600, resumedBytes: 500 }, after(10))).toBe(
    `sppg: ${'█'.repeat(12)}${'░'.repeat(8)} 60 %, 42 rows, 40 s left`,
  );
});
