import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest begin first: at the end one core would wait for the last of them. */
const LONG = [
  'isolation',
  'recovery',
  'schema_changes',
  'schedule_mode',
  'copies',
  'site',
  'documents',
  'delivery',
  'live',
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONG.indexOf(basename(moduleId, '.test.ts'));
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

const project = (name: 'unit' | 'path' | 'fault' | 'browser' | 'site', timeout: number) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    expect: { poll: { timeout: 20_000 } },
    // Engine tests start processes of their own and wait for them half of the time: two files at once fill two cores.
    ...(name === 'unit' ? {} : { maxWorkers: 2 }),
    ...(name === 'unit'
      ? {}
      : {
          globalSetup: ['tests/support/bundle.ts', 'tests/support/template.ts'],
          setupFiles: ['tests/support/logs_of_failures.ts'],
        }),
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', 20_000),
      project('path', 480_000),
      project('fault', 240_000),
      project('browser', 180_000),
      // Builds with packages of its own (npm run test:site): minutes of network that the other suites do without.
      project('site', 480_000),
    ],
  },
});
