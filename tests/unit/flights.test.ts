import { expect, test } from 'vitest';
import { createFlights } from '../../api/flights.ts';

test('an answer is never older than its question, and many ask once', async () => {
  const flights = createFlights();
  const answers: (() => void)[] = [];
  let value = 1;
  const ask = () => {
    const asOf = value;
    return new Promise<number>((resolve) => answers.push(() => resolve(asOf)));
  };
  const first = flights('q', ask);
  value = 2;
  const others = [flights('q', ask), flights('q', ask), flights('q', ask)];
  expect(answers).toHaveLength(1);
  answers[0]?.();
  expect(await first).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(answers).toHaveLength(2);
  answers[1]?.();
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
  const last = flights('q', ask);
  answers[2]?.();
  expect(await last).toBe(2);
});

test('a question that failed fails for those who asked it, and is asked anew for the next', async () => {
  const flights = createFlights();
  let asked = 0;
  const ask = async () => {
    if (++asked === 1) throw new Error('away');
    return asked;
  };
  const [first, second] = [flights('q', ask), flights('q', ask)];
  await expect(first).rejects.toThrow('away');
  expect(await second).toBe(2);
});
