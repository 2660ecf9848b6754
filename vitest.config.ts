import { defineConfig } from 'vitest/config';

const project = (name: 'unit' | 'path' | 'fault' | 'browser', timeout: number) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    expect: { poll: { timeout: 40_000 } },
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
    projects: [
      project('unit', 20_000),
      project('path', 480_000),
      project('fault', 240_000),
      project('browser', 180_000),
    ],
  },
});
