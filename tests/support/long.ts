/**
 * Tests of a minute or more, of parts that other tests touch too: `npm test` leaves them out to stay within half an hour on two cores,
 * `npm run test:long` runs them with everything else.
 */
import { test } from 'vitest';

export const LONG = process.env.LONG_TESTS === 'on';
export const longTest = test.runIf(LONG);
