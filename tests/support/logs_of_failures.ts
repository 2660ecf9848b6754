/** After a test that failed, the ends of the roles' logs are printed: where it ran, nobody may be able to look. */
import { afterEach } from 'vitest';
import { runningStacks } from './stack.ts';

const LINES = 40;

afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const stack of runningStacks) {
    for (const role of ['capture', 'worker', 'api', 'scheduler'] as const) {
      const lines = stack.log(role).trimEnd().split('\n').slice(-LINES);
      if (lines.join('') !== '')
        console.log(`${task.name}: ${role}\n${lines.map((line) => line.slice(0, 400)).join('\n')}`);
    }
  }
});
