import { expect, it } from 'vitest';
import { createBatchBuilder } from '../../etl/batch_builder.ts';

it('a batch never begins before what was received: nothing is held back, nothing covered by the next batch', () => {
  const builder = createBatchBuilder('slot');
  builder.startAt(10n);
  builder.apply({ type: 'begin', commitLsn: 20n, committedAt: 0n }, 1);
  builder.apply({ type: 'commit', endLsn: 21n }, 1);
  // A position noted late: the heartbeat's of before the commit.
  expect(() => builder.startAt(15n)).toThrow('before 21');
  expect(builder.take()).toMatchObject({ startLsn: '10', endLsn: '21' });
  builder.startAt(30n);
  builder.apply({ type: 'begin', commitLsn: 40n, committedAt: 0n }, 1);
  builder.apply({ type: 'commit', endLsn: 41n }, 1);
  expect(builder.take()).toMatchObject({ startLsn: '30', endLsn: '41' });
});
